"""An experiment as one picture, for pages without a kernel and for those who want to keep it."""

from __future__ import annotations

import base64
import io
import math
from itertools import product
from typing import Any

import numpy as np
from PIL import Image

from mlpkit.figures import style
from mlpkit.figures.axes import Axis
from mlpkit.figures.fields import path
from mlpkit.figures.figure import Figure
from mlpkit.figures.style import BLUE, FAINT, FONT, INK, ORANGE, PAPER
from mlpkit.figures.svg import write_text
from mlpkit.widgets.playground.experiment import Experiment
from mlpkit.widgets.playground.frame import COLUMNS, GRID, NOT_A_NUMBER, feature_maps, maps
from mlpkit.widgets.playground.points import PLANE
from mlpkit.widgets.playground.settings import CHOICES, MOST_UNITS, TEXTS

WIDTH, HEIGHT = 900, 440
UNIT, ROW, TOP, LEFT, RIGHT = 30, 42, 84, 52, 560  # of the network; centres from LEFT to RIGHT
BIG = (620, 68, 260, 260)  # of what the output says: left, top, width, height
CURVES = (620, 362, 260, 56)
MOST_POINTS = 300

CLASSES = (
    ORANGE, BLUE, style.GREEN, style.PURPLE, style.VERMILION, style.SKY, FAINT, style.YELLOW,
)  # fmt: skip
# A circle, a square, a triangle and a diamond, each drawn about the place where the pen is.
SHAPES = ("m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0", "m-3-3h6v6h-6z", "m0-4l4 7h-8z", "m0-4l4 4-4 4-4-4z")
SHADES = 9  # of points with a height
PALE, GREY = np.array([247.0, 246.0, 242.0]), np.array([160.0, 160.0, 160.0])


def draw_experiment(experiment: Experiment) -> Figure:
    """The network with a map in each unit, what it says of the plane, and its losses so far."""
    planes = maps(experiment).reshape(-1, GRID, GRID)
    title, *facts = _in_words(experiment)
    svg = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="{FONT}" fill="{INK}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="{PAPER}"/>',
        write_text(20, 28, title, 15, anchor="start", weight="bold"),
        write_text(20, 50, facts[-2], 12, anchor="start", colour=FAINT),
        write_text(20, HEIGHT - 8, experiment.problem.split(". ")[0], 12, anchor="start"),
        *_edges(experiment),
        *_units(experiment, planes),
        *_plane(experiment, planes),
        *_curves(experiment),
        "</svg>",
    ]
    return Figure("\n".join(filter(None, svg)), " ".join(filter(None, [title, *facts])), WIDTH)


def for_the_page(experiment: Experiment) -> dict[str, Any]:
    """The same for the page."""
    figure = draw_experiment(experiment)
    return {"svg": figure.svg, "alt": figure.alt, "width": WIDTH, "height": HEIGHT}


def _in_words(experiment: Experiment) -> list[str]:
    """The picture in sentences; the first is its title, the last but one how it learns."""
    now = experiment.now
    settings, (training, test) = now.settings, now.losses
    features = ", ".join(TEXTS.get(name, name) for name in settings.features)
    units = ", ".join(map(str, settings.hidden))
    activation, output = (TEXTS.get(f, f) for f in (settings.activation, settings.output))
    hidden = f"{units} hidden units ({activation})" if units else "no hidden units"
    noise = f" with {settings.noise} % noise" if settings.noise and settings.data != "own" else ""
    penalty = f", {TEXTS[settings.penalty]} {settings.penalty_rate:g}" if (
        settings.penalty != "none" and settings.penalty_rate
    ) else ""  # fmt: skip
    return [
        f"Playground at epoch {now.epoch:g}: training loss {_loss(training)}, "
        f"test loss {_loss(test)}.",
        f"Data: {TEXTS.get(settings.data, settings.data)}{noise}, {len(now.learned.x)} points to "
        f"learn from and {len(now.tested.x)} to test on.",
        f"Network: {features}; {hidden}; "
        f"{experiment.network.sizes[-1]} {output} output"
        f"{'s' * (experiment.network.sizes[-1] > 1)}.",
        f"Learning rate {settings.rate:g}, momentum {settings.momentum:g}{penalty}, batches of "
        f"{settings.batch_size}. Seeds {settings.data_seed} and {settings.seed}.",
        experiment.problem,
    ]


