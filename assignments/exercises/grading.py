"""Trying a function against an exercise. The function may be a proxy of one in another process."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from assignments.exercises.verdict import AspectResult, Verdict
from mlpkit.check.calling import Outcome, call, type_name
from mlpkit.check.comparing import agrees, as_parts, describe_difference, diagnose
from mlpkit.check.report import CHANGES, explain_error, show_call, show_result

if TYPE_CHECKING:
    from assignments.exercises.exercise import Aspect, Exercise, Function


@dataclass(frozen=True)
class _Trial:
    """One case, what it should give, and what it gave; an empty title is a hidden case."""

    aspect: Aspect
    title: str
    arguments: tuple[Any, ...]
    expected: Any
    outcome: Outcome

    @cached_property
    def right_parts(self) -> list[bool]:
        """For each result whether it is right."""
        expected = self.expected if isinstance(self.expected, tuple) else (self.expected,)
        parts: list[Any] | None = [self.outcome.value]
        if isinstance(self.expected, tuple):
            parts = as_parts(self.outcome.value, expected)
        if self.outcome.error is not None or parts is None:
            return [False] * len(expected)
        return list(map(agrees, parts, expected))

    @property
    def right(self) -> bool:
        return all(self.right_parts)


def grade(exercise: Exercise, function: Function, seed: int | None) -> Verdict:
    """See ``Exercise.grade``."""
    if not callable(function):
        return _nothing(exercise, f"{exercise.name} is not a function.", attempted=True)
    rng = np.random.default_rng(random.getrandbits(64) if seed is None else seed)
    trials: list[_Trial] = []
    for aspect, title, arguments in _cases(exercise, rng):
        outcome = call(function, arguments)
        trials.append(_Trial(aspect, title, arguments, exercise.reference(*arguments), outcome))
        if isinstance(outcome.error, ConnectionError):
            raise outcome.error
        if _hopeless(trials, len(exercise.aspects)):
            break
    if trials[0].outcome.not_attempted:
        return _nothing(exercise, "Not attempted.", attempted=False)
    return _verdict(exercise, trials)


def _cases(exercise: Exercise, rng: np.random.Generator) -> list[tuple[Aspect, str, Any]]:
    """All cases, one of each aspect in turn, so that the first few tell whether it is hopeless."""
    columns = []
    for aspect in exercise.aspects:
        column = [(aspect, example.title, example.arguments) for example in aspect.examples]
        if aspect.draw is not None:
            column += [(aspect, "", aspect.draw(rng)) for _ in range(aspect.count)]
        columns.append(column)
    return [case for row in zip_longest(*columns) for case in row if case is not None]


def _hopeless(trials: list[_Trial], enough: int) -> bool:
    """Whether to stop: each call may take seconds, or end a process."""
    last = trials[-1].outcome
    if isinstance(last.error, TimeoutError | MemoryError):
        return True
    if last.not_attempted and len(trials) == 1:
        return True
    kinds = {type(trial.outcome.error) for trial in trials}
    return len(trials) >= enough and len(kinds) == 1 and last.error is not None


def _nothing(exercise: Exercise, reason: str, attempted: bool) -> Verdict:
    aspects = [AspectResult(a.name, 0.0, a.points, False, reason) for a in exercise.aspects]
    return Verdict(exercise.name, attempted, tuple(aspects))


def _verdict(exercise: Exercise, trials: list[_Trial]) -> Verdict:
    aspects: dict[str, AspectResult] = {}
    for aspect in exercise.aspects:
        if aspect.draw is not None:
            share, reason = _share(aspect, trials), _reason(exercise, aspect, trials)
            points = round(aspect.points * share, 2)
            aspects[aspect.name] = AspectResult(
                aspect.name, points, aspect.points, reason == "", reason
            )
    # Returning nothing changes nothing, and is worth nothing.
    something = any(result.points for result in aspects.values())
    for aspect in exercise.aspects:
        if aspect.draw is None:
            reason = _changes(exercise, trials, something)
            points = 0.0 if reason else aspect.points
            aspects[aspect.name] = AspectResult(
                aspect.name, points, aspect.points, reason == "", reason
            )
    in_order = tuple(aspects[aspect.name] for aspect in exercise.aspects)
    if all(trial.right for trial in trials):
        return Verdict(exercise.name, True, in_order)
    error = trials[-1].outcome.error if _hopeless(trials, len(exercise.aspects)) else None
    ended_in = "" if error is None else type_name(error)
    mistake = _mistake(exercise, trials)
    return Verdict(exercise.name, True, in_order, mistake, exercise.hints[0], ended_in)


def _share(aspect: Aspect, trials: list[_Trial]) -> float:
    """How many of the results are right on all cases of an aspect, as a share of one."""
    own = [trial.right_parts for trial in trials if trial.aspect is aspect]
    if len(own) < len(aspect.examples) + aspect.count:
        return 0.0
    return float(np.mean(np.all(own, axis=0)))


def _mistake(exercise: Exercise, trials: list[_Trial]) -> tuple[str, str] | None:
    wrong = {
        mistake.name: map(partial(result_or_none, mistake.solution), (t.arguments for t in trials))
        for mistake in exercise.mistakes
    }
    outcomes, expected = [t.outcome for t in trials], [t.expected for t in trials]
    name = diagnose(outcomes, expected, wrong)
    return next(((m.name, m.says) for m in exercise.mistakes if m.name == name), None)


def result_or_none(function: Function, arguments: tuple[Any, ...]) -> Any:
    """What a function returns; None if it ends in an error."""
    outcome = call(function, arguments)
    return outcome.value if outcome.error is None else None


def _reason(exercise: Exercise, aspect: Aspect, trials: list[_Trial]) -> str:
    """Why an aspect fails; empty if it passes. Numbers are told of visible cases only."""
    own = [trial for trial in trials if trial.aspect is aspect]
    wrong = next((trial for trial in own if not trial.right), None)
    if wrong is not None:
        return _describe(exercise, wrong)
    if len(own) < len(aspect.examples) + aspect.count:
        return "Not tried: " + _describe(exercise, trials[-1])
    return ""


def _describe(exercise: Exercise, trial: _Trial) -> str:
    """What is wrong with one case; of a hidden one no numbers, and no words of its exception."""
    error, value, names = trial.outcome.error, trial.outcome.value, exercise.arguments
    where = f"In “{trial.title}”" if trial.title else "In a case that you do not see"
    if error is not None:
        words = explain_error(error, names, trial.arguments)
    else:
        reveal = bool(trial.title)
        words = describe_difference(value, trial.expected, exercise.results, reveal)
    if not trial.title:
        return f"{where}: {words}"
    call_ = show_call(exercise.name, names, trial.arguments)
    return (
        f"{where}: {words}\n{call_}\n{show_result(trial.outcome, trial.expected, exercise.results)}"
    )


def _changes(exercise: Exercise, trials: list[_Trial], something: bool) -> str:
    changed = sorted({place for trial in trials for place in trial.outcome.changed})
    if changed:
        names = ", ".join(exercise.arguments[place] for place in changed)
        return f"It changes {names}. {CHANGES}"
    return "" if something else "This counts once another part is right."
