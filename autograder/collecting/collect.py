"""From what a learning platform exports to nbgrader's folder of submissions.

    autograder collect ps2 ~/Downloads/ps2-submissions.zip

The names say whose a file is (``platforms``); of each student the newest attempt is taken
(``attempts``), read without ever unpacking a zip (``archive``), and laid into
``submitted/STUDENT/ASSIGNMENT`` (``shelf``). What is refused is listed with its reason, in the
table and in ``submitted/collected-ASSIGNMENT.csv``; the grader gives the student the same reason. A
second run changes nothing but what is newer.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import os
import re
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder import course as courses
from autograder.collecting.archive import OF_A_PLATFORM, Archive
from autograder.collecting.attempts import choose
from autograder.collecting.entries import Entry, folder_entries
from autograder.collecting.platforms import (
    Named,
    Question,
    lookup_key,
    read_students,
    recognise,
    safe_id,
    shared_names,
)
from autograder.collecting.shelf import Shelf
from autograder.course import CannotGrade, Course
from autograder.intake import Refused
from autograder.sandbox.outputs import clean_text

LONGEST_TEXT = 500
WHO_IS_WHO = "Say with --students who is who"
ORDER = "refused kept replaced new unchanged".split()


@dataclass(frozen=True)
class Outcome:
    """What became of a student's submission, or of a file that is nobody's.

    Attributes:
        student: the name in the course; empty if it is not clear whose it is.
        platform: what the platform calls the student, or the path of the file.
        what: one of ``ORDER``; "kept" is what lay there before.
        details: reasons and remarks.
    """

    student: str
    platform: str
    what: str
    details: list[str] = field(default_factory=list)


def collect(
    course: Course,
    entries: list[Entry],
    question: Question,
    known: dict[str, str] | None = None,
    dry_run: bool = False,
) -> Iterator[Outcome]:
    """Collects what was handed in for an assignment, one student after another.

    Args:
        course: where it goes.
        entries: what the platform exported.
        question: for which assignment, and how the names are to be read.
        known: names in the course by those on the platform; without it the latter are taken.
        dry_run: only says what would be done.
    """
    recognised = recognise(entries, question)
    for entry, unclear in recognised.refused:
        why = f"{entry.refused}, and {unclear}" if entry.refused else unclear
        yield Outcome("", entry.path, "refused", [why])
    theirs: dict[str, list[Named]] = defaultdict(list)
    for file in recognised.files:
        theirs[file.student].append(file)
    shelf = Shelf(course, question.assignment, dry_run)
    names = _names_in_course(recognised.files, known, shelf.students())
    by_student: dict[str, list[Named]] = defaultdict(list)
    for platform, files in theirs.items():
        match names[platform]:
            case Refused() as reason:
                yield Outcome("", _label(files), "refused", [str(reason)])
            case name:
                by_student[name] += files
    for student, files in sorted(by_student.items()):
        from_nbgrader = recognised.form == "nbgrader"
        chosen = choose(files, question.notebooks, from_nbgrader, question.zone)
        what, details = shelf.put(student, chosen)
        yield Outcome(student, _label(files), what, details)


def _label(files: list[Named]) -> str:
    first = files[0]
    return f"{first.name} ({first.student})" if first.name else first.student


def _names_in_course(
    files: list[Named], known: dict[str, str] | None, present: set[str]
) -> dict[str, str | Refused]:
    """The name in the course by the platform's, or why there is none."""
    shared = shared_names(files)
    found: dict[str, str | Refused] = {}
    for file in files:
        called = lookup_key(file.name)
        if known is None:
            found[file.student] = safe_id(file.student)
        elif lookup_key(file.student) in known:
            found[file.student] = known[lookup_key(file.student)]
        elif called in known and called not in shared:
            found[file.student] = known[called]
        else:
            found[file.student] = Refused("the list of students does not name this one")
    taken: dict[str, set[str]] = defaultdict(set)
    for name in [*present, *(each for each in found.values() if isinstance(each, str))]:
        taken[name.casefold()].add(name)
    mapped = Counter(each for each in found.values() if isinstance(each, str))
    for platform, given in found.items():
        if isinstance(given, str) and len(taken[given.casefold()]) > 1:
            both = ", ".join(sorted(taken[given.casefold()]))
            found[platform] = Refused(f"these names differ in case only: {both}. {WHO_IS_WHO}")
        elif known is None and isinstance(given, str) and mapped[given] > 1:
            found[platform] = Refused(f"another's name would be {given}, too. {WHO_IS_WHO}")
    return found


@contextlib.contextmanager
def entries_of(source: Path, zone: tzinfo) -> Iterator[list[Entry]]:
    """The files in a folder or a zip.

    Raises:
        CannotGrade: it is neither.
    """
    with contextlib.ExitStack() as opened:
        try:
            if source.is_dir():
                entries = folder_entries(source)
            else:
                entries = Archive(
                    opened.enter_context(source.open("rb")), OF_A_PLATFORM, zone
                ).entries()
        except (Refused, OSError) as reason:
            raise CannotGrade(
                f"{source} cannot be collected: {reason}. Give a folder or a zip as the learning "
                "platform exports it; if the zip opens elsewhere, unzip it and give the folder."
            ) from reason
        yield entries


