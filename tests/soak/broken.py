"""Thousands of broken submissions beside honest ones: python -m tests.soak.broken [--count 2000]

They are collected from a folder, as a learning platform exports it, rebuilt, and graded by the
parallel command. None may end anything, each must get points or a reason, and the honest ones
among them must get the very bytes that they get when they are alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import nbformat
import numpy as np

from assignments import demo
from autograder import course as courses
from autograder.collecting.collect import collect, entries_of
from autograder.collecting.platforms import Question
from autograder.course import Course, Submission
from autograder.intake import rebuild
from autograder.reporting import report
from autograder.template import role
from tests.soak.mutant_zips import mutated_zip, zipped
from tests.soak.mutants import ODD_CODE, mutated_notebook, that_runs
from tests.tools import printed_by

ASSIGNMENT = "ps2"
ONE_HONEST_AMONG = 20
ONE_ZIP_AMONG = 4
FIRST_HONEST = "honest-00000"


@dataclass
class Findings:
    """What a run has shown.

    Attributes:
        problems: what must not be; empty if all is well.
        counts: how many there were of which kind.
        seconds: what each step took.
    """

    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)


def make_course(folder: Path) -> tuple[Course, bytes]:
    """A course with the demonstration's assignment released, and an honest notebook for it."""
    demo.make_course(folder)
    printed_by(folder, "nbgrader", "generate_assignment", ASSIGNMENT)
    released = (folder / f"release/{ASSIGNMENT}/{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")
    source = (folder / f"source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")
    honest = dict(demo.submissions(released, source))["perfect"]
    return courses.open_course(folder), honest.encode()


def hand_in(downloads: Path, honest: bytes, count: int, seed: int) -> None:
    """Writes the submissions: broken notebooks and zips, and honest ones among them."""
    downloads.mkdir()
    (downloads / f"{FIRST_HONEST}.ipynb").write_bytes(honest)
    odd_code = iter(ODD_CODE)
    for i in range(1, count + 1):
        rng = np.random.default_rng([seed, i])
        is_zip, is_honest = i % ONE_ZIP_AMONG == 0, i % ONE_HONEST_AMONG < 2
        kind = "honest" if is_honest else "mutant"
        if is_honest:
            content = zipped(honest) if is_zip else honest
        elif is_zip:
            content = mutated_zip(honest, rng)
        else:
            code = next(odd_code, None)
            content = that_runs(honest, code) if code else mutated_notebook(honest, rng)
        (downloads / f"{kind}-{i:05}.{'zip' if is_zip else 'ipynb'}").write_bytes(content)


def run(folder: Path, count: int, seed: int) -> Findings:
    """Makes, collects, rebuilds and grades broken submissions, and looks at what came of it."""
    found = Findings()
    course, honest = make_course(folder / "course")
    hand_in(folder / "downloads", honest, count, seed)
    start = time.monotonic()
    _collect(course, folder / "downloads", found)
    found.seconds["collecting"] = time.monotonic() - start

    start = time.monotonic()
    submissions = courses.submissions(course, ASSIGNMENT)
    for submission in submissions:
        _rebuild(course, submission, found)
    found.seconds["intake"] = time.monotonic() - start

    # Alone first: this is what each honest one must get among the others.
    printed_by(
        course.folder, "autograder", "grade", ASSIGNMENT, "--student", FIRST_HONEST, "--quiet"
    )
    expected = courses.destination_of(course, submissions[0]).read_bytes()
    start = time.monotonic()
    printed_by(course.folder, "autograder", "grade", ASSIGNMENT, "--force", "--quiet")
    found.seconds["grading"] = time.monotonic() - start
    _compare(course, submissions, expected, found)
    return found


def _collect(course: Course, downloads: Path, found: Findings) -> None:
    question = Question(ASSIGNMENT, [ASSIGNMENT], UTC)
    with entries_of(downloads, UTC) as entries:
        outcomes = {outcome.student: outcome for outcome in collect(course, entries, question)}
    for path in sorted(downloads.iterdir()):
        outcome = outcomes.get(path.stem)
        if outcome is None:
            found.problems.append(f"{path.name}: nothing became of it when it was collected")
        elif outcome.what == "refused":
            found.counts["refused when collected"] += 1
            if not outcome.details:
                found.problems.append(f"{path.name}: refused without a reason")


def _rebuild(course: Course, submission: Submission, found: Findings) -> None:
    try:
        rebuilt = rebuild(submission.content(), courses.template_for(course, submission))
        nbformat.validate(rebuilt.notebook)
        nbformat.writes(rebuilt.notebook).encode()
    except Exception as error:
        found.problems.append(f"{submission.student}: intake raised {error!r:.300}")
        return
    if rebuilt.refused:
        found.counts["refused by intake"] += 1


def _compare(
    course: Course, submissions: list[Submission], expected: bytes, found: Findings
) -> None:
    rows = {row.student: row for row in report.rows(course, submissions)}
    best = rows[FIRST_HONEST].score
    for submission in submissions:
        student, graded = submission.student, courses.destination_of(course, submission)
        row = rows.get(student)
        if row is None or not graded.exists():
            found.problems.append(f"{student}: it was not graded")
            continue
        if "the grader itself failed" in graded.read_text(encoding="utf-8"):
            found.problems.append(f"{student}: the grader itself failed: {row.marks[0].reason}")
        if student.startswith("honest"):
            found.counts["honest"] += 1
            if graded.read_bytes() != expected or row.score != best:
                found.problems.append(f"{student}: honest, and yet another result: {row.score}")
            continue
        kind = "full" if row.score == best else "partial" if row.score else "no"
        found.counts[f"broken, {kind} points"] += 1
        notebook = nbformat.read(graded, as_version=4)
        nbformat.validate(notebook)
        for cell, mark in zip((c for c in notebook.cells if role(c) == "test"), row.marks):
            if not 0 <= mark.points <= mark.most:
                found.problems.append(f"{student}: {mark.points} points of {mark.most}")
            if mark.points < mark.most and not cell.outputs:
                found.problems.append(f"{student}: {mark.cell} lost points without a reason")


def main(arguments: list[str] | None = None) -> int:
    """Runs it and prints what came of it; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=2000, help="how many submissions")
    parser.add_argument("--seed", type=int, default=0, help="other seeds give other mutants")
    parser.add_argument("--folder", type=Path, help="where to work, and leave everything")
    wish = parser.parse_args(arguments)
    if wish.folder:
        wish.folder.mkdir(parents=True)
        found = run(wish.folder.resolve(), wish.count, wish.seed)
    else:
        with tempfile.TemporaryDirectory() as folder:
            found = run(Path(folder), wish.count, wish.seed)
    for name, number in sorted(found.counts.items()):
        print(f"{number:6} {name}")
    print(", ".join(f"{name} {seconds:.0f} s" for name, seconds in found.seconds.items()))
    for problem in found.problems:
        print(f"PROBLEM {problem}")
    print(f"{wish.count} submissions, seed {wish.seed}: {len(found.problems)} problems.")
    return 1 if found.problems else 0


if __name__ == "__main__":
    sys.exit(main())
