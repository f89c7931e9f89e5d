"""Pictures of faces, 30 x 32 pixels: made from a seed, or read from the CMU archive's folder.

The pictures are of the kind that T. Mitchell used (Machine Learning, 1997, section 4.7): people
who look in four directions, with four expressions, with and without sunglasses. The people here
are invented, so their pictures may be shown and shared.

A single one: ``portrait(invented(numpy.random.default_rng(1)), Look(turn=.5))``.
"""

from __future__ import annotations

import numpy as np

from mlpkit.datasets.dataset import Dataset, Seed, generator_from, real, whole
from mlpkit.datasets.face_files import read
from mlpkit.datasets.face_labels import EXPRESSIONS, EYES, POSES, SHAPE, TARGETS, labelled
from mlpkit.datasets.face_model import Look, Person, invented, portrait

__all__ = [
    "EXPRESSIONS",
    "EYES",
    "POSES",
    "SHAPE",
    "TARGETS",
    "Look",
    "Person",
    "generate",
    "invented",
    "labelled",
    "portrait",
    "read",
]

_TURN = {"left": -0.95, "straight": 0.0, "right": 0.95, "up": 0.0}
_LIFT = {"left": 0.0, "straight": 0.0, "right": 0.0, "up": 0.7}
_SMILE = {"neutral": 0.0, "happy": 1.0, "sad": -1.0, "angry": -0.3}
_FROWN = {"neutral": 0.0, "happy": -0.1, "sad": -0.8, "angry": 1.0}


def generate(
    people: int = 20, *, target: str = "pose", noise: float = 0.02, seed: Seed = 0
) -> Dataset:
    """Pictures of invented people, each in all 32 combinations of pose, expression and eyes.

    Pose is as the camera sees it: someone who looks "left" looks to the left of the picture. No
    two pictures of a person are quite alike: the head is never turned by exactly the same angle,
    nor held at the same place.

    Args:
        people: how many; the first ones are the same whatever the number.
        target: what the network is to tell: "pose", "expression", "eyes" or "person".
        noise: standard deviation of each pixel, from 0 to 1.
        seed: a whole number or a generator.

    Returns:
        x of shape (32 * people, 960): the pixels row by row, from 0 for black to 1 for white;
        ``x.reshape(-1, *faces.SHAPE)`` are the pictures. t of shape (32 * people, 4) for pose: .9
        for the right one, .1 for the others. ``about`` has "person", "pose", "expression", "eyes".

    Raises:
        ValueError: an argument is out of its range.
    """
    people = whole("people", people, 1)
    noise = real("noise", noise, 0.0, 1.0)
    # A generator for each person: another person more or less does not change the others.
    pictures, labels = [], []
    for number, own in enumerate(generator_from(seed).spawn(people), start=1):
        person = invented(own)
        for pose in POSES:
            for expression in EXPRESSIONS:
                for eyes in EYES:
                    picture = portrait(person, _look(pose, expression, eyes, own))
                    picture += noise * own.normal(size=picture.shape)
                    pictures.append(np.clip(picture, 0.0, 1.0).reshape(-1))
                    labels.append((f"person {number:03d}", pose, expression, eyes))
    return labelled(np.array(pictures), labels, target)


def _look(pose: str, expression: str, eyes: str, generator: np.random.Generator) -> Look:
    """How someone looks who was asked to: never exactly."""
    turn, lift, smile, frown = generator.normal(size=4) * (0.1, 0.08, 0.15, 0.15)
    return Look(
        turn=_TURN[pose] + turn,
        lift=_LIFT[pose] + lift,
        smile=_SMILE[expression] + smile,
        frown=_FROWN[expression] + frown,
        sunglasses=eyes == "sunglasses",
        shift=tuple(generator.normal(size=2) * 0.4),
    )
