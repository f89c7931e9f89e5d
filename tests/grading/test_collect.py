"""From what learning platforms export to nbgrader's folder of submissions."""

from __future__ import annotations

import argparse
import csv
import itertools
import os
import re
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from autograder import intake
from autograder.collecting import collect
from autograder.collecting.attempts import read_time
from autograder.collecting.collect import Outcome
from autograder.collecting.platforms import LONGEST_ID, safe_id
from autograder.course import CannotGrade
from tests.grading.test_archive import peak_memory, quoted, with_kind, zipped

ROOT = Path(__file__).parents[2]
GOOD = b'{"cells": [], "good": true}'
TEN = 1_795_600_800  # 2026-11-25 10:00:00 UTC


class Class:
    """A course with an assignment, and a folder that a platform exported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "export"
        self.source.mkdir()
        (folder / "course" / "source" / "ps2").mkdir(parents=True)
        (folder / "course" / "source" / "ps2" / "ps2.ipynb").write_bytes(b"{}")
        (folder / "course" / "nbgrader_config.py").write_text("c = get_config()\n")
        self.submitted = folder / "course" / "submitted"

    def add(self, path: str, content: bytes = GOOD, time: int = TEN) -> None:
        place = self.source / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
        os.utime(place, (time, time))

    def collect(self, *words: str, source: Path | None = None) -> dict[str, dict[str, str]]:
        """What became of each student, and of each file that is nobody's; also in the CSV."""
        parser = argparse.ArgumentParser()
        parser.add_argument("assignment")
        parser.add_argument("--course", type=Path)
        collect.add_options(parser)
        place = str(source or self.source)
        course = str(self.folder / "course")
        assert collect.run(parser.parse_args(["ps2", place, "--course", course, *words])) == 0
        with (self.submitted / "collected-ps2.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        return {row["student"] or row["platform"]: row for row in rows}

    def files(self, student: str) -> dict[str, bytes]:
        folder = self.submitted / student / "ps2"
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }

    def students(self) -> set[str]:
        return {path.parent.name for path in self.submitted.glob("*/ps2")}


@pytest.fixture
def school(tmp_path: Path) -> Class:
    return Class(tmp_path)


FORMS = {
    "moodle-folders": {
        "Noether Emmy_101_assignsubmission_file_/ps2.ipynb": "101",
        "Ünal Øystein_102_assignsubmission_file_/ps2.ipynb": "102",
        "Noether Emmy_103_assignsubmission_file/my work.ipynb": "103",
    },
    "moodle-flat": {
        "Noether Emmy_101_assignsubmission_file_ps2.ipynb": "101",
        "Group A-Galois Évariste_102_assignsubmission_file_ps2 (1).ipynb": "102",
    },
    "canvas": {
        "noetheremmy_12345_67890_ps2.ipynb": "12345",
        "galoisévariste_LATE_12346_67891_ps2-2.ipynb": "12346",
        "lovelace_ada_12347_67892_ps2.ipynb": "12347",
    },
    "canvas-anonymous": {
        "anon_aB3x9_67890_ps2.ipynb": "anon_aB3x9",
        "LATE_anon_Zz00k_67891_ps2-1.ipynb": "anon_Zz00k",
    },
    "blackboard": {
        "ps2_user123_attempt_2026-11-20-10-15-00_ps2.ipynb": "user123",
        "Problem Set 2_b.c@d_attempt_2026-11-20-10-16-00_anything.ipynb": "b.c@d",
        "ps2_x-y_poging_2026-11-20-10-17-00_ps2_attempt_2030-01-01-00-00-00.ipynb": "x-y",
    },
    "plain-files": {"user123.ipynb": "user123", "b.c@d.ipynb": "b.c@d"},
    "plain-folders": {"user123/ps2.ipynb": "user123", "other/ps2-Copy1.ipynb": "other"},
    "nbgrader": {"user123/ps2/ps2.ipynb": "user123", "b.c/ps2/ps2.ipynb": "b.c"},
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("packed", ["folder", "zip", "zip of a folder"])
def test_the_form_is_recognised(school: Class, form: str, packed: str) -> None:
    for number, path in enumerate(FORMS[form]):
        school.add(path, b'{"cells": [%d]}' % number)
    source = school.source
    if packed != "folder":
        inside = "some folder/" if packed == "zip of a folder" else ""
        source = school.folder / "export.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for path in FORMS[form]:
                archive.write(school.source / path, inside + path)
    rows = school.collect(source=source)
    assert school.students() == set(FORMS[form].values()) == set(rows)
    for number, student in enumerate(FORMS[form].values()):
        assert school.files(student)["ps2.ipynb"] == b'{"cells": [%d]}' % number
        assert rows[student]["what"] == "new"
        stamp = school.files(student)["timestamp.txt"].decode()
        assert re.fullmatch(r"2026-11-2[05] 10:\d\d:00 UTC\n", stamp)


def test_nbgrader_reads_the_time(school: Class) -> None:
    school.add("ps2_user1_attempt_2026-11-20-10-15-00_ps2.ipynb")
    school.collect("--timezone", "Europe/Berlin")
    assert school.files("user1")["timestamp.txt"] == b"2026-11-20 09:15:00 UTC\n"
    from nbgrader.coursedir import CourseDirectory

    time = CourseDirectory().get_existing_timestamp(str(school.submitted / "user1" / "ps2"))
    assert str(time) == "2026-11-20 09:15:00"


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode),
                 st.from_regex(r"\d{1,9}-\d{1,3}-\d{1,3} \d\d:\d\d:\d\d [A-Z+-]?\w{0,12}").map(
                     str.encode)))  # fmt: skip
