"""Starts a kernel inside the sandbox, by jupyter_client's own extension point.

The kernel makes its sockets in a folder in memory that only it has. The grader reaches them through
/proc/<process>/root: so no folder is shared, and nothing that the kernel writes lands on the
grader's disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any, cast

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import LocalProvisioner
from traitlets import Any as AnyTrait

from autograder import sandbox
from autograder.sandbox import FileSource, Limits, View

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
START_SECONDS = 60.0


class BubblewrapProvisioner(LocalProvisioner):
    """Runs the kernel under bubblewrap; entry point "bubblewrap".

    Attributes:
        limits: how much the kernel may use.
        view: what it may see.
        walls: False runs the kernel with no sandbox at all. Only for code that you trust.
    """

    limits = AnyTrait(Limits())
    view = AnyTrait(View())
    walls = AnyTrait(True)

    _folder: tempfile.TemporaryDirectory[str] | None = None
    _log: IO[bytes]
    _lifeline: int | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing is written to disk and no port is taken; see ``launch_kernel``."""
        return {"cmd": [sys.executable, "-s"]}

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Starts the sandbox with the kernel in it, and waits until it listens.

        Raises:
            SandboxUnavailable: the walls cannot be built here.
            RuntimeError: the kernel did not start; the message holds what it printed.
        """
        if self.walls:
            await asyncio.to_thread(sandbox.require_walls)
        sources = FileSource()
        try:
            prefix = self._start(cmd, sources)
        finally:
            sources.close()
        await self._until_it_listens(prefix)
        return cast(KernelConnectionInfo, {**self._connection(prefix), "key": self._key()})

    def exit_status(self) -> int | None:
        """The exit status of the kernel's process; None while it runs."""
        return self.process.poll() if self.process else 0

    def _key(self) -> bytes:
        return cast(KernelManager, self.parent).session.key

    def _connection(self, prefix: str) -> dict[str, Any]:
        numbers = {f"{channel}_port": i for i, channel in enumerate(CHANNELS, start=1)}
        return {"transport": "ipc", "ip": prefix, "signature_scheme": "hmac-sha256", **numbers}

    def _start(self, cmd: list[str], sources: FileSource) -> str:
        """Starts the process; returns the prefix of the sockets' paths, as seen from outside."""
        connection = {**self._connection(f"{sandbox.SOCKETS}/s"), "kernel_name": "sandbox"}
        connection["key"] = self._key().decode()
        limits = json.dumps(self.limits.for_the_kernel())
        if not self.walls:
            return self._start_without_walls(cmd, connection)
        bwrap = sandbox.find_bwrap()
        assert bwrap is not None
        told, tell = os.pipe()
        text = json.dumps(connection).encode()
        options = sandbox.command(bwrap, self.view, self.limits, sources, text)
        options += ["--setenv", "AUTOGRADER_LIMITS", limits, "--info-fd", str(tell)]
        # The kernel ends itself when this pipe is closed: --die-with-parent comes too late for a
        # grader that dies while bubblewrap is still building.
        lifeline, self._lifeline = os.pipe()
        options += ["--setenv", "AUTOGRADER_LIFELINE", str(lifeline)]
        # By file and with an empty environment: the sandbox's first process is bubblewrap itself,
        # and what it was started with can be read from inside, in /proc/1.
        arguments = sources.add("\0".join(options[1:]).encode())
        start = [bwrap, "--args", arguments, "--", *cmd, "/grader/inside.py"]
        start += ["/grader/connection.json"]
        self._popen(start, pass_fds=(*sources.descriptors, tell, lifeline), env={})
        os.close(tell)
        os.close(lifeline)
        inner = _inner_process(told)
        return f"/proc/{inner}/root{sandbox.SOCKETS}/s" if inner else ""

    def _start_without_walls(self, cmd: list[str], connection: dict[str, Any]) -> str:
        self._folder = tempfile.TemporaryDirectory(prefix="kernel-")
        here, prefix = Path(self._folder.name), str(Path(self._folder.name) / "s")
        (here / "connection.json").write_text(json.dumps({**connection, "ip": prefix}))
        for name, content in self.view.files.items():
            (here / name).parent.mkdir(parents=True, exist_ok=True)
            (here / name).write_bytes(content)
        inside = str(Path(__file__).with_name("inside.py"))
        environment = {**os.environ, "AUTOGRADER_LIMITS": "{}"}
        options = [*cmd, inside, str(here / "connection.json")]
        self._popen(options, cwd=self._folder.name, env=environment)
        return prefix

    def _popen(self, options: list[str], **kwargs: Any) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the process's end)
        self.process = subprocess.Popen(
            options,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            **kwargs,
        )
        self.pid, self.pgid = self.process.pid, self.process.pid

    async def _until_it_listens(self, prefix: str) -> None:
        """Tries the sockets with plain connections until all answer.

        Only then may the kernel's clients connect, since they never connect twice: after the first
        cell has run, what lies at the path may be the student's.
        """
        waiting = [f"{prefix}-{i}" for i in range(1, len(CHANNELS) + 1)]
        deadline = time.monotonic() + START_SECONDS
        while waiting:
            if self.exit_status() is not None or time.monotonic() > deadline or not prefix:
                await self.kill()
                self._log.seek(0)
                said = self._log.read()[-2000:].decode(errors="replace").strip()
                raise RuntimeError(f"the kernel did not start in the sandbox. It said: {said}")
            waiting = [path for path in waiting if not _listens(path)]
            await asyncio.sleep(0.01)

    async def send_signal(self, signum: int) -> None:
        """A kernel is interrupted by message; any signal from outside is for the whole sandbox."""
        if self.exit_status() is None:
            self._kill_group(signal.SIGKILL if self.walls else signum)

    def destroy(self) -> None:
        """Kills the kernel and all that it started, and waits until they are gone."""
        if self.process:
            self._kill_group(signal.SIGKILL)
            self.process.wait()
            self._log.close()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _kill_group(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(cast(int, self.pgid), number)

    async def terminate(self, restart: bool = False) -> None:
        """Nothing in a sandbox is asked politely."""
        await self.kill(restart)

    async def cleanup(self, restart: bool = False) -> None:
        """Removes what was made for a kernel without walls; a sandbox leaves nothing behind."""
        self.destroy()


def _inner_process(told: int) -> int | None:
    """The number of the sandbox's first process, which bubblewrap reports on a pipe."""
    with os.fdopen(told) as file:
        ready, _, _ = select.select([file], [], [], START_SECONDS)
        text = file.read() if ready else ""
    return json.loads(text)["child-pid"] if text else None


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True
