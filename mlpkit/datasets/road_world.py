"""A road, a car on it, and a camera in the car: the small world of ``roads``.

Everything that goes to the right is above 0: being right of the middle of the road, heading to the
right of its direction, a bend to the right, steering to the right. Lengths are in metres, angles
in radians. Bends and steering are curvatures, 1 / radius.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from mlpkit.datasets.dataset import Floats, Seed, generator_from, real, whole

ROWS, COLUMNS = 30, 32
SHAPE = (ROWS, COLUMNS)
"""Rows and columns of a picture: 960 pixels."""

HALF_WIDTH = 2.0
"""From the middle of the road to its edge."""

SHARPEST = 0.1
"""The largest steering: a circle of 10 m radius. Ours; more is cut off."""

STEP = 1.0
"""How far the car drives at each step."""

_AHEAD = 8.0
"""The point of the road that the car is steered towards lies so far ahead."""

_SIGHT = 80
"""How many metres of road the camera sees."""

# The camera looks straight ahead from so high up; a pixel at a distance of _FOCUS pixels from the
# middle of the picture is seen at 45 degrees; the horizon lies at this row.
_HEIGHT, _FOCUS, _HORIZON = 3.0, 26.0, 5.0


class Road(NamedTuple):
    """A road without end: after its last metre it begins again.

    Attributes:
        bend: its curvature at each metre, shape (metres,).
        brightness: of the sky, the grass, the road and the line along its edge, from 0 to 1.
    """

    bend: Floats
    brightness: tuple[float, float, float, float]


class State(NamedTuple):
    """Where the car is.

    Attributes:
        road: the road it is on.
        distance: how far along the road.
        offset: how far right of the middle of the road.
        heading: direction of the car, as seen from that of the road.
    """

    road: Road
    distance: float = 0.0
    offset: float = 0.0
    heading: float = 0.0


class Journey(NamedTuple):
    """What came of driving.

    Attributes:
        states: where the car was, from the start on; the last is off the road if it left it.
        steering: what was steered at each of them but the last, shape (steps,).
        stayed: whether the car was on the road to the end.
    """

    states: tuple[State, ...]
    steering: Floats
    stayed: bool


Policy = Callable[[State], float]
"""Looks at a state (a network: at its picture) and returns the steering."""


def winding_road(length: int = 600, sharpest: float = 0.04, seed: Seed = 0) -> Road:
    """A road of gentle bends, and of its own light, drawn at random.

    Args:
        length: in metres, at least 100; then it begins again, without a jump.
        sharpest: the largest curvature, from 0 for a straight road to .06.
        seed: a whole number or a generator.
    """
    length = whole("length", length, 100)
    sharpest = real("sharpest", sharpest, 0.0, 0.06)
    generator = generator_from(seed)
    # Waves of 60 m and more, which fit into the length, so that the end meets the beginning.
    waves = np.arange(1, max(2, length // 60))
    phase = generator.uniform(0.0, 2.0 * np.pi, len(waves))
    along = 2.0 * np.pi * np.arange(length)[:, None] / length
    bend = np.sin(waves * along + phase) @ generator.uniform(0.3, 1.0, len(waves))
    bend *= sharpest / np.abs(bend).max()
    draw = generator.uniform
    light = draw(0.8, 1.1)
    sky, grass, asphalt = draw(0.75, 0.9), draw(0.3, 0.45), draw(0.55, 0.7)
    return Road(bend, (light * sky, light * grass, light * asphalt, min(1.0, light * 0.95)))


def start(road: Road, distance: float = 0.0, offset: float = 0.0, heading: float = 0.0) -> State:
    """A car on a road.

    Args:
        road: what to drive on.
        distance: where along it, in metres.
        offset: how far right of the middle.
        heading: to the right of the road's direction, from -1 to 1.

    Raises:
        ValueError: the car is not on the road, or does not look along it.
    """
    distance = real("distance", distance, 0.0, 1e9)
    offset = real("offset", offset, -HALF_WIDTH, HALF_WIDTH)
    return State(road, distance, offset, real("heading", heading, -1.0, 1.0))


def on_road(state: State) -> bool:
    """Whether the middle of the car is over the road, and the car goes forward on it."""
    return bool(abs(state.offset) <= HALF_WIDTH and abs(state.heading) < np.pi / 2)


def step(state: State, steering: float) -> State:
    """Drives a metre.

    Args:
        state: where the car is.
        steering: curvature of its way, above 0 to the right; cut off at SHARPEST.

    Raises:
        ValueError: the steering is not a number.
    """
    steering = float(np.clip(real("steering", steering, -np.inf, np.inf), -SHARPEST, SHARPEST))
    bend = float(_bends(state, 1)[0])
    # On the inside of a bend the same way leads further along the road.
    further = STEP / (1.0 - bend * state.offset)
    # Half-way, half of the turning is done, that of the car and that of the road.
    turning = STEP * steering - bend * further * np.cos(state.heading)
    direction = state.heading + turning / 2.0
    along = further * np.cos(direction)
    return State(
        state.road,
        state.distance + float(along),
        state.offset + STEP * float(np.sin(direction)),
        state.heading + STEP * steering - bend * float(along),
    )


def true_steering(state: State) -> float:
    """The arc that leads from the car to the middle of the road 8 m ahead ("pure pursuit").

    An arc that starts straight ahead and passes through a point at the distance d, x to the right,
    has the curvature 2 x / d ** 2.

    Returns:
        Curvature, above 0 to the right, at most SHARPEST in size.
    """
    right, ahead = _middle_of_road(state)
    target = int(np.argmin(np.abs(np.hypot(right, ahead) - _AHEAD)))
    distance = np.hypot(right[target], ahead[target])
    return float(np.clip(2.0 * right[target] / distance**2, -SHARPEST, SHARPEST))


def drive(policy: Policy, state: State, steps: int = 500) -> Journey:
    """Lets a policy drive until it leaves the road, or for so many steps.

    Args:
        policy: takes a state and returns the steering; for a network
            ``lambda state: steering_of(forward(network, picture(state).reshape(-1)).output)``.
        state: where the car starts.
        steps: how many at most, each of a metre.

    Raises:
        ValueError: the policy returned something that is not a number.
    """
    states, steering = [state], []
    for _ in range(whole("steps", steps, 1)):
        if not on_road(states[-1]):
            break
        answer = policy(states[-1])
        steering.append(real("what the policy returned", answer, -np.inf, np.inf))
        states.append(step(states[-1], steering[-1]))
    return Journey(tuple(states), np.array(steering), on_road(states[-1]))


def picture(state: State) -> Floats:
    """What the camera sees, without noise.

    A pixel below the horizon shows a point of the ground: the lower, the nearer. The road is where
    that point is less than half a width from the middle line.

    Returns:
        Shape (30, 32), from 0 for black to 1 for white.
    """
    sky, grass, asphalt, line = state.road.brightness
    rows = np.arange(ROWS) + 0.5
    columns = np.arange(COLUMNS) + 0.5 - COLUMNS / 2
    seen = np.full(SHAPE, sky)
    ground = rows > _HORIZON
    ahead = _HEIGHT * _FOCUS / (rows[ground] - _HORIZON)
    # Right of the camera, for each pixel; and where the middle line is, at the same depth.
    right = ahead[:, None] * columns / _FOCUS
    line_right, line_ahead = _middle_of_road(state)
    middle = np.interp(ahead, line_ahead, line_right)
    slope = np.gradient(middle, ahead)
    # Seen at a slant, a road is wider across than it is.
    from_middle = np.abs(right - middle[:, None]) / np.hypot(1.0, slope)[:, None]
    # A pixel that lies only partly on the road mixes the two.
    pixel = ahead[:, None] / _FOCUS
    is_road = np.clip((HALF_WIDTH - from_middle) / pixel + 0.5, 0.0, 1.0)
    on_line = np.clip((0.2 - np.abs(from_middle - HALF_WIDTH + 0.35)) / pixel + 0.5, 0.0, 1.0)
    colour = grass + (asphalt - grass) * is_road
    colour = colour + (line - colour) * on_line * np.minimum(1.0, 0.4 / pixel)
    # Far away everything fades into the sky.
    haze = (1.0 - np.exp(-ahead / 90.0))[:, None]
    seen[ground] = colour + (sky - colour) * haze
    return np.clip(seen, 0.0, 1.0)


def _bends(state: State, metres: int) -> Floats:
    """The road's curvature at the car and at each of the metres after it."""
    places = (int(state.distance) + np.arange(metres)) % len(state.road.bend)
    return state.road.bend[places]


def _middle_of_road(state: State) -> tuple[Floats, Floats]:
    """The middle line as seen from the car: how far right and how far ahead, metre by metre.

    Only as far as it leads away from the car, so that there is one place for each depth.
    """
    direction = np.concatenate([[0.0], np.cumsum(_bends(state, _SIGHT))]) - state.heading
    between = (direction[1:] + direction[:-1]) / 2.0
    right = np.concatenate([[0.0], np.cumsum(np.sin(between))])
    ahead = np.concatenate([[0.0], np.cumsum(np.cos(between))])
    # The line begins beside the car, at a right angle to the road's direction there.
    right = right - state.offset * np.cos(state.heading)
    ahead = ahead + state.offset * np.sin(state.heading)
    away = np.concatenate([[True], np.cumprod(np.diff(ahead) > 0.05).astype(bool)])
    return right[away], ahead[away]