def test_any_file_of_a_time_is_read_or_is_none(content: bytes) -> None:
    time = read_time(content)
    assert time is None or time.tzinfo is not None


def test_a_time_of_nbgraders_is_kept(school: Class) -> None:
    school.add("anna/ps2/ps2.ipynb")
    school.add("anna/ps2/timestamp.txt", b"2026-11-20 11:15:00.250000 Europe/Berlin")
    school.add("bob/ps2/ps2.ipynb")
    school.add("bob/ps2/timestamp.txt", b"yesterday")
    school.add("bob/ps1/ps1.ipynb")
    rows = school.collect()
    assert school.files("anna")["timestamp.txt"] == b"2026-11-20 10:15:00.250000 UTC\n"
    assert school.files("bob")["timestamp.txt"] == b"2026-11-25 10:00:00 UTC\n"
    assert set(rows) == {"anna", "bob"}


UNCLEAR = {
    "a stray file": ["101/ps2.ipynb", "102/ps2.ipynb", "notes.txt"],
    "two forms": ["a_1_2_ps2.ipynb", "B_3_assignsubmission_file_ps2.ipynb"],
    "canvas with a number in the name": ["eve_999_12345_67890_ps2.ipynb", "b_1_2_ps2.ipynb"],
    "blackboard with an underscore": ["ps_2_anna_attempt_2026-11-20-10-15-00_ps2.ipynb"],
    "blackboard with no time": ["ps2_anna_attempt_2026-19-99-10-15-00_ps2.ipynb"],
    "one folder, one file": ["someone/my work.ipynb"],
    "moodle without a number": ["A_1_assignsubmission_file_/ps2.ipynb",
                                "B_2_assignsubmission_file_/ps2.ipynb", "Eve/ps2.ipynb"],
}  # fmt: skip
CLEAR = {
    "a stray file": {"101", "102"},
    "canvas with a number in the name": {"1"},
    "moodle without a number": {"1", "2"},
}


@pytest.mark.parametrize("case", UNCLEAR)
def test_whose_it_is_is_never_guessed(school: Class, case: str) -> None:
    for path in UNCLEAR[case]:
        school.add(path)
    rows = school.collect()
    assert school.students() == CLEAR.get(case, set())
    refused = [row for row in rows.values() if row["what"] == "refused"]
    assert len(refused) == len(UNCLEAR[case]) - len(school.students())
    assert all("clear" in row["details"] or "time" in row["details"] for row in refused)


def test_blackboards_receipt_says_who_it_is(school: Class) -> None:
    name = "ps_2_anna_b_attempt_2026-11-20-10-15-00"
    school.add(f"{name}_ps2.ipynb")
    school.add(f"{name}.txt", b"Name: Eve (victim) (anna_b)\nAssignment: ps 2\n")
    name = "ps_2_eve_attempt_2026-11-20-10-15-00"
    school.add(f"{name}_ps2.ipynb")
    school.add(f"{name}.txt", b"Name: Eve (victim)\nName: x (eve)\n")
    school.collect()
    assert school.students() == {"anna_b"}


