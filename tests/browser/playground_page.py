"""A playground in an open notebook: on the page as a reader works it, and in the kernel."""

from __future__ import annotations

import ast
import json
import re
import time
from collections.abc import Callable
from typing import Any

import nbformat
from playwright.sync_api import Locator, expect

from tests.browser.lab import OpenNotebook

KERNEL = "window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel"
VALUE = f"""async expression => {{
  const value = `__import__('json').dumps(${{expression}})`;
  const asked = {{ code: '', user_expressions: {{ value }} }};
  const reply = await {KERNEL}.requestExecute(asked).done;
  const {{ status, data, evalue }} = reply.content.user_expressions.value;
  return [status, status === 'ok' ? data['text/plain'] : evalue];
}}"""

# What the reader can operate, as screen readers are told of it; an option is its list's.
OPERABLE = (
    "button combobox slider radio checkbox textbox application spinbutton switch link".split()
)
SHOWN = "element => element.checkVisibility({ checkOpacity: false, checkVisibilityCSS: true })"
# In the page, everything that can have the focus.
FOCUSABLE = f"""root => [...root.querySelectorAll('button, input, select, textarea, a, [tabindex]')]
  .filter({SHOWN}).length"""

# Ends play, drawing, and the look at a unit's numbers.
CLOSE = """root => {
  const play = root.querySelector('.mlp-play');
  if (play.textContent.includes('Pause')) play.click();
  for (const button of root.querySelectorAll('button')) {
    const isDrawing = button.textContent === 'Draw points' && button.ariaPressed === 'true';
    if (isDrawing || (button.textContent === 'Close' && button.checkVisibility())) button.click();
  }
}"""

# What has no room in the playground, or has something before it.
OUT_OF_SIGHT = """root => [...root.querySelectorAll('button, input, select, [tabindex]')]
  .filter(element => element.checkVisibility())
  .filter(element => {
    element.scrollIntoView({ block: 'center' });
    const [inner, outer] = [element, root].map(each => each.getBoundingClientRect());
    const label = element.closest('label');
    const at = document.elementFromPoint(inner.x + inner.width / 2, inner.y + inner.height / 2);
    return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.width < 1
      || !(element.contains(at) || label?.contains(at));
  }).map(element => element.outerHTML.slice(0, 200))"""

# From now on notes what live regions say; an output is one, unless it says that it is not.
LISTEN = """root => {
  const live = 'output, [role=status], [role=alert], [role=log], [aria-live]';
  root.spoken = new Set();
  root.listener = new MutationObserver(changes => changes.forEach(({ target }) => {
    const region = (target.closest ?? (() => target.parentElement?.closest(live)))
      .call(target, live);
    if (region?.textContent && region.ariaLive !== 'off') {
      root.spoken.add(`${region.className}: ${region.textContent}`);
    }
  }));
  root.listener.observe(root, { subtree: true, childList: true, characterData: true });
}"""


def notebook_of(*cells: str) -> nbformat.NotebookNode:
    """A notebook with these cells."""
    content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    content.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    return content


