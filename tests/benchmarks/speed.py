"""Speed, memory and growth of mlpkit's training, beside PyTorch and scikit-learn.

Run it by ``make bench``, or in an environment of your own: ``python -m tests.benchmarks.speed``.

One process, one thread. The clock is the processor time of this process, which is the time on the
wall on a machine that does nothing else. Contestants take turns, so that a slow minute of the
machine is everybody's, and of each the median is taken.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy is first imported

# ruff: noqa: E402
import platform
import tracemalloc
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np
import threadpoolctl

from mlpkit.activations import activation_named
from mlpkit.initial import random_network
from mlpkit.network import number_of_parameters
from mlpkit.training import train
from tests.benchmarks import peers

Contestants = dict[str, Callable[[], None]]


def seconds(run: Callable[[], None]) -> float:
    begin = process_time()
    run()
    return process_time() - begin


def medians(contestants: Contestants, repeats: int) -> dict[str, float]:
    """Seconds that each takes; the first turn warms up and does not count."""
    turns = [{name: seconds(run) for name, run in contestants.items()} for _ in range(repeats + 1)]
    return {name: median(turn[name] for turn in turns[1:]) for name in contestants}


def say(name: str, measured: float, target: float, unit: str = "x") -> None:
    verdict = "reached" if measured >= target else "MISSED"
    print(f"    {name:34} {measured:7.2f} {unit:2} target {target:5.2f}   {verdict}")


def machine() -> None:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    blas = {
        f"{pool['internal_api']} {pool['version']} for {pool.get('architecture')}"
        for pool in threadpoolctl.threadpool_info()
        if pool["user_api"] == "blas"
    }
    packages = ("numpy", "torch", "scikit-learn", "array-api-compat")
    print(f"CPU: {names[0] if names else platform.processor()}; one thread")
    print(f"Python {platform.python_version()}", *(f"{p} {version(p)}" for p in packages), sep=", ")
    print(f"NumPy's products: {', '.join(sorted(blas))}; ", end="")
    print(f"OPENBLAS_CORETYPE={os.environ.get('OPENBLAS_CORETYPE', '(not set)')}")


def batches(sizes, hidden, batch_size, examples, epochs, repeats, targets) -> None:
    """A network that learns from mini-batches, against both peers and the bound."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(examples, sizes[0])).astype(np.float32)
    classes = generator.integers(0, sizes[-1], examples)
    taken = medians(
        {
            "mlpkit": peers.mlpkit(sizes, hidden, x, classes, batch_size, epochs),
            "PyTorch": peers.torch_eager(sizes, hidden, x, classes, batch_size, epochs),
            "scikit-learn": peers.scikit_learn(sizes, hidden, x, classes, batch_size, epochs),
            "bound": peers.products_alone(sizes, x, batch_size, epochs),
        },
        repeats,
    )
    print(f"\n{'-'.join(map(str, sizes))}, {hidden}, float32, batches of {batch_size}")
    for name, time in taken.items():
        rate, step = epochs * examples / time, time / epochs / (examples / batch_size)
        print(f"    {name:14} {rate:10.0f} samples/s {step * 1e6:10.1f} us a step")
    say("times as fast as PyTorch", taken["PyTorch"] / taken["mlpkit"], targets[0])
    say("times as fast as scikit-learn", taken["scikit-learn"] / taken["mlpkit"], targets[1])
    say("of the bound's speed", taken["bound"] / taken["mlpkit"], targets[2], "")


def one_by_one(sizes=(960, 3, 4), examples=600, epochs=2, repeats=9) -> None:
    """A network that learns from one example at a time, as in the case study of the faces."""
    generator = np.random.default_rng(0)
    x = generator.uniform(size=(examples, sizes[0])).astype(np.float32)
    targets = generator.choice([0.1, 0.9], (examples, sizes[-1])).astype(np.float32)
    taken = medians(peers.online(x, targets, sizes, epochs), repeats)
    print(f"\n{'-'.join(map(str, sizes))}, sigmoid, float32, one example a step")
    for name, time in taken.items():
        print(f"    {name:14} {time / epochs / examples * 1e6:10.1f} us a step")
    say("times as fast as PyTorch", taken["PyTorch"] / taken["mlpkit"], 10)
    say("times as fast as scikit-learn", taken["scikit-learn"] / taken["mlpkit"], 4)


def restarts(networks=1000, epochs=300, some=10) -> None:
    """XOR from many beginnings: side by side, and one after another (some of them)."""
    x, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [0]]
    settings = {"rate": 0.5, "momentum": 0.9, "epochs": epochs, "batch_size": 4}
    together = random_network((2, 2, 1), networks=networks)
    alone = [together.with_parameters(together.parameters[k]) for k in range(some)]
    taken = medians(
        {
            "side by side": lambda: train(together, x, targets, **settings),
            "one after another": lambda: [train(each, x, targets, **settings) for each in alone],
        },
        5,
    )
    taken["one after another"] *= networks / some
    print(f"\n{networks} networks 2-2-1 learn XOR, {epochs} steps of 4 examples, float64")
    for name, time in taken.items():
        print(f"    {name:18} {time:8.2f} s")
    say("times as fast side by side", taken["one after another"] / taken["side by side"], 50)


