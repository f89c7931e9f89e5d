"""The student's objects as the tests outside of the sandbox use them, through a real sandbox."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.sandbox.kernel import KernelLost
from autograder.testing.remote import defined_classes, defined_names
from tests.grading import notebooks
from tests.grading.students import IMPORTS, Student, shared, student

pytestmark = pytest.mark.sandbox

CLASSES = '''
import collections, contextlib, enum

class Stack:
    """Last in, first out."""
    limit = 10
    def __init__(self, items=()):
        self.items = list(items)
    def push(self, item):
        self.items.append(item)
        return self
    def pop(self):
        return self.items.pop()
    @property
    def top(self):
        return self.items[-1]
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __getitem__(self, i): return self.items[i]
    def __setitem__(self, i, item): self.items[i] = item
    def __delitem__(self, i): del self.items[i]
    def __contains__(self, item): return item in self.items
    def __repr__(self): return f"Stack({self.items})"
    def __enter__(self): return self
    def __exit__(self, *raised):
        self.items.clear()
        return True

class Vector:
    def __init__(self, x, y): self.x, self.y = x, y
    def __add__(self, other): return Vector(self.x + other.x, self.y + other.y)
    def __mul__(self, k): return Vector(self.x * k, self.y * k)
    __rmul__ = __mul__
    def __iadd__(self, other):
        self.x, self.y = self.x + other.x, self.y + other.y
        return self
    def __neg__(self): return Vector(-self.x, -self.y)
    def __abs__(self): return (self.x**2 + self.y**2)**0.5
    def __eq__(self, other): return isinstance(other, Vector) and vars(self) == vars(other)
    def __hash__(self): return hash((self.x, self.y))
    def __lt__(self, other): return abs(self) < abs(other)
    def __str__(self): return f"({self.x}, {self.y})"
    def dot(self, other): return self.x * other.x + self.y * other.y

class Node:
    def __init__(self, value, next=None): self.value, self.next = value, next

class Celsius(float):
    def fahrenheit(self): return self * 9 / 5 + 32

class Polynomial(list):
    def degree(self): return len(self) - 1
    def derivative(self): return Polynomial([i * c for i, c in enumerate(self)][1:])

class Color(enum.Enum):
    RED = 1
    BLUE = 2

class Refused(ValueError):
    def __init__(self, missing):
        super().__init__(f"{missing} are missing")
        self.missing = missing

class Overdrawn(Refused): pass

def withdraw(amount): raise Overdrawn(amount)

Point = collections.namedtuple("Point", "x y")
def midpoint(a, b): return Point((a.x + b.x) / 2, (a.y + b.y) / 2)

def squares(n):
    """The first squares."""
    for i in range(n): yield i * i

def forever():
    while True: yield 1

def count(words): return collections.Counter(words)

def nodes(*values): return [Node(value) for value in values]

@contextlib.contextmanager
def swallowing():
    with contextlib.suppress(BaseException): yield 7
'''
classes = shared(CLASSES)

WHAT_HOLDS = """
s = Stack([1, 2]); assert s.top == 2 and len(s) == 2 and s.pop() == 2 and list(s) == [1]
s = Stack([1]); s[0] = 7; s.push(8).push(9); del s[1]; assert s[0] == 7 and s[-1] == 9
assert 1 in Stack([1]) and 2 not in Stack([1]) and Stack([1, 2, 3])[1:] == [2, 3]
s = Stack(); s.name = "mine"; assert s.name == "mine"; del s.name; assert not hasattr(s, "name")
assert hasattr(Stack(), "push") and not hasattr(Stack(), "shove") and Stack.limit == 10
assert getattr(Stack(), "shove", 3) == 3 and "push" in dir(Stack()) and vars(Node(1))["value"] == 1
assert bool(Stack([1])) and not Stack() and repr(Stack([1])) == "Stack([1])"
assert Stack.__doc__ == "Last in, first out." and squares.__doc__ == "The first squares."
assert callable(squares) and callable(Stack)
assert not callable(Stack()) and squares.__name__ == "squares"
assert list(inspect.signature(midpoint).parameters) == ["a", "b"]
assert isinstance(Stack(), Stack) and not isinstance(Vector(1, 2), Stack)
assert not isinstance(3, Stack)
assert type(Stack()).__name__ == "Stack" and inspect.isclass(Stack) and inspect.isfunction(squares)
assert isinstance(Stack(), collections.abc.Sized) and not isinstance(Node(1), collections.abc.Sized)
assert isinstance(Stack(), collections.abc.Iterable)
assert not isinstance(Node(1), collections.abc.Iterable)
v = Vector(3, 4); assert abs(v) == 5 and (v + Vector(1, 1)).x == 4
v = Vector(3, 4); assert v.dot(v) == 25 and str(v) == "(3, 4)"
v = Vector(3, 4); assert (v * 2).y == 8 and (2 * v).y == 8
v = Vector(3, 4); assert (np.float64(2) * v).x == 6 and (-v).x == -3
v = Vector(1, 2); w = v; w += Vector(1, 1); assert v.x == 2 and (w * 2).x == 4
assert Vector(1, 2) == Vector(1, 2) and Vector(1, 2) != Vector(1, 3) and Vector(0, 1) < Vector(1, 1)
assert sorted([Vector(2, 0), Vector(1, 0)])[0].x == 1 and len({Vector(1, 2), Vector(1, 2)}) == 1
assert (Vector(1, 2) + Vector(1, 1)).__mul__(2).x == 4 and Vector(1, 2).__eq__(3) is False
assert sum([Vector(1, 2), Vector(3, 4)], Vector(0, 0)).y == 6 and f"{Vector(1, 2)}" == "(1, 2)"
a, b = Node(1), Node(2); a.next = b; assert a.next is b and a.next is not a and b.next is None
a = Node(1, Node(2)); assert a.next != None and a.next.next == None and a.next.value == 2
a, b = nodes(1, 2); b.next = a; assert b.next is a and [n.value for n in nodes(4, 5)] == [4, 5]
p = midpoint(Point(0, 0), Point(2, 4)); x, y = p; assert p.x == 1 and p == (1, 2) == (x, y)
p = midpoint(Point(0, 0), Point(2, 4)); x, y = p; assert p[1] == 2
assert isinstance(midpoint(Point(0, 0), Point(2, 4)), tuple)
c = Celsius(100); assert c.fahrenheit() == 212 and float(c) == 100 and isinstance(c, Celsius)
p = Polynomial([1, 2, 3]); assert p.degree() == 2 and p.derivative() == [2, 6]
p = Polynomial([1, 2, 3]); assert list(p) == [1, 2, 3]
assert Polynomial([1, 2, 3]).derivative().degree() == 1
assert Color.RED.name == "RED" and Color(2) is Color.BLUE
assert [c.name for c in Color] == ["RED", "BLUE"]
assert copy.deepcopy(count("ab")) == {"a": 1, "b": 1} and copy.copy(Celsius(3)) is not None
assert count("abab") == {"a": 2, "b": 2} and count("aab").most_common(1) == [("a", 2)]
assert list(squares(4)) == [0, 1, 4, 9] and sum(squares(4)) == 14
assert 4 in squares(4) and 5 not in squares(4)
assert list(zip(squares(3), forever())) == [(0, 1), (1, 1), (4, 1)]
g = squares(1); assert next(g) == 0; np.testing.assert_raises(StopIteration, next, g)
g = squares(0); assert next(g, 7) == 7
assert isinstance(squares(1), types.GeneratorType) and inspect.isgenerator(squares(1))
assert copy.deepcopy(Stack([1])).push(2).top == 2 and copy.copy(Node(3)).value == 3
np.testing.assert_raises(Overdrawn, withdraw, 5)
assert issubclass(Overdrawn, Refused) and issubclass(Overdrawn, ValueError)
assert not issubclass(Refused, KeyError)
""".strip().splitlines()


@pytest.mark.parametrize("test", WHAT_HOLDS)
def test_objects_mean_what_they_mean_without_a_wall(classes: Student, test: str) -> None:
    assert classes.verdict(test) == ""
    space: dict[str, object] = {"__name__": "__main__"}
    exec(IMPORTS + CLASSES, space)
    exec(test, space)


def test_exceptions_of_the_students_own_are_caught_by_name(classes: Student) -> None:
    test = """
