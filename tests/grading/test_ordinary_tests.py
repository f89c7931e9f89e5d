"""What test cells also do under nbgrader: read what is printed, ask for types and sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.grading import Settings
from autograder.sandbox.limits import Limits
from tests.grading import notebooks
from tests.grading.notebooks import QUICK, grade, handed_in, reason

pytestmark = pytest.mark.sandbox

WORK = """
import sys


def greet(name):
    print("hello", name)
    print("oops", file=sys.stderr)


def total(values):
    # adds them up
    return sum(values)


class Point:
    def __init__(self, x):
        self.x = x


class Place(Point):
    pass
"""

CAPTURE = "import contextlib, io, sys\nheard = io.StringIO()\n"
PASSING = {
    "standard output": CAPTURE + "with contextlib.redirect_stdout(heard):\n    greet('you')\n"
    "assert heard.getvalue() == 'hello you\\n', heard.getvalue()",
    "standard error": CAPTURE + "with contextlib.redirect_stderr(heard):\n    greet('you')\n"
    "assert heard.getvalue() == 'oops\\n'",
    "as IPython captures it": "from IPython.utils.capture import capture_output\n"
    "with capture_output() as heard:\n    greet('you')\n"
    "assert heard.stdout.startswith('hello you') and heard.stderr == 'oops\\n'",
    "by hand": CAPTURE + "old, sys.stdout = sys.stdout, heard\ngreet('you')\nsys.stdout = old\n"
    "assert heard.getvalue().startswith('hello you')",
    "thrown away": CAPTURE + "with contextlib.redirect_stdout(None):\n    greet('you')",
    "the type": "assert type(Point(1)) is Point and type(Place(1)) is not Point",
    "the type's name": "assert type(Place(1)).__name__ == 'Place' and type(Place(1)) == Place",
    "types of data": "assert type(total([1, 2])) is int and type(Point('a').x) is str",
    "the type of a type": "assert type(Point) is type and type('x', (), {}).__name__ == 'x'",
    "the source": "import inspect\nsource = inspect.getsource(total)\n"
    "assert source == 'def total(values):\\n    # adds them up\\n    return sum(values)\\n'",
    "which names there are": "assert 'total' in dir() and 'total' in list(globals())\n"
    "assert globals().get('total')([1]) == 1 and globals().get('nothing', 7) == 7",
    "the source's tree": "import ast, inspect\ntree = ast.parse(inspect.getsource(total))\n"
    "assert not any(isinstance(node, ast.For) for node in ast.walk(tree))",
}


@pytest.mark.parametrize("test", PASSING.values(), ids=PASSING)
def test_it_means_what_it_means_without_a_wall(tmp_path: Path, test: str) -> None:
    assignment = notebooks.instructors(
        tmp_path, notebooks.solution("work", WORK), notebooks.test("test", test)
    )
    points, notebook = grade(assignment, handed_in(assignment, work=WORK))
    assert points == {"test": 1}, notebook.cells[1].outputs

    beside = tmp_path / "work.py"
    beside.write_text(WORK)
    names = {"__name__": "work"}
    for source, file in ((WORK, str(beside)), (test, "test")):
        exec(compile(source, file, "exec"), names)


@pytest.mark.parametrize("frame", ["%%capture", "%%time", "\n%%time\n%%capture", "%%timeit -n 1"])
def test_a_test_in_a_magic_is_run(tmp_path: Path, frame: str) -> None:
    """The frame runs what is below it, so that is the test."""
    source = f"{frame}\n### BEGIN SOLUTION\ndef double(x):\n    return 2 * x\n### END SOLUTION"
    work = notebooks.solution("work", "")
    work.source = source
    test = notebooks.test("test", f"{frame}\nassert double(2) == 4")
    assignment = notebooks.instructors(tmp_path, work, test)
    for factor, points in ((2, 1), (3, 0)):
        mine = handed_in(assignment, work=f"def double(x):\n    return {factor} * x")
        assert grade(assignment, mine)[0] == {"test": points}


HIDDEN_IN_MAGICS = {
    "a line": "%time assert True",
    "another language": "%%bash\nexit 1",
    "a command": "!exit 1",
    "a command's output": "files = !ls",
    "caught": "try:\n    %time assert True\nexcept Exception:\n    pass",
    "top-level await": "import asyncio\nawait asyncio.sleep(0)",
}


@pytest.mark.parametrize("test", HIDDEN_IN_MAGICS.values(), ids=HIDDEN_IN_MAGICS)
def test_what_cannot_be_run_outside_is_the_authors_fault_and_worth_nothing(
    tmp_path: Path, test: str
) -> None:
    assignment = notebooks.instructors(
        tmp_path, notebooks.solution("work", "x = 1"), notebooks.test("test", test)
    )
    points, notebook = grade(assignment, handed_in(assignment, work="x = 1"))
    assert points == {"test": 0}
    assert [remark["kind"] for remark in notebook.metadata.autograder.remarks] == ["fault"]


def test_settings_in_a_test_do_nothing(tmp_path: Path) -> None:
    test = "%matplotlib inline\n%load_ext autoreload\n%autoreload 2\nassert x == 1"
    assignment = notebooks.instructors(
        tmp_path, notebooks.solution("work", "x = 1"), notebooks.test("test", test)
    )
    for value, points in ((1, 1), (2, 0)):
        mine = handed_in(assignment, work=f"x = {value}")
        assert grade(assignment, mine)[0] == {"test": points}


def test_what_is_printed_is_shown_only_where_the_test_asks_for_it(tmp_path: Path) -> None:
    """Or a student would read hidden cases in the feedback."""
    assignment = notebooks.instructors(
        tmp_path,
        notebooks.solution("work", "def area(r):\n    return 3 * r**2"),
        notebooks.test("test", "print('of the test')\nassert area(123456) == 3 * 123456**2"),
    )
    spy = "def area(r):\n    print('called with', r)\n    return 3 * r**2"
    points, notebook = grade(assignment, handed_in(assignment, work=spy))
    assert points == {"test": 1}
    assert [output.text for output in notebook.cells[1].outputs] == ["of the test\n"]


def test_no_more_is_heard_than_a_cell_may_print(tmp_path: Path) -> None:
    test = CAPTURE + "with contextlib.redirect_stdout(heard):\n    for _ in range(3):\n"
    test += "        shout()\nassert 0 < len(heard.getvalue()) < 40_000, len(heard.getvalue())"
    source = "def shout():\n    print('x' * 1_000_000)"
    assignment = notebooks.instructors(
        tmp_path, notebooks.solution("work", source), notebooks.test("test", test)
    )
    settings = Settings(Limits(cell_seconds=10, output_bytes=20_000), b"")
    assert grade(assignment, handed_in(assignment, work=source), settings)[0] == {"test": 1}


FLOODS = {
    "texts": "print('x' * 10_000)",
    "pictures": "display(Image(data=bytes(4_000_000), format='png'))",
}


@pytest.mark.parametrize("flood", FLOODS.values(), ids=FLOODS)
def test_what_shows_something_for_ever_costs_no_kernel(tmp_path: Path, flood: str) -> None:
    source = "from IPython.display import Image, display\n\n\ndef flood():\n    while True:\n"
    source += f"        {flood}"
    assignment = notebooks.instructors(
        tmp_path, notebooks.solution("work", source), notebooks.test("test", "flood()")
    )
    points, notebook = grade(assignment, handed_in(assignment, work=source))
    assert points == {"test": 0}
    assert reason(notebook, "test").startswith("TooLong: it took longer than 3 seconds")
    assert notebook.metadata.autograder.remarks == []


def test_a_students_stream_may_print_itself(tmp_path: Path) -> None:
    source = "class Loud:\n    def write(self, text):\n        print(text)\n\n"
    source += "def greet():\n    print('hello')"
    test = "import contextlib\nwith contextlib.redirect_stdout(Loud()):\n    greet()"
    assignment = notebooks.instructors(
        tmp_path,
        notebooks.solution("work", source),
        notebooks.test("test", test),
        notebooks.test("after", "assert greet() is None"),
    )
    assert grade(assignment, handed_in(assignment, work=source))[0] == {"test": 1, "after": 1}


FORGED = {
    "a file of the grader's": "total.__code__ = total.__code__.replace(co_filename={file!r})",
    "a cell that was not run": "total.__code__ = total.__code__.replace(co_filename='cell 99')",
    "a module of the grader's": "total.__module__ = 'autograder.grading'\n"
    "total.__code__ = total.__code__.replace(co_filename='cell 99')",
    "an object like code": "class code:\n    co_filename, co_firstlineno = {file!r}, 1\n"
    "class function:\n    __code__ = code()\ntotal = function()",
    "a class of the grader's": "class _Run:\n    __module__ = 'autograder.grading'\ntotal = _Run",
}


@pytest.mark.parametrize("forgery", FORGED.values(), ids=FORGED)
def test_a_source_is_never_a_file_of_ours(tmp_path: Path, forgery: str) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("# the reference\n")
    test = (
        "import inspect\ntry:\n    found = inspect.getsource(total)\nexcept (OSError, TypeError):\n"
    )
    test += "    found = ''\nassert 'reference' not in found and 'class' not in found, found\n"
    test += "float(found == '')"
    source = "def total(values):\n    return sum(values)\n"
    assignment = notebooks.instructors(
        tmp_path / "course", notebooks.solution("work", source), notebooks.test("test", test)
    )
    mine = handed_in(assignment, work=source + forgery.format(file=str(secret)))
    assert grade(assignment, mine)[0] == {"test": 1}


def test_sources_are_there_again_after_a_kernel_was_lost(tmp_path: Path) -> None:
    source = "def total(values):\n    return sum(values)\n"
    test = "import inspect\nassert 'sum' in inspect.getsource(total)"
    assignment = notebooks.instructors(
        tmp_path,
        notebooks.solution("first", "x = 1"),
        notebooks.solution("work", source),
        notebooks.solution("bad", "def end():\n    pass"),
        notebooks.test("ends", "end()"),
        notebooks.test("test", test),
    )
    deadly = "def end():\n    import os\n    os._exit(3)"
    mine = handed_in(assignment, first="x = 1", work=source, bad=deadly)
    assert grade(assignment, mine, QUICK)[0] == {"ends": 0, "test": 1}