def test_a_student_cannot_turn_the_form_of_the_class(school: Class) -> None:
    for student in ("a", "b", "c"):
        school.add(f"{student}/ps2.ipynb")
    for i in range(50):
        school.add(f"eve/ps2/victim_{i}_assignsubmission_file_ps2.ipynb")
    school.add("eve_1_assignsubmission_file_/ps2.ipynb")
    school.collect()
    assert school.students() == {"a", "b", "c", "eve"}
    assert "refused.txt" in school.files("eve")


def test_of_several_attempts_the_newest_wins_and_the_others_are_named(school: Class) -> None:
    for minute, text in (("05", b"first"), ("59", b"last"), ("30", b"second")):
        school.add(f"ps2_anna_attempt_2026-11-20-10-{minute}-00_ps2.ipynb", text)
    row = school.collect()["anna"]
    assert school.files("anna")["ps2.ipynb"] == b"last"
    assert school.files("anna")["timestamp.txt"] == b"2026-11-20 10:59:00 UTC\n"
    assert "10-05-00" in row["details"]
    assert "10-30-00" in row["details"]


def test_canvas_counts_its_files(school: Class) -> None:
    school.add("anna_7_100_ps2.ipynb", b"first")
    school.add("anna_7_102_ps2-2.ipynb", b"last")
    school.add("anna_7_101_ps2-1.ipynb", b"second")
    row = school.collect()["7"]
    assert school.files("7")["ps2.ipynb"] == b"last"
    assert "ps2-1.ipynb" in row["details"]


def test_a_newer_attempt_that_cannot_be_read_costs_not_the_older(school: Class) -> None:
    school.add("ps2_anna_attempt_2026-11-20-10-15-00_ps2.ipynb")
    school.add("ps2_anna_attempt_2026-11-20-10-16-00_ps2.zip", b"not a zip")
    row = school.collect()["anna"]
    assert school.files("anna")["ps2.ipynb"] == GOOD
    assert school.files("anna")["timestamp.txt"] == b"2026-11-20 10:15:00 UTC\n"
    assert "a newer attempt was refused: ps2.zip: it is no zip" in row["details"]


@pytest.mark.parametrize(
    ("names", "taken"),
    [
        (["ps2.ipynb", "ps2-Copy1.ipynb"], "ps2.ipynb"),
        (["ps2.ipynb", "deep/ps2.ipynb"], "ps2.ipynb"),
        (["PS2 (1).ipynb", "other.ipynb"], "PS2 (1).ipynb"),
        (["whatever.ipynb"], "whatever.ipynb"),
        (["a/ps2.ipynb", "b/ps2.ipynb"], None),
        (["one.ipynb", "two.ipynb"], None),
        (["ps2-1.ipynb", "ps2-2.ipynb"], None),
        (["ps2.pdf", "notes.txt"], None),
    ],
)
def test_which_file_is_the_notebook(school: Class, names: list[str], taken: str | None) -> None:
    for name in names:
        school.add(f"anna/{name}", name.encode())
        school.add("bob/ps2.ipynb")
    row = school.collect()["anna"]
    if taken:
        assert school.files("anna")["ps2.ipynb"] == taken.encode()
    else:
        assert school.files("anna").keys() == {"refused.txt", "timestamp.txt"}
        assert all(name in row["details"] for name in names)
        assert row["details"] in school.files("anna")["refused.txt"].decode()


def test_small_files_beside_the_notebook_are_kept(school: Class) -> None:
    school.add("anna/ps2.ipynb")
    school.add("anna/data/points.csv", b"1,2\n")
    school.add("anna/timestamp.txt", b"2020-01-01 00:00:00 UTC")
    school.add("anna/refused.txt", b"I was not here")
    school.add("anna/large.bin", bytes(2**21 + 1))
    school.add("anna/other.ipynb")
    school.add("anna/work.zip", zipped(("ps2.ipynb", b"in the zip")))
    (school.source / "anna" / "link.csv").symlink_to("/etc/passwd")
    (school.source / "anna" / "folder").symlink_to("/etc")
    os.mkfifo(school.source / "anna" / "pipe")
    for odd in ("link.csv", "folder", "pipe"):
        os.utime(school.source / "anna" / odd, (TEN, TEN), follow_symlinks=False)
    school.add("bob/ps2.ipynb")
    row = school.collect()["anna"]
    assert school.files("anna") == {
        "ps2.ipynb": GOOD,
        "data/points.csv": b"1,2\n",
        "timestamp.txt": b"2026-11-25 10:00:00 UTC\n",
    }
    for left in ("large.bin", "other.ipynb", "work.zip", "link.csv", "folder", "pipe"):
        assert f"{left} was left out" in row["details"]


