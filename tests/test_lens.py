"""The notation lens: what it turns from one notation into another stays the same calculation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mlpkit.network import Network
from mlpkit.widgets import lens
from mlpkit.widgets.lens import (
    FORMULAS,
    GENERAL,
    NAMES,
    SHALLOW_COLUMNS,
    dictionary,
    general_formulas,
    line_by_line,
)
from mlpkit.worked import PHASES, SLIDE, Worked, work
from mlpkit.worked.sources import NOTATIONS
from mlpkit.worked.tables import plain

SHAPES = [((2, 2, 1), "sigmoid"), ((2, 3, 2), ["tanh", "identity"]), ((2, 3, 2, 2), "sigmoid")]


def all_six(shape=SHAPES[0], rates=None, **options) -> list[Worked]:
    """One step of one network in each notation, each with its own learning rate if given."""
    sizes, activations = shape
    random = np.random.default_rng(sum(sizes))
    network = Network(sizes, activations)
    network.parameters[:] = random.integers(1, 10, len(network.parameters)) / 10
    x, target = random.integers(1, 10, sizes[0]) / 10, random.integers(1, 10, sizes[-1]) / 10
    rates = rates or dict.fromkeys(NOTATIONS, 0.3)
    return [
        work(network, x, target, rate=rates[letter], notation=letter, **options)
        for letter in NOTATIONS
    ]


def read(rows) -> list[tuple[str, tuple[str, ...]]]:
    """Each line of a table with its notation, whether its numbers stand beside it or below."""
    found = []
    for letter, symbol, formula, *rest in rows:
        if letter and formula.startswith("$= "):
            found.append([letter, symbol, "$" + formula[3:]])
        elif letter:
            found.append([letter, symbol, formula, *rest])
        else:
            found[-1] += ["$" + formula[3:], *rest]
    return [(letter, tuple(line[:4])) for letter, *line in found]


def show(widget, **values) -> str:
    widget.values = {**widget.values, **values}
    return widget.content


@pytest.fixture
def widget():
    return lens(Network((2, 2, 1), "sigmoid", [0.1] * 9), [1, 0], [0.9], rate=0.2)


def test_there_is_a_name_and_a_formula_for_each_notation():
    assert set(NAMES) == set(FORMULAS) == set(NOTATIONS)
    for formulas in (*FORMULAS.values(), SHALLOW_COLUMNS):
        # The cost is not among them: it is the notation's own.
        assert len(formulas) == len(GENERAL) - 1


@pytest.mark.parametrize("shape", SHAPES)
def test_all_six_make_the_same_update_once_the_scale_of_the_cost_is_taken_off(shape):
    outputs = shape[0][-1]
    scales = {"R": 2, "H": 2 / outputs}
    rates = {letter: 0.3 / scales.get(letter, 1) for letter in NOTATIONS}
    ours, *others = all_six(shape, rates)
    for theirs in others:
        np.testing.assert_allclose(
            theirs.network.parameters, ours.network.parameters, rtol=1e-13, atol=1e-15
        )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("pair", list(itertools.permutations(NOTATIONS, 2)), ids="".join)
def test_the_caption_says_by_what_the_numbers_differ(shape, pair):
    works = {worked.notation: worked for worked in all_six(shape)}
    written, into = (works[letter] for letter in pair)
    caption = line_by_line([written, into], "update").caption
    terms, steps = caption.rstrip(".").split(" times ")[1:]
    terms = terms.split(",")[0]
    ratio = [float(np.divide(*map(float, (f"{text}/1").split("/")[:2]))) for text in (terms, steps)]
    lines = [
        {(line.unit, line.weight, line.kind): line.value for line in worked.lines}
        for worked in (written, into)
    ]
    for (unit, weight, kind), value in lines[0].items():
        factor = {"error term": ratio[0], "step": ratio[1]}.get(kind)
        if factor is not None:
            assert lines[1][unit, weight, kind] == pytest.approx(factor * value, rel=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("phase", PHASES)
def test_every_line_of_every_notation_is_in_the_table(shape, phase):
    works = all_six(shape, momentum=0.9)
    rows = line_by_line(works, phase).rows
    for worked in works:
        expected = [
            (f"${line.symbol}$", f"${line.formula}$", f"${line.substitution}$", line.shown)
            for line in worked.lines
            if line.phase == phase and line.kind != "weight"
        ]
        # In the order of the calculation, which is that of each notation alone.
        assert [row for letter, row in read(rows) if letter == worked.notation] == expected


def test_numbers_stand_below_a_formula_that_leaves_no_room_beside_it():
    narrow = line_by_line(all_six(rounding=SLIDE)[:1], "error terms")
    wide = line_by_line(all_six(SHAPES[2]), "error terms")
    assert "with its numbers" in narrow.heading
    assert "formula, and with its numbers" in wide.heading
    assert len(read(wide.rows)) == len(wide.rows) / 2


def test_a_new_weight_stands_beside_the_step_that_made_it():
    (worked,) = all_six()[:1]
    new = [line.shown for line in worked.lines if line.kind == "weight"]
    rows = line_by_line([worked], "update").rows
    assert [row[-1] for row in rows if row[-1]] == new


def test_the_same_line_stands_together_in_all_notations():
    rows = line_by_line(all_six(), "error terms").rows
    assert "".join(letter for letter, _ in read(rows)) == "CMNRCXH" * 3


def test_a_network_of_one_hidden_layer_has_letters_of_its_own_in_columns():
    shallow, deep = (
        general_formulas([worked for worked in all_six(shape) if worked.notation == "C"])
        for shape in (SHAPES[0], SHAPES[2])
    )
    assert "v_{ji}" in str(shallow.rows)
    assert "v_{ji}" not in str(deep.rows)


def test_general_formulas_keep_the_sign_of_their_error_terms():
    for letter, notation in NOTATIONS.items():
        output, update = FORMULAS[letter][1], FORMULAS[letter][4]
        towards_target = r"t_{k} - o_{k}" in output
        assert towards_target == (notation.sign < 0)
        assert (" = -" in update) == (notation.sign > 0)


def test_a_page_without_a_kernel_shows_all_six(widget):
    text, page = widget.static_text(), widget.static_html()
    for letter, notation in NOTATIONS.items():
        assert f"  {letter}  " in text
        assert f'<td style="text-align: left">{letter}</td>' in page
        assert plain(f"${notation.rate}$") in text
    assert "general formula" in text
    assert "0.08597402468" in text


def test_with_a_phase_the_page_shows_that_phase_alone():
    network = Network((2, 2, 1), "sigmoid", [0.1] * 9)
    widget = lens(network, [1, 0], [0.9], rate=0.2, phase="forward", rounding=SLIDE)
    assert widget.values["show"] == "forward"
    assert ".552" in widget.static_text()
    assert "general formula" not in widget.static_text()


def test_buttons_turn_one_notation_into_another(widget):
    pair = show(widget, written=NAMES["N"], into=NAMES["R"], show="update")
    assert "From N into R: error terms times 2, steps at the same learning rate times 2." in pair
    assert r"\alpha" in pair and r"\mathcal" not in pair
    alone = show(widget, written=NAMES["C"], into=NAMES["C"])
    assert "From" not in alone and r"\delta^{z}" in alone
    assert show(widget, into="all").count("new weight") == 1


def test_what_cannot_be_shown_is_refused():
    network = Network((2, 2, 1), "sigmoid", [0.1] * 9)
    with pytest.raises(ValueError, match="no phase 'backward'"):
        lens(network, [1, 0], [0.9], rate=0.2, phase="backward")
    with pytest.raises(ValueError, match="target"):
        lens(network, [1, 0], [0.9, 0.1], rate=0.2)


def test_the_dictionary_has_a_word_for_each_quantity_in_each_notation():
    table = dictionary()
    assert list(table.heading[1:]) == list(NOTATIONS)
    assert all(len(cell) > 2 for row in table.rows for cell in row)
    words = {row[0]: row[1:] for row in table.rows}
    assert words["learning rate"][1] == words["momentum"][0] == r"$\alpha$"
    # The weight to 2 from 1: four write where it ends first, two where it starts.
    weight = words["weight to hidden unit 2 from input 1"]
    assert [plain(cell) for cell in weight] == [
        "w_h2,x1", "W^(1)21", "W^1_2,1", "v_j=2,i=1", "w_i=1,j=2", "w^(1)_1,2",
    ]  # fmt: skip
