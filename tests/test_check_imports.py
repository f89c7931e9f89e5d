"""The check says at home what is not there when the work is graded."""

from __future__ import annotations

import linecache
import shutil
from pathlib import Path

import numpy as np
import pytest

from assignments.exercises import bake
from mlpkit.check import check

SOURCES = Path(__file__).parents[1] / "assignments" / "source"


class TestImports:
    SLOPE = "def sigmoid_and_slope(z):\n    a = {}\n    return a, a * (1 - a)\n"

    @pytest.fixture
    def run(self, tmp_path, monkeypatch, capsys):
        """Runs cells as a notebook does, checks the function, and returns what is shown."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
        shutil.copy(SOURCES / "ps1" / "ps1.ipynb", tmp_path)
        bake.bake_for_release(assignment="ps1", notebooks=["ps1.ipynb"])

        def run(*cells):
            names = {"__name__": "__main__", "np": np}
            for number, cell in enumerate(cells):
                file = f"/tmp/ipykernel_1/{number}.py"
                linecache.cache[file] = (len(cell), None, cell.splitlines(keepends=True), file)
                exec(compile(cell, file, "exec"), names)
            check(names["sigmoid_and_slope"])
            return capsys.readouterr().out

        return run

    @pytest.mark.parametrize(
        ("module", "cells"),
        [
            (
                "mlpkit.activations",
                ["from mlpkit.activations import sigmoid\n" + SLOPE.format("sigmoid(z)")],
            ),
            (
                "mlpkit.activations",
                ["from mlpkit.activations import sigmoid", SLOPE.format("sigmoid(z)")],
            ),
            (
                "mlpkit.activations",
                ["import mlpkit.activations as m", SLOPE.format("m.sigmoid(z)")],
            ),
            (
                "mlpkit.activations",
                ["from mlpkit import activations\n" + SLOPE.format("activations.sigmoid(z)")],
            ),
            (
                "mlpkit.activations",
                [
                    "from mlpkit.activations import sigmoid",
                    "def helper(z):\n    return [sigmoid(x) for x in [z]][0]",
                    SLOPE.format("helper(z)"),
                ],
            ),
            ("scipy.special", ["from scipy.special import expit\n" + SLOPE.format("expit(z)")]),
        ],
    )  # fmt: skip
    def test_a_withheld_module_is_named(self, run, module, cells):
        text = run(*cells)
        assert text.startswith("✗ sigmoid_and_slope: right here, but it fails when it is graded")
        assert f"It needs {module}. When your work is graded, only these are there" in text
        assert "numpy, matplotlib, mlpkit.check" in text

    @pytest.mark.parametrize(
        "line",
        [
            "from math import e, exp",
            "import numpy as xp\nfrom numpy.linalg import norm",
            "from mlpkit.check import check",
            "from mlpkit import check",
            "import matplotlib.pyplot as plt",
            "class Curve:\n    pass\ncurve = Curve()",
        ],
    )
    def test_what_is_permitted_is_right(self, run, line):
        used = "0.5 + 0.5 * np.tanh(np.asarray(z) / 2)"
        assert run(f"{line}\n{self.SLOPE.format(used)}").startswith("✓")
        assert run(line, self.SLOPE.format(used)).startswith("✓")

    def test_a_wrong_function_is_told_both(self, run):
        text = run("from mlpkit.activations import sigmoid", self.SLOPE.format("-sigmoid(z)"))
        assert text.startswith("✗ sigmoid_and_slope: not right yet")
        assert "It needs mlpkit.activations." in text

    def test_the_validator_hears_of_it(self, run, monkeypatch):
        monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
        with pytest.raises(AssertionError, match="mlpkit.activations"):
            run("from mlpkit.activations import sigmoid", self.SLOPE.format("sigmoid(z)"))

    def test_survives_any_name_in_the_function(self, run):
        cell = "class Bomb:\n    __module__ = property(lambda self: 1 / 0)\nbomb = Bomb()\n"
        body = "1 / (1 + np.exp(-z)) if bomb else 0"
        assert run(cell + self.SLOPE.format(body)).startswith("✓")