def _loss(loss: float) -> str:
    return f"{loss:.3g}" if math.isfinite(loss) else "not a number"


def _at(experiment: Experiment, layer: int, unit: int) -> tuple[float, float]:
    """The centre of a unit; the inputs are layer 0."""
    sizes = experiment.network.sizes
    row = unit + (MOST_UNITS - sizes[layer]) / 2
    return LEFT + (RIGHT - LEFT) * layer / (len(sizes) - 1), TOP + UNIT / 2 + ROW * row


def _edges(experiment: Experiment) -> list[str]:
    """A line for each weight, as wide as it is large; those of one sign in one group."""
    lines: dict[bool, list[str]] = {False: [], True: []}
    for number, (W, _, _) in enumerate(experiment.network.layers, start=1):
        for to, origin in product(*map(range, W.shape)):
            weight = float(W[to, origin])
            if math.isfinite(weight):
                x1, y1 = _at(experiment, number - 1, origin)
                x2, y2 = _at(experiment, number, to)
                width = min(0.4 + 2 * abs(weight), 7)
                line = (
                    f'<path d="M{x1:.0f} {y1:.0f}L{x2:.0f} {y2:.0f}" stroke-width="{width:.1f}"/>'
                )
                lines[weight < 0].append(line)
    return [
        f'<g stroke="{BLUE}" stroke-opacity="0.8">{"".join(lines[False])}</g>',
        f'<g stroke="{ORANGE}" stroke-opacity="0.8" stroke-dasharray="6 4">'
        f"{''.join(lines[True])}</g>",
    ]


def _units(experiment: Experiment, planes: np.ndarray) -> list[str]:
    """A map for each unit; the names of the features beside theirs."""
    names, network = experiment.now.settings.features, experiment.network
    inputs = np.frombuffer(feature_maps(), np.uint8).reshape(-1, GRID, GRID)
    chosen = [list(CHOICES["features"].values).index(name) for name in names]
    shown = iter([*inputs[chosen], *planes])
    svg = []
    for layer, count in enumerate(network.sizes):
        for unit in range(count):
            x, y = _at(experiment, layer, unit)
            box = (x - UNIT / 2, y - UNIT / 2, UNIT, UNIT)
            # Every second value is enough for a small picture.
            svg += [_picture(_signed(next(shown)[::2, ::2]), box), _frame(box)]
            if layer == 0:
                name = TEXTS[names[unit]]
                svg.append(write_text(x - UNIT / 2 - 4, y + 4, name, 11, anchor="end"))
    return svg


def _plane(experiment: Experiment, planes: np.ndarray) -> list[str]:
    """What the outputs say of the plane, and points that they learned from."""
    points, outputs = experiment.now.points, experiment.network.sizes[-1]
    # Of two classes the second output says all.
    pixels = _by_class(planes[-outputs:]) if outputs > 2 else _signed(planes[-1])
    x, y = (
        Axis(*ends, start, end)
        for ends, start, end in zip(
            points.ranges, (BIG[0], BIG[1] + BIG[3]), (BIG[0] + BIG[2], BIG[1]), strict=True
        )
    )
    ticks = [write_text(float(x.place(v)), BIG[1] + BIG[3] + 14, t, 10) for v, t in x.ticks.items()]
    ticks += [
        write_text(BIG[0] - 5, float(y.place(v)) + 3, t, 10, anchor="end", raw=True)
        for v, t in y.ticks.items()
    ]
    label = f"{points.names[0]} across, {points.names[1]} up"
    ticks.append(write_text(BIG[0] + BIG[2] / 2, BIG[1] - 8, label, 11, colour=FAINT))
    return [_picture(pixels, BIG), _frame(BIG), *ticks, *_points(experiment)]


