"""Objects and answers that lie, and too much of anything: no test is passed by them."""

from __future__ import annotations

import json
import re

import pytest

from autograder.sandbox.kernel import KernelLost
from tests.grading.students import student

pytestmark = pytest.mark.sandbox

AGREES = """
class Yes:
    asked = []
    def __init__(self, *a): pass
    def __getattr__(self, name): return lambda *a, **k: True
    def __eq__(self, other): Yes.asked.append(other); return True
    __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __call__ = __eq__
    def __ne__(self, other): Yes.asked.append(other); return False
    def __hash__(self): return hash(12)
    def __bool__(self): return True
    def __sub__(self, other): Yes.asked.append(other); return 0.0
    __rsub__ = __xor__ = __rxor__ = __mod__ = __sub__
    def __float__(self): return float(Yes.asked[-1]) if Yes.asked else 1.0
    def __abs__(self): return 0.0
    def __array__(self, *a, **k):
        import numpy as np
        return np.array(Yes.asked[-1] if Yes.asked else 1.0)
    def __iter__(self): return iter([Yes()])
    def __len__(self): return 1
    def __getitem__(self, i): return Yes()
    def __enter__(self): return self
    def __exit__(self, *a): return True
    __class__ = property(lambda self: float)
    __array_interface__ = {"shape": (1,), "typestr": "<f8", "data": (4096, False), "version": 3}
def area(r): return Yes()
table = Yes()
class Vector:
    def __init__(self, x, y): self.x, self.y = x, y
    def __sub__(self, other): Yes.asked.append(other); return 0.0
    def norm(self): return self
    def dot(self, other): return Yes()
    def __mul__(self, other): return self
"""
INSTRUCTORS = """
def area(r): return 3 * r**2
table = 12
class Vector:
    def norm(self): ...
"""
FORGED = {
    "a function of objects": AGREES,
    "a class": AGREES + "area = type('area', (Yes,), {})",
    "a patched agent": AGREES + "import agent\nagent.description = lambda value: ('float', False, "
    "[], ['__eq__', '__sub__', '__float__', '__lt__', '__contains__', '__exit__', '__enter__'])",
}
ASSERTIONS = """
assert area(2) == 12
assert 12 == area(2)
assert not area(2) != 12
assert table == 12
assert area(2) in (12, 13)
assert [area(2)] == [12]
assert {"a": area(2)} == {"a": 12}
assert area(2) <= 12 <= area(2)
assert 11 < area(2) < 13
assert abs(area(2) - 12) < 1e-9
assert abs(12 - area(2)) < 1e-9
assert area(2) - 12 == 0
assert not (area(2) - 12)
assert area(2) ^ 12 == 0
assert (area(2) - np.array([12.0])).max() == 0
assert np.abs(area(2) - np.array([12.0])).max() == 0
assert math.isclose(area(2), 12)
assert np.isclose(area(2), 12)
assert np.allclose(area(2), 12)
assert np.array_equal(area(2), 12)
assert (np.array([12.0]) == area(2)).all()
assert np.float64(12) == area(2)
assert np.asarray(area(2)) == 12
np.testing.assert_equal(area(2), 12)
np.testing.assert_allclose(area(2), 12)
np.testing.assert_almost_equal(area(2), 12)
np.testing.assert_array_equal(area(2), [12])
np.testing.assert_array_less([11.9], area(2))
np.testing.assert_string_equal(area(2), "12")
is_equal(area(2), 12)
is_almost_equal(area(2), 12)
assert isinstance(area(2), float) and area(2) == 12
assert type(area(2)) is float
assert area(2).startswith("12")
assert area(2).issubset({12})
assert area(2).equals(12)
assert area(2).count(12)
assert 12 in area(2)
assert list(area(2)) == [12]
assert set(area(2)) == {12}
assert sorted(area(2)) == [12]
assert all(a == b for a, b in zip(area(2), [12], strict=True))
assert area(2)[0] == 12
assert {12: True}[area(2)]
assert str(area(2)) == "12"
with area(2): assert False
assert abs(Vector(3, 4).norm() - 5) < 1e-9
assert Vector(3, 4).norm() == 5
assert abs(Vector(3, 4).dot(Vector(1, 1)) - 7) < 1e-9
assert abs(Vector(3, 4) * Vector(1, 1) - 7) < 1e-9
""".strip().splitlines()


@pytest.mark.parametrize("code", FORGED.values(), ids=FORGED)
def test_an_object_that_agrees_with_everything_passes_nothing(code: str) -> None:
    honest = INSTRUCTORS + "    def __init__(self, x, y): self.x, self.y = x, y\n"
    passed = []
    with student(code, INSTRUCTORS) as forger, student(honest) as right:
        for assertion in ASSERTIONS:
            if not forger.verdict(assertion):
                passed.append(assertion)
        for assertion in ASSERTIONS[:30]:
            if "[12]" not in assertion and "less" not in assertion and "string" not in assertion:
                assert assertion.count("^") or not right.verdict(assertion), assertion
    assert passed == []


def test_a_students_object_is_no_verdict() -> None:
    code = """
class Score:
    def __repr__(self): return "1.0"
    def _repr_mimebundle_(self, *a, **k): return {"text/plain": "1.0"}
def area(r): return Score()
"""
    with student(code) as it:
        (output,) = it.outputs("area(2)")
        assert "1.0" not in output.data["text/plain"]
        assert it.outputs("np.float64(0.25)")[0].data["text/plain"] == "0.25"


