"""The check in the student's notebook: right, wrong, and whatever else a function may do."""

from __future__ import annotations

import numpy as np
import pytest

from assignments.exercises import bake, ps2
from mlpkit.check import check, panel
from mlpkit.check.calling import call, describe_error, show


class Liar(list):
    def __eq__(self, other):
        return True

    def __len__(self):
        raise RuntimeError("no length")

    def __iter__(self):
        raise RuntimeError("no items")


class Bomb:
    __name__ = property(lambda self: 1 / 0)

    def __repr__(self):
        raise RuntimeError("no repr")

    __str__ = __eq__ = __bool__ = __array__ = __len__ = __iter__ = __float__ = __repr__

    @property
    def __class__(self):
        raise RuntimeError("no class")


class Pretender(np.ndarray):
    def __eq__(self, other):
        return np.array(True)

    def __sub__(self, other):
        return np.zeros(self.shape)


class SilentError(Exception):
    def __str__(self):
        raise RuntimeError("no message")


RECURSIVE: list = []
RECURSIVE.append(RECURSIVE)
HOSTILE = [
    None, "text", b"bytes", "<script>alert(1)</script>", [[1.0], [1.0, 2.0]], [], {}, {"a": 1},
    object(), int, len, Bomb(), [Bomb()], (Bomb(), Bomb()), Liar([1.0]), [Liar([1.0])], RECURSIVE,
    np.array([1.0, None]), np.array(["a"]), np.array([1j]), np.nan, [np.inf], 10**400, 1j,
    np.zeros((0,)), np.zeros((0, 3)), np.array([0.1]).view(Pretender), np.float16(0.1),
    np.broadcast_to(0.1, (10**6, 10**6)), np.ma.masked_array([0.1], [True]), SilentError,
    np.array("2020-01-01", "M8"), iter([1.0]), range(3), np.zeros(1, dtype=[("a", float)]),
    float("-inf"), "x" * 10**6, [[0.1] * 10**6],
    np.array([True]), np.array([3], dtype=np.uint8), ([[True] * 3], np.uint8(3)),
]  # fmt: skip


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    """A folder with the checks of assignment 2, as a student has it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    bake.bake_for_release(assignment="ps2", notebooks=[str(tmp_path / "ps2.ipynb")])
    return tmp_path


@pytest.fixture
def shown(notebook, capsys):
    """Checks a function and returns what is shown."""

    def show_check(function, *arguments, **keywords):
        assert check(function, *arguments, **keywords) is None
        return capsys.readouterr().out

    return show_check


@pytest.mark.parametrize("number", range(len(HOSTILE)))  # pytest itself would choke on some
def test_survives_any_value(number, shown):
    value = HOSTILE[number]
    for exercise in (ps2.output_error_term, ps2.training_step):
        text = shown(lambda *arguments: value, name=exercise.name)
        assert text.startswith("✗")
        assert len(text) < 6000
        verdict = exercise.grade(lambda *arguments: value, 0)
        assert verdict.points == 0
        assert len(verdict.panel.html) < 20_000


@pytest.mark.parametrize(
    "error", [SilentError(), ValueError("<b>"), SystemExit(1), RecursionError()]
)
def test_survives_any_exception(error, shown):
    def output_error_term(o, t):
        raise error

    text = shown(output_error_term)
    assert type(error).__name__ in text
    assert "raise error" in text


def test_right(shown):
    text = shown(ps2.output_error_term.reference)
    assert text.startswith("✓ output_error_term: right on all 3 cases")


def test_not_attempted(shown):
    def output_error_term(o, t):
        raise NotImplementedError

    assert "not attempted yet" in shown(output_error_term)


def test_wrong_shows_call_result_expectation_and_mistake(shown):
    mistake = ps2.output_error_term.mistakes[0]
    text = shown(mistake.solution, name="output_error_term")
    for words in ("o  [0.552]", "came back  [0.348]", "expected   [0.08606]", mistake.says):
        assert words in text


def test_only_the_students_own_lines_are_shown(shown):
    def helper(h, W):
        return np.linalg.solve(W, h)

    def hidden_error_terms(h, W, delta_output):
        return helper(h, W)

    text = shown(hidden_error_terms)
    assert "of helper:  return np.linalg.solve(W, h)" in text
    assert "of hidden_error_terms:  return helper(h, W)" in text
    assert "_linalg" not in text
    assert "of call:" not in text


def test_a_product_of_wrong_shapes_is_explained(shown):
    text = shown(lambda h, W, delta: delta @ W.T, name="hidden_error_terms")
    assert "In a product A @ B, the last size of A must be the first size of B" in text
    assert "What came in: h (2,), W (1, 2), delta_output (1,)." in text
    assert "gufunc" not in text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (lambda o, t: max(np.array([o, t])), "NumPy has np.where, np.max and their like"),
        (lambda o, t: o if o - t > np.zeros(2) else t, "a single yes or no: after if"),
        (lambda o, t: np.sum(o, axis=2), "Axes are counted from 0, and -1 is the last one"),
    ],
)
def test_what_numpys_own_words_leave_unclear_is_explained(body, words, shown):
    assert words in shown(body, name="output_error_term")


def test_whole_numbers_of_numpys_are_shown_as_numbers():
    assert show([np.int64(10), np.True_, 3]) == "[10, True, 3]"


def test_changed_arguments_are_told(shown):
    def output_error_term(o, t):
        t -= o
        return o * (1 - o) * t

    text = shown(output_error_term)
    assert "Your function changes what it is given: t." in text
    assert "expected" not in text


def test_warnings_are_told_and_not_printed(shown, capsys):
    def output_error_term(o, t):
        np.exp(np.array(1e9))
        return o * (1 - o) * (t - o)

    text = shown(output_error_term)
    assert text.startswith("✓")
    assert "overflow" in text
    assert capsys.readouterr().err == ""


def test_hints(shown):
    for number, hint in enumerate(ps2.training_step.hints, start=1):
        assert hint in shown(ps2.training_step.reference, number)
    for number in (0, 4, "one", None, True):
        shown(ps2.training_step.reference, hint=number)


def test_a_name_of_ones_own(shown):
    function = ps2.output_error_term.reference
    assert shown(lambda o, t: function(o, t), name="output_error_term").startswith("✓")
    assert "no check for a function named '<lambda>'" in shown(lambda o, t: 1)
    assert "check wants a function" in shown(3)
    assert "check wants a function" in shown(Bomb())


class Proxy:
    """Like a grader's stand-in for a function that lives in another process."""

    __name__ = "output_error_term"

    def __call__(self, o, t):
        return [[float(x)] for x in o] if len(o) == 1 else {"no": "array"}


