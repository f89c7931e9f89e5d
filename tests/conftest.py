"""Settings that hold for every test."""

from __future__ import annotations

import os

# Before NumPy is first imported. The arrays are small and there are as many test processes as
# cores: threads inside NumPy would make them slower, and sums would differ in the last bit.
for variable in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
):
    os.environ[variable] = "1"

import functools
from collections.abc import Callable

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from tests.tools import missing_browser, missing_gpu, missing_sandbox

# A run must not fail today on an example that nobody will see again tomorrow. To look for new
# examples: HYPOTHESIS_PROFILE=explore make test
settings.register_profile("ci", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Asked once in each test process: the sandbox's answer takes a trial run.
NEEDS: dict[str, Callable[[], list[str]]] = {
    "browser": functools.cache(missing_browser),
    "sandbox": functools.cache(missing_sandbox),
    "gpu": functools.cache(missing_gpu),
}


class OneBrowser(LoadFileScheduling):
    """A file stays in one process, and all that needs a browser in one and the same.

    Browsers beside each other would mostly wait for one another, and what is measured in them would
    say little.
    """

    def _split_scope(self, nodeid: str) -> str:
        folder = "tests/browser/"
        return folder if nodeid.startswith(folder) else super()._split_scope(nodeid)


# The run of the mistakes in the mathematics does without plugins.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneBrowser:
    return OneBrowser(config, log)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that this machine cannot run, or fail it where REQUIRE_... forbids skipping."""
    for name, missing in NEEDS.items():
        if item.get_closest_marker(name) is None or not missing():
            continue
        reason = f"needs a {name}: {' '.join(missing())}"
        variable = f"REQUIRE_{name.upper()}"
        if os.environ.get(variable) == "1":
            pytest.fail(f"{variable}=1, but this test {reason}", pytrace=False)
        pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests have measured without judging it."""
    measured = [
        (name, value)
        for report in terminalreporter.stats.get("passed", [])
        for name, value in report.user_properties
        if name.startswith("measured: ")
    ]
    if measured:
        terminalreporter.section("measured")
        for name, value in measured:
            terminalreporter.line(f"{name.removeprefix('measured: ')}: {value}")
