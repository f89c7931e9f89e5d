"""Where learning begins: networks with weights drawn at random."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np

from mlpkit.network import Activations, Network

SCHEMES = ("uniform", "glorot", "he")


def random_network(
    sizes: Sequence[int],
    activations: Activations = "sigmoid",
    scheme: str = "uniform",
    *,
    seed: int = 0,
    networks: int | None = None,
    dtype: Any = np.float64,
) -> Network:
    """A network that has not learned anything yet.

    Args:
        sizes, activations: as for Network.
        scheme: "uniform": weights and biases between -.05 and .05 (Mitchell, chapter 4).
            "glorot": weights uniform with the variance 2 / (inputs + units), for sigmoid and tanh
            (Glorot and Bengio 2010). "he": weights normal with the variance 2 / inputs, for relu
            (He et al. 2015). In the last two all biases are 0.
        seed: the same seed gives the same network.
        networks: how many, side by side. The one at index k is drawn from (seed, k).
        dtype: the precision of the parameters.

    Raises:
        ValueError: the scheme is unknown, or as for Network.
    """
    if scheme not in SCHEMES:
        known = ", ".join(SCHEMES)
        raise ValueError(f"there is no scheme named {scheme!r}. The known ones are: {known}.")
    seeds = [seed] if networks is None else [[seed, k] for k in range(networks)]
    drawn = np.stack([_drawn(sizes, scheme, np.random.default_rng(each)) for each in seeds])
    return Network(sizes, activations, (drawn[0] if networks is None else drawn).astype(dtype))


def _drawn(sizes: Sequence[int], scheme: str, generator: np.random.Generator) -> np.ndarray:
    network = Network(sizes)
    for W, b, _ in network.layers:
        units, inputs = W.shape
        if scheme == "uniform":
            W[:] = generator.uniform(-0.05, 0.05, W.shape)
            b[:] = generator.uniform(-0.05, 0.05, b.shape)
        elif scheme == "glorot":
            W[:] = generator.uniform(-1, 1, W.shape) * sqrt(6 / (inputs + units))
        else:
            W[:] = generator.normal(0, 1, W.shape) * sqrt(2 / inputs)
    return network.parameters
