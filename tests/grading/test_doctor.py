"""The doctor: what stands is said to stand, and what has fallen to have fallen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.sandbox import doctor

pytestmark = pytest.mark.sandbox


def test_here_all_walls_stand() -> None:
    assert [wall for wall in doctor.try_walls() if not wall.stands] == []


@pytest.mark.parametrize(
    ("name", "raised"),
    [
        ("number of processes", {"processes": 999}),
        ("memory of all processes", {"memory_bytes": 2**33}),
    ],
)
def test_a_wall_that_lets_through_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, raised: dict[str, int]
) -> None:
    monkeypatch.setattr(doctor, "_LIMITS", replace(doctor._LIMITS, **raised))
    monkeypatch.setattr(doctor, "_ATTEMPTS", [a for a in doctor._ATTEMPTS if a.name == name])
    assert [(wall.name, wall.stands) for wall in doctor.try_walls()] == [(name, False)]
