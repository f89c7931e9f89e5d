"""A small class, from release to report: python -m assignments.demo.

Releases assignment ps2 in a course of its own under build/demo, makes sixteen submissions of the
kinds that occur, grades them in the sandbox, writes the feedback, exports the scores, and prints
who got what and why.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ASSIGNMENT = "ps2"
SOURCE = Path(__file__).parent

LOOPS = {
    "output-error-term": """
def output_error_term(o, t):
    o, t = np.asarray(o), np.asarray(t)
    delta = np.zeros(o.shape)
    for place in np.ndindex(*o.shape):
        delta[place] = o[place] * (1 - o[place]) * (t[place] - o[place])
    return delta
""",
    "hidden-error-terms": """
def hidden_error_terms(h, W, delta_output):
    if np.ndim(h) == 2:
        return [hidden_error_terms(*example) for example in zip(h, [W] * len(h), delta_output)]
    return [
        h[j] * (1 - h[j]) * sum(W[k, j] * delta_output[k] for k in range(len(W)))
        for j in range(len(h))
    ]
""",
    "training-step": """
def training_step(W1, b1, W2, b2, x, t, rate):
    steps = [np.zeros(array.shape) for array in (W1, b1, W2, b2)]
    for example, target in zip(x, t):
        h = sigmoid(W1 @ example + b1)
        o = sigmoid(W2 @ h + b2)
        delta_o = output_error_term(o, target)
        delta_h = np.array(hidden_error_terms(h, W2, delta_o))
        products = np.outer(delta_h, example), delta_h, np.outer(delta_o, h), delta_o
        steps = [step + product for step, product in zip(steps, products)]
    return [a + rate * step / len(x) for a, step in zip((W1, b1, W2, b2), steps)]
""",
}

SINGLE_PRECISION = {
    "output-error-term": """
def output_error_term(o, t):
    o, t = np.float32(o), np.float32(t)
    return o * (1 - o) * (t - o)
""",
    "hidden-error-terms": """
def hidden_error_terms(h, W, delta_output):
    h, W, delta_output = np.float32(h), np.float32(W), np.float32(delta_output)
    return h * (1 - h) * (delta_output @ W)
""",
    "deltas": """
def deltas(z1, z2, W2, t):
    a1, a2 = sigmoid(np.float32(z1)), sigmoid(np.float32(z2))
    delta2 = a2 * (1 - a2) * (a2 - np.float32(t))
    return a1 * (1 - a1) * (delta2 @ np.float32(W2)), delta2
""",
}

WRONG = {
    "slope-left-out": {
        "output-error-term": "def output_error_term(o, t):\n    return t - o",
    },
    "weights-transposed": {
        "hidden-error-terms": """
def hidden_error_terms(h, W, delta_output):
    return h * (1 - h) * (delta_output @ W.T)
""",
    },
    "one-sided": {
        "numerical-gradient": """
def numerical_gradient(J, w, step):
    moves = step * np.eye(w.size).reshape(-1, *w.shape)
    return np.reshape([(J(w + move) - J(w)) / step for move in moves], w.shape)
""",
    },
    "summed-not-averaged": {
        "training-step": """
def training_step(W1, b1, W2, b2, x, t, rate):
    h = sigmoid(x @ W1.T + b1)
    o = sigmoid(h @ W2.T + b2)
    delta_o = output_error_term(o, t)
    delta_h = hidden_error_terms(h, W2, delta_o)
    return (W1 + rate * delta_h.T @ x, b1 + rate * delta_h.sum(axis=0),
            W2 + rate * delta_o.T @ h, b2 + rate * delta_o.sum(axis=0))
""",
    },
}

HARMFUL = {
    "endless-loop": {
        "numerical-gradient": """
def numerical_gradient(J, w, step):
    while True:
        w = w + step
""",
    },
    "memory-eater": {
        "numerical-gradient": """
def numerical_gradient(J, w, step):
    eaten = [w]
    while True:
        eaten.append(np.empty(10_000_000))
""",
    },
    "exits": {
        "numerical-gradient": """
import os

def numerical_gradient(J, w, step):
    os._exit(0)
