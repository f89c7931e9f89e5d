"""The student's kernel, as seen from the grader's side of the wall.

Everything that comes from it may be forged. It is taken as data, capped in size and time, and a
kernel that sends something else, hangs or dies is given up with a reason.
"""

from __future__ import annotations

import json
import select
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

from nbformat import NotebookNode

from autograder.sandbox import outputs, plain
from autograder.sandbox.bubblewrap import NotStarted
from autograder.sandbox.launch import Kernel
from autograder.sandbox.limits import Limits, View

LARGEST_MESSAGE = 2 * plain.MOST_BYTES
SECONDS_TO_GIVE_IN = 5.0
SECONDS_TO_START = 30.0
SECONDS_BETWEEN_LOOKS = 0.1


class KernelLost(ConnectionError):
    """The student's kernel is gone, or had to be stopped; the message says why."""


class KernelDied(KernelLost):
    """The student's kernel has ended, by its own doing or by another's; nobody can tell."""


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
        self._cell_ends, self._printable = self.give_up_at, limits.output_bytes
        self._lost = KernelLost("the kernel was not started")
        self.peak_memory = 0
        self._kernel: Kernel | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a kernel to talk to."""
        return self._kernel is not None

    def start(self) -> None:
        """Starts the kernel.

        Raises:
            SandboxUnavailable: this machine cannot build the walls.
            KernelLost: it did not start.
        """
        try:
            self._kernel = Kernel(self.view, self.limits, self.walls)
        except NotStarted as error:
            raise self._lose(str(error), KernelDied) from error
        self._kernel.socket.setblocking(False)
        self._received = bytearray()
        self._number = 0
        self._looked = time.monotonic()
        try:
            self._wait_for("ready", time.monotonic() + SECONDS_TO_START)
        except TooLong as error:
            raise self._lose("the kernel did not answer after it was started") from error

    def stop(self) -> None:
        """Kills the kernel and everything that it started. Safe to call twice."""
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            kernel.close()

    def begin_cell(self) -> None:
        """Starts the clock of a cell: all that is asked from here on shares one cell's time."""
        self._cell_ends = min(time.monotonic() + self.limits.cell_seconds, self.give_up_at)
        self._printable = self.limits.output_bytes

    def run(self, source: str) -> list[NotebookNode]:
        """Runs a cell and returns its outputs, made safe to show.

        Raises:
            KernelLost: the cell ended the kernel, or did not let itself be stopped.
        """
        collected = outputs.Collector(self.limits.output_bytes)
        self.begin_cell()
        try:
            self._do(self._cell_ends, collected.add, kind="run", source=source)
        except (TooLong, outputs.TooMuch) as stop:
            self._interrupt(stop)
            collected.add_error(type(stop).__name__, str(stop))
        return collected.finished()

    def ask(self, hear: Callable[[str, str], None] | None = None, /, **wish: Any) -> Any:
        """Asks the agent inside for something; see ``agent.Agent``.

        Args:
            hear: is told what is printed meanwhile: where, "stdout" or "stderr", and a text.
            wish: what is asked for.

        Returns:
            The plain data that it answered with.

        Raises:
            TooLong: the student's code took too long, and was interrupted.
            KernelLost: it ended the kernel, or did not let itself be stopped.
        """
        self._connected()
        if time.monotonic() > self._cell_ends:
            raise TooLong(self._too_long())
        try:
            done = self._do(
                self._cell_ends,
                self._printing(hear) if hear else None,
                kind="ask",
                request=plain.write(wish),
            )
        except TooLong as stop:
            self._interrupt(stop)
            raise
        try:
            return plain.read(done.get("answer"))
        except plain.NotPlain as error:
            raise self._lose("the kernel did not answer as it should") from error

    def _printing(self, hear: Callable[[str, str], None]) -> Callable[[str, dict[str, Any]], None]:
        """Tells of what is printed, until it is more than a cell may print."""

        def each(kind: str, message: dict[str, Any]) -> None:
            text = message.get("text")
            if kind == "stream" and isinstance(text, str) and self._printable > 0:
                self._printable -= len(text)
                hear("stderr" if message.get("name") == "stderr" else "stdout", text)

        return each

    def _do(
        self, deadline: float, each: Callable[[str, dict[str, Any]], None] | None, **wish: Any
    ) -> dict[str, Any]:
        """Has the kernel do something; returns what it says when it is done."""
        self._number += 1
        self._send({"number": self._number, **wish}, deadline)
        return self._wait_for("done", deadline, each)

    def _wait_for(
        self,
        kind: str,
        deadline: float,
        each: Callable[[str, dict[str, Any]], None] | None = None,
    ) -> dict[str, Any]:
        """The next message of a kind that is about the last wish; others are handed to ``each``."""
        while True:
            message = self._next(deadline)
            if message["kind"] == kind and message.get("number", 0) == self._number:
                return message
            if each is not None:
                each(message["kind"], message)

    def _send(self, message: dict[str, Any], deadline: float) -> None:
        data = json.dumps(message).encode()
        waiting = memoryview(struct.pack("!I", len(data)) + data)
        # What the kernel never got cannot be interrupted: it is sent even if the time is over.
        for _ in self._ready(select.POLLOUT, deadline + SECONDS_TO_GIVE_IN):
            try:
                waiting = waiting[self._connected().socket.send(waiting) :]
            except BlockingIOError:
                continue
            except OSError as error:
                raise self._died() from error
            if not waiting:
                return

    def _next(self, deadline: float) -> dict[str, Any]:
        """The next message, while keeping an eye on the kernel and the clock."""
        # Nothing is taken before it is there as a whole: after an interrupt, the rest follows.
        self._receive(4, deadline)
        end = 4 + struct.unpack("!I", self._received[:4])[0]
        if end > LARGEST_MESSAGE:
            raise self._lose("the kernel sent a message that is too large")
        self._receive(end, deadline)
        data = self._received[4:end]
        del self._received[:end]
        try:
            message = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self._lose("the kernel sent something that is not a message") from error
        if not isinstance(message, dict) or not isinstance(message.get("kind"), str):
            raise self._lose("the kernel sent something that is not a message")
        return message

    def _receive(self, count: int, deadline: float) -> None:
        """Waits until there are at least so many bytes of what the kernel sends."""
        for _ in self._ready(select.POLLIN, deadline) if len(self._received) < count else ():
            try:
                part = self._connected().socket.recv(2**16)
            except BlockingIOError:
                continue
            except OSError:
                part = b""
            if not part:
                raise self._died()
            self._received += part
            if len(self._received) >= count:
                break

    def _ready(self, event: int, deadline: float) -> Iterator[None]:
        """Yields whenever something can be sent or received, and looks at the kernel in between.

        Raises:
            TooLong: the deadline has passed.
            KernelLost: the kernel used more than it may.
        """
        poll = select.poll()
        poll.register(self._connected().socket, event)
        while True:
            now = time.monotonic()
            if now > deadline:
                raise TooLong(self._too_long())
            self._look(now)
            if poll.poll(1000 * min(deadline - now, SECONDS_BETWEEN_LOOKS)):
                yield

    def _connected(self) -> Kernel:
        if self._kernel is None:
            # Whoever asks once more, a test that clears up for instance, is told of the same end.
            raise self._lost.with_traceback(None)
        return self._kernel

    def _too_long(self) -> str:
        if self._cell_ends >= self.give_up_at:
            return f"the whole notebook took longer than {self.limits.notebook_seconds:g} seconds"
        return f"it took longer than {self.limits.cell_seconds:g} seconds"

    def _interrupt(self, why: Exception) -> None:
        try:
            self._connected().interrupt()
            self._wait_for("done", time.monotonic() + SECONDS_TO_GIVE_IN)
        except TooLong as error:
            raise self._lose(f"{why} and could not be interrupted") from error
        except KernelLost as lost:
            # What ends because it was interrupted is not tried again.
            raise self._lose(f"{why}, and then {lost}") from lost

    def _died(self) -> KernelLost:
        for _ in range(50):
            status = self._connected().exit_status()
            if status is not None:
                reason = f"the kernel was ended by the code ({_describe_exit(status)})"
                return self._lose(reason, KernelDied)
            time.sleep(0.02)
        return self._lose("the kernel closed its connection")

    def _look(self, now: float) -> None:
        """Stops a kernel that uses more than it may."""
        if now - self._looked < SECONDS_BETWEEN_LOOKS:
            return
        self._looked = now
        processes, memory = self._connected().usage()
        self.peak_memory = max(self.peak_memory, memory)
        if memory > self.limits.memory_bytes:
            raise self._lose("it used more memory than allowed")
        if processes > self.limits.processes:
            raise self._lose("it started more processes than allowed")

    def processor_seconds(self) -> float:
        """How long the kernel's processes have computed so far; 0 if there is none."""
        return self._kernel.processor_seconds() if self._kernel else 0.0

    def _lose(self, reason: str, kind: type[KernelLost] = KernelLost) -> KernelLost:
        self._lost = kind(reason)
        self.stop()
        return self._lost


def _describe_exit(status: int) -> str:
    # Not the number itself: the code could say by it what it was called with.
    signals = {9: "killed", 11: "segmentation fault", 6: "aborted"}
    return signals.get(-status, "it ended itself")
