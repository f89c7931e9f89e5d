"""Pictures of every lecture, for looking at: ``python -m tests.browser.contact_sheet``.

Each lecture is run in JupyterLab and shown at several widths and in the dark theme. The pictures
and one page with all of them, ``contact_sheet.html``, are in ``build/pictures``.
"""

from __future__ import annotations

import argparse
import tempfile
from html import escape
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.lab import ROOT, OpenNotebook, launch, running_lab

PICTURES = ROOT / "build" / "pictures"
VIEWS = (
    ("1280", 1280, "JupyterLab Light"),
    ("820", 820, "JupyterLab Light"),
    ("1280-dark", 1280, "JupyterLab Dark"),
    ("820-dark", 820, "JupyterLab Dark"),
)
TALLEST = 5_000
"""In pixels; a longer lecture gets several pictures."""


def main() -> None:
    """Takes the pictures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, help="all lectures if none are given")
    notebooks = parser.parse_args().notebooks or sorted((ROOT / "lectures").glob("*.ipynb"))
    PICTURES.mkdir(parents=True, exist_ok=True)
    taken: dict[str, list[Path]] = {}
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder) / "lab") as lab,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for path in notebooks:
            page = browser.new_page()
            notebook = OpenNotebook(page, lab.link(lab.add(path)))
            notebook.run_all()
            for name, width, theme in VIEWS:
                notebook.use_theme(theme)
                files = photograph(page, width, f"{path.stem}-{name}")
                taken.setdefault(path.stem, []).extend(files)
                print(*files, sep="\n")
            page.close()
    print(write_sheet(taken))


def photograph(page: Page, width: int, name: str) -> list[Path]:
    """Takes pictures of a whole notebook at a width."""
    page.evaluate("window.jupyterapp.shell.collapseLeft(); window.jupyterapp.shell.collapseRight()")
    page.set_viewport_size({"width": width, "height": 1000})
    page.wait_for_timeout(500)
    height = page.evaluate("document.querySelector('.jp-WindowedPanel-inner').scrollHeight") + 100
    files = []
    for number, start in enumerate(range(0, height, TALLEST)):
        page.set_viewport_size({"width": width, "height": min(height - start, TALLEST)})
        page.evaluate(f"document.querySelector('.jp-WindowedPanel-outer').scrollTop = {start}")
        # What comes into sight is laid out and typeset only then.
        page.wait_for_timeout(1500)
        files.append(PICTURES / f"{name}-{number}.png")
        page.screenshot(path=files[-1])
    return files


def write_sheet(taken: dict[str, list[Path]]) -> Path:
    """Writes the page with all pictures; returns where it is."""
    rows = []
    for lecture, files in taken.items():
        names = [escape(file.name) for file in files]
        images = [
            f'<a href="{name}"><img src="{name}" alt="{name}" width="280"></a>' for name in names
        ]
        rows.append(f"<h2>{escape(lecture)}</h2><p>{''.join(images)}</p>")
    sheet = PICTURES / "contact_sheet.html"
    style = "img { vertical-align: top; margin: 4px; border: 1px solid #888; }"
    sheet.write_text(
        f"<!doctype html><title>Lectures</title><style>{style}</style>{''.join(rows)}\n",
        encoding="utf-8",
    )
    return sheet


if __name__ == "__main__":
    main()