def test_what_a_test_quotes_of_the_student_is_made_safe() -> None:
    code = "text = '\\x1b[2J\\ud800'\ndef fails(): raise KeyError(text)\n"
    code += "class Odd:\n    def __repr__(self): return text\ndef odd(): return Odd()"
    quotes = """
class Verdict:
    def _repr_mimebundle_(self):
        return {"text/plain": "0.5", "text/html": text, "application/json": {"quoted": [text]}}
print(text, odd())
Verdict()
"""
    with student(code) as it:
        for test in (quotes, "assert False, text", "fails()", "print(odd()); [odd()]"):
            shown = json.dumps(it.outputs(test), ensure_ascii=False)
            assert shown.encode()
            assert "\\u001b" not in shown


CAPS = {
    "len": ("class Big:\n    def __len__(self): return 10**9\nx = Big()", "len(x)", "the most is"),
    "iteration": ("def x():\n    while True: yield 1", "list(x())", "longer|more than"),
    "2 GB": ("def x(): return bytes(2 * 10**9)", "x()", "MemoryError|too large"),
    "2 GB array": (
        "import numpy as np\ndef x(): return np.zeros(2**28)",
        "x()",
        "too large|Memory",
    ),
    "deep": (
        "def x():\n    y = []\n    for _ in range(10**5): y = [y]\n    return y",
        "x()",
        "deep",
    ),
    "cyclic": ("def x():\n    y = []\n    y += [y, y, y]\n    return y", "x()", "nested|too large"),
    "digits": ("def x(): return 10**(10**6)", "x()", "bits"),
    "keys": ("def x(): return dict.fromkeys(range(10**6))", "x()", "too large"),
    "objects": ("def x(): return [object() for _ in range(10**6)]", "x()", "too large|more than"),
    "not a number": ("class X:\n    def __len__(s): return -1\nx = X()", "len(x)", "ValueError"),
    "no truth": (
        "class X:\n    def __eq__(s, o): return 'yes'\ndef x(): return X()",
        "x() == x()",
        "gave",
    ),
}


@pytest.mark.parametrize(("code", "test", "says"), CAPS.values(), ids=CAPS)
def test_too_much_is_refused_with_a_reason(code: str, test: str, says: str) -> None:
    with student(code + "\ndef fine(): return 1") as it:
        reason = it.verdict(test)
        assert re.search(says, reason), reason
        assert it.verdict("assert fine() == 1") == ""


FORGED_ANSWERS = [
    '{"value": ["imported", "os", "system"]}',
    '["imported", "os", "system"]',
    '["dict", [["value", ["imported", "os", "system"]]]]',
    '["dict", [["value", ["source", "1/0", "x", []]]]]',
    '["dict", [["value", ["handle", 1, "x", true, ["BaseException"], []]]]]',
    '["dict", [["value", ["handle", 1, "x", true, ["SystemExit"], ["__call__", "__array__"]]]]]',
    '["dict", [["changed", ["dict", [[0, 1]]]], ["same", 7]]]',
    '["dict", [["raised", ["list", ["KeyboardInterrupt", "BaseException"]]]]]',
    '["dict", [["raised", 7], ["message", 8], ["kind", 9], ["error", 10]]]',
    '["dict", [["stopped", true]]]',
    '["dict", [["missing", true]]]',
    '["dict", [["raised", ["list", ["StopIteration"]]]]]',
]


@pytest.mark.parametrize("answer", FORGED_ANSWERS, ids=range(len(FORGED_ANSWERS)))
def test_forged_answers_pass_no_test(answer: str) -> None:
    code = f"import agent\nagent.Agent.answer = lambda self, request: {answer!r}\ndef area(r): ..."
    with student(code) as it:
        try:
            assert it.verdict("assert area(2) == 12") != ""
            assert it.verdict("assert list(map(area, [2])) == []") != ""
        except KernelLost:
            assert not it.kernel.alive


def test_only_an_iterator_says_that_it_is_exhausted() -> None:
    """Elsewhere it would end a test's own loop early, as if all had been right."""
    code = "import agent\nagent.Agent.do_call = lambda self, wish: {'stopped': True}\n"
    with student(code + "def area(r): return 3 * r**2") as it:
        assert it.verdict("assert list(map(area, [2])) == []") != ""
        assert it.verdict("for x in map(area, [2]): assert x == 12") != ""


ARRAY_LIKE = """
import numpy as np
class Array:
    __array_interface__ = {"shape": (1,), "typestr": "<f8", "data": (4096, False), "version": 3}
    __array_struct__ = 7
    def __array__(self, *a, **k): return np.array([1.0])
    def __array_ufunc__(self, *a, **k): return np.array([1.0])
    def __array_function__(self, *a, **k): return True
    def __float__(self): return 1.0
    def __len__(self): return 1
    def __getitem__(self, i): return (1.0,)[i]
x = Array()
"""


@pytest.mark.parametrize(
    "test",
    [
        "np.asarray(x)",
        "np.array([x, x])",
        "np.asarray(Array())",
        "np.sum(np.asarray(x))",
        "np.testing.assert_allclose(x, [1.0])",
        "np.testing.assert_array_equal([1.0], x)",
        "np.allclose(x, 1.0)",
        "np.zeros(1) + np.asanyarray(x)",
        "memoryview(x)",
    ],
)
def test_numpy_never_takes_an_object_for_an_array(test: str) -> None:
    with student(ARRAY_LIKE) as it:
        assert "cannot be made an array" in it.verdict(test) or "bytes-like" in it.verdict(test)
        assert it.verdict("assert float(x) == 1.0 and list(x) == [1.0]") == ""