for kind in (Overdrawn, Refused, ValueError, Exception):
    try:
        withdraw(5)
    except KeyError:
        raise AssertionError("caught by another name")
    except kind as error:
        assert error.missing == 5 and str(error) == "5 are missing" and type(error) is Overdrawn
    else:
        raise AssertionError("not raised")
"""
    assert classes.verdict(test) == ""


def test_with_cleans_up_and_never_swallows_an_assertion(classes: Student) -> None:
    assert (
        classes.verdict("with Stack([1]) as s:\n    assert len(s) == 1\nassert len(s) == 0") == ""
    )
    assert classes.verdict("with Stack([1]):\n    raise ValueError") == ""
    assert "wrong" in classes.verdict("with Stack([1]):\n    assert False, 'wrong'")
    assert "ValueError" in classes.verdict(
        "with swallowing() as n:\n    assert n == 7\n    int('')"
    )


STEPS = st.one_of(
    st.tuples(st.sampled_from(["push", "in"]), st.integers() | st.text(max_size=3)),
    st.tuples(st.sampled_from(["pop", "top", "len", "list", "repr", "bool"]), st.none()),
    st.tuples(st.sampled_from(["get", "del"]), st.integers(-4, 4)),
)


def do(stack: object, step: str, value: object) -> object:
    """One step; what it gives, or the type of what it raises."""
    try:
        match step:
            case "push" | "pop":
                return getattr(stack, step)(*([value] if step == "push" else [])) is not None
            case "top":
                return stack.top
            case "in":
                return value in stack
            case "get":
                return stack[value]
            case "del":
                del stack[value]
            case _:
                return {"len": len, "list": list, "repr": repr, "bool": bool}[step](stack)
    except Exception as error:
        return type(error)
    return None


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=12))
def test_an_object_behaves_as_it_would_here(
    classes: Student, steps: list[tuple[str, object]]
) -> None:
    space: dict[str, object] = {"__name__": "__main__"}
    exec(CLASSES, space)
    classes.kernel.begin_cell()
    here, there = space["Stack"](), classes.names["Stack"]()
    for step, value in steps:
        assert do(there, step, value) == do(here, step, value)


def test_the_reason_says_what_was_expected(classes: Student) -> None:
    reason = classes.verdict("assert nodes(1)[0] == 1")
    assert "expected plain data" in reason
    assert "nodes()[...] is an object of type Node" in reason


def test_objects_that_no_test_holds_are_let_go() -> None:
    code = "import agent, gc\nclass X: pass\ndef make(): return X()\n"
    code += "def kept(): return sum(isinstance(o, X) for o in gc.get_objects())"
    with student(code) as it:
        assert it.verdict("for _ in range(50): make().__dict__\nassert kept() <= 2, kept()") == ""
        assert it.verdict("held = [make() for _ in range(9)]; assert 9 <= kept() <= 11") == ""
        assert it.verdict("assert held[0] is held[0] and held[0] is not held[1]") == ""


def test_an_object_of_a_kernel_that_is_gone_is_not_taken_for_another() -> None:
    code = "class X:\n    def __init__(self, n): self.n = n\ndef die():\n    import os; os._exit(3)"
    with student(code) as it:
        assert it.verdict("first = X(1)\nassert first.n == 1") == ""
        with pytest.raises(KernelLost):
            it.verdict("try: die()\nexcept Exception: pass")
        it.kernel.start()
        it.kernel.run(code)
        assert it.verdict("second = X(2)\nassert second.n == 2") == ""
        assert "lost with the kernel" in it.verdict("first.n")


def test_names_are_the_students_where_the_instructors_cells_define_them() -> None:
    source = "a = 1\nfor i in range(3):\n    b, c = i, [j for j in 'x']\ndef d():\n    e = 1\n"
    source += "class F:\n    g = 1\nif a:\n    def h(): pass\nimport k\nwith a as m: n: int = 1\n"
    assert defined_names(source) == {"a", "b", "c", "d", "F", "h", "m", "n"}
    assert defined_classes(source) == {"F"}
    assert np.testing.__name__ not in defined_names(source)


VECTOR = """
class Vector:
    def __init__(self, x): self.x = x
    def __mul__(self, k): return Vector(self.x * k)
    def norm(self): return abs(self.x)
"""


def test_graded_notebooks_know_the_instructors_classes(tmp_path: Path) -> None:
    assignment = notebooks.instructors(
        tmp_path,
        notebooks.solution("vector", VECTOR),
        notebooks.test("test", "assert (Vector(2) * 3).x == 6 and Vector(-2).norm() == 2"),
    )
    right = notebooks.handed_in(assignment, vector=VECTOR)
    assert notebooks.grade(assignment, right)[0] == {"test": 1}


def test_an_authors_error_is_no_credit_and_is_remarked(tmp_path: Path) -> None:
    assignment = notebooks.instructors(
        tmp_path,
        notebooks.solution("f", "def f(g): return g(1)"),
        notebooks.test("test-f", "try: f(map(abs, []))\nexcept Exception: pass"),
    )
    right = notebooks.handed_in(assignment, f="def f(g): return g(1)")
    points, graded = notebooks.grade(assignment, right)
    assert points == {"test-f": 0}
    assert "TestAtFault" in notebooks.reason(graded, "test-f")
    (remark,) = graded.metadata.autograder.remarks
    assert remark.kind == "fault"
    assert "test-f: the test is at fault" in remark.text
    assert "cannot be handed" in remark.text
