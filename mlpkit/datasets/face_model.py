"""A head of a few ellipsoids, seen by a camera: how the faces of ``faces`` are drawn.

Lengths are in half head heights: the head reaches from y = -1, the chin, to y = 1. x points to the
right of the picture, y up, and z towards the camera, which sees everything straight from the front
(a parallel projection). For each point of the picture we ask which ellipsoid is nearest there.

What is painted on the head (eyes, mouth, hair) is given in coordinates of the head, in which its
surface is the unit sphere. So it turns with the head, and vanishes round its side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlpkit.datasets.dataset import Floats

ROWS, COLUMNS = 30, 32
_FINER = 3
"""Each pixel is the mean of so many times so many points, as in a camera."""

_PIVOT = np.array([0.0, -0.8, -0.35])
"""The head turns about this point of the neck, so turning it moves the face to the side."""

_LIGHT = np.array([0.25, 0.45, 0.86])


class Person(NamedTuple):
    """What tells one person from another. Brightness goes from 0, black, to 1, white.

    Attributes:
        width: half the width of the head, .64 to .8.
        size: half the height of the head in pixels, about 9.
        place: column and row of the middle of the head, as seen from the middle of the picture.
        skin, hair, shirt: brightness of each.
        hairline: where hair begins, -.1 (low) to .5 (bald).
        long_hair: how far down hair falls behind the head; 0 for short hair.
        brow: brightness of the eyebrows.
        eyes: half the distance between the eyes, in head coordinates.
        nose: length of the nose.
        mouth: half the width of the mouth.
        background: brightness behind the person, on the left and on the right.
    """

    width: float
    size: float
    place: tuple[float, float]
    skin: float
    hair: float
    shirt: float
    hairline: float
    long_hair: float
    brow: float
    eyes: float
    nose: float
    mouth: float
    background: tuple[float, float]


class Look(NamedTuple):
    """How a person looks in one picture.

    Attributes:
        turn: angle of the head to the side, in radians; above 0 to the right of the picture.
        lift: angle upwards, in radians.
        smile: from -1, sad, to 1, happy.
        frown: how far the eyebrows slant: 1 inwards and down, as in anger, -1 as in sadness.
        sunglasses: whether they are worn.
        shift: columns and rows by which the person has moved.
    """

    turn: float = 0.0
    lift: float = 0.0
    smile: float = 0.0
    frown: float = 0.0
    sunglasses: bool = False
    shift: tuple[float, float] = (0.0, 0.0)


class _Part(NamedTuple):
    """An ellipsoid: middle, half axes, brightness, and what share it has in turn and lift."""

    middle: tuple[float, float, float]
    axes: tuple[float, float, float]
    brightness: float
    follows: tuple[float, float] = (1.0, 1.0)


def invented(generator: np.random.Generator) -> Person:
    """A person, drawn at random."""
    draw = generator.uniform
    skin = draw(0.45, 0.95)
    hair = draw(0.03, 0.3) if generator.random() < 0.85 else draw(0.35, 0.55)
    return Person(
        width=draw(0.66, 0.8),
        size=draw(8.8, 10.2),
        place=(draw(-0.8, 0.8), draw(-0.8, 0.4)),
        skin=skin,
        hair=hair,
        shirt=draw(0.1, 0.9),
        hairline=draw(-0.05, 0.3),
        long_hair=draw(0.6, 1.3) if generator.random() < 0.3 else 0.0,
        brow=min(hair, 0.5 * skin) + 0.05,
        eyes=draw(0.36, 0.44),
        nose=draw(0.2, 0.3),
        mouth=draw(0.26, 0.36),
        background=(draw(0.1, 0.35), draw(0.1, 0.35)),
    )


def portrait(person: Person, look: Look) -> Floats:
    """The picture of a person, without the camera's noise.

    Returns:
        Shape (30, 32), from 0 for black to 1 for white.
    """
    x, y = _points(person, look)
    across = (np.arange(COLUMNS * _FINER) + 0.5) / (COLUMNS * _FINER)
    left, right = person.background
    seen = np.broadcast_to(left + (right - left) * across, x.shape).copy()
    depth = np.full(x.shape, -np.inf)
    head, *others = _parts(person)
    for part in (head, *others):
        rotation = _rotation(part.follows[0] * look.turn, part.follows[1] * look.lift)
        z, on_sphere, facing = _meet(part, rotation, x, y)
        paint = _face(person, look, on_sphere) if part is head else np.float64(part.brightness)
        light = 0.6 + 0.4 * np.maximum(np.tensordot(_LIGHT, facing, axes=1), 0.0)
        nearer = z > depth
        seen[nearer] = (paint * light)[nearer]
        depth[nearer] = z[nearer]
    fine = seen.reshape(ROWS, _FINER, COLUMNS, _FINER)
    return np.clip(fine.mean(axis=(1, 3)), 0.0, 1.0)


def _points(person: Person, look: Look) -> tuple[Floats, Floats]:
    """x and y of all points of the picture, in half head heights from the middle of the head."""
    rows = (np.arange(ROWS * _FINER) + 0.5) / _FINER - ROWS / 2
    columns = (np.arange(COLUMNS * _FINER) + 0.5) / _FINER - COLUMNS / 2
    x = (columns - person.place[0] - look.shift[0]) / person.size
    y = (person.place[1] + look.shift[1] - rows) / person.size
    x, y = np.meshgrid(x, y)
    return x, y


def _rotation(turn: float, lift: float) -> Floats:
    """Takes directions of the head to directions of the picture: first lifted, then turned."""
    lifted = np.array(
        [
            [1.0, 0.0, 0.0],
            [0.0, np.cos(lift), np.sin(lift)],
            [0.0, -np.sin(lift), np.cos(lift)],
        ]
    )
    turned = np.array(
        [
            [np.cos(turn), 0.0, np.sin(turn)],
            [0.0, 1.0, 0.0],
            [-np.sin(turn), 0.0, np.cos(turn)],
        ]
    )
    return turned @ lifted


def _parts(person: Person) -> list[_Part]:
    """The head first, then all that is attached to it."""
    wide, skin = person.width, person.skin
    parts = [
        _Part((0.0, 0.0, 0.0), (wide, 1.0, 0.88), skin),
        _Part((0.0, -0.12, 0.86), (0.13, person.nose, 0.24), 1.06 * skin),
        _Part((wide, 0.0, -0.05), (0.09, 0.2, 0.14), 0.9 * skin),
        _Part((-wide, 0.0, -0.05), (0.09, 0.2, 0.14), 0.9 * skin),
        _Part((0.0, -1.1, -0.15), (0.42, 0.7, 0.42), 0.75 * skin, (0.0, 0.0)),
        _Part((0.0, -2.35, -0.2), (1.6, 1.05, 0.7), person.shirt, (0.0, 0.0)),
    ]
    if person.hairline < 0.22:
        parts.append(_Part((0.0, 0.2, -0.16), (1.05 * wide, 0.9, 0.84), person.hair))
    if person.long_hair:
        down = person.long_hair
        # It hangs straight down, however the head is lifted.
        hanging = (0.0, 0.5 - down, -0.4), (1.2 * wide, down, 0.5)
        parts.append(_Part(*hanging, person.hair, (1.0, 0.0)))
    return parts


def _meet(part: _Part, rotation: Floats, x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Where the lines of sight through (x, y) meet the ellipsoid.

    Returns:
        The depth z, -inf where they miss it; the place on the unit sphere that the ellipsoid is a
        stretched copy of, shape (3, ...); and the direction that the surface faces, of that shape.
    """
    axes = np.array(part.axes)
    # The line is start + z * ahead, in coordinates in which the ellipsoid is the unit sphere.
    middle = _PIVOT + rotation @ (np.array(part.middle) - _PIVOT)
    to_sphere = rotation.T / axes[:, None]
    from_middle = np.stack([x - middle[0], y - middle[1], np.full_like(x, -middle[2])])
    start = np.tensordot(to_sphere, from_middle, axes=1)
    ahead = to_sphere[:, 2]
    # |start + z ahead| = 1 is a quadratic in z; its larger root is the side that we see.
    square, half = ahead @ ahead, np.tensordot(ahead, start, axes=1)
    under_root = half * half - square * (np.sum(start * start, axis=0) - 1.0)
    z = (-half + np.sqrt(np.maximum(under_root, 0.0))) / square
    on_sphere = start + ahead[:, None, None] * z
    facing = np.tensordot(to_sphere.T, on_sphere, axes=1)
    facing = facing / np.linalg.norm(facing, axis=0)
    return np.where(under_root > 0.0, z, -np.inf), on_sphere, facing


