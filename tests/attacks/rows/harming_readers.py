"""Harming: whoever reads a result, by what is shown and by what is handed over."""

from __future__ import annotations

import json
from typing import Any

from tests.attacks.attack import Attack, Notebook, name_of
from tests.attacks.judge import MARK_OF_SCRIPT
from tests.attacks.rows.sources import LOST, NONSENSE, NOT_ATTEMPTED, WRONG

SCRIPT = f"<script>document.title='{MARK_OF_SCRIPT}'</script>"
PICTURE = f"<img src=x onerror={MARK_OF_SCRIPT}()>"
VECTOR = f"<svg xmlns='http://www.w3.org/2000/svg' onload='{MARK_OF_SCRIPT}()'></svg>"
SHOWS = f'''
from IPython.display import HTML, Javascript, SVG, Markdown, Latex, display
display(HTML("{SCRIPT}"), HTML("{PICTURE}"))
display(Javascript("{MARK_OF_SCRIPT}()"))
display(Markdown("{SCRIPT}"), Latex("{SCRIPT}"))
display({{"image/svg+xml": "{VECTOR}", "text/html": "{SCRIPT}"}}, raw=True)
'''
FAILS = f'''
def slope(o):
    raise ValueError("\\x1b]0;{MARK_OF_SCRIPT}\\x07\\x1b[2J{SCRIPT}")
class {MARK_OF_SCRIPT}(Exception):
    """{SCRIPT}"""
print("\\x1b[31m\\x1b]8;;http://evil.invalid\\x07 click \\x1b[2J{SCRIPT}")
raise {MARK_OF_SCRIPT}("\\x1b[2J{SCRIPT}")
'''
TEXT = f"""
{SCRIPT} <img src=x onerror="{MARK_OF_SCRIPT}()"> [click](javascript:{MARK_OF_SCRIPT}())
<iframe srcdoc="&lt;script&gt;{MARK_OF_SCRIPT}()&lt;/script&gt;"></iframe>
![x](x"onerror="{MARK_OF_SCRIPT}()) <svg/onload="{MARK_OF_SCRIPT}()">
"""


def _answered(notebook: Notebook) -> Notebook:
    for cell in notebook["cells"]:
        if name_of(cell) == "essay":
            cell["source"] = TEXT
            cell["attachments"] = {"x": {"image/svg+xml": VECTOR}}
    return notebook


def _script_in_ids(notebook: Notebook) -> Notebook:
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"]["name"] = cell["metadata"]["tags"] = [f"{SCRIPT}{number}"]
    extra: dict[str, Any] = {"cell_type": SCRIPT, "id": f'"><{SCRIPT}', "source": SCRIPT}
    notebook["cells"].append({**extra, "metadata": {"nbgrader": {"grade_id": SCRIPT}}})
    notebook["metadata"]["kernelspec"]["display_name"] = SCRIPT
    notebook["metadata"]["title"] = SCRIPT
    return notebook


FORGED_PICTURE = f"""
from IPython.display import display
for payload in ('x" onerror="{MARK_OF_SCRIPT}()', 'AAAA"><script>"{MARK_OF_SCRIPT}"</script>'):
    for kind in ("image/png", "image/jpeg", "image/svg+xml"):
        display({{kind: payload, "text/plain": "x"}}, raw=True)
"""
SURROGATES = """
import sys
print("\\ud800 \\x00 \\udcff")
print("\\ud800", file=sys.stderr)
display({"text/plain": "\\ud800\\x00"}, raw=True)
def slope(o):
    raise ValueError("\\ud800 \\x00")
def halves(numbers):
    return ["\\ud800", "\\x00"]
raise ValueError("\\ud800 \\x00 \\udcff")
"""


def _surrogates(notebook: Notebook) -> Notebook:
    for cell in notebook["cells"]:
        cell["metadata"]["\ud800"] = "\ud800"
        if name_of(cell) == "essay":
            cell["source"] = "\ud800 \x00 \udcff"
    notebook["cells"][1]["source"] += "\n# \ud800 \x00"
    notebook["cells"].append({**notebook["cells"][0], "id": "\ud800", "source": "# \ud800"})
    return notebook


SCRIPT_AS_NAME = f"m-<img src=x onerror={MARK_OF_SCRIPT}()>\x1b[J"
OUTPUTS = json.dumps(
    [{"output_type": "display_data", "metadata": {}, "data": {"text/html": SCRIPT}}]
)


def _old_outputs(notebook: Notebook) -> Notebook:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = json.loads(OUTPUTS)
    return notebook


