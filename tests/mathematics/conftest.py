"""The array libraries that the mathematics runs under."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

import pytest

LIBRARIES = [
    "numpy",
    "array_api_strict",
    "jax.numpy",
    pytest.param("cupy", marks=pytest.mark.gpu),
]


@pytest.fixture(params=LIBRARIES)
def xp(request: pytest.FixtureRequest) -> ModuleType:
    """One array library after the other; in each, numbers are of double precision."""
    if request.param == "jax.numpy":
        reason = "JAX is not installed. Install it (pip install jax)."
        pytest.importorskip("jax", reason=reason).config.update("jax_enable_x64", True)
    return import_module(request.param)