def add_options(command: argparse.ArgumentParser) -> None:
    """The options of ``autograder collect``, besides those of all commands."""
    command.add_argument(
        "source", type=Path, help="a folder or a zip, as the learning platform exports it"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="only say what would be done; nothing is written"
    )
    command.add_argument(
        "--students",
        type=Path,
        metavar="FILE.csv",
        help="who is who: columns 'platform' and 'student'; who is not in it is refused",
    )
    command.add_argument(
        "--pattern",
        metavar="REGEX",
        help="how the files are named, where that is not recognised; matched from the left of each "
        "path, with groups (?P<student_id>...) and, if you like, file_id and timestamp",
    )
    command.add_argument(
        "--timezone",
        default="UTC",
        help="of the times in the files' names and in zips, for instance Europe/Berlin "
        "(default: UTC)",
    )


def run(wish: argparse.Namespace) -> int:
    """Collects, and prints what became of each submission; returns the exit status.

    Raises:
        CannotGrade: there is no course, no such assignment, or nothing to collect.
    """
    here = Path.cwd()
    folder = wish.course or (
        here if (here / courses.CONFIG_FILE).exists() else here / "assignments"
    )
    course = courses.open_course(folder)
    question = _question(course, wish)
    known = _known(wish.students)
    root = Shelf(course, wish.assignment, dry_run=True).root
    source = wish.source.resolve()
    if source.is_relative_to(root) or root.is_relative_to(source):
        raise CannotGrade(f"{wish.source} is, or holds, {root}, where the submissions go to.")
    report = root / f"collected-{wish.assignment}.csv"
    try:
        with entries_of(source, question.zone) as entries:
            outcomes = list(collect(course, entries, question, known, wish.dry_run))
        if outcomes and not wish.dry_run:
            write_csv(report, outcomes)
    except OSError as error:
        raise CannotGrade(
            f"{error}. What was collected before that is complete; the same command goes on."
        ) from error
    if not outcomes:
        raise CannotGrade(f"there is nothing to collect in {wish.source}.")
    print_table(outcomes, Console())
    counts = Counter(outcome.what for outcome in outcomes)
    summary = ", ".join(f"{counts[what]} {what}" for what in reversed(ORDER) if counts[what])
    where = "Nothing was written (--dry-run)." if wish.dry_run else f"All of it: {report}"
    print(f"{summary}. {where}")
    return 0


def _known(path: Path | None) -> dict[str, str] | None:
    try:
        return read_students(path) if path else None
    except (OSError, ValueError, csv.Error) as error:
        raise CannotGrade(f"the list of students cannot be used: {error}") from error


def _question(course: Course, wish: argparse.Namespace) -> Question:
    sources = course.path(course.directory.source_directory, ".", wish.assignment)
    notebooks = sorted(path.stem for path in sources.glob("*.ipynb"))
    if not notebooks:
        raise CannotGrade(f"there is no assignment {wish.assignment!r}: no notebook in {sources}.")
    try:
        pattern = re.compile(wish.pattern) if wish.pattern else None
    except re.error as error:
        raise CannotGrade(f"--pattern is no regular expression: {error}") from error
    if pattern and "student_id" not in pattern.groupindex:
        raise CannotGrade("--pattern has no group (?P<student_id>...).")
    try:
        zone = zoneinfo.ZoneInfo(wish.timezone)
    except (KeyError, OSError, ValueError) as error:
        raise CannotGrade(f"there is no time zone {wish.timezone!r}; UTC is one.") from error
    return Question(wish.assignment, notebooks, zone, pattern)


def shown(text: str) -> str:
    """A text that may come from a student, made safe for a terminal and short."""
    return " ".join(clean_text(text).split())[:LONGEST_TEXT]


def print_table(outcomes: list[Outcome], console: Console) -> None:
    """What became of each submission, the refused ones first; what is as before is not shown."""
    table = Table("student", "on the platform", "", "", box=box.SIMPLE_HEAD, pad_edge=False)
    for outcome in sorted(outcomes, key=lambda outcome: ORDER.index(outcome.what)):
        if outcome.what != "unchanged" or outcome.details:
            details = "; ".join(outcome.details)
            cells = (outcome.student or "?", outcome.platform, outcome.what, details)
            table.add_row(*(Text(shown(cell), overflow="fold") for cell in cells))
    if table.row_count:
        console.print(table)


def write_csv(path: Path, outcomes: list[Outcome]) -> None:
    """The same, of all, as a file for a spreadsheet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["student", "platform", "what", "details"])
        for outcome in outcomes:
            details = "; ".join(outcome.details)
            cells = (outcome.student, outcome.platform, outcome.what, details)
            rows.writerow([_harmless(shown(cell)) for cell in cells])
    beside.replace(path)


def _harmless(cell: str) -> str:
    # A spreadsheet would take it for a formula.
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell
