"""A whole class, from release to feedback: the demonstration, looked at closely."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from assignments import canaries
from autograder import course as courses
from autograder.course import Course
from autograder.reporting import report
from tests.grading import notebooks
from tests.grading import points as test_points

pytestmark = pytest.mark.sandbox

ROOT = Path(__file__).parents[2]
POINTS = test_points.automatic("ps2")
EVERYTHING = sum(POINTS.values())
"""What the tests of ps2 give; its written question gives more, by hand."""

MISTAKES = {
    "slope-left-out": "output error term",
    "weights-transposed": "hidden error terms",
    "one-sided": "numerical slopes",
    "summed-not-averaged": "training step",
}


QUICK = ("perfect", "loops", "float32", "half-done", "exits", "syntax-error", *MISTAKES)


class Demo(NamedTuple):
    """A course after the demonstration, and what the demonstration printed."""

    folder: Path
    printed: str


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in a folder, with the copy of the assignments that lies above it."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": f"{folder.parent}:{os.environ.get('PYTHONPATH', '')}",
    }
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demonstration, run on a copy of the assignments in which canaries are planted."""
    above = tmp_path_factory.mktemp("demo")
    made = ("release", "submitted", "autograded", "feedback", "gradebook.db", "*.key")
    shutil.copytree(
        ROOT / "assignments",
        above / "assignments",
        ignore=shutil.ignore_patterns(*made, "__pycache__"),
    )
    assert canaries.plant(above / "assignments") > 200
    done = run(above, "assignments.demo", "--folder", str(above / "course"))
    done = done if done.returncode == 0 else pytest.fail(done.stdout + done.stderr)
    return Demo(above / "course", done.stdout)


@pytest.fixture(scope="module")
def course(demo: Demo) -> Course:
    return courses.open_course(demo.folder)


@pytest.fixture(scope="module")
def rows(course: Course) -> dict[str, report.Row]:
    found = report.rows(course, courses.submissions(course, "ps2"))
    return {row.student: row for row in found}


def points(row: report.Row) -> float:
    return sum(mark.points for mark in row.marks)


def mark_of(row: report.Row, cell: str) -> report.Mark:
    return next(mark for mark in row.marks if mark.cell == cell)


def test_right_solutions_of_any_style_get_full_marks(rows: dict[str, report.Row]) -> None:
    assert len(rows) == 16
    for style in ("perfect", "loops", "float32"):
        assert points(rows[style]) == EVERYTHING, style


@pytest.mark.parametrize(("mistake", "exercise"), MISTAKES.items())
def test_each_mistake_is_named_in_report_and_feedback(
    demo: Demo, rows: dict[str, report.Row], mistake: str, exercise: str
) -> None:
    mark = next(m for m in rows[mistake].marks if exercise.replace(" ", "-") in m.cell)
    assert mark.mistake == mistake
    assert mark.points < mark.most
    feedback = (demo.folder / "feedback" / mistake / "ps2" / "ps2.html").read_text()
    assert mistake.replace("-", " ") in feedback or mistake in feedback
    from assignments.exercises import ps2

    says = {m.name: m.says for m in getattr(ps2, exercise.replace(" ", "_")).mistakes}
    assert says[mistake].split(". ")[0][:40] in feedback


@pytest.mark.parametrize("exploit", ["blank-skip-execution", "blank-schema-99", "blank"])
def test_exploits_gain_nothing(rows: dict[str, report.Row], exploit: str) -> None:
    assert points(rows[exploit]) == rows[exploit].score == 0


@pytest.mark.parametrize("harm", ["endless-loop", "memory-eater", "exits"])
def test_harm_costs_only_the_exercise_that_does_it(rows: dict[str, report.Row], harm: str) -> None:
    lost = [mark.cell for mark in rows[harm].marks if mark.points < mark.most]
    assert lost == ["test-numerical-slopes"]
    assert points(rows[harm]) == EVERYTHING - POINTS["test-numerical-slopes"]


def test_every_missing_point_has_a_reason(demo: Demo, rows: dict[str, report.Row]) -> None:
    for row in rows.values():
        for mark in row.marks:
            assert mark.reason or mark.points == mark.most, (row.student, mark)
    assert "not JSON" in rows["not-json"].marks[0].reason
    assert "SyntaxError" in mark_of(rows["syntax-error"], "test-hidden-error-terms").reason
    eaten = mark_of(rows["memory-eater"], "test-numerical-slopes")
    assert eaten.reason == "it ends in MemoryError"
    assert "10 seconds" in demo.printed or "TooLong" in demo.printed
    assert re.search(r"16 graded in [\d.]+ s, .*Most memory in a sandbox: \d+ MiB", demo.printed)


def test_the_scores_are_exported(demo: Demo) -> None:
    with (demo.folder / "grades.csv").open() as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert len(scores) == 16
    assert scores["perfect"] == EVERYTHING
    assert scores["not-json"] == 0


def test_students_see_no_solution_no_hidden_test_and_no_mistakes_source(demo: Demo) -> None:
    release = demo.folder / "release"
    assert canaries.found_in((demo.folder / "source/ps2/ps2.ipynb").read_bytes())
    released = [path for path in release.rglob("*") if path.is_file()]
    assert {path.name for path in released} == {"ps2.ipynb", "checks.json"}
    for path in released:
        assert not canaries.found_in(path.read_bytes()), path
    pages = list((demo.folder / "feedback").rglob("*.html"))
    assert len(pages) == 16
    for page in pages:
        handed_in = demo.folder / "submitted" / page.parts[-3] / "ps2" / "ps2.ipynb"
        own = canaries.found_in(handed_in.read_bytes())
        assert canaries.found_in(page.read_bytes()) <= own, page


def test_students_code_and_html_reach_no_browser(demo: Demo) -> None:
    """What the student wrote is shown as text, also in the feedback."""
    page = (demo.folder / "feedback" / "memory-eater" / "ps2" / "ps2.html").read_text()
    assert "np.empty" in re.sub("<[^>]+>", "", page)


def saved(course: Course) -> dict[str, object]:
    """All that the gradebook knows of the submissions, without its random keys."""
    with course.gradebook() as gradebook:
        return {
            submission.student_id: [
                (
                    notebook.name,
                    notebook.score,
                    notebook.max_score,
                    sorted(
                        (g.cell.name, g.auto_score, g.manual_score, g.needs_manual_grade)
                        for g in notebook.grades
                    ),
                    sorted((c.cell.name, str(c.auto_comment)) for c in notebook.comments),
                )
                for notebook in submission.notebooks
            ]
            for submission in gradebook.find_assignment("ps2").submissions
        }


def graded_bytes(folder: Path) -> dict[str, bytes]:
    return {path.parts[-3]: path.read_bytes() for path in folder.glob("autograded/*/ps2/ps2.ipynb")}


def test_nbgrader_autograde_gives_an_equal_gradebook(demo: Demo, course: Course) -> None:
    """Unpatched, by configuration alone; the graded notebooks are equal byte for byte."""
    other = demo.folder.with_name("nbgraders")
    made = ("autograded", "feedback", "gradebook.db", "grades.csv", "release")
    shutil.copytree(demo.folder, other, ignore=shutil.ignore_patterns(*made))
    assert run(other, "nbgrader", "generate_assignment", "ps2").returncode == 0
    done = run(other, "nbgrader", "autograde", "ps2")
    assert done.returncode == 0, done.stderr[-2000:]
    assert saved(courses.open_course(other)) == saved(course)
    ours, theirs = graded_bytes(demo.folder), graded_bytes(other)
    assert ours.keys() == theirs.keys()
    assert [student for student in ours if ours[student] != theirs[student]] == []


def test_a_second_run_finds_nothing_to_do(demo: Demo) -> None:
    before = graded_bytes(demo.folder)
    done = run(demo.folder, "autograder", "grade", "ps2", "--quiet")
    assert done.stdout.startswith("0 graded")
    assert "16 were done already" in done.stdout
    assert list(graded_bytes(demo.folder)) == list(before)


def test_grading_again_gives_the_same_bytes(demo: Demo) -> None:
    before = graded_bytes(demo.folder)
    again = ("grade", "ps2", "--quiet", "--force", "--student", "w*")
    assert run(demo.folder, "autograder", *again).stdout.startswith("1 graded")
    after = graded_bytes(demo.folder)
    assert [student for student in before if before[student] != after[student]] == []


def copy_of_the_quick(demo: Demo, name: str) -> Path:
    """The course with those submissions that wait for no time limit, nothing graded yet."""
    other = demo.folder.with_name(name)
    shutil.copytree(
        demo.folder, other, ignore=shutil.ignore_patterns("autograded", "feedback", "submitted")
    )
    for student in QUICK:
        shutil.copytree(demo.folder / "submitted" / student, other / "submitted" / student)
    return other


