"""Broken zips: an honest one, with something wrong in it or around it."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile

from tests.soak.mutants import Rng, damage_bytes, mutated_notebook, pick

ODD_NAMES = (
    "ps2.ipynb",
    "PS2.IPYNB",
    "../ps2.ipynb",
    "/etc/ps2.ipynb",
    "..\\ps2.ipynb",
    "a/b/c/ps2.ipynb",
    "/".join("d" * 20) + "/ps2.ipynb",
    "n" * 300 + ".ipynb",
    "ps2.ipynb/ps2.ipynb",
    "ps2.ipynb/",
    "ps2 (1).ipynb",
    "ps2\n.ipynb",
    "p\u0327s2.ipynb",
    "CON.ipynb",
    "timestamp.txt",
    "refused.txt",
    "other.zip",
    ".ipynb",
    " ",
)


def mutated_zip(honest: bytes, rng: Rng) -> bytes:
    """A zip as a student might hand it in, with something wrong in it or around it."""
    file = io.BytesIO()
    method = int(pick(rng, [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2]))
    with zipfile.ZipFile(file, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that are there twice
        for _ in range(int(pick(rng, [0, 1, 1, 2, 3, 10]))):
            info = zipfile.ZipInfo(pick(rng, list(ODD_NAMES)))
            info.compress_type = method
            info.create_system = 3
            info.external_attr = int(pick(rng, [0o100644, 0o120777, 0o010644, 0o040755, 0])) << 16
            contents = [honest, mutated_notebook(honest, rng), b"", bytes(10**6), zipped(honest)]
            archive.writestr(info, contents[rng.integers(len(contents))])
        archive.comment = rng.bytes(int(rng.integers(50)))
    data = file.getvalue()
    if rng.random() < 0.5:
        data = _damage_a_zip(data, rng)
    return data


def _damage_a_zip(data: bytes, rng: Rng) -> bytes:
    kind = int(rng.integers(5))
    if kind == 0:
        return data[: int(rng.integers(len(data)))]
    if kind == 1:
        return damage_bytes(data, rng)
    if kind == 2:
        return rng.bytes(int(rng.integers(200))) + data + rng.bytes(int(rng.integers(200)))
    # A field of a header, local or central, says something else: flags, method, time, size, offset.
    start = data.find(pick(rng, [b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06"]))
    if start < 0 or start + 46 > len(data):
        return data + data
    damaged = bytearray(data)
    value = int(pick(rng, [0, 1, 0xFFFF, 0xFFFFFFFF, 99, 2**31]))
    place = start + int(rng.integers(4, 42))
    damaged[place : place + 4] = struct.pack("<I", value)
    return bytes(damaged)


def zipped(notebook: bytes) -> bytes:
    """An honest zip with the notebook in it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("ps2/ps2.ipynb"), notebook)
    return file.getvalue()
