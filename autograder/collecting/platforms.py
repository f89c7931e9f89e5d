"""Whose file is it: the names that learning platforms give to the files that they export.

A form is recognised when most of the files have it; what then lacks it is refused, and so is
whatever could be two students'. Only that part of a name is believed which the platform wrote: the
form is looked for from the left, where a student's own text cannot come first.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath

from autograder.collecting.entries import Entry
from autograder.intake import Refused

LONGEST_ID = 100
_SAFE_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]*")

# Each begins with what the platform wrote; "file" and "path" are what the student chose.
_FORMS = {
    "Moodle": [
        r"(?P<name>[^/]+?)_(?P<student>\d+)_assignsubmission_[a-z]+"
        r"(_?/(?P<path>.*)|_(?P<file>[^/]+))"
    ],
    "Blackboard": [
        r"(?P<before>[^/]+?)_[^\W\d_]+_(?P<time>\d{4}(-\d\d){5})"
        r"(_(?P<file>[^/]+)|(?P<receipt>\.txt))"
    ],
    "Canvas": [
        r"(LATE_)?(?P<student>anon_[A-Za-z0-9]+)_(?P<number>\d+)_(?P<file>[^/]+)",
        r"(?P<name>[^/]+?)(_LATE)?_(?P<student>\d+)_(?P<number>\d+)_(?P<file>[^/]+)",
        r"(?P<name>[^/]+?)(_LATE)?_(?P<student>\d+)_(?P<file>(text|link)\.html)",
    ],
}
_PLAIN = [r"(?P<student>[^/]+)/(?P<path>.*)", r"(?P<single>(?P<student>[^/]+)\.(ipynb|zip))"]
_RECEIPT = re.compile(r"[^:]+:.*\(([^()]+)\)\s*")
_NUMBER_FIRST = re.compile(r"\d+_")


@dataclass(frozen=True)
class Named:
    """A file of which it is known whose it is.

    Attributes:
        entry: the file.
        student: what the platform calls the student.
        file: the path that the file had when it was handed in.
        name: what people call the student, if the platform says so.
        attempt: tells the attempts of a student apart.
        number: grows with each file that the platform took; 0 where it does not count.
        time: when it was handed in, where the platform's name says so.
    """

    entry: Entry
    student: str
    file: str
    name: str = ""
    attempt: str = ""
    number: int = 0
    time: datetime | None = None


@dataclass(frozen=True)
class Recognised:
    """What was made of the names.

    Attributes:
        form: the platform's name.
        files: those of which it is known whose they are.
        refused: the others, each with the reason.
    """

    form: str
    files: list[Named]
    refused: list[tuple[Entry, str]]


@dataclass(frozen=True)
class Question:
    """What is known before the names are read.

    Attributes:
        assignment: its name.
        notebooks: the names of its notebooks.
        zone: where the clock of the platform was.
        pattern: the form, where the instructor gives it, as for nbgrader's zip_collect.
    """

    assignment: str
    notebooks: list[str]
    zone: tzinfo
    pattern: re.Pattern[str] | None = None


def recognise(entries: list[Entry], question: Question) -> Recognised:
    """Says for each file whose it is, or why that is not known."""
    wrapper, unclear = _wrapper([entry.path for entry in entries], question)
    paths = {entry.path: entry.path.removeprefix(wrapper) for entry in entries}
    form = "pattern" if question.pattern else _form_of_most(list(paths.values()), question)
    found = Recognised(form, [], [])
    receipts = _receipts(entries, paths) if form == "Blackboard" else {}
    for entry in entries:
        path = entry.path if question.pattern else paths[entry.path]
        match = _match(form, path, question)
        if form == "nbgrader" and not match and path.count("/") > 1:
            continue  # of another assignment
        try:
            if form == "files" and (unclear or _platform_of(path, question) in _FORMS):
                raise Refused("it is not clear whose it is: the files are not named in one way")
            if not match:
                raise Refused(f"it is not clear whose it is: it is not named as {form} names it")
            found.files.append(_named(entry, match, question.zone, receipts))
        except Refused as reason:
            found.refused.append((entry, str(reason)))
    return found


def _named(entry: Entry, match: re.Match[str], zone: tzinfo, receipts: dict[str, str]) -> Named:
    parts = {key: value or "" for key, value in match.groupdict().items()}
    own = entry.path.rpartition("/")[2]
    if "student_id" in parts:  # the instructor's pattern, with nbgrader's names
        student, stamp = parts["student_id"], parts.get("timestamp", "")
        stem = PurePosixPath(parts.get("file_id", "")).stem
        file = f"{stem}{PurePosixPath(own).suffix}" if stem else own
    else:
        student, stamp = parts.get("student", ""), parts.get("time", "")
        file = parts.get("path") or parts.get("file") or own
    if "before" in parts:
        student = _blackboard_student(parts["before"], receipts)
    if not student:
        raise Refused("it is not clear whose it is: its name has no student")
    if parts.get("number") and _NUMBER_FIRST.match(file):
        raise Refused("it is not clear which of the numbers in its name is the student's")
    return Named(
        entry=entry,
        student=unicodedata.normalize("NFC", student),
        file=file,
        name=parts.get("name", ""),
        attempt=stamp or parts.get("single", ""),
        number=int(parts.get("number") or 0),
        time=_time(stamp, zone) if stamp else None,
    )


def _time(stamp: str, zone: tzinfo) -> datetime:
    numbers = "-".join(re.findall(r"\d+", stamp)[:6])
    try:
        return datetime.strptime(numbers, "%Y-%m-%d-%H-%M-%S").replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused(f"the time in its name is none: {stamp}") from error


def _match(form: str, path: str, question: Question) -> re.Match[str] | None:
    if question.pattern:
        return question.pattern.match(path)
    assignment = re.escape(question.assignment)
    nbgrader = [rf"(?P<student>[^/]+)/{assignment}/(?P<path>.*)"]
    forms = {**_FORMS, "nbgrader": nbgrader, "files": _PLAIN}[form]
    matches = (re.fullmatch(each, path, re.DOTALL) for each in forms)
    return next((match for match in matches if match), None)


def _platform_of(path: str, question: Question) -> str:
    forms = (*_FORMS, "nbgrader")
    return next((form for form in forms if _match(form, path, question)), "files")


def _form_of_most(paths: list[str], question: Question) -> str:
    """The form of more than half; each thing at the top has one vote, however much is in it."""
    votes: dict[str, set[str]] = defaultdict(set)
    for path in paths:
        votes[_platform_of(path, question)].add(path.split("/")[0])
    everything = {path.split("/")[0] for path in paths}
    form = max(votes, key=lambda each: len(votes[each]), default="files")
    return form if 2 * len(votes[form]) > len(everything) else "files"


def _wrapper(paths: list[str], question: Question) -> tuple[str, bool]:
    """The folder around everything, as zipping a folder makes it, or nothing.

    Returns:
        It, and whether it may as well be the folder of a student.
    """
    tops = {path.split("/")[0] for path in paths}
    below = {path.partition("/")[2].split("/")[0] for path in paths}
    notebooks = {f"{notebook}.ipynb" for notebook in question.notebooks}
    if question.pattern or len(tops) != 1 or below & {"", *notebooks}:
        return "", False
    if any(_platform_of(path, question) != "files" for path in paths):
        return "", False
    (wrapper,) = tops
    (first, *others) = below
    return f"{wrapper}/", not others and f"{wrapper}/{first}" in paths


def _receipts(entries: list[Entry], paths: dict[str, str]) -> dict[str, str]:
    """Blackboard writes a text beside each attempt; who it is, by how the attempt's files begin."""
    found = {}
    for entry in entries:
        match = re.fullmatch(_FORMS["Blackboard"][0], paths[entry.path], re.DOTALL)
        if match is None or not match["receipt"]:
            continue
        with contextlib.suppress(Refused):  # then it says nothing
            first = entry.read().decode("utf-8", "replace").partition("\n")[0]
            if name := _RECEIPT.fullmatch(first):
                found[match["before"]] = name[1]
    return found


