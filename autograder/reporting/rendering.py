"""Pages for a browser: one file each, in which nothing can run and which fetches nothing.

What students wrote is text and nothing else: the templates escape all that they are given. And if
something should slip through, the policy in the page's head forbids the browser every script, every
address, and every style but our own.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

FOLDER = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """A page made from one of the templates."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _environment().get_template(template)
    return page.render(policy=policy, style=Markup(style), **values)


@functools.cache
def _style() -> str:
    return (FOLDER / "style.css").read_text(encoding="utf-8")


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["points"] = lambda number: f"{round(number, 2):g}"
    return environment
