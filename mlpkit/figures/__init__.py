"""Pictures, each with a text that says what is to be seen in it.

``network`` draws networks with their values, ``graph`` computation graphs, ``curves`` what happens
in training, and ``chart`` everything else that has two axes. ``style`` holds the colours, and
``figure`` the way a picture and its text get into a page.
"""

from mlpkit.figures.chart import Chart
from mlpkit.figures.curves import draw_curves
from mlpkit.figures.figure import Figure, Gallery
from mlpkit.figures.graph import draw_graph
from mlpkit.figures.network import draw_network
from mlpkit.figures.steps import draw_step

__all__ = ["Chart", "Figure", "Gallery", "draw_curves", "draw_graph", "draw_network", "draw_step"]
