"""A run that is killed, starved or locked out still ends well: python -m tests.soak.faults.

Grades a class undisturbed, then again and again with something going wrong: the whole run, a
worker, a student's kernel or any other of its processes killed at a random moment, a full disk, a
locked gradebook. After each the same command is given once more, and gradebook, graded notebooks
and feedback have to be the same.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil

from assignments import demo
from autograder.nbgrader_exporter import KEY_FILE
from tests.honest_class import make_class

Result = dict[str, bytes]
GRADE = (sys.executable, "-m", "autograder", "grade", demo.ASSIGNMENT, "--quiet")
STUDENTS = 12

GRADES = """
select student_id, base_cell.name, auto_score, manual_score, needs_manual_grade
from grade join base_cell on cell_id = base_cell.id
    join submitted_notebook on submitted_notebook.id = grade.notebook_id
    join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
order by student_id, base_cell.name
"""


class Course:
    """A copy of the class, in a folder of its own."""

    def __init__(self, original: Path, name: str) -> None:
        self.folder = original.with_name(name)
        shutil.copytree(original, self.folder)

    def start(self) -> subprocess.Popen[str]:
        """Begins to grade."""
        return subprocess.Popen(
            GRADE,
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def finish(self) -> str:
        """Grades what is not graded yet."""
        run = self.start()
        said, _ = run.communicate(timeout=300)
        if run.returncode:
            raise AssertionError(f"grading ended with {run.returncode}: {said[-2000:]}")
        return said

    def result(self) -> Result:
        """All that a run leaves: graded notebooks, feedback, and the gradebook."""
        # It takes nbgrader a second or two for each, and follows from the rest.
        some = ("--student", "student000[05]")
        demo.command(self.folder, "nbgrader", "generate_feedback", demo.ASSIGNMENT, *some)
        found = {
            str(path.relative_to(self.folder)): path.read_bytes()
            for step in ("autograded", "feedback")
            for path in sorted((self.folder / step).rglob("*"))
            # The record of how long runs took differs, as it should.
            if path.is_file() and not path.name.startswith(".")
        }
        with contextlib.closing(sqlite3.connect(self.folder / "gradebook.db")) as gradebook:
            found["gradebook"] = repr(gradebook.execute(GRADES).fetchall()).encode()
        return found

    def remove(self) -> None:
        """Removes the copy."""
        shutil.rmtree(self.folder)


def kill_run(run: subprocess.Popen[str], _: np.random.Generator) -> None:
    """The whole run, at once."""
    os.killpg(run.pid, signal.SIGKILL)


def kill_worker(run: subprocess.Popen[str], _: np.random.Generator) -> None:
    """One of the processes that do the work."""
    _kill_one(run, lambda process: "multiprocessing" in " ".join(process.cmdline()))


def kill_any(run: subprocess.Popen[str], rng: np.random.Generator) -> None:
    """Any process but the one that writes: a sandbox, or one that forks others, for instance."""
    chosen = rng.choice(psutil.Process(run.pid).children(recursive=True) or [None])
    if chosen is not None:
        print(f"  killing {' '.join(chosen.cmdline())[-60:]!r}")
        chosen.kill()


def kill_kernel(run: subprocess.Popen[str], _: np.random.Generator) -> None:
    """One of the processes in which a student's code runs."""
    ours = Path("/proc/self/ns/pid").readlink()
    _kill_one(
        run,
        lambda process: (
            "zygote.py" in " ".join(process.cmdline())
            and Path(f"/proc/{process.pid}/ns/pid").readlink() != ours
        ),
    )


def _kill_one(run: subprocess.Popen[str], is_meant: Callable[[psutil.Process], bool]) -> None:
    for _ in range(200):
        for process in reversed(psutil.Process(run.pid).children(recursive=True)):
            with contextlib.suppress(psutil.Error, OSError):
                if is_meant(process):
                    process.kill()
                    return
        time.sleep(0.02)
        if run.poll() is not None:
            return


Kill = Callable[[subprocess.Popen[str], np.random.Generator], None]


