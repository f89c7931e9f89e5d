"""A class, graded by other means than usual, comes out the same."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import sqlalchemy

from assignments import demo
from autograder import batch
from autograder import course as courses
from autograder.grading import Settings
from autograder.nbgrader_exporter import KEY_FILE
from autograder.sandbox.limits import Limits
from autograder.workers import Job, workers
from tests.grading import notebooks
from tests.grading.points import automatic
from tests.honest_class import make_class
from tests.soak.faults import GRADES

pytestmark = pytest.mark.sandbox

STUDENTS = 6
POINTS = automatic("ps2")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that has handed in, and is not graded yet."""
    folder = tmp_path_factory.mktemp("batch") / "course"
    make_class(folder, STUDENTS)
    (folder / KEY_FILE).write_text("5e" * 32)
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "course")
    return tmp_path / "course"


def grade(folder: Path, count: int, scheduler: str | None = None) -> None:
    course = courses.open_course(folder)
    to_grade = courses.submissions(course, demo.ASSIGNMENT)
    with workers(count, scheduler) as team:
        assert len(list(batch.grade_class(course, to_grade, team))) == STUDENTS


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *words], cwd=folder, capture_output=True, text=True
    )


def grades(folder: Path) -> list[Any]:
    url = courses.open_course(folder).directory.db_url
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        return list(map(tuple, connection.execute(sqlalchemy.text(GRADES))))


def graded(folder: Path) -> dict[str, bytes]:
    places = sorted((folder / "autograded").rglob("*.ipynb"))
    return {str(place.relative_to(folder)): place.read_bytes() for place in places}


@pytest.fixture(scope="module")
def expected(original: Path) -> tuple[list[Any], dict[str, bytes]]:
    """Grades and graded notebooks by one worker after the other."""
    folder = original.with_name("expected")
    shutil.copytree(original, folder)
    grade(folder, 1)
    found = grades(folder), graded(folder)
    assert len(found[1]) == STUDENTS
    scores = {score for _, cell, score, *_ in found[0] if cell == "test-training-step"}
    assert scores == {0, POINTS["test-training-step"]}
    return found


def test_many_workers_give_what_one_gives(folder: Path, expected: Any) -> None:
    grade(folder, 3)
    assert (grades(folder), graded(folder)) == expected


