"""The losses so far, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

MOST_ROWS = 4000


@dataclass
class History:
    """Rows of epoch, training loss and test loss; what is not finite is NaN.

    When there are too many, every second one is dropped, and from then on half as many are kept.
    The newest row is always there.
    """

    _rows: np.ndarray = field(default_factory=lambda: np.empty((MOST_ROWS, 3)))
    _count: int = 0
    _every: int = 1
    _given: int = 0

    @property
    def rows(self) -> np.ndarray:
        """Shape (rows, 3)."""
        return self._rows[: self._count]

    def add(self, epoch: float, training: float, test: float) -> None:
        """Adds a row; of the same epoch, the newer one counts."""
        if self._count and self._rows[self._count - 1, 0] == epoch:
            self._count -= 1
        else:
            # The newest row stood in for the next one to be kept.
            if self._count and (self._given - 1) % self._every:
                self._count -= 1
            self._given += 1
        if self._count == MOST_ROWS:
            self._rows[: MOST_ROWS // 2] = self._rows[::2]
            self._count, self._every = MOST_ROWS // 2, 2 * self._every
        self._rows[self._count] = epoch, training, test
        self._count += 1

    def copy(self) -> History:
        """One of its own, to go on with."""
        return History(self._rows.copy(), self._count, self._every, self._given)

    def thinned(self, most: int) -> np.ndarray:
        """At most so many of the rows, the first and the last among them."""
        chosen = np.linspace(0, self._count - 1, min(most, self._count)).round().astype(int)
        return self.rows[chosen]
