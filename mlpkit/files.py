"""Networks in files of NumPy's format ``.npz``."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np

from mlpkit.activations import ACTIVATIONS
from mlpkit.arrays import to_device
from mlpkit.network import Network


def save(network: Network, path: str | os.PathLike[str]) -> None:
    """Writes a network to a file.

    It is written beside its place and then renamed, so that an interruption leaves no half of a
    file.

    Raises:
        ValueError: an activation is not one of mlpkit's, so that only its name could be saved.
        OSError: the file cannot be written; the message names it.
    """
    names = [activation.name for activation in network.activations]
    own = [f.name for f in network.activations if ACTIVATIONS.get(f.name) != f]
    if own:
        raise ValueError(f"cannot save {own[0]!r}, which is an activation of your own.")
    path = Path(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    parameters = to_device(network.parameters, "cpu")
    try:
        with beside.open("wb") as file:
            np.savez(file, sizes=network.sizes, activations=names, parameters=parameters)
        beside.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        beside.unlink(missing_ok=True)


def load(path: str | os.PathLike[str]) -> Network:
    """The network that ``save`` wrote.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file does not hold a network, or is damaged; the message names it.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            names = [str(name) for name in file["activations"]]
            return Network(file["sizes"].tolist(), names, file["parameters"])
    except (ValueError, TypeError, KeyError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} does not hold a network that save wrote: {error}") from error