def test_a_cluster_gives_the_same(folder: Path, expected: Any) -> None:
    grade(folder, 2, "local")
    assert (grades(folder), graded(folder)) == expected


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[psutil.Process]]]:
    """The address of a scheduler that was started apart, and its workers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"]
    scheduler = psutil.Popen([*dask, "--host", "127.0.0.1", "--port", str(port)])
    address = f"tcp://127.0.0.1:{port}"
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address]
    options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
    team = [psutil.Popen([*worker, *options], cwd="/") for _ in range(2)]
    yield address, team
    for process in (*team, scheduler):
        process.kill()
        process.wait()


def test_what_a_lost_machine_was_doing_is_done_elsewhere(
    folder: Path, cluster: tuple[str, list[psutil.Process]], expected: Any
) -> None:
    address, team = cluster
    grading = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "ps2", "--quiet", "--scheduler", address],
        cwd=folder,
    )
    deadline = time.monotonic() + 120
    while not graded(folder) and time.monotonic() < deadline:
        time.sleep(0.02)
    team[0].kill()
    assert grading.wait(timeout=120) == 0
    assert (grades(folder), graded(folder)) == expected


def test_a_test_that_never_ends_costs_only_its_submission(tmp_path: Path) -> None:
    """All these numbers have one hash, and a set of them takes time without end, in C."""
    colliding = "def f():\n    return [k * (2**61 - 1) for k in range(60_000)]"
    assignment = notebooks.instructors(
        tmp_path, notebooks.solution("f", colliding), notebooks.test("test-f", "set(f())")
    )
    settings = Settings(Limits(notebook_seconds=3, tests_seconds=1), b"secret")
    mine = notebooks.handed_in(assignment, f=colliding)
    innocent = notebooks.handed_in(assignment, f="def f(): return [1]")
    jobs = [Job(content, assignment, settings, {}) for content in (mine, innocent)]
    with workers(2, None) as team:
        futures = [team.submit(job) for job in jobs]
        outcomes = [team.outcome(*pair) for pair in zip(jobs, futures, strict=True)]
    assert [outcome.failed for outcome in outcomes] == [True, False]
    assert "the process that graded it died" in outcomes[0].text


def test_one_exercise_is_graded_again_and_the_others_are_kept(folder: Path, expected: Any) -> None:
    assert command(folder, "grade", "ps2", "--quiet").returncode == 0
    # Every student now solves everything, and the hidden cases are drawn anew.
    best = folder / "submitted" / "student0000" / "ps2" / "ps2.ipynb"
    for place in (folder / "submitted").glob("*/ps2/ps2.ipynb"):
        place.write_bytes(best.read_bytes())
    done = command(folder, "grade", "ps2", "--exercise", "test-training-step")
    assert done.returncode == 0, done.stderr
    for (student, cell, score, *_), (_, _, before, *_) in zip(
        grades(folder), expected[0], strict=True
    ):
        again = POINTS[cell] if cell == "test-training-step" else before
        assert score == again, (student, cell)
    done = command(folder, "grade", "ps2", "--exercise", "test-nothing")
    assert done.returncode == 2
    assert "no test 'test-nothing'. The assignment's tests are: test-by-hand" in done.stderr


def test_a_dry_run_says_what_would_be_done_and_does_nothing(folder: Path) -> None:
    place = folder / "submitted" / "student0001" / "ps2" / "ps2.ipynb"
    place.write_text("{")
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    done = command(folder, "grade", "ps2", "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "student0000, ps2: would be graded" in done.stdout
    assert "student0001, ps2: no points: the file is not a notebook: it is not JSON" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_lateness_costs_what_nbgraders_rule_says(folder: Path) -> None:
    settings = folder / "nbgrader_config.py"
    settings.write_text(settings.read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
    with courses.open_course(folder).gradebook() as gradebook:
        gradebook.update_or_create_assignment("ps2", duedate="2026-11-20 10:00:00 UTC")
    times = {0: "2026-11-20 09:59:59 UTC", 1: "2026-11-20 10:00:01 UTC", 2: "when I was done"}
    for number, time_ in times.items():
        place = folder / "submitted" / f"student000{number}" / "ps2" / "timestamp.txt"
        place.write_text(time_)
    # The fourth has the first exercise wrong, which costs nothing in the later ones.
    most = sum(POINTS.values())
    wrong = most - POINTS["test-output-error-term"]
    for _ in range(2):
        grade(folder, 2)
        with courses.open_course(folder).gradebook() as gradebook:
            saved = [gradebook.find_submission("ps2", f"student000{n}") for n in range(4)]
            assert [entry.score for entry in saved] == [most, most, most, wrong]
            penalties = [entry.notebooks[0].late_submission_penalty for entry in saved]
            assert penalties == [None, most, None, None]


@pytest.fixture
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database of a real server."""
    if not all(map(shutil.which, ("initdb", "postgres", "createdb"))):
        pytest.skip("PostgreSQL is not installed on this machine")
    place = tmp_path_factory.mktemp("postgresql")
    place.chmod(0o755)
    data = place / "data"
    data.mkdir()
    # The server refuses to be run by root.
    user: dict[str, Any] = {}
    if os.getuid() == 0:
        user = {"user": "nobody"}
        shutil.chown(data, "nobody")
        for above in data.parents:
            above.chmod(above.stat().st_mode | 0o055)
    run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": "/", **user}
    subprocess.run(["initdb", "-D", data, "-U", "grader", "--auth", "trust"], **run)
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = str(found.getsockname()[1])
    options = ["-D", data, "-h", "127.0.0.1", "-p", port, "-c", "unix_socket_directories="]
    server = subprocess.Popen(["postgres", *options], cwd="/", stderr=subprocess.DEVNULL, **user)
    create = ["createdb", "-h", "127.0.0.1", "-p", port, "-U", "grader", "course"]
    for _ in range(100):
        if subprocess.run(create, capture_output=True).returncode == 0:
            break
        time.sleep(0.1)
    yield f"postgresql://grader@127.0.0.1:{port}/course"
    server.send_signal(signal.SIGINT)  # Not waiting for those that are still connected.
    server.wait()


def test_the_gradebook_may_be_in_postgresql(folder: Path, postgresql: str, expected: Any) -> None:
    settings = folder / "nbgrader_config.py"
    settings.write_text(settings.read_text() + f"\nc.CourseDirectory.db_url = {postgresql!r}\n")
    demo.command(folder, "nbgrader", "generate_assignment", demo.ASSIGNMENT, "--force")
    done = command(folder, "grade", "ps2", "--quiet")
    assert done.returncode == 0, done.stderr
    assert sorted(grades(folder)) == sorted(expected[0])
    again = command(folder, "grade", "ps2", "--force", "--quiet")
    assert again.returncode == 0, again.stderr
    assert sorted(grades(folder)) == sorted(expected[0])


def test_a_gradebook_that_cannot_be_reached_is_said(folder: Path) -> None:
    settings = folder / "nbgrader_config.py"
    nowhere = "postgresql://grader@127.0.0.1:1/course"
    settings.write_text(settings.read_text() + f"\nc.CourseDirectory.db_url = {nowhere!r}\n")
    done = command(folder, "grade", "ps2")
    assert done.returncode == 2
    assert "See that the address in nbgrader_config.py is right" in done.stderr
    assert "Traceback" not in done.stderr
