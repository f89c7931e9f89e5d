"""What a test hands over to the student's code: plain data, the student's objects, and functions.

A function or class that can be imported inside is sent by its name; one that the author wrote in a
cell, by its source. The source of such a function, and the values that it names, can be seen by the
student's code: that is what handing it over means. Nothing else of the test goes with it.
"""

from __future__ import annotations

import ast
import copy
import dis
import importlib.util
import sys
import types
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from autograder.sandbox.importable import permitted_paths
from autograder.sandbox.limits import View
from autograder.sandbox.plain import Imported, NotPlain, Source
from autograder.testing.cells import Part
from autograder.testing.proxies import RemoteObject
from autograder.testing.reference import AuthorError, reference_of

TESTS = "__tests__"
"""The module that the author's cells take themselves to be."""

_NUMBERS = (bool, int, float, complex, np.number, np.bool)
_AS_THEY_ARE = (*_NUMBERS, str, bytes, bytearray, range, type(None), type(Ellipsis), np.ndarray)
# What plain data has, a type or a method, may be there because of what a student's code returned.
# That is no reason to blame the author, which ends the grading of the whole class.
_NEVER_THE_AUTHORS = (type, np.generic)
_ALWAYS_THE_AUTHORS = (
    *(types.FunctionType, types.MethodType, types.ModuleType, types.GeneratorType),
    *(map, filter, zip, enumerate),
)
_IN_WORDS: dict[type[Any], str] = {list: "a list", dict: "a dictionary", set: "a set"}


