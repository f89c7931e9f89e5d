"""Which array library an input belongs to, and moving it to a GPU and back.

The mathematics of this package is written against the array API standard, so that NumPy, CuPy, JAX
and others all run it. A function asks once for the namespace of what it was given, and calls that.
"""

from __future__ import annotations

from math import prod
from types import ModuleType
from typing import Any

import array_api_compat.numpy as array_api_numpy
import numpy as np
from array_api_compat import array_namespace, device, is_array_api_obj, is_cupy_array

# Any array of a library that follows the array API standard.
Array = Any


def namespace(*arrays: Array, **named: Array) -> ModuleType:
    """The array library that the arrays belong to; an error message calls each by its name.

    Raises:
        TypeError: the arrays belong to several libraries or devices, or to no library.
    """
    # By far the most frequent case, and asking in general takes longer than a small layer does.
    if all(type(array) is np.ndarray for array in (*arrays, *named.values())):
        return array_api_numpy
    everything = {f"argument {number}": a for number, a in enumerate(arrays, start=1)} | named
    try:
        xp = array_namespace(*everything.values())
    except TypeError:
        homes = {
            name: f"{type(array).__name__} of {type(array).__module__.partition('.')[0]}"
            for name, array in everything.items()
        }
        listed = ", ".join(f"{name}: {home}" for name, home in homes.items())
        raise TypeError(
            f"expected arrays of one library; got {listed}. Convert them to one library first."
        ) from None
    # Inside a function that JAX compiles, an array is on no device yet.
    places = {name: device(a) for name, a in everything.items() if is_array_api_obj(a)}
    if len({str(place) for place in places.values() if place is not None}) > 1:
        listed = ", ".join(f"{name} on {place}" for name, place in places.items())
        raise TypeError(
            f"expected arrays on one device; got {listed}. Move them with to_device first."
        )
    return xp


def as_floats(values: Any, like: Array | None = None) -> Array:
    """The values as an array of floats.

    An array stays in its own library and keeps its precision; integers get that of ``like``, or the
    library's usual one. Lists and numbers become an array of the library, device and precision of
    ``like``, or of NumPy in double precision if ``like`` is not given.

    Raises:
        TypeError: the values are not numbers.
    """
    if type(values) is np.ndarray and values.dtype.kind == "f":
        return values
    if not is_array_api_obj(values):
        values = _from_python(values)
        if like is None:
            return values
        return namespace(like).asarray(values, dtype=like.dtype, device=device(like))
    xp = namespace(values)
    if xp.isdtype(values.dtype, "real floating"):
        return values
    if not xp.isdtype(values.dtype, ("bool", "integral")):
        raise TypeError(
            f"expected real numbers, got an array of {values.dtype}. "
            "Convert it to float64 or float32 first."
        )
    if like is None:
        return xp.astype(values, xp.asarray(0.0).dtype)
    return namespace(values=values, like=like).astype(values, like.dtype)


def _from_python(values: Any) -> Array:
    try:
        array = np.asarray(values)
        is_numbers = array.dtype.kind in "biuf"
    except ValueError:
        is_numbers = False
    if not is_numbers:
        raise TypeError(f"expected a number or a rectangular list of numbers, got {values!r:.80}")
    return array.astype(np.float64)


def find_not_finite(values: Array) -> int | None:
    """The first row (first index) that holds a NaN or an infinity; None if there is none."""
    xp = namespace(values)
    finite = xp.isfinite(values)
    if bool(xp.all(finite)):
        return None
    first = int(xp.argmin(xp.astype(xp.reshape(finite, (-1,)), xp.int8)))
    return first // prod(values.shape[1:])


def to_device(array: Array, device: str) -> Array:
    """The array in the memory of a GPU (as a CuPy array) or of the CPU (as a NumPy array).

    Args:
        array: an array of any library, or nested lists of numbers.
        device: "gpu" or "cpu".

    Raises:
        ValueError: the device is neither of them.
        RuntimeError: there is no CuPy or no GPU; the message says what to do about it.
    """
    if device == "cpu":
        if is_cupy_array(array):
            return array.get()
        # A copy, because the memory of a JAX array must not be written to.
        return array if isinstance(array, np.ndarray) else np.array(array)
    if device != "gpu":
        raise ValueError(f"there is no device {device!r}. The known ones are: cpu, gpu.")
    try:
        import cupy
    except ImportError as error:
        raise RuntimeError(
            f"arrays on a GPU are CuPy's, and it cannot be imported ({error}). Install it with "
            "\"pip install 'mlpkit[gpu]'\" (for CUDA 12), or stay with device='cpu'."
        ) from error
    try:
        return cupy.asarray(array if is_cupy_array(array) else np.asarray(array))
    except cupy.cuda.runtime.CUDARuntimeError as error:
        raise RuntimeError(
            f"CuPy finds no GPU that it can use ({error}). See whether 'nvidia-smi' lists one and "
            "whether its driver is for CUDA 12 or later, or stay with device='cpu'."
        ) from error
