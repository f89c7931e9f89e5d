"""Published averages of the first three formants of ten English vowels.

The vowels are those between h and d in heed, hid, head, had, hod, hawed, hood, who'd, hud and
heard, as spoken by men, women and children in America. A formant is a frequency at which the mouth
and throat resound; the first two, F1 and F2, nearly tell which vowel it is.

Two tables, in hertz:

- "hillenbrand": means and standard deviations over 45 men, 48 women and 46 children, from the
  descriptive statistics (file vowdata.ds) that come with the measurements of J. Hillenbrand,
  L. A. Getty, M. J. Clark and K. Wheeler, "Acoustic characteristics of American English vowels",
  Journal of the Acoustical Society of America 97 (1995), 3099-3111. Rounded to a tenth of a hertz.
  They are over all recordings. The averages printed in the paper itself, table V, are often quoted;
  where we compared them, they were the same (men's heed) or differed by up to 2 % (men's hod).
- "peterson-barney": means over 33 men, 28 women and 15 children, from G. E. Peterson and
  H. L. Barney, "Control methods used in a study of the vowels", in the same journal, 24 (1952),
  175-184. We have no published spreads for them: they are Hillenbrand's, in proportion to the
  means, which is our choice.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mlpkit.datasets.dataset import Floats, choice

WORDS = {
    "iy": "heed",
    "ih": "hid",
    "eh": "head",
    "ae": "had",
    "ah": "hod",
    "aw": "hawed",
    "oo": "hood",
    "uw": "who'd",
    "uh": "hud",
    "er": "heard",
}
"""The word of each of the ten vowels, under Hillenbrand's two letters for it."""

SPEAKERS = ("men", "women", "children")


class VowelTable(NamedTuple):
    """Averages of a study.

    Attributes:
        mean: shape (speakers, vowels, formants) = (3, 10, 3), in hertz, in the order of SPEAKERS
            and WORDS.
        spread: the standard deviations, of the same shape.
    """

    mean: Floats
    spread: Floats


# Speakers, vowel, then mean and standard deviation of F1, of F2, of F3.
_HILLENBRAND = """
men      iy 342.7  28.2  2322.8 136.3  3000.7 201.1
women    iy 437.3  40.6  2761.3 147.4  3372.8 237.2
children iy 452.2  44.8  3081.7 191.3  3702.5 286.7
men      ih 429.4  31.3  2033.9 121.9  2686.9 129.3
women    ih 484.3  34.4  2369.1 149.4  3057.1 190.1
children ih 513.2  38.3  2556.5 160.6  3408.6 196.3
men      eh 587.9  40.9  1802.7 116.6  2604.0 138.5
women    eh 727.1  73.7  2062.7 142.9  2952.8 189.2
children eh 739.7  97.2  2278.8 155.6  3297.1 202.0
men      ae 591.4  41.9  1930.2 132.8  2595.4 137.3
women    ae 675.7  69.3  2334.8 158.7  2972.7 200.0
children ae 718.3  89.7  2496.9 154.3  3288.8 240.1
men      ah 756.5  62.3  1308.9 111.0  2534.9 149.0
women    ah 921.1  96.7  1525.8 125.0  2831.9 176.6
children ah 991.9 129.1  1688.9 163.3  2937.3 258.5
men      aw 656.0  33.6  1023.2  65.5  2521.2 179.5
women    aw 804.3  74.6  1188.3 128.9  2824.4 212.2
children aw 836.4 105.5  1303.1 160.9  2951.0 264.2
men      oo 469.3  28.2  1122.8  97.3  2434.7 127.3
women    oo 518.6  41.2  1228.6 144.6  2829.4 182.8
children oo 570.7  53.8  1505.6 180.0  3076.0 214.2
men      uw 379.7  33.3   992.2 113.3  2355.3 133.5
women    uw 459.7  38.7  1105.5 205.3  2735.4 139.9
children uw 492.7  44.9  1403.9 334.6  2992.2 209.3
men      uh 621.4  30.0  1181.3  86.9  2547.6 142.4
women    uh 760.2  57.6  1415.7 115.4  2900.9 172.7
children uh 738.0  89.1  1538.4 134.4  3126.0 209.5
men      er 474.9  28.9  1379.1  78.1  1710.7 108.0
women    er 524.0  45.3  1588.3 125.9  1929.9 131.3
children er 586.3  55.5  1721.0 130.1  2154.3 190.8
"""

# Speakers, vowel, then the means of F1, F2 and F3.
_PETERSON_BARNEY = """
men      iy 270 2290 3010    women iy 310 2790 3310    children iy  370 3200 3730
men      ih 390 1990 2550    women ih 430 2480 3070    children ih  530 2730 3600
men      eh 530 1840 2480    women eh 610 2330 2990    children eh  690 2610 3570
men      ae 660 1720 2410    women ae 860 2050 2850    children ae 1010 2320 3320
men      ah 730 1090 2440    women ah 850 1220 2810    children ah 1030 1370 3170
men      aw 570  840 2410    women aw 590  920 2710    children aw  680 1060 3180
men      oo 440 1020 2240    women oo 470 1160 2680    children oo  560 1410 3310
men      uw 300  870 2240    women uw 370  950 2670    children uw  430 1170 3260
men      uh 640 1190 2390    women uh 760 1400 2780    children uh  850 1590 3360
men      er 490 1350 1690    women er 500 1640 1960    children er  560 1820 2160
"""

STUDIES = ("hillenbrand", "peterson-barney")


def table(study: str = "hillenbrand") -> VowelTable:
    """The averages of a study: "hillenbrand" or "peterson-barney".

    Raises:
        ValueError: there is no such study.
    """
    choice("study", study, STUDIES)
    both = _numbers(_HILLENBRAND, 6)
    mean, spread = both[..., 0::2], both[..., 1::2]
    if study == "hillenbrand":
        return VowelTable(mean, spread)
    older = _numbers(_PETERSON_BARNEY, 3)
    return VowelTable(older, older * spread / mean)


def _numbers(text: str, columns: int) -> Floats:
    """The numbers of a table, in the order of SPEAKERS and WORDS."""
    words = text.split()
    values = np.full((len(SPEAKERS), len(WORDS), columns), np.nan)
    for start in range(0, len(words), 2 + columns):
        speakers, vowel, *numbers = words[start : start + 2 + columns]
        values[SPEAKERS.index(speakers), list(WORDS).index(vowel)] = [float(n) for n in numbers]
    return values
