"""Which library an array belongs to, and what is said when libraries or devices are mixed."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import array_api_strict
import numpy as np
import pytest
from array_api_compat import array_namespace, device
from hypothesis import given
from hypothesis.extra import numpy as hnp

from mlpkit.arrays import as_floats, find_not_finite, namespace, to_device


def test_the_namespace_is_the_arrays_own(xp: ModuleType) -> None:
    array = xp.asarray([1.0, 2.0])
    assert namespace(array) is namespace(array, array) is array_namespace(array)
    assert namespace(array, other=array) is array_namespace(array)


def test_mixed_libraries_are_named() -> None:
    ours, theirs = np.zeros(2), array_api_strict.zeros(2)
    with pytest.raises(TypeError) as caught:
        namespace(ours, weights=theirs)
    assert str(caught.value) == (
        "expected arrays of one library; got argument 1: ndarray of numpy, weights: Array of "
        "array_api_strict. Convert them to one library first."
    )
    with pytest.raises(TypeError, match=r"x: ndarray of numpy, y: list of builtins"):
        namespace(x=ours, y=[1.0])


def test_mixed_devices_are_named() -> None:
    here = array_api_strict.zeros(2)
    there = array_api_strict.zeros(2, device=array_api_strict.Device("device1"))
    with pytest.raises(TypeError, match=r"x on .*CPU_DEVICE.*, y on .*device1.*to_device"):
        namespace(x=here, y=there)
    assert namespace(there, there) is array_api_strict


def test_compiled_by_jax() -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed. Install it (pip install jax).")
    add = jax.jit(lambda x, y: namespace(x, y).add(as_floats([1.0, 2.0], like=x), y))
    assert add(jax.numpy.ones(2), jax.numpy.ones(2)).tolist() == [2.0, 3.0]


# Floats


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_arrays_stay_where_they_are(xp: ModuleType, precision: str) -> None:
    array = xp.asarray([1.0, 2.0], dtype=getattr(xp, precision))
    assert as_floats(array) is array
    assert as_floats(array, like=array) is array
    for values in ([3, 4], (3.0, 4.0), xp.asarray([3, 4])):
        floats = as_floats(values, like=array)
        assert array_namespace(floats) is array_namespace(array)
        assert floats.dtype == array.dtype
        assert device(floats) == device(array)
        assert to_device(floats, "cpu").tolist() == [3.0, 4.0]


def test_integers_get_the_librarys_usual_precision(xp: ModuleType) -> None:
    for integers in (xp.asarray([1, 0]), xp.asarray([True, False])):
        floats = as_floats(integers)
        assert array_namespace(floats) is array_namespace(integers)
        assert floats.dtype == xp.float64
        assert to_device(floats, "cpu").tolist() == [1.0, 0.0]


def test_python_numbers_become_numpy() -> None:
    for values in (1, 1.0, True, np.float64(1), np.int64(1)):
        assert float(as_floats(values)) == 1.0
        assert as_floats(values).dtype == np.float64
    assert as_floats([]).shape == (0,)
    assert as_floats(np.float32(1)).dtype == np.float32
    assert as_floats(np.ones(2, dtype=np.float16)).dtype == np.float16


def test_lists_follow_to_the_device() -> None:
    there = array_api_strict.zeros(2, device=array_api_strict.Device("device1"))
    assert device(as_floats([1.0], like=there)) == device(there)


@pytest.mark.parametrize(
    "values",
    [None, "1", ["1.0"], [1, None], 1j, [[1], [1, 2]], {}, object(), np.array([1j]), np.array("a")],
)
def test_what_is_no_number_is_refused(values: object) -> None:
    for like in (None, np.zeros(1, dtype=np.float32)):
        with pytest.raises(TypeError, match="expected"):
            as_floats(values, like=like)


def test_integers_of_another_library_are_refused() -> None:
    with pytest.raises(TypeError, match="values: ndarray of numpy, like: Array of array_api"):
        as_floats(np.array([1, 2]), like=array_api_strict.zeros(2))


# NaN and infinity


@given(hnp.arrays(np.float64, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0)))
def test_the_first_row_that_is_not_finite(values: np.ndarray) -> None:
    rows = np.atleast_1d(values)
    wrong = [i for i, row in enumerate(rows) if not np.isfinite(row).all()]
    assert find_not_finite(values) == (wrong[0] if wrong else None)


def test_not_finite_in_any_library(xp: ModuleType) -> None:
    for bad in (np.nan, np.inf, -np.inf):
        assert find_not_finite(xp.asarray([[1.0, 2.0], [3.0, 4.0], [5.0, bad], [bad, 0.0]])) == 2
    assert find_not_finite(xp.asarray([[1.0, 2.0]])) is None
    assert find_not_finite(xp.asarray([1, 2])) is None


# Devices


def test_to_the_cpu_is_to_numpy(xp: ModuleType) -> None:
    moved = to_device(xp.asarray([1.0, 2.0]), "cpu")
    assert type(moved) is np.ndarray
    moved[:] = 0.0  # and it can be written to
    ours = np.zeros(2)
    assert to_device(ours, "cpu") is ours
    assert to_device([1, 2], "cpu").tolist() == [1, 2]


@pytest.mark.gpu
def test_to_the_gpu_and_back(xp: ModuleType) -> None:
    import cupy

    array = xp.asarray([1.0, 2.0], dtype=xp.float32)
    moved = to_device(array, "gpu")
    assert type(moved) is cupy.ndarray
    assert moved.dtype == np.float32
    assert to_device(moved, "cpu").tolist() == [1.0, 2.0]
    with pytest.raises(TypeError, match="x: ndarray of cupy, y: ndarray of numpy"):
        namespace(x=moved, y=np.zeros(2))


def test_without_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(RuntimeError, match=r"pip install 'mlpkit\[gpu\]'.*device='cpu'"):
        to_device(np.zeros(2), "gpu")


def test_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    def asarray(array: np.ndarray) -> None:
        raise RuntimeError("cudaErrorNoDevice: no CUDA-capable device is detected")

    runtime = SimpleNamespace(CUDARuntimeError=RuntimeError)
    cupy = SimpleNamespace(asarray=asarray, cuda=SimpleNamespace(runtime=runtime), ndarray=())
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    with pytest.raises(RuntimeError, match=r"no GPU .*no CUDA-capable.*nvidia-smi.*device='cpu'"):
        to_device(np.zeros(2), "gpu")


def test_a_device_that_there_is_none_of() -> None:
    with pytest.raises(ValueError, match=r"no device 'cuda'. The known ones are: cpu, gpu"):
        to_device(np.zeros(2), "cuda")
