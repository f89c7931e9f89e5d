"""A reader for ``vowdata.dat``, the vowel measurements of Hillenbrand and others (1995).

The file begins with lines that explain it. Then comes a line for each recording: a name, and 15
whole numbers. The name ``m01ae`` means man 1 saying had (w woman, b boy, g girl). The numbers are
the duration (ms), the pitch (Hz), F1 to F4 where the vowel is steadiest, and F1 to F3 after 20, 50
and 80 % of it. A zero stands for what could not be measured.

The file is kept by its author, at homepages.wmich.edu/~hillenbr/voweldata.html, and in copies.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mlpkit.datasets.dataset import Dataset, Reading, Skipped, choice, one_of, reading, whole
from mlpkit.datasets.vowel_table import WORDS

MOST_BYTES = 10_000_000
"""The real file has 136,111 bytes."""

NUMBERS = 15

# Where F1 stands among the numbers; F2 and F3 follow.
_START = {"steady": 2, "20%": 6, "50%": 9, "80%": 12}
_SPEAKER = {"m": "men", "w": "women", "b": "children", "g": "children"}
# The file has twelve vowels: two glide, and are not among the ten.
_WORDS = {**WORDS, "ei": "hayed", "oa": "hoed"}
_NAME = re.compile(r"([mwbg])([0-9][0-9])([a-z][a-z])")


class _Name(NamedTuple):
    """The name of a recording: man, woman, boy or girl; which of them; which vowel."""

    kind: str
    number: str
    vowel: str


class _BadLine(Exception):
    """What is wrong with a line."""


def read(
    path: str | Path,
    *,
    vowels: Sequence[str] = tuple(WORDS),
    formants: int = 2,
    at: str = "steady",
) -> Reading:
    """Reads the measurements of the vowels that are asked for.

    Lines that are damaged, come twice, or lack a formant that is asked for are skipped and named.

    Args:
        path: the file ``vowdata.dat``.
        vowels: two letters for each; the ten h_d words if not given. The file has "ei" (hayed) and
            "oa" (hoed) as well.
        formants: 2 for F1 and F2, 3 for F3 as well.
        at: where in the vowel: "steady", "20%", "50%" or "80%".

    Returns:
        The data and what was skipped. x of shape (examples, formants) in hertz; t of shape
        (examples, vowels); ``about`` has "person" (m01, w01, b01, ...), "speaker" (men, women or
        children) and "vowel".

    Raises:
        ValueError: the file cannot be one of vowel measurements, or an argument is not known.
        OSError: there is no such file, or it cannot be opened.
    """
    vowels = [choice("a vowel", vowel, list(_WORDS)) for vowel in vowels]
    formants = whole("formants", formants, 2, 3)
    start = _START[choice("at", at, list(_START))]
    found: dict[_Name, list[int]] = {}
    skipped: list[Skipped] = []
    for where, line in _recordings(Path(path)):
        try:
            name, numbers = _parsed(line)
            if name.vowel in vowels:
                if name in found:
                    raise _BadLine("a second line for the same recording")
                found[name] = _formants(numbers[start : start + formants])
        except _BadLine as problem:
            skipped.append(Skipped(where, str(problem)))
    return reading(
        _dataset(found, vowels, formants),
        skipped,
        f"{path} has no usable line of the vowels {', '.join(vowels)}; expected lines as in "
        "Hillenbrand's vowdata.dat: 'm01ae 323 174 663 2012 ...', a name and 15 numbers.",
    )


def _dataset(found: dict[_Name, list[int]], vowels: Sequence[str], formants: int) -> Dataset:
    vowel = np.array([name.vowel for name in found], dtype=str)
    about = {
        "person": np.array([name.kind + name.number for name in found], dtype=str),
        "speaker": np.array([_SPEAKER[name.kind] for name in found], dtype=str),
        "vowel": vowel,
    }
    x = np.array(list(found.values()), dtype=np.float64).reshape(-1, formants)
    inputs = tuple(f"F{number} (Hz)" for number in range(1, formants + 1))
    outputs = tuple(_WORDS[vowel] for vowel in vowels)
    return Dataset(x, one_of(vowel, vowels), inputs, outputs, about)


def _recordings(path: Path) -> list[tuple[str, str]]:
    """The lines after the explanation, each with its number in words."""
    if path.is_dir():
        raise ValueError(f"{path} is a folder; expected the file vowdata.dat itself.")
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(
            f"{path} is larger than {MOST_BYTES:,} bytes, but vowdata.dat has 136,111: this is "
            "another file. Give the path of vowdata.dat."
        )
    # Old files from DOS end with the character 26.
    lines = [line.strip(" \t\r\x1a\x00") for line in content.decode("latin-1").split("\n")]
    numbered = list(enumerate(lines, start=1))
    first = next((n for n, line in numbered if _NAME.fullmatch(line[:5])), len(lines) + 1)
    return [(f"line {number}", line) for number, line in numbered[first - 1 :] if line]


def _parsed(line: str) -> tuple[_Name, list[int]]:
    """The name and the numbers of a line."""
    first, *rest = line.split()
    match = _NAME.fullmatch(first)
    if not match or match[3] not in _WORDS:
        raise _BadLine("its name is not one like m01ae: m, w, b or g, two digits, a vowel")
    if len(rest) != NUMBERS:
        raise _BadLine(f"it does not have {NUMBERS} numbers")
    if not all(re.fullmatch(r"\d{1,5}", number, re.ASCII) for number in rest):
        raise _BadLine("one of its numbers is not a whole number from 0 to 99999")
    return _Name(*match.groups()), [int(number) for number in rest]


def _formants(numbers: list[int]) -> list[int]:
    """The formants, if they were measured and can be formants."""
    for number, value in enumerate(numbers, start=1):
        if not value:
            raise _BadLine(f"F{number} could not be measured")
    if sorted(set(numbers)) != numbers:
        raise _BadLine("its formants do not rise from F1 on")
    return numbers
