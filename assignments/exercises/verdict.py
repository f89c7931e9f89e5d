"""What came of grading a function: points, reasons, and the mistake that was recognised."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mlpkit.check.panel import NOTE, RIGHT, WRONG, Panel
from mlpkit.check.report import recognised

MIME_TYPE = "application/vnd.exercise.verdict+json"


@dataclass(frozen=True)
class AspectResult:
    """What came of one aspect; the reason is empty where it passed."""

    name: str
    points: float
    max_points: float
    passed: bool
    reason: str = ""


@dataclass(frozen=True)
class Verdict:
    """What came of grading one function.

    As the last value of a test cell it is the score that nbgrader reads, the panel in the feedback,
    and data for the reports, all at once.

    Attributes:
        exercise: the function's name.
        attempted: whether anything was written.
        aspects: what came of each.
        mistake: name and sentence of the mistake that was recognised, if one was.
        hint: what to look at where no mistake was recognised.
        error: the type of the exception for which the trying was given up, if it was.
        note: what else the student should know.
    """

    exercise: str
    attempted: bool
    aspects: tuple[AspectResult, ...]
    mistake: tuple[str, str] | None = None
    hint: str = ""
    error: str = ""
    note: str = ""

    def with_note(self, note: str) -> Verdict:
        """The same verdict, with something else that the student should know."""
        return replace(self, note=note)

    def or_better(self, again: Verdict) -> Verdict:
        """Another verdict on the same function, if it is the better one; otherwise this one.

        What calls an earlier exercise is graded once with the student's own function and, if that
        is not enough, once with a right one in its place. So a mistake costs its points once, and
        two mistakes that make up for one another cost none here.
        """
        better = (again.points, again.attempted) > (self.points, self.attempted)
        return again if better else self

    @property
    def points(self) -> float:
        """What was reached."""
        return float(sum(aspect.points for aspect in self.aspects))

    @property
    def max_points(self) -> float:
        """What could be reached."""
        return float(sum(aspect.max_points for aspect in self.aspects))

    @property
    def plain(self) -> dict[str, Any]:
        """The verdict as strings, numbers, lists and dicts."""
        mistake = self.mistake and {"name": self.mistake[0], "says": self.mistake[1]}
        return {
            "exercise": self.exercise,
            "points": self.points,
            "max_points": self.max_points,
            "attempted": self.attempted,
            "mistake": mistake,
            "hint": self.hint,
            "error": self.error,
            "aspects": [dict(vars(aspect)) for aspect in self.aspects],
        }

    @property
    def panel(self) -> Panel:
        """The verdict as it is shown to the student."""
        passed = self.points == self.max_points
        score = f"{self.points:g} of {self.max_points:g} points"
        panel = Panel(f"{self.exercise}: {score}", RIGHT if passed else WRONG)
        if self.note:
            panel.add(NOTE, self.note)
        if not self.attempted:
            panel.add(NOTE, "Not attempted.")
            return panel
        if self.mistake:
            panel.add(NOTE, recognised(*self.mistake))
        elif self.hint:
            panel.add(NOTE, f"A hint: {self.hint}")
        told = False
        for aspect in self.aspects:
            line = f"{aspect.name}: {aspect.points:g} of {aspect.max_points:g}."
            first, _, numbers = aspect.reason.partition("\n")
            # One case in full is enough to read.
            panel.add(
                RIGHT if aspect.passed else WRONG,
                f"{line} {first}".strip(),
                "" if told else numbers,
            )
            told = told or bool(numbers)
        return panel

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        # nbgrader reads the partial credit from the plain text, so that is a number and no more.
        return {
            "text/plain": repr(self.points),
            "text/html": self.panel.html,
            MIME_TYPE: self.plain,
        }

    def __repr__(self) -> str:
        return repr(self.points)
