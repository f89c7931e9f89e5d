"""A worked example to step through: forward pass, error terms and update, line by line.

``Stepper(work(network, x, target, rate=0.1))`` shows the network with the numbers that are known
so far, the unit whose turn it is, and the lines that have been calculated.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import Any

import traitlets

from mlpkit.figures.figure import Gallery
from mlpkit.figures.steps import draw_step
from mlpkit.widgets.page import PageWidget, script, style
from mlpkit.worked import Worked
from mlpkit.worked.lines import Line
from mlpkit.worked.tables import plain


class Stepper(PageWidget):
    """Steps through a worked example.

    All pictures are drawn at once, so that the page turns them without asking the kernel.

    Attributes:
        step: how many lines have been calculated; may be set.
        lines: what the page needs of each line.
        pictures: for each step, the network with what is known by then: its SVG and its
            alternative text.

    Args:
        worked: what ``mlpkit.worked.work`` returned.
        notation: the notation that it was written in.
    """

    _esm = script("stepper.js")
    _css = style()

    step = traitlets.Int(0).tag(sync=True)
    lines = traitlets.List(traitlets.Dict()).tag(sync=True)
    pictures = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, worked: Worked, notation: str = "M") -> None:
        self._worked = worked
        self._figures = [
            draw_step(worked, line, notation=notation) for line in range(-1, len(worked.lines))
        ]
        super().__init__(
            lines=[_for_the_page(line) for line in worked.lines],
            pictures=[{"svg": figure.svg, "alt": figure.alt} for figure in self._figures],
        )

    @traitlets.validate("step")
    def _within_the_lines(self, proposal: Any) -> int:
        return min(max(proposal["value"], 0), len(self.lines))

    def static_text(self) -> str:
        return f"A calculation in {len(self.lines)} steps:\n{self._worked.table()}"

    def static_html(self) -> str:
        steps = [0, *accumulate(Counter(line.phase for line in self._worked.lines).values())]
        pictures = Gallery([self._figures[step] for step in steps])
        return f"{pictures._repr_html_()}\n{self._worked.table()._repr_html_()}"


def _for_the_page(line: Line) -> dict[str, str]:
    layer, unit = line.unit
    return {
        "phase": line.phase,
        "symbol": line.symbol,
        "formula": line.formula,
        "substitution": line.substitution,
        "shown": line.shown,
        "spoken": f"{line.phase}, layer {layer}, unit {unit + 1}: "
        f"{plain(f'${line.symbol}$')} = {line.shown}",
    }
