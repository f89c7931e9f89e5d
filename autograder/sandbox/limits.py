"""What a student's kernel may see, and how much of the machine it may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

_MEBIBYTE = 2**20


@dataclass(frozen=True)
class Limits:
    """How much a submission may use.

    Attributes:
        cell_seconds: wall time of one cell, and of all that one test asks of the student's code.
        notebook_seconds: wall time of a whole notebook.
        tests_seconds: wall time of the tests' own code, besides what they ask of the student's.
        memory_bytes: memory of one process, and of all together.
        processes: processes and threads at one time.
        open_files: open files of one process.
        file_bytes: size of one file, and of each writable folder.
        output_bytes: what one cell may print.
    """

    cell_seconds: float = 10.0
    notebook_seconds: float = 120.0
    tests_seconds: float = 60.0
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
        distributions: what else may be imported, by the names that pip knows: these and all that
            they require. IPython and NumPy are always there.
        files: the assignment's public files: name in the student's folder, and content.
    """

    modules: tuple[str, ...] = ()
    distributions: tuple[str, ...] = ("matplotlib",)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages that these modules belong to."""
        return tuple(dict.fromkeys(module.partition(".")[0] for module in self.modules))