@pytest.mark.parametrize("odd", ["link", "pipe", "folder", "large", "unnamed"])
def test_a_notebook_that_is_no_regular_file_is_refused(school: Class, odd: str) -> None:
    school.add("bob/ps2.ipynb")
    place = school.source / "anna" / "ps2.ipynb"
    place.parent.mkdir()
    match odd:
        case "link":
            place.symlink_to(school.source / "bob" / "ps2.ipynb")
        case "pipe":
            os.mkfifo(place)
        case "folder":
            place.mkdir()
        case "large":
            with place.open("wb") as file:
                file.truncate(intake.LARGEST_FILE + 1)
        case "unnamed":
            place.with_name("ps2\n.ipynb").write_bytes(GOOD)
    why = {"link": "a link", "pipe": "regular", "folder": "empty", "large": "bytes",
           "unnamed": "control"}[odd]  # fmt: skip
    rows = school.collect()
    assert why in rows["anna"]["details"]
    reason = intake.refusal_in(school.submitted / "anna" / "ps2")
    assert why in str(reason)
    assert school.files("bob")["ps2.ipynb"] == GOOD


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "no zip": (lambda: b"PK nothing", "no zip"),
    "nothing in it": (lambda: zipped(), "there is: nothing"),
    "only junk": (lambda: zipped(("__MACOSX/ps2.ipynb", b"")), "there is: nothing"),
    "a zip in a zip": (lambda: zipped(("work.zip", zipped(("ps2.ipynb", GOOD)))), "there is: work"),
    "a path out": (lambda: zipped(("../../bob/ps2/ps2.ipynb", b"evil")), "'..'"),
    "an absolute path": (lambda: zipped(("/tmp/evil/ps2.ipynb", b"evil")), "absolute"),
    "a link": (lambda: zipped((with_kind("ps2.ipynb", stat.S_IFLNK), b"/etc/passwd")), "a link"),
    "two of a name": (lambda: zipped(("ps2.ipynb", b"1"), ("ps2.ipynb", b"2")), "not clear"),
    "a bomb": (lambda: zipped(("ps2.ipynb", bytes(30 * 2**20))), "zip bombs"),
    "shared bytes": (lambda: quoted(3), "there is: A (it shares"),
    "too many": (lambda: zipped(*((f"{i}", b"") for i in range(2001))), "more than 2000"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_costs_its_student_alone(school: Class, kind: str) -> None:
    make, why = HOSTILE[kind]
    school.add("eve.zip", make())
    school.add("bob.zip", zipped(("my folder/ps2.ipynb", GOOD), ("my folder/a.csv", b"1")))
    school.add("anna.ipynb")
    before = {path for path in school.folder.rglob("*") if "submitted" not in path.parts}
    rows = school.collect()
    assert {path for path in school.folder.rglob("*") if "submitted" not in path.parts} == before
    assert school.students() == {"anna", "bob", "eve"}
    assert why in rows["eve"]["details"]
    assert rows["eve"]["what"] == "refused"
    assert school.files("eve").keys() == {"refused.txt", "timestamp.txt"}
    assert why in str(intake.refusal_in(school.submitted / "eve" / "ps2"))
    assert school.files("bob").keys() == {"ps2.ipynb", "a.csv", "timestamp.txt"}
    assert school.files("anna")["ps2.ipynb"] == GOOD


def test_a_file_that_is_named_like_a_way_out_stays_inside(school: Class) -> None:
    school.add("a_1_2_ps2.ipynb")
    school.add("a_1_3_..", b"evil")
    school.add("b_4_5_ps2.ipynb")
    school.collect()
    assert school.files("1").keys() == {"ps2.ipynb", "timestamp.txt"}


@pytest.mark.parametrize("place", ["", "x/"])
def test_one_bad_member_of_the_platforms_zip_costs_one_student(school: Class, place: str) -> None:
    source = school.folder / "export.zip"
    source.write_bytes(
        zipped(
            (f"{place}a/ps2.ipynb", GOOD),
            (with_kind(f"{place}b/ps2.ipynb", stat.S_IFLNK), b"../a/ps2.ipynb"),
            (f"{place}c/ps2.ipynb", bytes(30 * 2**20)),
            (f"{place}d/ps2.zip", zipped(("ps2.ipynb", GOOD))),
            (f"{place}e/../f/ps2.ipynb", GOOD),
        )
    )
    rows = school.collect(source=source)
    assert {row["student"]: row["what"] for row in rows.values()} == {
        "a": "new", "b": "refused", "c": "refused", "d": "new", "e": "refused"
    }  # fmt: skip


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".csv"
    }


