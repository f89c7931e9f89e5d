"""The command line: python -m autograder --help."""

from __future__ import annotations

import argparse
import datetime
import errno
import os
import signal
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import NoReturn

from rich.console import Console
from sqlalchemy.exc import OperationalError, SAWarning

from autograder import batch, runs
from autograder import course as courses
from autograder.collecting import collect
from autograder.course import CannotGrade, Course, Submission
from autograder.gradebook import explain
from autograder.intake import rebuild
from autograder.rehearsal import rehearse
from autograder.reporting import morning, report
from autograder.sandbox import bubblewrap, doctor
from autograder.sandbox.bubblewrap import SandboxUnavailable
from autograder.sandbox.outputs import clean_text
from autograder.template import identity, role
from autograder.workers import Workers, workers

EXPLANATION = """\
Students' code runs in a sandbox; the tests run outside of it, in this program. The scores go into
nbgrader's gradebook, the graded notebooks into the folder 'autograded', where nbgrader's own
commands (generate_feedback, export, formgrader) find them."""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    # nbgrader's gradebook sets off SQLAlchemy's warnings on every new submission; none is ours.
    warnings.filterwarnings("ignore", category=SAWarning)
    wish = _parser().parse_args(arguments)
    try:
        return int(wish.run(wish))
    except (CannotGrade, SandboxUnavailable) as problem:
        print(f"autograder: {problem}", file=sys.stderr)
        return 2
    except OperationalError as problem:
        print(f"autograder: {explain(problem)}", file=sys.stderr)
        return 2
    except OSError as problem:
        if problem.errno != errno.ENOSPC:
            raise
        print(
            f"autograder: there is no space left for {problem.filename}. Make space, then give the "
            "same command again: it goes on from here.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print(
            "\nautograder: stopped. What was graded is saved; the same command goes on from here.",
            file=sys.stderr,
        )
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Grades notebooks that students handed in.",
        epilog=EXPLANATION,
    )
    commands = parser.add_subparsers(title="commands", required=True)
    for name, run, text in (
        ("grade", grade, "grade what was handed in for an assignment"),
        ("report", show_report, "show who got what, and why"),
    ):
        command = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        command.add_argument("assignment", help="its name, for instance ps2")
        command.add_argument(
            "--course",
            type=Path,
            help="the folder with nbgrader_config.py (default: this one, or 'assignments' in it)",
        )
        command.add_argument("--student", default="*", help="only this one")
        command.set_defaults(run=run)
        if name == "grade":
            _add_grading_options(command)
        else:
            morning.add_options(command)
    collecting = commands.add_parser(
        "collect",
        help="take what was handed in from a learning platform's export",
        description="Takes what was handed in from a learning platform's export.",
    )
    collecting.add_argument("assignment", help="its name, for instance ps2")
    collecting.add_argument(
        "--course",
        type=Path,
        help="the folder with nbgrader_config.py (default: this one, or 'assignments' in it)",
    )
    collect.add_options(collecting)
    collecting.set_defaults(run=collect.run)
    walls = commands.add_parser("doctor", help="try to get past the walls of the sandbox")
    walls.set_defaults(run=show_walls)
    return parser


def _add_grading_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--force", action="store_true", help="grade again what is graded already")
    command.add_argument(
        "--exercise", metavar="TEST", help="grade only this test again, 'test-area' for instance"
    )
    command.add_argument(
        "--dry-run", action="store_true", help="say what would be graded, and write nothing"
    )
    command.add_argument(
        "--workers", type=int, help="how many at a time (default: one for each core)"
    )
    command.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="grade on a Dask cluster: 'tcp://10.0.0.1:8786', or 'local' for one on this machine",
    )
    command.add_argument("--quiet", action="store_true", help="no progress bar and no table")
    command.add_argument(
        "--without-rehearsal",
        action="store_true",
        help="grade even if the instructor's own solutions do not get all points",
    )
    command.add_argument(
        "--without-sandbox",
        action="store_true",
        help="DANGEROUS: run the students' code as yourself, with all your rights",
    )


