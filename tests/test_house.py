"""The files around the code: what gets installed, shipped, ignored and shown to others."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]

# Where conda-forge writes a name in another way than PyPI.
CONDA_NAMES = {"jupyter-server": "jupyter_server"}
# What an environment needs besides the packages themselves: Python, and what installs them.
CONDA_ITSELF = {"python", "pip"}


def project(folder: str) -> dict:
    text = (ROOT / folder / "pyproject.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["project"]


def build_requirements() -> list[str]:
    texts = [(ROOT / folder / "pyproject.toml").read_text() for folder in (".", "autograder")]
    first, second = (tomllib.loads(text)["build-system"]["requires"] for text in texts)
    assert first == second
    return first


def named(requirements: list[str]) -> dict[str, Requirement]:
    """Requirements by name; those of one project on another of ours are left out."""
    parsed = [Requirement(line) for line in requirements]
    by_name = {canonicalize_name(requirement.name): requirement for requirement in parsed}
    by_name.pop("mlpkit", None)
    return by_name


def wanted(*extras: str) -> dict[str, Requirement]:
    """What both packages require together, with these extras of mlpkit."""
    mlpkit, autograder = project("."), project("autograder")
    lines = mlpkit["dependencies"] + autograder["dependencies"]
    for extra in extras:
        lines = lines + mlpkit["optional-dependencies"][extra]
    return named(lines)


def locked() -> dict[str, tuple[Requirement, int]]:
    """Each package in requirements.lock, with the number of its hashes."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    packages = {}
    for block in blocks:
        requirement = Requirement(block.split("\\\n")[0])
        packages[canonicalize_name(requirement.name)] = requirement, block.count("--hash=sha256:")
    return packages


def conda() -> tuple[list[str], list[str]]:
    """The lines of environment.yml: those for conda, those for pip."""
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = environment["dependencies"]
    (for_pip,) = [line["pip"] for line in lines if isinstance(line, dict)]
    return [line for line in lines if isinstance(line, str)], for_pip


