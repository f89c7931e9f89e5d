"""Broken, not hostile: files that are no notebooks, or not as they were."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.attacks.attack import Attack, Notebook, name_of

ANY = ".+"
NOT_GRADED = "not (a notebook|JSON|graded)|no cells|empty|too|format|bytes|link|regular|folder"


def _schema(version: int | None) -> Callable[[Notebook], Notebook]:
    def changed(notebook: Notebook) -> Notebook:
        for cell in notebook["cells"]:
            marks = cell["metadata"].get("nbgrader")
            if marks and version is None:
                del marks["schema_version"]
            elif marks:
                marks["schema_version"] = version
        return notebook

    return changed


def _without_metadata(notebook: Notebook) -> Notebook:
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = {}
        cell["id"] = f"pasted-{number}"
    return notebook


def _text(notebook: Notebook) -> str:
    return json.dumps(notebook)


def _huge(notebook: Notebook) -> bytes:
    notebook["metadata"]["filler"] = "x" * 48_000_000
    return _text(notebook).encode()


def _deep(notebook: Notebook) -> bytes:
    return b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def _format_3(notebook: Notebook) -> bytes:
    cells = [
        {"cell_type": "code", "input": c["source"], "outputs": [], "language": "python"}
        for c in notebook["cells"]
    ]
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}}
    return json.dumps(old | {"worksheets": [{"cells": cells}]}).encode()


def _wrong_types(notebook: Notebook) -> bytes:
    odd: list[Any] = [None, 7, -1e400, True, [], {}, "x", [["x"]], {"x": {"y": []}}]
    cells: list[Any] = list(odd)
    for key in ("cell_type", "source", "metadata", "id", "outputs", "execution_count"):
        for value in odd:
            cells += [cell | {key: value} for cell in notebook["cells"][1:3]]
    for cell in notebook["cells"][1:3]:
        for key in cell["metadata"]["nbgrader"]:
            for value in odd:
                marks = cell["metadata"]["nbgrader"] | {key: value}
                cells.append(cell | {"metadata": {"nbgrader": marks, "tags": value}})
    return json.dumps(notebook | {"cells": cells, "metadata": 7, "nbformat": "4"}).encode()


def _same_ids(notebook: Notebook) -> Notebook:
    for cell in notebook["cells"]:
        cell["id"] = "same"
    return notebook


def _unknown_cells(notebook: Notebook) -> Notebook:
    for cell in notebook["cells"]:
        if name_of(cell) == "slope":
            cell["cell_type"] = "spreadsheet"
    return notebook


def _kernel(spec: Any) -> Callable[[Notebook], Notebook]:
    return lambda notebook: notebook | {"metadata": {} if spec is None else {"kernelspec": spec}}


R = {"name": "ir", "display_name": "R", "language": "R"}


def _broken(name: str, change: Callable[[Notebook], Any], reason: str = NOT_GRADED) -> Attack:
    """A file that cannot be graded."""
    return Attack(24, name, "the batch stops", reason, solved="all", change=change)


def _odd(row: int, name: str, change: Callable[[Notebook], Any]) -> Attack:
    """A file that is odd, with all the work still in it."""
    return Attack(row, name, "the batch stops", "", solved="all", deserves=12, change=change)


ATTACKS = (
    _odd(23, "schema-99", _schema(99)),
    _odd(23, "schema-none", _schema(None)),
    Attack(
        23,
        "metadata-emptied",
        "the batch stops",
        "",
        solved="all",
        deserves=12,
        at_least=0,
        change=_without_metadata,
    ),
    _broken("not-json", lambda _: b"this is not a notebook {"),
    _broken("empty", lambda _: b""),
    _broken("truncated", lambda n: _text(n).encode()[:-700]),
    _broken("a-list", lambda _: b"[[], {}, 7]"),
    Attack(
        24,
        "utf-16",
        "the batch stops",
        "",
        solved="all",
        change=lambda n: _text(n).encode("utf-16"),
        deserves=12,
        at_least=0,
    ),
    Attack(
        24,
        "byte-order-mark",
        "the batch stops",
        "",
        solved="all",
        change=lambda n: _text(n).encode("utf-8-sig"),
        deserves=12,
        at_least=0,
    ),
    _broken("not-utf-8", lambda n: _text(n).encode().replace(b"slope", b"\xff\xfe")),
    Attack(
        24,
        "huge",
        "the grader's memory",
        NOT_GRADED,
        solved="all",
        deserves=12,
        at_least=0,
        change=_huge,
    ),
    _broken("deep", _deep),
    _broken("format-3", _format_3),
    Attack(
        24,
        "wrong-types",
        "the batch stops",
        ANY,
        solved="all",
        deserves=12,
        at_least=0,
        change=_wrong_types,
    ),
    _odd(24, "same-ids", _same_ids),
    _broken("no-cells", lambda n: n | {"cells": []}),
    Attack(
        24,
        "unknown-cells",
        "the batch stops",
        "",
        solved="all",
        deserves=12,
        at_least=10,
        change=_unknown_cells,
    ),
    _odd(24, "no-kernelspec", _kernel(None)),
    _odd(24, "another-language", _kernel(R)),
    _odd(24, "odd-kernelspec", _kernel({"name": 7, "argv": ["rm", "-rf", "~"]})),
)
