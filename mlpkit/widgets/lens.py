"""The notation lens: a network's formulas and numbers, turned from one notation into another.

``lens(network, x, target, rate=0.2)`` shows the general formulas, or one step of learning on this
network line by line, in two of the six notations of ``mlpkit.worked``, or in all six: each line of
one above the same line of the other. Buttons choose which. A page without a kernel shows all six.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from mlpkit.network import Network
from mlpkit.widgets.controls import choice
from mlpkit.widgets.explorer import Explorer, explore
from mlpkit.worked import PHASES, Rounding, Table, Worked, work
from mlpkit.worked.lines import Line
from mlpkit.worked.notations import BIAS, Symbols, notation_named
from mlpkit.worked.sources import NOTATIONS
from mlpkit.worked.tables import plain

NAMES = {
    "M": "M: Mitchell",
    "N": "N: Ng",
    "R": "R: rows",
    "C": "C: columns",
    "X": "X: letters",
    "H": "H: h, σ",
}
"""What the six notations are called on their buttons."""

GENERAL = (
    "cost",
    "layer",
    "output δ",
    "hidden δ",
    "slope",
    "update",
)
"""What the general formulas are about: the cost, and what stands in ``FORMULAS``, in its order."""

FORMULAS = {
    "M": (
        r"h_{j} = \sigma(net_{j}), \; net_{j} = \sum_{i} w_{ji} x_{i} + w_{j0}",
        r"\delta_{k} = (t_{k} - o_{k}) \, \sigma'(net_{k})",
        r"\delta_{j} = \sigma'(net_{j}) \, \sum_{k} w_{kj} \delta_{k}",
        r"\partial E / \partial w_{ji} = -\delta_{j} x_{i}",
        r"\Delta w_{ji} = \eta \, \delta_{j} x_{i} + \alpha \, \Delta w_{ji}^{t-1}",
    ),
    "N": (
        r"a^{(l+1)}_{j} = f(z^{(l+1)}_{j}), \; "
        r"z^{(l+1)}_{j} = \sum_{i} W^{(l)}_{ji} a^{(l)}_{i} + b^{(l)}_{j}",
        r"\delta^{(L)}_{j} = -(y_{j} - a^{(L)}_{j}) \, f'(z^{(L)}_{j})",
        r"\delta^{(l)}_{i} = (\sum_{j} W^{(l)}_{ji} \delta^{(l+1)}_{j}) \, f'(z^{(l)}_{i})",
        r"\partial J / \partial W^{(l)}_{ji} = a^{(l)}_{i} \delta^{(l+1)}_{j}",
        r"\Delta W^{(l)}_{ji} = -\alpha \, a^{(l)}_{i} \delta^{(l+1)}_{j}"
        r" + \mu \, \Delta_{\text{last}} W^{(l)}_{ji}",
    ),
    "R": (
        r"h^{i}_{1,p} = \sigma(z^{i}_{1,p}), \; "
        r"z^{i}_{1,p} = \sum_{q} h^{i-1}_{1,q} W^{i}_{p,q} + b^{i}_{1,p}",
        r"\dfrac{\partial l}{\partial z^{k}_{1,p}}"
        r" = 2 \, (h^{k}_{1,p} - y_{1,p}) \, \sigma'(z^{k}_{1,p})",
        r"\dfrac{\partial l}{\partial z^{i}_{1,q}} = (\sum_{p}"
        r" \dfrac{\partial l}{\partial z^{i+1}_{1,p}} W^{i+1}_{p,q}) \, \sigma'(z^{i}_{1,q})",
        r"\dfrac{\partial l}{\partial W^{i}_{p,q}}"
        r" = \dfrac{\partial l}{\partial z^{i}_{1,p}} \, h^{i-1}_{1,q}",
        r"\Delta W^{i}_{p,q} = -\eta \, \dfrac{\partial l}{\partial W^{i}_{p,q}}"
        r" + \mu \, \Delta_{\text{last}} W^{i}_{p,q}",
    ),
    "C": (
        r"x^{(l)}_{j} = \sigma(s^{(l)}_{j}), \; "
        r"s^{(l)}_{j} = W^{(l)}_{0,j} + \sum_{i} W^{(l)}_{i,j} x^{(l-1)}_{i}",
        r"\dfrac{\partial \mathcal{L}}{\partial s^{(L)}_{j}}"
        r" = (x^{(L)}_{j} - t_{j}) \, \sigma'(s^{(L)}_{j})",
        r"\dfrac{\partial \mathcal{L}}{\partial s^{(l)}_{i}} = (\sum_{j} W^{(l+1)}_{i,j}"
        r" \dfrac{\partial \mathcal{L}}{\partial s^{(l+1)}_{j}}) \, \sigma'(s^{(l)}_{i})",
        r"\dfrac{\partial \mathcal{L}}{\partial W^{(l)}_{i,j}}"
        r" = x^{(l-1)}_{i} \, \dfrac{\partial \mathcal{L}}{\partial s^{(l)}_{j}}",
        r"\Delta W^{(l)}_{i,j} = -\eta \, \dfrac{\partial \mathcal{L}}{\partial W^{(l)}_{i,j}}"
        r" + \mu \, \Delta_{\text{last}} W^{(l)}_{i,j}",
    ),
    "X": (
        r"z_{k,n} = g(a_{k,n}), \; a_{k,n} = w_{0k} + \sum_{j} z_{j,n} w_{jk}",
        r"\delta_{l,n} = -(y_{l,n} - z_{l,n}) \, g'(a_{l,n})",
        r"\delta_{k,n} = (\sum_{l} \delta_{l,n} w_{kl}) \, g'(a_{k,n})",
        r"\partial R / \partial w_{jk} = \frac{1}{N} \sum_{n} \delta_{k,n} z_{j,n}",
        r"\Delta w_{jk} = -\eta \, \frac{1}{N} \sum_{n} \delta_{k,n} z_{j,n}"
        r" + \mu \, \Delta_{\text{last}} w_{jk}",
    ),
    "H": (
        r"a_{k} = \sigma(w^{(2)}_{0,k} + \sum_{j} w^{(2)}_{j,k} a^{(1)}_{j}), \; "
        r"a^{(1)}_{j} = h(w^{(1)}_{0,j} + \sum_{i} w^{(1)}_{i,j} x_{i})",
        r"\delta^{(2)}_{k} = -\frac{2}{K} \, (y_{k} - a_{k}) \, \sigma'",
        r"\delta^{(1)}_{j} = (\sum_{k} w^{(2)}_{j,k} \delta^{(2)}_{k}) \, h'",
        r"\partial \text{Error} / \partial w^{(1)}_{i,j} = \delta^{(1)}_{j} x_{i}",
        r"\Delta w^{(1)}_{i,j} = -\eta \, \delta^{(1)}_{j} x_{i}"
        r" + \mu \, \Delta_{\text{last}} w^{(1)}_{i,j}",
    ),
}
"""The general formulas in each notation, LaTeX.