def grade(wish: argparse.Namespace) -> int:
    """Grades an assignment and prints the table."""
    course, handed_in = _course_and_submissions(wish)
    again = wish.force or wish.exercise
    to_grade = [s for s in handed_in if again or not courses.is_done(course, s)]
    if wish.dry_run:
        return _say_what_would_be_graded(course, handed_in, to_grade)
    if not wish.without_sandbox:
        bubblewrap.require_walls()
    if wish.exercise:
        _require_test(course, handed_in, wish.exercise)
    start = time.monotonic()
    memory = _grade_with_progress(course, to_grade, wish)
    seconds = time.monotonic() - start
    if to_grade:
        when = f"{datetime.datetime.now():%Y-%m-%d %H:%M}"
        runs.record(course, wish.assignment, runs.Run(when, len(to_grade), seconds, memory))
    if not wish.quiet:
        report.print_table(report.rows(course, handed_in), Console())
    rate = f", {len(to_grade) / seconds:.2f} a second" if to_grade else ""
    print(
        f"{len(to_grade)} graded in {seconds:.1f} s{rate}; "
        f"{len(handed_in) - len(to_grade)} were done already. "
        f"Most memory in a sandbox: {memory / 2**20:.0f} MiB."
    )
    return 0


def _grade_with_progress(
    course: Course, to_grade: list[Submission], wish: argparse.Namespace
) -> int:
    from tqdm import tqdm

    memory, failed, interrupted = 0, 0, _note_interrupts()
    walls, only = not wish.without_sandbox, wish.exercise
    with workers(wish.workers, wish.scheduler) as team:
        if not wish.without_rehearsal:
            rehearse(course, to_grade, team, walls)
        with tqdm(total=len(to_grade), unit="submission", disable=wish.quiet) as bar:
            for graded in batch.grade_class(course, to_grade, team, walls=walls, only=only):
                memory = max(memory, graded.peak_memory)
                failed += graded.failed
                bar.set_postfix({"not gradable": failed}, refresh=False)
                bar.update()
                if interrupted.is_set():
                    raise KeyboardInterrupt
    return memory


def _require_test(course: Course, handed_in: list[Submission], name: str) -> None:
    tests = {
        identity(cell): None
        for submission in {submission.notebook: submission for submission in handed_in}.values()
        for cell in courses.template_for(course, submission).notebook.cells
        if role(cell) == "test"
    }
    if name not in tests:
        known = ", ".join(map(str, tests))
        raise CannotGrade(f"there is no test {name!r}. The assignment's tests are: {known}.")


def _say_what_would_be_graded(
    course: Course, handed_in: list[Submission], to_grade: list[Submission]
) -> int:
    """Lists all that was handed in, and what would become of it."""
    for submission in handed_in:
        if submission not in to_grade:
            print(f"{submission.student}: is graded already")
            continue
        rebuilt = rebuild(submission.content(), courses.template_for(course, submission))
        reason = f"no points: {rebuilt.refused}" if rebuilt.refused else "would be graded"
        print(clean_text(f"{submission.student}, {submission.notebook}: {reason}"))
    print(f"{len(to_grade)} of {len(handed_in)} would be graded. Nothing was written.")
    return 0


def _note_interrupts() -> threading.Event:
    """Notes Ctrl-C besides raising it: raised inside a finaliser, the exception is dropped."""
    noted = threading.Event()

    def interrupt(*_: object) -> None:
        noted.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    return noted


def show_report(wish: argparse.Namespace) -> int:
    """Prints the table of what has been graded, and writes the pages that are asked for."""
    course, handed_in = _course_and_submissions(wish)
    return morning.show(course, handed_in, wish)


def show_walls(_: argparse.Namespace) -> int:
    """Tries the walls of the sandbox, and says which of them stand."""
    missing = bubblewrap.missing_walls()
    for problem in missing:
        print(problem)
    if missing:
        return 1
    print(f"bubblewrap is {bubblewrap.find_bwrap()}. Trying to get past it (about 20 seconds):")
    fallen = 0
    for wall in doctor.try_walls():
        fallen += not wall.stands
        print(f"  {'stands' if wall.stands else 'FALLEN':8}{wall.name:32}{wall.seen[:60]!r}")
    if fallen:
        print(f"{fallen} of the walls did not hold. Do not grade strangers' work on this machine.")
    else:
        print("All walls stand.")
    return 1 if fallen else 0


def _course_and_submissions(wish: argparse.Namespace) -> tuple[Course, list[Submission]]:
    here = Path.cwd()
    folder = wish.course or (
        here if (here / courses.CONFIG_FILE).exists() else here / "assignments"
    )
    course = courses.open_course(folder)
    return course, courses.submissions(course, wish.assignment, wish.student)


def run() -> NoReturn:
    """The program: ``main``, and then out."""
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    if status or Workers.ended_at_once:
        # An ordinary exit would wait for the workers' queue, for ever if they died while it was
        # being written (cpython issue 94777, before 3.11.5). All is saved.
        os._exit(status)
    sys.exit()


if __name__ == "__main__":
    run()