def wait_until(holds: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Waits until something holds; an AssertionError says what does not."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)


class PlaygroundPage:
    """A playground of a notebook.

    Attributes:
        notebook: in which it is.
        root: its outermost element.
        name: of the variable that holds it in the kernel.
    """

    def __init__(self, notebook: OpenNotebook, name: str, number: int = 0) -> None:
        self.notebook, self.name = notebook, name
        self.page = notebook.page
        self.root = notebook.widgets(".mlp-playground").nth(number)
        self.play = self.root.locator(".mlp-play")
        self.status = self.root.locator("[role=status]").first
        self.alert = self.root.locator("[role=alert]")

    def kernel(self, expression: str) -> Any:
        """The value that an expression has in the kernel; ``p`` is the playground there."""
        code = re.sub(r"\bp\b", self.name, expression)
        status, text = self.page.evaluate(VALUE, code)
        assert status == "ok", f"{code}: {text}"
        return json.loads(ast.literal_eval(text))

    def expect_in_kernel(self, expression: str, value: Any) -> None:
        """Waits until an expression has a value in the kernel."""
        now: list[Any] = []

        def holds() -> bool:
            now[:] = [self.kernel(expression)]
            return bool(now[0] == value)

        deadline = time.monotonic() + 10
        while not holds() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert now[0] == value, f"{expression} is {now[0]!r} in the kernel"

    def control(self, role: Any, name: str) -> Locator:
        """What can be operated, by the name that a screen reader says; what follows ":" changes."""
        if name == "Play":
            return self.play
        pattern = re.compile(f"^{re.escape(name)}(:.*)?$")
        return self.root.get_by_role(role, name=pattern)

    def controls(self) -> list[tuple[str, str]]:
        """The role and the name of everything that can be operated."""
        found = []
        for line in self.root.aria_snapshot().splitlines():
            match = re.match(r"""\s*- '?([a-z]+)(?: "((?:[^"\\]|\\.)*)")?""", line)
            if match and match[1] in OPERABLE:
                name = (match[2] or "").partition(":")[0]
                found.append((match[1], "Play" if name.endswith(("Play", "Pause")) else name))
        return found

    def play_to(self, epoch: int) -> None:
        """Plays until there have been so many epochs at least, and pauses."""
        self.play.click()
        wait_until(
            lambda: self.kernel("p.training.epochs") >= epoch, f"epoch {epoch} is not reached", 60
        )
        self.play.click()
        self.expect_in_kernel("p.playing", False)

    def begin_anew(self, state: str = "", learned: int = 0) -> None:
        """Takes it to the settings of a text, with everything closed."""
        step = f"\np.step(times={learned})" if learned else ""
        self.root.evaluate(CLOSE)
        # The frame that was under way when Pause was pressed may come after the first one.
        for _ in range(2):
            self.notebook.execute(re.sub(r"\bp\b", self.name, f"p.restore({state!r}){step}"))
        used, units = self.kernel("[len(p.settings['features']), 7 + sum(p.network.sizes[1:])]")
        expect(self.root.locator(".mlp-epoch")).to_have_text(str(learned))
        expect(self.root.locator(".mlp-unit[aria-pressed=true]")).to_have_count(used)
        expect(self.root.locator(".mlp-unit")).to_have_count(units)

    def open_drawing(self, wanted: bool = True) -> None:
        """Opens or closes the tools to draw points."""
        button = self.root.get_by_role("button", name="Draw points")
        if button.get_attribute("aria-pressed") != str(wanted).lower():
            button.click()

    def inspector(self) -> Locator:
        """The numbers of a unit."""
        return self.root.get_by_role("group", name="Numbers of a unit")

    def open_inspector(self, name: str = "Unit 1 of layer 1") -> None:
        """Opens the numbers of a unit."""
        self.control("button", name).click()
        expect(self.inspector()).to_be_visible()

    def canvas(self, selector: str) -> str:
        """What is on a canvas."""
        return self.root.locator(selector).first.evaluate("canvas => canvas.toDataURL()")

    def timings(self) -> list[dict[str, float]]:
        """How long the parts of the last frames took, in milliseconds."""
        return self.root.evaluate("root => root.timings")

    def press(self, role: str, name: str, way: str) -> None:
        """Presses a button or a checkbox by mouse or by keyboard."""
        control = self.control(role, name)
        if way == "mouse":
            control.click()
        else:
            control.focus()
            before = self.notebook.mode_and_cell()
            self.page.keyboard.press("Space" if role == "checkbox" else "Enter")
            assert self.notebook.mode_and_cell() == before, "the notebook took the key"

    def write(self, name: str, text: str, way: str) -> None:
        """Writes into a field and leaves it by a click elsewhere, or by the Enter key."""
        field, keyboard = self.control("textbox", name), self.page.keyboard
        before = self.notebook.mode_and_cell()
        if way == "mouse":
            field.click(click_count=3)
        else:
            field.focus()
            keyboard.press("Control+a")
        keyboard.type(text)
        if way == "mouse":
            self.root.locator(".mlp-heading").first.click()
        else:
            keyboard.press("Enter")
            assert self.notebook.mode_and_cell() == before, "the notebook took a key"
