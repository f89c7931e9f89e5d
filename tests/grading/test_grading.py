"""One notebook, graded: what a test means, and what a submission can and cannot do about it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder import grading
from autograder.grading import Settings
from autograder.sandbox.limits import Limits
from autograder.template import Template
from tests.grading import notebooks
from tests.grading.notebooks import QUICK, grade, handed_in, reason

pytestmark = pytest.mark.sandbox

AREA = "def area(r):\n    return 3 * r**2"
DOUBLE = "def double(values):\n    return [2 * value for value in values]"
TABLE = "table = {'one': 1}"


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Two functions and a table, tested by plain asserts, numpy.testing and partial credit."""
    folder = tmp_path_factory.mktemp("grading")
    folder.joinpath("given.txt").write_text("7")
    return notebooks.instructors(
        folder,
        notebooks.given(
            "imports", "%matplotlib inline\nimport numpy as np\nfrom random import random"
        ),
        notebooks.solution("area", AREA),
        notebooks.test("test-area", "assert area(2) == 12\nassert area(0) == 0", points=2),
        notebooks.solution("double", DOUBLE),
        notebooks.test(
            "test-double",
            "np.testing.assert_allclose(double([1.5, -2.0]), [3.0, -4.0])\n"
            "secret = random()\nassert double([secret]) == [2 * secret]",
            points=3,
        ),
        notebooks.solution("table", TABLE),
        notebooks.test("test-table", "2.5 if table == {'one': 1} else 0.5", points=4),
        notebooks.answer("why"),
    )


FULL = {"test-area": 2, "test-double": 3, "test-table": 2.5, "why": 0}


def solved(assignment: Template, **changed: str) -> bytes:
    return handed_in(assignment, **{"area": AREA, "double": DOUBLE, "table": TABLE} | changed)


def test_right_solutions_get_full_marks_and_a_blank_one_none(assignment: Template) -> None:
    assert grade(assignment, solved(assignment))[0] == FULL
    points, notebook = grade(assignment, handed_in(assignment))
    assert points == dict.fromkeys(FULL, 0)
    assert "NotImplementedError" in reason(notebook, "test-area")


def test_a_written_answer_waits_for_a_hand(assignment: Template) -> None:
    assert grade(assignment, solved(assignment, why="Because."))[0]["why"] is None


def test_the_same_submission_gives_the_same_bytes(assignment: Template) -> None:
    noisy = solved(assignment, area="print({'b', 'a', 'c'})\n" + AREA)
    assert grade(assignment, noisy)[1] == grade(assignment, noisy)[1]


def test_hidden_cases_differ_with_the_secret(assignment: Template) -> None:
    spy = "seen = []\ndef double(values):\n    print(values)\n    seen.append(values)\n"
    spy += "    return [2 * v for v in values]"
    show = solved(assignment, double=spy, table="print(seen)\n" + TABLE)
    texts = {
        grade(assignment, show, Settings(QUICK.limits, secret))[1].cells[5].outputs[0].text
        for secret in (b"one", b"two")
    }
    assert len(texts) == 2


@pytest.mark.parametrize("mistake", ["def area(r):\n    return r", "def area(r):\n    return None"])
def test_a_wrong_solution_loses_its_points_and_no_others(
    assignment: Template, mistake: str
) -> None:
    assert grade(assignment, solved(assignment, area=mistake))[0] == {**FULL, "test-area": 0}


def test_exceptions_cross_as_what_they_are(tmp_path: Path) -> None:
    checks = """
for wrong, kind in ((0, ZeroDivisionError), ("x", TypeError), (-1, ValueError), (2, OSError)):
    try:
        inverse(wrong)
    except kind as error:
        assert type(error) is kind
    else:
        raise AssertionError(f"no {kind.__name__}")
"""
    source = """
class Negative(ValueError):
    pass

def inverse(x):
    if x == 2:
        raise ConnectionError("forged")
    if x != "x" and x < 0:
        raise Negative("negative")
    return 1 / x
"""
    assignment = notebooks.instructors(
        tmp_path, notebooks.solution("inverse", source), notebooks.test("test", checks)
    )
    assert grade(assignment, handed_in(assignment, inverse=source))[0] == {"test": 1}


