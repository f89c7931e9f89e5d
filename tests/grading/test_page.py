"""The morning page and the feedback as files: what is in them, and what is not."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_output

from autograder.course import Course
from autograder.intake import Refused
from autograder.reporting import feedback, markdown, page, rendering
from tests.grading import classes, notebooks

SAYS = "You multiplied by the diameter. Which length does the formula want?"
HINT = "Draw the square first."
TEST = """print("area(1) is", area(1))
assert area(1) == 3, "the first one"
### BEGIN HIDDEN TESTS
assert area(7) == 147, "SECRET words"
### END HIDDEN TESTS"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Five submissions with their feedback."""
    course, assignment = classes.release(
        tmp_path_factory.mktemp("page") / "course",
        notebooks.solution("area", "def area(r):\n    return 3 * r**2"),
        notebooks.test("test-area", TEST, points=4),
        notebooks.answer("why", points=2),
        notebooks.solution("after", "pass"),
    )
    content = notebooks.handed_in(assignment, area="def area(r):\n    return 3", why="Of *course*.")
    reason = "In “one”: it differs.\narea(r)\n  r 1\ncame back 2\nexpected 3"
    wrong = classes.verdict(1, 4, mistake=("diameter", SAYS), reason=reason)
    classes.keep(course, assignment, "mistaken", content, test_area=wrong)
    hinted = classes.verdict(1, 4, hint=HINT)
    classes.keep(course, assignment, "hinted", content, test_area=hinted)
    hidden = [
        new_output("stream", name="stdout", text="SECRET print"),
        classes.error("AssertionError", "SECRET words"),
    ]
    stashed = [new_output("stream", name="stdout", text="SECRET: I was called with 7")]
    classes.keep(course, assignment, "plain", content, test_area=hidden, after=stashed)
    # What only the grader may say, said by an exception of the student's.
    lost = [classes.error("KernelLost", "SECRET, or so")]
    classes.keep(course, assignment, "lost", content, test_area=lost)
    classes.keep(course, assignment, "refused", Refused("it is a link, not a file"))
    classes.nbgrader(course.folder, "generate_feedback", "ps")
    return course


def told(course: Course, student: str) -> str:
    """The words of a feedback."""
    text = (course.folder / "feedback" / student / "ps" / "ps.html").read_text()
    return " ".join(BeautifulSoup(text, "html.parser").body.get_text(" ").split())


def test_feedback_says_score_mistake_and_the_visible_case(course: Course) -> None:
    words = told(course, "mistaken")
    assert "ps: 1 of 6 points" in words
    assert f"This looks like “diameter”. {SAYS}" in words
    assert "came back 2 expected 3" in words
    assert "why not graded yet a person will read it" in words
    assert "Of course ." in words


def test_feedback_without_a_known_mistake_gives_a_hint(course: Course) -> None:
    assert f"A hint: {HINT}" in told(course, "hinted")


@pytest.mark.parametrize("student", ["mistaken", "hinted", "plain", "lost", "refused"])
def test_feedback_shows_nothing_hidden(course: Course, student: str) -> None:
    text = (course.folder / "feedback" / student / "ps" / "ps.html").read_text()
    assert "SECRET" not in text
    assert "147" not in re.sub(r"<(path|svg)[^>]*>", "", text)
    assert "HIDDEN" not in text


def test_feedback_gives_a_reason_for_each_missing_point(course: Course) -> None:
    assert "A test failed." in told(course, "plain")
    assert feedback.SEALED in told(course, "plain")
    assert "The process that ran your code ended, or had to be ended." in told(course, "lost")
    assert "It is a link, not a file." in told(course, "refused")


def test_pages_are_whole_and_fetch_nothing(course: Course) -> None:
    for path in course.folder.glob("feedback/*/ps/ps.html"):
        soup = BeautifulSoup(path.read_text(), "html.parser")
        policy = soup.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert not soup.find_all(["script", "iframe", "object", "embed", "link", "form", "base"])
        assert not soup.find_all(style=True)
        assert all(img["src"].startswith("data:image/png") for img in soup.find_all("img"))
        ids = [tag["id"] for tag in soup.find_all(id=True)]
        assert len(ids) == len(set(ids))
        links = [a["href"][1:] for a in soup.find_all("a") if a["href"].startswith("#")]
        assert links
        assert set(links) <= set(ids)


