"""A sheet to be worked on paper, with numbers of the student's own.

The numbers are drawn from what the student types as student number, by a function that the notebook
gives and that stands in the assignment's module again. The grader draws them anew from what was
typed, and compares to the digits that one can hold on paper. A table of numbers cannot hold them,
so the check in the notebook knows nothing of a sheet; there the student's own functions confirm it.

What this cannot do: it cannot know whose number was typed. Two students who type the same number
have the same sheet. And nothing can tell paper from a program.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake
from assignments.exercises.verdict import Verdict
from mlpkit.check.calling import call


@dataclass(frozen=True)
class Sheet:
    """What is to be worked, and what it is worth.

    Attributes:
        about: what the numbers make, for instance "your own network".
        draw: takes what was typed as student number, returns the numbers.
        reference: takes the numbers, returns the results.
        results: the names of the results.
        points: for all of them.
        close: no result that is rounded at every step is further off than this.
        hint: what to look at first.
        mistakes: how it goes wrong.
    """

    about: str
    draw: Callable[[Any], tuple[Any, ...]]
    reference: Callable[..., Any]
    results: tuple[str, ...]
    points: float
    close: float
    hint: str
    mistakes: tuple[Mistake, ...]

    def grade(self, answers: Callable[[], Any]) -> Verdict:
        """What the results on paper are worth.

        Args:
            answers: the student's function; returns the student number and then the results.

        Raises:
            ConnectionError: the process that runs the function has died.
        """
        outcome = call(answers, ())
        if isinstance(outcome.error, ConnectionError):
            raise outcome.error
        given: Any = outcome.value
        whole = isinstance(given, tuple | list) and len(given) == 1 + len(self.results)

        def as_exact(*numbers: Any) -> Any:
            if outcome.error is not None:
                raise outcome.error
            return self._nearest(numbers, tuple(given[1:])) if whole else given

        return self._of(str(given[0]) if whole else "").grade(as_exact, 0)

    def _of(self, student_number: str) -> Exercise:
        """The exercise with one case, of one student."""
        own = Example(self.about, self.draw(student_number))
        aspect = Aspect(
            f"{len(self.results)} numbers", self.points, (own,), lambda rng: own.arguments, count=0
        )
        return Exercise(
            title="By hand",
            reference=self.reference,
            results=self.results,
            aspects=(aspect,),
            hints=(self.hint, "", ""),
            mistakes=self.mistakes,
            right=(),
        )

    def _nearest(self, numbers: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
        """What was written, each number replaced by an exact one where it can be meant.

        The right numbers come first; then those of a mistake, if it explains all of them and no
        other does.
        """
        right = self.reference(*numbers)
        wrong = [mistake.solution(*numbers) for mistake in self.mistakes]
        meant = [exact for exact in wrong if all(map(self._is_close, given, exact))]
        if len(meant) == 1 and not all(map(self._is_close, given, right)):
            return tuple(meant[0])
        return tuple(e if self._is_close(g, e) else g for g, e in zip(given, right, strict=True))

    def _is_close(self, written: Any, exact: Any) -> bool:
        number = isinstance(written, int | float) and not isinstance(written, bool)
        return number and abs(written - exact) <= self.close
