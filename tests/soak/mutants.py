"""Broken notebooks: an honest one, damaged in one or a few places.

Each mutation knows what a notebook consists of, so that most mutants get past the first check and
reach the places where something could be taken for granted.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import numpy as np

Rng = np.random.Generator

ODD_TEXTS = (
    "",
    "\x00",
    "\ud800",
    "a\udfffb",
    "\u202etxet",
    "\u200b\ufeff",
    "\x1b[2J\x1b]0;title\x07",
    "\x85\u2028\u2029",
    "e\u0301\u0327",
    "𝕊\U0001f469\u200d\U0001f52c",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "{{ 7 * 7 }}{% raw %}",
    "%%bash\nexit 1",
    "x" * 100_000,
    "\n" * 3000,
    "solution",
    "code",
)
ODD_NUMBERS = (0, -1, 1, 4, 5, 99, 2**63, -(2**70), 10**300, 1e308, -0.0)
ODD_FLOATS = (float("nan"), float("inf"), float("-inf"))
ODD_CODE = (
    "print('\\ud800')",
    "raise ValueError('\\udfff', '\\x1b[2J')",
    "class X:\n    def __repr__(self): return '\\ud800'\nX()",
    "import sys; sys.stderr.write('x' * 10**5)",
    "print('\\x00\\x1b]0;t\\x07' * 99)",
    "quit()",
    "raise SystemExit('gone')",
    "del np",
    "globals().clear()",
    "import os; os.chdir('/'); os.environ.clear()",
    "output_error_term = 3",
    "def output_error_term(o, t): return '\\ud800'",
    "def output_error_term(o, t): raise KeyError('\\udfff')",
    "def output_error_term(o, t): return type('\\u202e', (), {})()",
    "import sys; sys.stdout = None",
    "import sys; sys.setrecursionlimit(10)",
)
DEEP = 100_000


def odd_value(rng: Rng) -> Any:
    """A value of any type that JSON has."""
    kind = int(rng.integers(7))
    if kind < 2:
        return ODD_TEXTS[rng.integers(len(ODD_TEXTS))]
    if kind == 2:
        return ODD_NUMBERS[rng.integers(len(ODD_NUMBERS))]
    if kind == 3:
        return ODD_FLOATS[rng.integers(len(ODD_FLOATS))]
    simple: list[Any] = [None, True, False, [], {}, [[]], [None], {"": None}, ["a", 1], [{}]]
    return simple[rng.integers(len(simple))]


def _places(node: Any) -> list[tuple[Any, Any]]:
    """All containers in a tree with each of their keys."""
    items: list[Any] = []
    if isinstance(node, dict):
        items = list(node.items())
    elif isinstance(node, list):
        items = list(enumerate(node))
    return [place for key, item in items for place in ((node, key), *_places(item))]


def pick(rng: Rng, items: list[Any]) -> Any:
    """One of the items."""
    return items[rng.integers(len(items))]


def replace_something(notebook: Any, rng: Rng) -> None:
    container, key = pick(rng, _places(notebook))
    container[key] = odd_value(rng)


def drop_something(notebook: Any, rng: Rng) -> None:
    container, key = pick(rng, _places(notebook))
    del container[key]


def swap_two_values(notebook: Any, rng: Rng) -> None:
    (a, i), (b, j) = (pick(rng, _places(notebook)) for _ in range(2))
    # Copies, for a value that holds itself cannot be written.
    first, second = json.dumps(a[i]), json.dumps(b[j])
    a[i] = json.loads(second)
    if j in (b if isinstance(b, dict) else range(len(b))):
        b[j] = json.loads(first)


def add_a_key(notebook: Any, rng: Rng) -> None:
    names = "id attachments outputs execution_count nbgrader worksheets cells source collapsed"
    places = [c for c, _ in _places(notebook) if isinstance(c, dict)]
    pick(rng, places)[pick(rng, names.split())] = odd_value(rng)


def shuffle_cells(notebook: Any, rng: Rng) -> None:
    order = rng.permutation(len(notebook["cells"]))
    notebook["cells"] = [notebook["cells"][i] for i in order]


def remove_cells(notebook: Any, rng: Rng) -> None:
    keep = rng.random(len(notebook["cells"])) < rng.random()
    notebook["cells"] = [cell for cell, kept in zip(notebook["cells"], keep) if kept]


def repeat_a_cell(notebook: Any, rng: Rng) -> None:
    cell = json.dumps(pick(rng, notebook["cells"]))
    count = int(pick(rng, [1, 1, 1, 2, 30, 2500]))
    place = int(rng.integers(len(notebook["cells"]) + 1))
    notebook["cells"][place:place] = [json.loads(cell) for _ in range(count)]


def double_the_ids(notebook: Any, rng: Rng) -> None:
    one = pick(rng, notebook["cells"])
    for cell in notebook["cells"]:
        if rng.random() < 0.5:
            cell["id"] = one.get("id")
            if "nbgrader" in cell["metadata"] and "nbgrader" in one["metadata"]:
                cell["metadata"]["nbgrader"]["grade_id"] = one["metadata"]["nbgrader"]["grade_id"]


def change_the_format(notebook: Any, rng: Rng) -> None:
    notebook["nbformat"], notebook["nbformat_minor"] = odd_value(rng), odd_value(rng)
    if rng.random() < 0.2:
        notebook["worksheets"] = [{"cells": notebook.pop("cells")}]


def change_the_types(notebook: Any, rng: Rng) -> None:
    for cell in notebook["cells"]:
        if rng.random() < 0.3:
            cell["cell_type"] = pick(rng, ["code", "markdown", "raw", "heading", "", None, 3])


def damage_a_source(notebook: Any, rng: Rng) -> None:
    cell = pick(rng, notebook["cells"])
    source = "".join(cell["source"])
    place = int(rng.integers(len(source) + 1))
    text = str(pick(rng, [*ODD_TEXTS, "(", "'''", "\t", "\\", "0" * 5000, "(" * 300]))
    cell["source"] = source[:place] + text + source[place + int(rng.integers(3)) :]


def run_something_odd(notebook: Any, rng: Rng) -> None:
    _append(pick(rng, _solutions(notebook)), pick(rng, list(ODD_CODE)))


def _solutions(notebook: Any) -> list[Any]:
    return [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]


def _append(cell: Any, code: str) -> None:
    cell["source"] = "".join(cell["source"]) + "\n" + code


def that_runs(honest: bytes, code: str) -> bytes:
    """The notebook with a line more in its first solution."""
    notebook = json.loads(honest)
    _append(_solutions(notebook)[0], code)
    return json.dumps(notebook).encode()


def split_a_source(notebook: Any, rng: Rng) -> None:
    cell = pick(rng, notebook["cells"])
    lines: list[Any] = "".join(cell["source"]).splitlines(keepends=True)
    if rng.random() < 0.5:
        lines.insert(int(rng.integers(len(lines) + 1)), odd_value(rng))
    cell["source"] = lines


TREE_MUTATIONS: tuple[Callable[[Any, Rng], None], ...] = (
    replace_something,
    drop_something,
    swap_two_values,
    add_a_key,
    shuffle_cells,
    remove_cells,
    repeat_a_cell,
    double_the_ids,
    change_the_format,
    change_the_types,
    damage_a_source,
    run_something_odd,
    run_something_odd,
    split_a_source,
)


def _double_a_key(data: bytes, rng: Rng) -> bytes:
    key = pick(rng, [b'"cells":', b'"source":', b'"metadata":', b'"cell_type":', b'"nbgrader":'])
    odd = json.dumps(odd_value(rng)).encode()
    return data.replace(key, key + b" " + odd + b", " + key, int(rng.integers(1, 4)))


def damage_bytes(data: bytes, rng: Rng) -> bytes:
    """The same with a few bytes changed."""
    damaged = bytearray(data)
    for place in rng.integers(len(damaged), size=int(rng.integers(1, 8))):
        damaged[place] = int(rng.integers(256))
    return bytes(damaged)


def _in_another_encoding(data: bytes, rng: Rng) -> bytes:
    text = data.decode("utf-8")
    name = pick(rng, ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "latin-1", "cp500", "utf-7"])
    return text.encode(name, errors="replace")


def _wrapped(data: bytes, rng: Rng) -> bytes:
    wrappers: list[bytes] = [
        b"",
        b" \n\t",
        data + data,
        b"\x00" + data,
        data + b"\x00",
        b"//\n" + data,
        b"[" + data + b"]",
        json.dumps(data.decode("utf-8", "replace")).encode(),
        gzip.compress(data),
        data.replace(b"\n", b"\r\n"),
        b"[" * DEEP + b"]" * DEEP,
        b'{"cells":' * DEEP,
        data.replace(b'"metadata":', b'"deep": ' + b"[" * DEEP + b"]" * DEEP + b', "metadata":', 1),
        data.replace(b'"nbformat": 4', b'"nbformat": ' + b"9" * 10_000),
        rng.bytes(2000),
        b"PK\x03\x04" + data,
        b"\x80\x04]\x94.",
    ]
    return wrappers[rng.integers(len(wrappers))]


def mutated_notebook(honest: bytes, rng: Rng) -> bytes:
    """The notebook with something wrong in it."""
    tree = json.loads(honest)
    if rng.random() < 0.7:
        for _ in range(int(rng.integers(1, 4))):
            mutation = TREE_MUTATIONS[rng.integers(len(TREE_MUTATIONS))]
            try:
                mutation(tree, rng)
            except (KeyError, TypeError, AttributeError, ValueError, IndexError):
                break  # An earlier mutation took away what this one needs.
        data = json.dumps(tree).encode()
        return data if rng.random() < 0.9 else _double_a_key(data, rng)
    data = json.dumps(tree, ensure_ascii=bool(rng.integers(2)), indent=1).encode()
    kinds = (_double_a_key, damage_bytes, _in_another_encoding, _wrapped)
    if rng.random() < 0.25:
        return data[: int(rng.integers(len(data)))]
    return kinds[rng.integers(len(kinds))](data, rng)
