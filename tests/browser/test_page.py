"""The pages that the grader writes, in a real browser: nothing of a student's runs or fetches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from playwright.sync_api import Browser, Page, Request

from autograder import course as courses
from autograder.course import Course
from autograder.reporting import morning, page, report
from tests.grading import classes, notebooks

pytestmark = pytest.mark.browser

RUN = "window.caught=(window.caught||0)+1"
# An address of this machine where nothing listens: even to ask it is a failure.
OUTSIDE = "http://127.0.0.1:9"
ATTACKS = [
    f"<script>{RUN}</script>",
    f"</pre></code></style></title></textarea></script><script>{RUN}</script>",
    f"<img src=x onerror={RUN}>",
    f'<img src="{OUTSIDE}/image.png">',
    f"<svg onload={RUN}><script>{RUN}</script></svg>",
    f'<svg><a xlink:href="javascript:{RUN}"><text y="20">go</text></a></svg>',
    f'<math><mtext><a href="javascript:{RUN}">go</a></mtext></math>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<iframe src="javascript:parent.{RUN}"></iframe>',
    f'<iframe src="{OUTSIDE}/frame"></iframe>',
    f'<object data="data:text/html,<script>{RUN}</script>"></object>',
    f"<details open ontoggle={RUN}>x</details>",
    f"<input autofocus onfocus={RUN}>",
    f'<style>@import "{OUTSIDE}/style.css"; * {{ background: url({OUTSIDE}/b.png) }}</style>',
    f'<link rel=stylesheet href="{OUTSIDE}/style.css">',
    f'<meta http-equiv=refresh content="0; url={OUTSIDE}/gone">',
    f'<base href="{OUTSIDE}/">',
    f'<a href="javascript:{RUN}">go</a>',
    f"[go](javascript:{RUN})",
    f"[go](java\nscript:{RUN})",
    f"[go](&#106;avascript:{RUN})",
    f"[go](data:text/html,<script>{RUN}</script>)",
    f"![go](data:image/svg+xml,<svg/onload={RUN}>)",
    f"![go]({OUTSIDE}/image.png)",
    f"![go](attachment:a.svg) <javascript:{RUN}>",
    f"[ref]: javascript:{RUN}\n\n[ref]",
    f'[go](http://x "\\"onmouseover={RUN}")',
    f"$$<img src=x onerror={RUN}>$$ $\\href{{javascript:{RUN}}}{{x}}$",
    f"```<img src=x onerror={RUN}>\nx\n```",
    f"```mermaid\n<img src=x onerror={RUN}>\n```",
    f"\\begin{{a}}<img src=x onerror={RUN}>\\end{{a}}",
    f"\x1b]8;;javascript:{RUN}\x1b\\go\x1b]8;;\x1b\\ \x1b[31m<b onclick={RUN}>",
    "{{ 7 * 191 }} {% for x in () %}",
    f"' onmouseover='{RUN}' \" onmouseover=\"{RUN}\" x=`",
]
ALL = "\n\n".join(ATTACKS)
NAME = f"<img src=x onerror={RUN}>"  # the name of a folder: no slash


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A class in which every text that a student can reach is an attack."""
    course, assignment = classes.release(
        tmp_path_factory.mktemp("hostile") / "course",
        notebooks.solution("area", "def area(r):\n    return 3 * r**2"),
        notebooks.test("test-area", "assert area(1) == 3", points=4),
        notebooks.answer("why", points=2),
    )
    code = f"def area(r):\n    return {ALL!r}\n\n\n# {ALL}"
    content = notebooks.handed_in(assignment, area=code, why=ALL)
    content = content.replace(b'"points": 4', b'"points": "<script>"')
    said = classes.verdict(0, 4, mistake=("m", ALL), reason=ALL, error=ALL)
    failed = [classes.error(ALL, ALL)]
    shown = [
        new_output("stream", name="stdout", text=ALL),
        new_output("error", ename=ALL, evalue=ALL, traceback=[ALL]),
        *(
            new_output(
                "display_data", {kind: ALL, "text/plain": ALL}, metadata={kind: {"isolated": 1}}
            )
            for kind in ("text/html", "image/svg+xml", "application/javascript", "text/markdown")
        ),
        new_output("display_data", {"image/png": f'"><script>{RUN}</script>'}),
        new_output("display_data", {"text/latex": ALL}),
    ]
    with course.gradebook() as gradebook:
        gradebook.add_student(NAME, first_name=ALL[:100], last_name=NAME, email=NAME)
    classes.keep(course, assignment, NAME, content, area=shown, test_area=said)
    classes.keep(course, assignment, "second", content, area=shown, test_area=failed)
    for student in (NAME, "second"):
        _spoil(course.path("autograded", student, "ps") / "ps.ipynb")
    classes.nbgrader(course.folder, "generate_feedback", "ps")
    return course


