"""Has kernels forked: the process that does it is ``zygote``, and this is its other end."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

from autograder.sandbox import bubblewrap
from autograder.sandbox.bubblewrap import NotStarted, SandboxUnavailable
from autograder.sandbox.limits import View

LOAD_SECONDS = 60.0
_PRELOADED = {
    # The parts that NumPy loads late, but for "from numpy import *": array_api_compat does that.
    "numpy": ["numpy", "numpy.f2py", "numpy.polynomial", "numpy.random", "numpy.testing"],
    "matplotlib": ["matplotlib.pyplot", "matplotlib_inline.backend_inline"],
}
_PROGRAM = Path(__file__).with_name("zygote.py")


class Zygote:
    """The process from which kernels are forked; see ``zygote``."""

    def __init__(self, modules: tuple[str, ...]) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        program = [sys.executable, "-s", str(_PROGRAM), str(theirs.fileno())]
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
            self._control.settimeout(LOAD_SECONDS)
            answer = b""
            with contextlib.suppress(TimeoutError):
                answer = self._control.recv(16)
            if answer != b"ready":
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


_zygotes: dict[tuple[str, ...], Zygote] = {}


def zygote_for(view: View) -> Zygote:
    """The process that has loaded what such kernels need; started if it is not there yet."""
    modules = _modules(view)
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
