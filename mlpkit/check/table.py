"""The baked table beside a notebook: what a function should return on the cases one may see.

The table is numbers and sentences. It holds no code, so it can be given away.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

FILE_NAME = "checks.json"
FORMAT = 1


class TableError(Exception):
    """The table is missing, or is not one; the message says which and what to do."""


@dataclass(frozen=True)
class Case:
    """One visible case.

    Attributes:
        title: what it is, for instance "a batch of two".
        arguments: arrays or numbers.
        expected: an array or number; a tuple of them where there are several results.
        wrong: for each mistake what it returns; None where it ends in an error.
    """

    title: str
    arguments: tuple[Any, ...]
    expected: Any
    wrong: dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """What the table knows of one function.

    Attributes:
        arguments: their names.
        results: their names, one or several.
        hints: from a nudge to almost everything.
        says: for each mistake what a tutor would say.
        cases: the visible cases.
        permitted: what may be imported when the work is graded; None if the table does not say.
    """

    arguments: list[str]
    results: list[str]
    hints: list[str]
    says: dict[str, str]
    cases: list[Case]
    permitted: list[str] | None = None


def find(name: str, folder: Path) -> Entry:
    """The entry of a function in the folder's table.

    Raises:
        TableError: there is no table, it cannot be read, or it does not know the function.
    """
    path = folder / FILE_NAME
    again = "Download the assignment again and put this file beside the notebook."
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        if table["format"] != FORMAT:
            raise TableError(f"{path} has the format {table['format']}, not {FORMAT}. {again}")
        exercises = table["exercises"]
        if name in exercises:
            return _entry(exercises[name], table.get("permitted"))
    except FileNotFoundError:
        raise TableError(f"There is no file {FILE_NAME} in {folder}. {again}") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise TableError(
            f"{path} cannot be read as a table of checks ({error}). {again}"
        ) from error
    raise TableError(
        f"There is no check for a function named {name!r}. There are checks for "
        f"{', '.join(exercises)}. If yours has another name on purpose, say which of them it is: "
        f'check(f, name="{next(iter(exercises), "...")}").'
    )


def _entry(plain: dict[str, Any], permitted: list[str] | None) -> Entry:
    several = len(plain["results"]) > 1
    cases = [
        Case(
            case["title"],
            tuple(_number_or_array(argument) for argument in case["arguments"]),
            _result(case["expected"], several),
            {name: _result(wrong, several) for name, wrong in case["wrong"].items()},
        )
        for case in plain["cases"]
    ]
    says = {mistake["name"]: mistake["says"] for mistake in plain["mistakes"]}
    known = plain["arguments"], plain["results"], plain["hints"]
    return Entry(*known, says, cases, permitted)


def _result(plain: Any, several: bool) -> Any:
    if plain is None:
        return None
    return tuple(map(_number_or_array, plain)) if several else _number_or_array(plain)


def _number_or_array(plain: Any) -> Any:
    return np.array(plain, dtype=np.float64) if isinstance(plain, list) else float(plain)
