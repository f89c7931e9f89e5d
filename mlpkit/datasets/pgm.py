"""Grey pictures in the PGM format: binary (P5) or as text (P2).

The format is that of netpbm (netpbm.sourceforge.net/doc/pgm.html): P5 or P2, the numbers of columns
and rows, the value of white, and then the pixels row by row. A # begins a comment in the head.
"""

from __future__ import annotations

import re

import numpy as np

from mlpkit.datasets.dataset import Floats

MOST_PIXELS = 1_000_000
"""A head may claim any size. Nothing larger than this is believed."""

# Blanks and comments, then a number. \s in bytes is what the format calls whitespace.
_NUMBER = re.compile(rb"(?:\s+|#[^\r\n]*[\r\n])*(\d{1,10})(?=[\s#]|$)")


class NotPgm(ValueError):
    """What is wrong with a picture; a sentence without its name."""


def parse(content: bytes) -> Floats:
    """The picture in the content of a PGM file.

    Args:
        content: all bytes of the file. What follows the picture is ignored.

    Returns:
        Shape (rows, columns), from 0 for black to 1 for white.

    Raises:
        NotPgm: it is not such a picture, it is damaged, or it claims to be larger than a million
            pixels.
    """
    kind = content[:2]
    if kind not in (b"P5", b"P2"):
        raise NotPgm("it does not begin with P5 or P2, so it is not a grey PGM picture")
    (columns, rows, white), position = _head(content)
    if not 1 <= white <= 65535:
        raise NotPgm(f"its value of white is {white}; it must be from 1 to 65535")
    if not 1 <= columns * rows <= MOST_PIXELS:
        raise NotPgm(f"it claims to have {columns} columns and {rows} rows")
    if kind == b"P5":
        values = _binary(content, position, columns * rows, white)
    else:
        values = _text(content, position, columns * rows)
    if values.max() > white:
        raise NotPgm(f"a pixel is {int(values.max())}, above its value of white, {white}")
    return values.reshape(rows, columns) / float(white)


def _head(content: bytes) -> tuple[list[int], int]:
    """Columns, rows and white, and where they end."""
    numbers, position = [], 2
    for what in ("columns", "rows", "the value of white"):
        match = _NUMBER.match(content, position)
        if not match or match.start(1) == position:
            raise NotPgm(f"its head is damaged: no number stands for {what}")
        numbers.append(int(match[1]))
        position = match.end()
    return numbers, position


def _binary(content: bytes, position: int, count: int, white: int) -> np.ndarray:
    # One byte a pixel, or two with the higher one first; exactly one blank stands before them.
    kind = np.dtype("u1") if white < 256 else np.dtype(">u2")
    pixels = content[position + 1 :]
    if len(pixels) < count * kind.itemsize:
        raise NotPgm(f"it ends after {len(pixels) // kind.itemsize} of its {count} pixels")
    return np.frombuffer(pixels, dtype=kind, count=count)


def _text(content: bytes, position: int, count: int) -> np.ndarray:
    words = re.sub(rb"#[^\r\n]*", b" ", content[position:]).split()
    if len(words) < count:
        raise NotPgm(f"it ends after {len(words)} of its {count} pixels")
    if not all(re.fullmatch(rb"\d{1,5}", word) for word in words[:count]):
        raise NotPgm("one of its pixels is not a whole number")
    return np.array([int(word) for word in words[:count]])
