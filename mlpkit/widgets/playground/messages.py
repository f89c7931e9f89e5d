"""What the page can ask for, and what an experiment does then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from mlpkit.widgets.playground.experiment import Experiment

Message = dict[str, Any]


class Action(NamedTuple):
    """What is done when the page asks for it.

    Attributes:
        act: does it, with what the message says.
        fields: what the message has to say.
    """

    act: Callable[[Experiment, Message], None]
    fields: tuple[str, ...] = ()


ACTIONS: dict[str, Action] = {
    "draw": Action(lambda experiment, said: None),
    "play": Action(lambda experiment, said: experiment.play()),
    "step": Action(lambda experiment, said: experiment.step(said["what"]), ("what",)),
    "reset": Action(lambda experiment, said: experiment.reset(said.get("new") is True)),
    "regenerate": Action(lambda experiment, said: experiment.regenerate()),
    "set": Action(
        lambda experiment, said: experiment.set(said["name"], said["value"]), ("name", "value")
    ),
    "edit": Action(
        lambda experiment, said: experiment.edit(said["place"], said["value"]), ("place", "value")
    ),
    "add": Action(
        lambda experiment, said: experiment.add(said["x"], said["class"]), ("x", "class")
    ),
    "erase": Action(lambda experiment, said: experiment.erase(said["x"]), ("x",)),
    "clear": Action(lambda experiment, said: experiment.clear()),
    "undo": Action(lambda experiment, said: experiment.undo()),
    "restore": Action(lambda experiment, said: experiment.restore(said["state"]), ("state",)),
}


def act(experiment: Experiment, message: Any) -> None:
    """Does what a message of the page asks for.

    Raises:
        ValueError: that is not known, or cannot be done. Nothing has changed then.
    """
    asked = message.get("do") if isinstance(message, dict) else None
    if not isinstance(asked, str) or asked not in ACTIONS:
        raise ValueError(
            f"the page asked for {message!r:.60}, which is not known. "
            f"It can ask for: {', '.join(ACTIONS)}, picture."
        )
    missing = [field for field in ACTIONS[asked].fields if field not in message]
    if missing:
        raise ValueError(f"the page asked for {asked!r} without {' and '.join(missing)}.")
    ACTIONS[asked].act(experiment, message)


def act_in_step(experiment: Experiment, other: Experiment, message: Any) -> None:
    """The same, with a second experiment that is kept at the same epoch.

    What learns is done by both, or by neither if one of them cannot. What changes one alone takes
    the other back to the epoch where that one is now.
    """
    asked = message.get("do") if isinstance(message, dict) else None
    if asked in ("play", "step") and other.problem:
        return
    act(experiment, message)
    epochs = experiment.now.training.epochs
    if asked == "play":
        other.play(until=epochs)
    elif asked == "step" and message["what"] == "epoch":
        other.pause()
        other.play(until=epochs)
        other.pause()
    elif asked in ("step", "reset"):
        act(other, message)
    elif other.now.training.epochs != epochs:
        other.go_back_to(epochs)
        if other.now.training.epochs != epochs:
            experiment.reset()
