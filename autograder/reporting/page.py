"""The morning page: what the class has understood, and whose work to look at."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from autograder.reporting import rendering
from autograder.reporting.overview import Overview

MOST_BARS = 14
HEIGHT = 150
"""Of the tallest bar, in pixels."""


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram: from which score to which, and how many have it."""

    low: float
    high: float
    count: int
    height: float


def write(path: Path, found: Overview) -> None:
    """Writes the page, whole or not at all."""
    now = datetime.datetime.now().astimezone()
    text = rendering.render(
        "page.html.j2", found=found, bars=bars(found.scores, found.most), height=HEIGHT, now=now
    )
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8", errors="replace")
    beside.replace(path)


def bars(scores: list[float], most: float) -> list[Bar]:
    """The histogram: bars of equal width from 0 to the most; the last one holds the most too."""
    top = max([most, *scores])
    steps = (scale * step for scale in (0.1, 1, 10, 100, 1000) for step in (1, 2, 5))
    width = next((step for step in steps if top / step <= MOST_BARS), top / MOST_BARS)
    number = max(1, -int(-top // width))
    counts = [0] * number
    for score in scores:
        counts[min(number - 1, max(0, int(score / width)))] += 1
    tallest = max(counts) or 1
    return [
        Bar(i * width, (i + 1) * width, count, HEIGHT * count / tallest)
        for i, count in enumerate(counts)
    ]
