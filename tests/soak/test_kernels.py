"""Kills at each message of a small notebook; ``tests.soak.kernels`` takes a class."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.grading import notebooks
from tests.grading.notebooks import QUICK, grade, handed_in
from tests.soak import kernels

pytestmark = pytest.mark.sandbox

WORK = (
    "def square(x):\n    return x * x\n\ndef squares(n):\n    return [square(i) for i in range(n)]"
)
# It catches whatever happens, and clears up: what it does then must not hide how the kernel ended.
TEST = """
keep = square
del square
try:
    squares(3)
except Exception:
    pass
else:
    raise AssertionError("squares does not use square")
finally:
    square = keep
assert squares(3) == [0, 1, 4] and square(3) == 9
"""


@pytest.mark.parametrize(
    ("kill", "every"),
    [(kernels.kill_kernel, 1), (kernels.kill_sandbox, 3), (kernels.kill_zygote, 5)],
)
def test_what_is_killed_at_any_message_changes_nothing(
    tmp_path: Path, kill: kernels.Kill, every: int
) -> None:
    assignment = notebooks.instructors(
        tmp_path, notebooks.solution("work", WORK), notebooks.test("test", TEST)
    )
    content = handed_in(assignment, work=WORK)
    assert grade(assignment, content)[0] == {"test": 1}
    kills, changed = kernels.differences(content, assignment, QUICK, kill, every)
    assert kills > 15 / every
    assert changed == []
