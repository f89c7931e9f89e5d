"""The student's kernel, as seen from the grader's side of the wall.

Everything that comes from it may be forged. It is taken as data, capped in size and time, and a
kernel that sends something else, hangs or dies is given up with a reason.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Any, cast

import psutil
import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode

from autograder import outputs, plain
from autograder.provisioner import BubblewrapProvisioner
from autograder.sandbox import Limits, View

LARGEST_MESSAGE = 2 * plain.MOST_BYTES
MESSAGES_WAITING = 16
SECONDS_TO_GIVE_IN = 5.0
SECONDS_BETWEEN_LOOKS = 0.25


class KernelLost(ConnectionError):
    """The student's kernel is gone, or had to be stopped; the message says why."""


class TooLong(TimeoutError):
    """The student's code took too long, and was interrupted."""


class StudentKernel:
    """A kernel in the sandbox.

    Args:
        limits: how much it may use.
        view: what it may see.
        walls: False runs it with no sandbox at all. Only for code that you trust.

    Attributes:
        peak_memory: the most memory that all its processes were seen to hold, in bytes.
    """

    def __init__(self, limits: Limits, view: View, walls: bool = True) -> None:
        self.limits, self.view, self.walls = limits, view, walls
        self.give_up_at = time.monotonic() + limits.notebook_seconds
        self._cell_ends = self.give_up_at
        self._reason = "the kernel was not started"
        self.peak_memory = 0
        self._manager: KernelManager | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a kernel to talk to."""
        return self._manager is not None

    def start(self) -> None:
        """Starts the kernel.

        Raises:
            SandboxUnavailable: this machine cannot build the walls.
            KernelLost: it did not start.
        """
        config = {"limits": self.limits, "view": self.view, "walls": self.walls}
        provisioner = {"provisioner_name": "bubblewrap", "config": config}
        manager = KernelManager(kernel_name="sandbox", transport="ipc", context=_context())
        manager._kernel_spec = KernelSpec(
            argv=["python"],
            display_name="sandbox",
            language="python",
            interrupt_mode="message",
            metadata={"kernel_provisioner": provisioner},
        )
        try:
            manager.start_kernel()
        except RuntimeError as error:
            if type(error) is not RuntimeError:
                raise
            raise KernelLost(str(error)) from error
        self._manager = manager
        self._provisioner = cast(BubblewrapProvisioner, manager.provisioner)
        self._process = psutil.Process(self._provisioner.pid)
        self._looked = time.monotonic()
        self._client = manager.blocking_client()
        self._client.start_channels(shell=True, iopub=True, stdin=False, hb=False, control=True)
        try:
            self._client.wait_for_ready(timeout=SECONDS_TO_GIVE_IN * 10)
        except RuntimeError as error:
            self.stop()
            raise KernelLost("the kernel did not answer after it was started") from error

    def stop(self) -> None:
        """Kills the kernel and everything that it started. Safe to call twice."""
        manager, self._manager = self._manager, None
        if manager is not None:
            self._client.stop_channels()
            # Not by shutdown_kernel: it asks first, and a dead kernel never takes the question.
            self._provisioner.destroy()
            manager.context.destroy(linger=0)

    def begin_cell(self) -> None:
        """Starts the clock of a cell: all that is asked from here on shares one cell's time."""
        self._cell_ends = min(time.monotonic() + self.limits.cell_seconds, self.give_up_at)

    def run(self, source: str) -> list[NotebookNode]:
        """Runs a cell and returns its outputs, made safe to show.

        Raises:
            KernelLost: the cell ended the kernel, or did not let itself be stopped.
        """
        collected = outputs.Collector(self.limits.output_bytes)
        self.begin_cell()
        try:
            request = self._client.execute(source, allow_stdin=False, stop_on_error=False)
            self._collect(request, collected, self._cell_ends)
        except (TooLong, outputs.TooMuch) as stop:
            self._interrupt(stop, lambda deadline: self._collect(request, None, deadline))
            collected.add_error(type(stop).__name__, str(stop))
        return collected.finished()

    def ask(self, **wish: Any) -> Any:
        """Asks the agent inside for something; see ``inside.Agent``.

        Returns:
            The plain data that it answered with.

        Raises:
            TooLong: the student's code took too long, and was interrupted.
            KernelLost: it ended the kernel, or did not let itself be stopped.
        """
        if not self.alive:
            raise KernelLost(self._reason)
        if time.monotonic() > self._cell_ends:
            raise TooLong(self._too_long())
        call = f"__import__('inside').answer({plain.write(wish)!r})"
        request = self._client.execute("", silent=True, user_expressions={"answer": call})
        try:
            reply = self._reply(request, self._cell_ends)
        except TooLong as stop:
            self._interrupt(stop, lambda deadline: self._reply(request, deadline))
            raise
        try:
            return plain.read(reply["content"]["user_expressions"]["answer"]["data"]["text/plain"])
        except (KeyError, TypeError, plain.NotPlain) as error:
            raise self._lose("the kernel did not answer as it should") from error

    def _collect(self, request: str, into: outputs.Collector | None, deadline: float) -> None:
        while True:
            message = self._next(self._client.get_iopub_msg, deadline)
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            if message["msg_type"] == "status" and content.get("execution_state") == "idle":
                return
            if into is not None:
                into.add(message["msg_type"], content)

    def _reply(self, request: str, deadline: float) -> dict[str, Any]:
        while True:
            message = self._next(self._client.get_shell_msg, deadline)
            if message["parent_header"].get("msg_id") == request:
                return message

    def _next(self, receive: Callable[..., dict[str, Any]], deadline: float) -> dict[str, Any]:
        """The next message of a channel, while keeping an eye on the kernel and the clock."""
        while True:
            if time.monotonic() > deadline:
                raise TooLong(self._too_long())
            self._look()
            try:
                message = receive(timeout=0.1)
                if isinstance(message["content"], dict) and isinstance(message["msg_type"], str):
                    return message
                raise TypeError("not a message")
            except queue.Empty:
                continue
            except Exception as error:  # Whatever a forged message does to the parser.
                raise self._lose("the kernel sent something that is not a message") from error

    def _too_long(self) -> str:
        if self._cell_ends >= self.give_up_at:
            return f"the whole notebook took longer than {self.limits.notebook_seconds:g} seconds"
        return f"it took longer than {self.limits.cell_seconds:g} seconds"

    def _interrupt(self, why: Exception, settle: Callable[[float], Any]) -> None:
        assert self._manager is not None
        try:
            self._manager.interrupt_kernel()
            settle(time.monotonic() + SECONDS_TO_GIVE_IN)
        except (TooLong, RuntimeError, zmq.ZMQError) as error:
            raise self._lose(f"{why} and could not be interrupted") from error

    def _look(self) -> None:
        """Notices a kernel that died, and stops one that uses more than it may."""
        now = time.monotonic()
        if now - self._looked < SECONDS_BETWEEN_LOOKS:
            return
        self._looked = now
        status = self._provisioner.exit_status()
        if status is not None:
            raise self._lose(f"the kernel was ended by the code ({_describe_exit(status)})")
        try:
            family = self._process.children(recursive=True)
            memory = sum(_memory(process) for process in family)
        except psutil.NoSuchProcess:
            return
        self.peak_memory = max(self.peak_memory, memory)
        if memory > self.limits.memory_bytes:
            raise self._lose("it used more memory than allowed")
        if len(family) > self.limits.processes:
            raise self._lose("it started more processes than allowed")

    def _lose(self, reason: str) -> KernelLost:
        self._reason = reason
        self.stop()
        return KernelLost(reason)


def _context() -> zmq.Context[Any]:
    context = zmq.Context()
    # After the first cell, what lies at a socket's path may be the student's: never go back.
    context.setsockopt(zmq.RECONNECT_IVL, -1)
    # Both together bound what a kernel can make the grader hold.
    context.setsockopt(zmq.MAXMSGSIZE, LARGEST_MESSAGE)
    context.setsockopt(zmq.RCVHWM, MESSAGES_WAITING)
    context.setsockopt(zmq.LINGER, 0)
    # A dead kernel takes no message, and sending to it would wait for ever.
    context.setsockopt(zmq.SNDTIMEO, 2000)
    return context


def _memory(process: psutil.Process) -> int:
    try:
        return process.memory_info().rss
    except psutil.NoSuchProcess:
        return 0


def _describe_exit(status: int) -> str:
    signals = {9: "killed", 11: "segmentation fault", 6: "aborted", 15: "terminated"}
    number = -status if status < 0 else status - 128
    return signals.get(number, f"exit status {status}")
