"""What an attack must not reach: files, sockets and a process, laid out before each grading."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

from tests.attacks import course as courses
from tests.attacks.wall import ROOT, WORD_IN_ENVIRONMENT

HOME = Path("/home/grader")
COURSE = Path("/course")
TCP_PORTS = (8888, 5432)
UDP_PORTS = (53, 5353)
ABSTRACT = "\0grader-canary"
SOCKET_FILES = (HOME / "canary.sock", Path("/tmp/canary.sock"))
LARGEST_HASHED = 4 * 2**20

FILES = {
    HOME / "secret.txt": "CANARY-HOME",
    HOME / ".bashrc": "# CANARY-HOME",
    HOME / ".jupyter" / "jupyter_config.py": "# CANARY-HOME",
    HOME / ".ipython" / "profile_default" / "startup" / "00-own.py": "# CANARY-HOME",
    COURSE / "feedback" / "0-graded-before" / "small" / "small.html": "CANARY-FEEDBACK",
    COURSE / "autograded" / "0-graded-before" / "small" / "small.ipynb": "{}",
}

WORDS = {
    "a hidden test": courses.HIDDEN_TEST,
    "the solution": courses.SOLUTION,
    "another submission": courses.NEIGHBOUR,
    "the environment": WORD_IN_ENVIRONMENT,
    "the home folder": "CANARY-HOME",
    "another's feedback": "CANARY-FEEDBACK",
    "the grading key": "5a" * 32,
    "another submission as it ran": "CANARY-" + "ACCOMPLICE",
}
"""What each secret is, and the word by which it is known wherever it comes out."""


def plant_files() -> None:
    """Puts the canary files into the grader's home and the course."""
    for path, content in FILES.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def start_process() -> subprocess.Popen[bytes]:
    """Another process of the grader's: it sleeps, and must still be there at the end."""
    return subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)", "canary"], start_new_session=True
    )


class Listeners:
    """Listeners on loopback and on Unix sockets that note whoever comes.

    Attributes:
        reached: which were reached, and with what.
    """

    def __init__(self) -> None:
        self.reached: dict[str, str] = {}
        for port in TCP_PORTS:
            self._listen(socket.create_server(("127.0.0.1", port)), f"TCP port {port}")
        v6 = socket.create_server(("::1", TCP_PORTS[0]), family=socket.AF_INET6)
        self._listen(v6, f"TCP port {TCP_PORTS[0]} of IPv6")
        for port in UDP_PORTS:
            udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            udp.bind(("127.0.0.1", port))
            self._listen(udp, f"UDP port {port}")
        for name, says in (
            (ABSTRACT, "the abstract Unix socket"),
            *((str(path), f"the Unix socket {path}") for path in SOCKET_FILES),
        ):
            unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            unix.bind(name)
            unix.listen()
            self._listen(unix, says)

    def _listen(self, listener: socket.socket, name: str) -> None:
        threading.Thread(target=self._note, args=(listener, name), daemon=True).start()

    def _note(self, listener: socket.socket, name: str) -> None:
        while True:
            if listener.type == socket.SOCK_DGRAM:
                content = listener.recv(4096)
            else:
                caller, _ = listener.accept()
                caller.settimeout(0.5)
                try:
                    content = caller.recv(4096)
                except OSError:
                    content = b""
                caller.close()
            self.reached[name] = content.decode(errors="replace")


def snapshot() -> dict[str, str]:
    """What lies in the folders that a grader may write to: each path with a hash of its content."""
    found = {}
    for top in (COURSE, HOME, Path("/tmp"), Path("/dev/shm"), ROOT):
        for folder, folders, files in os.walk(top):
            # What is mounted below is not writable: this Python, for instance.
            folders[:] = [name for name in folders if not os.path.ismount(f"{folder}/{name}")]
            for name in files:
                path = Path(folder, name)
                found[str(path)] = _hash(path)
    return found


def _hash(path: Path) -> str:
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return f"link to {path.readlink()}"
        if not stat.S_ISREG(status.st_mode):
            return "special"
        if status.st_size > LARGEST_HASHED:
            return f"{status.st_size} bytes"
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        return f"unreadable: {error.strerror}"