def test_a_test_may_rebind_and_delete_a_students_name(tmp_path: Path) -> None:
    """As nbgrader's own sample course does, to see whether one function uses the other."""
    source = "def square(x):\n    return x * x\n\ndef squares(n):\n    return {}"
    uses, cheats = "[square(i) for i in range(n)]", "[i * i for i in range(n)]"
    checks = """
keep = square
del square
try:
    squares(3)
except NameError:
    pass
else:
    raise AssertionError("squares does not use square")
finally:
    square = keep
assert squares(3) == [0, 1, 4] and square(3) == 9
"""
    assignment = notebooks.instructors(
        tmp_path, notebooks.solution("work", source), notebooks.test("test", checks)
    )
    for body, points in ((uses, 1), (cheats, 0)):
        mine = handed_in(assignment, work=source.format(body))
        assert grade(assignment, mine)[0] == {"test": points}


def test_changed_arguments_are_changed_for_the_test_too(tmp_path: Path) -> None:
    checks = "x = np.zeros(3)\nlist_ = [3, 1, 2]\nfill(x, list_)\n"
    checks += "assert x.tolist() == [1, 1, 1] and list_ == [1, 2, 3]"
    source = "def fill(x, values):\n    x += 1\n    values.sort()"
    assignment = notebooks.instructors(
        tmp_path,
        notebooks.given("imports", "import numpy as np"),
        notebooks.solution("fill", source),
        notebooks.test("test", checks),
    )
    assert grade(assignment, handed_in(assignment, fill=source))[0] == {"test": 1}


