"""The table of attacks: what each gained and harmed, under nbgrader and under ours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.attacks.attack import Attack
from tests.attacks.judge import Judgement


@dataclass(frozen=True)
class Result:
    """An attack and what it came to; ``problem`` says why there is no judgement."""

    attack: Attack
    ours: Judgement | None
    nbgraders: Judgement | None
    problem: str = ""

    @property
    def failed(self) -> bool:
        """Whether ours did not withstand, or could not be judged."""
        return bool(self.problem) or self.ours is None or not self.ours.stood


def print_table(results: Iterable[Result], console: Console) -> None:
    """One line for each attack; points are those given and those deserved."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("row", "attack", "points\nnbgrader", "points\nours"):
        table.add_column(title, no_wrap=True, justify="right" if title != "attack" else "left")
    for title in ("harm under nbgrader", "harm under ours", "reason given by ours"):
        table.add_column(title, overflow="fold")
    for result in sorted(results, key=lambda result: result.attack.row):
        attack, ours = result.attack, result.ours
        reason = (ours.reason if ours else "") or ("" if attack.reason else "(no point is missing)")
        table.add_row(
            str(attack.row),
            Text(attack.name, style="bold red" if result.failed else ""),
            _points(result.nbgraders, attack),
            _points(ours, attack),
            _harms(result.nbgraders),
            Text(result.problem, style="red") if result.problem else _harms(ours),
            Text(reason[:160]),
        )
    console.print(table)


def _points(judgement: Judgement | None, attack: Attack) -> Text:
    if judgement is None:
        return Text("")
    got = "none" if judgement.points is None else f"{judgement.points:g}"
    return Text(f"{got} of {attack.deserves:g}", style="red" if judgement.gained else "")


def _harms(judgement: Judgement | None) -> Text:
    if judgement is None:
        return Text("")
    found = []
    if judgement.gained:
        found.append(f"{judgement.gained:g} points gained")
    if judgement.lost:
        found.append(f"{judgement.lost:g} deserved points lost")
    found += [*judgement.harms, *judgement.leaks]
    if judgement.missing_reason:
        found.append("no readable reason")
    return Text("; ".join(found) or "none", style="red" if found else "green")


def print_counts(results: list[Result], seconds: float, console: Console) -> None:
    """How many gained, harmed and left no reason, by grader."""
    for name, judgements in (
        ("nbgrader", [r.nbgraders for r in results if r.nbgraders]),
        ("ours", [r.ours for r in results if r.ours]),
    ):
        if judgements:
            gained = sum(bool(j.gained) for j in judgements)
            harmed = sum(bool(j.harms or j.leaks) for j in judgements)
            lost = sum(bool(j.lost) for j in judgements)
            console.print(
                f"{name:8}: of {len(judgements)} attacks {gained} gained points, {harmed} did "
                f"harm, {lost} robbed honest work of its points."
            )
    silent = sum(bool(r.ours and r.ours.missing_reason) for r in results)
    failed = [result.attack.name for result in results if result.failed]
    console.print(f"ours    : {silent} have no readable reason.  {seconds:.0f} s in all.")
    if failed:
        console.print(Text("Ours did not withstand: " + ", ".join(failed), style="red"))
