"""The command line: python -m tests.attacks --help."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console

from tests.attacks import runs, wall
from tests.attacks.rows import ATTACKS, ROWS
from tests.attacks.table import print_counts, print_table


def main(arguments: list[str] | None = None) -> int:
    """Runs attacks and prints the table; the exit status says whether ours withstood them all."""
    wish = _parser().parse_args(arguments)
    chosen = [a for a in ATTACKS if not wish.only or {a.name, str(a.row)} & set(wish.only)]
    if not chosen:
        print(f"No attack or row is called {', '.join(wish.only)}; see --list.", file=sys.stderr)
        return 2
    if wish.list:
        for attack in chosen:
            print(f"{attack.row:2}  {attack.name:28} {attack.gain}")
        return 0
    try:
        wall.require()
    except wall.WallMissing as missing:
        print(missing, file=sys.stderr)
        return 2
    start = time.monotonic()
    try:
        beside = [] if wish.ours_only else chosen
        results = runs.run(chosen, wish.workers, for_nbgrader=beside, keep=wish.keep)
    except KeyboardInterrupt:
        print("Stopped; nothing is left running.", file=sys.stderr)
        return 130
    console = Console(width=max(Console().width, 180))
    print_table(results, console)
    print_counts(results, time.monotonic() - start, console)
    uncovered = set(ROWS) - {attack.row for attack in ATTACKS}
    if uncovered:
        print(f"Rows without an attack: {sorted(uncovered)}")
    return 1 if uncovered or any(result.failed for result in results) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.attacks", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME|ROW", help="these alone")
    parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
    parser.add_argument("--ours-only", action="store_true", help="leave plain nbgrader out")
    parser.add_argument("--keep", type=Path, help="a folder for what was seen, to look at")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="how many at a time")
    return parser


if __name__ == "__main__":
    sys.exit(main())
