"""The student's names, as the tests see them from outside the sandbox.

A test cell runs in the grader's process with a namespace of its own. Which names in it are the
student's is decided from the instructor's notebook: those that its solution cells define. Such a
name stands for the object in the student's kernel. Everything else, imports above all, is ours.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from autograder.sandbox.kernel import StudentKernel
from autograder.testing import cells
from autograder.testing.handing_over import TESTS, HandingOver
from autograder.testing.reference import reference_of
from autograder.testing.wall import Wall


class Names(dict[str, Any]):
    """The namespace of the tests.

    Args:
        kernel: where the student's names live.
        students: the names that are the student's.
        explain: says of a student's name that is missing why it may be so.
        classes: those that the instructor's notebook defines as classes.
    """

    def __init__(
        self,
        kernel: StudentKernel,
        students: Iterable[str],
        explain: Callable[[str], str],
        classes: Iterable[str] = (),
    ) -> None:
        super().__init__(__name__=TESTS)
        self.students, self.explain = frozenset(students), explain
        self.classes = frozenset(classes)
        self.hand_over = HandingOver(self, self.students, kernel.view)
        self.wall = Wall(kernel, self.hand_over)

    def __getitem__(self, name: str) -> Any:
        if name not in self.students:
            return super().__getitem__(name)
        try:
            return self.wall.ask(name, own=name in self.classes, operation="get", name=name)
        except NameError as error:
            raise NameError(self.explain(name)) from error

    def __contains__(self, name: object) -> bool:
        if name not in self.students:
            return super().__contains__(name)
        try:
            self.wall.ask(str(name), operation="get", name=name)
        except NameError:
            return False
        return True

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a name; ``globals().get("area")`` in a test."""
        try:
            return self[name]
        except (LookupError, NameError):
            return default

    def keys(self) -> Any:
        """All names; ``dir()`` in a test."""
        there = [name for name in sorted(self.students) if name in self]
        return dict.fromkeys([*super().keys(), *there]).keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self.students:
            super().__setitem__(name, value)
        else:
            sent = self.wall.hand_over(value)
            self.wall.ask(name, operation="set", name=name, value=sent)

    def __delitem__(self, name: str) -> None:
        if name not in self.students:
            super().__delitem__(name)
        else:
            self.wall.ask(name, operation="delete", name=name)


def defined_classes(source: str) -> set[str]:
    """Those of the names that a cell defines which are classes."""
    return {s.name for s in _statements(source) if isinstance(s, ast.ClassDef)}


def same(first: Any, second: Any) -> bool:
    """What ``is`` means: two proxies of one object are the same."""
    here, there = reference_of(first), reference_of(second)
    if here is None or there is None:
        return first is second
    return here.handle.number == there.handle.number


def kind_of(value: Any) -> Any:
    """What ``type()`` means: the type that an object of the student's has there."""
    reference = reference_of(value)
    if reference is None:
        return type(value)
    # What stands for a function, a generator or a class says so itself.
    if value.__class__ is not type(value):
        return value.__class__
    return reference.apply("type", value)


def defined_names(source: str) -> set[str]:
    """The names that a cell of the instructor's notebook defines: def, class and assignment.

    Names that it imports are not among them, nor those that loops count with: a test's own loop
    would then count in the student's kernel.
    """
    return set(_defined(_statements(source)))


def _defined(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                yield name
            case ast.Name(name, ast.Store()):
                yield name
            case ast.For(body=body, orelse=orelse):
                yield from _defined([*body, *orelse])
            case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp():
                continue
            case ast.Import() | ast.ImportFrom() | ast.GeneratorExp():
                continue
            case _:
                yield from _defined(ast.iter_child_nodes(node))


def imports(source: str) -> str:
    """The import statements of a cell, alone."""
    found = [s for s in _statements(source) if isinstance(s, ast.Import | ast.ImportFrom)]
    return "\n".join(ast.unparse(statement) for statement in found)


def _statements(source: str) -> list[ast.stmt]:
    try:
        return cells.parse(source).body
    except SyntaxError:
        return []
