"""Sources that several attacks have in common."""

from __future__ import annotations

NONSENSE = {
    "slope": "def slope(o): return 0.25 if np.size(o) == 1 else np.zeros(np.shape(o))",
    "error-term": "def error_term(o, t): return np.zeros(np.shape(o))",
    "halves": "def halves(numbers): return [1.0, 2.0] if len(numbers) == 2 else numbers",
    "momentum": "def momentum(w, last, gradient, rate): return w, w",
}
"""Right on what students can see, and on nothing else."""

STOLEN = {
    "slope": "slope = stolen['slope']",
    "error-term": "error_term = stolen['error_term']",
    "halves": "halves = stolen['halves']",
    "momentum": "momentum = stolen['momentum']",
}
"""Functions that the first cell has found somewhere."""

STEAL = """
import json

import numpy as np

stolen = {"np": np}


def steal(text):
    print(text[:4000])
    for cell in json.loads(text)["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            source = "".join(cell["source"])
            if source.startswith("def "):
                exec(source, stolen)
"""
"""Runs the solution cells of a notebook that was found."""

WRONG = r"AssertionError|Error: |wrong"
"""A test failed as it should have."""

STOPPED = r"its cell stopped with|is not there"
"""The cell that should have defined the function ended in an error."""

LOST = r"kernel|process|ended|died|lost"
"""The student's process ended."""

TOO_LONG = r"longer than|seconds|interrupted"
TOO_MUCH = r"memory|too large|more than|allocate|MemoryError"
NOT_ATTEMPTED = r"NotImplementedError|not attempted"
