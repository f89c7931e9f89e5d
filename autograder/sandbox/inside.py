"""The kernel of one student: runs cells, and answers the grader's calls, inside the sandbox.

It shares a process with the student's code, so it can keep no secret and prove nothing. It holds no
test and no expected value, and whatever it sends is taken as mere data by the other side
(``kernel``). Both sides send frames over a socket: four bytes of length, then JSON.
"""

from __future__ import annotations

import base64
import builtins
import contextlib
import importlib
import importlib.abc
import io
import json
import os
import signal
import socket
import struct
import sys
import threading
from typing import Any, NoReturn

import agent  # type: ignore[import-not-found]  # beside this file
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

_BUFFERED = 8192
_MOST_SPILLED = 2**22
_SHOWN = ("text/plain", "image/png")


class Wire:
    """The kernel's end of the socket."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.lock = threading.RLock()

    def send(self, **message: Any) -> None:
        """Sends one message."""
        data = json.dumps(message).encode()
        with self.lock:
            # An interrupt in the middle would leave half a message behind.
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
            try:
                self.end.sendall(struct.pack("!I", len(data)) + data)
            finally:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])

    def receive(self) -> dict[str, Any]:
        """The next message; the process ends when there is nobody left to send one."""
        (length,) = struct.unpack("!I", self._exactly(4))
        message: dict[str, Any] = json.loads(self._exactly(length))
        return message

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self.end.recv(count - len(data))
            if not part:
                os._exit(0)
            data += part
        return data


class Bytes(io.RawIOBase):
    """What is printed as bytes, past the text: ``sys.stdout.buffer``."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self.stream.write(bytes(content).decode(errors="replace"))
        return len(content)


class Stream(io.TextIOBase):
    """What is printed, sent on in pieces."""

    encoding = "utf-8"

    def __init__(self, name: str) -> None:
        self.buffer = Bytes(self)
        self.name, self.waiting, self.length = name, list[str](), 0
        self.lock = threading.RLock()

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"expected text, got a {type(text).__name__}")
        with self.lock:
            self.waiting.append(text)
            self.length += len(text)
            if self.length > _BUFFERED:
                self.flush()
        return len(text)

    def flush(self) -> None:
        with self.lock:
            text, self.waiting, self.length = "".join(self.waiting), [], 0
        for start in range(0, len(text), _BUFFERED):
            _wire.send(kind="stream", name=self.name, text=text[start : start + _BUFFERED])


class Publisher(DisplayPublisher):
    """Sends on what ``display`` is given."""

    def publish(self, data: Any, *_: Any, **__: Any) -> None:
        show(data)

    def clear_output(self, wait: bool = False) -> None:
        _flush()
        _wire.send(kind="clear_output")


class Hook(DisplayHook):
    """Sends on the value that a cell ends with."""

    def start_displayhook(self) -> None: ...
    def write_output_prompt(self) -> None: ...
    def finish_displayhook(self) -> None: ...

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        show(format_dict)


class Compiler(CachingCompiler):
    """Calls a cell by its number, which errors of syntax then name."""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        return f"cell {number}"


class Shell(InteractiveShell):
    """IPython, without a terminal and without Jupyter's machinery."""

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        _flush()
        text = agent.message(evalue)
        _wire.send(kind="error", ename=etype.__name__, evalue=text, traceback=list(stb))

    def ask_exit(self) -> NoReturn:
        """``quit()`` and ``exit()``."""
        os._exit(0)

    def init_virtualenv(self) -> None: ...
    def init_io(self) -> None: ...


def show(data: Any) -> None:
    """Sends on how a value looks: its text and its picture."""
    _flush()
    shown = {kind: data[kind] for kind in _SHOWN if kind in data}
    for kind, content in shown.items():
        if isinstance(content, bytes):
            shown[kind] = base64.b64encode(content).decode()
    _wire.send(kind="display_data", data=shown)


class Withheld(importlib.abc.MetaPathFinder):
    """Says of what is not there of a course's package that it is withheld."""

    def __init__(self, packages: list[str]) -> None:
        self.packages = packages

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        __tracebackhide__ = True
        if name.partition(".")[0] in self.packages:
            raise ModuleNotFoundError(f"{name} is withheld in this assignment", name=name)


def make_shell() -> Shell:
    """The shell, made before the fork: it has no thread, no history and no file."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.cache_size = 0
    return Shell.instance(
        config=config, compiler_class=Compiler, displayhook_class=Hook, display_pub_class=Publisher
    )


def serve(end: socket.socket, shell: Shell, withheld: list[str]) -> NoReturn:
    """Does what the grader asks for, one thing after the other, for ever."""
    global _wire
    _wire = Wire(end)
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    builtins.input = _no_input
    sys.meta_path.append(Withheld(withheld))
    importlib.invalidate_caches()
    answers = agent.Agent(shell.user_ns)
    _wire.send(kind="ready")
    while True:
        wish = _wire.receive()
        answer = None
        with _Interruptible():
            if wish["kind"] == "run":
                shell.run_cell(wish["source"], store_history=True)
            else:
                answer = answers.answer(wish["request"])
        with contextlib.suppress(OSError):
            _send_spilled()
        _flush()
        _wire.send(kind="done", number=wish["number"], answer=answer)


class _Interruptible:
    """Lets a KeyboardInterrupt end the block, and none come after it."""

    def __enter__(self) -> None:
        self.running = True
        signal.signal(signal.SIGINT, self._interrupt)

    def _interrupt(self, *_: Any) -> None:
        if self.running:
            raise KeyboardInterrupt

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> bool:
        self.running = False
        return kind is not None and issubclass(kind, KeyboardInterrupt | SystemExit)


def _send_spilled() -> None:
    """Sends on what was printed past Python's streams: by other programs, by C."""
    if os.fstat(1).st_size:
        text = os.pread(1, _MOST_SPILLED, 0).decode(errors="replace")
        os.ftruncate(1, 0)
        os.lseek(1, 0, os.SEEK_SET)
        for start in range(0, len(text), _BUFFERED):
            _wire.send(kind="stream", name="stdout", text=text[start : start + _BUFFERED])


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Stream):
            stream.flush()


def _no_input(prompt: object = "") -> NoReturn:
    raise RuntimeError("input() is not possible here: nobody is there to answer")


_wire: Wire
