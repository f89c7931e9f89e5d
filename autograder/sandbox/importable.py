"""What of this machine's Python packages a student's code may import: the files that it sees.

Everything that is not named here is withheld: a package that is installed tomorrow is not there.
"""

from __future__ import annotations

import functools
import importlib.util
import py_compile
import tempfile
from collections.abc import Iterator
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ALWAYS = ("ipython", "matplotlib-inline", "numpy")
"""The distributions that every kernel has."""


def course_files(modules: tuple[str, ...]) -> Iterator[tuple[str, bytes]]:
    """Modules of the course's own packages: the place where each file is to be, and its content.

    They are copies, with their compiled form; the packages' other modules are not among them.

    Raises:
        ValueError: there is no such module.
    """
    packages = [module.partition(".")[0] for module in modules]
    for module in dict.fromkeys((*packages, *modules)):
        package, *rest = module.split(".")
        root = _folder_of(package)
        path = root.joinpath(*rest)
        if path.is_dir():
            # A package that is not permitted as a whole is a name to import the permitted from.
            files = sorted(path.rglob("*")) if module in modules else [path / "__init__.py"]
        else:
            files = [path.with_suffix(".py")]
        if not files[0].exists():
            raise ValueError(f"the assignment permits {module!r}, but there is no {files[0]}")
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                place = f"/course/{package}/{file.relative_to(root)}"
                yield from _with_compiled(file, place, file.stat().st_mtime_ns)


@functools.cache
def _with_compiled(file: Path, place: str, changed: int) -> list[tuple[str, bytes]]:
    """A file and, if it is Python, its compiled form, each with the place where it is to be."""
    found = [(place, file.read_bytes())]
    if file.suffix == ".py":
        with tempfile.NamedTemporaryFile() as compiled:
            mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
            py_compile.compile(str(file), compiled.name, place, True, invalidation_mode=mode)
            found.append((cache_from_source(place), Path(compiled.name).read_bytes()))
    return found


def _folder_of(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise ValueError(f"the assignment needs the package {package!r}, which is not installed")
    return Path(places[0])


def requirements(name: str) -> list[str]:
    """What a distribution requires here, without its extras; nothing if there is none."""
    try:
        found = [Requirement(text) for text in metadata.requires(name) or ()]
    except metadata.PackageNotFoundError:
        return []
    return [r.name for r in found if not r.marker or r.marker.evaluate({"extra": ""})]


@functools.cache
def permitted_paths(names: tuple[str, ...]) -> tuple[Path, ...]:
    """The files and folders of distributions, of those always there, and of all they require."""
    waiting, known, paths = [*ALWAYS, *names], set[str](), set[Path]()
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in known:
            known.add(name)
            waiting += requirements(name)
            paths |= _paths_of(name)
    return tuple(sorted(paths))


def _paths_of(name: str) -> set[Path]:
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return set()
    tops = {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}
    paths = {Path(str(distribution.locate_file(top))) for top in tops}
    return {path for path in paths if path.exists()}
