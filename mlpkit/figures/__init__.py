"""Pictures, each with a text that says what is to be seen in it.

``network`` draws networks with their values, ``graph`` computation graphs, and ``curves`` what
happens in training; ``style`` holds the colours, and ``figure`` the way a picture and its text get
into a page.
"""

from mlpkit.figures.curves import draw_curves
from mlpkit.figures.figure import Figure, Gallery
from mlpkit.figures.graph import draw_graph
from mlpkit.figures.network import draw_network
from mlpkit.figures.steps import draw_step

__all__ = ["Figure", "Gallery", "draw_curves", "draw_graph", "draw_network", "draw_step"]
