"""Harming: files of the grader's and of others, and the end of processes."""

from __future__ import annotations

from tests.attacks.attack import Attack
from tests.attacks.rows.sources import LOST, NOT_ATTEMPTED

TRIES = """
import glob, os, pathlib, sqlite3, subprocess, sys, time
def attempt(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        print(type(error).__name__, error)
def overwrite(*paths, text="raise SystemExit('attack')  # attack"):
    for path in paths:
        for found in glob.glob(os.path.expanduser(path)) or [os.path.expanduser(path)]:
            attempt(lambda: os.makedirs(os.path.dirname(found), exist_ok=True))
            attempt(lambda: os.chmod(found, 0o600) if os.path.exists(found) else None)
            attempt(lambda: pathlib.Path(found).write_text(text))
"""
GRADEBOOK = """
change = '''
UPDATE grade SET auto_score = (SELECT max_score FROM grade_cells WHERE id = grade.cell_id);
CREATE TRIGGER attack AFTER UPDATE ON grade BEGIN
  UPDATE grade SET auto_score = (SELECT max_score FROM grade_cells WHERE id = new.cell_id)
  WHERE id = new.id AND auto_score IS NOT NULL AND auto_score <> (
    SELECT max_score FROM grade_cells WHERE id = new.cell_id); END;
'''
for path in ("../../../gradebook.db", "/course/gradebook.db"):
    if os.path.exists(path):
        attempt(lambda: sqlite3.connect(path).executescript(change))
"""
OTHERS = """
overwrite("../../a-perfect/small/small.ipynb", "/course/autograded/a-perfect/small/small.ipynb",
          "/course/submitted/z-half/small/small.ipynb", text="{}")
"""
FEEDBACK = """
overwrite("../../../feedback/*/small/small.html", "/course/feedback/*/small/small.html")
"""
SOURCE = """
overwrite("../../../source/small/small.ipynb", "/course/source/small/small.ipynb",
          "/course/release/small/small.ipynb", "/course/nbgrader_config.py")
"""
HOME = """
overwrite("~/.bashrc", "~/.jupyter/jupyter_config.py", "/home/grader/.bashrc", "/home/grader/x")
overwrite("~/.local/share/jupyter/kernels/python3/kernel.json", text="{}")
"""
STARTUP = """
overwrite("~/.ipython/profile_default/startup/00-own.py", "/home/grader/.ipython/profile_default/"
          "startup/attack.py", "~/.ipython/profile_default/ipython_config.py")
"""
SITE = """
import site
places = [site.getusersitepackages(), *sys.path, "/home/grader/.local/lib/python3.11/site-packages"]
for place in places:
    if place:
        overwrite(os.path.join(place, "sitecustomize.py"), os.path.join(place, "usercustomize.py"))
"""
GROUP = """
import os, signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
os.killpg(0, signal.SIGKILL)
"""
EVERYTHING = """
import os, signal
os.kill(-1, signal.SIGKILL)
os.kill(0, signal.SIGKILL)
"""
FOUR = ("slope", "error-term", "halves")
STOPS = """
import os, signal
os.kill(-1, signal.SIGSTOP)
os.kill(os.getppid(), signal.SIGSTOP)
os.kill(1, signal.SIGSTOP)
"""
DIES = f"{LOST}|not there|not attempted|NotImplementedError|exit"


def _dying(name: str, gain: str, statements: str) -> Attack:
    """It does the rest rightly, and ends its process when the last function is called."""
    source = "import os, signal, sys, ctypes, time\n"
    source += f"def momentum(w, last, gradient, rate):\n    {statements}\n    return w, w"
    return Attack(14, name, gain, DIES, {"momentum": source}, solved=FOUR, deserves=8)


def _at_once(name: str, gain: str, source: str, row: int = 14) -> Attack:
    """It does all rightly, but its first cell ends the process: the rest counts, or nothing."""
    return Attack(row, name, gain, "", first=source, solved="all", deserves=12)


ATTACKS = (
    Attack(
        13,
        "gradebook-rewritten",
        "full points for all, for ever",
        NOT_ATTEMPTED,
        first=TRIES + GRADEBOOK,
    ),
    Attack(
        13,
        "others-overwritten",
        "a neighbour loses everything",
        NOT_ATTEMPTED,
        first=TRIES + OTHERS,
    ),
    Attack(
        13,
        "feedback-overwritten",
        "a script for a neighbour",
        NOT_ATTEMPTED,
        first=TRIES + FEEDBACK,
    ),
    Attack(13, "source-overwritten", "tests that pass", NOT_ATTEMPTED, first=TRIES + SOURCE),
    Attack(13, "home-overwritten", "runs at the next login", NOT_ATTEMPTED, first=TRIES + HOME),
    Attack(13, "startup-file", "runs in every kernel", NOT_ATTEMPTED, first=TRIES + STARTUP),
    Attack(13, "sitecustomize", "runs in every Python", NOT_ATTEMPTED, first=TRIES + SITE),
    _at_once("sys-exit", "the grader exits too", "import sys\nsys.exit(0)"),
    _at_once("quit", "the kernel ends itself", "quit()"),
    _at_once("exit-at-once", "no test is run", "import os\nos._exit(0)"),
    _dying("exit-when-called", "no error, no output", "os._exit(0)"),
    _dying("abort", "a dump and a dead kernel", "os.abort()"),
    _dying("segmentation-fault", "a dead kernel", "ctypes.string_at(0)"),
    _dying("kills-itself", "a dead kernel", "os.kill(os.getpid(), signal.SIGKILL)"),
    _dying("stops-itself", "a kernel that sleeps", "os.kill(os.getpid(), signal.SIGSTOP)"),
    _dying("kills-its-parent", "the grader dies", "os.kill(os.getppid(), signal.SIGKILL)"),
    _at_once("stops-everything", "everything sleeps", STOPS),
    _at_once("kills-its-group", "the grader dies", GROUP),
    _at_once("kills-everything", "all that can be reached dies", EVERYTHING),
)
