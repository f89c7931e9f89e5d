"""Where learning begins: networks with weights drawn at random."""

from collections.abc import Callable, Sequence
from math import sqrt
from typing import Any

import numpy as np

from mlpkit.activations import named
from mlpkit.network import Activations, Network

SCHEMES: dict[str, Callable[..., np.ndarray]] = {
    "uniform": lambda generator, shape: generator.uniform(-0.05, 0.05, shape),
    "glorot": lambda generator, shape: generator.uniform(-1, 1, shape) * sqrt(6 / sum(shape)),
    "he": lambda generator, shape: generator.normal(0, 1, shape) * sqrt(2 / shape[1]),
}


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
    """
    seeds = [seed] if networks is None else [[seed, k] for k in range(networks)]
    drawn = np.stack([_drawn(sizes, scheme, np.random.default_rng(each)) for each in seeds])
    return Network(sizes, activations, (drawn[0] if networks is None else drawn).astype(dtype))


def _drawn(sizes: Sequence[int], scheme: str, generator: np.random.Generator) -> np.ndarray:
    network, draw = Network(sizes), named("scheme", scheme, SCHEMES)
    for W, b, _ in network.layers:
        W[:] = draw(generator, W.shape)
        if scheme == "uniform":
            b[:] = draw(generator, b.shape)
    return network.parameters