FORGERIES = {
    "always equal": "class Yes:\n    def __eq__(self, other): return True\n"
    "    __array__ = __float__ = __lt__ = __call__ = __eq__\n"
    "def area(r): return Yes()\ndef double(v): return Yes()\ntable = Yes()",
    "array that always agrees": "import numpy as np\nclass Yes(np.ndarray):\n"
    "    def __eq__(self, other): return True\n"
    "    def __array_ufunc__(self, *a, **k): return True\n"
    "def area(r): return np.zeros(1).view(Yes)\ndouble, table = area, area(1)",
    "patched testing": "import numpy.testing, builtins\n"
    "numpy.testing.assert_allclose = lambda *a, **k: None\nbuiltins.AssertionError = ValueError\n"
    "builtins.all = builtins.isinstance = lambda *a: True\n"
    "def area(r): return 0\ndef double(v): return 0\ntable = 0",
    "prints a score": "print(2.0)\n2.0",
    "patched kernel": "ip = get_ipython()\nip.run_cell = lambda *a, **k: None\n"
    "ip.input_transformers_post.append(lambda lines: ['pass'])\n"
    "ip.display_formatter.format = lambda *a, **k: ({'text/plain': '2.0'}, {})",
    "patched agent": "import agent\nagent.Agent.answer = lambda self, request: 2.0",
    "lying answers": "import agent\n"
    'agent.Agent.answer = lambda *a: \'["dict", [["value", ["handle", 0, "x", true]]]]\'',
    "forged answers": "import inside, threading, time\nold = inside.Wire.send\n"
    "def send(self, **m): old(self, **{**m, 'answer': '[\"dict\", [[\"value\", true]]]'})\n"
    "inside.Wire.send = send",
    "not a number": "def area(r): return float('nan')\ndouble = table = area",
    "shape that broadcasts": "import numpy as np\ndef area(r): return np.array([12, 0])\n"
    "def double(v): return np.zeros((2, 0))\ntable = None",
    "skips the tests": "import os\nos.environ['NBGRADER_EXECUTION'] = 'validate'\nquit()",
    "looks for the tests": "import gc, sys, inspect\n"
    "found = [o for o in gc.get_objects() if isinstance(o, str) and 'assert area' in o]\n"
    "found += [s for s in get_ipython().user_ns['In'] if 'assert ' in s]\n"
    "def area(r): return 12 if len(found) else 1",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_a_verdict_cannot_be_forged(assignment: Template, forgery: str) -> None:
    mine = handed_in(assignment, area=forgery, double="pass", table="pass")
    points, _ = grade(assignment, mine)
    # The honest value of a table that is not {'one': 1} is half a point.
    assert points in (
        {"test-area": 0, "test-double": 0, "test-table": 0.5, "why": 0},
        {"test-area": 0, "test-double": 0, "test-table": 0, "why": 0},
    )


def test_skip_execution_on_a_blank_notebook_gives_nothing(assignment: Template) -> None:
    notebook = json.loads(handed_in(assignment))
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
    assert grade(assignment, json.dumps(notebook).encode())[0] == dict.fromkeys(FULL, 0)


ENDINGS = {
    "while it is defined": "import os\nos._exit(1)",
    "when it is called": "def area(r):\n    import os\n    os._exit(1)",
    "by hanging at once": "import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass",
    "by hanging in a call": "def area(r):\n    while True: pass",
    "by eating memory": "def area(r):\n    eaten = []\n    while True: eaten.append(bytes(10**7))",
    "by a syntax error": "def area(r)\n    return 3",
    "by raising SystemExit": "def area(r):\n    raise SystemExit",
    "by recursion": "def area(r):\n    return area(r)",
    "by a huge result": "def area(r):\n    return 'x' * 10**8",
    "by a deep result": "def area(r):\n    for i in range(10**5): r = [r]\n    return r",
    "by a result that contains itself": "def area(r):\n    x = []\n    x.append(x)\n    return x",
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
def test_an_exercise_that_ends_badly_costs_only_itself(assignment: Template, ending: str) -> None:
    points, notebook = grade(assignment, solved(assignment, area=ending))
    assert points == {**FULL, "test-area": 0}
    assert reason(notebook, "test-area")


def test_reasons_say_why_a_name_is_not_there(assignment: Template) -> None:
    _, notebook = grade(assignment, solved(assignment, area="def area(r)\n    return 3"))
    assert "SyntaxError" in reason(notebook, "test-area")
    _, notebook = grade(assignment, solved(assignment, area="def surface(r):\n    return 3"))
    assert "no cell of the notebook defines it" in reason(notebook, "test-area")
    deleted = json.loads(solved(assignment))
    deleted["cells"].pop(1)
    _, notebook = grade(assignment, json.dumps(deleted).encode())
    assert "not in the notebook that was handed in" in reason(notebook, "test-area")


def test_warnings_and_the_error_stream_cost_nothing(assignment: Template) -> None:
    noisy = "import warnings, sys\ndef area(r):\n    warnings.warn('careful')\n"
    noisy += "    print('oops', file=sys.stderr)\n    return 3 * r**2"
    assert grade(assignment, solved(assignment, area=noisy))[0] == FULL


def test_a_test_that_gives_too_many_points_gives_none(tmp_path: Path) -> None:
    for value in ("5.0", "-1.0", "True", "float('nan')"):
        assignment = notebooks.instructors(
            tmp_path, notebooks.solution("one", "x = 1"), notebooks.test("test", value, points=4)
        )
        assert grade(assignment, handed_in(assignment, one="x = 1"))[0] == {"test": 0}


def test_the_tests_run_beside_the_instructors_files(tmp_path: Path) -> None:
    tmp_path.joinpath("given.txt").write_text("7")
    source = "number = int(open('given.txt').read())"
    assignment = notebooks.instructors(
        tmp_path,
        notebooks.solution("number", source),
        notebooks.test("test", "assert number == int(open('given.txt').read())"),
    )
    assert grade(assignment, handed_in(assignment, number=source))[0] == {"test": 1}


def test_a_notebook_has_a_time_of_its_own(assignment: Template) -> None:
    settings = Settings(Limits(cell_seconds=30, notebook_seconds=5), b"")
    slow = solved(assignment, area="import time\ntime.sleep(60)")
    points, notebook = grade(assignment, slow, settings)
    assert sum(filter(None, points.values())) == 0
    assert "whole notebook" in reason(notebook, "test-area") + str(notebook.metadata.autograder)


def test_without_walls_only_when_told(assignment: Template) -> None:
    trusted = Settings(QUICK.limits, b"", walls=False)
    mine = solved(assignment, table="import os\nprint(os.getpid())\n" + TABLE)
    notebook = grading.grade(mine, assignment, trusted).notebook
    assert int(notebook.cells[5].outputs[0].text) > 10
