"""Runs tests in one copy of the tree, over and over. Started in it by ``tests.mutation``.

What the tests import, but for mlpkit itself, is imported once; for each run the process is forked.
A line of its input is a time limit in seconds and the options and files for pytest; a line of its
output says whether the tests noticed something: 1 if they failed or ran out of time, 0 if not.
"""

from __future__ import annotations

import os
import signal
import sys
from time import monotonic, sleep

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy is first imported; a fork must find no threads
# The plugins for notebooks, browsers and the like take longer to load than most tests to run.
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"

# ruff: noqa: E402, F401
import array_api_compat.numpy
import array_api_strict
import hypothesis.extra.numpy
import mpmath
import numpy as np
import pytest
import scipy.special


def is_noticed(limit: float, arguments: list[str]) -> bool:
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = int(pytest.main(arguments))
        finally:
            os._exit(code)
    end = monotonic() + limit
    while True:
        finished, status = os.waitpid(child, os.WNOHANG)
        if finished:
            return status != 0
        if monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return True
        sleep(0.01)


def main() -> None:
    for line in sys.stdin:
        limit, *arguments = line.split()
        print(int(is_noticed(float(limit), arguments)), flush=True)


if __name__ == "__main__":
    main()
