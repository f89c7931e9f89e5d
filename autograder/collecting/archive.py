"""A zip that a stranger made, read without ever unpacking it.

It is read member by member into memory; no name in it becomes a path on this machine. The caps
count the bytes that really come out, for what an archive says of itself may be a lie. A member that
is refused costs the others nothing.
"""

from __future__ import annotations

import itertools
import mmap
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import IO, BinaryIO

from autograder.collecting.entries import IGNORED, Entry, name_problem, same_name, too_large
from autograder.intake import LARGEST_FILE, Refused

HARMLESS_SIZE = 2**20
"""Up to this size a member may be packed as tightly as it likes."""
_DIRECTORY_ENTRY = re.compile(rb"PK\x01\x02")
_LOCAL_HEADER_SIZE = 30
# All that zipfile raises on bytes that are not what they claim to be.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    RuntimeError,  # NotImplementedError too
    IndexError,
)


@dataclass(frozen=True)
class Limits:
    """The most that an archive may hold.

    Attributes:
        members: files and folders.
        member_bytes: bytes of one file, unpacked.
        total_bytes: bytes of all files that are read, unpacked.
        ratio: how many times larger than packed a file may be.
    """

    members: int
    member_bytes: int
    total_bytes: int
    ratio: int = 200


OF_A_PLATFORM = Limits(members=200_000, member_bytes=LARGEST_FILE, total_bytes=64 * 2**30)
OF_A_STUDENT = Limits(members=2000, member_bytes=LARGEST_FILE, total_bytes=4 * LARGEST_FILE)


class Archive:
    """A zip, opened for reading.

    Args:
        file: the zip; it must stay open while entries are read.
        limits: the most that may be in it.
        zone: where its clock was, for a zip does not say.

    Raises:
        Refused: it is no zip, or nothing of it can be used.
    """

    def __init__(self, file: BinaryIO, limits: Limits, zone: tzinfo = UTC) -> None:
        self._limits = limits
        self._left = limits.total_bytes
        self._zone = zone
        try:
            # Counted before zipfile makes an object of each.
            if _directory_entries(file, limits.members + 1) > limits.members:
                raise Refused(f"the zip holds more than {limits.members} files")
            self._zip = zipfile.ZipFile(file)
        except Refused:
            raise
        except _DAMAGE as error:
            raise Refused("it is no zip file, or it is damaged") from error

    def entries(self) -> list[Entry]:
        """The files in it, sorted; folders are passed over, and what some programs leave behind."""
        infos = [info for info in self._zip.infolist() if not _name(info).endswith("/")]
        problems = _problems_between(self._zip, infos)
        found = [self._entry(info, problems) for info in infos if not IGNORED.search(_name(info))]
        return sorted(found, key=lambda entry: entry.path)

    def _entry(self, info: zipfile.ZipInfo, problems: dict[int, str]) -> Entry:
        name = _name(info)
        problem = (
            name_problem(name)
            or _kind_problem(info)
            or problems.get(id(info))
            or too_large(info.file_size, self._limits.member_bytes)
        )
        try:
            time = datetime(*info.date_time, tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            time = None
        return Entry(name, time, info.file_size, problem, lambda: self._read(info))

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip.open(info) as file:
                content = b"".join(self._chunks(file, info))
        except Refused:
            raise
        except _DAMAGE as error:
            raise Refused("it is damaged inside the zip") from error
        if len(content) != info.file_size:
            raise Refused("it is damaged inside the zip")
        return content

    def _chunks(self, file: IO[bytes], info: zipfile.ZipInfo) -> Iterator[bytes]:
        size = 0
        while chunk := file.read(2**16):
            size += len(chunk)
            self._left -= len(chunk)
            if problem := too_large(size, self._limits.member_bytes):
                raise Refused(problem)
            if self._left < 0:
                raise Refused(f"the zip holds more than {self._limits.total_bytes} bytes")
            if size > max(HARMLESS_SIZE, self._limits.ratio * info.compress_size):
                raise Refused(
                    f"it is more than {self._limits.ratio} times larger than packed, as zip bombs "
                    "are"
                )
            yield chunk


def _directory_entries(file: BinaryIO, most: int) -> int:
    """How many members a zip can have; counting stops at ``most``."""
    file.seek(0)
    try:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return _count(content, most)
    except OSError:  # a file in memory
        return _count(file.read(), most)


def _count(content: bytes | mmap.mmap, most: int) -> int:
    return sum(1 for _ in itertools.islice(_DIRECTORY_ENTRY.finditer(content), most))


def _encoding(info: zipfile.ZipInfo) -> str:
    return "utf-8" if info.flag_bits & 0x800 else "cp437"


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it is in the zip, before zipfile cuts it at a NUL."""
    raw = info.orig_filename.encode(_encoding(info))
    try:
        # Many programs write UTF-8 and do not say so.
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return info.orig_filename


def _kind_problem(info: zipfile.ZipInfo) -> str | None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "it is a link, not a file"
    if kind not in (0, stat.S_IFREG):
        return "it is not a regular file"
    if info.flag_bits & 0x2041:
        return "it is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed in an unusual way; zip it again with another program"
    return None


def _problems_between(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> dict[int, str]:
    """What is wrong with members beside one another, by the id of the member."""
    found = dict.fromkeys(_overlapping(archive), "it shares its bytes with another in the zip")
    keys = {id(info): same_name(_name(info)) for info in infos}
    counts = Counter(keys.values())
    for number, key in keys.items():
        if counts[key] > 1:
            found[number] = "another in the zip has the same name"
        elif any(key[: place.start()] in counts for place in re.finditer("/", key)):
            found[number] = "it lies in a file, as in a folder"
    return found


def _overlapping(archive: zipfile.ZipFile) -> set[int]:
    found: set[int] = set()
    reached, previous = 0, None
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        head = _LOCAL_HEADER_SIZE + len(info.orig_filename.encode(_encoding(info)))
        end = info.header_offset + head + info.compress_size
        if info.header_offset < reached:
            found |= {id(info), id(previous)}
        if end > archive.start_dir:
            found.add(id(info))
        if end > reached:
            reached, previous = end, info
    return found
