"""Of what a student handed in, the notebooks that are to be graded.

Of several attempts the newest that can be read is taken. A zip that a student handed in is opened;
a zip in it is not.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import PurePosixPath

from nbgrader.utils import parse_utc

from autograder.collecting.archive import OF_A_STUDENT, Archive
from autograder.collecting.entries import Entry, name_problem, same_name
from autograder.collecting.platforms import Named
from autograder.intake import REFUSED_FILE, Refused

TIME_FILE = "timestamp.txt"
LONGEST_TIME = 100
LARGEST_BESIDE = 2 * 2**20
MOST_BESIDE = 50

# What browsers, Jupyter and Canvas add to a name that is taken already.
_COPY = re.compile(r"(-\d+|[ _]?\(\d+\)|-Copy\d+|[ _]-?[ _]?copy)$", re.IGNORECASE)


@dataclass(frozen=True)
class Chosen:
    """What is to lie in a student's folder.

    Attributes:
        files: contents by their paths in it; none if everything was refused.
        time: when it was handed in, if that is known.
        refused: why there is nothing to grade, if so.
        remarks: what the instructor may want to know.
    """

    files: dict[str, bytes]
    time: datetime | None
    refused: str | None = None
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _File:
    path: PurePosixPath
    entry: Entry
    number: int = 0


def choose(
    handed_in: list[Named], notebooks: list[str], from_nbgrader: bool, zone: tzinfo
) -> Chosen:
    """Takes the newest attempt of a student that can be read.

    Args:
        handed_in: all that is theirs.
        notebooks: the names of the assignment's notebooks.
        from_nbgrader: whether nbgrader collected it: names and times are exact then.
        zone: where the clocks of zips were.
    """
    attempts: dict[str, list[Named]] = defaultdict(list)
    for file in handed_in:
        attempts[file.attempt].append(file)
    known = {name: _time_of(files, from_nbgrader) for name, files in attempts.items()}
    oldest = datetime.min.replace(tzinfo=UTC)
    newest_first = sorted(attempts, key=lambda name: (known[name] or oldest, name), reverse=True)
    reasons: list[str] = []
    for place, name in enumerate(newest_first):
        try:
            files, remarks = _assemble(attempts[name], notebooks, from_nbgrader, zone)
        except Refused as reason:
            reasons.append(str(reason))
            continue
        newer = [f"a newer attempt was refused: {reason}" for reason in reasons]
        rest = [_called(attempts[older]) for older in newest_first[place + 1 :]]
        older = [f"an older attempt was left: {called}" for called in rest]
        return Chosen(files, known[name], remarks=newer + remarks + older)
    return Chosen({}, known[newest_first[0]], reasons[0], reasons[1:])


def _called(files: list[Named]) -> str:
    return ", ".join(sorted(file.entry.path for file in files)[:3])


def _time_of(files: list[Named], from_nbgrader: bool) -> datetime | None:
    """When an attempt was handed in: as the platform says, else when its files were changed."""
    said = [file.time for file in files if file.time]
    for file in files:
        # Anywhere else this file would be the student's, who could write any time into it.
        if from_nbgrader and file.file == TIME_FILE and not file.entry.refused:
            with contextlib.suppress(Refused):
                written = read_time(file.entry.read())
                said += [written] if written else []
    changed = [file.entry.time for file in files if file.entry.time]
    return max(said or changed, default=None)


def read_time(content: bytes) -> datetime | None:
    """The time in a file as nbgrader writes it, "2026-11-20 10:15:00 UTC"; None if it is none."""
    try:
        return parse_utc(content[:LONGEST_TIME].decode().strip()).replace(tzinfo=UTC)
    except (ValueError, ArithmeticError, TypeError, AttributeError):
        return None


def _assemble(
    attempt: list[Named], notebooks: list[str], from_nbgrader: bool, zone: tzinfo
) -> tuple[dict[str, bytes], list[str]]:
    """The contents of the folder that is to be made, and remarks.

    Raises:
        Refused: there is no notebook to grade.
    """
    files = [_File(PurePosixPath(file.file), file.entry, file.number) for file in attempt]
    if from_nbgrader:
        files = [file for file in files if str(file.path) != TIME_FILE]
    zips = [file for file in files if _ending(file) == ".zip"]
    if zips and not any(_ending(file) == ".ipynb" for file in files):
        files = _unzipped(zips, zone)
    found = {name: _find(name, files, from_nbgrader, len(notebooks) == 1) for name in notebooks}
    chosen = {f"{name}.ipynb": file for name, file in found.items() if file}
    if not chosen:
        wanted = " or ".join(f"{name}.ipynb" for name in notebooks)
        there = ", ".join(_described(file) for file in files[:5]) or "nothing"
        raise Refused(f"there is no {wanted} in what was handed in; there is: {there}")
    contents = {name: _content(file) for name, file in chosen.items()}
    remarks = [f"{file.path} was taken as {n}" for n, file in chosen.items() if file.path.name != n]
    base = next(iter(chosen.values())).path.parent
    others = [file for file in files if file not in chosen.values()]
    return contents, remarks + _add_what_lies_beside(contents, others, base)


def _described(file: _File) -> str:
    return f"{file.path} ({file.entry.refused})" if file.entry.refused else str(file.path)


def _ending(file: _File) -> str:
    return file.path.suffix.lower()


def _content(file: _File) -> bytes:
    if file.entry.refused:
        raise Refused(f"{file.path}: {file.entry.refused}")
    try:
        return file.entry.read()
    except Refused as reason:
        raise Refused(f"{file.path}: {reason}") from reason


def _unzipped(zips: list[_File], zone: tzinfo) -> list[_File]:
    newest = max(zips, key=lambda file: file.number)
    if len(zips) > 1 and not newest.number:
        raise Refused(f"there are {len(zips)} zips, and it is not clear which is meant")
    try:
        entries = Archive(io.BytesIO(_content(newest)), OF_A_STUDENT, zone).entries()
    except Refused as reason:
        raise Refused(f"{newest.path}: {reason}") from reason
    return [_File(PurePosixPath(entry.path), entry) for entry in entries]


def _find(name: str, files: list[_File], exact: bool, alone: bool) -> _File | None:
    """The file that is a notebook of the assignment, if it is clear which.

    Raises:
        Refused: there are several.
    """
    notebooks = [file for file in files if _ending(file) == ".ipynb"]
    right = [file for file in notebooks if file.path.name == f"{name}.ipynb"]
    shallowest = min((len(file.path.parts) for file in right), default=0)
    right = [file for file in right if len(file.path.parts) == shallowest]
    alike = [file for file in notebooks if not exact and _is_copy(file.path.stem, name)]
    if any(file.number for file in alike):
        return max(alike, key=lambda file: file.number)
    for candidates in (right, alike, notebooks if alone and not exact else []):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            names = ", ".join(str(file.path) for file in candidates[:5])
            raise Refused(f"it is not clear which of these is {name}.ipynb: {names}")
    return None


def _is_copy(stem: str, name: str) -> bool:
    while same_name(stem) != same_name(name):
        shorter = _COPY.sub("", stem)
        if shorter == stem:
            return False
        stem = shorter
    return True


def _add_what_lies_beside(
    contents: dict[str, bytes], others: Iterable[_File], base: PurePosixPath
) -> list[str]:
    """Adds small files; what is left out is named."""
    left: list[str] = []
    most = len(contents) + MOST_BESIDE
    for file in others:
        try:
            if not file.path.is_relative_to(base) or _ending(file) in (".ipynb", ".zip"):
                raise Refused("it is not needed")
            path = str(file.path.relative_to(base))
            if problem := file.entry.refused or name_problem(path) or _taken(path, contents):
                raise Refused(problem)
            if file.entry.size > LARGEST_BESIDE or len(contents) >= most:
                raise Refused("it is too large, or there are too many")
            contents[path] = file.entry.read()
        except Refused as reason:
            left.append(f"{file.path} was left out: {reason}")
    return left[:MOST_BESIDE]


def _taken(path: str, contents: dict[str, bytes]) -> str | None:
    """Whether a file cannot lie beside the others, because of its name."""
    new = same_name(path)
    for other in map(same_name, (*contents, TIME_FILE, REFUSED_FILE)):
        if new == other or new.startswith(f"{other}/") or other.startswith(f"{new}/"):
            return "its name is taken"
    return None
