"""One JupyterLab and one browser for all tests here, and pictures of what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.lab import ROOT, Lab, OpenNotebook, launch, running_lab

PICTURES = ROOT / "build" / "browser"

# Most of what is expected comes within a tenth of a second; a machine that is busy needs longer.
expect.set_options(timeout=20_000)


# Playwright keeps an event loop running in this thread, which other tests may not have around
# them; so it ends with this package and not with the session.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab server."""
    with running_lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(scope="module")
def open_notebook(browser: Browser, lab: Lab) -> Iterator[Callable[[str], OpenNotebook]]:
    """Opens a notebook by its path in the server; its page lives as long as the test module."""
    with ExitStack() as pages:

        def open_it(path: str) -> OpenNotebook:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            pages.callback(page.close)
            return OpenNotebook(page, lab.link(path))

        yield open_it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """After a failure, saves what the browser shows."""
    report = yield
    browser = getattr(item, "funcargs", {}).get("browser")
    if report.failed and browser is not None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        pages = [page for context in browser.contexts for page in context.pages]
        for number, page in enumerate(pages):
            page.screenshot(path=PICTURES / f"{item.name}-{number}.png")
    return report
