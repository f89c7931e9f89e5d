"""What a student gets back: their work, what it is worth, and what to think about next.

nbgrader makes the feedback, with this in place of its own page:

    c.GenerateFeedback.exporter_class = "autograder.reporting.feedback.FeedbackExporter"
    c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]
"""

from __future__ import annotations

import re
import struct
from base64 import b64decode
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from nbconvert.exporters import Exporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from autograder.reporting import markdown, rendering, telling
from autograder.reporting.telling import VERDICT
from autograder.sandbox.outputs import clean_text
from autograder.template import identity, role

TOLD = ("refused", "odd")
"""The kinds of remarks that are for the student too."""
SEALED = "What it showed is left out, for it ran after a hidden test."
LONGEST_CODE = 20_000
LONGEST_OUTPUT = 20_000
LARGEST_SIDE = 4000
"""Of a picture, in pixels: more would fill the memory of whoever looks at it."""
_HEADING = re.compile(r"\s*<h[23]>(.*?)</h[23]>")  # the page has a heading of level 1 already


@dataclass(frozen=True)
class Part:
    """A cell as it is shown.

    Attributes:
        kind: "given", "solution", "answer", "added" (by the student) or "test".
        name: nbgrader's name of the cell, or its id.
        body: its text or code, as HTML; of a test nothing.
        outputs: what came of it, in order.
        score, most: where it has points.
        waiting: whether it is still to be graded by hand.
        comment: of who graded it, as HTML.
        verdict: of a test, if it has one.
        told: of a test without a verdict, why points are missing.
    """

    kind: str
    name: str
    body: Markup
    outputs: list[tuple[str, str]]
    score: float = 0.0
    most: float = 0.0
    waiting: bool = False
    comment: Markup = Markup()
    verdict: dict[str, Any] | None = None
    told: str = ""

    @property
    def title(self) -> str:
        """Its name, for people."""
        return self.name.removeprefix("test-").removeprefix("test_").replace("-", " ")

    @property
    def right(self) -> bool:
        """Whether it has all its points."""
        return self.score >= self.most


def sections(parts: list[Part]) -> list[tuple[str, list[Part]]]:
    """The parts in their order, in sections with a heading: what was given, and what was not.

    What was given begins a new section wherever a cell begins with a heading of level 1 or 2. The
    heading of what was not given is empty.
    """
    found: list[tuple[str, list[Part]]] = []
    before = ""
    for part in parts:
        heading = _HEADING.match(part.body) if part.kind == "given" else None
        if heading:
            body = Markup(part.body[heading.end() :])
            found.append((Markup(heading[1]).striptags(), [replace(part, body=body)]))
        elif found and (part.kind == "given") == (before == "given"):
            found[-1][1].append(part)
        else:
            found.append(("What was given" if part.kind == "given" else "", [part]))
        before = part.kind
    return found


class FeedbackExporter(Exporter):
    """Turns a graded notebook into a page."""

    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> Any:
        """The page; the preprocessors have put the scores and comments into the cells."""
        notebook, resources = super().from_notebook_node(nb, resources, **kw)
        names = resources["nbgrader"]
        waiting = _waiting(names)
        parts = _parts(notebook, waiting)
        remarks = notebook.metadata.get("autograder", {}).get("remarks", [])
        page = rendering.render(
            "feedback.html.j2",
            assignment=names["assignment"],
            student=names["student"],
            score=names["score"],
            most=names["max_score"],
            late=names["late_penalty"],
            parts=parts,
            sections=sections(parts),
            remarks=[r["text"] for r in remarks if r["kind"] in TOLD],
        )
        # What was cut off in the middle of a character cannot be written.
        return page.encode(errors="replace").decode(), resources


def _waiting(names: dict[str, Any]) -> set[str]:
    """Names of the cells that wait to be graded by hand."""
    with Gradebook(names["db_url"]) as gradebook:
        notebook = gradebook.find_submission_notebook(
            names["notebook"], names["assignment"], names["student"]
        )
        return {grade.cell.name for grade in notebook.grades if grade.needs_manual_grade}


def _parts(notebook: NotebookNode, waiting: set[str]) -> list[Part]:
    known, sealed, parts = telling.heard(notebook), False, []
    for cell in notebook.cells:
        part = _part(cell, waiting, known)
        parts.append(replace(part, outputs=[("note", SEALED)]) if sealed and part.outputs else part)
        sealed = sealed or telling.seals(cell)
    return parts


def _part(cell: NotebookNode, waiting: set[str], known: frozenset[str]) -> Part:
    name, marks, kind = identity(cell) or cell.id, cell.metadata.get("nbgrader", {}), role(cell)
    score, most = float(marks.get("score") or 0), float(marks.get("points") or 0)
    if kind == "test":
        bundles = [output.get("data", {}) for output in cell.outputs]
        verdict = next((bundle[VERDICT] for bundle in bundles if VERDICT in bundle), None)
        failed = [output for output in cell.outputs if output.output_type == "error"]
        told = telling.error(failed[-1], cell, known) if failed else ""
        return Part(kind, name, Markup(), [], score, most, verdict=verdict, told=told)
    if cell.id.startswith("added-"):
        kind = "added"
    if cell.cell_type == "code":
        body, outputs = code(cell.source), shown(cell.outputs)
    else:
        wrote = markdown.instructors if kind == "given" else markdown.students
        body, outputs = wrote(cell.source), []
    comment = markdown.instructors(marks.get("comment") or "")
    return Part(kind, name, body, outputs, score, most, name in waiting, comment)


def code(source: str) -> Markup:
    """Code in colours; what is very long is cut, and has none."""
    if len(source) > LONGEST_CODE:
        cut = f"{source[:LONGEST_CODE]}\n… {len(source) - LONGEST_CODE} characters more"
        return Markup("<pre>{}</pre>").format(cut)
    return Markup(Highlight2HTML(pygments_lexer="python3")(clean_text(source)))


def shown(outputs: list[NotebookNode]) -> list[tuple[str, str]]:
    """What a student's cell showed: kinds ("text", "error" or "picture") and texts or base64."""
    found = []
    for output in outputs:
        data = output.get("data", {})
        if output.output_type == "stream":
            found.append(("text", _cut(output.text)))
        elif output.output_type == "error":
            found.append(("error", _cut("\n".join(output.traceback))))
        elif is_small_picture(data.get("image/png")):
            found.append(("picture", data["image/png"]))
        elif "text/plain" in data:
            found.append(("text", _cut(data["text/plain"])))
    return found


def _cut(text: str) -> str:
    clean = clean_text(text)
    more = len(clean) - LONGEST_OUTPUT
    return clean if more <= 0 else f"{clean[:LONGEST_OUTPUT]}\n… {more} characters more"


def is_small_picture(text: Any) -> bool:
    """Whether it is the beginning of a PNG file, in base64, that says it is not huge."""
    if not isinstance(text, str):
        return False
    head = b64decode(text[:64].encode(errors="replace") + b"==", validate=False)
    if len(head) < 24 or not head.startswith(b"\x89PNG\r\n\x1a\n"):
        return False
    return max(struct.unpack(">II", head[16:24])) <= LARGEST_SIDE
