"""Forging the verdict: by values that always agree, or look like points."""

from __future__ import annotations

from tests.attacks.attack import Attack
from tests.attacks.rows.sources import WRONG

AGREES = """
class Agrees:
    __class__ = property(lambda self: self.kind)
    kind, shape, dtype, ndim, size = list, (4,), float, 1, 4
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __bool__(self): return True
    def __abs__(self): return self
    def __sub__(self, other): return self
    __rsub__ = __add__ = __mul__ = __neg__ = __sub__
    def __float__(self): return 0.21546322
    def __len__(self): return 5
    def __iter__(self): return iter([self] * 5)
    def __getitem__(self, place): return self
"""
FUNCTION = """
    def __array__(self, dtype=None, copy=None): return np.zeros(6)
    def __array_ufunc__(self, *a, **k): return np.array(True)
    def __array_function__(self, function, types, arguments, keywords): return True
"""
SUBCLASS = """
class Sly(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
    def __array_ufunc__(self, ufunc, method, *inputs, **k): return np.ones(self.shape, bool)
    def __array_function__(self, function, types, arguments, keywords): return True
"""
NUMBERS = """
class Sly(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    def __abs__(self): return 0.0
    def __lt__(self, other): return True
class Long(list):
    def __eq__(self, other): return True
    def __len__(self): return 5
    def __iter__(self): return iter([Sly(0)] * 5)
"""


def returning(value: str, before: str = "") -> dict[str, str]:
    """Four functions that return the same."""
    heads = {
        "slope": "def slope(o):",
        "error-term": "def error_term(o, t):",
        "halves": "def halves(numbers):",
        "momentum": "def momentum(w, last, gradient, rate):",
    }
    pair = {"momentum": f"({value}), ({value})"}
    return {
        name: f"{before}\n{head}\n    return {pair.get(name, value)}"
        for name, head in heads.items()
    }


EMPTY_PS2 = """
def output_error_term(o, t):
    return np.zeros((0, *np.shape(o)))
"""
PRINTS = """
def momentum(w, last, gradient, rate):
    print("4.0")
    display(4.0)
    return w, w
"""
RETURNS = """
class Points(float):
    def __repr__(self): return "4.0"
    __str__ = __format__ = lambda self, *_: "4.0"
def momentum(w, last, gradient, rate):
    return Points(4), Points(4)
4.0
"""
AGREEING = "Agrees()"

ATTACKS = (
    Attack(6, "always-equal", "== says yes", WRONG, returning(AGREEING, AGREES)),
    Attack(
        6,
        "array-functions",
        "NumPy asks the value itself",
        WRONG,
        returning(AGREEING, AGREES + FUNCTION.replace("list", "np.ndarray")),
    ),
    Attack(
        6,
        "array-subclass",
        "its == and allclose say yes",
        WRONG,
        returning("np.zeros(6).view(Sly)", SUBCLASS),
    ),
    Attack(
        6,
        "numbers-that-agree",
        "a float that equals all",
        WRONG,
        returning("Long([Sly(0)] * 5)", NUMBERS),
    ),
    Attack(
        6, "float-that-agrees", "a float that equals all", WRONG, returning("Sly(0.25)", NUMBERS)
    ),
    Attack(6, "nan", "no comparison fails", WRONG, returning("np.full(6, np.nan)")),
    Attack(6, "infinity", "close to everything", WRONG, returning("np.full(6, np.inf)")),
    Attack(
        6,
        "object-dtype",
        "elements that agree",
        WRONG,
        returning(
            "np.array([Agrees()] * 6, dtype=object)",
            AGREES.replace("def __len__(self): return 5", "")
            .replace("def __iter__(self): return iter([self] * 5)", "")
            .replace("def __getitem__(self, place): return self", ""),
        ),
    ),
    Attack(6, "strings", "text for numbers", WRONG, returning("np.array(['0.25'] * 6)")),
    Attack(6, "empty-shapes", "an empty array is all close", WRONG, returning("np.zeros((0, 4))")),
    Attack(
        6,
        "empty-shapes-ps2",
        "an empty array is all close",
        "wrong|shape|output error",
        {"output-error-term": EMPTY_PS2},
        course="ps2",
        at_least=0,
        deserves=0,
    ),
    Attack(
        6,
        "nan-ps2",
        "no comparison fails",
        "wrong|output error",
        {"output-error-term": "def output_error_term(o, t):\n    return o * np.nan"},
        course="ps2",
    ),
    Attack(7, "points-printed", "looks like partial credit", WRONG, {"momentum": PRINTS}),
    Attack(
        7, "points-returned", "looks like partial credit", WRONG, {"momentum": RETURNS}, last="4.0"
    ),
)
