"""The kinds of question, and what is said of an answer to each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Verdict(NamedTuple):
    """What is said of an answer.

    Attributes:
        state: "right", "wrong", or "unread" for something that is no answer at all.
        feedback: what to tell the reader.
    """

    state: str
    feedback: str


@dataclass(frozen=True)
class Question(ABC):
    """A question of any kind.

    Attributes:
        kind: "choice", "line", "number" or "order".
        text: the question.
        options: the texts to choose from or to put in order, as shown; none for a number.
        hints: what may be asked for before an answer, each saying more than the one before.
    """

    kind: str
    text: str
    options: tuple[str, ...]
    hints: tuple[str, ...] = field(default=(), kw_only=True)

    @abstractmethod
    def judge(self, answer: Any) -> Verdict:
        """What is right or wrong about an answer."""


@dataclass(frozen=True)
class ChoiceQuestion(Question):
    """One of several options is right; an answer is its number, from 0."""

    answer: int
    feedback: tuple[str, ...]

    def judge(self, answer: Any) -> Verdict:
        if not isinstance(answer, int) or answer not in range(len(self.options)):
            return Verdict("unread", "Choose one of the answers first.")
        return Verdict("right" if answer == self.answer else "wrong", self.feedback[answer])


@dataclass(frozen=True)
class NumberQuestion(Question):
    """A number; an answer is what the reader typed.

    Attributes:
        answer, tolerance: right is what lies no further from the answer than the tolerance.
        right, wrong: the feedback to the right number, and to any other.
        mistakes: numbers that mistakes lead to, and their feedback.
    """

    answer: float
    tolerance: float
    right: str
    wrong: str
    mistakes: tuple[tuple[float, str], ...]

    def judge(self, answer: Any) -> Verdict:
        # A decimal comma and a typographic minus are what many readers type or paste.
        typed = str(answer).strip().replace(",", ".").replace("\N{MINUS SIGN}", "-")
        try:
            number = float(typed)
        except ValueError:
            return Verdict("unread", "Write a number, for instance -0.125.")
        if self._near(number, self.answer):
            return Verdict("right", self.right)
        for value, feedback in self.mistakes:
            if self._near(number, value):
                return Verdict("wrong", feedback)
        return Verdict("wrong", self.wrong)

    def _near(self, number: float, value: float) -> bool:
        # The bound itself counts, also where subtraction rounds it up.
        return abs(number - value) <= self.tolerance * (1 + 1e-9)


@dataclass(frozen=True)
class OrderQuestion(Question):
    """Options to put in order; an answer is the list of their numbers, in the reader's order.

    Attributes:
        steps: for each option, as which step it belongs.
        right, wrong: the feedback to the right order, and to any other.
        mistakes: (step, before, feedback), said if ``step`` stands anywhere before ``before``.
    """

    steps: tuple[int, ...]
    right: str
    wrong: str
    mistakes: tuple[tuple[int, int, str], ...]

    def judge(self, answer: Any) -> Verdict:
        right_order = list(range(len(self.steps)))
        if sorted(answer) != right_order:
            return Verdict("unread", "Put all of the steps in order.")
        order = [self.steps[option] for option in answer]
        if order == right_order:
            return Verdict("right", self.right)
        for step, before, feedback in self.mistakes:
            if order.index(step) < order.index(before):
                return Verdict("wrong", feedback)
        return Verdict("wrong", self.wrong)