def test_a_killed_run_leaves_nothing_running_and_can_go_on(demo: Demo) -> None:
    other = copy_of_the_quick(demo, "killed")
    grading = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "ps2", "--quiet"],
        cwd=other,
        env={**os.environ, "PYTHONPATH": str(other.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not graded_bytes(other) and time.monotonic() < deadline:
        time.sleep(0.05)
    family = psutil.Process(grading.pid).children(recursive=True)
    assert any("bwrap" in process.name() for process in family)
    grading.kill()
    grading.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert [process.cmdline() for process in alive] == []
    assert run(other, "autograder", "grade", "ps2", "--quiet").returncode == 0
    assert graded_bytes(other) == {student: graded_bytes(demo.folder)[student] for student in QUICK}


def test_a_stopped_run_keeps_what_it_has_and_goes_on(demo: Demo) -> None:
    other = copy_of_the_quick(demo, "stopped")
    grading = subprocess.Popen(
        [sys.executable, "-m", "autograder", "grade", "ps2"],
        cwd=other,
        env={**os.environ, "PYTHONPATH": str(other.parent)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while len(graded_bytes(other)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(grading.pid, signal.SIGINT)
    _, said = grading.communicate(timeout=60)
    assert grading.returncode == 130, said
    assert "the same command goes on" in said
    assert "Traceback" not in said
    kept = len(graded_bytes(other))
    assert 2 <= kept < len(QUICK)
    done = run(other, "autograder", "grade", "ps2", "--quiet")
    assert f"{kept} were done already" in done.stdout
    assert graded_bytes(other) == {student: graded_bytes(demo.folder)[student] for student in QUICK}


def test_what_is_not_a_notebook_of_that_name_gets_a_reason(demo: Demo) -> None:
    other = demo.folder.with_name("odd")
    made = ("autograded", "feedback", "submitted")
    shutil.copytree(demo.folder, other, ignore=shutil.ignore_patterns(*made))
    for student in ("wrong-name", "link", "empty"):
        (other / "submitted" / student / "ps2").mkdir(parents=True)
    (other / "submitted" / "wrong-name" / "ps2" / "my ps2.ipynb").write_text("{}")
    (other / "submitted" / "link" / "ps2" / "ps2.ipynb").symlink_to("/etc/passwd")
    done = run(other, "autograder", "grade", "ps2")
    assert done.returncode == 0, done.stderr[-2000:]
    course = courses.open_course(other)
    found = {row.student: row for row in report.rows(course, courses.submissions(course, "ps2"))}
    assert "my ps2.ipynb" in found["wrong-name"].marks[0].reason
    assert "link" in found["link"].marks[0].reason
    assert "nothing" in found["empty"].marks[0].reason
    assert all(points(row) == 0 for row in found.values())


def test_errors_before_grading_say_what_to_do(demo: Demo, tmp_path: Path) -> None:
    done = run(tmp_path, "autograder", "grade", "ps2")
    assert done.returncode == 2
    assert "no course directory" in done.stderr
    done = run(demo.folder, "autograder", "grade", "ps7")
    assert done.returncode == 2
    assert "nbgrader generate_assignment ps7" in done.stderr
    done = run(demo.folder, "autograder", "grade", "ps2", "--student", "nobody")
    assert done.returncode == 2
    assert "nobody has handed in" in done.stderr


def test_a_changed_assignment_is_not_graded_against_an_old_release(demo: Demo) -> None:
    other = demo.folder.with_name("changed")
    shutil.copytree(demo.folder, other, ignore=shutil.ignore_patterns("autograded", "feedback"))
    path = other / "source" / "ps2" / "ps2.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if cell["id"] == "test-numerical-slopes":
            cell["metadata"]["nbgrader"]["grade_id"] = "test-renamed"
    path.write_text(json.dumps(notebook))
    done = run(other, "autograder", "grade", "ps2")
    assert done.returncode == 2
    assert "test-renamed" in done.stderr
    assert "generate_assignment ps2 --force" in done.stderr


def test_a_worker_that_dies_takes_no_other_with_it(tmp_path: Path) -> None:
    """A test that ends the grader's own process, on one submission of three."""
    source = tmp_path / "course" / "source" / "small"
    fatal = "import os\nif word == 'die': os._exit(1)\nassert word == 'live'"
    assignment = notebooks.instructors(
        source,
        notebooks.solution("word", "word = 'live'"),
        notebooks.test("test", fatal, points=2),
    )
    shutil.copy(ROOT / "assignments" / "nbgrader_config.py", tmp_path / "course")
    assert run(tmp_path / "course", "nbgrader", "generate_assignment", "small").returncode == 0
    for student, word in {"a": "live", "b": "die", "c": "live"}.items():
        place = tmp_path / "course" / "submitted" / student / "small"
        place.mkdir(parents=True)
        content = notebooks.handed_in(assignment, word=f"word = {word!r}")
        (place / "ps.ipynb").write_bytes(content)
    done = run(tmp_path / "course", "autograder", "grade", "small")
    assert done.returncode == 0, done.stderr[-2000:]
    opened = courses.open_course(tmp_path / "course")
    found = {r.student: r for r in report.rows(opened, courses.submissions(opened, "small"))}
    assert [found[student].score for student in "abc"] == [2, 0, 2]
    assert "died" in found["b"].marks[0].reason


def test_the_secret_is_made_once_and_readable_by_the_owner_alone(demo: Demo) -> None:
    key = demo.folder / "grading.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(key.read_text())) == 32
