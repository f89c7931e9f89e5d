"""What some tests need of the machine, and how they say that it is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

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
    from autograder.sandbox.bubblewrap import missing_walls

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


def printed_by(folder: Path, *words: str) -> str:
    """What a command of this environment prints, run in a folder with this repository's packages.

    Raises:
        RuntimeError: it failed; with what it said.
    """
    # nbgrader calls other programs of its environment by their names.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = f"{done.stdout}\n{done.stderr}"[-3000:]
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{said}")
    return done.stdout
