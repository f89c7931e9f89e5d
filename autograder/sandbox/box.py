"""A sandbox with nothing in it yet: bubblewrap has built the walls, and a kernel may enter."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import select
import subprocess
from pathlib import Path

from autograder.sandbox import bubblewrap
from autograder.sandbox.bubblewrap import FileSource, NotStarted
from autograder.sandbox.limits import Limits, View

BUILD_SECONDS = 60.0


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
            ready, _, _ = select.select([self.process.stdout], [], [], BUILD_SECONDS)
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


_spare: dict[object, Box] = {}


def box_for(view: View, limits: Limits) -> tuple[Box, int]:
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
