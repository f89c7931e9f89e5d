"""The same training in other libraries, and the matrix products that none can do without."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from mlpkit.initial import random_network
from mlpkit.training import train

torch.set_num_threads(1)

RATE, MOMENTUM = 0.01, 0.9
TORCH = {"sigmoid": torch.nn.Sigmoid, "relu": torch.nn.ReLU}
SCIKIT = {"sigmoid": "logistic", "relu": "relu"}


def mlpkit(sizes, hidden, x, classes, batch_size, epochs) -> Callable[[], None]:
    units = [hidden] * (len(sizes) - 2) + ["softmax"]
    network = random_network(sizes, units, "glorot", dtype=x.dtype)

    def run() -> None:
        train(
            network, x, classes, loss="cross_entropy", rate=RATE, momentum=MOMENTUM,
            batch_size=batch_size, epochs=epochs,
        )  # fmt: skip

    return run


def torch_network(sizes: Sequence[int], hidden: str) -> torch.nn.Sequential:
    """A network of linear outputs."""
    parts: list[torch.nn.Module] = []
    for inputs, units in pairwise(sizes):
        parts += [torch.nn.Linear(inputs, units), TORCH[hidden]()]
    return torch.nn.Sequential(*parts[:-1])


def torch_eager(sizes, hidden, x, classes, batch_size, epochs) -> Callable[[], None]:
    network = torch_network(sizes, hidden)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE, momentum=MOMENTUM)
    judge = torch.nn.CrossEntropyLoss()
    x, classes = torch.from_numpy(x), torch.from_numpy(classes)

    def run() -> None:
        for _ in range(epochs):
            order, total = torch.randperm(len(x)), torch.zeros(())
            for begin in range(0, len(x), batch_size):
                rows = order[begin : begin + batch_size]
                optimizer.zero_grad()
                loss = judge(network(x[rows]), classes[rows])
                loss.backward()
                optimizer.step()
                total += loss.detach()
            float(total)

    return run


def scikit_learn(sizes, hidden, x, classes, batch_size, epochs) -> Callable[[], None]:
    def run() -> None:
        model = MLPClassifier(
            sizes[1:-1], activation=SCIKIT[hidden], solver="sgd", alpha=0.0,
            batch_size=batch_size, learning_rate_init=RATE, momentum=MOMENTUM,
            nesterovs_momentum=False, max_iter=epochs, n_iter_no_change=epochs + 1, random_state=0,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x, classes)

    return run


def online(x: np.ndarray, targets: np.ndarray, sizes, epochs) -> dict[str, Callable[[], None]]:
    """One example a step, sigmoid units, half the squared error, rate and momentum .3.

    (scikit-learn has log loss for sigmoid outputs, which is no more work.)
    """
    start = random_network(sizes, dtype=x.dtype)
    network = torch.nn.Sequential(torch_network(sizes, "sigmoid"), torch.nn.Sigmoid())
    optimizer = torch.optim.SGD(network.parameters(), lr=0.3, momentum=0.3)
    torch_x, torch_targets = torch.from_numpy(x), torch.from_numpy(targets)
    labels = (targets > 0.5).astype(int)

    def mlpkit_train() -> None:
        train(start, x, targets, rate=0.3, momentum=0.3, epochs=epochs)

    def torch_train() -> None:
        for _ in range(epochs):
            total = torch.zeros(())
            for row in torch.randperm(len(x)).tolist():
                optimizer.zero_grad()
                error = network(torch_x[row]) - torch_targets[row]
                loss = 0.5 * (error * error).sum()
                loss.backward()
                optimizer.step()
                total += loss.detach()
            float(total)

    def scikit_train() -> None:
        model = MLPClassifier(
            sizes[1:-1], activation="logistic", solver="sgd", alpha=0.0, batch_size=1,
            learning_rate_init=0.3, momentum=0.3, nesterovs_momentum=False, max_iter=epochs,
            n_iter_no_change=epochs + 1, random_state=0,
        )  # fmt: skip
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(x, labels)

    return {"mlpkit": mlpkit_train, "PyTorch": torch_train, "scikit-learn": scikit_train}


def products_alone(sizes, x, batch_size, epochs) -> Callable[[], None]:
    """The matrix products of training and nothing else: the bound that no library can beat.

    For each layer one forward, one for its weights' gradient, and, but for the first layer, one for
    the error terms below it.
    """
    generator = np.random.default_rng(0)
    a = [generator.normal(size=(batch_size, size)).astype(x.dtype) for size in sizes]
    weights = [
        generator.normal(size=(units, inputs)).astype(x.dtype) for inputs, units in pairwise(sizes)
    ]
    z, derivatives = [np.empty_like(part) for part in a], [np.empty_like(W) for W in weights]

    def run() -> None:
        for _ in range(epochs * (len(x) // batch_size)):
            for l, W in enumerate(weights):
                np.matmul(a[l], W.T, out=z[l + 1])
            for l, W in reversed(list(enumerate(weights))):
                np.matmul(a[l + 1].T, a[l], out=derivatives[l])
                if l:
                    np.matmul(a[l + 1], W, out=z[l])

    return run