Sources as in ``mlpkit.worked.sources``, with their slips mended and what they leave open filled in;
K is H's number of outputs, which the source calls k, like the index.
"""

SHALLOW_COLUMNS = (
    r"h_{j} = f(z_{j}), \; z_{j} = v_{j0} + \sum_{i} x_{i} v_{ji}",
    r"\delta^{z}_{k} = \delta^{o}_{k} \, g'(z_{k}), \; \delta^{o}_{k} = o_{k} - t_{k}",
    r"\delta^{z}_{j} = \delta^{h}_{j} \, f'(z_{j}), \; "
    r"\delta^{h}_{j} = \sum_{k} w_{kj} \delta^{z}_{k}",
    r"\partial E / \partial w_{kj} = \delta^{z}_{k} h_{j}",
    r"\Delta w_{kj} = -\eta \, \delta^{z}_{k} h_{j} + \mu \, \Delta_{\text{last}} w_{kj}",
)
"""C's formulas for a network with at most one hidden layer, which has its own letters."""


ALL_SIX = "all"
FORMULAS_VIEW = "general formulas"


def lens(
    network: Network,
    x: Any,
    target: Any,
    *,
    rate: float,
    momentum: float = 0.0,
    phase: str | None = None,
    rounding: Rounding | None = None,
) -> Explorer:
    """Formulas, and one step of learning, turned from one of the six notations into another.

    Args:
        network, x, target, rate, momentum, rounding: as for ``mlpkit.worked.work``.
        phase: "forward", "error terms" or "update": what is shown first, and on a page without a
            kernel. If not given, first the general formulas, and there also the error terms.

    Raises:
        ValueError: there is no such phase, or as for ``work``.
    """
    if phase is not None and phase not in PHASES:
        raise ValueError(f"there is no phase {phase!r}. The phases are: {', '.join(PHASES)}.")
    one_step = partial(work, network, x, target, rate=rate, momentum=momentum, rounding=rounding)
    works = {label: one_step(notation=letter) for letter, label in NAMES.items()}

    def turned(written: str, into: str, show: str) -> Table:
        labels = list(works) if into == ALL_SIX else dict.fromkeys([written, into])
        shown = [works[label] for label in labels]
        return general_formulas(shown) if show == FORMULAS_VIEW else line_by_line(shown, show)

    pages = [phase] if phase else [FORMULAS_VIEW, "error terms"]
    return explore(
        turned,
        written=choice(*NAMES.values(), label="written in"),
        into=choice(*NAMES.values(), ALL_SIX, start=NAMES["N"], label="turned into"),
        show=choice(FORMULAS_VIEW, *PHASES, start=pages[0]),
        at=[{"into": ALL_SIX, "show": page} for page in pages],
    )


def general_formulas(works: Sequence[Worked]) -> Table:
    """The formulas of any network in several notations, each formula in all of them together.

    Args:
        works: one step of one network, in each of the notations.
    """
    formulas = {worked.notation: _formulas(worked) for worked in works}
    rows = []
    for number, subject in enumerate(GENERAL):
        for letter, own in formulas.items():
            rows.append((subject, letter, f"${own[number]}$"))
            subject = ""
    return Table(("", "", "general formula"), rows, caption=_scale(works))


