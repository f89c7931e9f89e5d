"""``check(function)``: whether a function you wrote for an assignment is right, and if not, why.

It calls your function on a few cases that you may see, compares what came back with what was
expected, and says which of the known mistakes it recognises. What is expected stands in the file
``checks.json`` beside the notebook, as numbers. The grader tries other cases besides these.

- ``calling``    calls a function, whatever it does
- ``comparing``  right or wrong, how far off, and which mistake it is
- ``table``      reads ``checks.json``
- ``report``     what there is to say
- ``imports``    what it needs that is not there when the work is graded
- ``panel``      how it looks
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mlpkit.check.calling import Outcome, call, type_name
from mlpkit.check.comparing import agrees, describe_difference, diagnose
from mlpkit.check.imports import refused
from mlpkit.check.panel import NOTE, WRONG, Panel
from mlpkit.check.report import add_refused, report
from mlpkit.check.table import Entry, TableError, find

__all__ = ["agrees", "check", "describe_difference", "diagnose"]


def check(
    function: Callable[..., Any], hint: int | None = None, *, name: str | None = None
) -> None:
    """Tries your function on the cases you may see, and shows what came of it.

    While nbgrader grades, it does nothing: the test below it tries these cases too, and a loop that
    does not end would be waited for twice.

    Args:
        function: what you wrote.
        hint: 1, 2 or 3 shows that hint instead; each tells more than the one before.
        name: which exercise it is, if the function has a name of its own.

    Raises:
        AssertionError: it is not right yet. Only under ``nbgrader validate``, which looks for it.
    """
    __tracebackhide__ = True
    stage = os.environ.get("NBGRADER_EXECUTION")
    if stage == "autograde":
        return
    panel = _panel(function, hint, name)
    _display(panel)
    if panel.mark == WRONG and stage == "validate":
        raise AssertionError(panel.text)


def _panel(function: Any, hint: int | None, name: str | None) -> Panel:
    name = _name(function) if name is None else str(name)
    if not callable(function):
        return Panel(f"check wants a function, and got a {type_name(function)}", WRONG)
    try:
        entry = find(name, Path.cwd())
    except TableError as error:
        panel = Panel(f"{name} cannot be checked", WRONG)
        panel.add(NOTE, str(error))
        return panel
    if hint is not None:
        return _hint(name, entry, hint)
    outcomes: list[Outcome] = []
    for case in entry.cases:
        outcomes.append(call(function, case.arguments))
        # Each of these would be the same again, and may take long.
        if isinstance(outcomes[-1].error, NotImplementedError | TimeoutError | ConnectionError):
            break
    panel = report(name, entry, outcomes)
    if entry.permitted is not None and not outcomes[0].not_attempted:
        add_refused(panel, name, refused(function, entry.permitted), entry.permitted)
    return panel


def _name(function: object) -> str:
    try:
        return str(function.__name__)  # type: ignore[attr-defined]
    except Exception:  # there may be no name, and a student's object may do anything
        return f"a {type_name(function)}"


def _hint(name: str, entry: Entry, number: int) -> Panel:
    count = len(entry.hints)
    if number not in range(1, count + 1):
        return Panel(f"{name}: there are hints 1 to {count}, for instance hint=1", NOTE)
    panel = Panel(f"{name}: hint {number} of {count}", NOTE)
    panel.add(NOTE, entry.hints[number - 1])
    return panel


def _display(panel: Panel) -> None:
    """Rich where something can show it, plain text elsewhere."""
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from IPython.display import display

        display({"text/plain": panel.text, "text/html": panel.html}, raw=True)
    else:
        print(panel.text)
