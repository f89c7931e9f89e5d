"""Which array library an input belongs to.

The mathematics of this package is written against the array API standard, so that NumPy, CuPy, JAX
and others all run it. A function asks once for the namespace of what it was given, and calls that.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_array_api_obj

# Any array of a library that follows the array API standard.
Array = Any


def namespace(*arrays: Array) -> ModuleType:
    """The array library that the arrays belong to.

    Raises:
        TypeError: the arrays belong to several libraries, or to none.
    """
    return array_namespace(*arrays)


def as_floats(values: Any, like: Array | None = None) -> Array:
    """The values as an array of floats.

    An array stays in its own library and keeps its precision. Lists and numbers become an array of
    the library and precision of ``like``, or of NumPy in double precision if ``like`` is not given.

    Raises:
        TypeError: the values are not numbers.
    """
    if not is_array_api_obj(values):
        values = _from_python(values) if like is None else _from_python_like(values, like)
    xp = namespace(values)
    if xp.isdtype(values.dtype, "real floating"):
        return values
    if not xp.isdtype(values.dtype, ("bool", "integral")):
        raise TypeError(
            f"expected real numbers, got an array of {values.dtype}. "
            "Convert it to float64 or float32 first."
        )
    return xp.astype(values, xp.float64 if like is None else like.dtype)


def _from_python(values: Any) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"expected numbers or a rectangular list of numbers, got {values!r:.80}: {error}"
        ) from error


def _from_python_like(values: Any, like: Array) -> Array:
    return namespace(like).asarray(_from_python(values), dtype=like.dtype)