def test_a_proxy_is_a_function(shown):
    text = shown(Proxy())
    assert "The shape is (1, 1), expected is (1,)" in text
    assert "a dict, not numbers" in text


def test_a_proxys_own_code_is_not_shown(shown):
    class Failing(Proxy):
        def __call__(self, o, t):
            raise ValueError("from afar")

    text = shown(Failing())
    assert "raised ValueError: from afar" in text
    assert "line" not in text


@pytest.mark.parametrize(
    "content", [None, b"", b"{", b"\xff\xfe", b"[]", b'{"format": 99}', b'{"format": 1}',
                b'{"format": 1, "exercises": {"output_error_term": {}}}'],
)  # fmt: skip
def test_a_bad_table_is_reported_with_a_remedy(content, shown, notebook):
    path = notebook / "checks.json"
    path.unlink() if content is None else path.write_bytes(content)
    text = shown(ps2.output_error_term.reference)
    assert "checks.json" in text
    assert "Download the assignment again" in text


def test_raises_for_nbgraders_validator_alone(notebook, monkeypatch, capsys):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    check(ps2.output_error_term.reference)
    check(ps2.output_error_term.reference, hint=1)
    with pytest.raises(AssertionError, match="0 of 3"):
        check(ps2.output_error_term.mistakes[0].solution, name="output_error_term")


def test_is_silent_while_nbgrader_grades(shown, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert shown(ps2.output_error_term.mistakes[0].solution, name="output_error_term") == ""


def test_html_is_escaped():
    shown = panel.Panel("<i>", panel.WRONG)
    shown.add(panel.NOTE, "<b>&", "<pre>")
    assert not any(tag in shown.html for tag in ("<i>", "<b>&", "<pre>"))
    assert shown.text == "✗ <i>\n  • <b>&\n      <pre>"


def test_values_are_shown_short():
    assert show(0.123456789) == "0.1235"
    assert show([np.float64(0.5), 0.25]) == "[0.5, 0.25]"
    assert len(show(np.zeros((1000, 1000)))) < 300
    assert len(show(list(range(10**6)))) < 100
    assert len(show("x" * 10**6)) < 100
    assert len(describe_error(ValueError("x" * 10**6))) < 400


def test_arguments_are_copies():
    given_array = np.zeros(2)

    def spoil(array):
        array[:] = 1
        array.shape = (1, 2)

    outcome = call(spoil, (given_array,))
    assert outcome.changed == (0,)
    assert given_array.tolist() == [0, 0]
