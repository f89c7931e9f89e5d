"""What a function needs that is not there when the work is graded."""

from __future__ import annotations

import ast
import contextlib
import linecache
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import packages_distributions
from types import CodeType, FunctionType, ModuleType


def refused(function: object, permitted: Sequence[str]) -> list[str]:
    """The modules that a function needs and that the assignment does not permit, by name.

    Looks at the imports at the top of the cell where the function was written, and at what its
    names stand for; in the notebook's functions that it calls as well. An import inside a function
    is not seen: a function that the notebook gives may have one, and runs elsewhere when graded.

    Args:
        function: the student's.
        permitted: modules and distributions; the standard library always is.
    """
    found = {name for name in _needed(function) if not _is_permitted(name, permitted)}
    # A package may have its functions in modules that nobody names.
    return sorted({name.partition("._")[0] for name in found})


def _is_permitted(name: str, permitted: Sequence[str]) -> bool:
    top = name.partition(".")[0]
    if top == "__main__" or top in sys.stdlib_module_names:
        return True
    if any(f"{name}.".startswith(f"{each}.") for each in permitted):
        return True
    return any(each in permitted for each in packages_distributions().get(top, ()))


def _needed(function: object) -> Iterator[str]:
    waiting, known = [function], set()
    while waiting:
        value = waiting.pop()
        if type(value) is ModuleType:
            yield value.__name__
            continue
        with contextlib.suppress(Exception):  # a student's object may do anything
            if isinstance(value.__module__, str):
                yield value.__module__
        # What a library's function calls in its turn is the library's business.
        if type(value) is FunctionType and value not in known and value.__module__ == "__main__":
            known.add(value)
            yield from _imported(value.__code__.co_filename)
            used = _names(value.__code__) & value.__globals__.keys()
            waiting += [value.__globals__[name] for name in used]


def _imported(file: str) -> Iterator[str]:
    """What a cell imports. Every cell of a notebook is a file of its own."""
    with contextlib.suppress(SyntaxError):  # a line of IPython's own
        for node in ast.parse("".join(linecache.getlines(file))).body:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                # "from mlpkit import check" is about mlpkit.check, "from numpy import exp" is not.
                whole = [f"{node.module}.{alias.name}" for alias in node.names]
                yield from whole if node.module == "mlpkit" else [str(node.module)]


def _names(code: CodeType) -> set[str]:
    """The names in a function's code, and in that of functions inside it."""
    inner = [_names(each) for each in code.co_consts if isinstance(each, CodeType)]
    return set(code.co_names).union(*inner)
