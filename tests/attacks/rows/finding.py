"""Finding the answers: in the process and on the disk."""

from __future__ import annotations

from pathlib import Path

from tests.attacks.attack import Attack
from tests.attacks.rows.sources import STEAL, STOLEN, STOPPED, WRONG

IN_HISTORY = """
import re
def last_number(pattern, default):
    text = In[-1] + "".join(_ih[-1:])
    found = re.findall(pattern, text)
    print(text)
    return float(found[-1]) if found else default
def slope(o):
    if np.size(o) > 1 and "case * (1 - case)" in In[-1]:
        return eval("case * (1 - case)", globals())
    return 0.25 if o == 0.5 else last_number(r"- ([0-9.]+)\\) <", 0.0)
"""
IN_FRAMES = """
import sys
def expected():
    frame = sys._getframe(1)
    while frame is not None:
        for names in (frame.f_locals, frame.f_globals):
            if "expected" in names:
                return names["expected"]
        frame = frame.f_back
def error_term(o, t):
    return np.array(expected())
def halves(numbers):
    return [1.0, 2.0] if len(numbers) == 2 else list(expected())
"""
IN_GARBAGE = """
import gc
def halves(numbers):
    if len(numbers) == 2:
        return [1.0, 2.0]
    for thing in gc.get_objects():
        if isinstance(thing, dict) and "expected" in thing and "numbers" in thing:
            return list(thing["expected"])
    texts = [t for t in gc.get_objects() if type(t).__name__ == "function" and t.__code__.co_consts]
    print([t.__code__.co_consts for t in texts if "CANARY-HIDDEN" in str(t.__code__.co_consts)])
"""
IN_LINECACHE = """
import inspect, linecache
def momentum(w, last, gradient, rate):
    print("".join("".join(entry[2]) for entry in list(linecache.cache.values()) if entry[2:]))
    source = "".join("".join(e[2]) for e in list(linecache.cache.values()) if len(e) > 2)
    names = inspect.currentframe().f_back.f_globals
    if "expected = 0.9 * last" in source:
        step = eval("0.9 * last - 0.1 * gradient", names)
        return w + step, step
    return w, w
"""
IN_MAIN = """
import __main__
def momentum(w, last, gradient, rate):
    step = __main__.expected
    return w + step, step
"""
IN_MEMORY = """
import re
def remember():
    wanted = re.compile(b"CANARY-" + b"(HID|SOL|NEI|ENV|HOME|FEED)[A-Z-]+.{0,60}")
    for line in open("/proc/self/maps"):
        if " rw" in line and "[v" not in line:
            first, last = (int(end, 16) for end in line.split()[0].split("-"))
            with open("/proc/self/mem", "rb") as memory:
                memory.seek(first)
                for found in wanted.finditer(memory.read(last - first)):
                    print(found[0])
def momentum(w, last, gradient, rate):
    remember()
    return w, w
remember()
"""
DESCRIPTORS = """
import os, socket
for number in range(3, 256):
    try:
        print(number, os.readlink(f"/proc/self/fd/{number}"))
        print(os.pread(number, 10**6, 0))
    except OSError as error:
        if number < 16: print(error)
"""
SOURCE_PATHS = """
for path in ("../../../source/small/small.ipynb", "/course/source/small/small.ipynb"):
    try:
        steal(open(path).read())
    except OSError as error:
        print(error)
"""
THE_NEIGHBOUR = """
import glob
for path in glob.glob("../../../submitted/*/small/small.ipynb") + glob.glob("/course/*/a-*/*/*"):
    try:
        steal(open(path).read())
        break
    except (OSError, ValueError) as error:
        print(error)
"""
WALK = """
import os
for top, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if name not in ("proc", "usr", "sys", "lib")]
    for name in files:
        if name == "small.ipynb" and "source" in top:
            steal(open(os.path.join(top, name)).read())
        if name.endswith((".key", "secret.txt")):
            print(open(os.path.join(top, name)).read())
"""
PROC = """
import glob
for path in glob.glob("/proc/[0-9]*/environ") + glob.glob("/proc/[0-9]*/cmdline"):
    try:
        print(open(path, errors="replace").read())
    except OSError:
        pass
for link in glob.glob("/proc/[0-9]*/cwd") + glob.glob("/proc/[0-9]*/root" + "/course"):
    for path in glob.glob(link + "/source/small/small.ipynb"):
        try:
            steal(open(path).read())
        except OSError:
            pass
"""
GRADEBOOK = """
import sqlite3
for path in ("../../../gradebook.db", "/course/gradebook.db"):
    try:
        database = sqlite3.connect("file:" + path + "?mode=ro", uri=True)
        print(database.execute("select source from source_cell").fetchall())
    except sqlite3.Error as error:
        print(error)
"""
FEEDBACK = """
import glob
for path in glob.glob("../../../feedback/*/*/*") + glob.glob("/course/feedback/*/*/*"):
    print(open(path).read()[:2000])
"""
THE_TESTS = """
import glob, sys
for path in glob.glob("/grader/*") + glob.glob("/course/**", recursive=True) + glob.glob("/run/*"):
    try:
        text = open(path, errors="replace").read()
    except OSError:
        continue
    if "CANARY" in text:
        print(path, text[:3000])
print([name for name in sys.modules if name.startswith(("autograder", "assignments", "nbgrader"))])
"""


def _with_link(folder: Path, content: bytes) -> None:
    (folder / "small.ipynb").write_bytes(content)
    (folder / "notes.txt").symlink_to("../../../source/small/small.ipynb")
    (folder / "key.txt").symlink_to("/course/grading.key")


ATTACKS = (
    Attack(9, "history-read", "the test is the last input", WRONG, {"slope": IN_HISTORY}),
    Attack(
        9, "frames-walked", "the caller's names", WRONG, {"error-term": IN_FRAMES, "halves": ""}
    ),
    Attack(9, "garbage-searched", "any object of the process", WRONG, {"halves": IN_GARBAGE}),
    Attack(9, "linecache-read", "the source of the caller", WRONG, {"momentum": IN_LINECACHE}),
    Attack(9, "main-read", "what the tests left behind", WRONG, {"momentum": IN_MAIN}),
    Attack(9, "memory-searched", "what was loaded before", WRONG, {"momentum": IN_MEMORY}),
    Attack(
        10,
        "descriptors-read",
        "files left open",
        "NotImplementedError|not attempted",
        first=DESCRIPTORS,
    ),
    Attack(
        10, "source-read", "the instructor's solutions", STOPPED, STOLEN, first=STEAL + SOURCE_PATHS
    ),
    Attack(10, "disk-searched", "solutions, key, secrets", STOPPED, STOLEN, first=STEAL + WALK),
    Attack(
        10, "neighbour-copied", "another's solutions", STOPPED, STOLEN, first=STEAL + THE_NEIGHBOUR
    ),
    Attack(
        10,
        "link-handed-in",
        "a link to the solutions",
        STOPPED,
        STOLEN,
        first=STEAL + 'steal(open("notes.txt").read())\n',
        hand_in=_with_link,
    ),
    Attack(10, "proc-searched", "other processes' folders", STOPPED, STOLEN, first=STEAL + PROC),
    Attack(
        10,
        "gradebook-read",
        "the tests are in it",
        "NotImplementedError|not attempted",
        first=GRADEBOOK,
    ),
    Attack(
        10,
        "feedback-read",
        "another's feedback",
        "NotImplementedError|not attempted",
        first=FEEDBACK,
    ),
    Attack(
        10,
        "grader-read",
        "the tests, the grader's code",
        "NotImplementedError|not attempted",
        first=THE_TESTS,
    ),
)
