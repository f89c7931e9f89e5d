"""Mini-batches: an order of the examples cut into pieces, the last of which may be shorter.

The student writes ``minibatches``, which returns a list of arrays. ``batch_table``, which the
notebook gives, puts them into the rows of one table, filled up with −1. It also makes whole numbers
of its arguments, because the check's table holds floating-point ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from assignments.exercises.exercise import Aspect, Example, Exercise, Mistake


def table(batches: Iterable[Any]) -> np.ndarray:
    """Batches as the rows of a table, the shorter ones filled up with −1."""
    rows = [np.ravel(batch).tolist() for batch in batches]
    width = max(map(len, rows), default=0)
    return np.array([row + [-1] * (width - len(row)) for row in rows])


def batch_table(order, size):
    order, size = order.astype(int), int(size)
    return table([order[start : start + size] for start in range(0, len(order), size)])


def _order(rng: np.random.Generator, count: int) -> np.ndarray:
    """A permutation that shows: not sorted, and not its own inverse."""
    while True:
        order = rng.permutation(count)
        if (order[order] != np.arange(count)).any():
            return order.astype(float)


def _equal(rng: np.random.Generator) -> tuple[Any, ...]:
    size, batches = int(rng.integers(2, 6)), int(rng.integers(2, 5))
    return _order(rng, size * batches), float(size)


def _shorter_last(rng: np.random.Generator) -> tuple[Any, ...]:
    size, batches = int(rng.integers(3, 7)), int(rng.integers(2, 5))
    return _order(rng, size * batches + int(rng.integers(1, size))), float(size)


def _extremes(rng: np.random.Generator) -> tuple[Any, ...]:
    """One example a batch, all in one, more room than examples, one left over, one example."""
    count = int(rng.integers(5, 12))
    sizes = [1, count, count + 3, count - 1]
    cases = [(_order(rng, count), float(size)) for size in sizes]
    return [*cases, (np.zeros(1), 1.0), (np.zeros(1), 4.0)][rng.integers(6)]


def _example(title: str, order: list[int], size: int) -> Example:
    return Example(title, (np.array(order, dtype=float), float(size)))


SIX = _example("six examples, two a batch", [3, 0, 5, 1, 4, 2], 2)
SEVEN = _example("seven examples, three a batch", [6, 2, 0, 5, 3, 1, 4], 3)
FIVE = _example("five examples, four a batch", [1, 3, 4, 0, 2], 4)
MORE_ROOM = _example("three examples, eight a batch", [1, 2, 0], 8)


def _one_by_one(order, size):
    batches: list[list[float]] = []
    for place, example in enumerate(order):
        if place % int(size) == 0:
            batches.append([])
        batches[-1].append(example)
    return table(batches)


def _split(order, size):
    return table(np.split(order, np.arange(int(size), len(order), int(size))))


def _take_off(order, size):
    rest, batches = list(order), []
    for _ in range(-(-len(order) // int(size))):
        batch, rest = rest[: int(size)], rest[int(size) :]
        batches.append(batch)
    return table(batches).tolist()


def _generator(order, size):
    def batches():
        for number in range(int(np.ceil(len(order) / size))):
            yield tuple(order[int(number * size) : int((number + 1) * size)].astype(np.int32))

    return table(batches())


def _wrongly(batches_of: Callable[[np.ndarray, int], Any]) -> Callable[..., Any]:
    """A wrong solution: what it makes of an order and a size, both whole numbers."""
    return lambda order, size: table(batches_of(order.astype(int), int(size)))


def _pieces(order: np.ndarray, starts: Any, length: int) -> list[np.ndarray]:
    return [order[start : start + length] for start in starts]


def _right(order: np.ndarray, size: int) -> list[np.ndarray]:
    return _pieces(order, range(0, len(order), size), size)


def _filled_from_the_front(order: np.ndarray, size: int) -> list[np.ndarray]:
    missing = -len(order) % size
    return _right(np.concatenate([order, np.resize(order, missing)]), size)


MISTAKES = (
    Mistake(
        "shorter-batch-dropped",
        "The full batches are right, and the examples that are left over are in none. Each example "
        "has to be seen once an epoch. What should become of a last batch that is not full?",
        _wrongly(lambda order, n: _pieces(order, range(0, len(order) - n + 1, n), n)),
    ),
    Mistake(
        "last-batch-dropped",
        "Your last batch is missing, even where it is full. Where does the last batch start, and "
        "does your loop get there? A range stops before its end.",
        _wrongly(lambda order, n: _pieces(order, range(0, len(order) - n, n), n)),
    ),
    Mistake(
        "order-not-used",
        "Your batches hold 0, 1, 2 and so on, whatever the order: it is sorted, or not used. "
        "Then the same examples meet in every epoch. What tells which "
        "example comes first?",
        _wrongly(lambda order, n: _right(np.arange(len(order)), n)),
    ),
    Mistake(
        "order-turned-inside-out",
        "Your batches hold places in the order, and not what stands there. order[0] is the number "
        "of the example that comes first; it is not the place at which example 0 comes.",
        _wrongly(lambda order, n: _right(np.argsort(order), n)),
    ),
    Mistake(
        "size-taken-for-the-number-of-batches",
        "You make as many batches as there should be examples in one. With six examples and a "
        "size of 2, how many batches are there?",
        _wrongly(lambda order, n: np.array_split(order, n)),
    ),
    Mistake(
        "evenly-spread",
        "The number of batches is right, and the examples are spread over them evenly. Here all "
        "batches but the last are full.",
        _wrongly(lambda order, n: np.array_split(order, -(-len(order) // n))),
    ),
    Mistake(
        "filled-up-again",
        "Your last batch is filled up with examples from the front, so these are seen twice an "
        "epoch. The last batch may be shorter than the others.",
        _wrongly(_filled_from_the_front),
    ),
    Mistake(
        "empty-batch-at-the-end",
        "Where the size divides the number of examples you return one batch too many, and it is "
        "empty. Its mean gradient would be a division by zero. How many full batches are there, "
        "and is anything left over?",
        _wrongly(lambda order, n: _pieces(order, range(0, len(order) + 1, n), n)),
    ),
    Mistake(
        "dealt-like-cards",
        "You deal the examples out in turn, so neighbours in the order come into different "
        "batches. A batch is a piece of the order, from one place to another.",
        _wrongly(
            lambda order, n: [order[i :: -(-len(order) // n)] for i in range(-(-len(order) // n))]
        ),
    ),
    Mistake(
        "windows-that-overlap",
        "Each of your batches starts one place after the one before, so most examples are seen "
        "several times. How far is it from the start of one batch to the start of the next?",
        _wrongly(lambda order, n: _pieces(order, range(len(order)), n)),
    ),
    Mistake(
        "one-too-few-in-each",
        "The last example of every full batch is missing. A slice stops before its end: does the "
        "1 that you take away do that once more?",
        _wrongly(lambda order, n: _pieces(order, range(0, len(order), n), n - 1)),
    ),
    Mistake(
        "one-too-many-in-each",
        "Your batches hold the first example of the next one too. A slice stops before its end, so "
        "nothing has to be added to it.",
        _wrongly(lambda order, n: _pieces(order, range(0, len(order), n), n + 1)),
    ),
)

exercise = Exercise(
    title="Mini-batches",
    reference=batch_table,
    results=("batches",),
    aspects=(
        Aspect("batches of one size", 1.0, (SIX,), _equal, count=3),
        Aspect("a shorter one at the end", 1.5, (SEVEN, FIVE), _shorter_last),
        Aspect("extremes", 1.0, (MORE_ROOM,), _extremes, count=6),
        Aspect("leaves its arguments as they are", 0.5),
    ),
    hints=(
        "Write the first case on paper and draw lines where the order is cut. Then write down at "
        "which places the batches start.",
        "The starts are 0, size, 2 size and so on, as long as there is an example at that place. "
        "Python's range can count in such steps.",
        "A slice of an array from one place to another may reach past the end: it then holds what "
        "there is. So the shorter batch at the end needs no special case, and an empty one does "
        "not come up if no start is at the end.",
    ),
    mistakes=MISTAKES,
    right=(_one_by_one, _split, _take_off, _generator),
)
