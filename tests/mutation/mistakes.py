"""The mistakes: each changes one operator, comparison or constant of a module.

Left alone is what is never run, the annotations, and ``strict=`` of zip, which claims something and
calculates nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

SWAPS: dict[type, list[type]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Mult],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.BitOr: [ast.BitAnd],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}


class Mistake(NamedTuple):
    """A module with one mistake in it.

    Attributes:
        line: where it is, counted from 1.
        change: what was done, for instance "Add -> Sub".
        source: the whole module, with the mistake.
    """

    line: int
    change: str
    source: str


def mistakes(source: str) -> Iterator[Mistake]:
    """All of them, in the order of the file's syntax tree."""
    tree = ast.parse(source)
    spared = {id(part) for top in _spared(tree) for part in ast.walk(top)}
    for node in ast.walk(tree):
        if id(node) not in spared:
            yield from _of_node(tree, node)


def _spared(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "strict":
            yield node
        for name in ("annotation", "returns"):
            if isinstance(getattr(node, name, None), ast.AST):
                yield getattr(node, name)


def _of_node(tree: ast.AST, node: ast.AST) -> Iterator[Mistake]:
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign):
        for other in SWAPS.get(type(node.op), []):
            yield _with(tree, node, "op", other(), f"{_name(node.op)} -> {other.__name__}")
    elif isinstance(node, ast.Compare):
        for place, op in enumerate(node.ops):
            for other in SWAPS[type(op)]:
                ops = [*node.ops[:place], other(), *node.ops[place + 1 :]]
                yield _with(tree, node, "ops", ops, f"{_name(op)} -> {other.__name__}")
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield _with(tree, node, "op", ast.UAdd(), "minus dropped")
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        twice = ast.UnaryOp(ast.Not(), node.operand)
        yield _with(tree, node, "operand", twice, "not dropped")
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield _with(tree, node, "value", not node.value, f"{node.value} -> {not node.value}")
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        yield _with(tree, node, "value", node.value + 1, f"{node.value} -> {node.value + 1}")
        if node.value not in (0, 1):
            half = node.value / 2
            yield _with(tree, node, "value", half, f"{node.value} -> {half}")


def _name(op: ast.AST) -> str:
    return type(op).__name__


def _with(tree: ast.AST, node: ast.AST, field: str, value: object, change: str) -> Mistake:
    right = getattr(node, field)
    setattr(node, field, value)
    source = ast.unparse(ast.fix_missing_locations(tree))
    setattr(node, field, right)
    return Mistake(node.lineno, change, source)
