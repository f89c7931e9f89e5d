"""What the tests hand to the student's code: data, functions, and new meanings of its names."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from autograder.testing.reference import AuthorError
from tests.grading.students import Student, shared, student
from tests.grading.test_plain import VALUES

pytestmark = pytest.mark.sandbox

FUNCTIONS = """
import math
def echo(*values): return values
def called(f, *arguments): return f(*arguments)
def each(f, values): return [f(value) for value in values]
def chain(*functions):
    def all_of_them(x):
        for function in functions: x = function(x)
        return x
    return all_of_them
def doubled(a):
    a *= 2
    return a
def stepped(parameters, new):
    for p in parameters: p += 1
    parameters.append(new)
def draw(rng): return rng.random(3)
def square(x): return x * x
def sum_of_squares(n): return sum(square(i) for i in range(n))
"""
functions = shared(FUNCTIONS)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VALUES)
def test_values_pass_through_a_students_function_unchanged(
    functions: Student, value: object
) -> None:
    functions.kernel.begin_cell()
    (returned,) = functions.names["echo"](value)
    assert returned == value
    assert type(returned) is type(value)


HANDED_OVER = """
assert each(np.sin, [0.0]) == [0.0] and each(math.exp, [0]) == [1.0]
assert called(operator.add, 1, 2) == 3
assert each(abs, [-1]) == [1] and each(str.upper, ["a"]) == ["A"] and each(int, ["3"]) == [3]
assert each(np.linalg.norm, [[3, 4]]) == [5.0]
assert called(np.sum, [1, 2]) == 3
assert called(np.zeros, 2, np.float32).dtype == np.float32 and called(isinstance, 3, int) is True
assert called(getattr, math, "pi") == math.pi and each(square, [3]) == [9]
assert chain(square, square)(2) == 16
assert each(lambda x: x + 1, [1]) == [2] and chain(lambda x: x + 1, lambda x: 2 * x)(1) == 4
k = 3; assert each(lambda x: x**k, [2]) == [8]
A = np.eye(2); assert each(lambda x: (A @ x).sum(), [np.ones(2)]) == [2]
data = [1, 2]; assert each(lambda i: data[i], [1]) == [2]
for p in (1, 2): assert each(lambda x, q=p: x**p + q, [3]) == [3**p + p]
assert [f(2) for f in each(lambda k: (lambda x: x + k), [1, 2])] == [3, 4]
np.testing.assert_array_equal(draw(np.random.default_rng(1)), np.random.default_rng(1).random(3))
a = np.ones(2); assert doubled(a) is a and a.tolist() == [2, 2]
W = np.zeros(2); ps = [W]; stepped(ps, 5); assert ps[0] is W and W[0] == 1 and ps[1] == 5
assert np.vectorize(square)([1, 2]).tolist() == [1, 4]
""".strip().splitlines()


@pytest.mark.parametrize("test", HANDED_OVER)
def test_functions_arrays_and_generators_are_handed_over(functions: Student, test: str) -> None:
    assert functions.verdict(test) == ""


def test_helpers_of_a_cell_are_handed_over_with_what_they_need(functions: Student) -> None:
    functions.bench.prepare("def half(x):\n    return x / two\ntwo = 2")
    test = """
from functools import wraps
def quarter(x, *, times=1):
    "A docstring with 'quotes'."
    return half(half(x)) * times + 0 * square(x)
def factorial(n: int) -> int:
    return 1 if n < 2 else n * factorial(n - 1)
def outer(k):
    def inner(x):
        return x + k
    return inner
assert each(quarter, [8]) == [2] and each(factorial, [5]) == [120] and each(outer(3), [1]) == [4]
"""
    assert functions.verdict(test) == ""


REBINDINGS = {
    "deleting": "keep = square; del square\ntry: sum_of_squares(3)\nexcept NameError: pass\n"
    "else: raise AssertionError('square is not used')\nfinally: square = keep",
    "a fake": "keep = square\nsquare = lambda x: 100\n"
    "assert sum_of_squares(3) == 300\nsquare = keep",
    "a spy": "keep = square\ndef square(x):\n    square.calls = getattr(square, 'calls', 0) + 1\n"
    "    return keep(x)\nassert sum_of_squares(3) == 5 and square.calls == 3\nsquare = keep",
    "an imported function": "keep = square\nsquare = math.ceil\nassert sum_of_squares(3) == 3\n"
    "square = keep",
}


@pytest.mark.parametrize("test", REBINDINGS.values(), ids=REBINDINGS)
def test_a_test_rebinds_names_of_the_student(functions: Student, test: str) -> None:
    assert functions.verdict(test) == ""
    assert functions.verdict("assert square(3) == 9 and sum_of_squares(3) == 5") == ""
    cheating = FUNCTIONS.replace("sum(square(i)", "sum(i * i")
    with student(cheating) as cheat:
        assert cheat.verdict(test) != ""


AUTHORS_ERRORS = {
    "a generator": ("called(x for x in [1])", "cannot be handed"),
    "a recorder": ("calls = []\neach(lambda x: calls.append(x), [1])", "'calls', a list"),
    "a counter": ("n = 0\ndef f(x):\n    global n\n    n += 1\neach(f, [1])", "changes 'n'"),
    "a class": ("class Mine:\n    pass\neach(Mine(), [1])", "solution cell"),
    "a file": ("called(open('/dev/null'))", "cannot be handed"),
    "the answers": ("import assignments.exercises as e\ncalled(e)", "cannot be handed"),
    "our own": ("import autograder.sandbox.plain as p\ncalled(p.read, '')", "cannot be handed"),
    "each other": ("def f(x): return g(x)\ndef g(x): return f(x)\ncalled(f, 1)", "each other"),
    "a global": ("def f():\n    global square\n    square = 1\nf()", "Assign it outside"),
    "swallowed": ("try: called(x for x in [])\nexcept Exception: pass", "cannot be handed"),
    "no Python": ("assert square(2) ==", "not Python"),
}


@pytest.mark.parametrize(("test", "says"), AUTHORS_ERRORS.values(), ids=AUTHORS_ERRORS)
def test_what_the_author_must_mend_is_no_fault_of_a_student(
    functions: Student, test: str, says: str
) -> None:
    with pytest.raises(AuthorError, match=says):
        functions.verdict(test)
    assert functions.verdict("assert square(3) == 9") == ""


def test_a_student_cannot_raise_an_authors_error() -> None:
    """It would end the grading of the whole class."""
    code = """
import numpy as np
def get(kind):
    return {0: None, 1: [1, None], 2: 1 << 31_999, 3: 'x' * 8_000_000, 4: object(), 5: len,
            6: np.float32, 7: type(None), 8: {}.keys(), 9: np.ones(2), 10: {}, 11: 'x'}[kind]
def take(*values): return 1
"""
    with student(code) as it:
        for kind in range(12):
            for test in (
                f"take(get({kind}))",
                *(f"take(get({kind}).{name})" for name in ("data", "T", "items", "flat", "real")),
                f"take(iter(get({kind})))",
                f"w = get({kind})\ntake(lambda: w)",
                f"w = get({kind})\ndef f(x=w):\n    return x\ntake(f)",
                f"take(type(get({kind})))",
                f"take(np.array(get({kind}), dtype=object))",
                f"take([get({kind}), [get({kind})]])",
                f"take(np.asarray(get({kind})).dtype)",
            ):
                it.verdict(test)
