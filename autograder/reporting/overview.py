"""What the class has understood and what not, counted from its results."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from rich.console import Console
from rich.text import Text

from autograder.reporting.examples import anonymised
from autograder.reporting.hints import Asked
from autograder.reporting.report import Mark, Remark, Row
from autograder.reporting.similarity import Pair
from autograder.runs import Run
from autograder.sandbox.outputs import clean_text

MOST_FREQUENT = 5
MOST_EXAMPLES_TRIED = 10


BY_HAND = ("lost", "refused", "fault")
"""The kinds of remarks that somebody has to look into."""


@dataclass(frozen=True)
class Mistake:
    """A mistake that was recognised, how many made it, and one of them without a name."""

    name: str
    says: str
    count: int
    example: str


@dataclass(frozen=True)
class Exercise:
    """What came of one test.

    Attributes:
        cell, title, most: nbgrader's name of the test, a name for people, its points.
        counts: how many got "full", "partial" or "none", and how many did not try.
        mistakes: the most frequent first.
        others: other reasons for missing points, and how many there are of each.
    """

    cell: str
    title: str
    most: float
    counts: dict[str, int]
    mistakes: list[Mistake]
    others: list[tuple[str, int]]

    @property
    def anchor(self) -> str:
        """Where it stands on a page."""
        return "exercise-" + re.sub(r"\W+", "-", self.cell)


@dataclass(frozen=True)
class Noticed:
    """A remark, and the students whose submissions it is about."""

    text: str
    students: list[str]


@dataclass(frozen=True)
class Overview:
    """A class and an assignment.

    Attributes:
        assignment: its name.
        scores: of those that could be graded, sorted.
        most: the most that could be had.
        refused: how many files could not be graded.
        by_hand: how many have an answer that waits to be graded by hand.
        exercises: one for each test.
        attacks: what would have gained points under a grader that believes a file.
        look: why somebody should look at a result.
        odd: other remarks on files.
        pairs: submissions that are almost the same.
        runs: the runs of the grader, the last one last.
        hints: which hints were asked for.
        ungraded: how many handed in something that was not graded yet.
    """

    assignment: str
    scores: list[float]
    most: float
    refused: int
    by_hand: int
    exercises: list[Exercise]
    attacks: list[Noticed]
    look: list[Noticed]
    odd: list[Noticed]
    pairs: list[Pair]
    runs: list[Run]
    hints: list[Asked]
    ungraded: int

    @property
    def mean(self) -> float:
        """The mean score; 0 without any."""
        return statistics.fmean(self.scores) if self.scores else 0.0

    @property
    def median(self) -> float:
        """The median score; 0 without any."""
        return statistics.median(self.scores) if self.scores else 0.0

    @property
    def frequent(self) -> list[tuple[Exercise, Mistake]]:
        """The most frequent mistakes of all exercises."""
        every = [(exercise, each) for exercise in self.exercises for each in exercise.mistakes]
        return sorted(every, key=lambda pair: -pair[1].count)[:MOST_FREQUENT]

    @property
    def attacked(self) -> int:
        """How many students' files hold an attack."""
        return len({student for each in self.attacks for student in each.students})


def overview(
    assignment: str,
    results: list[Row],
    pairs: list[Pair],
    runs: list[Run],
    names: Mapping[str, Iterable[str]],
    hints: list[Asked],
    ungraded: int = 0,
) -> Overview:
    """Counts.

    Args:
        assignment: its name.
        results: of the class.
        pairs: submissions that are almost the same.
        runs: the runs of the grader.
        names: for each student, what would give them away in an example.
        hints: which hints were asked for.
        ungraded: how many handed in something that was not graded yet.
    """
    graded = [row for row in results if not row.refused]
    return Overview(
        assignment,
        sorted(row.score for row in graded),
        max((row.most for row in results), default=0.0),
        len(results) - len(graded),
        sum(row.by_hand for row in graded),
        _exercises(graded, names),
        _remarks(results, lambda kind: kind == "attack"),
        _remarks([*results, *map(_hung, results)], lambda kind: kind in BY_HAND),
        _remarks(results, lambda kind: kind == "odd"),
        pairs,
        runs,
        hints,
        ungraded,
    )


