"""Other right ways to write the graph's nodes, their order and the way back; for the proof."""

from __future__ import annotations

import math

import numpy as np

from assignments.exercises.ps4.graph_reference import results_of


def closures(leaves, steps):
    """Each node keeps a function that makes the messages to its parents."""

    class Node:
        def __init__(self, value, *parents):
            self.value, self.parents, self.gradient = value, list(parents), 0.0
            self.messages = list

        def __add__(self, other):
            node = Node(self.value + other.value, self, other)
            node.messages = lambda: [node.gradient, node.gradient]
            return node

        def __mul__(self, other):
            node = Node(self.value * other.value, self, other)
            node.messages = lambda: [other.value * node.gradient, self.value * node.gradient]
            return node

        def tanh(self):
            node = Node(math.tanh(self.value), self)
            node.messages = lambda: [node.gradient / math.cosh(self.value) ** 2]
            return node

    def order_of(result, seen=None):
        seen = set() if seen is None else seen
        if result in seen:
            return []
        seen.add(result)
        return [node for parent in result.parents for node in order_of(parent, seen)] + [result]

    def way_back(result):
        result.gradient = 1
        for node in order_of(result)[::-1]:
            for parent, message in zip(node.parents, node.messages()):
                parent.gradient += message

    return results_of(Node, order_of, way_back, leaves, steps)


def _by_counting(result):
    """Backward from the result: a node comes when all that was made from it has come."""
    waiting, left = {result: 0}, [result]
    while left:
        for parent in left.pop().parents:
            if parent not in waiting:
                left.append(parent)
            waiting[parent] = waiting.get(parent, 0) + 1
    order, ready = [], [result]
    while ready:
        node = ready.pop()
        order.insert(0, node)
        for parent in node.parents:
            waiting[parent] -= 1
            if waiting[parent] == 0:
                ready.append(parent)
    return tuple(order)


def counting(leaves, steps):
    """A node is done when all that was made from it is done."""

    class Node:
        def __init__(self, value, *made_from):
            self.value, self.gradient = float(value), 0.0
            self.made_from = made_from
            self.parents = tuple(parent for parent, _ in made_from)

        def __add__(self, other):
            return Node(self.value + other.value, (self, 1), (other, 1))

        def __mul__(self, other):
            return Node(self.value * other.value, (self, other.value), (other, self.value))

        def tanh(self):
            y = np.tanh(self.value)
            return Node(y, (self, (1 - y) * (1 + y)))

    def way_back(result):
        order = _by_counting(result)
        for node in order:
            node.gradient = 1.0 if node is result else 0.0
        for node in reversed(order):
            for parent, slope in node.made_from:
                parent.gradient = parent.gradient + slope * node.gradient

    return results_of(Node, _by_counting, way_back, leaves, steps)


def in_single_precision(leaves, steps):
    """With a list of what is left to do in place of a function that calls itself."""

    class Node:
        def __init__(self, value, parents=(), slopes=()):
            self.value, self.gradient = np.float32(value), np.float32(0)
            self.parents, self.slopes = parents, np.array(slopes, dtype=np.float32)

        def __add__(self, other):
            return Node(self.value + other.value, (self, other), (1, 1))

        def __mul__(self, other):
            return Node(self.value * other.value, (self, other), (other.value, self.value))

        def tanh(self):
            return Node(np.tanh(self.value), (self,), (1 - np.tanh(self.value) ** 2,))

    def order_of(result):
        order, seen, left = [], set(), [(result, False)]
        while left:
            node, parents_are_in = left.pop()
            if parents_are_in:
                order.append(node)
            elif id(node) not in seen:
                seen.add(id(node))
                left.append((node, True))
                left.extend((parent, False) for parent in node.parents)
        return order

    def way_back(result):
        result.gradient += np.float32(1)
        for node in order_of(result)[::-1]:
            for place in range(len(node.parents)):
                node.parents[place].gradient += node.slopes[place] * node.gradient

    return results_of(Node, order_of, way_back, leaves, steps)


def collecting(leaves, steps):
    """Each node asks those made from it, and the order is that of making."""

    class Node:
        made = 0

        def __init__(self, value, parents=(), slopes=()):
            self.value, self.gradient = value, 0.0
            self.parents, self.slopes, self.number = parents, slopes, Node.made
            Node.made += 1

        def __add__(self, other):
            return Node(self.value + other.value, [self, other], [1.0, 1.0])

        def __mul__(self, other):
            return Node(self.value * other.value, [self, other], [other.value, self.value])

        def tanh(self):
            return Node(np.tanh(self.value), [self], [1 - np.tanh(self.value) ** 2])

    def order_of(result):
        found, before = {result}, 0
        while len(found) > before:
            before = len(found)
            found |= {parent for node in found for parent in node.parents}
        return sorted(found, key=lambda node: node.number)

    def way_back(result):
        order = order_of(result)
        result.gradient = 1.0
        for node in order[-2::-1]:
            node.gradient = sum(
                slope * child.gradient
                for child in order
                for parent, slope in zip(child.parents, child.slopes)
                if parent is node
            )

    return results_of(Node, order_of, way_back, leaves, steps)
