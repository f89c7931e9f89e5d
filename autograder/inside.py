"""The part that runs inside the sandbox: starts the kernel, and hands the grader's calls on.

It shares a process with the student's code, so it can keep no secret and prove nothing. It holds no
test and no expected value, and whatever it answers is taken as mere data by the other side
(``remote``). Only the standard library, NumPy, IPython and ``plain`` are there to import.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
from typing import Any

import agent  # type: ignore[import-not-found]  # beside this file, inside the sandbox


class Answer:
    """Text that IPython hands over as it is, instead of its repr."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": self.text}


def answer(request: str) -> Answer:
    """What the grader calls; the agent is made on the first call."""
    global _agent
    if _agent is None:
        from IPython import get_ipython

        _agent = agent.Agent(get_ipython().user_ns)
    return Answer(_agent.answer(request))


_agent: agent.Agent | None = None


def _end_with(lifeline: int) -> None:
    """Ends the kernel when the other end of a pipe is closed: the grader is gone."""
    os.read(lifeline, 1)
    os._exit(1)


def main() -> None:
    """Takes the limits upon itself, then becomes the kernel."""
    for name, limit in json.loads(os.environ.pop("AUTOGRADER_LIMITS")).items():
        number = getattr(resource, "RLIMIT_" + name)
        hard = resource.getrlimit(number)[1]
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(number, (limit, limit))

    lifeline = os.environ.pop("AUTOGRADER_LIFELINE", None)
    if lifeline is not None:
        threading.Thread(target=_end_with, args=(int(lifeline),), daemon=True).start()
    # The grader's workers ignore Ctrl-C, and what they start inherits that.
    signal.signal(signal.SIGINT, signal.default_int_handler)

    from ipykernel.kernelapp import IPKernelApp

    # A kernel whose __main__ is this file would hand it to the student's names.
    sys.modules["inside"] = sys.modules["__main__"]
    arguments = [
        "-f",
        sys.argv[1],
        "--HistoryManager.hist_file=:memory:",
        "--IPKernelApp.quiet=True",
    ]
    IPKernelApp.launch_instance(argv=arguments)


if __name__ == "__main__":
    main()