def _blackboard_student(before: str, receipts: dict[str, str]) -> str:
    """From "ps2_user123"; either may have an underscore in it."""
    known = receipts.get(before)
    if known and before.endswith(f"_{known}"):
        return known
    title, _, student = before.rpartition("_")
    if not title or not student or "_" in title:
        raise Refused("it is not clear where in its name the student begins")
    return student


def safe_id(student: str) -> str:
    """The name of a student in the course: letters, digits and ``._@-`` only.

    Any other character becomes "-", and then the name ends in "." and ten digits of its SHA-256, so
    that two students never share one.
    """
    if _SAFE_ID.fullmatch(student) and len(student) <= LONGEST_ID:
        return student
    digest = hashlib.sha256(student.encode("utf-8", "surrogateescape")).hexdigest()[:10]
    cleaned = re.sub(r"[^A-Za-z0-9._@-]", "-", student).lstrip(".-@")[: LONGEST_ID - 11]
    return f"{cleaned or 'student'}.{digest}"


def read_students(path: Path) -> dict[str, str]:
    """The names in the course by those on the platform, from a CSV "platform,student".

    A platform's name may be the number or login in the file's name, "Participant 123" as in
    Moodle's grading worksheet, or what people call the student, if no other is called so.

    Raises:
        ValueError: it is no such file; the message says which line.
    """
    students: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if not {"platform", "student"} <= set(rows.fieldnames or ()):
            raise ValueError(f"{path} has no columns 'platform' and 'student' in its first line")
        for row in rows:
            platform, student = (row["platform"] or "").strip(), (row["student"] or "").strip()
            key = lookup_key(platform.removeprefix("Participant "))
            where = f"{path}, line {rows.line_num}"
            if not key or not _SAFE_ID.fullmatch(student) or len(student) > LONGEST_ID:
                raise ValueError(
                    f"{where}: {platform!r}, {student!r}. The student's name may hold letters, "
                    "digits and ._@- only, and neither may be empty."
                )
            if students.setdefault(key, student) != student:
                raise ValueError(f"{where}: {platform!r} is there twice, as two students")
    return students


def lookup_key(name: str) -> str:
    """A platform's name as it is looked up: however it is written."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def shared_names(files: list[Named]) -> set[str]:
    """What people call more than one student."""
    called = Counter(name for name, _ in {(lookup_key(file.name), file.student) for file in files})
    return {name for name, count in called.items() if count > 1}
