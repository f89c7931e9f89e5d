"""A few broken submissions; ``python -m tests.soak.broken`` makes thousands of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak import broken

pytestmark = pytest.mark.sandbox


def test_broken_submissions_end_nothing_and_change_nothing_else(tmp_path: Path) -> None:
    found = broken.run(tmp_path, count=60, seed=1)
    assert found.problems == []
    assert found.counts["honest"] == 7
    # They are broken in different ways.
    for kind in ("refused by intake", "broken, no points", "broken, full points"):
        assert found.counts[kind] > 2, found.counts
