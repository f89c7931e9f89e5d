"""Zips and folders from strangers: read without unpacking, refused with a reason."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import stat
import struct
import time
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.collecting.archive import Archive, Limits
from autograder.collecting.entries import Entry, folder_entries, name_problem
from autograder.intake import Refused

SMALL = Limits(members=20, member_bytes=4 * 2**20, total_bytes=6 * 2**20, ratio=100)


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], method: int = 8) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of duplicate names
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def opened(content: bytes, limits: Limits = SMALL) -> dict[str, Entry]:
    return {entry.path: entry for entry in Archive(io.BytesIO(content), limits).entries()}


@contextlib.contextmanager
def peak_memory() -> Iterator[list[int]]:
    """How many bytes were in use at most within the ``with``, once it is over."""
    peak: list[int] = []
    tracemalloc.start()
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


def with_kind(name: str, kind: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (kind | 0o644) << 16
    return info


def test_ordinary_members_are_read_with_their_times() -> None:
    info = zipfile.ZipInfo("a folder/ps2.ipynb", (2026, 11, 20, 10, 15, 0))
    entries = opened(zipped(("a folder/", b""), (info, b"{}"), ("empty.txt", b"")))
    assert entries.keys() == {"a folder/ps2.ipynb", "empty.txt"}
    assert entries["a folder/ps2.ipynb"].read() == b"{}"
    assert entries["a folder/ps2.ipynb"].time == datetime(2026, 11, 20, 10, 15, tzinfo=UTC)
    assert entries["empty.txt"].read() == b""


BAD_NAMES = {
    "/etc/passwd": "absolute",
    "//server/share": "absolute",
    "C:/boot.ini": "absolute",
    "c:ps2.ipynb": "absolute",
    "../ps2.ipynb": "'..'",
    "a/../../ps2.ipynb": "'..'",
    "./ps2.ipynb": "'..'",
    "a//ps2.ipynb": "'..'",
    "a\\ps2.ipynb": "backslash",
    "..\\..\\ps2.ipynb": "backslash",
    "a\nb.ipynb": "control",
    "a\x1b[31mb.ipynb": "control",
    "ps2\u202ebnypi.exe": "control",
    "n" * 256: "too long",
    "/".join("n" * 101 for _ in range(10)): "too long",
    "/".join("abcdefghijklmnopqrst"): "too many folders",
}


@pytest.mark.parametrize(("name", "why"), BAD_NAMES.items())
def test_a_hostile_name_costs_its_member_alone(name: str, why: str) -> None:
    entries = opened(zipped((name, b"evil"), ("ps2.ipynb", b"{}")))
    assert why in (entries.pop(name).refused or "")
    assert entries["ps2.ipynb"].read() == b"{}"
    assert why in (name_problem(name) or "")


def test_a_nul_does_not_hide_the_end_of_a_name() -> None:
    content = zipped(("ps2.ipynbX.exe", b"evil")).replace(b"ps2.ipynbX", b"ps2.ipynb\0")
    (entry,) = Archive(io.BytesIO(content), SMALL).entries()
    assert "control" in (entry.refused or "")
    (entry,) = Archive(io.BytesIO(content.replace(b"ps2.ipynb", b"\0s2.ipynb")), SMALL).entries()
    assert "control" in (entry.refused or "")


@pytest.mark.parametrize("name", ["n" * 255, "prüfung/löse.ipynb", "答案.ipynb", "a b (1).ipynb"])
def test_unusual_names_are_no_crime(name: str) -> None:
    assert opened(zipped((name, b"{}")))[name].read() == b"{}"


def test_utf8_that_is_not_declared_is_understood() -> None:
    content = zipped(("l\u00f6se.ipynb", b"{}"))
    raw = "l\u00f6se.ipynb".encode()
    for start in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content = content[:start] + b"\0\0" + content[start + 2 :]
    assert raw in content
    assert opened(content)["l\u00f6se.ipynb"].read() == b"{}"


def test_a_name_of_an_old_windows_is_kept_as_it_can_be_read() -> None:
    content = zipped(("lXse.ipynb", b"{}")).replace(b"lXse", b"l\x94se")  # cp437: ö
    assert opened(content)["löse.ipynb"].read() == b"{}"


@pytest.mark.parametrize(
    ("kind", "why"),
    [(stat.S_IFLNK, "link"), (stat.S_IFCHR, "regular"), (stat.S_IFIFO, "regular"),
     (stat.S_IFSOCK, "regular"), (stat.S_IFBLK, "regular"), (stat.S_IFDIR, "regular")],
)  # fmt: skip
def test_only_regular_files_are_members(kind: int, why: str) -> None:
    content = zipped((with_kind("ps2.ipynb", kind), b"/etc/passwd"), ("other", b"x"))
    entries = opened(content)
    assert why in (entries["ps2.ipynb"].refused or "")
    assert entries["other"].read() == b"x"


@pytest.mark.parametrize(
    "names",
    [("ps2.ipynb", "ps2.ipynb"), ("PS2.ipynb", "ps2.ipynb"), ("ö", "o\u0308"), ("a", "a/ps2.ipynb"),
     ("STRASSE", "straße")],
)  # fmt: skip
def test_members_that_would_fall_together_are_refused(names: tuple[str, str]) -> None:
    archive = Archive(io.BytesIO(zipped(*((n, b"{}") for n in names), ("other", b"x"))), SMALL)
    refused = {entry.path for entry in archive.entries() if entry.refused}
    assert refused == (set(names) if names[0] != "a" else {"a/ps2.ipynb"})
    (other,) = [entry for entry in archive.entries() if entry.path == "other"]
    assert other.read() == b"x"


def test_encrypted_members_are_refused() -> None:
    content = bytearray(zipped(("ps2.ipynb", b"{}")))
    for start in (content.index(b"PK\x03\x04") + 6, content.index(b"PK\x01\x02") + 8):
        content[start] |= 1
    assert "encrypted" in (opened(bytes(content))["ps2.ipynb"].refused or "")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_the_usual_packing_is_opened(method: int) -> None:
    entries = opened(zipped(("ps2.ipynb", b"{}"), method=method))
    assert "unusual" in (entries["ps2.ipynb"].refused or "")


def test_a_bomb_is_stopped_long_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("bomb", "w", force_zip64=True) as member:
            for _ in range(64):
                member.write(bytes(2**20))
        archive.writestr("ps2.ipynb", b"{}")
    entries = opened(file.getvalue(), Limits(20, 2**30, 2**30, ratio=100))
    with peak_memory() as peak, pytest.raises(Refused, match="zip bombs"):
        entries["bomb"].read()
    assert peak[0] < 8 * 2**20
    assert entries["ps2.ipynb"].read() == b"{}"


def test_all_members_together_have_a_limit() -> None:
    noise = os.urandom(2**20)
    entries = opened(zipped(*((f"{i}", noise) for i in range(8))))
    for i in range(6):
        assert entries[f"{i}"].read() == noise
    with pytest.raises(Refused, match="more than 6291456 bytes"):
        entries["6"].read()


def test_the_number_of_members_has_a_limit_before_they_are_listed() -> None:
    with pytest.raises(Refused, match="more than 20 files"):
        opened(zipped(*((f"{i}", b"") for i in range(21))))
    many = zipped(*((f"{i}", b"") for i in range(60_000)), method=0)
    with peak_memory() as peak, pytest.raises(Refused, match="more than 20 files"):
        opened(many)
    assert peak[0] < 2 * len(many)


def overlapping(kernel: bytes, copies: int) -> bytes:
    """Many members that share the bytes of one, after Fifield's "better zip bomb"."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(kernel) + packer.flush()
    common = (0, 8, 0, 33, zlib.crc32(kernel), len(packed), len(kernel), 1)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, *common, 0) + b"x" + packed
    central = b"".join(
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, *common, 0, 0, 0, 0, 0, 0) + b"x"
        for _ in range(copies)
    )
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, copies, copies, len(central), len(local), 0)
    return local + central + end


