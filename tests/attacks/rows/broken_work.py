"""Broken, not hostile: code that fails by itself, or does what only a desktop allows."""

from __future__ import annotations

from tests.attacks.attack import Attack
from tests.attacks.rows.sources import STOPPED, WRONG

REST = ("error-term", "halves", "momentum")
WARNS = """
import sys, warnings
def slope(o):
    print("almost there", file=sys.stderr)
    warnings.warn("this is only a warning")
    np.log(np.zeros(1))
    return o * (1 - o)
"""
PLOTS = """
import matplotlib.pyplot as plt
for number in range(40):
    plt.figure()
    plt.plot([number])
    plt.show()
"""


def _slope(name: str, source: str, reason: str = WRONG, deserves: float = 10) -> Attack:
    """All is right but for the first function."""
    gain, cells = "the rest is lost too", {"slope": source}
    return Attack(26, name, gain, reason, cells, solved=REST, deserves=deserves)


def _before(name: str, source: str) -> Attack:
    """All is right, and a cell before it does something that cannot work here."""
    return Attack(26, name, "the rest is lost too", "", first=source, solved="all", deserves=12)


ATTACKS = (
    _before("syntax-error-at-the-top", "this is not (Python"),
    _slope("syntax-error", "def slope(o)\n    return o", STOPPED),
    _slope("renamed-function", "def my_slope(o):\n    return o * (1 - o)", "no cell|not there"),
    _slope("missing-function", "", "no cell|not there"),
    _slope("other-arguments", "def slope(o, rate, *, more):\n    return o", "TypeError"),
    _slope("not-a-function", "slope = 0.25", "TypeError|callable"),
    _before("shell-commands", "%%bash\nrm -rf ~/* ~/.bashrc /course/* /home/grader/*\ntrue"),
    _before("shell-escape", "!rm -rf ~/.[a-z]* ~/* /home/grader/* ; cat /home/grader/secret.txt"),
    _slope("asks-for-input", "def slope(o):\n    return float(input('o?'))", ".+Error|input"),
    _before("asks-for-input-at-the-top", "name = input('Your name?')"),
    _before("window-toolkit", "%matplotlib qt\nimport matplotlib.pyplot as plt\nplt.plot([1])"),
    _before("widgets", "import ipywidgets\ndisplay(ipywidgets.IntSlider())"),
    _before("plots-in-a-loop", PLOTS),
    _slope("relative-data", "data = open('data/mine.csv').read()\ndef slope(o): return o", STOPPED),
    _slope("package-not-installed", "import torchvision_of_mine\ndef slope(o): return o", STOPPED),
    Attack(
        27, "warnings", "nothing; a right solution", "", {"slope": WARNS}, solved=REST, deserves=12
    ),
    Attack(
        27,
        "stderr-at-the-top",
        "nothing; a right solution",
        "",
        first="import sys\nprint('hm', file=sys.stderr)",
        solved="all",
        deserves=12,
    ),
)
