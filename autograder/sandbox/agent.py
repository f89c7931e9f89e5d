"""The part that runs inside the sandbox and does what the tests ask for with the student's names.

It shares a process with the student's code, so it can keep no secret and prove nothing. It holds no
test and no expected value, and whatever it answers is taken as mere data by the other side
(``remote``, ``proxies``). Only the standard library, NumPy and ``plain`` are there to import.
"""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import math
import operator
import os
from collections.abc import Callable
from typing import Any

import plain  # type: ignore[import-not-found]  # beside this file, inside the sandbox

MOST_KEPT = 100_000
"""How many objects the tests may hold at one time."""

OPERATORS = (
    "add sub mul matmul truediv floordiv mod pow lshift rshift and_ or_ xor neg pos invert abs "
    "eq ne lt le gt ge getitem setitem delitem contains "
    "iadd isub imul imatmul itruediv ifloordiv imod ipow ilshift irshift iand ior ixor"
)
ACTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(operator, name) for name in OPERATORS.split()},
    **{
        action.__name__: action
        for action in (getattr, setattr, delattr, dir, divmod, format, hash, isinstance, issubclass)
    },
    **{a.__name__: a for a in (bool, len, int, float, complex, str, repr, round, type)},
    **{action.__name__: action for action in (iter, reversed, copy.copy, copy.deepcopy)},
    **{action.__name__: action for action in (math.floor, math.ceil, math.trunc, operator.index)},
}
"""What can be done with objects, beside calling them."""

SPECIALS = frozenset(
    "__call__ __len__ __iter__ __next__ __reversed__ __contains__ __getitem__ __setitem__ "
    "__delitem__ __enter__ __exit__ __bool__ __int__ __float__ __complex__ __index__ __round__ "
    "__floor__ __ceil__ __trunc__ __neg__ __pos__ __invert__ __abs__ "
    "__lt__ __le__ __gt__ __ge__ __eq__ __hash__ __repr__ __str__ __format__".split()
) | {
    f"__{kind}{name}__"
    for kind in ("", "r", "i")
    for name in (
        "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and or xor".split()
    )
}
"""The special methods of which the tests are told whether an object has them."""


