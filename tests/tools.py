"""What some tests need of the machine, and how they say that it is not there."""

from __future__ import annotations

import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser() -> str | None:
    """The path of an installed Chromium or Chrome, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def missing_browser() -> list[str]:
    """What keeps a browser test from running here, each with its remedy; empty if nothing."""
    if find_browser():
        return []
    return [
        f"None of {', '.join(BROWSERS)} is on the PATH. Install one ('apt install chromium', "
        "'dnf install chromium')."
    ]


def missing_sandbox() -> list[str]:
    """What keeps a sandbox test from running here, each with its remedy; empty if nothing."""
    from autograder.sandbox import missing_walls

    return list(missing_walls())


def missing_gpu() -> list[str]:
    """What keeps a GPU test from running here, each with its remedy; empty if nothing."""
    try:
        import cupy
    except ImportError:
        return ["CuPy is not installed. Install it (pip install -e '.[gpu]')."]
    try:
        cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return [f"CuPy finds no GPU: {error}. Check the driver with nvidia-smi."]
    return []
