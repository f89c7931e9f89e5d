"""The students' edition: complete, the same every time, working, and with nothing secret in it."""

from __future__ import annotations

import ast
import base64
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient
from packaging.requirements import Requirement

from assignments import canaries, demo, edition
from assignments.edition import NoEdition

ROOT = Path(__file__).parents[1]
FIRST_CHECK = "check(output_error_term)"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return edition.build(ROOT)


@pytest.fixture(scope="module")
def unpacked(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("student")
    edition.pack(files, folder / "edition.zip")
    with zipfile.ZipFile(folder / "edition.zip") as archive:
        archive.extractall(folder)
    (top,) = [path for path in folder.iterdir() if path.is_dir()]
    assert top.name == edition.TOP
    return top


def alone(edition_folder: Path, code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs Python with the installed packages and the edition, and nothing of this repository."""
    command = [sys.executable, "-S", "-c", only_path(edition_folder) + code]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def only_path(edition_folder: Path) -> str:
    # Without site, the environment's links to this repository are not followed.
    packages = sysconfig.get_path("purelib")
    return f"import sys; sys.path[:1] = [{str(edition_folder)!r}, {packages!r}]\n"


def test_it_holds_what_students_need_and_nothing_else(files: dict[str, bytes]) -> None:
    assert {path.split("/")[0] for path in files} == {
        "README.md", "LICENSE", "pyproject.toml", "requirements.txt", "environment.yml",
        "lectures", "assignments", "mlpkit",
    }  # fmt: skip
    released = {path for path in files if path.startswith("assignments/")}
    sources = {path.parent.name for path in (ROOT / "assignments" / "source").glob("*/*.ipynb")}
    assert {path.split("/")[1] for path in released} == sources
    assert {"assignments/ps2/ps2.ipynb", "assignments/ps2/checks.json"} <= released
    lectures = {f"lectures/{path.name}" for path in (ROOT / "lectures").glob("*.ipynb")}
    assert lectures <= set(files)
    here = {str(path.relative_to(ROOT)) for path in (ROOT / "mlpkit").rglob("*.py")}
    assert here <= set(files)
    assert not [path for path in files if "__pycache__" in path or "/." in path]
    readme = files["README.md"].decode()
    assert "autograder" not in readme
    assert all(word in readme for word in ("requirements.txt", "environment.yml", "jupyter lab"))


def test_the_assignments_are_those_that_nbgrader_releases(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    """The copy with canaries gives, byte for byte, what the sources give."""
    demo.make_course(tmp_path / "course")
    demo.command(tmp_path / "course", "nbgrader", "generate_assignment", "ps2")
    release = tmp_path / "course" / "release"
    plain = {
        f"assignments/{path.relative_to(release)}": path.read_bytes()
        for path in release.rglob("*")
        if path.is_file()
    }
    assert plain == {k: v for k, v in files.items() if k.startswith("assignments/ps2/")}


def test_equal_sources_give_equal_bytes(files: dict[str, bytes], tmp_path: Path) -> None:
    edition.pack(files, tmp_path / "one.zip")
    command = [sys.executable, "-m", "assignments.edition", "--out", str(tmp_path / "two.zip")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert f"{len(files)} files" in done.stdout
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert {name.split("/")[0] for name in names} == {edition.TOP}
        assert {info.date_time for info in archive.infolist()} == {edition.EARLIEST}
    assert {path.name for path in tmp_path.iterdir()} == {"one.zip", "two.zip"}


def test_what_it_asks_for_is_what_the_lectures_need(files: dict[str, bytes]) -> None:
    environment = yaml.safe_load(files["environment.yml"])
    theirs = {str(line) for line in environment["dependencies"] if isinstance(line, str)}
    ours = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert theirs <= {line for line in ours["dependencies"] if isinstance(line, str)}
    assert environment["dependencies"][-1] == {"pip": ["--editable ."]}
    names = {Requirement(line).name for line in theirs}
    assert {"numpy", "jupyterlab", "matplotlib"} <= names
    assert not {"nbgrader", "psutil"} & names
    assert files["requirements.txt"] == b"--editable .[lectures]\n"


def test_it_can_be_installed(unpacked: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(unpacked, copy)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    built = subprocess.run(command, cwd=copy, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert tops == {"mlpkit", "mlpkit-0.1.0.data", "mlpkit-0.1.0.dist-info"}


def test_with_its_own_folder_alone_mlpkit_is_imported(unpacked: Path) -> None:
    code = (
        "import mlpkit, mlpkit.widgets, mlpkit.figures, mlpkit.check; print(mlpkit.__file__)\n"
        "for name in ('autograder', 'assignments.exercises'):\n"
        "    try: __import__(name)\n"
        "    except ModuleNotFoundError: print('absent')\n"
    )
    done = alone(unpacked, code, unpacked / "lectures")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(unpacked / "mlpkit" / "__init__.py"), "absent", "absent"]


def test_every_module_that_a_lecture_imports_is_in_it(unpacked: Path) -> None:
    for path in (unpacked / "lectures").glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        found = [n for n in ast.walk(ast.parse(code)) if isinstance(n, ast.Import | ast.ImportFrom)]
        assert found
        done = alone(unpacked, "\n".join(map(ast.unparse, found)), unpacked / "lectures")
        assert done.returncode == 0, f"{path.name}: {done.stderr}"


def first_cells(unpacked: Path, solution: str | None) -> str:
    """What the released ps2 shows at its first check, run in a kernel as a student would."""
    folder = unpacked / "assignments" / "ps2"
    notebook = nbformat.read(folder / "ps2.ipynb", as_version=4)
    sources = [cell.source.strip() for cell in notebook.cells]
    until = sources.index(FIRST_CHECK)
    notebook.cells = notebook.cells[: until + 1]
    if solution:
        task = next(c for c in notebook.cells if "def output_error_term" in c.source)
        task.source = solution
    specs = unpacked.parent / "kernels"
    (specs / "student").mkdir(parents=True, exist_ok=True)
    start = only_path(unpacked) + "from ipykernel.kernelapp import launch_new_instance as f; f()"
    argv = [sys.executable, "-S", "-c", start, "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "student", "language": "python"}
    (specs / "student" / "kernel.json").write_text(json.dumps(spec))
    manager = KernelManager(
        kernel_name="student",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(specs)]),
    )
    client = NotebookClient(
        notebook, km=manager, timeout=120, allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    client.execute()
    return json.dumps(notebook.cells[-1].outputs)


def test_the_instant_check_works_in_a_released_assignment(unpacked: Path) -> None:
    head = "def output_error_term(o, t):\n    return "
    right = first_cells(unpacked, head + "o * (1 - o) * (t - o)")
    wrong = first_cells(unpacked, head + "t - o")
    blank = first_cells(unpacked, None)
    assert "slope" in wrong
    assert "slope" not in right + blank
    for shown in (right, wrong, blank):
        assert "ModuleNotFoundError" not in shown
        assert "TableError" not in shown
    assert len({right, wrong, blank}) == 3


def copy_of_the_repository(folder: Path) -> Path:
    shutil.copytree(
        ROOT / "assignments",
        folder / "assignments",
        ignore=shutil.ignore_patterns("submitted", "autograded", "feedback", "*.key", "*.db"),
    )
    for name in ("mlpkit", "lectures"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("LICENSE", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def keep_hidden_tests(root: Path) -> None:
    path = root / "assignments" / "nbgrader_config.py"
    kept = '\nc.GenerateAssignment.preprocessors = ["nbgrader.preprocessors.ClearSolutions"]\n'
    path.write_text(path.read_text() + kept)


def keep_solutions(root: Path) -> None:
    path = root / "assignments" / "nbgrader_config.py"
    kept = '\nc.GenerateAssignment.preprocessors = ["nbgrader.preprocessors.ClearHiddenTests"]\n'
    path.write_text(path.read_text() + kept)


def bake_sources(root: Path) -> None:
    path = root / "assignments" / "exercises" / "bake.py"
    text = path.read_text()
    honest = '"title": exercise.title,'
    assert honest in text
    leak = "base64.b64encode(inspect.getsource(exercise.reference).encode()).decode()"
    text = text.replace(honest, f'"title": {leak},').replace(
        "import json\n", "import base64\nimport inspect\nimport json\n", 1
    )
    path.write_text(text)


def bake_nothing(root: Path) -> None:
    path = root / "assignments" / "exercises" / "bake.py"
    path.write_text(
        path.read_text().replace(
            "    try:\n        exercises", "    try:\n        1 / 0\n        exercises", 1
        )
    )


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (bake_nothing, "ps2/checks.json is missing"),
        (keep_hidden_tests, "assignments/ps2/ps2.ipynb. Nothing"),
        (keep_solutions, "assignments/ps2/ps2.ipynb. Nothing"),
        (bake_sources, "assignments/ps2/checks.json. Nothing"),
    ],
)
def test_what_students_must_not_get_is_not_written(
    tmp_path: Path, spoil: Callable[[Path], None], why: str
) -> None:
    root = copy_of_the_repository(tmp_path)
    spoil(root)
    with pytest.raises(NoEdition, match=why):
        edition.build(root, ["ps2"])


def test_a_lecture_without_outputs_is_not_given_away(files: dict[str, bytes]) -> None:
    (path, *_) = [path for path in files if path.startswith("lectures/") and ".ipynb" in path]
    notebook = json.loads(files[path])
    for cell in notebook["cells"]:
        cell.pop("outputs", None)
    with pytest.raises(NoEdition, match=f"{path} has no outputs. Run 'make outputs"):
        edition.check({**files, path: json.dumps(notebook).encode()})


def test_an_assignment_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoEdition, match="no assignment ps77; there is:.*ps2"):
        edition.build(ROOT, ["ps77"])


def test_canaries_are_on_every_secret_and_change_nothing(tmp_path: Path) -> None:
    copy = copy_of_the_repository(tmp_path) / "assignments"
    planted = canaries.plant(copy)
    assert planted > 200
    for module in (copy / "exercises").rglob("*.py"):
        before = (ROOT / "assignments" / module.relative_to(copy)).read_text()
        after = module.read_text()
        assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(before))
        for old, new in zip(before.splitlines(), after.splitlines(), strict=True):
            if old.strip().startswith(("return ", "lambda ")):
                assert canaries.found_in(new.encode()), new
    notebook = nbformat.read(copy / "source" / "ps2" / "ps2.ipynb", as_version=4)
    texts = [cell.source for cell in notebook.cells]
    for begin in ("BEGIN SOLUTION", "BEGIN HIDDEN TESTS", "BEGIN MARK SCHEME"):
        with_it = [text for text in texts if begin in text]
        assert with_it
        for text in with_it:
            region = text.split(begin)[1].split("### END")[0]
            assert canaries.found_in(region.encode()), text
    words = canaries.CANARY.findall(b"".join(p.read_bytes() for p in copy.rglob("*.[ip]*")))
    assert len(words) == len(set(words)) == planted


def test_a_solution_cell_without_marks_is_secret_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "source" / "a").mkdir(parents=True)
    marks = {"nbgrader": {"solution": True, "grade": False, "grade_id": "x"}}
    cell = nbformat.v4.new_code_cell("answer = 42", metadata=marks)
    path = tmp_path / "source" / "a" / "a.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    assert canaries.plant(tmp_path) == 1
    assert canaries.found_in(path.read_bytes())


@pytest.mark.parametrize("before", range(5))
@pytest.mark.parametrize("break_lines", [False, True])
def test_a_canary_is_found_inside_base64(before: int, break_lines: bool) -> None:
    secret = b"x" * before + b"return o * (1 - o)  # CANARY00042X and more"
    text = base64.encodebytes(secret * 3) if break_lines else base64.urlsafe_b64encode(secret * 3)
    for content in (text, json.dumps({"data": text.decode()}).encode()):
        assert canaries.found_in(content) == {b"CANARY00042X"}
    assert canaries.found_in(base64.b64encode(b"CANARY0042X" * 9)) == set()


def test_what_was_packed_before_stays_if_packing_fails(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "edition.zip"
    out.write_bytes(b"before")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile.ZipFile, "writestr", stop)
    with pytest.raises(KeyboardInterrupt):
        edition.pack(files, out)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        "edition.zip": b"before"
    }
