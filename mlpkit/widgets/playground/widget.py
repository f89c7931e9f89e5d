"""The playground as a widget: messages of the page in, frames out."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from copy import deepcopy
from time import perf_counter
from typing import Any

import numpy as np
import traitlets

from mlpkit.datasets.dataset import whole
from mlpkit.figures.figure import Figure
from mlpkit.network import Network
from mlpkit.training import Training
from mlpkit.widgets.page import PageWidget, script, style
from mlpkit.widgets.playground.challenge import Challenge
from mlpkit.widgets.playground.experiment import Experiment
from mlpkit.widgets.playground.features import features_of
from mlpkit.widgets.playground.frame import (
    GRID,
    choices_for_the_page,
    feature_maps,
    frame,
    points_for_the_page,
    settings_for_the_page,
)
from mlpkit.widgets.playground.messages import act, act_in_step
from mlpkit.widgets.playground.picture import draw_experiment, for_the_page
from mlpkit.widgets.playground.points import PLANE, own_points
from mlpkit.widgets.playground.settings import PARTS, Settings
from mlpkit.worked.tables import Table

# The page's messages may be handled in another thread than the notebook's cells.
_ONE_AT_A_TIME = threading.RLock()

# Of the page, each after those that it imports.
MODULES = (
    "colours", "loop", "frame", "controls", "curves", "plane", "inspector", "network", "main",
)  # fmt: skip

VIEW: dict[str, Any] = {
    "discretise": False,
    "show_test": False,
    "lines": "weights",
    "unit": None,
    "timings": False,
}
"""How the page begins: whether the picture has bands instead of shades, whether the points of the
test part are shown, whether lines are "weights" or "gradients", which unit is enlarged,
[layer, unit], and whether it says how long a frame takes."""


class Playground(PageWidget):
    """A network to take apart: it learns from points in the plane, and shows all that it does.

    Args:
        x, t: data of your own: see ``own_points``.
        hide: parts of the page to be hidden for a lesson, from PARTS.
        challenge: a task for the reader.
        view: how the page begins, where that differs from VIEW.
        settings: as for ``Settings``, by their names: ``data="spiral", hidden=(8, 8)``.

    Raises:
        ValueError: something is not what it can be; the message says what is.
    """

    _esm = script(*(f"playground/{name}.js" for name in MODULES))
    _css = style("playground/playground.css")

    settings = traitlets.Dict().tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)
    state = traitlets.Unicode().tag(sync=True)
    points = traitlets.Dict().tag(sync=True)
    feature_maps = traitlets.Bytes().tag(sync=True)
    playing = traitlets.Bool(False).tag(sync=True)
    hidden_parts = traitlets.List(traitlets.Unicode()).tag(sync=True)
    view = traitlets.Dict().tag(sync=True)
    challenge = traitlets.Dict(None, allow_none=True).tag(sync=True)
    about = traitlets.Dict({"grid": GRID, "plane": PLANE}).tag(sync=True)

    # Of the class too, for a widget that could not be made is closed all the same.
    _partner: Playground | None = None
    _link: traitlets.link | None = None

    def __init__(
        self,
        x: Any = None,
        t: Any = None,
        *,
        hide: Collection[str] = (),
        challenge: Challenge | None = None,
        view: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        if (x is None) != (t is None):
            raise ValueError("x and t come together: give both, or neither of them.")
        own = None if x is None else own_points(x, t)
        chosen = Settings(data="circle" if own is None else "own")
        for name, value in settings.items():
            chosen = chosen.changed(name, value)
        _check_known("part to hide", hide, PARTS)
        _check_known("choice of view", view or {}, VIEW)
        self._experiment = Experiment(chosen, own)
        self._challenge = challenge
        self._shown: tuple[Any, ...] = (None, None)
        super().__init__(
            feature_maps=feature_maps(),
            hidden_parts=list(hide),
            view={**VIEW, **(view or {})},
            challenge=None if challenge is None else {"text": challenge.text},
        )
        self._show_settings()
        self.on_msg(lambda widget, content, buffers: self._answer(content))

    @property
    def network(self) -> Network:
        """The network as it stands, a copy. It takes what ``inputs`` gives."""
        with _ONE_AT_A_TIME:
            return deepcopy(self._experiment.network)

    def inputs(self, x: Any) -> np.ndarray:
        """Places in your own numbers, as the network gets them: on the plane, and as features.

        Args:
            x: shape (places, 2).

        Returns:
            Shape (places, features), the features in the order of ``settings``.
        """
        now = self._experiment.now
        return features_of(now.points.on_the_plane(x), now.settings.features)

    @property
    def training(self) -> Training:
        """The training as it stands, a copy: ``mlpkit.training.train`` goes on with it."""
        with _ONE_AT_A_TIME:
            return deepcopy(self._experiment.now.training)

    @property
    def history(self) -> Table:
        """The losses so far, epoch by epoch."""
        rows = [[f"{epoch:g}", *map(_loss, losses)] for epoch, *losses in self._rows.tolist()]
        return Table(("epoch", "training loss", "test loss"), rows)

    @property
    def history_columns(self) -> dict[str, np.ndarray]:
        """The same as arrays, each of shape (rows,); NaN where there is no number."""
        return dict(zip(("epoch", "training loss", "test loss"), self._rows.T.copy(), strict=True))

    @property
    def _rows(self) -> np.ndarray:
        return self._experiment.now.history.rows

    @property
    def figure(self) -> Figure:
        """The experiment as a picture."""
        return draw_experiment(self._experiment)

    def step(self, what: str = "epoch", times: int = 1) -> None:
        """Learns from the next example, the next batch or the rest of the epoch; some times."""
        with _ONE_AT_A_TIME:
            for _ in range(whole("times", times, 1)):
                self._act({"do": "step", "what": what})
            self._show()

    def reset(self, *, new: bool = False) -> None:
        """Begins anew with the same initial weights, or with new ones."""
        self._do({"do": "reset", "new": new})

    def set(self, name: str, value: Any) -> None:
        """Changes a setting, as the reader can; known ones are listed in ``choices``."""
        self._do({"do": "set", "name": name, "value": value})

    def restore(self, text: str) -> None:
        """Begins anew with the settings of a text, which was ``state`` at the time."""
        self._do({"do": "restore", "state": text})

    def undo(self) -> None:
        """Goes back to before the last change."""
        self._do({"do": "undo"})

    def keep_in_step_with(self, other: Playground) -> None:
        """From now on both learn together, and begin anew together; see ``side_by_side``.

        Raises:
            ValueError: they are one and the same, or one is in step with another already.
        """
        if self is other or self._partner or other._partner:
            raise ValueError("expected two different playgrounds, neither in step with another.")
        self._partner, other._partner = other, self
        self._link = other._link = traitlets.link((self, "playing"), (other, "playing"))
        self.reset()

    def close(self) -> None:
        """Takes it from all pages; a partner goes on alone."""
        partner, self._partner = self._partner, None
        if partner and self._link:
            partner._partner = None
            self._link.unlink()
        super().close()

    def static_text(self) -> str:
        return self.figure.alt

    def static_html(self) -> str:
        return self.figure._repr_html_()

    def _do(self, message: Any) -> None:
        with _ONE_AT_A_TIME:
            self._act(message)
            self._show()

    def _answer(self, content: Any) -> None:
        """Does what the page asks for, and answers once."""
        with _ONE_AT_A_TIME:
            self._answer_alone(content)

    def _answer_alone(self, content: Any) -> None:
        asked = content.get("id") if isinstance(content, dict) else None
        begin = perf_counter()
        try:
            if isinstance(content, dict) and content.get("do") == "picture":
                self.send({"kind": "picture", "id": asked, **for_the_page(self._experiment)})
                return
            self._act(content)
        except Exception as error:
            text = str(error)
            self.send({"kind": "error", "id": asked, "text": text[:1].upper() + text[1:]})
            if not isinstance(error, ValueError):
                raise
            return
        self._show(asked, begin)

    def _act(self, message: Any) -> None:
        if self._partner:
            act_in_step(self._experiment, self._partner._experiment, message)
        else:
            act(self._experiment, message)

    def _show(self, asked: Any = None, begin: float | None = None) -> None:
        """Sends a frame, and one of the partner."""
        learn = 0.0 if begin is None else 1e3 * (perf_counter() - begin)
        self._send_frame(asked, learn)
        if self._partner:
            self._partner._send_frame(None, learn)

    def _send_frame(self, asked: Any, learn: float) -> None:
        """Sends a frame, and before it what else has changed.

        Args:
            asked: the number of the message that it answers, or None.
            learn: how long the learning took, in milliseconds.
        """
        begin = perf_counter()
        self._show_settings()
        header, buffers = frame(self._experiment)
        goal = None if self._challenge is None else self._challenge.judge(self._experiment)
        ms = {"learn": learn, "look": 1e3 * (perf_counter() - begin)}
        self.send({"kind": "frame", "id": asked, **header, "goal": goal, "ms": ms}, buffers)

    @traitlets.observe("playing")
    def _pause(self, change: Any) -> None:
        self._experiment.pause()

    def _show_settings(self) -> None:
        """Sets the traits that tell of settings and points, if these have changed."""
        now = self._experiment.now
        settings, points = self._shown
        with self.hold_sync():
            if now.settings is not settings:
                self.settings = settings_for_the_page(now.settings)
                self.state = now.settings.to_text()
            if now.points is not points:
                self.choices = choices_for_the_page(now.points, now.own is not None)
                self.points = points_for_the_page(now.points)
        self._shown = now.settings, now.points


def _check_known(kind: str, given: Collection[str], known: Collection[str]) -> None:
    for name in given:
        if name not in known:
            raise ValueError(
                f"there is no {kind} {name!r:.60}. The known ones are: {', '.join(known)}."
            )


def _loss(loss: float) -> str:
    return f"{loss:.6g}"
