"""Broken, not hostile: folders that do not hold a notebook of the right name."""

from __future__ import annotations

import io
import os
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.attacks.attack import Attack

ANY = ".+"
NOT_GRADED = "not (a notebook|JSON|graded)|no cells|empty|too|format|bytes|link|regular|folder"


def _socket(folder: Path, _: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "small.ipynb"))


def _names(folder: Path, content: bytes) -> None:
    odd = ("new\nline.ipynb", "\x1b[2J.ipynb", "é" * 120 + ".ipynb", "x" * 249 + ".ipynb")
    for name in (*odd, "Small.ipynb", "SMALL.IPYNB", "..small.ipynb", "small.ipynb.txt", "-rf"):
        (folder / name).write_bytes(content)
    (folder / os.fsdecode(b"\xff\xfe.ipynb")).mkdir()


def _several(folder: Path, content: bytes) -> None:
    for name in ("small.ipynb", "small (1).ipynb", "small-final.ipynb", "extra.ipynb"):
        (folder / name).write_bytes(content if name == "small.ipynb" else b"not JSON")


def _odd_times(folder: Path, content: bytes) -> None:
    (folder / "small.ipynb").write_bytes(content)
    (folder / "timestamp.txt").write_text("the day before yesterday, 99:99 \x00 UTC")
    os.utime(folder / "small.ipynb", (2**33, 2**33))
    (folder / "small.ipynb").chmod(0o444)


def _time(text: str) -> Callable[[Path, bytes], None]:
    def act(folder: Path, content: bytes) -> None:
        (folder / "small.ipynb").write_bytes(content)
        (folder / "timestamp.txt").write_text(text, encoding="utf-8")

    return act


def _time_as_fifo(folder: Path, content: bytes) -> None:
    (folder / "small.ipynb").write_bytes(content)
    os.mkfifo(folder / "timestamp.txt")


def _time_as_link(folder: Path, content: bytes) -> None:
    (folder / "small.ipynb").write_bytes(content)
    (folder / "timestamp.txt").symlink_to("/dev/zero")


def _file_as_folder(folder: Path, content: bytes) -> None:
    folder.rmdir()
    folder.write_bytes(content)


def _unreadable(folder: Path, content: bytes) -> None:
    (folder / "small.ipynb").write_bytes(content)
    (folder / "small.ipynb").chmod(0)


def _link_as_folder(folder: Path, _: bytes) -> None:
    folder.rmdir()
    folder.symlink_to("../a-perfect/small")


def _zip(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def _zip_in_zip(content: bytes) -> bytes:
    return _zip(**{"all.zip": _zip(**{"small.ipynb": content})})


def _zip_bomb(_: bytes) -> bytes:
    return _zip(**{f"small/{i}.ipynb": bytes(60_000_000) for i in range(3)})


def _zip_paths(content: bytes) -> bytes:
    names = ("/home/grader/attack", "../../../attack", "../../a-perfect/small/small.ipynb")
    return _zip(**dict.fromkeys(names, content))


def _zip_beside(folder: Path, content: bytes) -> None:
    (folder / "small.zip").write_bytes(_zip(**{"small.ipynb": content}))


def _kind(name: str, act: Callable[[Path, bytes], None], reason: str = NOT_GRADED) -> Attack:
    """A folder whose notebook is not what it should be."""
    return Attack(25, name, "the batch stops", reason, solved="all", hand_in=act)


def _all_there(name: str, act: Callable[[Path, bytes], None]) -> Attack:
    """A folder with something odd beside the notebook, with all the work in it."""
    return Attack(25, name, "the batch stops", "", solved="all", deserves=12, hand_in=act)


def _student(name: str, folder: str) -> Attack:
    """A student whose folder has an odd name."""
    gain = "the batch stops"
    return Attack(25, name, gain, ANY, solved="all", deserves=12, at_least=0, folder=folder)


ATTACKS = (
    _all_there("time-of-year-1", _time("0001-01-01 00:00:00 +14:00")),
    _all_there("time-of-year-9999", _time("9999-12-31 23:59:59 -14:00")),
    _all_there("time-as-fifo", _time_as_fifo),
    _all_there("time-as-link", _time_as_link),
    _kind("file-as-folder", _file_as_folder, ANY),
    _student("student-not-utf-8", os.fsdecode(b"m-\xff\xfe-odd")),
    _student("student-with-newline", "m-new\nline"),
    _student("student-255-bytes", "m-" + "x" * 253),
    _student("student-non-ascii", "m-zoë \u202e\u0301"),
    _student("student-as-option", "--force"),
    _kind(
        "link",
        lambda f, _: (f / "small.ipynb").symlink_to("../../a-perfect/small/small.ipynb"),
        "link",
    ),
    _kind("link-to-nowhere", lambda f, _: (f / "small.ipynb").symlink_to("nowhere"), "link"),
    _kind("folder-is-a-link", _link_as_folder, ANY),
    _kind("fifo", lambda f, _: os.mkfifo(f / "small.ipynb"), "regular"),
    _kind("socket", _socket, "regular|opened"),
    Attack(25, "device", "the grader reads for ever", "regular", device=True),
    _kind("directory", lambda f, _: (f / "small.ipynb").mkdir(), "regular|opened|folder"),
    _kind("odd-names", _names, "no small.ipynb"),
    Attack(
        25, "several-notebooks", "the batch stops", "", solved="all", deserves=12, hand_in=_several
    ),
    Attack(25, "odd-times", "the batch stops", "", solved="all", deserves=12, hand_in=_odd_times),
    _kind("unreadable", _unreadable, "opened"),
    _kind("nothing", lambda *_: None, "nothing|no small.ipynb"),
    Attack(
        25,
        "zip-in-zip",
        "the batch stops",
        ANY,
        solved="all",
        deserves=12,
        at_least=0,
        exported=_zip_in_zip,
    ),
    Attack(25, "zip-bomb", "a full disk", ANY, solved="all", exported=_zip_bomb),
    _kind("zip-not-unpacked", _zip_beside, "no small.ipynb|zip"),
    Attack(
        25,
        "zip-with-paths",
        "overwrites what lies beside",
        ANY,
        solved="all",
        deserves=12,
        at_least=0,
        exported=_zip_paths,
    ),
)
