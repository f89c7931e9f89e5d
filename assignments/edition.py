"""What students get, as one zip: python -m assignments.edition.

It holds the lectures with their outputs, mlpkit, the assignments as nbgrader releases them, and
what it takes to install it all; nothing of the autograder. It is made from a copy of the
assignments in which canaries are planted (``canaries``): what is searched is what students get, and
if a line of a solution, hidden test, reference, mistake or mark scheme is in it, nothing is
written. Equal sources give equal bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from assignments import canaries
from mlpkit.check.table import FILE_NAME

ROOT = Path(__file__).parents[1]
TOP = "multi-layer-networks"
README = "edition.md"
FEWEST_CANARIES = 60
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first time that a zip can hold."""


class NoEdition(RuntimeError):
    """It cannot be given away; the message says why."""


def build(root: Path, assignments: Iterable[str] = ()) -> dict[str, bytes]:
    """The files of the edition, by their paths in it.

    Args:
        root: the repository.
        assignments: which to release; all, if none is named.

    Raises:
        NoEdition: something is missing, or students would see what they must not.
    """
    files = {
        "README.md": (root / "assignments" / README).read_bytes(),
        "LICENSE": (root / "LICENSE").read_bytes(),
        "pyproject.toml": (root / "pyproject.toml").read_bytes(),
        **_requirements(root),
        **_below(root, "mlpkit"),
        **_below(root, "lectures", without=".py"),
        **_released(root, sorted(assignments)),
    }
    check(files)
    return dict(sorted(files.items()))


def check(files: dict[str, bytes]) -> None:
    """Makes sure that files can be given away.

    Raises:
        NoEdition: one holds a canary, or a lecture was not run.
    """
    leaks = [path for path, content in files.items() if canaries.found_in(content)]
    if leaks:
        raise NoEdition(
            "students would see solutions, hidden tests, references, mistakes or mark schemes in "
            f"{', '.join(sorted(leaks))}. Nothing was written."
        )
    for path, content in files.items():
        if path.startswith("lectures/") and path.endswith(".ipynb"):
            cells = json.loads(content)["cells"]
            if not any(cell.get("outputs") for cell in cells):
                raise NoEdition(f"{path} has no outputs. Run 'make outputs ARGS={path}' first.")


def _below(root: Path, folder: str, without: str | None = None) -> dict[str, bytes]:
    found = {}
    for path in (root / folder).rglob("*"):
        parts = path.relative_to(root).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if path.is_file() and not path.is_symlink() and not hidden and path.suffix != without:
            found["/".join(parts)] = path.read_bytes()
    if not found:
        raise NoEdition(f"there is nothing in {root / folder}.")
    return found


def _requirements(root: Path) -> dict[str, bytes]:
    """For pip and for conda: mlpkit and what the lectures need, and no autograder."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    needed = [
        f"python{project['requires-python']}",
        "pip",
        *settings["build-system"]["requires"],
        *project["dependencies"],
        *project["optional-dependencies"]["lectures"],
    ]
    lines = ["name: mlpkit", "channels:", "  - conda-forge", "  - nodefaults", "dependencies:"]
    lines += [f"  - {line}" for line in needed] + ["  - pip:", "      - --editable ."]
    return {
        "requirements.txt": b"--editable .[lectures]\n",
        "environment.yml": ("\n".join(lines) + "\n").encode(),
    }


def _released(root: Path, assignments: list[str]) -> dict[str, bytes]:
    """The assignments as nbgrader releases them, from a copy with canaries in it."""
    with tempfile.TemporaryDirectory() as name:
        above = Path(name)
        made = ("release", "submitted", "autograded", "feedback", "downloaded", "*.db*", "*.key")
        ignored = shutil.ignore_patterns(*made, "__pycache__", ".ipynb_checkpoints")
        copy = above / "assignments"
        shutil.copytree(root / "assignments", copy, ignore=ignored)
        planted = canaries.plant(copy)
        if planted < FEWEST_CANARIES:
            raise NoEdition(f"only {planted} canaries could be planted in {root / 'assignments'}.")
        there = sorted(path.name for path in (copy / "source").iterdir() if path.is_dir())
        if unknown := sorted(set(assignments) - set(there)):
            raise NoEdition(f"there is no assignment {', '.join(unknown)}; there is: {there}.")
        course = above / "course"
        course.mkdir()
        wanted = assignments or there
        # A table of checks that is not baked anew must not be given away.
        ignored = shutil.ignore_patterns(FILE_NAME)
        for assignment in wanted:
            folders = (home / "source" / assignment for home in (copy, course))
            shutil.copytree(*folders, ignore=ignored)
        shutil.copy(copy / "nbgrader_config.py", course)
        _release(course, wanted, (above, root))
        return {
            path.replace("release/", "assignments/", 1): content
            for path, content in _below(course, "release").items()
        }


def _release(course: Path, assignments: Iterable[str], path: Iterable[Path]) -> None:
    """Releases all that is in a course."""
    environment = {
        **os.environ,
        # The copy's exercises are found before those of the environment.
        "PYTHONPATH": os.pathsep.join(map(str, path)),
        # nbgrader calls other programs of its environment by their names.
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    words = [sys.executable, "-m", "nbgrader", "generate_assignment", "*"]
    done = subprocess.run(words, cwd=course, env=environment, capture_output=True, text=True)
    expected = [f"{each}/{file}" for each in assignments for file in (f"{each}.ipynb", FILE_NAME)]
    missing = [file for file in expected if not (course / "release" / file).is_file()]
    if done.returncode or missing:
        what = f" ({', '.join(missing)} is missing)" if missing else ""
        raise NoEdition(f"the assignments could not be released{what}:\n{done.stderr[-3000:]}")


def pack(files: dict[str, bytes], path: Path) -> None:
    """Writes a zip with one folder in it; a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, content in sorted(files.items()):
                info = zipfile.ZipInfo(str(PurePosixPath(TOP, name)), EARLIEST)
                info.create_system = 3  # Unix, wherever it is made
                info.external_attr = 0o100644 << 16
                info.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def main(arguments: list[str] | None = None) -> None:
    """Makes the edition."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("build/edition.zip"), help="the zip")
    parser.add_argument("assignments", nargs="*", help="which to put in (default: all)")
    wish = parser.parse_args(arguments)
    try:
        files = build(ROOT, wish.assignments)
    except NoEdition as problem:
        sys.exit(f"assignments.edition: {problem}")
    pack(files, wish.out)
    print(f"{wish.out}: {len(files)} files, {wish.out.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
