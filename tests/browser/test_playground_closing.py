"""How a playground in JupyterLab ends while it plays: nothing of it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.lab import Lab, OpenNotebook
from tests.browser.playground_page import KERNEL, PlaygroundPage, notebook_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# What the page asks for is counted over all playgrounds that the cell has made.
CELL = """
import threading
from mlpkit.widgets import Playground
asked = globals().get("asked", [])
p = Playground()
p.on_msg(lambda widget, content, buffers: asked.append(content["do"]))
p
"""
# What scripts have begun and the browser will call, counted from the first.
COUNT_CALLS = """
window.calls = 0;
for (const name of ['requestAnimationFrame', 'setTimeout', 'setInterval']) {
  const begin = window[name];
  window[name] = (call, ...rest) =>
    begin((...given) => { window.calls += 1; return call(...given); }, ...rest);
}
"""
STILL = 500  # milliseconds


class Watched:
    """A notebook that plays, and all that goes from its page to the server."""

    def __init__(self, browser: Browser, lab: Lab) -> None:
        self.page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.sent: list[Any] = []
        self.page.on(
            "websocket", lambda socket: socket.on("framesent", lambda data: self.sent.append(data))
        )
        self.page.add_init_script(COUNT_CALLS)
        path = lab.write(notebook_of(CELL.strip()), "closing.ipynb")
        self.notebook = OpenNotebook(self.page, lab.link(path))
        self.notebook.run_all()
        self.playground = PlaygroundPage(self.notebook, "p")

    def play(self) -> None:
        """Plays a while."""
        self.playground.play.click()
        self.playground.expect_in_kernel("p.training.epochs > 10", True)

    def command(self, name: str) -> None:
        """Has JupyterLab do something."""
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)

    def expect_silence(self) -> None:
        """Nothing is sent any more, and nothing is called again and again."""
        for _ in range(8):  # JupyterLab has something to do itself after a restart.
            sent, calls = len(self.sent), self.page.evaluate("window.calls")
            self.page.wait_for_timeout(STILL)
            sent, calls = len(self.sent) - sent, self.page.evaluate("window.calls") - calls
            if sent == 0 and calls < 8:
                break
        assert sent == 0, self.sent[-sent:]
        assert calls < 8, "a timer goes on"
        assert self.notebook.complaints == []


@pytest.fixture(scope="module")
def watched(browser: Browser, lab: Lab) -> Iterator[Watched]:
    watched = Watched(browser, lab)
    yield watched
    watched.page.close()


def test_what_plays_is_seen_by_what_is_counted_here(watched: Watched) -> None:
    watched.play()
    sent, calls = len(watched.sent), watched.page.evaluate("window.calls")
    watched.page.wait_for_timeout(STILL)
    assert len(watched.sent) > sent + 2
    assert watched.page.evaluate("window.calls") > calls + 8
    watched.playground.play.click()
    watched.expect_silence()


def test_the_cell_is_run_again_while_it_plays(watched: Watched) -> None:
    threads = watched.playground.kernel("threading.active_count()")
    watched.play()
    watched.notebook.execute("first = p")
    watched.command("notebook:run-cell")
    watched.playground.expect_in_kernel("p is not first", True)
    watched.expect_silence()
    expect(watched.page.locator(".jp-Notebook .mlp-playground")).to_have_count(1)
    asked = watched.playground.kernel("len(asked)")
    watched.expect_silence()
    assert watched.playground.kernel("len(asked)") == asked
    assert watched.playground.kernel("[first.playing, p.playing]") == [False, False]
    assert watched.playground.kernel("threading.active_count()") == threads
    # The new one works.
    watched.play()
    watched.playground.play.click()


def test_the_output_is_cleared_while_it_plays(watched: Watched) -> None:
    watched.play()
    threads = watched.playground.kernel("threading.active_count()")
    watched.command("notebook:clear-cell-output")
    expect(watched.page.locator(".jp-Notebook .mlp-playground")).to_have_count(0)
    watched.expect_silence()
    watched.playground.expect_in_kernel("p.playing", False)
    assert watched.playground.kernel("threading.active_count()") == threads


def test_the_kernel_is_restarted_while_it_plays(watched: Watched) -> None:
    watched.notebook.run_all()
    watched.play()
    watched.page.evaluate(f"{KERNEL}.restart()")
    expect(watched.playground.alert).to_contain_text("The kernel has gone")
    expect(watched.playground.play).to_have_text("Play")
    watched.expect_silence()
    # Neither does a click bring it back, nor does it end in an error.
    watched.playground.control("button", "Step by one epoch").click()
    expect(watched.playground.alert).to_contain_text("Run the cell again")
    watched.expect_silence()
    watched.command("notebook:run-cell")
    watched.playground.expect_in_kernel("'p' in globals()", True)
    watched.play()
    watched.playground.play.click()


def test_the_notebook_is_closed_while_it_plays(watched: Watched, lab: Lab) -> None:
    watched.play()
    watched.command("docmanager:save")
    kernels = "fetch('/api/kernels').then(reply => reply.json())"
    watched.page.evaluate("window.jupyterapp.shell.currentWidget.dispose()")
    expect(watched.page.locator(".mlp-playground")).to_have_count(0)
    watched.expect_silence()
    before = watched.page.evaluate(kernels)
    watched.expect_silence()
    assert watched.page.evaluate(kernels) == before
    assert {each["execution_state"] for each in before} == {"idle"}