def tracked_files() -> list[Path]:
    """The files in git, and those that would be if they were added."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nothing tells which files belong to the project")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_conda_and_pip_ask_for_the_same():
    for_conda, for_pip = conda()
    environment = {}
    for line in for_conda:
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        assert requirement.name == CONDA_NAMES.get(name, name), f"conda-forge spells it {name}"
        environment[name] = requirement
    environment |= named([line for line in for_pip if not line.startswith("--")])
    assert {f"--editable {folder}" for folder in (".", "./autograder")} <= set(for_pip)

    packages = wanted("lectures")
    (backend,) = named(build_requirements())
    assert set(environment) - CONDA_ITSELF == {*packages, backend}
    for name, requirement in packages.items():
        assert environment[name].specifier == requirement.specifier, name
        assert environment[name].marker == requirement.marker, name
    pythons = {project(folder)["requires-python"] for folder in (".", "autograder")}
    assert pythons == {str(environment["python"].specifier)}


def test_dependencies_have_a_lower_bound_and_no_cap():
    packages = wanted(*project(".")["optional-dependencies"])
    packages |= named(project("autograder")["optional-dependencies"]["cluster"])
    for requirement in packages.values():
        assert [clause.operator for clause in requirement.specifier] == [">="], str(requirement)


def test_lock_fixes_every_dependency():
    lock = locked()
    for name, requirement in wanted("lectures", "dev").items():
        assert name in lock, f"{name} is not in requirements.lock: run make lock"
        (pin,) = lock[name][0].specifier
        assert requirement.specifier.contains(pin.version), f"{name}: run make lock"
    for name, (pinned, hashes) in lock.items():
        assert [clause.operator for clause in pinned.specifier] == ["=="], name
        assert hashes > 0, f"{name} has no hash: pip would refuse the whole file"


def test_lock_names_the_extras_that_are_asked_for():
    """Older versions of pip look elsewhere for a[b] than for a, and refuse what is not pinned."""
    lock = locked()
    asked = [Requirement(r) for name in lock for r in _requirements_of(name)]
    with_extras = [r for r in asked if r.extras and (not r.marker or r.marker.evaluate())]
    assert with_extras
    for requirement in with_extras:
        pinned = lock[canonicalize_name(requirement.name)][0]
        assert requirement.extras <= pinned.extras, f"{requirement}: run make lock"


def _requirements_of(name: str) -> list[str]:
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # for another system
        return []


def test_lock_names_no_place():
    # pip's own settings decide where packages come from; a place written here would override them.
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^(-e|--editable|--(extra-)?index-url|--find-links|\.|/)", text, re.M)


def test_each_dependency_is_explained():
    text = (ROOT / "DEPENDENCIES.md").read_text(encoding="utf-8")
    explained = {canonicalize_name(name) for name in re.findall(r"^- \*\*([^*]+)\*\*", text, re.M)}
    packages = wanted(*project(".")["optional-dependencies"])
    packages |= named(project("autograder")["optional-dependencies"]["cluster"])
    assert explained == set(packages)


MADE = """
.venv/bin/python build/demo/report.html dist/mlpkit.whl
mlpkit/__pycache__/network.pyc mlpkit.egg-info/PKG-INFO .coverage htmlcov/index.html
.pytest_cache/README.md .mypy_cache/3.11 .ruff_cache/0 .hypothesis/examples
lectures/.ipynb_checkpoints/a.ipynb assignments/source/ps1/.ipynb_checkpoints/a.ipynb
assignments/release/ps1/a.ipynb assignments/submitted/ann/ps1/a.ipynb
assignments/autograded/ann/ps1/a.ipynb assignments/feedback/ann/ps1/a.html
assignments/downloaded/ps1/archive/a.zip assignments/gradebook.db
assignments/gradebook.db-journal assignments/seed.key
""".split()

KEPT = """
assignments/source/ps1/a.ipynb assignments/exercises/ps1.py lectures/a.ipynb
mlpkit/check/table.json mlpkit/widgets/page.js requirements.lock
""".split()


def test_git_ignores_what_is_made_and_nothing_else():
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so git cannot be asked what it ignores")
    command = ["git", "check-ignore", "--no-index", *MADE, *KEPT]
    ignored = subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.split()
    assert ignored == MADE


def test_no_file_names_the_machine_it_was_written_on():
    # A letter or a point before the slash makes it a part of some longer, harmless path. Students
    # live in the sandbox only, the grader in that of the attacks.
    private = re.compile(r"(?<![\w.])/(?:root|work|Users|home/(?!(?:student|grader)\b)\w+)/")
    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # not a text
        for match in private.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{path.relative_to(ROOT)}:{line}: {match[0]}")
    assert not found, "\n".join(found)


def wheel(folder: str, target: Path) -> list[str]:
    """Build the wheel of a folder and list what is in it."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    built = subprocess.run(command, cwd=ROOT / folder, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (path,) = target.glob("*.whl")
    return zipfile.ZipFile(path).namelist()


def test_student_wheel_holds_mlpkit_alone(tmp_path):
    names = wheel(".", tmp_path)
    tops = {name.split("/")[0] for name in names}
    assert tops == {"mlpkit", "mlpkit-0.1.0.data", "mlpkit-0.1.0.dist-info"}
    settings = [name for name in names if ".data/" in name]
    assert settings == ["mlpkit-0.1.0.data/data/etc/jupyter/jupyter_server_config.d/mlpkit.json"]
    here = [path.relative_to(ROOT) for path in tracked_files()]
    assert {str(path) for path in here if path.parts[0] == "mlpkit"} <= set(names)


def test_instructor_wheel_holds_the_grader_alone(tmp_path):
    names = wheel("autograder", tmp_path)
    tops = {name.split("/")[0] for name in names}
    assert tops == {"autograder", "mlpkit_autograder-0.1.0.dist-info"}
    here = [path.relative_to(ROOT) for path in tracked_files()]
    shipped = {
        str(path)
        for path in here
        if path.parts[0] == "autograder" and path.name != "pyproject.toml"
    }
    packed = {name for name in names if ".dist-info/" not in name}
    assert packed == shipped


def test_the_environment_holds_no_copy_of_ours():
    """A copy in the environment would go stale, and could be shown to students' code."""
    environment = Path(sysconfig.get_path("purelib"))
    for package in ("mlpkit", "autograder", "assignments"):
        assert not (environment / package).exists()
