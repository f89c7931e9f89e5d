"""Where the nodes of a computation graph stand in its picture, and how its lines run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise
from statistics import mean

from mlpkit.graph import Node

Item = tuple[Node, int]
"""A node in its column, or a node's line on its way through a later column."""


def lay_out(order: list[Node]) -> tuple[dict[Node, int], dict[Item, float]]:
    """The column of each node, and the row of each node and of the lines that pass by it."""
    children = children_of(order)
    columns: dict[Node, int] = {}
    for node in order:
        columns[node] = max((columns[parent] + 1 for parent in node.parents), default=0)
    for node in order:
        if not node.parents and children[node]:
            # What is given stands right before it is first needed.
            columns[node] = min(columns[child] for child in children[node]) - 1
    neighbours: dict[Item, list[Item]] = defaultdict(list)
    grid: dict[int, list[Item]] = defaultdict(list)
    for node in order:
        grid[columns[node]].append((node, columns[node]))
    for path in paths_of(order, columns):
        for left, right in pairwise(path):
            neighbours[left].append(right)
            neighbours[right].append(left)
            if left not in grid[left[1]]:
                grid[left[1]].append(left)
    return columns, _rows(grid, neighbours, columns)


def children_of(order: list[Node]) -> dict[Node, list[Node]]:
    """The nodes that were made from each node, each once."""
    children: dict[Node, list[Node]] = {node: [] for node in order}
    for node in order:
        for parent in dict.fromkeys(node.parents):
            children[parent].append(node)
    return children


def paths_of(order: list[Node], columns: dict[Node, int]) -> Iterable[list[Item]]:
    """From each node to each child, through all columns in between."""
    for node, children in children_of(order).items():
        for child in children:
            between = range(columns[node], columns[child])
            yield [*((node, column) for column in between), (child, columns[child])]


def _rows(
    grid: dict[int, list[Item]], neighbours: dict[Item, list[Item]], columns: dict[Node, int]
) -> dict[Item, float]:
    """Each item at about the height of its neighbours, with room around it.

    Columns are ordered by the mean height of the neighbours, forth and back a few times, which
    leaves few crossings (Sugiyama, Tagawa and Toda, 1981).
    """
    rows = {item: float(row) for items in grid.values() for row, item in enumerate(items)}
    for sweep in range(12):
        for column in sorted(grid, reverse=bool(sweep % 2)):
            wanted = {
                i: mean(rows[n] for n in neighbours[i]) if neighbours[i] else 0.0
                for i in grid[column]
            }
            items = sorted(grid[column], key=lambda item: (wanted[item], rows[item]))
            heights: list[float] = []
            for above, item in zip([None, *items], items, strict=False):
                through = any(i and columns[i[0]] != i[1] for i in (above, item))
                lowest = heights[-1] + (0.7 if through else 1.0) if heights else wanted[item]
                heights.append(max(wanted[item], lowest))
            shift = mean(wanted[item] for item in items) - mean(heights)
            rows |= {item: height + shift for item, height in zip(items, heights, strict=True)}
    top = min(rows.values())
    return {item: row - top for item, row in rows.items()}
