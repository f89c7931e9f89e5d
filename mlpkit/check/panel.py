"""A small panel of lines, as text and as HTML: how a check or a verdict is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

RIGHT, WRONG, NOTE = "✓", "✗", "•"

_COLOURS = {RIGHT: "#1a7f37", WRONG: "#b42318", NOTE: "#57606a"}
# Black on white whatever the theme: one look to get right, and a grader prints it on paper.
_FRAME = (
    "font-family:system-ui,sans-serif;font-size:14px;line-height:1.45;color:#1f2328;"
    "background:#fff;border:1px solid #d0d7de;border-left:5px solid {colour};"
    "border-radius:4px;padding:8px 14px;max-width:46em;margin:4px 0"
)
_BLOCK = (
    "margin:2px 0 6px 1.5em;padding:4px 8px;background:#f6f8fa;color:#1f2328;font-size:13px;"
    "line-height:1.35;white-space:pre-wrap;overflow-wrap:anywhere"
)


@dataclass
class Panel:
    """What is to be said, line by line.

    Attributes:
        heading: the first line, in bold.
        mark: RIGHT, WRONG or NOTE: what stands before the heading, and the colour of it all.
    """

    heading: str
    mark: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, mark: str, sentence: str, block: str = "") -> None:
        """Adds a line: a mark (RIGHT, WRONG or NOTE), a sentence, and what stands below it.

        Args:
            mark: what stands before the sentence.
            sentence: words.
            block: lines of numbers or code, shown as they are.
        """
        self.lines.append((mark, sentence, block))

    @property
    def text(self) -> str:
        """The panel in plain text, without a newline at the end."""
        lines = [f"{self.mark} {self.heading}"]
        for mark, sentence, block in self.lines:
            lines.append(f"  {mark} {sentence}")
            lines += [f"      {line}" for line in block.splitlines()]
        return "\n".join(lines)

    @property
    def html(self) -> str:
        """The panel as a piece of HTML that needs no style sheet; all words are escaped."""
        frame = _FRAME.format(colour=_COLOURS[self.mark])
        parts = [f'<div style="{frame}"><div><b>{_marked(self.mark, self.heading)}</b></div>']
        for mark, sentence, block in self.lines:
            parts.append(f"<div>{_marked(mark, sentence)}</div>")
            if block:
                parts.append(f'<pre style="{_BLOCK}">{escape(block)}</pre>')
        return "".join(parts) + "</div>"


def _marked(mark: str, words: str) -> str:
    return f'<span style="color:{_COLOURS[mark]};font-weight:bold">{mark}</span> {escape(words)}'
