"""Harming: time, memory, processes, output and disk without end; scaled to small limits."""

from __future__ import annotations

from tests.attacks.attack import Attack
from tests.attacks.rows.sources import LOST, TOO_LONG, TOO_MUCH

REST = ("slope", "error-term", "halves")
ENDS = f"{TOO_LONG}|{LOST}|{TOO_MUCH}"
SWALLOWS = """
while True:
        try:
            while True:
                time.sleep(0.01)
        except BaseException:
            pass
"""
BLOCKS = """
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    for number in signal.valid_signals():
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
"""
STEP_BY_STEP = """
eaten = []
    for _ in range(46):
        eaten.append(np.ones(8_000_000))
    return eaten[0], eaten[1]
"""
MANY = """
children = [os.fork() for _ in range(3)]
    eaten = np.ones(80_000_000)
    time.sleep(20)
"""
SHARED = """
for i in range(20):
        with open(f"{place}/eaten-{{i}}", "wb") as file:
            file.write(bytes(8_000_000))
            file.flush()
"""
FORKS = """
for _ in range(8):
        os.fork()
    time.sleep(20)
"""
THREADS = """
for _ in range(500):
        threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
    time.sleep(1)
"""
DAEMON = """
if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(64):
                try: os.close(number)
                except OSError: pass
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            time.sleep(40)
        os._exit(0)
"""
AT_EXIT = """
import atexit, os, time
@atexit.register
def later():
    for place in ("/home/grader/attack", os.path.expanduser("~/attack"), "../../../attack"):
        try: open(place, "w").write("attack")
        except OSError: pass
    time.sleep(60)
"""
FINALISER = """
import time
class Lingers:
    def __del__(self):
        try: open("../../../attack", "w").write("attack")
        except OSError: pass
        time.sleep(60)
kept = Lingers()
kept.itself = kept
"""
IN_BACKGROUND = """
import threading, time, sys
def disturb():
    while True:
        try:
            for name in ("slope", "error_term", "halves", "momentum", "np"):
                get_ipython().user_ns.pop(name, None)
            print("4.0", flush=True)
        except Exception: pass
        time.sleep(0.001)
"""
LINES = """
line = "x" * 1_000_000
    for _ in range(60):
        print(line, flush=True)
"""
SMALL = """
for number in range(30_000):
        display(number)
"""
PICTURE = """
from IPython.display import Image, display
    import struct, zlib
    def chunk(kind, data):
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0))
    data = np.random.default_rng(0).bytes(30_000_000)
    display(Image(data=b"\\x89PNG\\r\\n\\x1a\\n" + head + chunk(b"IDAT", data), format="png"))
"""
FILLS = """
for number in range(100):
        with open(f"fill-{number}", "wb") as file:
            file.write(bytes(2_000_000))
"""
FILES = """
for number in range(50_000):
        open(f"file-{number}", "w").close()
"""
SPARSE = """
with open("sparse", "wb") as file:
        file.truncate(200_000_000)
        file.seek(199_000_000)
        file.write(b"x")
"""
OPEN = """
files = [open("/dev/null") for _ in range(100_000)]
"""


def _when_called(row: int, name: str, gain: str, statements: str, reason: str = ENDS) -> Attack:
    """It does the rest rightly, and does harm when the last function is called."""
    source = "import os, re, signal, threading, time\nimport numpy as np\n"
    source += "def momentum(w, last, gradient, rate):\n    " + statements.strip()
    source += "\n    return w, w"
    return Attack(row, name, gain, reason, {"momentum": source}, solved=REST, deserves=8)


def _before(row: int, name: str, gain: str, source: str, least: float = 12) -> Attack:
    """It does everything rightly, and leaves something running."""
    return Attack(row, name, gain, "", first=source, solved="all", deserves=12, at_least=least)


ANY = ".+"

ATTACKS = (
    _when_called(15, "endless-loop", "the night is over", "while True: pass"),
    _when_called(15, "interrupts-swallowed", "cannot be interrupted", SWALLOWS),
    _when_called(15, "signals-blocked", "cannot be stopped", BLOCKS),
    _when_called(15, "sleeps", "the night is over", "time.sleep(10**6)"),
    _when_called(15, "loop-in-c", "no bytecode, no interrupt", "sum(range(10**12))"),
    _when_called(
        15, "regular-expression", "exponential time", 're.match("(a+)+$", "a" * 60 + "b")'
    ),
    _when_called(16, "memory-step-by-step", "the machine swaps", STEP_BY_STEP),
    _when_called(16, "memory-at-once", "the machine swaps", "w = np.ones(350_000_000)"),
    _when_called(
        16,
        "memory-of-many",
        "each below its limit",
        MANY,
    ),
    _when_called(
        16, "shared-memory", "memory of no process", SHARED.replace("{place}", "/dev/shm"), ANY
    ),
    _when_called(16, "temporary-files", "memory as files", SHARED.replace("{place}", "/tmp"), ANY),
    _when_called(17, "fork-bomb", "no process for others", FORKS, f"{ENDS}|processes"),
    _when_called(17, "threads-without-end", "no thread for others", THREADS, ANY),
    _when_called(17, "daemon", "outlives the grading", DAEMON, ANY),
    _before(17, "at-exit", "runs after the end", AT_EXIT),
    _before(17, "finaliser", "runs after the end", FINALISER),
    _before(
        17,
        "daemon-thread",
        "disturbs what follows",
        IN_BACKGROUND + "threading.Thread(target=disturb, daemon=True).start()",
        0,
    ),
    _when_called(18, "output-without-end", "the grader's memory", LINES, ANY),
    _when_called(18, "many-small-outputs", "the grader's time", SMALL, ANY),
    _when_called(
        18, "long-traceback", "the grader's memory", 'raise ValueError("x" * 50_000_000)', ANY
    ),
    _when_called(18, "giant-picture", "the reader's browser", PICTURE, ANY),
    _when_called(18, "disk-filled", "no room for results", FILLS, ANY),
    _when_called(18, "many-files", "no room for names", FILES, ANY),
    _when_called(18, "sparse-file", "looks like a full disk", SPARSE, ANY),
    _when_called(18, "open-files", "none left to open", OPEN, ANY),
)