def test_a_second_run_touches_nothing(school: Class) -> None:
    school.add("anna/ps2.ipynb")
    school.add("anna/data/a.csv")
    school.add("eve/ps2.pdf")
    school.collect()
    before = state(school.submitted)
    shutil.copytree(school.source, school.folder / "again")  # as downloaded again, with new times
    for path in (school.folder / "again").rglob("*"):
        os.utime(path, (TEN + 9, TEN + 9))
    rows = school.collect(source=school.folder / "again")
    assert {row["student"]: row["what"] for row in rows.values()} == {
        "anna": "unchanged", "eve": "refused"
    }  # fmt: skip
    assert state(school.submitted) == before


def test_only_what_is_newer_replaces(school: Class) -> None:
    school.add("anna/ps2.ipynb", b"first")
    school.add("anna/old.csv", b"old")
    school.add("bob/ps2.ipynb", b"bob's")
    school.collect()
    shutil.rmtree(school.source / "anna")
    school.add("anna/ps2.ipynb", b"older", TEN - 10)
    row = school.collect()["anna"]
    assert (row["what"], school.files("anna")["ps2.ipynb"]) == ("kept", b"first")
    assert "2026-11-25 10:00:00" in row["details"]
    school.add("anna/ps2.ipynb", b"newer", TEN + 10)
    assert school.collect()["anna"]["what"] == "replaced"
    assert school.files("anna") == {
        "ps2.ipynb": b"newer", "timestamp.txt": b"2026-11-25 10:00:10 UTC\n"
    }  # fmt: skip
    (school.source / "anna" / "ps2.ipynb").rename(school.source / "anna" / "ps2.pdf")
    row = school.collect()["anna"]
    assert row["what"] == "refused"
    assert "stays" in row["details"]
    assert school.files("anna")["ps2.ipynb"] == b"newer"


def test_what_was_refused_is_replaced_by_what_is_not(school: Class) -> None:
    school.add("anna.zip", b"broken")
    school.add("bob.ipynb")
    school.collect()
    assert "refused.txt" in school.files("anna")
    school.add("anna.zip", zipped(("ps2.ipynb", GOOD)), TEN - 10)
    assert school.collect()["anna"]["what"] == "replaced"
    assert school.files("anna").keys() == {"ps2.ipynb", "timestamp.txt"}


def test_a_dry_run_writes_nothing(school: Class, capsys: pytest.CaptureFixture[str]) -> None:
    school.add("anna.ipynb")
    school.collect()
    before = state(school.submitted)
    school.add("anna.ipynb", b"newer", TEN + 1)
    school.add("bob.ipynb")
    capsys.readouterr()
    school.collect("--dry-run")
    printed = capsys.readouterr().out
    assert state(school.submitted) == before
    assert not (school.submitted / "bob").exists()
    assert "1 replaced" in printed
    assert "1 new" in printed
    assert "Nothing was written" in printed


