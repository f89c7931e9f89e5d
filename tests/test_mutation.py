"""The run that makes mistakes in the mathematics: whether it works, on a few of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_mistakes_in_the_updates_are_noticed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.mutation", "updates", "--sample", "4", "--processes", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("killed") >= 4
