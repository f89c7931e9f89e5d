"""Tries each wall of the sandbox by breaking it, and says which of them stand on this machine."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

from nbgrader.utils import setenv

from autograder.sandbox.kernel import KernelLost, StudentKernel
from autograder.sandbox.limits import Limits, View

_MEBIBYTE = 2**20
_LIMITS = Limits(
    cell_seconds=3,
    memory_bytes=1024 * _MEBIBYTE,  # twelve idle processes hold less, six busy ones more
    processes=12,
    file_bytes=8 * _MEBIBYTE,
    output_bytes=10_000,
)


@dataclass(frozen=True)
class Wall:
    """A wall, and how an attempt to get past it went.

    Attributes:
        name: what it keeps in.
        stands: whether the attempt failed.
        seen: what came of the attempt.
    """

    name: str
    stands: bool
    seen: str


@dataclass(frozen=True)
class _Attempt:
    """Code that tries to get past a wall, and words that are seen when it could not."""

    name: str
    code: str
    contained: str


# In each of them, words after a dollar sign stand for the bait on our side of the walls.
_ATTEMPTS = (
    _Attempt(
        "network of this machine",
        "import socket; socket.create_connection(('127.0.0.1', $port), 2); print('in')",
        "refused",
    ),
    _Attempt(
        "network of the world",
        "import socket; socket.create_connection(('192.0.2.1', 80), 2); print('in')",
        "unreachable",
    ),
    _Attempt(
        "sockets that need no network",
        "import socket; socket.socket(socket.AF_UNIX).connect('\\0$abstract'); print('in')",
        "refused",
    ),
    _Attempt("your files", "print(open('$secret').read(), 'read')", "No such"),
    _Attempt("the system's files", "open('/usr/doctor', 'w'); print('written')", "Read-only"),
    _Attempt(
        "other processes",
        "import os\n"
        "seen = [p for p in os.listdir('/proc') if p.isdigit()]\n"
        "print('only its own' if len(seen) < 5 else seen)",
        "only its own",
    ),
    _Attempt("signals", "import os; os.kill($pid, 0); print('sent')", "No such"),
    _Attempt(
        "your environment",
        "import glob, os\n"
        "seen = [open(file).read() for file in glob.glob('/proc/[0-9]*/environ')]\n"
        "print('seen' if '$abstract' in str([seen, os.environ]) else 'nothing of it')",
        "nothing of it",
    ),
    _Attempt(
        "rights",
        "status = open('/proc/self/status').read()\n"
        "rights = [f'Cap{kind}:\\t{0:016}' in status for kind in ('Prm', 'Eff', 'Bnd')]\n"
        "print('none' if all(rights) and 'NoNewPrivs:\\t1' in status else status)",
        "none",
    ),
    _Attempt(
        "new namespaces",
        "import ctypes; print('refused' if ctypes.CDLL(None).unshare(0x10000000) else 'entered')",
        "refused",
    ),
    _Attempt("packages not permitted", "import nbgrader; print('imported')", "No module named"),
    _Attempt("time", "while True: pass", "longer than"),
    _Attempt(
        "time, of what will not stop",
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
        "could not be interrupted",
    ),
    _Attempt("memory of one process", "x = bytearray(10**10); print('got it')", "MemoryError"),
    _Attempt(
        "memory of all processes",
        "import os, time\n"
        "for i in range(6):\n"
        "    if os.fork() == 0: x = b'x' * (250 * 2**20); time.sleep(9)\n"
        "time.sleep(9); print('got it')",
        "more memory",
    ),
    _Attempt(
        "number of processes",
        "import os, time\n"
        "try:\n"
        "    for i in range(15):\n"
        "        if os.fork() == 0: time.sleep(9)\n"
        "    time.sleep(9)\n"
        "except OSError: print('no more processes')",
        "more processes",
    ),
    _Attempt("open files", "x = [open('/dev/null') for i in range(999)]", "Too many open"),
    _Attempt("size of a file", "open('/tmp/x', 'wb').truncate(10**9)", "too large"),
    _Attempt("disk", "for i in range(99): open(f'/tmp/{i}', 'wb').write(bytes(10**6))", "No space"),
    _Attempt("output", "while True: print('x' * 100)", "printed more"),
)


def try_walls() -> Iterator[Wall]:
    """Tries them one after the other; every attempt has a kernel of its own.

    Raises:
        SandboxUnavailable: there are no walls at all.
    """
    with _bait() as bait:
        for attempt in _ATTEMPTS:
            seen = _result_of(Template(attempt.code).substitute(bait)).strip()
            yield Wall(attempt.name, attempt.contained in seen, seen[-200:])


def _result_of(code: str) -> str:
    """What is seen of some code that runs in the sandbox: what it prints, or how it ends."""
    kernel = StudentKernel(_LIMITS, View(distributions=()))
    try:
        kernel.start()
        outputs = kernel.run(code)
    except KernelLost as lost:
        return str(lost)
    finally:
        kernel.stop()
    return "".join(o.get("text", "") or f"{o.get('ename')}: {o.get('evalue')}" for o in outputs)


@contextlib.contextmanager
def _bait() -> Iterator[dict[str, str]]:
    """What the attempts try to reach, on our side of the walls."""
    name = f"doctor-{os.getpid()}-{time.monotonic_ns()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as abstract,
        tempfile.NamedTemporaryFile(prefix=".doctor-", dir=Path.home()) as secret,
        setenv(AUTOGRADER_DOCTOR=name),
    ):
        abstract.bind("\0" + name)
        abstract.listen()
        port = str(server.getsockname()[1])
        yield {"port": port, "abstract": name, "secret": secret.name, "pid": str(os.getpid())}
