"""Vowels: the published numbers, what is drawn from them, and the reader of vowdata.dat."""

from __future__ import annotations

import numpy as np
import pytest

from mlpkit.datasets import splits, vowels

HEADER = """(c) 1995 James Hillenbrand

character 1:     m=man, w=woman, b=boy, g=girl
Note: An entry of zero means that the formant was not measurable.

  1    2   3    4    5    6    7    8    9   10    11  12   13    14  15   16
"""


def line(name: str, first: int = 500, second: int = 1500, third: int = 2500) -> str:
    """A line of the file; at 20, 50 and 80 % the formants are 1, 2 and 3 hertz higher."""
    later = [value + more for more in (1, 2, 3) for value in (first, second, third)]
    return " ".join(map(str, [name, 300, 120, first, second, third, 3500, *later]))


def write(folder, *lines, header=HEADER, end="\n"):
    path = folder / "vowdata.dat"
    path.write_bytes((header + end.join(lines) + end).encode("latin-1"))
    return path


def test_the_table_has_the_published_numbers():
    table = vowels.table()
    assert table.mean.shape == table.spread.shape == (3, 10, 3)
    # Hillenbrand's statistics: men's heed, women's hod, children's heard.
    assert table.mean[0, 0].tolist() == [342.7, 2322.8, 3000.7]
    assert table.mean[1, 4, 0] == 921.1 and table.spread[1, 4, 0] == 96.7
    assert table.mean[2, 9].tolist() == [586.3, 1721.0, 2154.3]
    older = vowels.table("peterson-barney")
    assert older.mean[0, 0].tolist() == [270, 2290, 3010]
    assert older.mean[1, 4].tolist() == [850, 1220, 2810]
    assert older.mean[2, 9].tolist() == [560, 1820, 2160]


@pytest.mark.parametrize("study", vowels.STUDIES)
def test_the_table_is_sound(study):
    mean, spread = vowels.table(study)
    assert np.isfinite(mean).all() and (np.diff(mean, axis=2) > 0).all()
    # A slip of a digit would stand out: women's formants are a little higher than men's,
    # children's than women's; and a spread is a twentieth to a quarter of its mean.
    assert (mean[1] / mean[0] > 0.99).all() and (mean[1] / mean[0] < 1.35).all()
    assert (mean[2] / mean[1] > 0.96).all() and (mean[2] / mean[1] < 1.35).all()
    assert (spread / mean > 0.04).all() and (spread / mean < 0.25).all()


def test_the_two_studies_are_of_the_same_vowels():
    ratio = vowels.table("peterson-barney").mean / vowels.table().mean
    assert (ratio > 0.65).all() and (ratio < 1.45).all()


@pytest.mark.parametrize("study", vowels.STUDIES)
def test_drawn_vowels_have_the_tables_means_and_spreads(study):
    data = vowels.generate(2000, 0, 0, formants=3, study=study, seed=1)
    table = vowels.table(study)
    for column, vowel in enumerate(vowels.WORDS):
        x = data.x[data.about["vowel"] == vowel]
        assert np.allclose(
            x.mean(axis=0), table.mean[0, column], atol=0.1 * table.spread[0, column]
        )
        assert np.allclose(x.std(axis=0), table.spread[0, column], rtol=0.08)
        assert (np.diff(x, axis=1) > 0).mean() > 0.99
        assert (data.t[data.about["vowel"] == vowel, column] == 1).all()


def test_everyone_says_every_word_once():
    data = vowels.generate(3, 2, 1)
    assert data.x.shape == (60, 2) and data.t.shape == (60, 10)
    assert (data.t.sum(axis=1) == 1).all()
    people, counted = np.unique(data.about["person"], return_counts=True)
    assert people.tolist() == ["c01", "m01", "m02", "m03", "w01", "w02"]
    assert (counted == 10).all()
    assert set(data.about["speaker"][data.about["person"] == "c01"]) == {"children"}
    assert data.outputs[:2] == ("heed", "hid")


@pytest.mark.parametrize("alike", [0.0, 0.3, 1.0])
def test_a_speakers_vowels_are_alike(alike):
    data = vowels.generate(3000, 0, 0, alike=alike, seed=2)
    first, second = (data.x[data.about["vowel"] == vowel] for vowel in ("ae", "ah"))
    for formant in (0, 1):
        correlation = np.corrcoef(first[:, formant], second[:, formant])[0, 1]
        assert correlation == pytest.approx(alike, abs=0.06)


