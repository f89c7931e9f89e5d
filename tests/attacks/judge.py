"""What counts as a point gained, as harm done, and as a reason given."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.attacks import canaries
from tests.attacks import course as courses
from tests.attacks.attack import Attack, is_test
from tests.attacks.referee import Observation

MEBIBYTE = 2**20
MOST_MEMORY = 2560 * MEBIBYTE
MOST_DISK = 24 * MEBIBYTE
MOST_PROCESSES = 120
MOST_WRITTEN = 4 * MEBIBYTE
MARK_OF_SCRIPT = "attackscript"
"""What every script of an attack says, so that it is known in a page among the page's own."""

IGNORED = re.compile(
    r"/course/(autograded|feedback)/[^/]+/(small|ps2)(/|$)|/course/gradebook\.db"
    r"|/course/(submitted/(m-zip-|collected-)|downloaded/)"
    r"|/home/grader/\.local/share/jupyter/runtime/|/home/grader/\.(cache|config)/(fontconfig|mat)"
    r"|/tmp/(tmp\w+\.json$|pymp-|ipython-)|/dev/shm/sem\.mp-"
)
"""What graders leave lying about by themselves: caches, connection files, traces of a crash."""


@dataclass(frozen=True)
class Judgement:
    """What an attack came to under one grader.

    Attributes:
        points: of the automatic tests, by the gradebook; None if it was never graded.
        gained: points beyond what its honest part deserves.
        lost: deserved points that were not given.
        harms: what was reached, changed, stopped or used up, by it or by what was graded with it.
        leaks: secrets and scripts that come out where its outputs are shown.
        reason: what the grader says of it.
        missing_reason: whether there is no readable reason, or not the expected one.
        seconds: how long grading it and the honest ones took.
    """

    points: float | None
    gained: float = 0.0
    lost: float = 0.0
    harms: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    reason: str = ""
    missing_reason: bool = False
    seconds: float = 0.0

    @property
    def stood(self) -> bool:
        """Whether the grader withstood."""
        return not (self.gained or self.lost or self.harms or self.leaks or self.missing_reason)


def judge(
    attack: Attack,
    seen: Observation,
    alone: Observation,
    by: str,
    beside: tuple[Attack, ...] = (),
) -> Judgement:
    """Compares what was seen with a run of the honest submissions alone.

    Args:
        attack: what was handed in.
        beside: other attacks that were graded together with it.
        seen: what happened.
        alone: what happens without it.
        by: the grader, "ours" or "nbgrader".
    """
    scores = seen.scores.get(attack.known_as)
    points = None if scores is None else sum(score or 0.0 for score in scores.values())
    reason = reason_of(attack, seen) if by == "ours" else ""
    harms = list(_harms((attack, *beside), seen, alone))
    leaks = [*_too_large(attack, seen), *_leaks(attack, seen, by, reason)]
    got = points or 0.0
    incomplete = got < courses.points(attack.course)
    missing = by == "ours" and incomplete and not _is_readable(attack, reason)
    return Judgement(
        points,
        max(0.0, got - attack.deserves),
        max(0.0, attack.least - got),
        harms,
        leaks,
        reason,
        missing,
        seen.seconds,
    )


def _harms(together: tuple[Attack, ...], seen: Observation, alone: Observation) -> Iterator[str]:
    missing = [student for student in alone.scores if not _same(student, seen, alone, "scores")]
    if missing and (seen.ended or seen.status != 0):
        yield f"stopped the batch ({seen.ended or f'exit status {seen.status}'})"
    elif seen.ended:
        yield f"the grader had to be ended ({seen.ended})"
    for student in missing:
        yield f"changed the points of {student}"
    for student in set(alone.scores) - set(missing):
        if not _same(student, seen, alone, "rows"):
            yield f"changed the gradebook of {student}"
        if _normal(seen.graded.get(student)) != _normal(alone.graded.get(student)):
            yield f"changed the graded notebook of {student}"
        if any(attack.feedback for attack in together) and not seen.feedback.get(student):
            yield f"no feedback for {student}"
    if seen.course_rows != alone.course_rows:
        yield "changed the assignment in the gradebook"
    handed_in = {
        path.split("/")[3] for path in seen.before if path.startswith("/course/submitted/")
    }
    others = set(seen.rows) - handed_in - {attack.known_as for attack in together}
    if others:
        yield f"students who never handed in: {', '.join(sorted(others))}"
    for name, content in seen.reached.items():
        yield f"reached {name}" + (" and told it a secret" if _secrets(content) else "")
    if not seen.canary_lives:
        yield "killed a process of the grader's"
    for command in seen.left_over[:1]:
        yield f"left {len(seen.left_over)} processes running: {command[:60]}"
    yield from _changed_files(seen, alone)
    yield from _used_up(seen)


def _same(student: str, seen: Observation, alone: Observation, what: str) -> bool:
    return bool(getattr(seen, what).get(student) == getattr(alone, what).get(student))


def _changed_files(seen: Observation, alone: Observation) -> Iterator[str]:
    for path, content in seen.before.items():
        if seen.after.get(path) != content and not path.startswith("/course/gradebook.db"):
            yield f"{'changed' if path in seen.after else 'removed'} {path}"
    new = set(seen.after) - set(seen.before) - set(alone.after)
    for path in sorted(path for path in new if not IGNORED.match(path))[:3]:
        yield f"wrote {path}"


