"""The modules of the playground's page, each by itself, as modules of a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.lab import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# Nothing listens there: all that is asked of it is answered from the repository's files.
ADDRESS = "http://modules.invalid"
PAGE = "<!doctype html><link rel=stylesheet href=/mlpkit/widgets/playground/playground.css>"
FILES = sorted(path.stem for path in (ROOT / "tests/javascript").glob("*ing.js"))
RUN = """async file => {
  const { tests } = await import(`/tests/javascript/${file}.js`);
  const failures = [];
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
    } catch (error) {
      failures.push(`${name}\\n    ${error.stack}`);
    }
  }
  return [Object.keys(tests).length, failures];
}"""


def answer(route: Route) -> None:
    path = route.request.url.removeprefix(ADDRESS)
    if path == "/":
        route.fulfill(body=PAGE, content_type="text/html")
    else:
        kind = "css" if path.endswith(".css") else "javascript"
        route.fulfill(body=(ROOT / path[1:]).read_text("utf-8"), content_type=f"text/{kind}")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.route(f"{ADDRESS}/**", answer)
    page.goto(f"{ADDRESS}/")
    yield page
    page.close()


@pytest.mark.parametrize("file", [name for name in FILES if name != "checking"])
def test_modules(page: Page, file: str) -> None:
    count, failures = page.evaluate(RUN, file)
    assert count >= 10
    assert not failures, "\n".join(failures)
