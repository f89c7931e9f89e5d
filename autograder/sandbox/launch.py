"""Starts a student's kernel: ``box`` has the walls built, ``forking`` a kernel forked into them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import select
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

from autograder.sandbox import bubblewrap
from autograder.sandbox.box import Box, box_for
from autograder.sandbox.bubblewrap import NotStarted
from autograder.sandbox.forking import zygote_for
from autograder.sandbox.limits import Limits, View

START_SECONDS = 60.0
_NS_GET_USERNS = 0xB701


class Kernel:
    """A kernel that was started.

    Args:
        view: what it may see.
        limits: how much it may use.
        walls: False starts it with no sandbox at all.

    Attributes:
        socket: the connection to it.
        processes: a folder of /proc that holds, with walls, only the sandbox's processes.

    Raises:
        SandboxUnavailable: this machine cannot build the walls.
        NotStarted: it did not start.
    """

    def __init__(self, view: View, limits: Limits, walls: bool) -> None:
        self._box: Box | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._pidfd: int | None = None
        self.processes: int | None = None
        self.socket, theirs = socket.socketpair()
        self._report, reporting = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._report.settimeout(START_SECONDS)
        given = {"kernel": theirs.fileno(), "report": reporting.fileno()}
        try:
            with theirs, reporting, contextlib.ExitStack() as opened:
                folder = bubblewrap.WORK
                if walls:
                    self._box, first = box_for(view, limits)
                    given |= _namespaces(first, opened)
                    self.processes = os.open(Path(f"/proc/{first}/root", "proc"), os.O_RDONLY)
                else:
                    folder = self._folder_without_walls(view)
                zygote_for(view).fork(_wish(view, limits, walls, folder), given)
            self._await_start()
        except BaseException:
            self.close()
            raise

    def interrupt(self) -> None:
        """Sends what Ctrl-C sends."""
        with contextlib.suppress(ProcessLookupError):
            assert self._pidfd is not None
            signal.pidfd_send_signal(self._pidfd, signal.SIGINT)

    def exit_status(self) -> int | None:
        """How the kernel ended, a signal as a negative number; None while it runs."""
        ready, _, _ = select.select([self._report], [], [], 0)
        if not ready:
            return None
        said = self._report.recv(64)
        return int(said) if said else -signal.SIGKILL

    def usage(self) -> tuple[int, int]:
        """How many processes there are in the sandbox, and how many bytes of memory they hold."""
        if self.processes is None:
            return 1, 0
        processes = _processes(self.processes)
        pages = sum(_number(self.processes, process, "statm", 1) for process in processes)
        return len(processes), pages * resource.getpagesize()

    def processor_seconds(self) -> float:
        """How long the processes in the sandbox have computed so far; 0 without walls."""
        if self.processes is None:
            return 0.0
        each = (_number(self.processes, p, "schedstat", 0) for p in _processes(self.processes))
        return sum(each) / 1e9

    def close(self) -> None:
        """Kills it and, with walls, all that it started. Safe to call twice."""
        if self._box is not None:
            self._box.close()
        elif self._pidfd is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        if self._pidfd is not None:
            # The keeper's end of the report is the last thing of a kernel to go.
            while self._report.recv(64):
                pass
        for descriptor in (self._pidfd, self.processes):
            if descriptor is not None:
                os.close(descriptor)
        self._pidfd = self.processes = self._box = None
        self.socket.close()
        self._report.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _await_start(self) -> None:
        try:
            said, descriptors, _, _ = socket.recv_fds(self._report, 1024, 1)
        except TimeoutError as error:
            raise NotStarted(f"the kernel did not start in {START_SECONDS:g} seconds") from error
        if said != b"started":
            raise NotStarted(f"the kernel did not start: {said.decode() or 'no word of it'}")
        self._pidfd = descriptors[0]

    def _folder_without_walls(self, view: View) -> str:
        self._folder = tempfile.TemporaryDirectory(prefix="kernel-")
        for name, content in view.files.items():
            path = Path(self._folder.name, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return self._folder.name


def _wish(view: View, limits: Limits, walls: bool, folder: str) -> dict[str, Any]:
    environment = bubblewrap.environment()
    if not walls:
        environment |= {"HOME": folder, "MPLCONFIGDIR": folder}
    return {
        "walls": walls,
        "folder": folder,
        "environment": environment,
        "limits": limits.for_the_kernel() if walls else {},
        "withheld": list(view.packages) if walls else [],
    }


def _namespaces(process: int, opened: contextlib.ExitStack) -> dict[str, int]:
    """The namespaces of a process, and the user namespace to which they belong."""
    found = {}
    for name in ("mnt", "net", "ipc", "uts", "cgroup", "pid", "user"):
        found[name] = os.open(f"/proc/{process}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC)
        opened.callback(os.close, found[name])
    found["owner"] = fcntl.ioctl(found["mnt"], _NS_GET_USERNS)
    opened.callback(os.close, found["owner"])
    # One that is entered already cannot be entered again.
    ours = Path("/proc/self/ns/cgroup").stat()
    for name, entered in (("cgroup", ours), ("user", os.fstat(found["owner"]))):
        if os.path.samestat(os.fstat(found[name]), entered):
            del found[name]
    return found


def _processes(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return [entry.name for entry in entries if entry.name.isdigit()]


def _number(folder: int, process: str, file: str, place: int) -> int:
    """A number that /proc tells of a process; 0 if the process is gone."""
    try:
        descriptor = os.open(f"{process}/{file}", os.O_RDONLY, dir_fd=folder)
        with os.fdopen(descriptor) as opened:
            return int(opened.read().split()[place])
    except (OSError, IndexError):
        return 0
