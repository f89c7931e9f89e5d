"""Words planted where students must not look, and the search for them in what students get.

On every line of code of the exercises (references, mistakes, generators of hidden cases) and in
every solution, hidden test and mark scheme of the assignments' sources there is put, in a copy, a
comment that occurs nowhere else. Wherever one turns up later, something has leaked.
"""

from __future__ import annotations

import base64
import io
import re
import tokenize
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import nbformat
from nbformat import NotebookNode

CANARY = re.compile(rb"CANARY\d{5}X")
_SECRET_REGION = re.compile(r"\b(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)\b")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")


def plant(assignments: Path) -> int:
    """Plants canaries in a copy of the assignments' folder; returns how many.

    The exercises and the sources mean the same as before.
    """
    words = (f"CANARY{number:05}X" for number in count(1))
    planted = 0
    for module in sorted((assignments / "exercises").rglob("*.py")):
        text = module.read_text(encoding="utf-8")
        planted += _write(module, "".join(_planted_code(text, words)), text)
    for path in sorted((assignments / "source").rglob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        before = nbformat.writes(notebook)
        for cell in notebook.cells:
            cell.source = "\n".join(_planted_cell(cell, words))
        planted += _write(path, nbformat.writes(notebook) + "\n", before)
    return planted


def found_in(content: bytes) -> set[bytes]:
    """The canaries in some bytes, as they are or inside base64."""
    found = set(CANARY.findall(content))
    # A notebook breaks long texts into lines, and writes a break as two characters.
    for text in _BASE64.findall(content.replace(b"\\n", b"").replace(b"\n", b"")):
        plain = text.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        for shift in range(4):
            part = plain[shift:]
            found |= set(CANARY.findall(base64.b64decode(part[: len(part) // 4 * 4])))
    return found


def _write(path: Path, text: str, before: str) -> int:
    path.write_text(text, encoding="utf-8")
    return len(CANARY.findall(text.encode())) - len(CANARY.findall(before.encode()))


def _planted_code(text: str, words: Iterator[str]) -> Iterator[str]:
    """The lines of a module, each with a canary where a comment can stand."""
    ends = (tokenize.NEWLINE, tokenize.NL)
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    free = {token.start[0] for token in tokens if token.type in ends}
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        code = line.rstrip()
        yield f"{code}  # {next(words)}\n" if number in free and code else line


def _planted_cell(cell: NotebookNode, words: Iterator[str]) -> Iterator[str]:
    """The lines of a cell, with canaries in what the release leaves out."""
    lines = cell.source.split("\n")
    regions = [_SECRET_REGION.search(line) for line in lines]
    for line, marker in zip(lines, regions):
        if marker and marker[1] == "END":
            yield f"# {next(words)}"
        yield line
        if marker and marker[1] == "BEGIN":
            indent = line[: len(line) - len(line.lstrip())]
            yield f"{indent}# {next(words)}"
    marks = cell.metadata.get("nbgrader", {})
    if marks.get("solution") and not any(regions):
        yield f"# {next(words)}"  # the release leaves out all of it