def test_first_two_formants_nearly_tell_the_vowel():
    training, test = splits.split(vowels.generate(60, 0, 0), (0.5, 0.5), by="person")
    centres = np.array([training.x[training.t[:, k] == 1].mean(axis=0) for k in range(10)])
    spread = vowels.table().spread[0, :, :2].mean(axis=0)
    distance = np.linalg.norm((test.x[:, None] - centres) / spread, axis=2)
    assert 0.75 < np.mean(distance.argmin(axis=1) == test.t.argmax(axis=1)) < 0.98


def test_the_reader_takes_what_is_good(tmp_path):
    path = write(tmp_path, line("m01ae"), line("w02iy", 400, 2700, 3300), line("g03er"), end="\r\n")
    data, skipped = vowels.read(path)
    assert skipped == ()
    assert data.x.tolist() == [[500, 1500], [400, 2700], [500, 1500]]
    assert data.about["person"].tolist() == ["m01", "w02", "g03"]
    assert data.about["speaker"].tolist() == ["men", "women", "children"]
    assert [data.outputs[k] for k in data.t.argmax(axis=1)] == ["had", "heed", "heard"]
    assert vowels.generate(1, 1, 1).outputs == data.outputs


def test_the_reader_takes_other_times_formants_and_vowels(tmp_path):
    path = write(tmp_path, line("m01ae"), line("m01ei"))
    for at, more in (("steady", 0), ("20%", 1), ("50%", 2), ("80%", 3)):
        data = vowels.read(path, formants=3, at=at).data
        assert data.x.tolist() == [[500 + more, 1500 + more, 2500 + more]]
    data = vowels.read(path, vowels=["ei", "ae"]).data
    assert data.t.tolist() == [[0, 1], [1, 0]] and data.outputs == ("hayed", "had")


def test_the_reader_names_bad_lines_and_goes_on(tmp_path):
    path = write(
        tmp_path,
        line("m01ae"),
        line("m02ae", 500, 0),  # line 8
        line("m03ae")[:-5],
        line("m04ae").replace("1500", "15oo", 1),
        line("x05ae"),
        line("m06zz"),
        line("m01ae"),
        line("m07ae", 1500, 500),
        "",
        line("m08ae") + " 7",
        line("m09ae"),
        "\x1a",
    )
    data, skipped = vowels.read(path)
    assert data.about["person"].tolist() == ["m01", "m09"]
    assert [item.where for item in skipped] == [f"line {n}" for n in (8, 9, 10, 11, 12, 13, 14, 16)]
    reasons = [item.why for item in skipped]
    assert reasons[0] == "F2 could not be measured"
    assert "15 numbers" in reasons[1] and "whole number" in reasons[2]
    assert "not one like m01ae" in reasons[3] and "not one like m01ae" in reasons[4]
    assert "second line" in reasons[5] and "do not rise" in reasons[6]
    summary = vowels.read(path).summary()
    assert summary.startswith("2 examples read, 8 skipped:")
    assert "- F2 could not be measured: line 8" in summary


def test_a_zero_counts_only_where_the_formant_is_asked_for(tmp_path):
    path = write(tmp_path, line("m01ae", third=0), line("m02ae"))
    assert len(vowels.read(path).data.x) == 2
    reading = vowels.read(path, formants=3)
    assert len(reading.data.x) == 1 and reading.skipped[0].why == "F3 could not be measured"


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 500, HEADER.encode(), b"m01ae\nm02ae\n"])
def test_a_file_without_vowels_is_refused(tmp_path, content):
    path = tmp_path / "vowdata.dat"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="has no usable line.*m01ae 323 174"):
        vowels.read(path)


def test_what_does_not_fit_is_explained(tmp_path):
    with pytest.raises(ValueError, match="is a folder"):
        vowels.read(tmp_path)
    with pytest.raises(FileNotFoundError):
        vowels.read(tmp_path / "nothing.dat")
    huge = tmp_path / "huge.dat"
    with huge.open("wb") as file:
        file.truncate(20_000_000)
    with pytest.raises(ValueError, match="larger than 10,000,000 bytes"):
        vowels.read(huge)
    path = write(tmp_path, line("m01ae"))
    with pytest.raises(ValueError, match="a vowel is 'xx'. The known ones are: iy"):
        vowels.read(path, vowels=["xx"])
    with pytest.raises(ValueError, match="at is 'end'. The known ones are: steady"):
        vowels.read(path, at="end")
    with pytest.raises(ValueError, match="formants is 4; expected a whole number from 2 to 3"):
        vowels.generate(formants=4)
    with pytest.raises(ValueError, match="nobody speaks"):
        vowels.generate(0, 0, 0)
    with pytest.raises(ValueError, match="men is -1"):
        vowels.generate(men=-1)
    with pytest.raises(ValueError, match="study is 'mine'. The known ones are: hillenbrand"):
        vowels.generate(study="mine")
    with pytest.raises(ValueError, match="alike is 2"):
        vowels.generate(alike=2)
