"""What a student's cell printed and showed, made safe to keep and to look at.

Only text and PNG pictures are kept. HTML, JavaScript and SVG would run in the browser of whoever
opens the graded notebook; an object that shows itself so is kept as its plain text.
"""

from __future__ import annotations

import re
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

LARGEST_PICTURE = 2 * 2**20
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*\Z")
_CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]"
)


class TooMuch(RuntimeError):
    """A cell printed more than it may."""


def clean_text(text: Any) -> str:
    """Text without terminal controls; anything that is not text becomes empty."""
    if isinstance(text, list):
        text = "".join(part for part in text if isinstance(part, str))
    if not isinstance(text, str):
        return ""
    # Half characters, which JSON knows and no file can hold.
    return _CONTROL.sub("", text).encode(errors="replace").decode()


class Collector:
    """Gathers the outputs of one cell.

    Args:
        limit: how many characters of text the cell may print.
    """

    def __init__(self, limit: int) -> None:
        self.left = limit
        self.limit = limit
        self.outputs: list[NotebookNode] = []

    def add(self, kind: str, content: dict[str, Any]) -> None:
        """Takes one message of the kernel; unknown kinds are passed over.

        Raises:
            TooMuch: the cell has printed more than it may.
        """
        if kind == "stream":
            name = "stderr" if content.get("name") == "stderr" else "stdout"
            self._add_stream(name, self._text(content.get("text")))
        elif kind in ("display_data", "execute_result", "update_display_data"):
            data = self._data(content.get("data"))
            if data:
                self.outputs.append(new_output("display_data", data))
        elif kind == "error":
            trace = content.get("traceback")
            lines = [self._text(line) for line in trace] if isinstance(trace, list) else []
            self.add_error(
                clean_text(content.get("ename")), self._text(content.get("evalue")), lines
            )
        elif kind == "clear_output":
            self.outputs.clear()

    def add_error(self, name: str, text: str, trace: list[str] | None = None) -> None:
        """Adds an error of the cell."""
        lines = trace or [f"{name}: {text}"]
        self.outputs.append(new_output("error", ename=name, evalue=text, traceback=lines))

    def finished(self) -> list[NotebookNode]:
        """The outputs, in order."""
        return self.outputs

    def _add_stream(self, name: str, text: str) -> None:
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last.output_type == "stream" and last.name == name:
            last.text += text
        elif text:
            self.outputs.append(new_output("stream", name=name, text=text))

    def _data(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict):
            return {}
        kept = {}
        if text := self._text(data.get("text/plain")):
            kept["text/plain"] = text
        picture = data.get("image/png")
        if isinstance(picture, str) and len(picture) < LARGEST_PICTURE and _BASE64.match(picture):
            self._spend(len(picture) // 16)
            kept["image/png"] = picture
        return kept

    def _text(self, text: Any) -> str:
        cleaned = clean_text(text)
        self._spend(len(cleaned) + 1)
        return cleaned

    def _spend(self, characters: int) -> None:
        self.left -= characters
        if self.left < 0:
            raise TooMuch(f"it printed more than {self.limit} characters")


def error_name(outputs: list[NotebookNode]) -> str | None:
    """The name of the error that a cell ended with, if it did."""
    errors = [output.ename for output in outputs if output.output_type == "error"]
    return errors[-1] if errors else None


def error_text(outputs: list[NotebookNode]) -> str:
    """What that error says; empty if there is none."""
    errors = [output.evalue for output in outputs if output.output_type == "error"]
    return errors[-1] if errors else ""