@pytest.mark.parametrize("call", range(8))
def test_stopped_at_any_moment_nothing_is_lost(
    school: Class, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    """Ctrl-C before and after each change of the file system."""
    school.add("anna.ipynb", b"old")
    school.add("bob.ipynb", b"old")
    school.collect()
    school.add("anna.ipynb", b"new", TEN + 1)
    school.add("bob.ipynb", b"new", TEN + 1)
    counter = itertools.count()

    def stopping(real: Callable) -> Callable:
        def step(self: Path, *values: object, **named: object) -> object:
            if next(counter) == call:
                raise KeyboardInterrupt
            done = real(self, *values, **named)
            if next(counter) == call:
                raise KeyboardInterrupt
            return done

        return step

    with monkeypatch.context() as patched:
        for name in ("write_bytes", "rename"):
            patched.setattr(Path, name, stopping(getattr(Path, name)))
        with pytest.raises(KeyboardInterrupt):
            school.collect()
    for student in ("anna", "bob"):
        files = school.files(student)
        new = files["ps2.ipynb"] == b"new"
        assert files["timestamp.txt"] == f"2026-11-25 10:00:0{new:d} UTC\n".encode()
        assert new or files["ps2.ipynb"] == b"old"
    rows = school.collect()
    assert {row["what"] for row in rows.values()} <= {"replaced", "unchanged"}
    assert all(school.files(student)["ps2.ipynb"] == b"new" for student in ("anna", "bob"))
    assert list(school.submitted.glob("*/.*")) == []


def test_killed_between_two_renames_it_is_put_back(school: Class) -> None:
    school.add("anna.ipynb", b"old")
    school.collect()
    place = school.submitted / "anna" / "ps2"
    place.rename(place.with_name(".ps2.old"))
    place.with_name(".ps2.new").mkdir()
    assert school.collect()["anna"]["what"] == "unchanged"
    assert list(place.parent.iterdir()) == [place]


def test_a_full_disk_is_said_and_what_is_there_stays(
    school: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.add("anna.ipynb", b"old")
    school.collect()
    school.add("anna.ipynb", b"new", TEN + 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CannotGrade, match="No space left.*the same command goes on"):
        school.collect()
    assert school.files("anna")["ps2.ipynb"] == b"old"


def test_a_list_says_who_is_who(school: Class) -> None:
    listed = school.folder / "students.csv"
    listed.write_text(
        "\ufeffplatform,student,more\n"
        "Participant 101,emmy\n102,galois@uni\nünal  ØYSTEIN,oystein\nTwin Anna,anna\n",
        encoding="utf-8",
    )
    for person in ("Noether Emmy_101", "Galois É_102", "Ünal Øystein_103", "Twin Anna_104",
                   "Twin Anna_105", "Eve_106"):  # fmt: skip
        school.add(f"{person}_assignsubmission_file_/ps2.ipynb")
    rows = school.collect("--students", str(listed))
    assert school.students() == {"emmy", "galois@uni", "oystein"}
    refused = [name for name, row in rows.items() if row["what"] == "refused"]
    assert refused == ["Eve (106)", "Twin Anna (104)", "Twin Anna (105)"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name,id\na,b\n", "no columns"),
        ("platform,student\na,../b\n", "line 2"),
        ("platform,student\na,\n", "line 2"),
        ("platform,student\na,b\na,c\n", "line 3.*twice"),
        ("platform,student\na,b+c\n", "line 2"),
        (None, "No such file"),
    ],
)
def test_a_bad_list_is_refused_before_anything_is_done(
    school: Class, text: str | None, why: str
) -> None:
    school.add("a.ipynb")
    listed = school.folder / "students.csv"
    if text is not None:
        listed.write_text(text)
    with pytest.raises(CannotGrade, match=why):
        school.collect("--students", str(listed))
    assert not school.submitted.exists()


def test_the_instructor_can_say_how_files_are_named(school: Class) -> None:
    school.add("2026/hw-anna--ps2--20261120101500.ipynb")
    school.add("2026/hw-bob--ps2--20261120101500.ipynb")
    school.add("2026/other.ipynb")
    pattern = r".*/hw-(?P<student_id>\w+)--(?P<file_id>\w+)--"
    rows = school.collect("--pattern", pattern)
    assert school.students() == {"anna", "bob"}
    assert rows["2026/other.ipynb"]["what"] == "refused"
    for bad, why in (("(", "no regular expression"), ("(?P<name>.*)", "student_id")):
        with pytest.raises(CannotGrade, match=why):
            school.collect("--pattern", bad)


def test_names_that_differ_in_case_only_are_not_mixed_up(school: Class) -> None:
    for student in ("Anna", "anna", "bob"):
        school.add(f"{student}.ipynb")
    rows = school.collect()
    assert school.students() == {"bob"}
    assert "case only: Anna, anna" in rows["Anna"]["details"]
    (school.source / "Anna.ipynb").unlink()
    (school.source / "bob.ipynb").rename(school.source / "BOB.ipynb")
    rows = school.collect()
    assert school.students() == {"bob", "anna"}
    assert rows["BOB"]["what"] == "refused"


def test_a_name_that_another_is_mapped_to_is_refused(school: Class) -> None:
    for student in ("a+b", safe_id("a+b"), "c"):
        school.add(f"{student}.ipynb")
    rows = school.collect()
    assert school.students() == {"c"}
    assert "another's name" in rows["a+b"]["details"]


@given(st.lists(st.text(min_size=1, max_size=40), unique=True, max_size=8))
def test_names_in_the_course_are_safe_and_never_shared(names: list[str]) -> None:
    made = [safe_id(name) for name in names]
    assert len(set(made)) == len(made)
    for name, safe in zip(names, made):
        assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._@-]*", safe)
        assert len(safe) <= LONGEST_ID
        assert safe_id(safe) == safe
        assert safe == name or re.fullmatch(r".*\.[0-9a-f]{10}", safe)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("a+b", "a-b."),
        ("..", "student."),
        (".hidden", "hidden."),
        ("Émilie du Châtelet", "milie-du-Ch-telet."),
        ("*", "student."),
        ("n" * 255, "n" * 89 + "."),
    ],
)
def test_names_that_are_mapped_can_still_be_recognised(name: str, safe: str) -> None:
    assert re.fullmatch(re.escape(safe) + "[0-9a-f]{10}", safe_id(name))


