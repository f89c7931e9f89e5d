"""The instructor's cells as code. They are the same for every submission, so each is read once."""

from __future__ import annotations

import ast
import copy
import hashlib
from functools import cached_property, lru_cache
from types import CodeType

from IPython.core.inputtransformer2 import TransformerManager

from autograder.testing.magics import without_frames


class Part:
    """Some statements of a cell, or the expression that is its value.

    Args:
        tree: as it was written; shared by all who ask for it, so it must not be changed.
        file: the file name that its code bears, by which a function tells where it is from.
    """

    def __init__(self, tree: ast.Module | ast.Expression, file: str) -> None:
        self.tree, self.file = tree, file

    @cached_property
    def code(self) -> CodeType:
        """What Python runs; ``is`` and ``type()`` mean in it the objects, and not their proxies."""
        tree = ast.fix_missing_locations(_ThroughTheWall().visit(copy.deepcopy(self.tree)))
        return compile(tree, self.file, "eval" if isinstance(tree, ast.Expression) else "exec")

    @cached_property
    def names(self) -> frozenset[str]:
        """The names in it."""
        return frozenset(n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name))

    @cached_property
    def global_names(self) -> frozenset[str]:
        """The names in it that a function declares to be global."""
        found = (n.names for n in ast.walk(self.tree) if isinstance(n, ast.Global))
        return frozenset(name for names in found for name in names)


SAME, KIND = "__same__", "__kind__"
"""The names of the functions that stand for ``is`` and ``type``."""


class _ThroughTheWall(ast.NodeTransformer):
    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        match node.ops, node.comparators:
            case [ast.Is() | ast.IsNot() as how], [right] if not isinstance(right, ast.Constant):
                asked: ast.expr = ast.Call(ast.Name(SAME, ast.Load()), [node.left, right], [])
                if isinstance(how, ast.IsNot):
                    asked = ast.UnaryOp(ast.Not(), asked)
                return ast.copy_location(asked, node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("type"), [argument], []) if not isinstance(
                argument, ast.Starred
            ):
                return ast.copy_location(ast.Call(ast.Name(KIND, ast.Load()), [argument], []), node)
        return node


@lru_cache(maxsize=1024)
def definitions(source: str) -> tuple[Part, ...]:
    """The statements of a cell, one by one, but those that are an expression and no more.

    Raises:
        SyntaxError: it is not Python.
    """
    body = [node for node in parse(source).body if not isinstance(node, ast.Expr)]
    return tuple(_part(source, i, ast.Module([node], [])) for i, node in enumerate(body))


@lru_cache(maxsize=1024)
def body_and_value(source: str) -> tuple[Part, Part]:
    """All of a cell but its last expression, and that expression; None if the last is none.

    Raises:
        SyntaxError: it is not Python.
    """
    *body, last = parse(source).body or [ast.Pass()]
    if not isinstance(last, ast.Expr):
        body, last = [*body, last], ast.Expr(ast.Constant(None))
    trees = ast.Module(body, []), ast.Expression(last.value)
    return _part(source, "body", trees[0]), _part(source, "value", trees[1])


def parse(source: str) -> ast.Module:
    """The tree of a cell.

    Raises:
        SyntaxError: it is not Python.
    """
    return ast.parse(TransformerManager().transform_cell(without_frames(source)))


def _part(source: str, place: object, tree: ast.Module | ast.Expression) -> Part:
    digest = hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
    return Part(tree, f"<cell {digest[:16]} {place}>")
