"""Do the exercises' tests notice small mistakes? ``python -m tests.mutation.exercises --help``.

Takes every right solution of every exercise, changes one operator, index, transpose, constant or
name in it, and grades what comes of that. A wrong solution that loses points for every seed is
caught. One that does what the reference does in 200 random cases, up to the tolerance, is no wrong
solution; it is listed as equivalent. The others escape, and are printed. All of them take a few
minutes; ``--sample 100`` takes a hundred at random.

The 200 cases come from the exercise's own generators. A kind of case that these never draw is seen
neither there nor by the grader: read the list of the equivalent ones.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import inspect
import os
import random
import signal
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from assignments.exercises import bake
from assignments.exercises.exercise import Exercise
from mlpkit.check.calling import call
from mlpkit.check.comparing import agrees
from tests.mutation import mistakes

FOLDER = Path(__file__).parents[2] / "assignments" / "exercises"
ASSIGNMENTS = sorted(path.parent.name for path in FOLDER.glob("*/__init__.py"))
CASES, SEEDS, SECONDS = 200, 5, 2.0
ENOUGH = 0.99
CAUGHT, EQUIVALENT, ESCAPED = "caught", "equivalent", "ESCAPED"
NOT_COMMUTATIVE = (ast.Sub, ast.Div, ast.MatMult, ast.Pow)


class Mutant(NamedTuple):
    """A right solution with one change.

    Attributes:
        exercise: its place in the assignment's list of exercises.
        solution: its place among the right solutions, the reference being the first.
        line: where the change is, counted from 1 in the solution.
        change: what was done.
        source: the solution, changed.
    """

    assignment: str
    exercise: int
    solution: int
    line: int
    change: str
    source: str


def all_mutants(assignments: list[str]) -> Iterator[Mutant]:
    """Every change of every right solution."""
    for assignment in assignments:
        for number, exercise in enumerate(bake.exercises_of(assignment)):
            for place, solution in enumerate((exercise.reference, *exercise.right)):
                if solution.__name__ == "<lambda>" or solution.__code__.co_freevars:
                    continue  # its source is not all of it
                source = textwrap.dedent(inspect.getsource(solution))
                for line, change, text in _changes(source):
                    yield Mutant(assignment, number, place, line, change, text)


def _changes(source: str) -> Iterator[tuple[int, str, str]]:
    plain = ast.unparse(ast.parse(source))
    seen = {plain}
    for line, change, text in (*mistakes.mistakes(source), *_of_arrays(source)):
        if text not in seen and _can_be_compiled(text):
            seen.add(text)
            yield line, change, text


def _can_be_compiled(text: str) -> bool:
    try:
        compile(text, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def _of_arrays(source: str) -> Iterator[tuple[int, str, str]]:
    """Changes beyond those of the mathematics: what is done to arrays, and to which."""
    tree = ast.parse(source)
    function = tree.body[0]
    assert isinstance(function, ast.FunctionDef)
    arguments = [each.arg for each in function.args.args]
    for holder, field, node in _expressions(function):
        for other, change in _instead_of(node, arguments):
            _set(holder, field, other)
            yield node.lineno, change, ast.unparse(ast.fix_missing_locations(tree))
            _set(holder, field, node)


def _expressions(function: ast.FunctionDef) -> list[tuple[ast.AST, Any, ast.expr]]:
    """All expressions of the body, with where they stand."""
    found: list[tuple[ast.AST, Any, ast.expr]] = []
    for holder in (part for statement in function.body for part in ast.walk(statement)):
        for name, value in ast.iter_fields(holder):
            if isinstance(value, ast.expr):
                found.append((holder, (name, None), value))
            elif isinstance(value, list):
                places = enumerate(value)
                found += [(holder, (name, i), v) for i, v in places if isinstance(v, ast.expr)]
    return found


def _set(holder: ast.AST, field: Any, node: ast.AST) -> None:
    name, place = field
    if place is None:
        setattr(holder, name, node)
    else:
        getattr(holder, name)[place] = node


def _instead_of(node: ast.expr, arguments: list[str]) -> Iterator[tuple[ast.expr, str]]:
    """What may stand in the place of an expression, and what that change is."""
    if isinstance(node, ast.BinOp):
        yield node.left, f"{_words(node)}: right side dropped"
        yield node.right, f"{_words(node)}: left side dropped"
        if isinstance(node.op, NOT_COMMUTATIVE):
            yield ast.BinOp(node.right, node.op, node.left), f"{_words(node)}: sides exchanged"
        if isinstance(node.op, ast.MatMult):
            for left, right in ((True, False), (False, True)):
                sides = [_turned(node.left, left), _turned(node.right, right)]
                yield ast.BinOp(sides[0], node.op, sides[1]), f"{_words(node)}: one side transposed"
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield node.value, f"{_words(node)}: not transposed"
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield node.value, f"{_words(node)}: no index"
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        yield node.args[0], f"{_words(node)}: not called"
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield ast.Constant(node.value - 1), f"{node.value} -> {node.value - 1}"
        yield ast.Constant(-node.value), f"{node.value} -> {-node.value}"
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield ast.Tuple(node.elts[::-1], node.ctx), f"{_words(node)}: reversed"
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in arguments:
        for other in arguments:
            if other != node.id:
                yield ast.Name(other, node.ctx), f"{node.id} -> {other}"


def _turned(node: ast.expr, wanted: bool) -> ast.expr:
    return ast.Attribute(node, "T", ast.Load()) if wanted else node


def _words(node: ast.AST) -> str:
    text = ast.unparse(node)
    return text if len(text) < 40 else text[:39] + "…"


def judge(mutant: Mutant) -> str:
    """CAUGHT, EQUIVALENT or ESCAPED."""
    exercise = _exercises(mutant.assignment)[mutant.exercise]
    original = (exercise.reference, *exercise.right)[mutant.solution]
    names = dict(original.__globals__)
    exec(compile(mutant.source, "<mutant>", "exec"), names)
    function = _limited(names[original.__name__])
    # A mutant of a helper's caller may print warnings of NumPy's; they say nothing here.
    with np.errstate(all="ignore"), contextlib.suppress(ConnectionError):
        points = [exercise.grade(function, seed).points for seed in range(SEEDS)]
        if max(points) < exercise.max_points:
            return CAUGHT
        return EQUIVALENT if _does_the_same(exercise, function) else ESCAPED
    return CAUGHT


def _limited(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, ended after some seconds: a changed loop may have no end."""

    def limited(*arguments: Any) -> Any:
        signal.signal(signal.SIGALRM, _too_long)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            return function(*arguments)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)

    return limited


