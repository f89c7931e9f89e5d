"""A process that has everything loaded, and from which the students' kernels are forked.

Loading NumPy and IPython takes a second, forking takes milliseconds. This process is a program of
its own, started with an empty environment: it holds no test, no secret and no submission, and never
runs a line of a student. For each submission it forks a child, which enters the namespaces that
bubblewrap has built for that submission alone, gives up every right that it has, and only then
becomes the kernel (``inside``).

It has no thread, no event loop and no connection but the one to its grader, at whose end it ends.
"""

from __future__ import annotations

import ctypes
import fcntl
import gc
import importlib
import json
import os
import random
import resource
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, NoReturn

_NAMESPACES = ("owner", "mnt", "net", "ipc", "uts", "cgroup", "pid", "user")
"""In which order to enter them: the last takes away what is needed for the others."""

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 4, 24, 38
_CAPABILITY_VERSION_3 = 0x20080522
_MOST_DESCRIPTORS = 16
_libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Loads the modules named on the command line, then forks whenever it is told to."""
    control = socket.socket(fileno=int(sys.argv[1]))
    import inside  # type: ignore[import-not-found]  # beside this file

    shell = inside.make_shell()
    for name in sys.argv[2:]:
        importlib.import_module(name)
    # As in Jupyter, where the folder of the notebook is the first to be searched.
    sys.path[0] = ""
    # Nobody waits for the children, and collections would copy all of their memory.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.collect()
    gc.freeze()
    control.send(b"ready")
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, 2**16, _MOST_DESCRIPTORS)
        if not request:
            os._exit(0)
        wish = json.loads(request)
        if os.fork() == 0:
            control.close()
            _keep(wish, dict(zip(wish["descriptors"], descriptors, strict=True)), shell)
        for descriptor in descriptors:
            os.close(descriptor)


def _keep(wish: dict[str, Any], given: dict[str, int], shell: Any) -> NoReturn:
    """Enters the namespaces, forks the kernel, and reports how it began and how it ended."""
    report = socket.socket(fileno=given["report"])
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for name in _NAMESPACES:
            if name in given:
                _call("setns", given[name], 0)
        _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL)
        kernel = os.fork()
        if kernel == 0:
            _become_kernel(wish, given["kernel"], shell)
        os.close(given["kernel"])
        socket.send_fds(report, [b"started"], [os.pidfd_open(kernel)])
        _, status = os.waitpid(kernel, 0)
        report.send(str(os.waitstatus_to_exitcode(status)).encode())
    except BaseException as error:
        report.send(f"failed: {error}".encode())
    finally:
        os._exit(0)


def _become_kernel(wish: dict[str, Any], descriptor: int, shell: Any) -> NoReturn:
    try:
        os.setsid()
        os.chdir(wish["folder"])
        os.environ.clear()
        os.environ.update(wish["environment"])
        _arrange_descriptors(descriptor)
        if wish["walls"]:
            _give_up_all_rights()
        for name, limit in wish["limits"].items():
            number = getattr(resource, "RLIMIT_" + name)
            hard = resource.getrlimit(number)[1]
            limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(number, (limit, limit))
        _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL)
        _seed()
        import inside

        inside.serve(socket.socket(fileno=3), shell, wish["withheld"])
    finally:
        os._exit(1)


def _arrange_descriptors(kernel: int) -> None:
    """Nothing, twice a file for what is printed past Python, and the socket; all else is closed."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    with tempfile.TemporaryFile() as file:
        spill = os.dup(file.fileno())
    # First away from the places that they are to take.
    wanted = [fcntl.fcntl(d, fcntl.F_DUPFD, 32) for d in (nothing, spill, spill, kernel)]
    for place, descriptor in enumerate(wanted):
        os.dup2(descriptor, place, inheritable=place < 3)
    os.closerange(4, os.sysconf("SC_OPEN_MAX"))


def _give_up_all_rights() -> None:
    """Gives up the capabilities that entering a user namespace gave, and the way to new ones."""
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    for capability in range(int(Path("/proc/sys/kernel/cap_last_cap").read_text()) + 1):
        _call("prctl", _PR_CAPBSET_DROP, capability, 0, 0, 0)
    header, none = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _call("capset", header, none)
    # Entering made the process one that may not look at itself in /proc.
    _call("prctl", _PR_SET_DUMPABLE, 1, 0, 0, 0)


def _seed() -> None:
    """The same random numbers for all who choose no seed, so that results are repeatable."""
    random.seed(0)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(0)


def _call(name: str, *arguments: Any) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    main()
