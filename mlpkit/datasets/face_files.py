"""A reader for the CMU face images, a folder of PGM files.

The archive goes with T. Mitchell, Machine Learning (1997), chapter 4: 20 people in 32 pictures
each, one folder a person. The UCI Machine Learning Repository keeps it as "CMU Face Images", and
its author at www.cs.cmu.edu/afs/cs.cmu.edu/user/mitchell/ftp/faces.html. Files are named
``<user>_<pose>_<expression>_<eyes>_4.pgm``; the 4 stands for a quarter of the resolution, 32
columns by 30 rows. Larger copies of the same pictures end in ``_2`` or in no number. Sixteen
pictures went wrong, and end in ``.bad``.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mlpkit.datasets.dataset import Floats, Reading, Skipped, choice, reading
from mlpkit.datasets.face_labels import EXPRESSIONS, EYES, POSES, SHAPE, TARGETS, labelled
from mlpkit.datasets.pgm import NotPgm, parse

MOST_BYTES = 1_000_000
"""A picture has 973 bytes; as text about 4,000."""

_NAME = re.compile(r"(.+?)_([^_]+)_([^_]+)_([^_]+?)(?:_(\d+))?\.pgm", re.IGNORECASE)


class _Unusable(Exception):
    """Why a file cannot be used."""


def read(folder: str | Path, *, target: str = "pose") -> Reading:
    """Reads all pictures in a folder and in the folders within it.

    A file that is damaged, wrongly named or of another size is skipped and named, and so is a
    second copy of a picture; links are not followed. Hidden files are passed over.

    Args:
        folder: the archive's folder, for instance "faces_4".
        target: what the network is to tell: "pose", "expression", "eyes" or "person".

    Returns:
        The data, as ``faces.generate`` makes them, and what was skipped. Pictures are in the order
        of their names. ``print(reading.summary())`` says what became of the folder.

    Raises:
        ValueError: it is not a folder, there is no picture in it, or the target is not known.
    """
    choice("target", target, TARGETS)
    root = Path(folder)
    if not root.is_dir():
        raise ValueError(
            f"{root} is not a folder; expected the unpacked archive of the CMU face images, for "
            "instance faces_4."
        )
    found: dict[tuple[str, str, str, str], Floats] = {}
    skipped: list[Skipped] = []
    for path, trouble in _files(root):
        try:
            if trouble:
                raise _Unusable(trouble)
            label = _label(path.name)
            if label in found:
                raise _Unusable("a second copy of a picture")
            found[label] = _picture(path)
        except _Unusable as problem:
            skipped.append(Skipped(_shown(path, root), str(problem)))
    labels = sorted(found)
    x = np.array([found[label] for label in labels])
    return reading(
        labelled(x, labels, target),
        skipped,
        f"{root} has no usable picture; expected files such as an2i_left_angry_open_4.pgm.",
    )


def _files(root: Path) -> Iterator[tuple[Path, str]]:
    """All files that are not hidden, in order, and the folders that cannot be opened."""
    closed: list[Path] = []
    for folder, folders, names in os.walk(root, onerror=lambda e: closed.append(Path(e.filename))):
        folders.sort()
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder, name), ""
    for path in closed:
        yield path, "a folder that cannot be opened"


def _shown(path: Path, root: Path) -> str:
    """The name as it can be printed: a name may hold any bytes."""
    name = str(path.relative_to(root))
    return name if name.isprintable() else ascii(name)


def _label(name: str) -> tuple[str, str, str, str]:
    """Person, pose, expression and eyes, from the name of a file."""
    if name.lower().endswith(".bad"):
        raise _Unusable("marked as bad by those who took it")
    match = _NAME.fullmatch(name)
    if not match:
        raise _Unusable("its name is not <user>_<pose>_<expression>_<eyes>_4.pgm")
    person, pose, expression, eyes, scale = match.groups()
    fields = (("pose", pose, POSES), ("expression", expression, EXPRESSIONS), ("eyes", eyes, EYES))
    for what, value, known in fields:
        if value not in known:
            raise _Unusable(f"the {what} in its name is not one of {', '.join(known)}")
    if scale != "4":
        raise _Unusable("of another resolution: only names in _4.pgm are read")
    return person, pose, expression, eyes


def _picture(path: Path) -> Floats:
    """The pixels of a file, shape (960,)."""
    try:
        # A pipe or a device would make the program wait for ever.
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _Unusable("not a plain file")
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _Unusable(f"it cannot be opened ({error.strerror})") from error
    if len(content) > MOST_BYTES:
        raise _Unusable(f"larger than {MOST_BYTES:,} bytes")
    try:
        picture = parse(content)
    except NotPgm as problem:
        raise _Unusable(str(problem)) from problem
    if picture.shape != SHAPE:
        rows, columns = picture.shape
        raise _Unusable(f"it has {rows} rows and {columns} columns, not {SHAPE[0]} and {SHAPE[1]}")
    return picture.reshape(-1)