def _too_long(*_: Any) -> None:
    raise TimeoutError


def _does_the_same(exercise: Exercise, function: Callable[..., Any]) -> bool:
    for arguments in islice(_cases(exercise), CASES):
        outcome = call(function, arguments)
        same = outcome.error is None and agrees(outcome.value, exercise.reference(*arguments))
        if not same or outcome.changed:
            return False
    return True


def _cases(exercise: Exercise) -> Iterator[tuple[Any, ...]]:
    """The visible cases, then random ones of each aspect in turn, without end."""
    rng = np.random.default_rng(12345)
    yield from (example.arguments for example in exercise.examples)
    while True:
        for aspect in exercise.aspects:
            if aspect.draw is not None:
                yield aspect.draw(rng)


@cache
def _exercises(assignment: str) -> list[Exercise]:
    return bake.exercises_of(assignment)


def described(mutant: Mutant) -> str:
    """For a list: the exercise, the solution, the line and the change."""
    exercise = _exercises(mutant.assignment)[mutant.exercise]
    solution = (exercise.reference, *exercise.right)[mutant.solution].__name__
    return f"{mutant.assignment} {exercise.name}, {solution}:{mutant.line}: {mutant.change}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation.exercises", description=__doc__)
    parser.add_argument("assignments", nargs="*", help=f"of {', '.join(ASSIGNMENTS)}; default: all")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants, at random")
    parser.add_argument("--seed", type=int, default=0, help="what the sample is drawn from")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quiet", action="store_true", help="do not list the equivalent ones")
    asked = parser.parse_args()
    if unknown := set(asked.assignments) - set(ASSIGNMENTS):
        parser.error(f"there is no assignment {', '.join(sorted(unknown))}: {ASSIGNMENTS}.")
    todo = list(all_mutants(asked.assignments or ASSIGNMENTS))
    if asked.sample is not None and asked.sample < len(todo):
        todo = random.Random(asked.seed).sample(todo, asked.sample)
    with ProcessPoolExecutor(asked.processes) as pool:
        verdicts = list(pool.map(judge, todo, chunksize=20))
    return report(todo, verdicts, asked.quiet)


def report(todo: list[Mutant], verdicts: list[str], quiet: bool) -> int:
    """Prints what came of all of them; returns the exit status."""
    for mutant, verdict in sorted(zip(todo, verdicts), key=lambda pair: pair[1]):
        if verdict == ESCAPED or (verdict == EQUIVALENT and not quiet):
            print(f"{verdict:10} {described(mutant)}")
    for assignment in dict.fromkeys(mutant.assignment for mutant in todo):
        counts = Counter(v for m, v in zip(todo, verdicts) if m.assignment == assignment)
        print(f"{assignment}: {counts.total()} mutants, {_in_words(counts)}")
    counts = Counter(verdicts)
    wrong = counts[CAUGHT] + counts[ESCAPED]
    share = counts[CAUGHT] / max(wrong, 1)
    print(f"all: {counts.total()} mutants, {_in_words(counts)}")
    print(f"{counts[CAUGHT]} of {wrong} wrong solutions lose points: {share:.2%}")
    return int(share < ENOUGH)


def _in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{counts[each]} {each}" for each in (CAUGHT, EQUIVALENT, ESCAPED))


if __name__ == "__main__":
    sys.exit(main())
