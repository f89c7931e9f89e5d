"""What Python's operators do with a proxy; see ``proxies`` for what they must not do, and why."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.sandbox.plain import TooLarge
from autograder.testing.reference import UnexpectedObject, reference_of

MOST_ITEMS = 100_000
"""How many items of one iterator a test can take."""

LONGEST = 10_000_000
"""The largest len() of a student's object."""

BINARY = "add sub mul matmul truediv floordiv mod divmod pow lshift rshift and or xor"

_NUMBERS_AND_TEXTS = (int, float, complex, str, bytes, np.generic)
_DATA = (*_NUMBERS_AND_TEXTS, list, tuple, set, frozenset, dict, range, np.ndarray)

Method = Callable[..., Any]


def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
    """Calls a function, a method, a class: here, with the arguments as they are inside."""
    reference = self._remote_
    hand_over = reference.wall.hand_over
    return reference.wall.ask(
        f"{reference.label}()",
        given=arguments,
        own=reference.own and reference.handle.is_class,
        operation="call",
        function=reference.handle,
        arguments=[hand_over(value) for value in arguments],
        keywords={name: hand_over(value) for name, value in keywords.items()},
        instantiate=reference.own and reference.handle.is_class,
    )


def convert(action: str, kind: type[Any], self: Any, *operands: Any) -> Any:
    """What an object says of itself, if it is of the type that it must be.

    Raises:
        UnexpectedObject: it is not.
    """
    reference = reference_of(self)
    assert reference is not None
    value = reference.apply(action, self, *operands)
    if type(value) is not kind:
        raise UnexpectedObject(
            f"{action}({reference.label}) gave a {type(value).__name__}; expected {kind.__name__}"
        )
    return value


def compare(self: Any, action: str, other: Any) -> Any:
    """Compares two objects of the student's, by the student's own methods.

    An object of the test's that is no data, a sentinel of NumPy's for instance, is left to decide.

    Raises:
        UnexpectedObject: the other is plain data, or they do not say True or False.
    """
    reference, theirs = self._remote_, reference_of(other)
    if other is None and action in ("eq", "ne"):
        return action == "ne"
    if theirs is None:
        if not isinstance(other, _DATA):
            return NotImplemented
        raise reference.refuse("cannot be compared with it")
    own_ways = {"__eq__", "__ne__"} & {*reference.handle.specials, *theirs.handle.specials}
    if action in ("eq", "ne") and not own_ways:
        return bool((reference.handle.number == theirs.handle.number) == (action == "eq"))
    value = reference.apply(action, self, other)
    if type(value) not in (bool, np.bool):
        raise UnexpectedObject(
            f"comparing {reference.label} gave a {type(value).__name__}; expected True or False"
        )
    return bool(value)


def _operate(self: Any, action: str, left: Any, right: Any) -> Any:
    reference = self._remote_
    other = right if left is self else left
    if reference_of(other) is None and not reference.own:
        raise reference.refuse(
            "takes no operator with it. An author who means the object's own operator calls it by "
            f"its name, '.__{action.rstrip('_')}__(...)'"
        )
    return reference.apply(action, left, right, label=f"({reference.label} {action} ...)")


def _binary(action: str) -> dict[str, Method]:
    name = action.rstrip("_")

    def forward(self: Any, other: Any) -> Any:
        return _operate(self, action, self, other)

    def reflected(self: Any, other: Any) -> Any:
        return _operate(self, action, other, self)

    def in_place(self: Any, other: Any) -> Any:
        return _itself(self, _operate(self, f"i{name}", self, other))

    return {f"__{name}__": forward, f"__r{name}__": reflected, f"__i{name}__": in_place}


def _itself(self: Any, value: Any) -> Any:
    """The proxy itself, if it is the same object that came back."""
    reference = reference_of(value)
    same = reference is not None and reference.handle.number == self._remote_.handle.number
    return self if same else value


def _ordered(action: str) -> Method:
    return lambda self, other: compare(self, action, other)


def _unary(action: str) -> Method:
    return lambda self, *more: self._remote_.apply(action, self, *more)


def _converted(action: str, kind: type[Any]) -> Method:
    return lambda self, *more: convert(action, kind, self, *more)


def _length(self: Any) -> int:
    length = int(convert("len", int, self))
    if length > LONGEST:
        raise TooLarge(f"len({self._remote_.label}) is {length}; the most is {LONGEST}")
    return length


def _next(self: Any) -> Any:
    reference = self._remote_
    reference.taken += 1
    if reference.taken > MOST_ITEMS:
        raise TooLarge(f"{reference.label} gave more than {MOST_ITEMS} items")
    label = f"next({reference.label})"
    return reference.wall.ask(label, operation="next", iterator=reference.handle)


def _contains(self: Any, item: Any) -> bool:
    reference = self._remote_
    if reference.own or reference_of(item) is not None:
        return bool(convert("contains", bool, self, item))
    if "__iter__" not in reference.handle.specials:
        raise reference.refuse("cannot be searched")
    return any(found is item or found == item for found in self)


def _enter(self: Any) -> Any:
    return _itself(self, call(self.__enter__))


def _leave(self: Any, kind: type[BaseException] | None, error: Any, _: Any) -> bool:
    reference = self._remote_
    names = (
        [c.__name__ for c in kind.__mro__ if vars(builtins).get(c.__name__) is c] if kind else []
    )
    swallow = reference.wall.ask(
        f"{reference.label}.__exit__()",
        operation="leave",
        manager=reference.handle,
        raised=names[0] if names else "",
    )
    # Connection and time: what the kernel's end is told by.
    never = AssertionError | UnexpectedObject | ConnectionError | TimeoutError
    return swallow is True and reference.own and not isinstance(error, never)


METHODS: dict[str, Method] = {
    "__call__": call,
    "__len__": _length,
    "__next__": _next,
    "__contains__": _contains,
    "__enter__": _enter,
    "__exit__": _leave,
    "__iter__": _unary("iter"),
    "__reversed__": _unary("reversed"),
    "__getitem__": _unary("getitem"),
    "__setitem__": _unary("setitem"),
    "__delitem__": _unary("delitem"),
    "__bool__": _converted("bool", bool),
    "__int__": _converted("int", int),
    "__float__": _converted("float", float),
    "__complex__": _converted("complex", complex),
    "__index__": _converted("index", int),
    "__str__": _converted("str", str),
    "__format__": _converted("format", str),
    **{f"__{name}__": _unary(name) for name in "neg pos invert abs round floor ceil trunc".split()},
    **{f"__{name}__": _ordered(name) for name in "lt le gt ge".split()},
}
"""The special methods that a proxy has if the student's object has them."""

for _name in BINARY.split():
    METHODS |= _binary(f"{_name}_" if _name in ("and", "or") else _name)