@pytest.mark.parametrize("name", ["user123", "a.b_c@d-e", "_x", "7", "N" * 100])
def test_ordinary_names_stay_as_they_are(name: str) -> None:
    assert safe_id(name) == name


def test_long_and_foreign_names_reach_the_course(school: Class) -> None:
    for name in ("n" * 249, "Łukasiewicz", "Łukasiewicz+1", "李明"):
        school.add(f"{name}.ipynb")
    rows = school.collect()
    assert {row["what"] for row in rows.values()} == {"new"}
    assert len(school.students()) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9._@-]+", student) for student in school.students())


def test_nothing_of_a_name_reaches_terminal_or_spreadsheet(
    school: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    school.add("anna/ps2.ipynb")
    school.add("anna/\x1b]0;owned\x07x.csv")
    school.add("bob/ps2.ipynb")
    school.add("=cmd|'calc'!A1.txt")
    rows = school.collect()
    printed = capsys.readouterr().out
    assert "\x1b]0" not in printed
    assert "\x1b" not in (school.submitted / "collected-ps2.csv").read_text()
    assert "'=cmd|'calc'!A1.txt" in rows
    assert "[red]" not in printed


def test_markup_in_a_name_is_only_text(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome("", "[bold]x[/bold].txt", "refused", ["[link=http://a]b[/link]"])
    collect.print_table([outcome], Console(width=150))
    printed = capsys.readouterr().out
    assert "[bold]x[/bold].txt" in printed
    assert "[link=http://a]b[/link]" in printed


def test_the_wrong_command_is_told_what_to_do(school: Class) -> None:
    with pytest.raises(CannotGrade, match="nothing to collect"):
        school.collect()
    with pytest.raises(CannotGrade, match="unzip it and give the folder"):
        school.collect(source=school.folder / "absent.zip")
    (school.folder / "broken.zip").write_bytes(b"PK")
    with pytest.raises(CannotGrade, match="no zip file"):
        school.collect(source=school.folder / "broken.zip")
    with pytest.raises(CannotGrade, match="where the submissions go"):
        school.collect(source=school.folder)
    with pytest.raises(CannotGrade, match="no time zone"):
        school.collect("--timezone", "Berlin/Europe")
    shutil.rmtree(school.folder / "course" / "source" / "ps2")
    with pytest.raises(CannotGrade, match="no assignment 'ps2'"):
        school.collect()


def test_students_zips_in_an_ordinary_export_need_little_memory(school: Class) -> None:
    """Each submission is read when it is its turn, and let go after it."""
    noise = os.urandom(4 * 2**20)
    for i in range(24):
        school.add(f"s{i}.zip", zipped(("ps2.ipynb", noise), method=0))
    with peak_memory() as peak:
        school.collect()
    assert peak[0] < 60 * 2**20  # of 96, and reading a file sets 32 aside
    assert len(school.students()) == 24
    assert school.files("s7")["ps2.ipynb"] == noise
