"""The student's names, as the tests see them from outside the sandbox.

A test cell runs in the grader's process with a namespace of its own. Which names in it are the
student's is decided from the instructor's notebook: those that its solution cells define. Such a
name stands for the object in the student's kernel. Everything else, imports above all, is ours.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from autograder.kernel import StudentKernel
from autograder.plain import Handle


class RemoteObject:
    """An object that stays in the student's kernel and can only be handed back to it."""

    def __init__(self, kernel: StudentKernel, handle: Handle, name: str) -> None:
        self._kernel, self._handle = kernel, handle
        self.__name__ = name

    def __repr__(self) -> str:
        return f"<{self._handle.type_name} of the student's kernel>"


class RemoteFunction(RemoteObject):
    """A function of the student: called here, run there.

    Arguments and result cross the wall as plain data. Lists, dictionaries and arrays among the
    arguments that the function changed are changed here too, as if it had been called directly.
    Its exceptions are raised here as the built-in exception that they are, or derive from.
    """

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        reply = self._kernel.ask(
            operation="call",
            function=self._handle,
            arguments=[_without_proxy(value) for value in arguments],
            keywords={name: _without_proxy(value) for name, value in keywords.items()},
        )
        value = self._kernel_value(reply)
        changed = reply.get("changed")
        for i, new in changed.items() if isinstance(changed, dict) else ():
            if isinstance(i, int) and 0 <= i < len(arguments):
                _change_in_place(arguments[i], new)
        return value

    def _kernel_value(self, reply: Any) -> Any:
        return value_of(self._kernel, reply, self.__name__)


class Names(dict[str, Any]):
    """The namespace of the tests.

    Args:
        kernel: where the student's names live.
        students: the names that are the student's.
        explain: says of a student's name that is missing why it may be so.
    """

    def __init__(
        self, kernel: StudentKernel, students: Iterable[str], explain: Callable[[str], str]
    ) -> None:
        super().__init__(__name__="__tests__")
        self.kernel, self.students, self.explain = kernel, frozenset(students), explain

    def __getitem__(self, name: str) -> Any:
        if name not in self.students:
            return super().__getitem__(name)
        reply = self.kernel.ask(operation="get", name=name)
        if isinstance(reply, dict) and reply.get("missing") is True:
            raise NameError(self.explain(name))
        return value_of(self.kernel, reply, name)

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self.students:
            super().__setitem__(name, value)
        else:
            reply = self.kernel.ask(operation="set", name=name, value=_without_proxy(value))
            value_of(self.kernel, reply, name)

    def __delitem__(self, name: str) -> None:
        if name not in self.students:
            super().__delitem__(name)
        else:
            value_of(self.kernel, self.kernel.ask(operation="delete", name=name), name)


def value_of(kernel: StudentKernel, reply: Any, name: str) -> Any:
    """The value in an answer of the kernel; an exception in it is raised.

    Raises:
        Exception: what the student's code raised, as the built-in exception nearest to it.
    """
    if not isinstance(reply, dict):
        raise RuntimeError("the kernel did not answer as it should")
    if "raised" in reply:
        raise _exception(reply["raised"], reply.get("message"))
    value = reply.get("value")
    if isinstance(value, Handle):
        return (RemoteFunction if value.is_callable else RemoteObject)(kernel, value, name)
    return value


def defined_names(source: str) -> set[str]:
    """The names that a cell of the instructor's notebook defines: def, class and assignment.

    Names that it imports are not among them.
    """
    names = set()
    for statement in _statements(source):
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            names |= {
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
    return names


def imports(source: str) -> str:
    """The import statements of a cell, alone."""
    found = [s for s in _statements(source) if isinstance(s, ast.Import | ast.ImportFrom)]
    return "\n".join(ast.unparse(statement) for statement in found)


def _statements(source: str) -> list[ast.stmt]:
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        return ast.parse(TransformerManager().transform_cell(source)).body
    except SyntaxError:
        return []


def _exception(names: Any, message: Any) -> Exception:
    text = message if isinstance(message, str) else ""
    for name in names if isinstance(names, list) else []:
        kind = getattr(builtins, name, None) if isinstance(name, str) else None
        # The two that say something of the kernel must not be said by the student's code.
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            continue
        if issubclass(kind, ConnectionError | TimeoutError | StopIteration | StopAsyncIteration):
            continue
        try:
            return kind(text)
        except TypeError:
            continue
    return RuntimeError(text)


def _without_proxy(value: Any) -> Any:
    if isinstance(value, RemoteObject):
        return value._handle
    if isinstance(value, list | tuple):
        return type(value)(_without_proxy(item) for item in value)
    return value


def _change_in_place(old: Any, new: Any) -> None:
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if old.shape == new.shape and np.can_cast(new.dtype, old.dtype, "same_kind"):
            np.copyto(old, new, casting="same_kind")
    elif isinstance(old, list) and isinstance(new, list):
        old[:] = new
    elif isinstance(old, dict) and isinstance(new, dict):
        old.clear()
        old.update(new)
