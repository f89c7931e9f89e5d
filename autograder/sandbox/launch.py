"""Starts a student's kernel: bubblewrap builds the walls, a zygote forks the kernel into them."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from autograder.sandbox import bubblewrap
from autograder.sandbox.bubblewrap import FileSource, SandboxUnavailable
from autograder.sandbox.limits import Limits, View

START_SECONDS = 60.0
_NS_GET_USERNS = 0xB701
_PRELOADED = {
    # The parts that NumPy loads late, but for "from numpy import *": array_api_compat does that.
    "numpy": ["numpy", "numpy.f2py", "numpy.polynomial", "numpy.random", "numpy.testing"],
    "matplotlib": ["matplotlib.pyplot", "matplotlib_inline.backend_inline"],
}
_HERE = Path(__file__).parent


class NotStarted(RuntimeError):
    """A kernel that did not start; the message says why."""


class Box:
    """A sandbox with nothing in it yet but a program that waits for this process to end."""

    def __init__(self, view: View, limits: Limits) -> None:
        bubblewrap.require_walls()
        bwrap = bubblewrap.find_bwrap()
        assert bwrap is not None
        sources = FileSource()
        told, tell = os.pipe()
        try:
            options = bubblewrap.command(bwrap, view, limits, sources)[1:]
            # By file and with an empty environment: the sandbox's first process is bubblewrap
            # itself, and what it was started with can be read from inside, in /proc/1.
            options += ["--info-fd", str(tell)]
            arguments = sources.add("\0".join(options).encode())
            self.process = subprocess.Popen(
                [bwrap, "--args", arguments, "--", "/bin/sh", "-c", "echo; read line"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=(*sources.descriptors, tell),
                start_new_session=True,
                env={},
            )
        finally:
            os.close(tell)
            sources.close()
        self._told = told

    def first_process(self) -> int:
        """Waits until the walls stand; the number of the first process within them.

        Raises:
            NotStarted: bubblewrap could not build them, or they are gone again.
        """
        assert self.process.stdout and self.process.stderr
        with os.fdopen(self._told) as file:
            ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
            if ready and os.read(self.process.stdout.fileno(), 1):
                first = int(json.load(file)["child-pid"])
                # The walls stood; that was a while ago if it was built in advance.
                if Path(f"/proc/{first}/ns/mnt").exists():
                    return first
        self.process.kill()
        said = self.process.stderr.read()[-2000:].decode(errors="replace").strip()
        self.close()
        raise NotStarted(f"the sandbox could not be built. bubblewrap said: {said}")

    def close(self) -> None:
        """Kills all that is in it. The walls go with the last of it."""
        with self.process:
            self.process.kill()


class Zygote:
    """The process from which kernels are forked; see ``zygote``."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        program = [sys.executable, "-s", str(_HERE / "zygote.py"), str(theirs.fileno())]
        with tempfile.TemporaryDirectory(prefix="ipython-") as folder:
            self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed with us)
            self._process = subprocess.Popen(
                [*program, *modules],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                cwd="/",
                env={**bubblewrap.environment(), "IPYTHONDIR": folder, **_place_for_fonts()},
            )
            theirs.close()
            self._control.settimeout(START_SECONDS)
            said_first = b""
            with contextlib.suppress(TimeoutError):
                said_first = self._control.recv(16)
            if said_first != b"ready":
                self._log.seek(0)
                said = self._log.read()[-2000:].decode(errors="replace").strip()
                raise SandboxUnavailable(f"the process that forks kernels did not start: {said}")

    @property
    def alive(self) -> bool:
        """Whether it is there to fork kernels."""
        return self._process.poll() is None

    def fork(self, wish: dict[str, Any], descriptors: dict[str, int]) -> None:
        """Forks a kernel; how that went is told on the descriptor named "report".

        Raises:
            NotStarted: it is gone.
        """
        message = json.dumps({**wish, "descriptors": list(descriptors)}).encode()
        try:
            socket.send_fds(self._control, [message], list(descriptors.values()))
        except OSError as error:
            raise NotStarted("the process that forks kernels has died") from error


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
                    self._box, first = _box(view, limits)
                    given |= _namespaces(first, opened)
                    self.processes = os.open(Path(f"/proc/{first}/root", "proc"), os.O_RDONLY)
                else:
                    folder = self._folder_without_walls(view)
                _zygote(_modules(view)).fork(_wish(view, limits, walls, folder), given)
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


_spare: dict[object, Box] = {}


def _box(view: View, limits: Limits) -> tuple[Box, int]:
    """A sandbox for one kernel, and its first process.

    The next one begins to be built at once, for that is mostly waiting.
    """
    files = tuple((name, hashlib.sha256(data).digest()) for name, data in view.files.items())
    key = (bubblewrap.find_bwrap(), view.modules, view.distributions, files, limits)
    box = _spare.pop(key, None)
    while _spare:
        _spare.popitem()[1].close()
    _spare[key] = Box(view, limits)
    if box is not None:
        # It may have been killed since, by a machine that is short of memory.
        with contextlib.suppress(NotStarted):
            return box, box.first_process()
    box = Box(view, limits)
    return box, box.first_process()


_zygotes: dict[tuple[str, ...], Zygote] = {}


def _zygote(modules: tuple[str, ...]) -> Zygote:
    zygote = _zygotes.get(modules)
    # A machine that is short of memory may have killed it.
    if zygote is None or not zygote.alive:
        zygote = _zygotes[modules] = Zygote(modules)
    return zygote


def _modules(view: View) -> tuple[str, ...]:
    """What to load before the fork: of what is permitted, what takes long."""
    names = ("numpy", *view.distributions)
    return tuple(module for name in names for module in _PRELOADED.get(name, ()))


def _place_for_fonts() -> dict[str, str]:
    # Matplotlib searches the machine for fonts once, and keeps what it found here.
    place = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return {"MPLCONFIGDIR": str(Path(place, "autograder-matplotlib"))}
