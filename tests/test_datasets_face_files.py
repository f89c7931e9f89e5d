"""The reader of the CMU archive: good files in, bad files named, nothing ever stops the rest."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpkit.datasets import faces
from mlpkit.datasets.pgm import NotPgm, parse

GREY = np.arange(960).reshape(30, 32) % 256


def binary(values, white=255, comment=b""):
    rows, columns = values.shape
    kind = "u1" if white < 256 else ">u2"
    head = b"P5\n%s%d %d\n%d\n" % (comment, columns, rows, white)
    return head + values.astype(kind).tobytes()


def text(values, white=255):
    rows, columns = values.shape
    lines = "\n".join(" ".join(map(str, row)) for row in values.tolist())
    return f"P2 # as text\n{columns} {rows}\n{white}\n# the pixels\n{lines}\n".encode()


def archive(folder, *contents, names=None):
    """A folder with a subfolder a person, as the archive has it."""
    names = names or [f"an2i_{pose}_neutral_open_4.pgm" for pose in faces.POSES]
    for name, content in zip(names, contents, strict=False):
        person = folder / name.split("_")[0]
        person.mkdir(exist_ok=True)
        (person / name).write_bytes(content)
    return folder


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 65535), st.data())
def test_what_is_written_is_read(rows, columns, white, data):
    values = np.array(
        data.draw(st.lists(st.integers(0, white), min_size=rows * columns, max_size=rows * columns))
    ).reshape(rows, columns)
    for content in (
        binary(values, white),
        binary(values, white, b"# CREATOR: a camera\n#\n"),
        text(values, white),
        binary(values, white) + b"\n",
    ):
        assert np.array_equal(parse(content), values / white)


@given(st.binary(max_size=60), st.sampled_from([b"", b"P5\n", b"P2 3 2 9\n", b"P5 4 1 255\n"]))
def test_any_bytes_are_a_picture_or_refused_with_a_reason(content, beginning):
    try:
        picture = parse(beginning + content)
    except NotPgm as problem:
        assert str(problem).startswith(("it ", "its ", "a pixel ", "one of its "))
    else:
        assert picture.ndim == 2 and 0 <= picture.min() <= picture.max() <= 1


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "does not begin with P5 or P2"),
        (b"P6\n1 1\n255\nabc", "does not begin with P5 or P2"),
        (b"P5\n", "no number stands for columns"),
        (b"P532 30 255 ", "no number stands for columns"),
        (b"P5 32 x", "no number stands for rows"),
        (b"P5 32 30 # 255", "no number stands for the value of white"),
        (b"P5 -1 2 255 a", "no number stands for columns"),
        (b"P5 2 1 0 ab", "value of white is 0"),
        (b"P5 2 1 70000 abcdefgh", "value of white is 70000"),
        (b"P5 0 1 255 ", "claims to have 0 columns"),
        (b"P5 999999999 999999999 255 a", "claims to have 999999999 columns"),
        (b"P5 2 2 255 abc", "ends after 3 of its 4 pixels"),
        (b"P5 2 2 300 abcdefg", "ends after 3 of its 4 pixels"),
        (b"P5 2 1 9 ab", "a pixel is 98, above its value of white, 9"),
        (b"P2 2 1 255 1", "ends after 1 of its 2 pixels"),
        (b"P2 2 1 255 1 -2", "not a whole number"),
        (b"P2 2 1 255 1 256", "a pixel is 256"),
    ],
)
def test_damaged_pictures(content, reason):
    with pytest.raises(NotPgm, match=reason):
        parse(content)


def test_the_reader_and_the_generator_return_the_same_kind(tmp_path):
    made = faces.generate(2, seed=3)
    for x, person, pose, expression, eyes in zip(made.x, *made.about.values(), strict=True):
        name = f"{person[-3:]}_{pose}_{expression}_{eyes}_4.pgm"
        archive(tmp_path, binary(np.round(x.reshape(30, 32) * 255)), names=[name])
    data, skipped = faces.read(tmp_path)
    assert skipped == ()
    assert data.inputs == made.inputs and data.outputs == made.outputs
    assert data.about.keys() == made.about.keys()
    order = np.lexsort([made.about[name] for name in ("eyes", "expression", "pose", "person")])
    assert np.allclose(data.x, made.x[order], atol=0.5 / 255 + 1e-12)
    assert np.array_equal(data.t, made.t[order])
    assert np.array_equal(data.about["expression"], made.about["expression"][order])
    assert faces.read(tmp_path, target="person").data.outputs == ("001", "002")


def test_bad_files_are_named_and_skipped(tmp_path):
    good = binary(GREY)
    names = [
        "an2i_left_angry_open_4.pgm",
        "an2i_left_happy_open_4.pgm",
        "an2i_left_neutral_open_4.pgm",
        "at33_down_angry_open_4.pgm",
        "at33_left_bored_open_4.pgm",
        "at33_left_angry_closed_4.pgm",
        "at33_left_angry_open_2.pgm",
        "at33_left_angry_open.pgm",
        "at33_right_sad_open.bad",
        "at33_up_sad_open_4.pgm",
        "readme.txt",
        ".DS_Store",
    ]
    contents = [good, good[:-1], b"P5\n", *[good] * 6, binary(GREY[:, :31]), b"hello", b"x"]
    archive(tmp_path, *contents, names=names)
    reading = faces.read(tmp_path)
    assert len(reading.data.x) == 1 and reading.data.about["person"].tolist() == ["an2i"]
    assert np.array_equal(reading.data.x[0].reshape(30, 32), GREY / 255)
    reasons = {Path(item.where).name: item.why for item in reading.skipped}
    assert set(reasons) == set(names[1:-1])
    assert "ends after 959 of its 960 pixels" in reasons[names[1]]
    assert "head is damaged" in reasons[names[2]]
    assert reasons[names[3]] == "the pose in its name is not one of left, straight, right, up"
    assert "expression" in reasons[names[4]] and "eyes" in reasons[names[5]]
    assert reasons[names[6]] == reasons[names[7]]
    assert "another resolution" in reasons[names[6]]
    assert "marked as bad" in reasons[names[8]]
    assert reasons[names[9]] == "it has 30 rows and 31 columns, not 30 and 32"
    assert "its name is not" in reasons["readme.txt"]
    summary = reading.summary()
    assert summary.startswith("1 example read, 10 skipped:")
    assert summary.count("another resolution") == 1


def test_long_lists_are_cut_short_in_the_summary(tmp_path):
    names = [f"an2i_left_{e}_open_4.pgm" for e in faces.EXPRESSIONS] + ["at33_up_sad_open_4.pgm"]
    archive(tmp_path, *[b""] * 4, binary(GREY), names=names)
    assert "happy_open_4.pgm, " in faces.read(tmp_path).summary()
    assert "and 1 more" in faces.read(tmp_path).summary()


def test_copies_links_pipes_and_huge_files_are_skipped(tmp_path):
    outside = tmp_path / "outside"
    archive(tmp_path, binary(GREY), names=["an2i_up_sad_open_4.pgm"])
    folder = tmp_path / "an2i"
    outside.mkdir()
    (outside / "zz_up_sad_open_4.pgm").write_bytes(binary(GREY))
    (folder / "again").mkdir()
    (folder / "again" / "an2i_up_sad_open_4.pgm").write_bytes(binary(GREY))
    (folder / "linked").symlink_to(outside)
    (folder / "zz_up_sad_open_4.pgm").symlink_to(outside / "zz_up_sad_open_4.pgm")
    os.mkfifo(folder / "zz_up_angry_open_4.pgm")
    with (folder / "zz_up_happy_open_4.pgm").open("wb") as file:
        file.truncate(5_000_000_000)
    data, skipped = faces.read(folder)
    assert data.about["person"].tolist() == ["an2i"]
    assert dict(skipped) == {
        "again" + os.sep + "an2i_up_sad_open_4.pgm": "a second copy of a picture",
        "zz_up_sad_open_4.pgm": "not a plain file",
        "zz_up_angry_open_4.pgm": "not a plain file",
        "zz_up_happy_open_4.pgm": "larger than 1,000,000 bytes",
    }


def test_files_and_folders_that_cannot_be_opened_are_named(tmp_path, monkeypatch):
    archive(tmp_path, *[binary(GREY)] * 2)
    (tmp_path / "shut").mkdir()
    # Taking away permissions would not do: whoever runs this as root may read everything.
    opened, scanned = Path.open, os.scandir

    def open_most(path, *arguments):
        if path.name == "an2i_left_neutral_open_4.pgm":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments)

    def scan_most(path):
        if Path(path).name == "shut":
            raise PermissionError(13, "Permission denied", str(path))
        return scanned(path)

    monkeypatch.setattr(Path, "open", open_most)
    monkeypatch.setattr(os, "scandir", scan_most)
    reading = faces.read(tmp_path)
    assert len(reading.data.x) == 1
    assert [item.why for item in reading.skipped] == [
        "it cannot be opened (Permission denied)",
        "a folder that cannot be opened",
    ]


def test_a_name_of_strange_bytes_can_be_printed(tmp_path):
    archive(tmp_path, binary(GREY))
    (tmp_path / "an2i" / os.fsdecode(b"caf\xe9\n.pgm")).write_bytes(b"")
    summary = faces.read(tmp_path).summary()
    assert "caf" in summary and len(summary.splitlines()) == 2
    summary.encode("utf-8")


def test_nothing_to_read_is_an_error_that_says_why(tmp_path):
    with pytest.raises(ValueError, match="has no usable picture.*0 skipped"):
        faces.read(tmp_path)
    archive(tmp_path, b"", b"")
    with pytest.raises(ValueError, match="(?s)no usable picture.*2 skipped.*P5 or P2"):
        faces.read(tmp_path)
    with pytest.raises(ValueError, match="is not a folder"):
        faces.read(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="target is 'age'"):
        faces.read(tmp_path, target="age")
