"""Ten English vowels by their formants: drawn from published averages, or read from a file.

The averages and where they come from are in ``vowel_table``; ``read`` takes the measurements
themselves, Hillenbrand's ``vowdata.dat``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mlpkit.datasets.dataset import Dataset, Floats, Seed, generator_from, one_of, real, whole
from mlpkit.datasets.vowel_file import read
from mlpkit.datasets.vowel_table import SPEAKERS, STUDIES, WORDS, VowelTable, table

__all__ = ["SPEAKERS", "STUDIES", "WORDS", "VowelTable", "generate", "read", "table"]


def generate(
    men: int = 20,
    women: int = 20,
    children: int = 20,
    *,
    formants: int = 2,
    study: str = "hillenbrand",
    alike: float = 0.3,
    seed: Seed = 0,
) -> Dataset:
    """Invented speakers, each of whom says each of the ten words once.

    Every formant is drawn with the mean and the standard deviation that were published for the
    vowel and for men, women or children. Its logarithm is normal, so that no frequency is below 0.
    A part of the deviation is the speaker's own and the same in all ten vowels, as a longer throat
    lowers them all; so divide people, not examples, between training and test.

    Args:
        men, women, children: how many of each speak; at least one person in all.
        formants: 2 for F1 and F2, 3 for F3 as well.
        study: "hillenbrand" or "peterson-barney"; see ``vowel_table``.
        alike: the speaker's part of the variance, from 0 to 1: how strongly a formant of one vowel
            goes with that of another in the same speaker. Ours. For the 45 men of
            ``vowdata.dat``, had and hod correlate by .37 in F1 and by .25 in F2.
        seed: a whole number or a generator.

    Returns:
        x of shape (10 * people, formants) in hertz, from about 200 to 4,500: scale it before
        training, with ``splits.standardise``. t of shape (10 * people, 10), 1 for the right vowel.
        ``about`` has "person", "speaker" (men, women or children) and "vowel".

    Raises:
        ValueError: an argument is out of its range, or nobody speaks.
    """
    counts = [whole("men", men, 0), whole("women", women, 0), whole("children", children, 0)]
    if not sum(counts):
        raise ValueError("nobody speaks: men, women and children are all 0. Ask for one or more.")
    formants = whole("formants", formants, 2, 3)
    own = real("alike", alike, 0.0, 1.0)
    generator = generator_from(seed)
    averages = table(study)
    speaker = np.repeat(np.arange(3), counts)
    values = _drawn(averages, speaker, own, generator)
    names = [f"{SPEAKERS[k][0]}{n:02d}" for k in range(3) for n in range(1, counts[k] + 1)]
    vowel = np.tile(list(WORDS), len(speaker))
    about = {
        "person": np.repeat(names, len(WORDS)),
        "speaker": np.repeat(np.array(SPEAKERS)[speaker], len(WORDS)),
        "vowel": vowel,
    }
    x = values[..., :formants].reshape(-1, formants)
    inputs = tuple(f"F{number} (Hz)" for number in range(1, formants + 1))
    return Dataset(x, one_of(vowel, list(WORDS)), inputs, tuple(WORDS.values()), about)


def _drawn(
    averages: VowelTable, speaker: NDArray[np.intp], own: float, generator: np.random.Generator
) -> Floats:
    """Formants of each speaker's ten vowels, shape (people, 10, 3).

    ``speaker`` is 0 for a man, 1 for a woman, 2 for a child; ``own`` the speaker's part of the
    variance.
    """
    shape = (len(speaker), len(WORDS), 3)
    deviation = np.sqrt(own) * generator.normal(size=(len(speaker), 1, 3))
    deviation = deviation + np.sqrt(1.0 - own) * generator.normal(size=shape)
    # The logarithm's mean and variance that give the published ones (a log-normal distribution).
    mean = averages.mean[speaker]
    variance = np.log1p((averages.spread[speaker] / mean) ** 2)
    return mean * np.exp(np.sqrt(variance) * deviation - variance / 2.0)
