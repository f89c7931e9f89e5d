"""A computation graph: what was computed from what, and back-propagation over it.

Calculating with nodes builds the graph: ``s = w * x + b`` remembers its operation and its parents.
On the way back a node adds up the messages of its children: that is its error signal, the
derivative of the result by the node. To each parent it sends this signal times the derivative of
its own operation, and needs to know nothing else of the graph.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from mlpkit import operations
from mlpkit.activations import Activation
from mlpkit.arrays import Array, as_floats, namespace
from mlpkit.operations import Operation


def _method(operation: Operation, swap: bool = False) -> Any:
    return lambda *operands: apply(operation, *(operands[::-1] if swap else operands))


@dataclass(eq=False)
class Node:
    """A value in a computation graph, to calculate with: + - * / @ **, and the methods below.

    Attributes:
        value: a number or an array, of any library and shape (for @, of one or two axes).
        name: what pictures and tables call it; may be empty.
        operation, parents: what made it, and from what. A leaf, which was given, has none.
        gradient: its error signal, of the shape of its value; None before ``backpropagate``.

    Raises:
        TypeError: the value is not made of numbers.
        ValueError: the value is not finite, as the logarithm of 0.
    """

    value: Array
    name: str = ""
    operation: Operation | None = field(default=None, repr=False)
    parents: tuple[Node, ...] = field(default=(), repr=False)
    gradient: Array = field(default=None, init=False)

    # Otherwise NumPy's arrays would take the node in ``array + node`` for an element.
    __array_ufunc__ = None

    __add__, __radd__ = _method(operations.ADD), _method(operations.ADD, swap=True)
    __sub__, __rsub__ = _method(operations.SUBTRACT), _method(operations.SUBTRACT, swap=True)
    __mul__, __rmul__ = _method(operations.MULTIPLY), _method(operations.MULTIPLY, swap=True)
    __truediv__, __rtruediv__ = _method(operations.DIVIDE), _method(operations.DIVIDE, swap=True)
    __matmul__, __rmatmul__ = _method(operations.MATMUL), _method(operations.MATMUL, swap=True)
    __neg__, max = _method(operations.NEGATE), _method(operations.MAX)
    exp, log = _method(operations.EXP), _method(operations.LOG)
    sum, mean = _method(operations.SUM), _method(operations.MEAN)

    def __post_init__(self) -> None:
        if self.operation is None:
            self.value = as_floats(self.value)
        xp = namespace(self.value)
        if not xp.all(xp.isfinite(self.value)):
            operands = " and ".join(str(parent.value) for parent in self.parents)
            made = f"{self.operation.symbol} of {operands}" if self.operation else self.name
            raise ValueError(f"values have to be finite, but {made or 'a leaf'} is {self.value}.")

    def __pow__(self, exponent: float) -> Node:
        return apply(operations.power(exponent), self)

    def activated(self, activation: str | Activation) -> Node:
        """An activation of the node, for instance "sigmoid", with its own slope; not softmax."""
        return apply(operations.activation(activation), self)

    def named(self, name: str) -> Node:
        """The node itself, with a name: ``s = (w * x + b).named("s")``."""
        self.name = name
        return self


def apply(operation: Operation, *operands: Any) -> Node:
    """What an operation makes of nodes and numbers, which join the library of the first node.

    Raises:
        TypeError: the operands are not numbers, or belong to several libraries.
        ValueError: their shapes do not fit together, or the result is not finite.
    """
    like = next(operand.value for operand in operands if isinstance(operand, Node))
    parents = [o if isinstance(o, Node) else Node(as_floats(o, like)) for o in operands]
    values = [parent.value for parent in parents]
    namespace(*values)
    try:
        # What NumPy would warn of, the node raises an error for.
        with np.errstate(all="ignore"):
            result = operation.function(*values)
    except (TypeError, ValueError) as error:
        shapes = " and ".join(str(tuple(value.shape)) for value in values)
        raise ValueError(f"{operation.symbol} cannot take the shapes {shapes}: {error}") from error
    return Node(result, operation=operation, parents=tuple(parents))


def topological_order(result: Node) -> list[Node]:
    """All nodes that a result was made from, parents before children, and the result at the end."""
    order, seen = [], set()
    # A list of what is left to do, because calls cannot be nested a hundred thousand deep.
    left = [(result, False)]
    while left:
        node, parents_are_in = left.pop()
        if parents_are_in:
            order.append(node)
        elif node not in seen:
            seen.add(node)
            left += [(node, True), *((parent, False) for parent in reversed(node.parents))]
    return order


class Message(NamedTuple):
    """What a node sends to a parent, and what the parent has got with it so far."""

    sender: Node
    receiver: Node
    value: Array
    so_far: Array


def backpropagate(result: Node) -> list[Message]:
    """Gives every node of the graph its gradient, anew; returns the messages as they were sent.

    Raises:
        ValueError: the result is not a single number; its sum or mean is one.
    """
    if result.value.ndim:
        raise ValueError(f"expected a single number, got the shape {tuple(result.value.shape)}.")
    order, sent = topological_order(result), []
    for node in order:
        node.gradient = namespace(node.value).zeros_like(node.value)
    result.gradient = result.gradient + 1
    for node in reversed(order):
        if node.operation is not None:
            operands = [parent.value for parent in node.parents]
            values = node.operation.messages(node.gradient, node.value, *operands)
            for parent, value in zip(node.parents, values, strict=True):
                value = _summed_to(parent.value.shape, value)
                parent.gradient = parent.gradient + value
                sent.append(Message(node, parent, value, parent.gradient))
    return sent


def _summed_to(shape: tuple[int, ...], message: Array) -> Array:
    if message.shape == shape:
        return message
    extra = message.ndim - len(shape)
    ones = [axis + extra for axis, size in enumerate(shape) if size == 1]
    xp = namespace(message)
    return xp.reshape(xp.sum(message, axis=(*range(extra), *ones)), shape)
