"""The wall behind the wall: an outer sandbox around every grading, ours and nbgrader's alike.

It is built by util-linux's ``unshare`` and ``mount`` (see ``setup.sh``), not by the bubblewrap that
the grader uses, so that a wall of the grader's that fails is seen and harms nothing.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETUP = Path(__file__).with_name("setup.sh")

# Not all of the repository: a real class may lie in its course directory.
OF_THE_REPOSITORY = [str(ROOT / name) for name in ("autograder", "mlpkit", "assignments/exercises")]
SHOWN = ("/usr", sys.prefix, sys.base_prefix, str(ROOT / "tests"), *OF_THE_REPOSITORY)
"""What of the machine can be seen inside, read-only."""

MEBIBYTE = 2**20
SIZE = 384 * MEBIBYTE
FILES = 60_000
PROCESSES = 700
MEMORY = 4096 * MEBIBYTE
FILE_SIZE = 256 * MEBIBYTE
CPU_SECONDS = 150

WORD_IN_ENVIRONMENT = "CANARY-ENVIRONMENT"
# Whatever happens to the process that starts it, nothing inside goes on without it.
OUTERMOST = (
    "setpriv --pdeathsig KILL "
    "unshare --user --map-root-user --pid --fork --kill-child --mount --net --ipc --uts"
).split()
PROGRAMS = ("setpriv", "unshare", "prlimit", "ip", "pivot_root")

_running: set[subprocess.Popen[str]] = set()
_ending = threading.Event()

NAMESPACES = ("user", "pid", "mnt", "net", "ipc", "uts")


class WallMissing(RuntimeError):
    """The outer sandbox cannot be built here; nothing may be run."""


@dataclass(frozen=True)
class Done:
    """How a command in the outer sandbox ended."""

    status: int
    output: str
    errors: str


def run(command: list[str], base: Path, seconds: float, device: str = "") -> Done:
    """Runs a command inside, as its first process: when it ends, all that it started ends.

    Args:
        command: arguments for Python.
        base: a folder that is shown, read-only, as /base.
        seconds: the time after which everything inside is killed.
        device: a path inside that is to be a device instead of a file.
    """
    with tempfile.TemporaryDirectory(prefix="wall-") as root:
        if _ending.is_set():
            raise KeyboardInterrupt
        process = subprocess.Popen(
            [*_layers(), sys.executable, *command],
            env={**os.environ, **_wishes(Path(root), base, device)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        _running.add(process)
        try:
            output, errors = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            errors += f"\nThe outer sandbox was ended after {seconds:g} seconds."
        finally:
            process.kill()
            process.wait()
            _running.discard(process)
    return Done(process.returncode, output, errors)


def end_all() -> None:
    """Ends every sandbox and lets no other begin, from whatever thread."""
    _ending.set()
    for process in list(_running):
        process.kill()


def _layers() -> list[str]:
    limits = [f"--as={MEMORY}", f"--fsize={FILE_SIZE}", f"--cpu={CPU_SECONDS}", "--core=0"]
    limits += [f"--nproc={PROCESSES}", "--nofile=1024"]
    environment = [f"{name}={value}" for name, value in _environment().items()]
    return [*OUTERMOST, "sh", str(SETUP), "prlimit", *limits, "--", "env", "-i", *environment]


def _environment() -> dict[str, str]:
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        "HOME": "/home/grader",
        "TMPDIR": "/tmp",
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "COLUMNS": "400",
        "GRADER_SECRET": WORD_IN_ENVIRONMENT,
        **one_thread,
    }


def _wishes(root: Path, base: Path, device: str) -> dict[str, str]:
    # This Python may be installed below one of the others: outermost first.
    shown = sorted(set(SHOWN))
    return {
        "WALL_ROOT": str(root),
        "WALL_SHOWN": "\n".join(f for f in shown if f == "/usr" or not f.startswith("/usr/")),
        "WALL_BASE": str(base),
        "WALL_SIZE": str(SIZE),
        "WALL_FILES": str(FILES),
        "WALL_PROCESSES": str(PROCESSES),
        "WALL_DEVICE": device,
    }


def require() -> None:
    """Tries to break the outer sandbox from inside, and refuses to go on if anything gives way.

    Raises:
        WallMissing: with everything that is wrong with it.
    """
    missing = [name for name in PROGRAMS if not _find(name)]
    if missing:
        raise WallMissing(f"Install util-linux and iproute2: {', '.join(missing)} not found.")
    outside = ",".join(str(Path(f"/proc/self/ns/{name}").readlink()) for name in NAMESPACES)
    with socket.create_server(("127.0.0.1", 0)) as server, tempfile.TemporaryDirectory() as base:
        port = str(server.getsockname()[1])
        probe = ["-m", "tests.attacks.probe", outside, port, str(os.getpid())]
        done = run(probe, Path(base), seconds=60)
    if done.status or done.output.strip() != "stands":
        said = (done.output + done.errors).strip()
        raise WallMissing(f"The outer sandbox does not stand here. Nothing was run.\n{said}")


def _find(program: str) -> str | None:
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
