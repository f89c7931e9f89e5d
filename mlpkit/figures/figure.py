"""A picture together with its alternative text.

JupyterLab and nbconvert show an ``image/png`` or ``image/svg+xml`` output without any alternative
text, and JupyterLab drops SVG elements from the HTML of a notebook that it does not trust yet.
An ``<img>`` with the picture inside its address keeps its ``alt`` everywhere, trusted or not. The
plain text of the output is the alternative text: a terminal shows it, and tests compare it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, repr=False)
class Figure:
    """A picture that can be displayed in a notebook.

    Attributes:
        svg: the picture, the text of an SVG document.
        alt: what is to be seen in it, for those who cannot see it.
        width: the width in CSS pixels; narrower pages shrink it.

    Raises:
        ValueError: the alternative text is missing or says nothing.
    """

    svg: str
    alt: str
    width: int = 760

    def __post_init__(self) -> None:
        if len(self.alt.split()) < 5:
            raise ValueError(f"the alternative text has to say what is to be seen: {self.alt!r}")

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.svg.encode()).decode()
        return (
            f'<img alt="{escape(self.alt)}" width="{self.width}" '
            f'src="data:image/svg+xml;base64,{data}">'
        )

    def __repr__(self) -> str:
        return self.alt


@dataclass(frozen=True, repr=False)
class Gallery:
    """Several figures in reading order, as many beside each other as the page is wide.

    Attributes:
        figures: the figures.
    """

    figures: Sequence[Figure]

    def _repr_html_(self) -> str:
        # JupyterLab puts pictures below each other, unless they are inside something.
        pictures = "\n".join(figure._repr_html_() for figure in self.figures)
        return f"<div>\n{pictures}\n</div>"

    def __repr__(self) -> str:
        return "\n".join(figure.alt for figure in self.figures)
