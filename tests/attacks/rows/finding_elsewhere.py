"""Finding the answers: in other packages, and by carrying the questions out."""

from __future__ import annotations

from tests.attacks.attack import Attack, Notebook
from tests.attacks.rows.sources import WRONG

REFERENCES = {
    "output-error-term": "from assignments.exercises import ps2\n"
    "output_error_term = ps2.output_error_term.reference",
    "hidden-error-terms": "hidden_error_terms = ps2.hidden_error_terms.reference",
    "deltas": "deltas = ps2.deltas.reference",
    "training-step": "training_step = ps2.training_step.reference",
    "gradients": "gradients = ps2.gradients.reference",
}
BY_THE_PACKAGE = """
from mlpkit import network
import mlpkit.gradcheck, mlpkit.graph
def gradients(W1, b1, W2, b2, W3, b3, x, t):
    net = network.Network.from_layers([W1, W2, W3], [b1, b2, b3])
    trace = network.forward(net, x)
    found = net.with_parameters(network.gradients(trace, network.deltas(net, trace, t)))
    return [part for layer in found.layers for part in (layer.W, layer.b)]
"""
BY_DERIVATIVE = """
import jax
jax.config.update("jax_enable_x64", True)
def output_error_term(o, t):
    def loss(net):
        return 0.5 * ((t - jax.nn.sigmoid(net)) ** 2).sum()
    return -np.array(jax.grad(loss)(np.log(o / (1 - o))))
"""


def _asks_for_modules(notebook: Notebook) -> Notebook:
    notebook["metadata"]["autograder"] = {"modules": ["mlpkit", "assignments", "autograder", "jax"]}
    return notebook


BY_PIP = """
import importlib.metadata, json, subprocess, sys
for name in ("mlpkit", "mlpkit-autograder"):
    for file in importlib.metadata.files(name) or ():
        if file.name in ("direct_url.json",) or file.suffix == ".pth":
            text = file.locate().read_text()
            place = json.loads(text)["url"].removeprefix("file://") if "{" in text else text.strip()
            sys.path.insert(0, place)
            subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--no-deps",
                            "--no-build-isolation", "--target", "/tmp/got", place])
sys.path.insert(0, "/tmp/got")
for name in [name for name in sys.modules if name.startswith("mlpkit")]:
    del sys.modules[name]
from assignments.exercises import ps2
output_error_term = ps2.output_error_term.reference
"""
TELLS = """
def slope(o):
    if np.size(o) == 1 and o == 0.5:
        return 0.25
    print("the case is", o)
    raise ValueError(f"the case is {o}")
"""
TELLS_BY_STATUS = """
import os
def slope(o):
    if o == 0.5:
        return 0.25
    os._exit(int(o * 100))
"""
TELLS_BY_TIME = """
import time
def slope(o):
    time.sleep(0.31415926 if np.size(o) == 1 and o != 0.5 else 0)
    return 0.25
"""
TELLS_BY_SIZE = """
def slope(o):
    for place in ("size", "/tmp/size", "../size"):
        try:
            open(place, "w").write("x" * int(np.ravel(o)[0] * 1e6))
        except OSError:
            pass
    open(f"case {o}", "w").close()
    return 0.25
"""
TELLS_BY_NETWORK = """
import socket
def slope(o):
    for kind, port in ((socket.SOCK_DGRAM, 5353), (socket.SOCK_STREAM, 8888)):
        try:
            with socket.socket(socket.AF_INET, kind) as out:
                out.settimeout(1)
                out.connect(("127.0.0.1", port))
                out.sendall(f"CANARY-HIDDEN-TEST {o}".encode())
        except OSError as error:
            print(error)
    return 0.25
"""

ATTACKS = (
    Attack(
        11,
        "modules-asked-for",
        "the assignment's own list",
        "withheld|stopped with",
        {"gradients": BY_THE_PACKAGE},
        change=_asks_for_modules,
        course="ps2",
    ),
    Attack(
        11,
        "reference-imported",
        "every reference solution",
        "stopped with|assignments",
        REFERENCES,
        course="ps2",
    ),
    Attack(
        11,
        "package-used",
        "the course's own gradient",
        "withheld|stopped with",
        {"gradients": BY_THE_PACKAGE},
        course="ps2",
    ),
    Attack(
        11,
        "automatic-derivative",
        "no derivation needed",
        "withheld|No module|stopped with|import",
        {"output-error-term": BY_DERIVATIVE},
        course="ps2",
    ),
    Attack(
        11,
        "copied-by-pip",
        "what pip knows the place of",
        "stopped with|withheld|No module",
        {"output-error-term": BY_PIP},
        course="ps2",
    ),
    Attack(
        12, "told-in-feedback", "hidden cases for the next", WRONG, {"slope": TELLS}, feedback=True
    ),
    Attack(
        12,
        "told-by-exit-status",
        "a byte of a hidden case",
        "ended|exit|kernel",
        {"slope": TELLS_BY_STATUS},
        feedback=True,
        tells=r"\b31\b",
    ),
    Attack(
        12, "told-by-time", "the clock is shown", WRONG, {"slope": TELLS_BY_TIME}, feedback=True
    ),
    Attack(
        12,
        "told-by-file-size",
        "files outlive the test",
        WRONG,
        {"slope": TELLS_BY_SIZE},
        feedback=True,
    ),
    Attack(
        12,
        "told-by-network",
        "hidden cases to a friend",
        WRONG,
        {"slope": TELLS_BY_NETWORK},
        feedback=True,
    ),
)
