"""The part that runs inside the sandbox and does what the tests ask for with the student's names.

It shares a process with the student's code, so it can keep no secret and prove nothing. It holds no
test and no expected value, and whatever it answers is taken as mere data by the other side
(``remote``). Only the standard library, NumPy and ``plain`` are there to import.
"""

from __future__ import annotations

import builtins
import copy
from typing import Any

import plain  # type: ignore[import-not-found]  # beside this file, inside the sandbox


class Agent:
    """Does to the student's names what the tests ask for."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.kept: list[Any] = []

    def keep(self, value: Any) -> plain.Handle:
        """A handle by which the grader can come back to an object."""
        self.kept.append(value)
        return plain.Handle(len(self.kept) - 1, type(value).__name__, callable(value))

    def object_of(self, value: Any) -> Any:
        return self.kept[value.number] if type(value) is plain.Handle else value

    def answer(self, request: str) -> str:
        """Carries out one request, a written dictionary with an "operation" in it."""
        wish = plain.read(request)
        try:
            reply = getattr(self, "do_" + wish["operation"])(wish)
            return str(plain.write(reply, self.keep))
        except BaseException as error:  # Whatever the student's code raises is an answer too.
            return str(plain.write({"raised": builtin_names(error), "message": message(error)}))

    def do_get(self, wish: dict[str, Any]) -> dict[str, Any]:
        if wish["name"] not in self.names:
            return {"missing": True}
        return {"value": self.names[wish["name"]]}

    def do_set(self, wish: dict[str, Any]) -> dict[str, Any]:
        self.names[wish["name"]] = self.object_of(wish["value"])
        return {"value": None}

    def do_delete(self, wish: dict[str, Any]) -> dict[str, Any]:
        del self.names[wish["name"]]
        return {"value": None}

    def do_call(self, wish: dict[str, Any]) -> dict[str, Any]:
        function = self.object_of(wish["function"])
        arguments = [self.object_of(value) for value in wish["arguments"]]
        keywords = {name: self.object_of(value) for name, value in wish["keywords"].items()}
        before = copy.deepcopy(wish["arguments"])
        value = function(*arguments, **keywords)
        changed = {
            i: new
            for i, (old, new) in enumerate(zip(before, arguments, strict=True))
            if type(old) is not plain.Handle and plain.write(old) != plain.write(new, self.keep)
        }
        return {"value": value, "changed": changed}


def builtin_names(error: BaseException) -> list[str]:
    """The names of the built-in classes of an exception, nearest first."""
    return [c.__name__ for c in type(error).__mro__ if getattr(builtins, c.__name__, None) is c]


def message(error: BaseException) -> str:
    """What an exception says, or why it does not."""
    try:
        return str(error)[:2000]
    except Exception:
        return "(an exception whose text cannot be read)"