def _spoil(path: Path) -> None:
    """Adds what intake lets nobody hand in: the page must not depend on intake alone."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["autograder"]["remarks"] += [
        {"kind": kind, "text": ALL} for kind in ("attack", "odd", "lost", "refused")
    ]
    notebook.metadata["title"] = ALL
    attached = {"a.svg": {"image/svg+xml": f"<svg onload={RUN}/>"}}
    notebook.cells += [
        new_markdown_cell(ALL, id="added-0", attachments=attached),
        new_code_cell(ALL, id="added-1", metadata={"x": ALL}),
        nbformat.v4.new_raw_cell(ALL, id="added-2", metadata={"raw_mimetype": "text/html"}),
    ]
    path.chmod(0o644)
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def written(course: Course) -> dict[str, Path]:
    """The pages: two feedbacks and the morning page."""
    found = course.folder / "morning.html"
    rows = report.rows(course, courses.submissions(course, "ps"))
    assert len(rows) == 2
    page.write(found, morning.of_class(course, "ps", rows))
    feedbacks = {
        student: course.folder / "feedback" / student / "ps" / "ps.html"
        for student in (NAME, "second")
    }
    return {"morning": found, "verdict": feedbacks[NAME], "error": feedbacks["second"]}


class Watched:
    """A page in a browser, and whatever it does besides showing itself."""

    def __init__(self, browser: Browser) -> None:
        self.page: Page = browser.new_page(viewport={"width": 900, "height": 900})
        self.seen: list[str] = []
        self.stopped: list[str] = []
        self.page.on("dialog", lambda dialog: (self.seen.append(dialog.message), dialog.dismiss()))
        self.page.on("request", lambda request: self.seen.append(request.url))
        self.page.on("requestfailed", self._note_stopped)
        self.page.on("popup", lambda popup: self.seen.append(popup.url))
        self.page.on("pageerror", lambda error: self.seen.append(str(error)))

    def _note_stopped(self, request: Request) -> None:
        if request.failure == "csp":
            self.stopped.append(request.url)

    def open(self, path: Path) -> list[str]:
        """Opens a file, does what a reader might do, and returns what happened besides."""
        self.page.goto(path.as_uri())
        self.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for link in self.page.locator("a:not([href^=http]):not([href^=mailto])").all():
            link.click(force=True)
        for kind in ("mouseover", "focus", "click", "toggle", "load"):
            self.page.evaluate(
                "kind => document.querySelectorAll('*').forEach(each => "
                "each.dispatchEvent(new Event(kind)))",
                kind,
            )
        self.page.wait_for_timeout(300)
        caught = self.page.evaluate("window.caught || 0")
        others = [url for url in self.seen if url.split("#")[0] != path.as_uri()]
        return others + ["a script ran"] * bool(caught)


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    watched = Watched(browser)
    yield watched
    watched.page.close()


def without_policy(path: Path, folder: Path) -> Path:
    """The page without what forbids scripts, to see whether there would be any."""
    text, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", path.read_text())
    assert count == 1
    (folder / "bare.html").write_text(text)
    return folder / "bare.html"


@pytest.mark.parametrize("name", ["morning", "verdict", "error"])
@pytest.mark.parametrize("policy", [True, False])
def test_nothing_runs_and_nothing_is_fetched(
    written: dict[str, Path], watched: Watched, tmp_path: Path, name: str, policy: bool
) -> None:
    path = written[name] if policy else without_policy(written[name], tmp_path)
    assert watched.open(path) == []
    words = watched.page.inner_text("body")
    assert RUN in words
    assert "{{ 7 * 191 }}" in words


@pytest.mark.parametrize("attack", ATTACKS[:10] + ATTACKS[11:13])
def test_each_attack_would_work_on_a_careless_page(
    watched: Watched, tmp_path: Path, attack: str
) -> None:
    (tmp_path / "careless.html").write_text(f"<!DOCTYPE html><body>{attack}")
    for kind in ("a script ran", OUTSIDE):
        if kind in str(watched.open(tmp_path / "careless.html")):
            return
    pytest.fail("the attack did nothing, so the other tests show nothing")


def test_the_policy_alone_stops_scripts_and_addresses(
    written: dict[str, Path], watched: Watched, tmp_path: Path
) -> None:
    text = written["morning"].read_text()
    careless = tmp_path / "careless.html"
    # A refresh is a link that clicks itself; no policy forbids it, only escaping does.
    attacks = "".join(attack for attack in ATTACKS if "refresh" not in attack)
    careless.write_text(text.replace("<main>", f"<main>{attacks}"))
    assert [each for each in watched.open(careless) if each not in watched.stopped] == []
    assert f"{OUTSIDE}/image.png" in watched.stopped


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("name", ["morning", "verdict"])
def test_pages_fit_and_can_be_read(
    browser: Browser, written: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened.goto(written[name].as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.evaluate(CONTRASTS) == []
    headings = opened.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(h => +h.tagName[1])"
    )
    assert headings[0] == 1
    opened.close()


# Words whose colour differs too little from what is behind them, by WCAG 2: 4.5 to 1.
CONTRASTS = """(() => {
  const light = colour => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
      .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
    return .2126 * parts[0] + .7152 * parts[1] + .0722 * parts[2];
  };
  const ground = each => {
    for (; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return 'rgb(128, 128, 128)';
  };
  const bad = [];
  for (const each of document.body.querySelectorAll('*')) {
    const own = [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || each.closest('svg')) continue;
    const pair = [light(getComputedStyle(each).color), light(ground(each))];
    const [a, b] = pair.sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) bad.push(each.tagName + ': ' + each.textContent.slice(0, 40));
  }
  return bad;
})()"""