""",
    },
    "syntax-error": {
        "hidden-error-terms": "def hidden_error_terms(h, W, delta_output)\n    return h * W",
    },
}


def submissions(released: str, source: str) -> Iterator[tuple[str, str]]:
    """A name and a notebook file for each kind of submission.

    Args:
        released: the notebook that students get.
        source: the instructor's, for its solutions.
    """
    solutions = solutions_of(source)
    solved = with_cells(released, solutions)
    yield "perfect", solved
    yield "loops", with_cells(solved, LOOPS)
    yield "float32", with_cells(solved, SINGLE_PRECISION)
    for name, cells in (WRONG | HARMFUL).items():
        yield name, with_cells(solved, cells)
    yield "blank", released
    half = ("output-error-term", "hidden-error-terms")
    yield "half-done", with_cells(released, {name: solutions[name] for name in half})
    yield "blank-skip-execution", _with_metadata(released, "tags", ["skip-execution"])
    yield "blank-schema-99", _with_schema(released, 99)
    yield "not-json", "this is not a notebook {"


def solutions_of(notebook: str) -> dict[str, str]:
    """The solution cells of a source notebook, by name, as a student would write them."""
    found = {}
    for cell in json.loads(notebook)["cells"]:
        marks = cell["metadata"].get("nbgrader", {})
        if marks.get("solution"):
            text, _, _ = "".join(cell["source"]).partition("### BEGIN MARK SCHEME")
            lines = [line for line in text.splitlines() if "### " not in line]
            found[marks["grade_id"]] = "\n".join(lines)
    return found


def with_cells(notebook: str, sources: dict[str, str]) -> str:
    """A notebook with other texts in the cells of these names."""
    changed = json.loads(notebook)
    for cell in changed["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = sources.get(name, "".join(cell["source"])).strip()
    return json.dumps(changed)


def _with_metadata(notebook: str, key: str, value: Any) -> str:
    changed = json.loads(notebook)
    for cell in changed["cells"]:
        cell["metadata"][key] = value
    return json.dumps(changed)


def _with_schema(notebook: str, version: int) -> str:
    changed = json.loads(notebook)
    for cell in changed["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"]["schema_version"] = version
    return json.dumps(changed)


def make_course(folder: Path) -> None:
    """A course directory with the sources and nothing else; what was there is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCE / "source", folder / "source")
    shutil.copy(SOURCE / "nbgrader_config.py", folder)


def hand_in(folder: Path) -> int:
    """Puts the submissions where nbgrader's exchange would; returns how many there are."""
    released = (folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")
    source = (folder / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text(encoding="utf-8")
    count = 0
    for student, notebook in submissions(released, source):
        place = folder / "submitted" / student / ASSIGNMENT
        place.mkdir(parents=True)
        (place / f"{ASSIGNMENT}.ipynb").write_text(notebook, encoding="utf-8")
        count += 1
    return count


def command(folder: Path, *words: str, quiet: bool = True) -> None:
    """Runs a command of nbgrader's or ours in the course; shows what it said if it fails.

    Raises:
        SystemExit: the command failed.
    """
    print("$ " + " ".join(words), flush=True)
    # nbgrader calls other programs of its environment by their names.
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=quiet,
        text=True,
    )
    if done.returncode:
        said = (done.stderr or "")[-3000:]
        raise SystemExit(f"{said}\nThe command failed with exit status {done.returncode}.")


def main(arguments: list[str] | None = None) -> None:
    """Runs the demonstration."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, default=Path("build/demo"), help="where to work")
    folder = parser.parse_args(arguments).folder.resolve()
    start = time.monotonic()
    make_course(folder)
    command(folder, "nbgrader", "generate_assignment", ASSIGNMENT)
    print(f"  {hand_in(folder)} students hand in")
    command(folder, "autograder", "grade", ASSIGNMENT, quiet=False)
    command(folder, "nbgrader", "generate_feedback", ASSIGNMENT)
    command(folder, "nbgrader", "export", "--to", "grades.csv")
    print(f"\nScores:   {folder / 'grades.csv'}")
    print(f"Feedback: {folder / 'feedback'}/STUDENT/{ASSIGNMENT}/{ASSIGNMENT}.html")
    print(f"By hand:  jupyter lab in {folder}, menu Nbgrader, Formgrader")
    print(f"All of it took {time.monotonic() - start:.0f} s.")


if __name__ == "__main__":
    main()