def memory(sizes=(784, 128, 10), batch_size=64, examples=6400) -> None:
    """What training allocates besides the data, at its peak."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(examples, sizes[0])).astype(np.float32)
    targets = np.eye(sizes[-1], dtype=np.float32)[generator.integers(0, sizes[-1], examples)]
    network = random_network(sizes, ["relu", "softmax"], "glorot", dtype=np.float32)
    settings = {"loss": "cross_entropy", "rate": 0.01, "momentum": 0.9, "batch_size": batch_size}
    train(network, x[:batch_size], targets[:batch_size], epochs=1, **settings)
    tracemalloc.start()
    train(network, x, targets, epochs=2, **settings)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    vector = number_of_parameters(sizes) * 4 / 1e6
    batch = batch_size * (sizes[0] + 2 * sum(sizes[1:])) * 4 / 1e6  # x, and each layer's z and a
    print(f"\nMemory, {'-'.join(map(str, sizes))}, float32, batches of {batch_size}")
    print(f"    the data, held once, and not counted below: {x.nbytes / 1e6:.2f} MB")
    print(f"    peak {peak:.2f} MB; three vectors of parameters {3 * vector:.2f} MB", end="")
    print(f" and two batches {2 * batch:.2f} MB")
    say("these, as a part of the peak", (3 * vector + 2 * batch) / peak, 1.0, "")


def linear(name: str, unit: str, amounts: list[int], times: list[float]) -> None:
    """A figure of the times, each beside what a straight line through all of them gives."""
    slope, start = np.polyfit(amounts, times, 1)
    for amount, time in zip(amounts, times, strict=True):
        bar = "#" * round(40 * time / max(times))
        fitted = start + slope * amount
        print(f"    {amount:8} {name:8} {time * 1e3:8.2f} ms, line {fitted * 1e3:8.2f}  {bar}")
    r_squared = np.corrcoef(amounts, times)[0, 1] ** 2
    print(f"    the line: {slope * 1e9:.3f} ns {unit}, and {start * 1e3:.2f} ms besides")
    say(f"R2 of a line through {len(amounts)} {name}", r_squared, 0.99, "")


def growth(repeats=5) -> None:
    """The time that training takes, by weights, by examples, by epochs: a line each."""
    generator = np.random.default_rng(0)
    x = generator.normal(size=(8192, 256)).astype(np.float32)
    classes = generator.integers(0, 10, len(x))

    def timed(points: list[tuple[int, int, int]]) -> tuple[list[int], list[float]]:
        runs = {
            str(point): peers.mlpkit((256, width, 10), "relu", x[:m], classes[:m], 128, epochs)
            for point in points
            for width, m, epochs in [point]
        }
        taken = medians(runs, repeats)
        return [taken[str(point)] for point in points]

    print("\nGrowth, 256-h-10, relu, float32, batches of 128")
    widths = [128, 256, 384, 512, 768, 1024]
    weights = [number_of_parameters((256, width, 10)) for width in widths]
    linear("weights", "a weight", weights, timed([(width, 2048, 1) for width in widths]))
    examples = [1024, 2048, 3072, 4096, 6144, 8192]
    linear("examples", "an example", examples, timed([(256, m, 1) for m in examples]))
    epochs = [1, 2, 3, 4, 6, 8]
    linear("epochs", "an epoch", epochs, timed([(256, 2048, count) for count in epochs]))


def terms(repeats=9) -> None:
    """Where the time of a step of 784-128-10 goes."""
    print("\nWhat binds, 784-128-10, relu, batches of 64 (each term alone, by itself)")
    generator = np.random.default_rng(0)
    x = generator.normal(size=(6400, 784)).astype(np.float32)
    vectors = [np.zeros(number_of_parameters((784, 128, 10)), np.float32) for _ in range(3)]
    rows = [generator.integers(0, 6400, 64) for _ in range(100)]
    outputs = generator.normal(size=(64, 10)).astype(np.float32)
    hidden = generator.normal(size=(64, 128)).astype(np.float32)
    labels = generator.integers(0, 10, len(x))
    softmax, relu = activation_named("softmax"), activation_named("relu")

    def update(i: int) -> None:
        parameters, velocity, step = vectors
        velocity *= 0.9
        velocity += step
        parameters += velocity

    def hundred(act: Callable[[int], object]) -> Callable[[], None]:
        def run() -> None:
            for i in range(100):
                act(i)

        return run

    taken = medians(
        {
            "a whole step": peers.mlpkit((784, 128, 10), "relu", x, labels, 64, 4),
            "matrix products": peers.products_alone((784, 128, 10), x, 64, 4),
            "gathering the batch": hundred(lambda i: np.take(x, rows[i], axis=0)),
            "update of 3 vectors": hundred(update),
            "softmax": hundred(lambda i: softmax.function(outputs)),
            "relu and its slope": hundred(
                lambda i: hidden * relu.slope(hidden, relu.function(hidden))
            ),
        },
        repeats,
    )
    for whole in ("a whole step", "matrix products"):
        taken[whole] /= 4  # epochs
    for name, time in taken.items():
        share = time / taken["a whole step"]
        print(f"    {name:22} {time / 100 * 1e6:8.1f} us {share:6.0%}")


def main() -> None:
    machine()
    for hidden in ("relu", "sigmoid"):
        batches((784, 128, 10), hidden, 64, 6400, 8, 9, (1.6, 1.5, 0.70))
    for hidden in ("relu", "sigmoid"):
        batches((784, 1024, 1024, 10), hidden, 512, 2560, 3, 5, (1.0, 1.0, 0.88))
    one_by_one()
    restarts()
    terms()
    memory()
    growth()


if __name__ == "__main__":
    main()
