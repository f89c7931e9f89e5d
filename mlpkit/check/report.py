"""What a check has to say: from the outcomes of the visible cases to a panel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from mlpkit.check.calling import Outcome, describe_error, show, type_name
from mlpkit.check.comparing import (
    NotNumbers,
    agrees,
    as_numbers,
    as_parts,
    describe_difference,
    diagnose,
)
from mlpkit.check.panel import NOTE, RIGHT, WRONG, Panel
from mlpkit.check.table import Case, Entry

CHANGES = (
    "Whoever called it still needs the old values. Look for +=, -= and [...] = on an argument, "
    "and make a new array instead."
)


def report(name: str, entry: Entry, outcomes: Sequence[Outcome]) -> Panel:
    """The panel of a function.

    Args:
        name: what the function is called.
        entry: what is known of it.
        outcomes: of the first cases, at least one, in their order; the others were not tried.
    """
    if outcomes[0].not_attempted:
        panel = Panel(f"{name}: not attempted yet", WRONG)
        panel.add(NOTE, "Put your own code where the cell says raise NotImplementedError().")
        return panel
    right = [_is_right(*pair) for pair in zip(outcomes, entry.cases, strict=False)]
    changed = sorted({place for outcome in outcomes for place in outcome.changed})
    count = len(entry.cases)
    mistake = None
    if sum(right) < count:
        panel = Panel(f"{name}: not right yet, {sum(right)} of {count} cases are right", WRONG)
        mistake = _mistake(entry, outcomes)
        if mistake is not None:
            panel.add(NOTE, recognised(mistake, entry.says[mistake]))
    elif changed:
        panel = Panel(f"{name}: the results are right, but the arguments suffer", WRONG)
    else:
        panel = Panel(f"{name}: right on all {count} cases", RIGHT)
        panel.add(NOTE, "The grader will try others, which you do not see.")
    if changed:
        names = ", ".join(entry.arguments[place] for place in changed)
        panel.add(WRONG, f"Your function changes what it is given: {names}. {CHANGES}")
    if sum(right) < count:
        _add_cases(panel, name, entry, outcomes, right)
        if mistake is None and entry.hints:
            panel.add(NOTE, f"For a hint, run check({name}, hint=1) in a cell of your own.")
    for message in dict.fromkeys(each for outcome in outcomes for each in outcome.warnings):
        panel.add(NOTE, f"On the way there was a warning: {message}")
    return panel


def add_refused(panel: Panel, name: str, modules: Sequence[str], permitted: Sequence[str]) -> None:
    """Says which modules are not there when the work is graded, if there are any."""
    if not modules:
        return
    if panel.mark == RIGHT:
        panel.heading, panel.mark = f"{name}: right here, but it fails when it is graded", WRONG
    words = (
        f"It needs {', '.join(modules)}. When your work is graded, only these are there: Python's "
        f"own library, {', '.join(permitted)}. Write it with them, and take the import out."
    )
    panel.lines.insert(0, (WRONG, words, ""))


def _is_right(outcome: Outcome, case: Case) -> bool:
    return outcome.error is None and agrees(outcome.value, case.expected)


def _mistake(entry: Entry, outcomes: Sequence[Outcome]) -> str | None:
    cases = entry.cases[: len(outcomes)]
    wrong = {each: [case.wrong[each] for case in cases] for each in entry.says}
    return diagnose(outcomes, [case.expected for case in cases], wrong)


def recognised(mistake: str, says: str) -> str:
    """The sentence that names a mistake."""
    return f"This looks like “{mistake.replace('-', ' ')}”. {says}"


def _add_cases(
    panel: Panel, name: str, entry: Entry, outcomes: Sequence[Outcome], right: list[bool]
) -> None:
    """A line for each case; the first that is wrong is shown in full."""
    first_words = ""
    for case, outcome, is_right in zip(entry.cases, outcomes, right, strict=False):
        if is_right:
            panel.add(RIGHT, f"{case.title}: right.")
            continue
        words = _in_words(outcome, case, entry)
        if not first_words:
            first_words = words
            call = show_call(name, entry.arguments, case.arguments)
            result = show_result(outcome, case.expected, entry.results)
            panel.add(WRONG, f"{case.title}: {words}", f"{call}\n{result}")
        else:
            panel.add(WRONG, f"{case.title}: {'The same.' if words == first_words else words}")
    if len(outcomes) < len(entry.cases):
        panel.add(NOTE, f"{len(entry.cases) - len(outcomes)} more cases were not tried.")


def _in_words(outcome: Outcome, case: Case, entry: Entry) -> str:
    if outcome.error is None:
        return describe_difference(outcome.value, case.expected, entry.results)
    return explain_error(outcome.error, entry.arguments, case.arguments)


def explain_error(error: BaseException, names: Sequence[str], arguments: Sequence[Any]) -> str:
    """What an exception means, in a sentence or two; for a matter of shapes, what they are."""
    if isinstance(error, TimeoutError):
        return "It takes too long. Is there a loop that does not end?"
    message = describe_error(error)
    product = re.search(r"\(size (\d+) is different from (\d+)\)", message)
    if product:
        right, left = product.groups()
        sentence = (
            f"In a product A @ B, the last size of A must be the first size of B (or its only "
            f"one); here they are {left} and {right}."
        )
    elif "truth value of an array" in message:
        # NumPy's own advice, any() or all(), would send most beginners the wrong way.
        return (
            "An array stands where Python wants a single number or a single yes or no: after if, "
            "while, and, or, not, or in Python's own max and min. NumPy has np.where, np.max and "
            "their like, which go through all the numbers."
        )
    elif type_name(error) == "AxisError":
        return (
            "An array has fewer axes than that. Axes are counted from 0, and -1 is the last one, "
            "however many there are."
        )
    elif "broadcast" in message or "not aligned" in message:
        sentence = "Two arrays have shapes that do not go together."
    else:
        return f"It ends in {_article(type_name(error))}."
    shapes = [
        f"{name} {argument.shape}"
        for name, argument in zip(names, arguments, strict=False)
        if isinstance(argument, np.ndarray)
    ]
    return f"{sentence} What came in: {', '.join(shapes)}."


def _article(word: str) -> str:
    return f"{'an' if word[:1] in 'AEIOUaeiou' else 'a'} {word}"


def show_call(name: str, names: Sequence[str], arguments: Sequence[Any]) -> str:
    """A call and its arguments, one below the other."""
    width = max(map(len, names))
    lines = [f"{name}({', '.join(names)})"]
    lines += [_labelled(label, show(a), width) for label, a in zip(names, arguments, strict=True)]
    return "\n".join(lines)


def show_result(outcome: Outcome, expected: Any, names: Sequence[str]) -> str:
    """What came back above what was expected; of several results those that are wrong."""
    if outcome.error is not None:
        lines = [f"  {line}" for line in outcome.lines]
        return "\n".join([f"raised {describe_error(outcome.error)}", *lines])
    if not isinstance(expected, tuple):
        return _pair(outcome.value, expected)
    parts = as_parts(outcome.value, expected)
    if parts is None:
        return f"came back\n{_labelled('', show(outcome.value), 0)}"
    triples = zip(names, parts, expected, strict=True)
    return "\n".join(
        _pair(part, wanted, f" {name}")
        for name, part, wanted in triples
        if not agrees(part, wanted)
    )


def _pair(actual: object, expected: Any, name: str = "") -> str:
    digits = _digits(actual, expected)
    labels = (f"came back{name}", f"expected{name}")
    width = len(labels[0])
    values = (show(actual, digits), show(expected, digits))
    return "\n".join(
        _labelled(label, value, width, indent="") for label, value in zip(labels, values)
    )


def _digits(actual: object, expected: Any) -> int:
    """Four, or more where four would make the two look alike."""
    try:
        numbers, wanted = as_numbers(actual), np.asarray(expected, dtype=np.float64)
        if numbers.shape == wanted.shape and numbers.size:
            with np.errstate(all="ignore"):
                distance = float(np.max(np.abs(numbers - wanted)))
                return 4 if distance > 2e-3 * float(np.max(np.abs(wanted))) else 8
    except NotNumbers:
        pass
    return 4


def _labelled(label: str, value: str, width: int, indent: str = "  ") -> str:
    head = f"{indent}{label:<{width}}  "
    return head + value.replace("\n", "\n" + " " * len(head))
