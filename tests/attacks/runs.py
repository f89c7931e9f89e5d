"""Runs attacks, many of them together, and those that do harm again alone.

Each run has an outer sandbox of its own. If anything is harmed where several attacks are graded
together, each of them runs again alone, so that the harm has a name.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from tests.attacks import course as courses
from tests.attacks import wall
from tests.attacks.attack import Attack
from tests.attacks.judge import Judgement, judge
from tests.attacks.referee import Observation
from tests.attacks.table import Result

TOGETHER = {"ours": 12, "nbgrader": 6}
"""How many attacks are graded at once."""

_HARMFUL = ("tests-doubled", "tests-renamed", "shell-commands")
ALONE = {"ours": (), "nbgrader": (*range(13, 21), 23, 24, 25, *_HARMFUL)}
"""Rows and names known to harm what is graded beside them: that saves the first attempt."""

SECONDS = 420.0
"""After this a run is ended from outside, whatever it does."""


class Unobserved(RuntimeError):
    """A run in the outer sandbox gave no report."""


@dataclass(frozen=True)
class Job:
    """One grading: by whom, and which attacks beside the honest submissions."""

    by: str
    course: str
    attacks: tuple[Attack, ...] = ()

    @property
    def name(self) -> str:
        """A name for a file."""
        names = [attack.name for attack in self.attacks]
        return f"{self.by}-{self.course}-{'+'.join(names)[:80] or 'alone'}"


def run(
    chosen: list[Attack],
    workers: int | None,
    *,
    for_nbgrader: list[Attack],
    keep: Path | None = None,
) -> list[Result]:
    """Grades each attack by each grader, and judges it.

    Args:
        chosen: the attacks.
        workers: how many outer sandboxes at a time.
        for_nbgrader: those of them that plain nbgrader grades too.
        keep: a folder for all that was seen.
    """
    attacks = {"ours": chosen, "nbgrader": for_nbgrader}
    courses_of = {by: {attack.course for attack in attacks[by]} for by in attacks}
    with _base(tuple(courses_of["ours"])) as base, ThreadPoolExecutor(workers) as pool:
        runner = _Runner(base, pool, keep)
        runner.alone = runner.observe(Job(by, name) for by in attacks for name in courses_of[by])
        jobs = [job for by in attacks for job in _jobs(attacks[by], by)]
        runner.judge(runner.observe(jobs))
        runner.part([job for job in jobs if len(job.attacks) > 1])
    return [_result(attack, runner.judged) for attack in chosen]


def _jobs(chosen: list[Attack], by: str) -> Iterator[Job]:
    alone = [attack for attack in chosen if {attack.row, attack.name} & set(ALONE[by])]
    yield from (Job(by, attack.course, (attack,)) for attack in alone)
    for course in courses.COURSES:
        attacks = [a for a in chosen if a.course == course and a not in alone]
        count = -(-len(attacks) // TOGETHER[by])
        # Every count-th one, for those that take long stand beside one another.
        for first in range(count):
            yield Job(by, course, tuple(attacks[first::count]))


@contextmanager
def _base(needed: tuple[str, ...]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="attacks-") as folder:
        courses.prepare(Path(folder), needed)
        yield Path(folder)


@dataclass
class _Runner:
    """Runs jobs side by side, and collects what is to be said of each attack."""

    base: Path
    pool: ThreadPoolExecutor
    keep: Path | None
    alone: dict[Job, Observation | str] = field(default_factory=dict)
    judged: dict[tuple[str, str], Judgement | str] = field(default_factory=dict)

    def observe(self, jobs: Iterable[Job]) -> dict[Job, Observation | str]:
        """What was seen in each job, or why nothing was."""
        running = {self.pool.submit(self._observe, job): job for job in jobs}
        try:
            for _ in tqdm(as_completed(running), total=len(running), disable=not running):
                pass
        except BaseException:
            self.pool.shutdown(wait=False, cancel_futures=True)
            wall.end_all()
            raise
        return {job: future.result() for future, job in running.items()}

    def _observe(self, job: Job) -> Observation | str:
        device = next((f"/course/{attack.place}" for attack in job.attacks if attack.device), "")
        names = [attack.name for attack in job.attacks]
        command = ["-m", "tests.attacks.referee", job.by, job.course, *names]
        done = wall.run(command, self.base, SECONDS, device)
        if self.keep:
            self.keep.mkdir(parents=True, exist_ok=True)
            (self.keep / f"{job.name}.json").write_text(done.output or done.errors, "utf-8")
        try:
            return Observation(**json.loads(done.output))
        except ValueError:
            return f"no report: {done.errors.strip()[-400:]} (exit status {done.status})"

    def judge(self, seen: dict[Job, Observation | str]) -> None:
        """Judges each attack of each job."""
        for job, observation in seen.items():
            alone = self.alone[Job(job.by, job.course)]
            problem = _problem(alone, job.course)
            for attack in job.attacks:
                if problem or isinstance(observation, str) or isinstance(alone, str):
                    judgement: Judgement | str = problem or str(observation)
                else:
                    judgement = judge(attack, observation, alone, job.by, job.attacks)
                self.judged[job.by, attack.name] = judgement

    def part(self, batches: list[Job]) -> None:
        """Runs the attacks of batches in which something was harmed again, each alone."""
        bad = [job for job in batches if self.harmed(job)]
        together = dict(self.judged)
        alone = [Job(job.by, job.course, (attack,)) for job in bad for attack in job.attacks]
        self.judge(self.observe(alone))
        for job in bad:
            if not self.harmed(job):
                # Each alone does no harm, but all together do: nobody is cleared.
                for attack in job.attacks:
                    self.judged[job.by, attack.name] = together[job.by, attack.name]

    def harmed(self, job: Job) -> bool:
        """Whether one of these attacks did harm where it was last graded, or was not graded."""
        found = [self.judged[job.by, attack.name] for attack in job.attacks]
        return any(isinstance(judgement, str) or judgement.harms for judgement in found)


def _problem(alone: Observation | str, course: str) -> str:
    """What is wrong with a run of the honest ones alone; nothing can be compared with it then."""
    if isinstance(alone, str):
        return alone
    full = sum(score or 0.0 for score in alone.scores.get("a-perfect", {}).values())
    if alone.status != 0 or full != courses.points(course):
        return (
            f"the honest ones alone: exit status {alone.status}, {full:g} points for the perfect "
            f"one: {alone.said[-300:]}"
        )
    if alone.left_over or alone.reached or not alone.canary_lives:
        return f"the honest ones alone left {alone.left_over} and reached {alone.reached}"
    return ""


def _result(attack: Attack, judged: dict[tuple[str, str], Judgement | str]) -> Result:
    ours, nbgraders = judged["ours", attack.name], judged.get(("nbgrader", attack.name))
    problem = next((found for found in (ours, nbgraders) if isinstance(found, str)), "")
    return Result(
        attack,
        ours if isinstance(ours, Judgement) else None,
        nbgraders if isinstance(nbgraders, Judgement) else None,
        problem,
    )