def _points(experiment: Experiment) -> list[str]:
    """The points that were learned from: one path for those of one look, which keeps it short."""
    points, places = experiment.now.points, experiment.now.learned.places
    places = places[(np.abs(points.x[places]) <= PLANE).all(axis=1)][:MOST_POINTS]
    shares = (points.x[places] + PLANE) / (2 * PLANE)
    labels = points.labels[places]
    if points.classes:
        looks = [(SHAPES[k % len(SHAPES)], colour, PAPER) for k, colour in enumerate(CLASSES)]
    else:
        low, high = points.heights
        labels = (np.clip((labels - low) / (high - low), 0, 1) * (SHADES - 1)).round()
        levels = np.linspace(0, 254, SHADES)
        looks = [(SHAPES[0], f"rgb{tuple(rgb)}", INK) for rgb in _signed(levels).tolist()]
    svg = []
    for number, (shape, colour, rim) in enumerate(looks):
        marks = "".join(
            f"M{BIG[0] + BIG[2] * across:.0f} {BIG[1] + BIG[3] * (1 - up):.0f}{shape}"
            for across, up in shares[labels == number]
        )
        if marks:
            look = f'fill="{colour}" stroke="{rim}" stroke-width="0.6"'
            svg.append(f'<path d="{marks}" {look}/>')
    return svg


def _curves(experiment: Experiment) -> list[str]:
    """The losses so far: training solid, test dashed."""
    left, top, width, height = CURVES
    epochs, *curves = experiment.now.history.thinned(COLUMNS).T
    shown = [loss for curve in curves for loss in curve[np.isfinite(curve)]]
    most = max(shown, default=0.0) or 1.0
    about = f"loss: training solid, test dashed; epoch 0 to {epochs[-1]:g}"
    across = left + width * epochs / (epochs[-1] or 1.0)
    svg = [
        f'<path d="M{left} {top}v{height}h{width}" fill="none" stroke="{FAINT}"/>',
        write_text(left - 5, top + 8, f"{most:.2g}", 10, anchor="end"),
        write_text(left - 5, top + height, "0", 10, anchor="end"),
        write_text(left + width, HEIGHT - 8, about, 11, anchor="end", colour=FAINT),
    ]
    for curve, dash in zip(curves, ("", ' stroke-dasharray="5 3"'), strict=True):
        line = path(np.stack([across, top + height * (1 - curve / most)], axis=1))
        svg.append(f'<path d="{line}" fill="none" stroke="{INK}" stroke-width="1.5"{dash}/>')
    return svg


def _signed(levels: np.ndarray) -> np.ndarray:
    """Bytes of a map as colours, from orange through near white to blue; shape (..., 3)."""
    value = levels[..., None] / 127.0 - 1.0
    end = np.where(value < 0, _rgb(ORANGE), _rgb(BLUE))
    return _pixels(PALE + (end - PALE) * np.abs(value), levels)


def _by_class(planes: np.ndarray) -> np.ndarray:
    """The maps of several classes as one: the likeliest class, the paler the less likely it is."""
    colours = np.array([_rgb(colour) for colour in CLASSES])
    likeliest, share = planes.argmax(axis=0), planes.max(axis=0)[..., None] / 254.0
    return _pixels(PALE + (colours[likeliest] - PALE) * share, planes.max(axis=0))


def _pixels(colours: np.ndarray, levels: np.ndarray) -> np.ndarray:
    missing = levels[..., None] == NOT_A_NUMBER
    return np.where(missing, GREY, colours).round().astype(np.uint8)


def _rgb(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _picture(pixels: np.ndarray, box: tuple[float, float, float, float]) -> str:
    """Pixels of shape (rows, columns, 3), of which the first row lies lowest."""
    file = io.BytesIO()
    Image.fromarray(pixels[::-1]).save(file, "PNG")
    data = base64.b64encode(file.getvalue()).decode()
    left, top, width, height = box
    return (
        f'<image x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'
    )


def _frame(box: tuple[float, float, float, float]) -> str:
    left, top, width, height = box
    return (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="none" stroke="{INK}"/>'
    )
