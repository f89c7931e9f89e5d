"""A bar that shows how far a long calculation has come."""

from __future__ import annotations

from collections.abc import Iterable


def counted(epochs: int, show: bool) -> Iterable[int]:
    """The numbers of the epochs, from 0; with a bar, if it is to be shown."""
    if not show:
        return range(epochs)
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError("the progress bar is tqdm's. Install it: pip install tqdm") from None
    return tqdm(range(epochs), unit="epoch")