@pytest.mark.parametrize("most", [0.5, 1, 4, 10, 22, 26, 100, 437, 12_000])
def test_every_score_is_in_one_bar(most: float) -> None:
    rng = np.random.default_rng(0)
    scores = [0.0, float(most), *map(float, rng.uniform(0, most, 50))]
    found = page.bars(scores, most)
    assert sum(bar.count for bar in found) == len(scores)
    assert 2 <= len(found) <= page.MOST_BARS
    assert found[0].low == 0
    assert found[-1].high >= most
    for bar in found[:-1]:
        inside = [score for score in scores if bar.low <= score < bar.high]
        assert bar.count == len(inside)


def test_an_empty_class_and_extra_points_have_bars_too() -> None:
    assert sum(bar.count for bar in page.bars([], 0)) == 0
    assert sum(bar.count for bar in page.bars([5.0, 30.0], 26)) == 2


@settings(max_examples=200)
@given(st.text() | st.text("[](){}<>!*_`~#|$\\\"'&;:-=\n ax", max_size=80))
def test_markdown_of_students_holds_only_what_is_allowed(text: str) -> None:
    soup = BeautifulSoup(str(markdown.students(text)), "html.parser")
    for tag in soup.find_all(True):
        assert tag.name in markdown.ALLOWED
        assert set(tag.attrs) <= {"href", "rel", "class"}
        assert re.match(r"(https?://|mailto:)", tag.get("href", "http://"))


def test_links_lead_to_pages_and_nowhere_else() -> None:
    text = "[a](javascript:b) [c](https://d.example) [e](file:///f) ![g](https://h.example/i.png)"
    for written in (markdown.instructors(text), markdown.students(text)):
        soup = BeautifulSoup(str(written), "html.parser")
        assert [link["href"] for link in soup.find_all("a")] == ["https://d.example"]
        assert "[picture: g]" in soup.get_text()


def test_long_and_deep_markdown_of_students_is_quick() -> None:
    for piece in ("[", "> ", "*a **b ", "$$ ", "`", "![a](", "[a]: <", "- ", "|a", "a_", "<a "):
        text = str(markdown.students(piece * (markdown.LONGEST_ANSWER // len(piece))))
        assert text
    assert str(markdown.students("<" * 20_000)).startswith("<pre>&lt;")


def test_formulas_of_the_instructor_are_drawn_and_have_a_text() -> None:
    text = str(markdown.instructors(r"With $\tfrac12 o_k$ and $$\frac{\partial E}{\partial o_k}$$"))
    soup = BeautifulSoup(text, "html.parser")
    labels = [svg["aria-label"] for svg in soup.find_all("svg")]
    assert labels == [r"\tfrac12 o_k", r"\dfrac{\partial E}{\partial o_k}"]
    assert markdown.draw(r"\nonsense{x}") is None
    assert markdown.draw("{" * 400) is None
    assert r"\nonsense{x}" in str(markdown.instructors(r"$\nonsense{x}$"))


def test_pictures_are_small_and_pictures() -> None:
    head = "iVBORw0KGgoAAAANSUhEUgAA"
    assert feedback.is_small_picture(head + "AAEAAAABCAYAAAAfFcSJAAAA")
    assert not feedback.is_small_picture(head + "//8AAP//CAYAAAAfFcSJAAAA")
    assert not feedback.is_small_picture("PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+" * 3)
    assert not feedback.is_small_picture('"><script>')
    assert not feedback.is_small_picture(None)


def test_what_is_very_long_is_cut() -> None:
    assert "characters more" in feedback.code("x" * 10**6)
    ((_, text),) = feedback.shown([new_output("stream", text="y" * 10**6)])
    assert len(text) < 2 * feedback.LONGEST_OUTPUT


def test_the_style_is_the_one_that_the_policy_allows(tmp_path: Path) -> None:
    style = (rendering.FOLDER / "style.css").read_text()
    assert "</" not in style
    assert "url(" not in style
    assert "@import" not in style
