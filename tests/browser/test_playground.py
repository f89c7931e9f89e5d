"""The playground in JupyterLab: what it learns, how fast, and what a reader gets to see and hear.

For its controls see test_playground_controls, for how it ends test_playground_closing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from statistics import median

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.lab import Lab, OpenNotebook
from tests.browser.playground_page import (
    FOCUSABLE,
    LISTEN,
    OUT_OF_SIGHT,
    PlaygroundPage,
    notebook_of,
    wait_until,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LARGEST = (
    "data='spiral', hidden=(8,) * 6, "
    "features=('x1', 'x2', 'x1^2', 'x2^2', 'x1*x2', 'sin(x1)', 'sin(x2)')"
)
CELLS = (
    "from mlpkit.widgets import Playground, side_by_side\np = Playground()\np",
    f"largest = Playground({LARGEST})\nlargest",
    "p",
    "left, right = Playground(), Playground(hidden=(8,), rate=0.1)\nside_by_side(left, right)",
)

# The test loss after 300 epochs that 18 of 20 runs of TensorFlow's playground come below, and the
# median of the 20, both with its defaults: its own nn.ts and dataset.ts (commits bd89e3ad and
# bf5e6fc6) were run with 20 seeds. A single run scatters by as much as these two differ, and some
# never leave a bad minimum (the worst at 300 epochs: 0.16 circle, 0.27 exclusive or), so a single
# run of ours is held against the first number. The medians of 20 runs of ours are, in this order:
# 0.0039, 0.0034, 0.00017, 0.481, 0.00019, 0.0190.
REACHED = {
    "circle": (0.00765, 0.00288),
    "exclusive or": (0.113, 0.00983),
    "Gaussian": (0.000265, 0.000160),
    "spiral": (0.508, 0.482),
    "plane": (0.000212, 0.000180),
    "multi-Gaussian": (0.0205, 0.0195),
}
EPOCHS = 300

# Above what it takes by far, for machines that do other things at the same time.
SLOW = 200
WANTED = {"p": 33, "largest": 66}


@pytest.fixture(scope="module")
def notebook(lab: Lab, open_notebook: Callable[[str], OpenNotebook]) -> OpenNotebook:
    notebook = open_notebook(lab.write(notebook_of(*CELLS), "playground.ipynb"))
    notebook.run_all()
    notebook.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    return notebook


@pytest.fixture
def playground(notebook: OpenNotebook) -> PlaygroundPage:
    playground = PlaygroundPage(notebook, "p")
    playground.begin_anew()
    return playground


@pytest.fixture
def largest(notebook: OpenNotebook) -> PlaygroundPage:
    return PlaygroundPage(notebook, "largest", 1)


@pytest.mark.parametrize("data", REACHED)
def test_learns_each_data_set_as_far_as_tensorflows_playground(
    playground: PlaygroundPage, data: str, record_property: Callable[[str, object], None]
) -> None:
    playground.begin_anew(f"epochs_per_frame=20 data={data.replace(' ', '_')}")
    playground.play_to(EPOCHS)
    epochs, losses = playground.kernel(
        "[p.history_columns[name].tolist() for name in ('epoch', 'test loss')]"
    )
    loss = losses[epochs.index(EPOCHS)]
    most, typical = REACHED[data]
    record_property(
        f"measured: test loss after {EPOCHS} epochs, {data}",
        f"{loss:.2g} (of 20 runs of theirs the median {typical:.2g}, 90 % below {most:.2g})",
    )
    assert loss <= most


@pytest.mark.parametrize("name", WANTED)
def test_time_from_frame_to_frame(
    notebook: OpenNotebook, name: str, record_property: Callable[[str, object], None]
) -> None:
    playground = PlaygroundPage(notebook, name, list(WANTED).index(name))
    playground.begin_anew(playground.kernel("p.state") if name == "largest" else "")
    playground.play.scroll_into_view_if_needed()
    playground.root.evaluate("root => root.timings.splice(0)")
    playground.play.click()
    wait_until(lambda: len(playground.timings()) > 60, "there are no 60 frames in 30 s", 30)
    playground.play.click()
    timings = playground.timings()[5:]
    parts = {
        part: median(each[part] for each in timings if each[part] is not None)
        for part in ("frame", "compute", "transfer", "draw")
    }
    record_property(
        f"measured: playground's frame to frame, {name.replace('p', 'default', name == 'p')}",
        ", ".join(f"{part} {time:.1f}" for part, time in parts.items())
        + f" ms (median of {len(timings)}; wanted at most {WANTED[name]})",
    )
    assert parts["frame"] < SLOW


def test_pause_takes_effect_within_a_frame(playground: PlaygroundPage) -> None:
    each = 5
    playground.begin_anew(f"epochs_per_frame={each}")
    # What is on the screen at the click; what was on its way then may come after it.
    playground.play.evaluate(
        """(play) => play.addEventListener('click', () => {
          play.shown = Number(play.closest('.mlp-playground')
            .querySelector('.mlp-epoch').textContent.replaceAll(',', ''));
        }, { capture: true })"""
    )
    for _ in range(2):
        playground.play.click()
        start = playground.kernel("p.training.epochs")
        wait_until(
            lambda start=start: playground.kernel("p.training.epochs") > start + 10 * each,
            "it does not play",
        )
        playground.play.click()
        just_after = playground.kernel("p.training.epochs")
        playground.page.wait_for_timeout(500)
        later = playground.kernel("p.training.epochs")
        assert later - just_after <= each, "it goes on after the pause"
        shown = playground.play.evaluate("play => play.shown")
        # One frame that has come and waits for the screen, and one that is learned just now.
        assert later - shown <= 2 * each
        playground.expect_in_kernel("p.playing", False)


@pytest.mark.parametrize("theme", ("JupyterLab Dark", "JupyterLab Light"))
def test_axe_finds_nothing_to_object(
    playground: PlaygroundPage, largest: PlaygroundPage, theme: str
) -> None:
    playground.notebook.use_theme(theme)
    playground.notebook.execute("p.restore('data=three_classes rate=10'); p.step(times=3)")
    for each in (playground, largest):
        each.open_inspector()
        each.open_drawing()
    # Colours fade from one to the other.
    playground.page.wait_for_timeout(300)
    found = Axe().run(playground.page, context=".mlp-playground").response["violations"]
    playground.root.evaluate("root => root.scrollIntoView()")
    told = [
        f"{each['impact']}: {each['help']}: {node['html'][:200]}"
        for each in found
        for node in each["nodes"]
    ]
    assert told == []


def test_live_text_says_what_a_step_and_a_pause_came_to(playground: PlaygroundPage) -> None:
    playground.control("button", "Step by one epoch").click()
    expect(playground.status).to_contain_text("Epoch 1.")
    losses = playground.kernel("p._experiment.now.losses")
    for loss in losses:
        expect(playground.status).to_contain_text(f"{loss:.3f}")
    playground.play_to(20)
    epoch = playground.kernel("p.training.epochs")
    expect(playground.status).to_contain_text(f"Epoch {epoch}.")


def test_live_text_is_silent_while_it_plays(playground: PlaygroundPage) -> None:
    """Each change in a live region is read out, also in an output, which is one."""
    playground.root.evaluate(LISTEN)
    playground.open_inspector()
    playground.play.click()
    playground.expect_in_kernel("p.training.epochs > 10", True)
    spoken = playground.root.evaluate("root => [...root.spoken]")
    playground.play.click()
    playground.root.evaluate("root => root.listener.disconnect()")
    assert spoken == []


def test_divergence_is_told_at_once(playground: PlaygroundPage) -> None:
    playground.begin_anew("data=plane activation=identity rate=10")
    playground.play.click()
    expect(playground.alert).to_contain_text("It diverged")
    expect(playground.play).to_have_accessible_name(re.compile("Play$"))
    playground.expect_in_kernel("p.playing", False)
    # What it says to do helps.
    epoch = playground.kernel("p.training.epochs")
    playground.control("button", "Undo").click()
    playground.expect_in_kernel("p.training.epochs", 0)
    playground.control("combobox", "Learning rate").select_option("0.001")
    playground.control("button", "Step by one epoch").click()
    expect(playground.alert).to_have_text("")
    assert epoch > 0 and playground.kernel("p._experiment.problem") == ""


def test_the_buttons_learn_what_the_trainer_learns(playground: PlaygroundPage) -> None:
    playground.notebook.execute(
        """