class HandingOver:
    """Turns values of the tests into what is sent for them.

    Args:
        names: the namespace of the tests.
        students: the names in it that are the student's.
        view: what can be imported inside.

    Attributes:
        cells: the author's cells that were run, by the file name that their code bears.
        mentioned: the names in them.
    """

    def __init__(self, names: Mapping[str, Any], students: frozenset[str], view: View) -> None:
        self.names, self.students, self.view = names, students, view
        self.cells: dict[str, ast.Module | ast.Expression] = {}
        self.mentioned: set[str] = set()
        self._under_way: list[object] = []

    def note(self, part: Part) -> None:
        """Remembers a part of a cell of the author's, which is about to be run."""
        self.cells[part.file] = part.tree
        self.mentioned |= part.names

    def __call__(self, value: Any) -> Any:
        """What is sent for a value.

        Raises:
            AuthorError: it cannot be sent, whatever the student's code does.
            NotPlain: it is data that cannot be sent.
        """
        reference = reference_of(value)
        if reference is not None:
            return reference.handle
        if type(value).__module__ == TESTS:
            raise AuthorError(
                f"an object of the class {type(value).__name__!r} cannot be handed to the "
                "student's code: the class is the notebook's, and exists on this side only. Define "
                "it in a solution cell, above the line BEGIN SOLUTION; then its objects live where "
                "the student's code does."
            )
        if isinstance(value, _AS_THEY_ARE):
            return value
        if isinstance(value, slice):
            return slice(*map(self, (value.start, value.stop, value.step)))
        for kind in (list, tuple, set, frozenset):
            if isinstance(value, kind):
                return kind(map(self, value))
        if isinstance(value, dict):
            return {self(key): self(item) for key, item in value.items()}
        return self._more(value)

    def _more(self, value: Any) -> Any:
        if isinstance(value, np.dtype):
            return self(value.type)
        if isinstance(value, types.FunctionType) and value.__code__.co_filename in self.cells:
            return self._source(value)
        imported = _find(value)
        if imported is not None and self._can_be_imported(imported.module):
            return imported
        if isinstance(value, np.random.Generator):
            return self._generator(value)
        if isinstance(value, _NEVER_THE_AUTHORS) or (
            type(value).__module__.partition(".")[0] in ("builtins", "numpy")
            and not isinstance(value, _ALWAYS_THE_AUTHORS)
        ):
            raise NotPlain(f"an object of type {type(value).__name__!r} cannot be handed over")
        raise AuthorError(f"{_describe(value)} cannot be handed to the student's code. {_ADVICE}")

    def _can_be_imported(self, module: str) -> bool:
        top = module.partition(".")[0]
        if top == "__main__":
            return False
        if top in self.view.packages:
            return any(f"{module}.".startswith(f"{name}.") for name in self.view.modules)
        if top in sys.stdlib_module_names:
            return True
        return _is_permitted(top, self.view.distributions)

    def _generator(self, value: np.random.Generator) -> Source:
        kind, state = type(value.bit_generator).__name__, value.bit_generator.state
        text = "(g := random.Generator(getattr(random, kind)()), setattr(g.bit_generator, 'state',"
        values = {"random": Imported("numpy.random", ""), "kind": kind, "state": state}
        return Source(f"{text} state))[0]", "", values)

    def _source(self, function: types.FunctionType) -> Source:
        if any(function is other for other in self._under_way):
            raise AuthorError(
                f"{_describe(function)} and another function of a cell call each other; put one "
                "into the other."
            )
        self._under_way.append(function)
        try:
            return self._source_of(function)
        finally:
            self._under_way.pop()

    def _source_of(self, function: types.FunctionType) -> Source:
        defaults = {_default(i): d for i, d in enumerate(function.__defaults__ or ())}
        cell = self.cells[function.__code__.co_filename]
        text = _text_of(function.__code__, cell, len(defaults))
        if text is None:
            raise AuthorError(f"the source of {_describe(function)} was not found. {_ADVICE}")
        defaults |= {_default(name): d for name, d in (function.__kwdefaults__ or {}).items()}
        values = self._free_values(function) | {k: self(value) for k, value in defaults.items()}
        return Source(text, function.__name__, values)

    def _free_values(self, function: types.FunctionType) -> dict[str, Any]:
        code = function.__code__
        cells = zip(code.co_freevars, function.__closure__ or (), strict=True)
        around = {name: cell.cell_contents for name, cell in cells}
        values = {}
        for operation, name in _instructions(code):
            if operation in ("STORE_GLOBAL", "DELETE_GLOBAL") or (
                operation in ("STORE_DEREF", "DELETE_DEREF") and name in around
            ):
                raise AuthorError(
                    f"{_describe(function)} changes {name!r}, which would be changed inside the "
                    f"sandbox only. Keep it as an attribute of the function, "
                    f"'{function.__name__}.{name} = ...', and read it from the student's name."
                )
            if name in around:
                values[name] = self._free_value(function, name, around[name])
            elif operation == "LOAD_GLOBAL" and self._is_ours(name, function):
                values[name] = self._free_value(function, name, self.names[name])
        return values

    def _is_ours(self, name: str, function: types.FunctionType) -> bool:
        there = name in self.names and name not in self.students and not name.startswith("__")
        return there and name != function.__name__

    def _free_value(self, function: types.FunctionType, name: str, value: Any) -> Any:
        if type(value) in _IN_WORDS and self._is_made_empty(name):
            raise AuthorError(
                f"{_describe(function)} uses {name!r}, {_IN_WORDS[type(value)]}, of which the "
                "sandbox would get a copy: what is added to it there is not in it here. What the "
                "function is to write down, it keeps as an attribute of itself."
            )
        return self(value)

    def _is_made_empty(self, name: str) -> bool:
        """Whether a cell makes an empty container of this name, as those do that fill it later."""
        return any(
            isinstance(node, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
            and ast.unparse(node.value) in ("[]", "{}", "set()", "list()", "dict()")
            for cell in self.cells.values()
            for node in ast.walk(cell)
        )


_ADVICE = (
    "What can be: plain data, the student's own objects, functions and classes that can be "
    "imported inside the sandbox (NumPy's, the standard library's, the permitted modules'), and "
    "functions that a cell of the notebook defines."
)


def _describe(value: Any) -> str:
    if isinstance(value, types.FunctionType):
        return f"the function {value.__name__!r}"
    return f"an object of type {type(value).__name__!r} ({str(value):.60})"


def _find(value: Any) -> Imported | None:
    """Where something can be imported from, if it can."""
    if isinstance(value, types.ModuleType):
        return Imported(value.__name__, "")
    name = getattr(value, "__name__", None)
    if not isinstance(name, str) or isinstance(value, RemoteObject):
        return None
    module = getattr(value, "__module__", None) or "builtins"
    for place in (getattr(value, "__qualname__", name), name):
        found: Any = sys.modules.get(module)
        for part in str(place).split("."):
            found = getattr(found, part, None)
        if found is value:
            return Imported(module, str(place))
    homes = [m for m, content in list(sys.modules.items()) if _holds(content, name, value)]
    return Imported(min(homes, key=lambda home: (len(home), home)), name) if homes else None


@lru_cache(maxsize=1024)
def _is_permitted(package: str, distributions: tuple[str, ...]) -> bool:
    """Whether an installed package belongs to some distributions, or to what they need."""
    spec = importlib.util.find_spec(package)
    place = Path(spec.origin) if spec and spec.origin else None
    return place is not None and any(map(place.is_relative_to, permitted_paths(distributions)))


def _holds(module: Any, name: str, value: Any) -> bool:
    return isinstance(module, types.ModuleType) and vars(module).get(name) is value


def _default(argument: object) -> str:
    """The name that stands for an argument's default in a text."""
    return f"default_{argument}_"


@lru_cache(maxsize=1024)
def _instructions(code: types.CodeType) -> tuple[tuple[str, str], ...]:
    """The operations in a function that have a name or a number, with it; in those in it too."""
    found: list[tuple[str, str]] = []
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            found += _instructions(constant)
    found += [(i.opname, str(i.argval)) for i in dis.get_instructions(code) if i.argval is not None]
    return tuple(found)


@lru_cache(maxsize=1024)
def _text_of(code: types.CodeType, cell: ast.Module | ast.Expression, defaults: int) -> str | None:
    """The part of a cell that defines a function, with names for its defaults, and no more."""
    for found in ast.walk(cell):
        if isinstance(found, ast.FunctionDef | ast.Lambda) and _defines(found, code):
            break
    else:
        return None
    node = copy.deepcopy(found)
    arguments = node.args
    arguments.defaults = [ast.Name(_default(i), ast.Load()) for i in range(defaults)]
    arguments.kw_defaults = [
        old and ast.Name(_default(argument.arg), ast.Load())
        for argument, old in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    for argument in ast.walk(arguments):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    if isinstance(node, ast.FunctionDef):
        node.decorator_list, node.returns = [], None
    return ast.unparse(ast.fix_missing_locations(node))


def _defines(node: ast.FunctionDef | ast.Lambda, code: types.CodeType) -> bool:
    lines = [node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]
    if min(lines) != code.co_firstlineno or getattr(node, "name", "<lambda>") != code.co_name:
        return False
    # Several lambdas may stand on one line.
    positions = {position for position in code.co_positions() if position[2] is not None}
    end = (node.end_lineno or 0, node.end_col_offset or 0)
    begin = (node.lineno, node.col_offset)
    return all(
        begin <= (p[0] or 0, p[2] or 0) and (p[1] or 0, p[3] or 0) <= end for p in positions if p[3]
    )
