"""Tries to break the outer sandbox from inside; prints "stands", or what gave way."""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.attacks import wall


def gaps(namespaces: list[str], port: int, process: int) -> Iterator[str]:
    """What is wrong with the wall, in words.

    Args:
        namespaces: those of the machine.
        port: of a server on the machine's own loopback.
        process: a process of the machine's.
    """
    for name, theirs in zip(wall.NAMESPACES, namespaces, strict=True):
        if str(Path(f"/proc/self/ns/{name}").readlink()) == theirs:
            yield f"the {name} namespace is the machine's"
    if [name for _, name in socket.if_nameindex()] != ["lo"]:
        yield "there is a network besides loopback"
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
        yield "the machine's loopback can be reached"
    if len(list(Path("/proc").glob("[0-9]*"))) > 3 or os.getpid() != 1:
        yield "processes of the machine can be seen"
    if process > 3:
        with contextlib.suppress(OSError):
            os.kill(process, 0)
            yield "a process of the machine's can be signalled"
    yield from _files()
    yield from _resources()


def _files() -> Iterator[str]:
    for folder in ("/base", *wall.SHOWN):
        if not os.statvfs(folder).f_flag & os.ST_RDONLY:
            yield f"{folder} can be written to"
        again = ["mount", "-o", "remount,bind,rw", folder]
        if subprocess.run(again, capture_output=True).returncode == 0:
            yield f"{folder} can be mounted anew"
    # A further user namespace gives rights, but none over what was mounted outside of it.
    inner = ["unshare", "--user", "--map-root-user", "--mount", "mount", "-o", "remount,bind,rw"]
    if subprocess.run([*inner, "/usr"], capture_output=True).returncode == 0:
        yield "/usr can be mounted anew from a further user namespace"
    if shutil.disk_usage("/tmp").total > wall.SIZE:
        yield "the writable folders are larger than they should be"
    devices = {path.name for path in Path("/dev").iterdir()}
    if devices - set("null zero full random urandom tty fd shm".split()):
        yield f"there are devices of the machine: {', '.join(sorted(devices))}"


def _resources() -> Iterator[str]:
    with contextlib.suppress(OSError, MemoryError):
        mmap.mmap(-1, wall.MEMORY + wall.MEBIBYTE).close()
        yield "memory is not limited"
    children: list[int] = []
    with contextlib.suppress(OSError):
        while len(children) <= wall.PROCESSES:
            child = os.fork()
            if child == 0:
                time.sleep(30)
                os._exit(0)
            children.append(child)
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    if len(children) > wall.PROCESSES:
        yield (
            "the number of processes is not limited. Run this as an ordinary user (the limit does "
            "not hold for root), or on Linux 6.14 or newer"
        )


if __name__ == "__main__":
    found = list(gaps(sys.argv[1].split(","), int(sys.argv[2]), int(sys.argv[3])))
    print("\n".join(found) or "stands")