from mlpkit.training import train
start, part = p.network, p._experiment.now.learned
expected = train(start, part.x, part.t, rate=0.03, epochs=3, batch_size=10)
"""
    )
    for _ in range(2):
        playground.control("button", "Step by one epoch").click()
    for _ in range(25):
        playground.control("button", "Step by one batch").click()
    playground.expect_in_kernel("p.training.epochs", 3)
    same = "p.network.parameters.tolist() == expected.last.parameters.tolist()"
    assert playground.kernel(same)
    weights = playground.kernel("[p.network.layers[0].b[0], *p.network.layers[0].W[0]]")
    playground.open_inspector()
    fields = playground.inspector().get_by_role("textbox").all()
    shown = [float(field.input_value().replace("−", "-")) for field in fields]
    assert shown == pytest.approx(weights, rel=0.01)


def test_two_views_show_one_network(notebook: OpenNotebook, playground: PlaygroundPage) -> None:
    other = PlaygroundPage(notebook, "p", 2)
    playground.control("button", "Step by one epoch").click()
    for view in (playground, other):
        expect(view.root.locator(".mlp-epoch")).to_have_text("1")
    assert playground.canvas(".mlp-map") == other.canvas(".mlp-map")
    other.play.click()
    expect(playground.play).to_have_accessible_name(re.compile("Pause$"))
    playground.play.click()
    expect(other.play).to_have_accessible_name(re.compile("Play$"))
    epoch = playground.kernel("p.training.epochs")
    playground.page.wait_for_timeout(200)
    assert playground.kernel("p.training.epochs") == epoch > 1
    playground.control("combobox", "Activation").select_option("ReLU")
    expect(other.control("combobox", "Activation")).to_have_value("ReLU")


def test_others_on_the_page_stand_still(
    playground: PlaygroundPage, largest: PlaygroundPage
) -> None:
    before = [largest.kernel("p.training.epochs"), largest.kernel("left.training.epochs")]
    playground.play_to(5)
    playground.control("button", "One hidden layer less").click()
    playground.expect_in_kernel("p.settings['hidden']", [4])
    assert largest.kernel("p.settings['hidden']") == [8] * 6
    after = [largest.kernel("p.training.epochs"), largest.kernel("left.training.epochs")]
    assert after == before


def test_two_beside_each_other_stand_at_the_same_epoch(notebook: OpenNotebook) -> None:
    left, right = PlaygroundPage(notebook, "left", 3), PlaygroundPage(notebook, "right", 4)
    left.play.click()
    expect(right.play).to_have_accessible_name(re.compile("Pause$"))
    left.expect_in_kernel("p.training.epochs > 20", True)
    right.play.click()
    expect(left.play).to_have_accessible_name(re.compile("Play$"))
    right.control("button", "Step by one epoch").click()
    left.notebook.wait_for_kernel()
    epoch = left.kernel("p.training.epochs")
    assert epoch == right.kernel("p.training.epochs") > 20
    for each in (left, right):
        expect(each.root.locator(".mlp-epoch")).to_have_text(str(epoch))
    assert left.kernel("p.settings['hidden']") != right.kernel("p.settings['hidden']")


def test_everything_is_within_reach_at_700_pixels(
    playground: PlaygroundPage, largest: PlaygroundPage
) -> None:
    page = playground.page
    page.set_viewport_size({"width": 700, "height": 900})
    try:
        for each in (playground, largest):
            each.open_inspector()
            each.open_drawing()
            page.wait_for_timeout(100)
            wide, room = each.root.evaluate("root => [root.scrollWidth, root.clientWidth]")
            assert wide <= room < 700
            assert each.root.evaluate(FOCUSABLE) > 40
            assert each.root.evaluate(OUT_OF_SIGHT) == []
    finally:
        page.set_viewport_size({"width": 1280, "height": 900})


def test_nothing_went_wrong_on_the_page(notebook: OpenNotebook) -> None:
    assert notebook.complaints == []