class Agent:
    """Does to the student's names what the tests ask for."""

    def __init__(self, names: dict[str, Any]) -> None:
        self.names = names
        self.kept: dict[int, Any] = {}
        self.numbers: dict[int, int] = {}
        # A handle of a kernel that is gone must not be taken for an object of the next one.
        self.next = int.from_bytes(os.urandom(4), "big") << 24

    def keep(self, value: Any) -> plain.Handle:
        """A handle by which the grader can come back to an object."""
        number = self.numbers.get(id(value))
        if number is None:
            if len(self.kept) >= MOST_KEPT:
                raise plain.TooLarge(f"the test holds more than {MOST_KEPT} objects")
            number = self.numbers[id(value)] = self.next = self.next + 1
            self.kept[number] = value
        return plain.Handle(number, *description(value))

    def forget(self, numbers: list[int]) -> None:
        """Lets go of objects that the tests hold no longer."""
        for number in numbers:
            if number in self.kept:
                del self.numbers[id(self.kept.pop(number))]

    def answer(self, request: str) -> str:
        """Carries out one request, a written dictionary with an "operation" in it."""
        try:
            wish = plain.read(request)
            self.forget(wish.get("forget", []))
            reply = getattr(self, "do_" + wish["operation"])(wish)
            return str(plain.write(reply, self.keep))
        except BaseException as error:  # Whatever the student's code raises is an answer too.
            return self.failure(error)

    def failure(self, error: BaseException) -> str:
        """An answer that says what was raised, and hands over an exception of the student's own."""
        said = {"raised": builtin_names(type(error)), "message": message(error)}
        if type(error).__module__ == "__main__":
            try:
                own = {"error": self.keep(error), "kind": self.keep(type(error))}
                return str(plain.write(said | own))
            except Exception:
                return str(plain.write(said))
        return str(plain.write(said))

    def object_of(self, value: Any) -> Any:
        """What the grader means by a value that it sent."""
        if type(value) is plain.Handle:
            if value.number not in self.kept:
                raise LookupError(f"the {value.type_name} was lost with the kernel that it was in")
            return self.kept[value.number]
        if type(value) is plain.Imported:
            found = importlib.import_module(value.module)
            for part in filter(None, value.name.split(".")):
                found = getattr(found, part)
            return found
        if type(value) is plain.Source:
            return self.define(value)
        if type(value) is dict:
            return {self.object_of(k): self.object_of(item) for k, item in value.items()}
        if type(value) is slice:
            return slice(*map(self.object_of, (value.start, value.stop, value.step)))
        if type(value) in (list, tuple, set, frozenset):
            return type(value)(map(self.object_of, value))
        return value

    def define(self, source: plain.Source) -> Any:
        """A function of a test. Names that the test did not send with it are the student's."""
        space = _Around(self.names, {k: self.object_of(v) for k, v in source.values.items()})
        if isinstance(ast.parse(source.text).body[0], ast.Expr):
            return eval(source.text.strip(), space)
        exec(source.text, space)
        return dict.__getitem__(space, source.name)

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

    def do_apply(self, wish: dict[str, Any]) -> dict[str, Any]:
        return {"value": ACTIONS[wish["action"]](*map(self.object_of, wish["operands"]))}

    def do_next(self, wish: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"value": next(self.object_of(wish["iterator"]))}
        except StopIteration:
            return {"stopped": True}

    def do_leave(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Leaves a ``with``, with an exception of a built-in type or none."""
        manager, name = self.object_of(wish["manager"]), wish["raised"]
        error = getattr(builtins, name)() if name else None
        kind = type(error) if name else None
        return {"value": bool(type(manager).__exit__(manager, kind, error, None))}

    def do_call(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Calls a function, and says which of the arguments it changed or gave back.

        A class is instantiated: then the object is kept, whatever it is made of.
        """
        function = self.object_of(wish["function"])
        arguments = [self.object_of(value) for value in wish["arguments"]]
        keywords = {name: self.object_of(value) for name, value in wish["keywords"].items()}
        before = {i: plain.write(v, self.keep) for i, v in enumerate(arguments) if mutable(v)}
        value = function(*arguments, **keywords)
        reply: dict[str, Any] = {
            "changed": {
                i: arguments[i]
                for i, old in before.items()
                if old != plain.write(arguments[i], self.keep)
            }
        }
        same = [i for i in before if arguments[i] is value]
        if same:
            return reply | {"same": same[0]}
        if wish["instantiate"] and type(value).__module__ == "__main__":
            return reply | {"value": self.keep(value)}
        return reply | {"value": value}


class _Around(dict[str, Any]):
    """The names around a function of a test."""

    def __init__(self, students: dict[str, Any], values: dict[str, Any]) -> None:
        super().__init__(values, __builtins__=builtins, __name__="__tests__")
        self.students = students

    def __missing__(self, name: str) -> Any:
        return self.students[name]


def mutable(value: Any) -> bool:
    """Whether the grader has to know if a function changed this argument."""
    return type(value) in (list, dict, set) or type(value).__name__ == "ndarray"


def description(value: Any) -> tuple[str, bool, list[str], list[str]]:
    """What the tests are told of an object: name, whether it is a class, bases, special methods."""
    is_class = isinstance(value, type)
    kind = type(value)
    defined = set().union(*(vars(part) for part in kind.__mro__ if part is not object))
    return (
        value.__name__ if is_class else kind.__name__,
        is_class,
        builtin_names(value) if is_class else [],
        sorted(SPECIALS & defined),
    )


def builtin_names(kind: type[Any]) -> list[str]:
    """The names of the built-in classes that a class is or derives from, nearest first."""
    return [c.__name__ for c in kind.__mro__ if getattr(builtins, c.__name__, None) is c]


def message(error: BaseException) -> str:
    """What an exception says, or why it does not."""
    try:
        return str(error)[:2000]
    except Exception:
        return "(an exception whose text cannot be read)"
