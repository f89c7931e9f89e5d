"""All attacks, one file for each part of the specification."""

from __future__ import annotations

from tests.attacks.attack import Attack
from tests.attacks.rows import (
    broken_files,
    broken_folders,
    broken_work,
    finding,
    finding_elsewhere,
    forging,
    forging_run,
    forging_values,
    forging_watched,
    harming,
    harming_neighbours,
    harming_readers,
    harming_resources,
)

ROWS = range(1, 28)
"""The numbers of the specification's rows; each must be covered."""

ATTACKS: tuple[Attack, ...] = (
    *forging.ATTACKS,
    *forging_run.ATTACKS,
    *forging_values.ATTACKS,
    *forging_watched.ATTACKS,
    *finding.ATTACKS,
    *finding_elsewhere.ATTACKS,
    *harming.ATTACKS,
    *harming_resources.ATTACKS,
    *harming_neighbours.ATTACKS,
    *harming_readers.ATTACKS,
    *broken_files.ATTACKS,
    *broken_folders.ATTACKS,
    *broken_work.ATTACKS,
)


def named(name: str) -> Attack:
    """The attack of this name."""
    return next(attack for attack in ATTACKS if attack.name == name)
