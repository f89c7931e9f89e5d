"""A picture or a table that follows the reader's hand.

``explore(draw, depth=slider(1, 20), activation=choice("sigmoid", "relu"))`` shows what
``draw(depth=1, activation="sigmoid")`` returns, and below the controls that change it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import traitlets

from mlpkit.figures.figure import Figure, Gallery
from mlpkit.widgets.controls import Control
from mlpkit.widgets.page import PageWidget, script, style

Values = dict[str, Any]


class Explorer(PageWidget):
    """Shows what a function makes of the values that the reader sets.

    Attributes:
        values: the value of each control, by its name; may be set.
        content: what the function returned for them, as HTML.
        controls: what the page needs of each control.
    """

    _esm = script("explorer.js")
    _css = style()

    values = traitlets.Dict().tag(sync=True)
    content = traitlets.Unicode().tag(sync=True)
    controls = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(
        self,
        draw: Callable[..., Any],
        controls: Mapping[str, Control],
        positions: Sequence[Mapping[str, Any]],
    ) -> None:
        self._draw, self._controls = draw, dict(controls)
        start = {name: control.start for name, control in controls.items()}
        self._positions = [self._read(start | dict(position)) for position in positions]
        super().__init__(
            values=start,
            content=in_page(draw(**start)),
            controls=[control.for_the_page(name) for name, control in controls.items()],
        )
        self.observe(self._show, "values")

    def _read(self, values: Mapping[str, Any]) -> Values:
        """The values as the function gets them."""
        read = {}
        for name, value in values.items():
            if name not in self._controls:
                known = ", ".join(self._controls)
                raise ValueError(f"there is no control {name!r}. The known ones are: {known}.")
            try:
                read[name] = self._controls[name].read(value)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return read

    def _show(self, change: Any) -> None:
        try:
            self.content = in_page(self._draw(**self._read(self.values)))
        except Exception as error:
            # On the page, for a kernel's messages are seen by nobody; and in the log all the same.
            self.content = f'<p role="alert">Cannot be shown: {escape(str(error))}</p>'
            raise

    def static_text(self) -> str:
        return "\n\n".join(
            f"{self._said(values)}\n{in_words(self._draw(**values))}" for values in self._positions
        )

    def static_html(self) -> str:
        return "\n".join(
            f"<p><strong>{escape(self._said(values))}</strong></p>\n{as_html(self._draw(**values))}"
            for values in self._positions
        )

    def _said(self, values: Values) -> str:
        controls = self._controls
        return ", ".join(
            f"{controls[name].label or name.replace('_', ' ')}: {controls[name].said(value)}"
            for name, value in values.items()
        )


def explore(
    draw: Callable[..., Any], *, at: Sequence[Mapping[str, Any]] = ({},), **controls: Control
) -> Explorer:
    """A picture or a table that changes with sliders, choices and numbers.

    Args:
        draw: takes a value for each control, by name, and returns a Figure, a Gallery, a Table, or
            a list of these. It is called at each move of a slider, so what takes more than about
            10 ms should be done before, and only looked up in it.
        at: what a page without a kernel shows: one picture for each, with the values given here
            and the other controls at their start.
        controls: made by ``slider``, ``choice`` or ``number``; their names are the arguments.

    Raises:
        ValueError: there is no control, or a position in ``at`` is not one that they can have.
    """
    if not controls:
        raise ValueError("there is nothing to move: give at least one slider, choice or number.")
    return Explorer(draw, controls, at)


def in_page(shown: Any) -> str:
    """What a function returned, as HTML for a page with a kernel.

    Pictures are put into the page as they are: one behind an address would flicker as it changes.
    """
    if isinstance(shown, Gallery):
        pictures = "".join(map(in_page, shown.figures))
        return f'<div class="mlp-gallery">{pictures}</div>'
    if isinstance(shown, list | tuple):
        return "\n".join(map(in_page, shown))
    if isinstance(shown, Figure):
        return (
            f'<div class="mlp-picture" role="img" aria-label="{escape(shown.alt)}" '
            f'style="max-width: {shown.width}px">{shown.svg}</div>'
        )
    return as_html(shown)


def as_html(shown: Any) -> str:
    """What a function returned, as HTML for any page."""
    if isinstance(shown, list | tuple):
        return "\n".join(map(as_html, shown))
    return shown._repr_html_() if hasattr(shown, "_repr_html_") else f"<p>{escape(str(shown))}</p>"


def in_words(shown: Any) -> str:
    """What a function returned, as text."""
    return "\n".join(map(in_words, shown)) if isinstance(shown, list | tuple) else str(shown)
