"""Plain data, the only thing that crosses the wall: numbers, text, containers of them, and arrays.

Values are written as JSON, with a tag where JSON has no such type; arrays as their raw bytes with a
type and a shape. Reading creates nothing but these types, whoever wrote the text: there is no
pickle here, and there must never be one. This file is used on both sides of the wall, so it imports
nothing but NumPy and the standard library.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

MOST_BYTES = 8 * 2**20  # of a written value
MOST_NODES = 2**17  # containers, arrays, objects and the like in it
MOST_BRACKETS = 4 * MOST_NODES  # in its text: what is in brackets takes the longest to read
MOST_BITS = 32_000  # of an integer
MOST_EQUAL_HASHES = 100  # a dictionary whose keys have one hash would take hours to make
DEEPEST = 40  # containers within each other

TOO_LARGE = f"a value of more than {MOST_BYTES} bytes is too large"
_ARRAY_TYPE = re.compile(r"[<>|]?[biufc][0-9]{1,2}\Z")
_JSON_INTEGER = 2**53
_MOST_NAMES = 120

_SIMPLE = {bool, int, float, str, type(None)}
# Never bool: nothing can be derived from it.
_BASES: tuple[type[Any], ...] = (int, float, complex, str, bytes, tuple, list, dict, frozenset, set)
_CONTAINERS: dict[str, type[Any]] = {kind.__name__: kind for kind in (list, tuple, set, frozenset)}


class NotPlain(ValueError):
    """A value that cannot cross the wall, or a text that is not a written value."""


class TooLarge(NotPlain):
    """Plain data, but too much of it, or nested too deep."""


class Handle(NamedTuple):
    """Stands for an object that stays in the student's kernel.

    Attributes:
        number: by which the kernel knows the object.
        type_name: the name of its type; of a class, its own name.
        is_class: whether it is one.
        bases: of a class, the built-in classes that it derives from, by name, nearest first.
        specials: the special methods that its type has, "__call__" for instance.
    """

    number: int
    type_name: str
    is_class: bool = False
    bases: tuple[str, ...] = ()
    specials: tuple[str, ...] = ()


class Based(NamedTuple):
    """An object of a subclass of a plain type: its handle, and its value as that plain type."""

    handle: Handle
    value: Any


class Imported(NamedTuple):
    """Something that the kernel is to import: a module, or a name in one. Never read outside."""

    module: str
    name: str


class Source(NamedTuple):
    """A function for the kernel to define, and what it takes from around it. Never read outside."""

    text: str
    name: str
    values: dict[str, Any]


def write(value: Any, keep: Callable[[Any], Handle] | None = None) -> str:
    """The value as text; ``keep`` makes a handle for an object that is not plain data.

    Raises:
        NotPlain: the value is not plain, too deep or too large.
    """
    text = json.dumps(_Writer(keep).encode(value, DEEPEST))
    if _is_too_large(text):
        raise TooLarge(TOO_LARGE)
    return text


def read(text: Any) -> Any:
    """The value that was written as this text; handles are returned as ``Handle``.

    Raises:
        NotPlain: the text is not a written value.
    """
    if not isinstance(text, str) or _is_too_large(text):
        raise NotPlain(f"expected a text of at most {MOST_BYTES} bytes")
    try:
        return _Reader().decode(json.loads(text), DEEPEST)
    except (ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise NotPlain(f"not a written value: {type(error).__name__}") from error


def _is_too_large(text: str) -> bool:
    return len(text) > MOST_BYTES or text.count("[") + text.count("{") > MOST_BRACKETS


class _Writer:
    """Turns values into what JSON can hold, and stops as soon as it becomes too much."""

    def __init__(self, keep: Callable[[Any], Handle] | None) -> None:
        self.keep, self.left = keep, MOST_BYTES

    def encode(self, value: Any, depth: int) -> Any:
        if depth == 0:
            raise TooLarge(f"a value nested more than {DEEPEST} deep cannot be handed over")
        kind = type(value)
        simple = kind in _SIMPLE
        self._spend(4 if simple else MOST_BYTES // MOST_NODES)
        if kind in (str, bytes, bytearray):
            self._spend(len(value))
        if simple and kind is not int:
            return value
        if simple:
            if value.bit_length() > MOST_BITS:
                raise TooLarge(f"an integer of more than {MOST_BITS} bits is too large")
            return value if abs(value) < _JSON_INTEGER else ["int", hex(value)]
        if kind in (list, tuple, set, frozenset):
            return [kind.__name__, [self.encode(item, depth - 1) for item in value]]
        if kind is dict:
            return ["dict", self._pairs(value, depth)]
        # By its type, for its __class__ may say anything.
        if issubclass(kind, np.ndarray | np.number | np.bool):
            return self._array(value)
        return self._rarer(value, kind, depth)

    def _rarer(self, value: Any, kind: type[Any], depth: int) -> Any:
        if kind is complex:
            return ["complex", value.real, value.imag]
        if kind in (bytes, bytearray):
            return ["bytes", base64.b64encode(value).decode()]
        if value is Ellipsis:
            return ["ellipsis"]
        if kind in (slice, range):
            parts = (value.start, value.stop, value.step)
            return [kind.__name__, *(self.encode(part, depth - 1) for part in parts)]
        if kind is Handle:
            return ["handle", *value]
        if kind is Imported:
            return ["imported", *value]
        if kind is Source:
            return ["source", value.text, value.name, self._pairs(value.values, depth)]
        for base in _BASES:
            if issubclass(kind, base):
                plain = self.encode(base(value), depth - 1)
                # NumPy's own texts and bytes are subclasses, but nobody asks them for more.
                if self.keep is None or issubclass(kind, np.generic):
                    return plain
                return ["based", ["handle", *self.keep(value)], plain]
        if self.keep is None:
            raise NotPlain(f"a {kind.__name__} is not plain data: numbers, text, lists, arrays ...")
        return ["handle", *self.keep(value)]

    def _pairs(self, items: dict[Any, Any], depth: int) -> list[Any]:
        inner = depth - 1
        return [[self.encode(key, inner), self.encode(item, inner)] for key, item in items.items()]

    def _array(self, value: Any) -> list[Any]:
        array = np.asarray(value)
        if array.dtype.kind == "U":
            self._spend(array.nbytes)
            return ["texts", list(array.shape), array.ravel().tolist()]
        if not _ARRAY_TYPE.match(array.dtype.str):
            raise NotPlain(f"an array of {array.dtype} cannot be handed over, only one of numbers")
        self._spend(array.nbytes)
        tag = "array" if isinstance(value, np.ndarray) else "scalar"
        content = base64.b64encode(array.tobytes()).decode()
        return [tag, array.dtype.str, list(array.shape), content]

    def _spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooLarge(TOO_LARGE)


class _Reader:
    """Turns what JSON held into values, whoever wrote it."""

    def __init__(self) -> None:
        self.left = MOST_NODES

    def decode(self, node: Any, depth: int) -> Any:
        if type(node) in _SIMPLE:
            return node
        self.left -= 1
        if depth == 0 or self.left < 0:
            raise ValueError("too deep or too large")
        if isinstance(node, dict):
            raise TypeError("an object is not a written value")
        match node:
            case [("list" | "tuple" | "set" | "frozenset") as tag, list(items)]:
                values = self._all(items, depth - 1)
                return _CONTAINERS[tag](_hashed(values) if "set" in tag else values)
            case ["dict", list(pairs)]:
                return self._dict(pairs, depth)
            case [("range" | "slice") as tag, start, stop, step]:
                parts = self._all([start, stop, step], depth - 1)
                if tag == "range" and max(map(abs, parts)) > MOST_BYTES:
                    raise ValueError("too large")
                return range(*parts) if tag == "range" else slice(*parts)
            case ["based", list(handle), value]:
                return Based(_decode_handle(handle), self.decode(value, depth - 1))
            case ["source", str(text), str(name), list(pairs)]:
                return Source(text, name, self._dict(pairs, depth))
        return _decode_leaf(node)

    def _dict(self, pairs: list[Any], depth: int) -> dict[Any, Any]:
        if not all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
            raise ValueError("not pairs")
        keys = _hashed(self._all([key for key, _ in pairs], depth - 1))
        return dict(zip(keys, self._all([item for _, item in pairs], depth - 1), strict=True))

    def _all(self, nodes: list[Any], depth: int) -> list[Any]:
        return [node if type(node) in _SIMPLE else self.decode(node, depth) for node in nodes]


def _decode_leaf(node: list[Any]) -> Any:
    match node:
        case ["int", str(digits)] if len(digits) <= MOST_BITS // 4 + 3:
            return int(digits, 16)
        case ["complex", int() | float() as real, int() | float() as imaginary]:
            return complex(real, imaginary)
        case ["bytes", str(content)]:
            return base64.b64decode(content, validate=True)
        case ["array", str(dtype), list(shape), str(content)]:
            return _decode_array(dtype, shape, content)
        case ["scalar", str(dtype), [], str(content)]:
            return _decode_array(dtype, [], content)[()]
        case ["texts", list(shape), list(texts)]:
            return _decode_texts(texts).reshape(_shape(shape))
        case ["ellipsis"]:
            return Ellipsis
        case ["handle", *_]:
            return _decode_handle(node)
        case ["imported", str(module), str(name)]:
            return Imported(module, name)
    raise ValueError("unknown tag")


def _decode_handle(node: list[Any]) -> Handle:
    match node:
        case ["handle", int(number), str(type_name), bool(is_class), list(bases), list(specials)]:
            names = [name for name in (*bases, *specials) if isinstance(name, str)]
            if len(names) == len(bases) + len(specials) <= _MOST_NAMES and type(number) is int:
                return Handle(number, type_name[:80], is_class, tuple(bases), tuple(specials))
    raise ValueError("not a handle")


def _decode_array(dtype: str, shape: list[Any], content: str) -> np.ndarray:
    if not _ARRAY_TYPE.match(dtype):
        raise ValueError("not an array of numbers")
    data = base64.b64decode(content, validate=True)
    if math.prod(_shape(shape)) * np.dtype(dtype).itemsize != len(data):
        raise ValueError("the shape does not fit the data")
    array = np.frombuffer(data, dtype=dtype).reshape(shape).copy()
    if array.dtype.kind == "b":
        # A truth value whose byte is neither 0 nor 1 would be equal to True here and not there.
        array[...] = array.view(np.uint8) != 0
    return array


def _decode_texts(texts: list[Any]) -> np.ndarray:
    longest = max((len(text) if isinstance(text, str) else math.inf for text in texts), default=0)
    if len(texts) * longest > MOST_BYTES:
        raise ValueError("not texts, or too large")
    return np.array(texts, dtype=str)


def _shape(shape: list[Any]) -> list[int]:
    if len(shape) > 32 or not all(type(n) is int and 0 <= n <= MOST_BYTES for n in shape):
        raise ValueError("not a shape")
    return shape


def _hashed(keys: list[Any]) -> list[Any]:
    if max(Counter(map(hash, keys)).values(), default=0) > MOST_EQUAL_HASHES:
        raise ValueError("too many keys with one hash")
    return keys