def disturb(original: Path, count: int, kill: Kill, seed: int) -> Iterator[Result]:
    """Results of runs that were disturbed at random moments and then given once more."""
    rng = np.random.default_rng(seed)
    calm = Course(original, "calm")
    start = time.monotonic()
    calm.finish()
    length = time.monotonic() - start
    calm.remove()
    for _ in range(count):
        course = Course(original, "disturbed")
        run = course.start()
        time.sleep(rng.uniform(0, length))
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            kill(run, rng)
        run.communicate(timeout=300)
        course.finish()
        yield course.result()
        course.remove()


def locked(original: Path, seconds: float) -> tuple[Result, str]:
    """The result of a run whose gradebook another program has locked for a while."""
    course = Course(original, "locked")
    gradebook = sqlite3.connect(course.folder / "gradebook.db", check_same_thread=False)
    gradebook.execute("begin exclusive")
    release = threading.Timer(seconds, gradebook.rollback)
    release.start()
    run = course.start()
    said, _ = run.communicate(timeout=300)
    release.join()
    gradebook.close()
    said += course.finish()
    result = course.result()
    course.remove()
    return result, said


def full_disk(original: Path) -> tuple[Result, str]:
    """The result of a run on a disk that is full at first, and then larger."""
    place = original.with_name("disk")
    place.mkdir()
    kept = original.with_name("kept")
    size = sum(path.stat().st_size for path in original.rglob("*") if path.is_file())
    script = f"""
mount -t tmpfs -o size={size + 150_000} tmpfs {place} && cp -r {original} {place}/course || exit 9
cd {place}/course
{" ".join(GRADE)}; echo "status $?"
mount -o remount,size=1g {place}
{" ".join(GRADE)} || exit 9
cp -r . {kept}
"""
    done = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise AssertionError(done.stdout + done.stderr)
    course = Course(kept, "full")
    result = course.result()
    course.remove()
    return result, done.stdout + done.stderr


def _first_difference(expected: bytes | None, found: bytes | None) -> str:
    """The lines around the first difference of two files; None is a file that is not there."""
    if expected is None or found is None:
        return "  it is there in only one of them"
    both = (text.decode(errors="replace").splitlines() for text in (expected, found))
    return "\n".join([f"  {line[:300]}" for line in difflib.unified_diff(*both, lineterm="")][:20])


def main() -> int:
    """Runs all; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=50, help="how often the whole run is killed")
    parser.add_argument("--kills", type=int, default=10, help="how often each of the others")
    parser.add_argument("--seed", type=int, default=0)
    wish = parser.parse_args()
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="faults-") as above:
        original = Path(above, "course")
        make_class(original, STUDENTS)
        # Hidden cases are drawn from the secret, so all copies of the course need the same.
        (original / KEY_FILE).write_text("5e" * 32)
        calm = Course(original, "undisturbed")
        calm.finish()
        expected = calm.result()

        def say(what: str, result: Result) -> None:
            names = expected.keys() | result.keys()
            differ = sorted(name for name in names if expected.get(name) != result.get(name))
            print(f"{what}: {f'DIFFERS in {differ[:5]}' if differ else 'equal'}", flush=True)
            if differ:
                wrong.append(what)
                print(_first_difference(expected.get(differ[0]), result.get(differ[0])), flush=True)

        others = (kill_worker, kill_kernel, kill_any)
        for kill, count in ((kill_run, wish.runs), *((kill, wish.kills) for kill in others)):
            for number, result in enumerate(disturb(original, count, kill, wish.seed), start=1):
                say(f"{kill.__name__} {number} of {count}", result)
        for seconds in (8, 75):
            result, said = locked(original, seconds)
            say(f"gradebook locked for {seconds} s", result)
            print("  " + said.strip().splitlines()[0])
        result, said = full_disk(original)
        say("full disk", result)
        print("  " + said.strip().splitlines()[0])
    print(f"These differ: {', '.join(wrong)}." if wrong else "All results are equal.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
