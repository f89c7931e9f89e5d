"""A question with feedback, in the middle of a lecture.

``question("05-why-negative")`` in a cell shows the question of that name. The reader answers, by
mouse or by keyboard, presses Check, and is told what is right, or what this wrong answer comes
from. Texts and answers are in ``questions/05.json`` beside this file, not in the notebook, and
the answers stay in the kernel until one is given.

How to write a question
-----------------------
``questions/05.json`` is one JSON object: the questions of lecture 5, by name. Names begin with the
number of the lecture. A text is plain text; ``$...$`` is LaTeX (in JSON a backslash is written
twice), `...` in backquotes is code, *...* between asterisks is stressed, and an empty line
(``\\n\\n``) begins a paragraph. Every question has a "kind" and a "text". What else it has depends
on the kind; nothing may be left out unless it says so, and unknown fields are errors.

One of several answers; exactly one has "right"::

    "05-why-negative": {
      "kind": "choice",
      "text": "The output is $0.73$, the target is $1$. Why is $\\\\delta$ negative?",
      "choices": [
        {"text": "More net input lowers the loss.", "right": true, "feedback": "Because ..."},
        {"text": "The weight is negative.", "feedback": "The weight is not in it: ..."}
      ]
    }

Which line is wrong? Exactly one line has "wrong"; each says why it is or is not::

    "05-bad-line": {
      "kind": "line",
      "text": "Which line of this derivation is wrong?",
      "lines": [
        {"text": "$z = w x + b$", "feedback": "This is the definition."},
        {"text": "$a' = a$", "wrong": true, "feedback": "The slope is $a (1 - a)$."}
      ]
    }

A number, right if within the tolerance (both included). "mistakes" are the values that known
mistakes lead to, each with what to say, and are optional; "wrong" is said of any other number::

    "05-output-delta": {
      "kind": "number",
      "text": "How large is the error term of the output?",
      "answer": -0.0532,
      "tolerance": 0.0005,
      "right": "Yes: the error times the slope.",
      "mistakes": [{"value": -0.27, "feedback": "The slope $a (1 - a)$ is missing."}],
      "wrong": "Multiply the error $a - t$ by the slope $a (1 - a)$."
    }

Every kind may have "hints", a list of texts. The reader asks for them one at a time; so each says a
little more than the one before it, and the last still leaves something to do.

Put the steps in order. "steps" stand in the right order, "shown" is the order in which the reader
finds them (numbers from 0). "mistakes" are optional: the first one that applies is said when step
"step" stands anywhere before step "before"; "wrong" is said of any other order::

    "05-order": {
      "kind": "order",
      "text": "In which order are these computed?",
      "steps": ["forward pass", "error terms", "gradient", "update"],
      "shown": [2, 0, 3, 1],
      "right": "Yes: each step needs the one before it.",
      "mistakes": [{"step": 3, "before": 1, "feedback": "The error terms need the old weights."}],
      "wrong": "Ask of each step what it needs to have been computed."
    }
"""

from __future__ import annotations

from typing import Any

import traitlets

from mlpkit.widgets.judging import Question
from mlpkit.widgets.page import PageWidget, inline_markup, markup, script, style
from mlpkit.widgets.question_file import load_question


class QuestionWidget(PageWidget):
    """A question, the reader's answer to it, and what is said of that.

    Attributes:
        answer: what was checked last: for "choice" and "line" the number of the option from 0, for
            "number" what was typed, for "order" the numbers of the options in the reader's order.
        state: "open" until an answer is checked, then "right", "wrong" or "unread".
        feedback: what is said of the answer, as HTML.
        checks: how many times an answer has been checked.
        hints: what may be asked for, as HTML; ``hints_seen`` how many have been.
    """

    _esm = script("question.js")
    _css = style()

    kind = traitlets.Unicode().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    answer = traitlets.Any(None, allow_none=True).tag(sync=True)
    state = traitlets.Unicode("open").tag(sync=True)
    feedback = traitlets.Unicode("").tag(sync=True)
    checks = traitlets.Int(0).tag(sync=True)
    hints = traitlets.List(traitlets.Unicode()).tag(sync=True)
    hints_seen = traitlets.Int(0).tag(sync=True)

    def __init__(self, question: Question) -> None:
        self._question = question
        super().__init__(
            kind=question.kind,
            text=markup(question.text),
            options=[inline_markup(option) for option in question.options],
            hints=[inline_markup(hint) for hint in question.hints],
            answer=list(range(len(question.options))) if question.kind == "order" else None,
        )
        self.on_msg(lambda widget, content, buffers: self.check(content["answer"]))

    def check(self, answer: Any) -> None:
        """Judges an answer."""
        verdict = self._question.judge(answer)
        with self.hold_sync():
            self.answer = answer
            self.state = verdict.state
            self.feedback = markup(verdict.feedback)
            self.checks += 1

    def static_text(self) -> str:
        lines = [f"Question. {self._question.text}"]
        lines += [f"  ({i}) {option}" for i, option in enumerate(self._question.options, start=1)]
        return "\n".join(lines)

    def static_html(self) -> str:
        options = "".join(f"<li>{option}</li>" for option in self.options)
        listed = f"<ol>{options}</ol>" if options else ""
        hints = "".join(
            f"<details><summary>Hint {i}</summary>{hint}</details>"
            for i, hint in enumerate(self.hints, start=1)
        )
        return f"<p><strong>Question</strong></p>{self.text}{listed}{hints}"


def question(name: str) -> QuestionWidget:
    """The question of that name, to be answered in the notebook.

    Args:
        name: for instance "05-why-negative", which is found in ``questions/05.json``.

    Raises:
        ValueError: there is none of that name, and the message lists those that there are; or the
            file of questions is malformed, and the message names the file and the field.
    """
    return QuestionWidget(load_question(name))
