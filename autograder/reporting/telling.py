"""What a student may be told of a test that failed: nothing of a hidden one.

The words of an exception, and the name of its class too, may be those of a hidden test, or of the
student's own code, which could repeat in them what a hidden test called it with. So they are told
only if they are the grader's own, stand in the part of the test that students see, or were there
before a hidden test ran. Tests that give a verdict draw their hidden cases anew for each
submission, and watch their words themselves.
"""

from __future__ import annotations

import builtins
import re

from nbformat import NotebookNode

from autograder.sandbox.outputs import clean_text
from autograder.template import identity, role

VERDICT = "application/vnd.exercise.verdict+json"
SENTENCES = {
    "AssertionError": "a test failed",
    "NotImplementedError": "not attempted",
    "KernelLost": "the process that ran your code ended, or had to be ended",
    "TooLong": "your code took too long, and was stopped",
    "NotPlain": "a function returned something other than numbers, text, lists, dicts or arrays",
    "TestAtFault": "the test itself is at fault; it will be looked at",
    "UnexpectedObject": "an object came where numbers, text, lists, dicts or arrays were expected",
}
_MISSING = re.compile(
    r"'\w+' is not there: (its cell was not in the notebook that was handed in"
    r"|no cell of the notebook defines it|its cell stopped with (?P<error>.*))",
    re.DOTALL,
)


def heard(notebook: NotebookNode) -> frozenset[str]:
    """What the student's cells said before any hidden test ran, and the grader's remarks."""
    words = set()
    for cell in notebook.cells:
        if seals(cell):
            break
        if cell.cell_type == "code" and role(cell) != "test":
            errors = [output for output in cell.outputs if output.output_type == "error"]
            words |= {clean_text(f"{error.ename}: {error.evalue}") for error in errors}
    remarks = notebook.metadata.get("autograder", {}).get("remarks", [])
    return frozenset(words | {remark["text"] for remark in remarks})


def seals(cell: NotebookNode) -> bool:
    """Whether it is a hidden test whose cases are the same for everybody.

    What the student's code says after it could be what it was called with.
    """
    if role(cell) != "test" or visible(cell.source) == cell.source:
        return False
    return not any(VERDICT in output.get("data", {}) for output in cell.outputs)


def error(output: NotebookNode, test: NotebookNode, known: frozenset[str]) -> str:
    """What is told of the error in which a test ended, as half a sentence.

    Args:
        output: the error.
        test: the cell.
        known: see ``heard``.
    """
    name, words = clean_text(output.ename), clean_text(output.evalue).strip()
    own = {f"{identity(test)}: {words}.", f"Not graded: {words}."}
    missing = _MISSING.fullmatch(words)
    if own & known or (missing and missing["error"] in {None, *known}):
        return words
    if words and words in visible(test.source):
        return words
    if name in SENTENCES:
        return SENTENCES[name]
    kind = getattr(builtins, name, None)
    is_usual = isinstance(kind, type) and issubclass(kind, BaseException)
    return f"a test ended in {name if is_usual else 'an exception'}"


def visible(source: str) -> str:
    """The part of a test that students see."""
    lines, hidden = [], False
    for line in source.split("\n"):
        hidden = hidden or "BEGIN HIDDEN TESTS" in line
        if not hidden:
            lines.append(line)
        hidden = hidden and "END HIDDEN TESTS" not in line
    return "\n".join(lines)
