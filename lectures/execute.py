"""Runs lectures and keeps what they show: python lectures/execute.py [NOTEBOOK ...].

Use it after a change, instead of saving from JupyterLab: the notebook is run from top to bottom on
a fresh kernel, and nothing is kept that differs from run to run.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WIDGET = "application/vnd.jupyter.widget-view+json"


def execute(path: Path) -> None:
    """Runs a notebook and writes it back with its outputs.

    Raises:
        CellExecutionError: a cell ended in an error; the file is left as it was.
    """
    notebook = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(path.parent)}}
    options = {"timeout": 120, "record_timing": False, "coalesce_streams": True}
    NotebookClient(notebook, resources=folder, **options).execute()
    notebook.metadata = {
        "kernelspec": notebook.metadata["kernelspec"],
        "language_info": {"name": "python"},
    }
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            # Without it, a page that has no kernel shows the widget's own HTML.
            output.get("data", {}).pop(WIDGET, None)
    beside = path.with_suffix(".new")
    nbformat.write(notebook, beside)
    beside.replace(path)


if __name__ == "__main__":
    here = sorted(Path(__file__).parent.glob("*.ipynb"))
    for notebook in map(Path, sys.argv[1:]) if sys.argv[1:] else here:
        print(notebook.name, flush=True)
        execute(notebook)
