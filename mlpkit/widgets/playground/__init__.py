"""The playground: a network to take apart.

A click on the page goes through these files:

- ``main.js`` and its neighbours send a message, ``{"do": "step", "what": "epoch"}``;
- ``widget``      receives it, and answers with a frame;
- ``messages``    knows what can be asked for;
- ``experiment``  does it to the ``state``: a network, the ``points`` (seen through their
  ``features``), what the ``settings`` say, and the ``history`` of the losses;
- ``steps``       are those that it learns by, of ``mlpkit.training``;
- ``frame``       makes of it what the page draws, in bytes;
- ``picture``     makes of it a picture for pages without a kernel;
- ``challenge``   says whether a task is fulfilled, and ``beside`` holds two playgrounds.
"""

from mlpkit.widgets.playground.beside import SideBySide, side_by_side
from mlpkit.widgets.playground.challenge import Challenge
from mlpkit.widgets.playground.widget import Playground

__all__ = ["Challenge", "Playground", "SideBySide", "side_by_side"]
