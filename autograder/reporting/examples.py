"""A student's code, shown without saying whose it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

LONGEST_EXAMPLE = 4000
SHORTEST_NAME = 3


def anonymised(code: str, names: Iterable[str]) -> str:
    """The code without comments, docstrings and the words in its strings.

    Args:
        code: of a student.
        names: the student's names, number and address; no part of them may stand in it.

    Returns:
        The code; empty if it is too long, is not Python, or would give the student away.
    """
    if len(code) > LONGEST_EXAMPLE:
        return ""
    # A deep nesting ends in one of the last two.
    try:
        tree = _Wordless().visit(ast.parse(code))
        text = ast.unparse(ast.fix_missing_locations(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    parts = {part for name in names for part in _parts(name) if len(part) >= SHORTEST_NAME}
    return "" if parts & _parts(text) else text


def _parts(text: str) -> set[str]:
    """The words and numbers in a text, those inside of names in code too."""
    return set(re.findall(r"[^\W\d_]+|\d+", text.lower()))


class _Wordless(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if isinstance(node.value, str | bytes):
            return ast.copy_location(ast.Constant("…"), node)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if isinstance(node.value, ast.Constant) else self.generic_visit(node)
