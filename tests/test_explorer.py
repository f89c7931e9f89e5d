"""What follows the reader's hand: the Python side, without a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.figures import Chart, Figure, Gallery
from mlpkit.widgets import choice, explore, number, slider
from mlpkit.widgets.question import QuestionWidget
from mlpkit.widgets.question_file import load_question, load_questions
from mlpkit.worked.tables import Table


def picture(place: float, kind: str = "dot") -> Figure:
    chart = Chart(x=(0, 10), y=(0, 1)).mark(place, 0.5)
    return chart.figure(f"A {kind} at the place {place} of a line.")


def explorer(**options: Any) -> Any:
    controls = {"place": slider(0, 10, start=2), "kind": choice("dot", "ring")}
    return explore(picture, **(controls | options))


def test_it_begins_at_the_start() -> None:
    widget = explorer()
    assert widget.values == {"place": 2, "kind": "dot"}
    assert 'aria-label="A dot at the place 2 of a line."' in widget.content


def test_setting_values_draws_anew() -> None:
    widget = explorer()
    widget.values = {"place": 7, "kind": "ring"}
    assert "A ring at the place 7 of a line." in widget.content


def test_what_cannot_be_shown_says_so_on_the_page_and_the_next_value_works() -> None:
    def root(x: int) -> str:
        if x < 0:
            raise ValueError(f"no root of <{x}>")
        return f"the root is {x**0.5}"

    widget = explore(root, x=slider(-1, 4, start=4))
    with pytest.raises(ValueError, match="no root"):
        widget.values = {"x": -1}
    assert 'role="alert"' in widget.content
    assert "no root of &lt;-1&gt;" in widget.content
    widget.values = {"x": 1}
    assert "the root is 1.0" in widget.content


def test_a_page_without_a_kernel_has_each_position_in_words_and_pictures() -> None:
    widget = explorer(at=[{"place": 1}, {"place": 9, "kind": "ring"}])
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"].split("\n\n") == [
        "place: 1, kind: dot\nA dot at the place 1 of a line.",
        "place: 9, kind: ring\nA ring at the place 9 of a line.",
    ]
    assert data["text/html"].count("<img alt=") == 2
    assert "place: 9, kind: ring" in data["text/html"]


def test_tables_galleries_and_lists_of_them_can_be_shown() -> None:
    def both(n: int) -> list[Any]:
        table = Table(("n", "n squared"), [(str(n), str(n * n))])
        return [Gallery([picture(n), picture(n)]), table]

    widget = explore(both, n=slider(1, 9, start=3))
    assert widget.content.count("<svg xmlns") == 2
    assert "<td" in widget.content
    assert "9" in widget.static_text().splitlines()[-1]


def test_everything_that_goes_to_the_page_is_plain_data() -> None:
    controls = {"place": slider(0, 10), "kind": choice("dot", "ring")}
    widget = explore(lambda size, **rest: picture(**rest), **controls, size=number(1, "size < 2"))
    json.dumps({name: getattr(widget, name) for name in ("values", "content", "controls")})
    assert widget.controls[2]["label"] == "size &lt; 2"


@given(st.integers(-20, 20), st.integers(1, 40), st.sampled_from([0.01, 0.05, 0.1, 0.5, 1.0]))
def test_a_slider_has_only_its_own_values(low: int, steps: int, step: float) -> None:
    control = slider(low, low + steps * step if step < 1 else low + steps, step)
    for k in range(steps + 1):
        value = control.read(low + k * step)
        assert value == pytest.approx(low + k * step)
        assert len(str(abs(value))) <= 6, "a sum of floats came through"


def test_a_slider_of_whole_numbers_gives_integers() -> None:
    assert type(slider(1, 20).read(4.0)) is int
    assert type(slider(0, 1, 0.25).read(1)) is float


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: slider(3, 3), "has no two values"),
        (lambda: slider(0, 1, 5), "has no two values"),
        (lambda: slider(0, 1, 0.1, start=2), "2 is not between 0 and 1"),
        (lambda: choice("one"), "at least two"),
        (lambda: choice("a", "b", start="c"), "'c' is none of the choices: 'a', 'b'"),
        (lambda: number(float("nan")), "expected a number"),
        (lambda: explore(picture), "at least one slider"),
        (lambda: explorer(at=[{"plaice": 1}]), "no control 'plaice'. The known ones are: place"),
        (lambda: explorer(at=[{"place": 99}]), "place: 99 is not between 0 and 10"),
    ],
)
def test_mistakes_of_the_author_are_named(make: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        make()


@pytest.mark.parametrize("value", [11, -1, "3", None, True, float("inf")])
def test_a_page_cannot_set_what_a_slider_does_not_have(value: Any) -> None:
    widget = explorer()
    with pytest.raises(ValueError, match="place"):
        widget.values = {"place": value, "kind": "dot"}


HINTED = {
    "kind": "number",
    "text": "How much is $2 + 2$?",
    "answer": 4,
    "tolerance": 0,
    "right": "Yes.",
    "wrong": "No.",
    "hints": ["It is even.", "It is $2 \\cdot 2$.", "Count on from two."],
}


def test_a_question_may_have_hints(tmp_path: Any) -> None:
    file = tmp_path / "98.json"
    file.write_text(json.dumps({"98-sum": HINTED}), encoding="utf-8")
    widget = QuestionWidget(load_question("98-sum", tmp_path))
    assert widget.hints == ["It is even.", "It is $2 \\cdot 2$.", "Count on from two."]
    html = widget.static_html()
    assert html.count("<details>") == 3
    # Closed until the reader opens them.
    assert "<details open" not in html


def test_a_hint_has_to_be_a_text(tmp_path: Any) -> None:
    file = tmp_path / "98.json"
    file.write_text(json.dumps({"98-sum": HINTED | {"hints": ["", "b"]}}), encoding="utf-8")
    with pytest.raises(ValueError, match=r"98-sum: hints\[0\]: expected a text"):
        load_questions(file)
