"""Tables that read well in a notebook, in a terminal and on paper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

# What plain text makes of the LaTeX that this package writes.
PLAIN = (
    (r" \cdot ", "·"),
    (r"\cdot ", "·"),
    (r" \, ", " "),
    (r"\; ", ""),
    (r"\leftarrow", "<-"),
    (r"\Delta_{\text{last}}", "last Δ"),
    (r"\Delta", "Δ"),
    (r"\partial ", "∂"),
    (r"\sum", "Σ"),
    (r"\sigma", "σ"),
    (r"\delta", "δ"),
    (r"\eta", "η"),
    (r"\alpha", "α"),
    (r"\mu", "μ"),
    (r"\tanh", "tanh"),
    (r"\top", "T"),
    (r"\|", "‖"),
)

# What stands between two braces, with at most two more pairs inside.
_BRACED = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"


@dataclass(frozen=True)
class Table:
    """Rows of text under a heading. A cell between dollar signs is LaTeX.

    Attributes:
        heading: one text for each column.
        rows: as many texts in each.
        caption: what the table shows; may be empty.
    """

    heading: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.heading):
                raise ValueError(
                    f"the heading has {len(self.heading)} columns, but this row {len(row)}: {row}"
                )

    def _repr_html_(self) -> str:
        caption = f"<caption{_LEFT}>{escape(self.caption)}</caption>" if self.caption else ""
        heading = "".join(f'<th scope="col"{_LEFT}>{_html(cell)}</th>' for cell in self.heading)
        rows = "\n".join(
            "<tr>" + "".join(f"<td{_LEFT}>{_html(cell)}</td>" for cell in row) + "</tr>"
            for row in self.rows
        )
        return (
            '<div style="overflow-x: auto"><table>'
            f"{caption}\n<thead><tr>{heading}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
        )

    def _repr_latex_(self) -> str:
        rows = [self.heading, *self.rows]
        body = " \\\\\n".join(" & ".join(_latex(cell) for cell in row) for row in rows)
        return f"$$\\begin{{array}}{{{'l' * len(self.heading)}}}\n{body}\n\\end{{array}}$$"

    def __str__(self) -> str:
        rows = [[plain(cell) for cell in row] for row in (self.heading, *self.rows)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join([self.caption, *lines] if self.caption else lines)

    __repr__ = __str__


_LEFT = ' style="text-align: left"'


def plain(cell: str) -> str:
    """LaTeX between dollar signs as plain text: ``$\\delta_{o_{1}}$`` as ``δ_o1``."""
    if not _is_latex(cell):
        return cell
    text = re.sub(rf"\\d?frac{_BRACED}{_BRACED}", r"\1/\2", cell[1:-1])
    for latex, character in PLAIN:
        text = text.replace(latex, character)
    text = re.sub(r"\\(text|mathcal|operatorname)\{(\w+)\}", r"\2", text)
    text = re.sub(r"_\{(\d+)\}", r"\1", text)
    text = re.sub(r"\^\{([^{}]*)\}", r"^\1", text)
    return re.sub(r"[{}]", "", text).strip()


def _is_latex(cell: str) -> bool:
    return len(cell) > 2 and cell.startswith("$") and cell.endswith("$")


def _html(cell: str) -> str:
    return escape(cell, quote=False)


def _latex(cell: str) -> str:
    return cell[1:-1] if _is_latex(cell) else rf"\text{{{cell}}}"
