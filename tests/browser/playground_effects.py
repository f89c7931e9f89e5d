"""What the playground's controls do, as the kernel sees it."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.browser.playground_page import PlaygroundPage


class Effect(NamedTuple):
    """What a control does.

    Attributes:
        role, name: of the control.
        asked: an expression over the playground p, in the kernel.
        value: what it is afterwards, and was not before.
        chosen: what is chosen of a list.
        state: the settings it begins with.
        learned: how many epochs it has learned before.
        key: what does it on the keyboard.
    """

    role: str
    name: str
    asked: str
    value: Any
    chosen: str = ""
    state: str = ""
    learned: int = 0
    key: str = "Enter"


def setting(
    role: str, name: str, key: str, value: Any, chosen: str = "", state: str = ""
) -> Effect:
    """A control that changes a setting, to be found in the trait."""
    keys = {"combobox": "ArrowDown", "slider": "End", "radio": "ArrowDown"}
    return Effect(role, name, f"p.settings[{key!r}]", value, chosen, state, key=keys[role])


FEATURES = {
    "x₁": ["x2"],
    "x₂": ["x1"],
    "x₁²": ["x1", "x2", "x1^2"],
    "x₂²": ["x1", "x2", "x2^2"],
    "x₁x₂": ["x1", "x2", "x1*x2"],
    "sin(x₁)": ["x1", "x2", "sin(x1)"],
    "sin(x₂)": ["x1", "x2", "sin(x2)"],
}
# Each data set from the one before it in the list, from which an arrow key leads to it.
DATA = ["circle", "exclusive or", "Gaussian", "spiral", "plane", "multi-Gaussian", "three classes"]
HIDDEN = "p.settings['hidden']"
LEARNED = "[p.training.epochs, p._experiment.now.seen]"

EFFECTS = [
    setting("combobox", "Learning rate", "rate", 0.1, "0.1"),
    setting("combobox", "Activation", "activation", "relu", "ReLU"),
    setting("combobox", "Output", "output", "sigmoid", "sigmoid"),
    setting("combobox", "Initial weights", "initial", "uniform", "within ±0.05"),
    setting("combobox", "Momentum", "momentum", 0.5, "0.5"),
    setting("combobox", "Penalty", "penalty", "l1", "L1"),
    setting("combobox", "Penalty rate", "penalty_rate", 0.001, "0.001"),
    setting("combobox", "Epochs per frame", "epochs_per_frame", 2, "2"),
    setting("combobox", "Temperature", "temperature", 2, "2", "output=softmax"),
    setting("slider", "Noise", "noise", 50),
    setting("slider", "Training part", "train_part", 90),
    setting("slider", "Batch size", "batch_size", 30),
    *(
        setting("radio", name, "data", name, state=f"data={before.replace(' ', '_')}")
        for before, name in zip(DATA, DATA[1:], strict=False)
    ),
    Effect("radio", "circle", "p.settings['data']", "circle", state="data=Gaussian", key="ArrowUp"),
    Effect("button", "Play", "p.playing and p.training.epochs > 2", True, key="Space"),
    Effect("button", "Step by one example", LEARNED, [0, 1]),
    Effect("button", "Step by one batch", LEARNED, [0, 10]),
    Effect("button", "Step by one epoch", LEARNED, [1, 0]),
    Effect("button", "Reset to the same initial weights", LEARNED, [0, 0], learned=2),
    Effect("button", "New weights", "p.settings['seed']", 1),
    Effect("button", "Undo", LEARNED, [0, 0], learned=1),
    Effect("button", "Regenerate", "p.settings['data_seed']", 1),
    Effect("button", "One hidden layer less", HIDDEN, [4]),
    Effect("button", "One hidden layer more", HIDDEN, [4, 2, 2]),
    Effect("button", "One unit less in layer 1", HIDDEN, [3, 2]),
    Effect("button", "One unit more in layer 1", HIDDEN, [5, 2]),
    Effect("button", "One unit less in layer 2", HIDDEN, [4, 1]),
    Effect("button", "One unit more in layer 2", HIDDEN, [4, 3]),
    *(
        Effect("button", f"Feature {name}", "p.settings['features']", names, key="Space")
        for name, names in FEATURES.items()
    ),
]


def operate(playground: PlaygroundPage, effect: Effect, way: str) -> None:
    """Does what has the effect, by mouse or by keyboard."""
    control, keyboard = playground.control(effect.role, effect.name), playground.page.keyboard
    if way == "mouse":
        if effect.role == "combobox":
            # A list that drops down is the browser's, and not on the page.
            control.select_option(effect.chosen)
        elif effect.role == "slider":
            box = control.bounding_box()
            assert box is not None
            playground.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
        else:
            control.click()
        return
    if effect.role == "radio":
        neighbour = DATA[DATA.index(effect.name) + (-1 if effect.key == "ArrowDown" else 1)]
        control = playground.control("radio", neighbour)
    control.focus()
    before = playground.notebook.mode_and_cell()
    keyboard.press(effect.key)
    assert playground.notebook.mode_and_cell() == before, "the notebook took the key"
