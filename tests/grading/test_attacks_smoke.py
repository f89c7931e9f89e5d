"""The sharpest attacks, tried for real; all of them are tried by python -m tests.attacks."""

from __future__ import annotations

import os
from collections import Counter

import pytest

from tests.attacks import runs, wall
from tests.attacks.rows import ATTACKS, ROWS, named
from tests.attacks.table import Result

pytestmark = pytest.mark.sandbox

SHARPEST = (
    "skip-execution",
    "numpy-testing-patched",
    "ast-transformer",
    "descriptors-written",
    "answers-forged",
    "always-equal",
    "source-read",
    "told-by-network",
    "gradebook-rewritten",
    "kills-everything",
    "signals-blocked",
    "fork-bomb",
    "daemon",
    "lying-text",
    "schema-99",
    "fifo",
)
FOR_NBGRADER = ("skip-execution", "source-read")


@pytest.fixture(scope="module", autouse=True)
def outer_wall() -> None:
    try:
        wall.require()
    except wall.WallMissing as missing:
        if os.environ.get("REQUIRE_SANDBOX") == "1":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    chosen, for_nbgrader = map(named, SHARPEST), map(named, FOR_NBGRADER)
    found = runs.run(list(chosen), 2, for_nbgrader=list(for_nbgrader))
    return {result.attack.name: result for result in found}


@pytest.mark.parametrize("name", SHARPEST)
def test_ours_withstands(results: dict[str, Result], name: str) -> None:
    result = results[name]
    assert result.problem == ""
    assert result.ours is not None
    assert result.ours.gained == 0
    assert result.ours.lost == 0
    assert result.ours.harms + result.ours.leaks == []
    assert not result.ours.missing_reason, result.ours.reason


def test_the_measuring_sees_what_plain_nbgrader_does_not_withstand(
    results: dict[str, Result],
) -> None:
    blank, thief = (results[name].nbgraders for name in FOR_NBGRADER)
    assert blank is not None and thief is not None
    assert blank.gained == thief.gained == 12
    assert "read the solution" in thief.leaks


def test_every_row_has_an_attack_and_every_attack_a_name_of_its_own() -> None:
    assert {attack.row for attack in ATTACKS} == set(ROWS)
    names = Counter(attack.name for attack in ATTACKS)
    assert [name for name, count in names.items() if count > 1] == []
    assert all(attack.reason or attack.deserves for attack in ATTACKS)
