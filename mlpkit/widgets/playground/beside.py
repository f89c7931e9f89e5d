"""Two playgrounds beside each other, which learn in step."""

from __future__ import annotations

from typing import Any

from ipywidgets import HBox, Layout

from mlpkit.widgets.playground.widget import Playground


class SideBySide(HBox):
    """Two playgrounds in a row, or below each other where the page is narrow."""

    def __init__(self, first: Playground, second: Playground) -> None:
        self._both = (first, second)
        for playground in self._both:
            playground.layout = Layout(flex="1 1 380px", min_width="0")
        super().__init__(self._both, layout=Layout(flex_flow="row wrap", grid_gap="16px"))

    def __repr__(self) -> str:
        return "\n\n".join(playground.static_text() for playground in self._both)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data = super()._repr_mimebundle_(**options) or {}
        html = "\n".join(playground.static_html() for playground in self._both)
        return {**data, "text/plain": repr(self), "text/html": html}, {}


def side_by_side(first: Playground, second: Playground) -> SideBySide:
    """Two playgrounds beside each other, at the same epoch.

    Both begin anew. Play, step and reset of either are done by both; each keeps its own settings.
    If one diverges, neither goes on. What changes one alone, and takes it to another epoch, takes
    the other there as well.

    Raises:
        ValueError: they are one and the same, or one is in step with another already.
    """
    first.keep_in_step_with(second)
    return SideBySide(first, second)
