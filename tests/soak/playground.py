"""Plays the playground for long, and fails if memory leaks: python -m tests.soak.playground

    python -m tests.soak.playground --minutes 10

In a JupyterLab of its own and a headless Chromium the default network plays for one half of the
time, and the largest one for the other, in a page and a kernel of its own each. Every minute it
prints the epoch, what is in use in the browser after its garbage is collected (heap, nodes, event
listeners), what the kernel has in memory, and how many frames a second there were. It fails if
heap or kernel take in the last third of a half more than 10 % and 5 MB above the second third.
Needs a Chromium, as ``make test`` does; nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import mean

import psutil
from playwright.sync_api import Browser, CDPSession, sync_playwright

from tests.browser.lab import Lab, OpenNotebook, launch, running_lab
from tests.browser.playground_page import PlaygroundPage, notebook_of

NETWORKS = {
    "default": "",
    "largest": "data='spiral', hidden=(8,) * 6, "
    "features=('x1', 'x2', 'x1^2', 'x2^2', 'x1*x2', 'sin(x1)', 'sin(x2)')",
}
CELL = "import os\nfrom mlpkit.widgets import Playground\np = Playground({})\np"
MEGABYTE = 1e6
MORE = 1.1  # what the last third may take of what the second did,
MORE_MEGABYTES = 5  # if it is more by so much
FEWEST = 6  # looks in a half: two in each third


@dataclass(frozen=True)
class Look:
    """What there is at a time; heap and memory in megabytes."""

    epoch: int
    heap: float
    nodes: int
    listeners: int
    memory: float
    frames: float


def look(playground: PlaygroundPage, chrome: CDPSession, kernel: int, drawn: float) -> Look:
    """What is in use now.

    Args:
        kernel: the number of its process.
        drawn: frames a second since the last look.
    """
    chrome.send("HeapProfiler.collectGarbage")
    metrics = {
        each["name"]: each["value"] for each in chrome.send("Performance.getMetrics")["metrics"]
    }
    return Look(
        playground.kernel("p.training.epochs"),
        chrome.send("Runtime.getHeapUsage")["usedSize"] / MEGABYTE,
        metrics["Nodes"],
        metrics["JSEventListeners"],
        psutil.Process(kernel).memory_info().rss / MEGABYTE,
        drawn,
    )


def play(name: str, seconds: float, browser: Browser, lab: Lab) -> list[Look]:
    """Plays a network so long; what there was at each look."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    path = lab.write(notebook_of(CELL.format(NETWORKS[name])), f"{name}.ipynb")
    notebook = OpenNotebook(page, lab.link(path))
    notebook.run_all()
    playground = PlaygroundPage(notebook, "p")
    chrome = page.context.new_cdp_session(page)
    for domain in ("Performance", "HeapProfiler", "Runtime"):
        chrome.send(f"{domain}.enable")
    kernel = playground.kernel("os.getpid()")
    # One frame is one message.
    notebook.execute("frames = []; p.on_msg(lambda widget, said, buffers: frames.append(None))")
    playground.play.click()
    every = min(60, seconds / FEWEST)
    print(f"{name}: epoch, heap MB, nodes, listeners, kernel MB, frames/s", flush=True)
    looks: list[Look] = []
    start = then = time.monotonic()
    while then - start < seconds - every / 2:
        page.wait_for_timeout(1000 * every)
        drawn = playground.kernel("(len(frames), frames.clear())")[0] / (time.monotonic() - then)
        then = time.monotonic()
        looks.append(look(playground, chrome, kernel, drawn))
        epoch, heap, nodes, listeners, memory, frames = astuple(looks[-1])
        print(
            f"  {(then - start) / 60:4.1f} min {epoch:8,} {heap:7.1f} {nodes:7.0f} "
            f"{listeners:6.0f} {memory:7.1f} {frames:5.1f}",
            flush=True,
        )
    assert playground.kernel("p.playing"), "it no longer plays"
    assert notebook.complaints == [], notebook.complaints
    playground.play.click()
    notebook.shut_down()
    page.close()
    return looks


def leaks(looks: list[Look]) -> list[str]:
    """What takes more in the last third than in the second."""
    third, found = len(looks) // 3, []
    for what in ("heap", "memory"):
        before, after = (
            mean(getattr(each, what) for each in part)
            for part in (looks[-2 * third : -third], looks[-third:])
        )
        print(f"  {what}: {before:.1f} MB in the second third, {after:.1f} MB in the last")
        if after > MORE * before and after > before + MORE_MEGABYTES:
            found.append(f"{what} grew from {before:.1f} to {after:.1f} MB")
    return found


def main() -> int:
    """Plays both networks; 1 if one of them leaks."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--minutes", type=float, default=10, help="of both together")
    seconds = 60 * parser.parse_args().minutes / len(NETWORKS)
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as lab,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for name in NETWORKS:
            found += [f"{name}: {each}" for each in leaks(play(name, seconds, browser, lab))]
        browser.close()
    print("\n".join(found) or "Nothing leaks.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
