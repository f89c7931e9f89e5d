"""What is built on exercises 1 and 2 is not marked down for their mistakes once more.

Exercises 3, 4 and 6 may call the functions of exercises 1 and 2. They are graded with these as the
student wrote them: what comes out right is right. Where it does not, the notebook's hidden test
puts right functions in their place, grades again, and the better verdict counts.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

EARLIER = ("output_error_term", "hidden_error_terms")
NOTE = "Graded with a right output_error_term and a right hidden_error_terms in place of yours."


@contextmanager
def own_functions_kept(names: MutableMapping[str, Any]) -> Iterator[None]:
    """The student's functions of exercises 1 and 2 are theirs again afterwards.

    Args:
        names: the namespace in which they stand; one that is missing there stays as it is put.
    """
    # Asked for one by one: this namespace may know of names that an ordinary dict does not hold.
    own = {name: names[name] for name in EARLIER if name in names}
    try:
        yield
    finally:
        for name, function in own.items():
            names[name] = function
