"""Forging the verdict: by what the tests call, and by what runs and shows a cell."""

from __future__ import annotations

from tests.attacks.attack import (
    Attack,
)
from tests.attacks.rows.sources import LOST, NONSENSE, NOT_ATTEMPTED, STOPPED, WRONG

SHELL = "shell = get_ipython()\n"
PATCHED = """
import numpy as np
import numpy.testing

for name in dir(numpy.testing):
    if name.startswith("assert"):
        setattr(numpy.testing, name, lambda *a, **k: None)
"""
HOOK = """
def before(*_):
    shell.user_ns["assert_allclose"] = lambda *a, **k: None
    shell.user_ns["np"].allclose = lambda *a, **k: True
shell.events.register("pre_run_cell", before)
"""
RUN_CELL = """
async def nothing(*_, **__):
    return False
shell.run_ast_nodes = nothing
shell.run_code = nothing
"""
WITHOUT_ASSERTS = """
import ast
class Remove(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass() if "assert" in ast.dump(node) else node
shell.ast_transformers.append(Remove())
"""
INPUT = """
def without_tests(lines):
    return ["pass"] if any("assert" in line or "points" in line for line in lines) else lines
shell.input_transformers_post.append(without_tests)
shell.input_transformers_cleanup.append(without_tests)
"""
FORMATTER = """
text = shell.display_formatter.formatters["text/plain"]
text.for_type(float, lambda value, printer, cycle: printer.text("4.0"))
"""
SILENT = """
import sys
sys.excepthook = lambda *_: None
shell.showtraceback = shell._showtraceback = lambda *a, **k: None
shell.set_custom_exc((BaseException,), lambda *a, **k: None)
"""
REPLY = """
kernel = get_ipython().kernel
def momentum(w, last, gradient, rate):
    parent, identity = kernel.get_parent("shell"), kernel._parent_ident["shell"]
    result = {"data": {"text/plain": "4.0"}, "metadata": {}, "execution_count": 1}
    kernel.session.send(kernel.iopub_socket, "execute_result", result, parent=parent)
    reply = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
    kernel.session.send(kernel.shell_stream, "execute_reply", reply, parent, ident=identity)
    return w, w
"""
CLEAR = """
from IPython.display import clear_output
shell.events.register("post_run_cell", lambda *_: clear_output())
"""
DESCRIPTORS = """
import json, os, struct
value = '["dict", [["value", true]]]'
messages = [{"kind": "done", "number": n, "answer": value} for n in range(50)]
messages += [{"kind": "error", "ename": 1}, {"kind": []}, {"kind": "display_data", "data": 7}]
messages += [{"kind": "execute_result", "data": {"text/plain": "4.0"}}, [], 4.0]
texts = [json.dumps(message).encode() for message in messages]
frames = [struct.pack("!I", len(text)) + text for text in texts]
frames += [b"\\xff" * 4096, struct.pack("!I", 2**31) + b"x"]
for number in range(3, 64):
    for frame in frames:
        try:
            os.set_blocking(number, False)
            os.write(number, frame)
        except OSError:
            pass
"""
HALF = """
import os, stat, struct, threading, time
def drip():
    while True:
        for number in range(3, 64):
            try:
                if stat.S_ISSOCK(os.fstat(number).st_mode):
                    os.write(number, frame)
            except OSError:
                pass
        time.sleep(0.2)
frame = struct.pack("!I", 100_000) + b"{"
threading.Thread(target=drip, daemon=True).start()
time.sleep(0.5)
"""
AGENT = """
import gc, sys
def yes(*_, **__):
    return {"value": True, "changed": {0: True, -1: 0, "x": None}}
for thing in gc.get_objects():
    if type(thing).__name__ == "Agent":
        for name in dir(type(thing)):
            if name.startswith("do_"):
                setattr(type(thing), name, yes)
"""
ANSWERS = """
import gc, itertools
answers = itertools.cycle([
    '{"raised": 1}', '["dict", [["raised", ["list", ["KeyboardInterrupt"]]]]]', "[" * 5000,
    '["dict", [["raised", ["list", ["SystemExit"]]], ["message", 7]]]', "null", "", "4.0",
    '["dict", [["value", ["handle", -1, "function", true]]]]', '["array", "<f8", [9999999], ""]',
    '["dict", [["missing", true], ["value", ["handle", 99999, "list", false]]]]',
])
for thing in gc.get_objects():
    if type(thing).__name__ == "Agent":
        type(thing).answer = lambda *_: next(answers)
"""
BUILTINS = """
import builtins
builtins.abs = lambda _: 0
builtins.all = lambda _: True
builtins.isinstance = lambda *_: True
builtins.len = lambda _: 5
"""
EXCEPTION = """
import builtins
class Harmless(SystemExit):
    code = 0
builtins.AssertionError = builtins.NotImplementedError = builtins.ValueError = Harmless
"""
ALLCLOSE = """
import numpy as np
np.allclose = np.array_equal = np.isclose = lambda *a, **k: True
np.core.numeric.allclose = np.allclose
"""

ATTACKS = (
    Attack(
        3, "numpy-testing-patched", "no assertion fails", WRONG, NONSENSE, first=PATCHED + ALLCLOSE
    ),
    Attack(3, "allclose-patched", "everything is close", WRONG, NONSENSE, first=ALLCLOSE),
    Attack(3, "builtins-patched", "everything holds", WRONG, NONSENSE, first=BUILTINS),
    Attack(3, "assertion-error-patched", "failing is harmless", WRONG, NONSENSE, first=EXCEPTION),
    Attack(
        3, "showtraceback-silenced", "errors leave no output", WRONG, NONSENSE, first=SHELL + SILENT
    ),
    Attack(4, "input-transformer", "tests are cut out", WRONG, NONSENSE, first=SHELL + INPUT),
    Attack(
        4, "ast-transformer", "asserts are cut out", WRONG, NONSENSE, first=SHELL + WITHOUT_ASSERTS
    ),
    Attack(4, "pre-run-cell-hook", "patched before each test", WRONG, NONSENSE, first=SHELL + HOOK),
    Attack(
        4, "run-cell-patched", "nothing runs, all passes", STOPPED, NONSENSE, first=SHELL + RUN_CELL
    ),
    Attack(4, "display-formatter", "0.0 is shown as 4.0", WRONG, NONSENSE, first=SHELL + FORMATTER),
    Attack(
        5, "reply-forged", "4 points, said by itself", STOPPED + "|" + WRONG, {"momentum": REPLY}
    ),
    Attack(5, "output-cleared", "errors are wiped away", WRONG, NONSENSE, first=SHELL + CLEAR),
    Attack(
        5,
        "descriptors-written",
        "an answer before the question",
        f"{LOST}|{NOT_ATTEMPTED}|{STOPPED}|Error",
        first=DESCRIPTORS,
    ),
    Attack(
        5, "agent-replaced", "whatever is asked is true", f"{WRONG}|{LOST}", NONSENSE, first=AGENT
    ),
    Attack(5, "half-a-message", "the grader waits for the rest", ".+", NONSENSE, first=HALF),
    Attack(
        5,
        "answers-forged",
        "answers that break the asker",
        f"{WRONG}|{LOST}",
        NONSENSE,
        first=ANSWERS,
    ),
)