def _formulas(worked: Worked) -> Sequence[str]:
    symbols = _symbols(worked)
    shallow = symbols.notation is not notation_named(worked.notation)
    own = SHALLOW_COLUMNS if shallow else FORMULAS[worked.notation]
    return symbols.notation.cost, *own


def _symbols(worked: Worked) -> Symbols:
    return Symbols(notation_named(worked.notation), worked.before.sizes)


def line_by_line(works: Sequence[Worked], phase: str) -> Table:
    """The lines of a step of learning, each in several notations together.

    A line that only some notations have, such as that of a net input, stands in those.

    Args:
        works: one step of one network, in each of the notations.
        phase: "forward", "error terms" or "update".
    """
    columns = [
        {_place(line): line for line in worked.lines if line.phase == phase} for worked in works
    ]
    rows = [
        _row(worked.notation, lines[place], lines)
        for place in _in_order(columns)
        for worked, lines in zip(works, columns, strict=True)
        if place in lines
    ]
    heading = ["", "", "formula", "with its numbers", "value", "new weight"]
    if phase != "update":
        heading, rows = heading[:-1], [row[:-1] for row in rows]
    if any(_is_wide(formula, numbers, phase) for _, _, formula, numbers, *_ in rows):
        heading, rows = _stacked(heading, rows)
    return Table(heading, rows, caption=_scale(works))


def _is_wide(formula: str, numbers: str, phase: str) -> bool:
    """Whether both together are too wide for a narrow page; symbols are narrower than digits."""
    room = 38 if phase == "update" else 53
    return 0.77 * len(plain(formula)) + len(plain(numbers)) > room


def _stacked(heading: list[str], rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """The same table with the numbers below the formula."""
    below = []
    for letter, symbol, formula, numbers, *values in rows:
        below.append([letter, symbol, f"$= {formula[1:]}", *[""] * len(values)])
        below.append(["", "", f"$= {numbers[1:]}", *values])
    return [*heading[:2], "formula, and with its numbers", *heading[4:]], below


Place = tuple[str, tuple[int, int], tuple[int, int, int] | None, str]


def _place(line: Line) -> Place:
    return line.phase, line.unit, line.weight, line.kind


def _in_order(columns: Sequence[dict[Place, Line]]) -> list[Place]:
    """The places of all columns, in the order of the calculation; new weights have no row."""
    kinds = ("net", "activation", "signal", "error term", "step")
    places = dict.fromkeys(place for column in columns for place in column)

    def rank(place: Place) -> tuple[Any, ...]:
        phase, (layer, unit), weight, kind = place
        return layer if phase == "forward" else -layer, unit, weight or (), kinds.index(kind)

    return sorted((place for place in places if place[-1] in kinds), key=rank)


def _row(letter: str, line: Line, lines: dict[Place, Line]) -> list[str]:
    new_weight = lines.get((line.phase, line.unit, line.weight, "weight"))
    new = new_weight.shown if new_weight is not None and line.kind == "step" else ""
    texts = [f"${text}$" for text in (line.symbol, line.formula, line.substitution)]
    return [letter, *texts, line.shown, new]


def _scale(works: Sequence[Worked]) -> str:
    """How many times as large error terms and steps are in the second of two notations."""
    if len(works) != 2:
        return ""
    steps, signs = [], []
    for worked in works:
        notation = _symbols(worked).notation
        steps.append(Fraction(notation.factor, len(worked.target) if notation.averaged else 1))
        signs.append(notation.sign)
    ratio = steps[1] / steps[0]
    return (
        f"From {works[0].notation} into {works[1].notation}: error terms times "
        f"{ratio * signs[0] * signs[1]}, steps at the same learning rate times {ratio}."
    )


def dictionary() -> Table:
    """The names that each notation has for the same quantities of a 2-2-1 network."""
    writers = {letter: Symbols(notation, (2, 2, 1)) for letter, notation in NOTATIONS.items()}
    quantities = {
        "input 2": lambda names: names.activation(0, 1),
        "net input of hidden unit 2": lambda names: names.net(1, 1),
        "activation of hidden unit 2": lambda names: names.activation(1, 1),
        "output": lambda names: names.activation(2, 0),
        "target": lambda names: names.target(0),
        "weight to hidden unit 2 from input 1": lambda names: names.weight(1, 1, 0),
        "bias of hidden unit 2": lambda names: names.weight(1, 1, BIAS),
        "error term of hidden unit 2": lambda names: names.delta(1, 1),
        "learning rate": lambda names: names.rate(),
        "momentum": lambda names: names.momentum(),
    }
    rows = [
        (quantity, *(f"${name(symbols)}$" for symbols in writers.values()))
        for quantity, name in quantities.items()
    ]
    return Table(("", *writers), rows)