def _remarks(results: list[Row], wanted: Callable[[str], bool]) -> list[Noticed]:
    """The remarks of some kinds, those about most students first."""
    found: dict[str, list[str]] = {}
    for row in results:
        for remark in row.remarks:
            if wanted(remark.kind):
                found.setdefault(remark.text, []).append(row.student)
    noticed = [Noticed(text, students) for text, students in found.items()]
    return sorted(noticed, key=lambda each: -len(each.students))


def _hung(row: Row) -> Row:
    """A result with a remark for each test in which the student's code used up what it may."""
    remarks = [
        Remark("lost", f"{mark.title}: {mark.reason}.")
        for mark in row.marks
        if re.search(r"\b(TooLong|MemoryError)\b", mark.reason)
    ]
    return replace(row, remarks=remarks)


def _exercises(results: list[Row], names: Mapping[str, Iterable[str]]) -> list[Exercise]:
    marks: dict[tuple[str, str], list[tuple[Row, Mark]]] = {}
    for row in results:
        for mark in row.marks:
            marks.setdefault((row.notebook, mark.cell), []).append((row, mark))
    return [_exercise(each, names) for each in marks.values()]


def _exercise(marks: list[tuple[Row, Mark]], names: Mapping[str, Iterable[str]]) -> Exercise:
    counts = Counter(_outcome(mark) for _, mark in marks)
    made: dict[str, list[tuple[Row, Mark]]] = {}
    for row, mark in marks:
        if mark.mistake:
            made.setdefault(mark.mistake, []).append((row, mark))
    others = Counter(
        mark.reason for _, mark in marks if mark.reason and not mark.mistake and mark.attempted
    )
    mistakes = [
        Mistake(name, which[0][1].says, len(which), _example(which, names))
        for name, which in made.items()
    ]
    first = marks[0][1]
    return Exercise(
        first.cell,
        first.title,
        first.most,
        {kind: counts[kind] for kind in ("full", "partial", "none", "not tried")},
        sorted(mistakes, key=lambda mistake: (-mistake.count, mistake.name)),
        others.most_common(5),
    )


def _outcome(mark: Mark) -> str:
    if mark.points >= mark.most:
        return "full"
    if not mark.attempted:
        return "not tried"
    return "partial" if mark.points > 0 else "none"


def _example(which: list[tuple[Row, Mark]], names: Mapping[str, Iterable[str]]) -> str:
    """The shortest code that made a mistake and gives nobody away; empty if there is none."""
    codes = {
        ("\n\n".join(row.code[cell] for cell in mark.solutions if cell in row.code), row.student)
        for row, mark in which
    }
    for code, student in sorted(codes, key=lambda each: (len(each[0]), each))[:MOST_EXAMPLES_TRIED]:
        example = anonymised(code, names.get(student, (student,)))
        if example:
            return example
    return ""


def print_overview(found: Overview, console: Console) -> None:
    """The class in a few lines."""
    lines = [
        f"{len(found.scores)} graded, {found.refused} refused, "
        f"{found.by_hand} with an answer that waits to be graded by hand.",
        f"Mean {found.mean:.1f}, median {found.median:.1f} of {found.most:g}.",
    ]
    if found.ungraded:
        lines.append(f"{found.ungraded} handed in, and not graded yet: run 'autograder grade'.")
    frequent = [
        f"{mistake.count} × {mistake.name.replace('-', ' ')} ({exercise.title})"
        for exercise, mistake in found.frequent
    ]
    if frequent:
        lines.append("Mistakes: " + ", ".join(frequent))
    if found.hints:
        each = [f"{one.name} {' / '.join(map(str, one.counts))}" for one in found.hints]
        lines.append("Hints asked for, first / second / third: " + ", ".join(each))
    for title, students in (
        ("Attacks noticed", _students(found.attacks)),
        ("To look at", _students(found.look)),
        ("Almost the same", [f"{pair.first} and {pair.second}" for pair in found.pairs]),
    ):
        if students:
            different = list(dict.fromkeys(map(clean_text, students)))
            more = f" and {len(different) - 10} more" if len(different) > 10 else ""
            lines.append(f"{title}: {', '.join(different[:10])}{more}")
    console.print(Text("\n".join(lines)))


def _students(noticed: list[Noticed]) -> list[str]:
    return [student for each in noticed for student in each.students]