PICKLE = """
import os
class Runs:
    def __reduce__(self):
        return os.system, ("touch /home/grader/attack /course/attack /tmp/attack-pickle",)
def error_term(o, t):
    return Runs()
def halves(numbers):
    return [Runs(), Runs()]
def slope(o):
    return np.array([Runs()], dtype=object)
"""
NPY = """
import io
def slope(o):
    file = io.BytesIO()
    np.save(file, np.array([print], dtype=object), allow_pickle=True)
    return file.getvalue()
"""
LARGE = """
def slope(o):
    return np.zeros(60_000_000)
def halves(numbers):
    return "x" * 200_000_000
"""
DEEP = """
def halves(numbers):
    value = []
    for _ in range(100_000):
        value = [value]
    return value
"""
CYCLE = """
def halves(numbers):
    value = [1.0, 2.0]
    value.append(value)
    return value
def slope(o):
    value = {}
    value["value"] = value
    return value
"""
LYING = """
class Lying(np.ndarray):
    shape = property(lambda self: (10**9,))
    nbytes = property(lambda self: 8)
    def tobytes(self, *_): return b"x"
def error_term(o, t):
    return np.zeros(6).view(Lying)
"""
LYING_TEXT = """
import sys
for module in list(sys.modules.values()):
    if getattr(module, "__name__", "").rpartition(".")[2] == "plain" and hasattr(module, "write"):
        texts = ['["array", "<f8", [1000000000], ""]', '["array", "|O", [1], "AAAA"]',
                 '["array", "<f8", [-1, -8], "AAAAAAAAAAA="]', '["int", "' + "f" * 9000 + '"]',
                 '["dict", [["value", ' + "[" * 900 + "]" * 900 + "]]]",
                 '["dict", [["value", ["array", "<f99", [1], "AA=="]]]]']
        state = {"n": 0}
        def write(*_, **__):
            state["n"] += 1
            return texts[state["n"] % len(texts)]
        module.write = write
"""

ATTACKS = (
    Attack(
        21, "script-in-outputs", "runs as the instructor", NOT_ATTEMPTED, first=SHOWS, feedback=True
    ),
    Attack(
        21,
        "script-in-old-outputs",
        "runs as the instructor",
        NOT_ATTEMPTED,
        change=_old_outputs,
        feedback=True,
    ),
    Attack(
        21,
        "script-in-tracebacks",
        "the browser, the terminal",
        "slope|Error",
        {"slope": FAILS},
        feedback=True,
    ),
    Attack(
        21,
        "script-in-answers",
        "runs as the instructor",
        NOT_ATTEMPTED,
        change=_answered,
        feedback=True,
    ),
    Attack(
        21,
        "script-in-metadata",
        "runs as the instructor",
        NOT_ATTEMPTED,
        change=_script_in_ids,
        feedback=True,
    ),
    Attack(
        21,
        "script-as-student",
        "runs as the instructor",
        NOT_ATTEMPTED,
        folder=SCRIPT_AS_NAME,
        feedback=True,
    ),
    Attack(
        22,
        "pickle",
        "runs in the grader",
        WRONG,
        NONSENSE | {"slope": "", "error-term": PICKLE, "halves": ""},
    ),
    Attack(
        21,
        "script-in-picture",
        "runs as the instructor",
        NOT_ATTEMPTED,
        first=FORGED_PICTURE,
        feedback=True,
    ),
    Attack(
        22,
        "surrogates-sent",
        "text that cannot be written",
        ".+",
        {"slope": SURROGATES, "halves": ""},
    ),
    Attack(22, "surrogates-handed-in", "text that cannot be written", ".+", change=_surrogates),
    Attack(22, "npy-of-objects", "runs in the grader", WRONG, {"slope": NPY}),
    Attack(
        22,
        "huge-values",
        "the grader's memory",
        f"{WRONG}|{LOST}|large",
        {"slope": LARGE, "halves": ""},
    ),
    Attack(22, "deep-values", "the grader's stack", f"{WRONG}|{LOST}|deep", {"halves": DEEP}),
    Attack(
        22,
        "cyclic-values",
        "the grader's time",
        f"{WRONG}|{LOST}|deep",
        {"slope": "", "halves": CYCLE},
    ),
    Attack(
        22, "lying-array", "the grader's memory", f"{WRONG}|{LOST}|shape", {"error-term": LYING}
    ),
    Attack(
        22,
        "lying-text",
        "the grader's memory",
        f"{WRONG}|{LOST}|answer",
        NONSENSE,
        first=LYING_TEXT,
    ),
)
