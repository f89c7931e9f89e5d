"""Files that strangers put into a folder or a zip: what their names and kinds may be."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.intake import LARGEST_FILE, Refused, read_file

DEEPEST = 16
LONGEST_PATH = 1000

# What programs leave behind; it is nobody's work.
IGNORED = re.compile(
    r"(?:^|/)(?:__MACOSX|\.ipynb_checkpoints|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)(?:/|$)"
)
# Besides the controls: those that turn the direction of writing, and so can hide an ending.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Entry:
    """A file in a folder or a zip.

    Attributes:
        path: where it is in there, with "/" between the names.
        time: when it was last changed, if that is known.
        size: its bytes, as the folder or the zip says.
        refused: why it cannot be read, if so.
        read: gives its content, or raises Refused.
    """

    path: str
    time: datetime | None
    size: int
    refused: str | None
    read: Callable[[], bytes]


def name_problem(path: str) -> str | None:
    """What is wrong with the path of a file in a folder or a zip, if anything is."""
    try:
        longest = max(len(part.encode()) for part in path.split("/"))
    except UnicodeEncodeError:
        return "its name is not UTF-8"
    problems = {
        "its name holds control characters": _CONTROL.search(path),
        "its name holds a backslash; zip the folder again with another program": "\\" in path,
        "its path is absolute": path.startswith("/") or re.match(r"[A-Za-z]:", path),
        "its path has '..' or an empty name in it": {"", ".", ".."} & set(path.split("/")),
        "its name is too long": longest > 255 or len(path) > LONGEST_PATH,
        "it lies too many folders deep": path.count("/") >= DEEPEST,
    }
    return next((problem for problem, found in problems.items() if found), None)


def too_large(size: int, most: int) -> str | None:
    """What is wrong with the size of a file, if anything is."""
    return f"it has {size} bytes; the most is {most}" if size > most else None


def same_name(path: str) -> str:
    """Equal for paths that are one file on some machine: in case, or in how accents are written."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def folder_entries(folder: Path) -> list[Entry]:
    """The files below a folder, sorted; no link is followed."""
    return sorted(_walk(folder, folder), key=lambda entry: entry.path)


def _walk(folder: Path, top: Path, depth: int = 1) -> Iterator[Entry]:
    here = f"{folder.relative_to(top).as_posix()}/" if folder != top else ""
    try:
        with os.scandir(folder) as found:
            items = list(found)
    except OSError as error:
        if folder == top:
            raise
        yield _unreadable(here, f"the folder cannot be opened ({error.strerror})")
        return
    for item in items:
        path = f"{here}{item.name}"
        if IGNORED.search(path):
            continue
        if item.is_dir(follow_symlinks=False) and depth < DEEPEST:
            yield from _walk(Path(item.path), top, depth + 1)
        else:
            yield _file_entry(Path(item.path), path)
    if not items and here:
        yield _unreadable(here, "the folder is empty")


def _file_entry(path: Path, relative: str) -> Entry:
    try:
        status = path.lstat()
    except OSError as error:
        return _unreadable(relative, f"it cannot be opened ({error.strerror})")
    problem = name_problem(relative) or too_large(status.st_size, LARGEST_FILE)
    if stat.S_ISLNK(status.st_mode):
        problem = "it is a link, not a file"
    elif not stat.S_ISREG(status.st_mode):
        problem = "it is not a regular file"
    time = time_of(status)
    return Entry(relative, time, status.st_size, problem, lambda: read_file(path))


def time_of(status: os.stat_result) -> datetime | None:
    """When a file was last changed, if that is a time at all."""
    try:
        return datetime.fromtimestamp(int(status.st_mtime), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _unreadable(path: str, reason: str) -> Entry:
    def read() -> bytes:
        raise Refused(reason)

    return Entry(path, None, 0, reason, read)