def _used_up(seen: Observation) -> Iterator[str]:
    if seen.memory > MOST_MEMORY:
        yield f"{seen.memory // MEBIBYTE} MiB of memory"
    if seen.processes > MOST_PROCESSES:
        yield f"{seen.processes} processes"
    if seen.disk > MOST_DISK:
        yield f"{seen.disk // MEBIBYTE} MiB of disk"


def _too_large(attack: Attack, seen: Observation) -> Iterator[str]:
    written = seen.graded.get(attack.known_as, "")
    size = int(written.split()[0]) if re.fullmatch(r"\d+ bytes", written) else len(written)
    if size > MOST_WRITTEN:
        yield f"a graded notebook of {size // MEBIBYTE} MiB"


def _leaks(attack: Attack, seen: Observation, by: str, reason: str) -> Iterator[str]:
    """Secrets that come out where a student sees them, and scripts where somebody runs them."""
    shown = "".join(_outputs(seen.graded.get(attack.known_as, ""), tests=by == "ours"))
    page = seen.feedback.get(attack.known_as, "") if attack.feedback else ""
    for name, word in canaries.WORDS.items():
        # What stands in the submission itself, or in nbgrader's copy of a test, is no leak.
        if word in shown or word in _text_of_outputs(page):
            yield f"read {name}"
    # The graded notebook holds the hidden tests themselves; students see the feedback.
    if str(courses.HIDDEN_CASE) in _text_of_outputs(page):
        yield "shows a hidden case"
    if attack.tells and re.search(attack.tells, shown + reason + _text_of_outputs(page)):
        yield "shows something of a hidden case"
    if page and _runs_script(page):
        yield "runs a script in the feedback"
    if by == "ours" and "\x1b" in seen.said:
        yield "sends control characters to the terminal"
    if re.search("grader itself|process that graded", reason):
        yield "the grader itself failed"


def _secrets(content: str) -> bool:
    return any(word in content for word in canaries.WORDS.values())


def _outputs(notebook: str, tests: bool) -> Iterator[str]:
    for cell in _cells(notebook):
        if tests or not is_test(cell):
            yield json.dumps(cell.get("outputs", ""))


def _cells(notebook: str) -> list[dict[str, Any]]:
    try:
        return list(json.loads(notebook)["cells"])
    except (ValueError, KeyError, TypeError):
        return []


def _normal(notebook: str | None) -> str | None:
    """A graded notebook without the times that nbgrader's own execution leaves in it."""
    cells = _cells(notebook or "")
    if not cells:
        return notebook
    found = json.loads(notebook or "")
    for cell in found["cells"]:
        cell["metadata"].pop("execution", None)
        if "autograder" not in found["metadata"]:
            # The addresses of objects and processes in nbgrader's tracebacks.
            text = str(cell.get("outputs"))
            cell["outputs"] = re.sub(r"/tmp/ipykernel_\d+|0x[0-9a-f]+", "", text)
    return json.dumps(found, sort_keys=True)


def reason_of(attack: Attack, seen: Observation) -> str:
    """What the grader's own table says of the student."""
    _, _, reasons = seen.said.partition("Why points are missing")
    # A name is shown without what could harm a terminal, and padded to a column.
    letters = "[^a-z0-9]*".join(re.findall("[a-z0-9]", attack.known_as))
    name = re.compile(letters + "[^a-z0-9 ]*(?: |$)")
    found = [name.match(line) for line in reasons.splitlines()]
    return " | ".join(match.string[match.end() :].strip() for match in found if match)


def _is_readable(attack: Attack, reason: str) -> bool:
    groups = [group.partition(": ") for group in reason.split(" | ")]
    readable = all(cells and why.strip() for cells, _, why in groups) and reason.isprintable()
    return readable and bool(re.search(attack.reason, reason, re.IGNORECASE))


class _Page(HTMLParser):
    """Finds scripts of an attack, and collects what is shown as output."""

    def __init__(self) -> None:
        super().__init__()
        self.runs = False
        self.open: list[str] = []
        self.outputs: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        values = dict(attributes)
        if tag == "div":
            if self.depth or "output_area" in (values.get("class") or "").split(" "):
                self.depth += 1
            elif "jp-OutputArea" in (values.get("class") or ""):
                self.depth = 1
        for name, value in attributes:
            active = name.startswith("on") or (value or "").lower().lstrip().startswith(
                ("javascript:", "data:text/html", "data:image/svg")
            )
            if (active or tag in ("iframe", "embed", "object")) and MARK_OF_SCRIPT in (value or ""):
                self.runs = True

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        if tag == "div" and self.depth:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "script" and MARK_OF_SCRIPT in data:
            self.runs = True
        if self.depth:
            self.outputs.append(data)


def _parsed(page: str) -> _Page:
    parser = _Page()
    parser.feed(page)
    return parser


def _runs_script(page: str) -> bool:
    return _parsed(page).runs


def _text_of_outputs(page: str) -> str:
    return "".join(_parsed(page).outputs) if page else ""
