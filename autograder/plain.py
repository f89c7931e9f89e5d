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
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

MOST_BYTES = 8 * 2**20
"""How long a written value may be."""

DEEPEST = 40
"""How deep containers may be nested."""

_ARRAY_TYPE = re.compile(r"[<>|]?[biufc][0-9]{1,2}\Z")
_JSON_INTEGER = 2**53


class NotPlain(ValueError):
    """A value that cannot cross the wall, or a text that is not a written value."""


class Handle(NamedTuple):
    """Stands for an object that stays in the student's kernel.

    Attributes:
        number: by which the kernel knows the object.
        type_name: the name of its type, for messages.
        is_callable: whether it can be called.
    """

    number: int
    type_name: str
    is_callable: bool


def write(value: Any, keep: Callable[[Any], Handle] | None = None) -> str:
    """The value as text.

    Args:
        value: plain data.
        keep: makes a handle for an object that is not plain data.

    Raises:
        NotPlain: the value is not plain, too deep or too large.
    """
    text = json.dumps(_encode(value, keep, DEEPEST))
    if len(text) > MOST_BYTES:
        raise NotPlain(f"a value of {len(text)} bytes is too large; the most is {MOST_BYTES}")
    return text


def read(text: Any) -> Any:
    """The value that was written as this text; handles are returned as ``Handle``.

    Raises:
        NotPlain: the text is not a written value.
    """
    if not isinstance(text, str) or len(text) > MOST_BYTES:
        raise NotPlain("expected a text of at most " + str(MOST_BYTES) + " bytes")
    try:
        return _decode(json.loads(text), DEEPEST)
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise NotPlain(f"not a written value: {type(error).__name__}") from error


def _encode(value: Any, keep: Callable[[Any], Handle] | None, depth: int) -> Any:
    if depth == 0:
        raise NotPlain(f"a value nested more than {DEEPEST} deep cannot be handed over")
    kind = type(value)
    if value is None or kind in (bool, str, float):
        return value
    if kind is int:
        if value.bit_length() > 32_000:
            raise NotPlain("an integer of more than 32,000 bits is too large")
        return value if abs(value) < _JSON_INTEGER else ["int", hex(value)]
    if kind is complex:
        return ["complex", value.real, value.imag]
    if kind in (bytes, bytearray):
        return ["bytes", base64.b64encode(value).decode()]
    if kind in (list, tuple, set, frozenset):
        return [kind.__name__, [_encode(item, keep, depth - 1) for item in value]]
    if kind is dict:
        return [
            "dict",
            [[_encode(k, keep, depth - 1), _encode(v, keep, depth - 1)] for k, v in value.items()],
        ]
    if isinstance(value, np.ndarray | np.generic):
        return _encode_array(value)
    if kind is Handle:
        return ["handle", *value]
    bases: tuple[type[Any], ...] = (int, float, str, list, tuple, dict, set)
    for base in bases:
        if isinstance(value, base):
            return _encode(base(value), keep, depth)
    if keep is None:
        raise NotPlain(f"a {kind.__name__} is not plain data: numbers, text, lists, arrays ...")
    return ["handle", *keep(value)]


def _encode_array(value: Any) -> list[Any]:
    array = np.asarray(value)
    if not _ARRAY_TYPE.match(array.dtype.str):
        raise NotPlain(f"an array of {array.dtype} cannot be handed over, only one of numbers")
    if array.nbytes > MOST_BYTES:
        raise NotPlain(f"an array of {array.nbytes} bytes is too large; the most is {MOST_BYTES}")
    tag = "array" if isinstance(value, np.ndarray) else "scalar"
    return [tag, array.dtype.str, list(array.shape), base64.b64encode(array.tobytes()).decode()]


def _decode(node: Any, depth: int) -> Any:
    if depth == 0:
        raise ValueError("too deep")
    if not isinstance(node, list):
        if isinstance(node, dict):
            raise TypeError("an object is not a written value")
        return node
    tag, *rest = node
    match tag, rest:
        case "int", [str(digits)] if len(digits) < 10_000:
            return int(digits, 16)
        case "complex", [int() | float() as real, int() | float() as imaginary]:
            return complex(real, imaginary)
        case "bytes", [str(content)]:
            return base64.b64decode(content, validate=True)
        case (("list" | "tuple" | "set" | "frozenset"), [list(items)]):
            container = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[tag]
            return container(_decode(item, depth - 1) for item in items)
        case "dict", [list(pairs)]:
            return {_decode(k, depth - 1): _decode(v, depth - 1) for k, v in pairs}
        case (("array" | "scalar"), [str(dtype), list(shape), str(content)]):
            array = _decode_array(dtype, shape, content)
            return array if tag == "array" else array[()]
        case "handle", [int(number), str(type_name), bool(is_callable)]:
            return Handle(number, type_name[:80], is_callable)
    raise ValueError("unknown tag")


def _decode_array(dtype: str, shape: list[Any], content: str) -> np.ndarray:
    if not _ARRAY_TYPE.match(dtype) or len(shape) > 32:
        raise ValueError("not an array of numbers")
    if not all(type(length) is int and length >= 0 for length in shape):
        raise ValueError("not a shape")
    data = base64.b64decode(content, validate=True)
    if math.prod(shape) * np.dtype(dtype).itemsize != len(data):
        raise ValueError("the shape does not fit the data")
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()
