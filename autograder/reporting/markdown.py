"""Markdown as HTML in which nothing can run and which fetches nothing.

The instructor's formulas are drawn here, so that a page needs no script and no network. What a
student wrote goes through a second library with a list of what is allowed, and its formulas stay
text: nobody but the instructor makes this process draw anything.
"""

from __future__ import annotations

import functools
import html
import re
from typing import Any

import bleach  # type: ignore[import-untyped]
from markupsafe import Markup
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

LONGEST_ANSWER = 10_000
LONGEST_FORMULA = 500
SIZE = 1000
"""Of the type in which a formula is drawn, in units of its drawing."""
AXIS = 0.25
"""How far above the line the middle of a formula is, as a part of the size of the type."""

ALLOWED = set(
    "p h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong del br hr a span "
    "table thead tbody tr th td".split()
)
_FONT = FontProperties(math_fontfamily="stix")
_LETTERS = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C"}


def instructors(source: str) -> Markup:
    """What the instructor wrote, with its formulas drawn."""
    return Markup(MarkdownWithMath(renderer=_Renderer(drawn=True)).render(source))


def students(source: str) -> Markup:
    """What a student wrote; as it is, if it is long or cannot be read."""
    if len(source) > LONGEST_ANSWER:
        return Markup("<pre>{}</pre>").format(source)
    try:
        page = MarkdownWithMath(renderer=_Renderer(drawn=False)).render(source)
        clean = bleach.clean(
            page,
            tags=ALLOWED,
            attributes={"a": ["href", "rel"], "span": ["class"], "td": ["class"], "th": ["class"]},
            protocols={"http", "https", "mailto"},
        )
    except RecursionError:
        return Markup("<pre>{}</pre>").format(source)
    return Markup(clean)


class _Renderer(IPythonRenderer):
    """Draws no pictures, keeps no HTML, and links only to pages."""

    def __init__(self, drawn: bool) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
        self.drawn = drawn

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        # The page has a first heading already.
        level = min(level + 1, 6)
        return f"<h{level}>{text}</h{level}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"[picture: {html.escape(text)}]"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        if not re.match(r"(https?://|mailto:)", url):
            return text
        return f'<a href="{html.escape(url)}" rel="noreferrer noopener">{text}</a>'

    def block_code(self, code: str, info: str | None = None) -> str:
        return f"<pre><code>{html.escape(code)}</code></pre>\n"

    def table_cell(self, text: str, align: str | None = None, head: bool = False) -> str:
        tag, kind = "th" if head else "td", ' class="number"' if align == "right" else ""
        return f"<{tag}{kind}>{text}</{tag}>\n"

    def block_math(self, body: str) -> str:
        return self._formula(body.replace("\\frac", "\\dfrac"), "math block")

    def inline_math(self, body: str) -> str:
        return self._formula(body, "math")

    def latex_environment(self, name: str, body: str) -> str:
        return f"<pre><code>{html.escape(body)}</code></pre>\n"

    def _formula(self, body: str, kind: str) -> str:
        drawing = draw(body) if self.drawn else None
        return f'<span class="{kind}">{drawing or html.escape(body)}</span>'


@functools.lru_cache(maxsize=1000)
def draw(formula: str) -> str | None:
    """A formula as SVG in the colour of the text; None if it is not in matplotlib's LaTeX."""
    if len(formula) > LONGEST_FORMULA:
        return None
    text = " ".join(formula.split()).replace("\\tfrac", "\\frac")
    text = re.sub(r"frac(\d)(\d)", r"frac{\1}{\2}", text)
    try:
        outline = TextPath((0, 0), f"${text}$", size=SIZE, prop=_FONT)
    except (ValueError, RecursionError):
        return None
    box = outline.get_extents()
    middle = AXIS * SIZE
    half = max(box.y1 - middle, middle - box.y0, SIZE / 2)
    shape = f"{box.x1 / SIZE:.3f}em", f"{2 * half / SIZE:.3f}em"
    view = f"0 {-middle - half:.0f} {box.x1:.0f} {2 * half:.0f}"
    return (
        f'<svg width="{shape[0]}" height="{shape[1]}" viewBox="{view}" role="img" '
        f'aria-label="{html.escape(formula)}"><path d="{_commands(outline)}"/></svg>'
    )


def _commands(outline: Path) -> str:
    """A path as SVG writes it; there, y goes down."""
    return "".join(
        "Z"
        if code == Path.CLOSEPOLY
        else _LETTERS[code] + " ".join(f"{x:.0f} {-y:.0f}" for x, y in points.reshape(-1, 2))
        for points, code in outline.iter_segments(simplify=False, curves=True)
    )
