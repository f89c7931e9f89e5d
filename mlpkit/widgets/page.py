"""What the widgets have in common: how they look, and what is left of them without a kernel."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any

import anywidget

_HERE = Path(__file__).parent


# What joins modules in a browser: an import of another file, and the word before what is exported.
_IMPORT = re.compile(r'^import [^;]*? from "\.\.?/[\w/]+\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let) )", re.MULTILINE)


def script(*names: str) -> str:
    """The source of a widget's script: several modules made one, after what all scripts share.

    A notebook gets a widget's script as one text, without an address that its imports could be
    looked up from. So the modules stand one after another, each before those that import it, and
    each name is exported once.
    """
    sources = [(_HERE / name).read_text(encoding="utf-8") for name in ("shared.js", *names)]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", source)) for source in sources)


def style(*names: str) -> str:
    """The style sheet of all widgets, and what one of them adds."""
    files = ("widgets.css", *names)
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in files)


def markup(text: str) -> str:
    """A text as HTML: empty lines part paragraphs, and each is as for ``inline_markup``."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "".join(f"<p>{inline_markup(paragraph)}</p>" for paragraph in paragraphs)


def inline_markup(text: str) -> str:
    """A single paragraph as HTML: `...` is code, *...* is stressed, $LaTeX$ is left alone."""
    # What stands between dollars or backquotes is in the odd places.
    parts = re.split(r"(\$[^$]*\$|`[^`]+`)", escape(text, quote=False))
    parts[::2] = [re.sub(r"\*(\S[^*]*)\*", r"<em>\1</em>", part) for part in parts[::2]]
    return "".join(re.sub(r"^`(.*)`$", r"<code>\1</code>", part, flags=re.S) for part in parts)


class PageWidget(anywidget.AnyWidget):
    """A widget that says something even where it cannot run.

    A page without a kernel (on GitHub, as HTML) shows ``static_html``, and a terminal
    ``static_text``. Both are the same in every run, so that outputs can be compared.
    """

    def static_text(self) -> str:
        """The content as text."""
        raise NotImplementedError

    def static_html(self) -> str:
        """The content as HTML, without scripts."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return self.static_text()

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = super()._repr_mimebundle_(**options) or ({}, {})
        static = {"text/plain": self.static_text(), "text/html": self.static_html()}
        return {**data, **static}, metadata
