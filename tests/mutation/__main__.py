"""Do the tests notice small mistakes in the mathematics? ``python -m tests.mutation --help``.

Makes one mistake after another (a plus for a minus, < for <=, a 2 for a 1) in a copy of the tree
under a temporary folder, and runs the tests of that module. A mistake that they notice is killed;
one that they do not survives, and is printed. All of them take about half an hour; ``--sample 100``
takes a hundred at random. ``SURVIVORS.md`` says of the known survivors why nothing is wrong.
"""

from __future__ import annotations

import argparse
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

from tests.mutation.mistakes import Mistake, mistakes

ROOT = Path(__file__).parents[2]
SURVIVORS = Path(__file__).with_name("SURVIVORS.md")
TESTS = {
    "activations": ["activations", "losses", "training"],
    "losses": ["losses", "network"],
    "penalties": ["losses"],
    "network": ["network", "losses", "training"],
    "initial": ["network"],
    "updates": ["updates"],
    "training": ["training"],
    "gradcheck": ["gradcheck"],
    "graph": ["graph"],
    "arrays": ["arrays", "network"],
    "guards": ["losses", "network", "training", "updates"],
    "quick": ["training"],
}
# JAX compiles for most of the time, and another library besides NumPy is among the tests. No test
# file has "jax" in its name.
OPTIONS = ["-x", "-q", "-k", "not(jax)", "-p", "no:cacheprovider"]
OPTIONS += ["-o", "faulthandler_timeout=0"]
ENOUGH = 0.9


class Copy:
    """A copy of the tree, and the process that runs tests in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("mlpkit", "tests"):
            ignored = shutil.ignore_patterns("__pycache__", "results", "grading", "attacks")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", folder)
        # A compiled file would be mistaken for that of the next mistake, made in the same second.
        settings = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "tests.mutation.worker"],
            cwd=folder, env=os.environ | settings, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def notices(self, module: str, source: str | None, limit: float) -> bool:
        """Whether the tests of a module fail, or run for ever, if this is its source."""
        path = self.folder / "mlpkit" / f"{module}.py"
        right = path.read_text(encoding="utf-8")
        files = [f"tests/mathematics/test_{name}.py" for name in TESTS[module]]
        assert self.worker.stdin and self.worker.stdout
        try:
            path.write_text(right if source is None else source, encoding="utf-8")
            self.worker.stdin.write(" ".join([str(limit), *OPTIONS, *files]) + "\n")
            self.worker.stdin.flush()
            return self.worker.stdout.readline().strip() == "1"
        finally:
            path.write_text(right, encoding="utf-8")


def time_limits(copy: Copy, modules: list[str]) -> dict[str, float]:
    """For each module, many times what its tests take; and whether they work in the copy at all."""
    limits = {}
    for module in modules:
        begin = monotonic()
        if copy.notices(module, None, 600):
            raise SystemExit(f"the tests of {module} fail without any mistake: run them first.")
        limits[module] = 30 + 5 * (monotonic() - begin)
        if not copy.notices(module, "raise SystemError", 600):
            raise SystemExit(f"the tests of {module} do not use the copy of it.")
    return limits


def run(todo: list[tuple[str, Mistake]], copies: list[Copy]) -> list[tuple[str, Mistake]]:
    """Makes all mistakes, one at a time in each copy; returns those that survive."""
    limits = time_limits(copies[0], sorted({module for module, _ in todo}))
    free: queue.SimpleQueue[Copy] = queue.SimpleQueue()
    for copy in copies:
        free.put(copy)

    def is_noticed(job: tuple[str, Mistake]) -> bool:
        module, mistake = job
        copy = free.get()
        try:
            return copy.notices(module, mistake.source, limits[module])
        finally:
            free.put(copy)

    survivors = []
    with ThreadPoolExecutor(len(copies)) as pool:
        for number, (job, noticed) in enumerate(zip(todo, pool.map(is_noticed, todo)), start=1):
            module, mistake = job
            verdict = "killed" if noticed else "SURVIVED"
            place = f"{module}.py:{mistake.line}"
            print(f"[{number}/{len(todo)}] {verdict:8} {place} {mistake.change}", flush=True)
            if not noticed:
                survivors.append(job)
    return survivors


def described(module: str, mistake: Mistake) -> str:
    """As ``SURVIVORS.md`` writes it: with the text of the line, for its number soon is another."""
    text = (ROOT / "mlpkit" / f"{module}.py").read_text(encoding="utf-8")
    return f"`{module}`: `{text.splitlines()[mistake.line - 1].strip()}` ({mistake.change})"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help=f"of {', '.join(TESTS)}; all if not given")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mistakes, at random")
    parser.add_argument("--seed", type=int, default=0, help="what the sample is drawn from")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    unknown = set(asked.modules) - set(TESTS)
    if unknown:
        parser.error(f"no tests are known of {', '.join(unknown)}; only of {', '.join(TESTS)}.")

    todo = [
        (module, mistake)
        for module in asked.modules or TESTS
        for mistake in mistakes((ROOT / "mlpkit" / f"{module}.py").read_text(encoding="utf-8"))
    ]
    if asked.sample is not None and asked.sample < len(todo):
        todo = random.Random(asked.seed).sample(todo, asked.sample)
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        places = [Path(folder, str(number)) for number in range(asked.processes)]
        copies = [Copy(place) for place in places]
        try:
            survivors = run(todo, copies)
        finally:
            for copy in copies:
                copy.worker.kill()
                copy.worker.wait()

    known = SURVIVORS.read_text(encoding="utf-8")
    made, alive = Counter(module for module, _ in todo), Counter(module for module, _ in survivors)
    for module, count in made.items():
        print(f"{module:12} {count - alive[module]:4} of {count:4} killed")
    share = 1 - len(survivors) / max(len(todo), 1)
    print(f"{'all':12} {len(todo) - len(survivors):4} of {len(todo):4} killed: {share:.1%}")
    for job in survivors:
        line = described(*job)
        print(f"{'known' if line in known else 'NEW':5} {line}")
    return int(share < ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