def quoted(copies: int) -> bytes:
    """Members whose packed bytes begin with the header of the next one, as a stored block."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = kernel.compress(bytes(2**20)) + kernel.flush()
    crc, size, central, content = zlib.crc32(bytes(2**20)), 2**20, b"", body
    offsets = []
    plain = bytes(2**20)
    for i in reversed(range(copies)):
        if i < copies - 1:
            header = content[: 30 + 1]
            content = struct.pack("<BHH", 0, 31, 31 ^ 0xFFFF) + content
            plain = header + plain
            crc, size = zlib.crc32(plain), len(plain)
        fields = (0, 8, 0, 33, crc, len(content), size, 1)
        name = bytes([65 + i])
        content = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, *fields, 0) + name + content
        offsets.append((name, fields, len(content)))
    for name, fields, from_end in offsets:
        place = len(content) - from_end
        central += struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, *fields, 0, 0, 0, 0, 0, place
        )
        central += name
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, copies, copies, len(central), len(content), 0)
    return content + central + end


def test_members_that_share_bytes_are_refused() -> None:
    archive = Archive(io.BytesIO(overlapping(b"x" * 1000, 10)), SMALL)
    assert len(archive.entries()) == 10
    assert all(entry.refused for entry in archive.entries())
    content = quoted(5)
    with zipfile.ZipFile(io.BytesIO(content)) as valid:
        assert all(len(valid.read(name)) >= 2**20 for name in valid.namelist())
    assert all("shares" in (e.refused or "") for e in Archive(io.BytesIO(content), SMALL).entries())


@pytest.mark.parametrize("claim", [0, 1, 10, 100, 2**31])
def test_a_lie_about_the_size_is_found(claim: int) -> None:
    content = zipped(("ps2.ipynb", b"some text of a notebook"), ("other", b"x"))
    sizes = struct.pack("<I", len(b"some text of a notebook"))
    entries = opened(content.replace(sizes, struct.pack("<I", claim)))
    with pytest.raises(Refused, match="damaged|bytes"):
        entry = entries["ps2.ipynb"]
        raise Refused(entry.refused) if entry.refused else Refused(str(entry.read()))
    assert entries["other"].read() == b"x"


def test_a_zip64_lie_is_found() -> None:
    info = zipfile.ZipInfo("ps2.ipynb")
    info.extra = struct.pack("<HHQQ", 1, 16, 2**62, 2**62)
    content = bytearray(zipped((info, b"{}"), ("other", b"x")))
    start = content.index(b"PK\x01\x02")
    content[start + 20 : start + 28] = b"\xff" * 8
    entries = opened(bytes(content))
    assert "bytes" in (entries["ps2.ipynb"].refused or "")
    assert entries["other"].read() == b"x"


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"PK\5\6" + bytes(17)])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="no zip"):
        opened(content)


def test_a_wrong_checksum_is_found() -> None:
    content = zipped(("ps2.ipynb", b"unpacked text"), method=0).replace(b"unpacked", b"UNPACKED")
    with pytest.raises(Refused, match="damaged"):
        opened(content)["ps2.ipynb"].read()


def test_what_programs_leave_behind_is_passed_over() -> None:
    left = ["__MACOSX/._ps2.ipynb", ".DS_Store", "a/.DS_Store", ".ipynb_checkpoints/ps2.ipynb",
            "a/.ipynb_checkpoints/b/c", "._ps2.ipynb", "Thumbs.db"]  # fmt: skip
    assert opened(zipped(*((n, b"") for n in left), ("DS_Store", b"x"))).keys() == {"DS_Store"}


SEED = zipped(("folder/ps2.ipynb", b'{"cells": []}' * 9), ("löse.csv", b"1,2\n"), ("s", b"")) + b""


@given(st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=12),
       st.integers(0, len(SEED)))  # fmt: skip
def test_any_bytes_are_read_or_refused(changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(SEED)
    for place, value in changes:
        content[place] = value
    for broken in (bytes(content), bytes(content[:cut]), bytes(content[cut:])):
        try:
            archive = Archive(io.BytesIO(broken), SMALL)
        except Refused:
            continue
        for entry in archive.entries():
            try:
                assert len(entry.read()) <= SMALL.member_bytes
            except Refused as refused:
                assert str(refused)


def test_a_folder_is_read_and_no_link_is_followed(tmp_path: Path) -> None:
    folder = tmp_path / "handed in"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "ps2.ipynb").write_bytes(b"{}")
    os.utime(folder / "ps2.ipynb", (1_800_000_000, 1_800_000_000))
    (folder / "deep" / "er" / "a.csv").write_bytes(b"1")
    (folder / "empty").mkdir()
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("secret")
    (folder / "to-folder").symlink_to(secret)
    (folder / "to-file").symlink_to(secret / "key")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe")
    bound = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket must be short
    bound.bind("socket")
    os.chdir(here)
    (folder / "new\nline").write_bytes(b"")
    Path(os.fsdecode(os.fsencode(folder) + b"/not-utf8-\xff")).write_bytes(b"")
    (folder / ("n" * 255)).write_bytes(b"long")
    start = time.monotonic()
    entries = {entry.path: entry for entry in folder_entries(folder)}
    bound.close()
    assert time.monotonic() - start < 10
    good = {path for path, entry in entries.items() if entry.refused is None}
    assert good == {"ps2.ipynb", "deep/er/a.csv", "n" * 255}
    assert entries["ps2.ipynb"].time == datetime.fromtimestamp(1_800_000_000, UTC)
    assert entries["deep/er/a.csv"].read() == b"1"
    why = {path: entry.refused for path, entry in entries.items() if entry.refused}
    assert {"link" in str(why[name]) for name in ("to-folder", "to-file", "loop")} == {True}
    assert "regular" in str(why["pipe"])
    assert "regular" in str(why["socket"])
    assert "control" in str(why["new\nline"])
    assert "empty" in str(why["empty/"])
    assert "UTF-8" in str(next(why[path] for path in why if path.startswith("not-utf8")))


@pytest.mark.parametrize("time", [-(2**40), -1, 2**33, 2**45, 2**62])
def test_odd_times_of_files_stop_nothing(tmp_path: Path, time: int) -> None:
    (tmp_path / "ps2.ipynb").write_bytes(b"{}")
    with contextlib.suppress(OSError, OverflowError):  # not every file system keeps it
        os.utime(tmp_path / "ps2.ipynb", (time, time))
    (entry,) = folder_entries(tmp_path)
    assert entry.read() == b"{}"


def test_a_folder_that_cannot_be_opened_costs_itself_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for student in ("a", "b"):
        (tmp_path / student).mkdir()
        (tmp_path / student / "ps2.ipynb").write_bytes(b"{}")
    real = os.scandir

    def forbidden(folder: Path) -> object:  # root may open any folder, so it is made up
        if Path(folder).name == "a":
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", forbidden)
    entries = {entry.path: entry.refused for entry in folder_entries(tmp_path)}
    assert entries == {"a/": "the folder cannot be opened (Permission denied)", "b/ps2.ipynb": None}


def test_a_folder_may_not_be_endlessly_deep(tmp_path: Path) -> None:
    (tmp_path / Path(*"abcdefghijklmnopqrstuvwxyz")).mkdir(parents=True)
    (entry,) = folder_entries(tmp_path)
    assert entry.refused is not None
