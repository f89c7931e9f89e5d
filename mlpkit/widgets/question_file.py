"""Reads questions from the package's data; ``question.py`` describes the format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mlpkit.widgets.judging import ChoiceQuestion, NumberQuestion, OrderQuestion, Question

QUESTIONS = Path(__file__).parent / "questions"


def load_question(name: str, folder: Path = QUESTIONS) -> Question:
    """The question of that name.

    Raises:
        ValueError: there is none of that name, and the message lists those that there are; or a
            file of questions is malformed, and the message names the file and the field.
    """
    questions = load_questions(folder / f"{name.split('-')[0]}.json")
    if name in questions:
        return questions[name]
    known = questions or load_all_questions(folder)
    listed = ", ".join(known) or "none"
    raise ValueError(f"there is no question {name!r}. The known ones are: {listed}.")


def load_all_questions(folder: Path = QUESTIONS) -> dict[str, Question]:
    """All questions of all files, by name."""
    return {
        name: question
        for file in sorted(folder.glob("*.json"))
        for name, question in load_questions(file).items()
    }


def load_questions(file: Path) -> dict[str, Question]:
    """The questions of one file, by name; none if there is no such file.

    Raises:
        ValueError: the file is malformed; the message names it and the field.
    """
    if not file.exists():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file.name} is not JSON: {error}") from error
    top = Field(file.name, content)
    questions = {}
    for name, field in top.entries().items():
        if not name.startswith(f"{file.stem}-"):
            raise field.error(f"the name does not begin with {file.stem}-")
        questions[name] = _read(field)
    return questions


def _read(field: Field) -> Question:
    kind = field.entries().get("kind")
    if kind is None or kind.value not in READERS:
        place = kind or field
        raise place.error(f'expected a "kind": one of {", ".join(READERS)}')
    return READERS[kind.value](field)


def _read_choice(field: Field) -> Question:
    return _one_of(field, list_name="choices", mark="right")


def _read_line(field: Field) -> Question:
    return _one_of(field, list_name="lines", mark="wrong")


def _one_of(field: Field, list_name: str, mark: str) -> Question:
    fields = field.fields(f"kind text {list_name}", "hints")
    options = [
        option.fields("text feedback", mark) for option in fields[list_name].items(at_least=2)
    ]
    marked = [i for i, option in enumerate(options) if mark in option and option[mark].true()]
    if len(marked) != 1:
        raise fields[list_name].error(f'expected "{mark}": true in exactly one, got {len(marked)}')
    return ChoiceQuestion(
        kind=fields["kind"].text(),
        text=fields["text"].text(),
        hints=_hints(fields),
        options=tuple(option["text"].text() for option in options),
        answer=marked[0],
        feedback=tuple(option["feedback"].text() for option in options),
    )


def _read_number(field: Field) -> Question:
    fields = field.fields("kind text answer tolerance right wrong", "mistakes hints")
    tolerance = fields["tolerance"].number()
    if tolerance < 0:
        raise fields["tolerance"].error("expected 0 or more")
    mistakes = fields["mistakes"].items() if "mistakes" in fields else []
    return NumberQuestion(
        kind="number",
        text=fields["text"].text(),
        hints=_hints(fields),
        options=(),
        answer=fields["answer"].number(),
        tolerance=tolerance,
        right=fields["right"].text(),
        wrong=fields["wrong"].text(),
        mistakes=tuple(
            (mistake["value"].number(), mistake["feedback"].text())
            for mistake in (item.fields("value feedback") for item in mistakes)
        ),
    )


def _read_order(field: Field) -> Question:
    fields = field.fields("kind text steps shown right wrong", "mistakes hints")
    steps = tuple(item.text() for item in fields["steps"].items(at_least=2))
    shown = tuple(item.index(len(steps)) for item in fields["shown"].items())
    if sorted(shown) != list(range(len(steps))):
        raise fields["shown"].error(f"expected each of 0 to {len(steps) - 1} once")
    if list(shown) == sorted(shown):
        raise fields["shown"].error("this is the right order already")
    mistakes = fields["mistakes"].items() if "mistakes" in fields else []
    return OrderQuestion(
        kind="order",
        text=fields["text"].text(),
        hints=_hints(fields),
        options=tuple(steps[step] for step in shown),
        steps=shown,
        right=fields["right"].text(),
        wrong=fields["wrong"].text(),
        mistakes=tuple(
            (m["step"].index(len(steps)), m["before"].index(len(steps)), m["feedback"].text())
            for m in (item.fields("step before feedback") for item in mistakes)
        ),
    )


def _hints(fields: dict[str, Field]) -> tuple[str, ...]:
    return tuple(hint.text() for hint in fields["hints"].items()) if "hints" in fields else ()


READERS = {
    "choice": _read_choice,
    "line": _read_line,
    "number": _read_number,
    "order": _read_order,
}


class Field:
    """A place in a file of questions: checks what stands there, and says where if it is wrong."""

    def __init__(self, place: str, value: Any) -> None:
        self.place = place
        self.value = value

    def error(self, complaint: str) -> ValueError:
        """The error to raise about this place."""
        return ValueError(f"{self.place}: {complaint}")

    def entries(self) -> dict[str, Field]:
        """The fields of an object, whatever they are called."""
        if not isinstance(self.value, dict):
            raise self.error(f"expected an object, got {self.value!r:.60}")
        return {name: Field(f"{self.place}: {name}", value) for name, value in self.value.items()}

    def fields(self, required: str, optional: str = "") -> dict[str, Field]:
        """The fields of an object that has all of the required ones and no others but optional."""
        entries = self.entries()
        for name in required.split():
            if name not in entries:
                raise self.error(f'the field "{name}" is missing')
        for name in entries:
            if name not in f"{required} {optional}".split():
                raise self.error(f'unknown field "{name}"')
        return entries

    def items(self, at_least: int = 0) -> list[Field]:
        """The items of a list."""
        if not isinstance(self.value, list) or len(self.value) < at_least:
            raise self.error(f"expected a list of {at_least} or more, got {self.value!r:.60}")
        return [Field(f"{self.place}[{i}]", value) for i, value in enumerate(self.value)]

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.error(f"expected a text, got {self.value!r:.60}")
        return self.value

    def number(self) -> float:
        """A number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            raise self.error(f"expected a number, got {self.value!r:.60}")
        return float(self.value)

    def index(self, count: int) -> int:
        """A whole number from 0 to below count."""
        if type(self.value) is not int or self.value not in range(count):
            raise self.error(f"expected a number from 0 to {count - 1}, got {self.value!r:.60}")
        return self.value

    def true(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.error(f"expected true or false, got {self.value!r:.60}")
        return self.value