def _face(person: Person, look: Look, on_sphere: Floats) -> Floats:
    """The brightness of the head's surface: skin, and what is painted on it."""
    x, y, z = on_sphere
    side = np.abs(x)
    front = z > 0.0
    paint = np.full(x.shape, person.skin)
    hair = 0.95 * y - 0.5 * z - 0.28 > person.hairline
    paint = np.where(hair, person.hair, paint)
    from_eye = side - person.eyes
    slant = 0.34 + 0.3 * look.frown * from_eye
    brow = (np.abs(from_eye) < 0.2) & (np.abs(y - slant) < 0.055)
    paint = np.where(front & brow, person.brow, paint)
    if look.sunglasses:
        lens = (from_eye / 0.26) ** 2 + ((y - 0.13) / 0.19) ** 2 < 1.0
        # The bridge between the lenses, and the arms that lead to the ears.
        frame = (np.abs(y - 0.18) < 0.045) & ((side < 0.2) | (side > person.eyes)) & (z > -0.1)
        paint = np.where((front & lens) | frame, 0.04, paint)
    else:
        white = (from_eye / 0.17) ** 2 + ((y - 0.13) / 0.1) ** 2 < 1.0
        pupil = from_eye**2 + (y - 0.13) ** 2 < 0.085**2
        paint = np.where(front & white, 0.5 * person.skin + 0.5, paint)
        paint = np.where(front & pupil, 0.08, paint)
    return np.where(front & _lips(person, look, x, y), 0.38 * person.skin, paint)


def _lips(person: Person, look: Look, x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Where the mouth is: a bent line, wider in a smile and thin in anger."""
    half_width = person.mouth * (1.0 + 0.25 * max(look.smile, 0.0))
    along = x / half_width
    middle = -0.55 + 0.16 * look.smile * (along**2 - 0.5)
    thick = 0.07 + 0.03 * max(look.smile, 0.0) - 0.025 * max(look.frown, 0.0)
    return (np.abs(along) < 1.0) & (np.abs(y - middle) < thick)
