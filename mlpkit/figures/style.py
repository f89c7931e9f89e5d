"""Colours and line styles, the same in all pictures.

The colours are those of Okabe and Ito (Color Universal Design, 2008), which people with any of the
common kinds of colour blindness can tell apart. No picture relies on them alone: lines also differ
in dash and width, points in shape. Every picture brings its own light background, so that it reads
the same on a dark page.
"""

from __future__ import annotations

from typing import Any

BLACK = "#000000"
ORANGE = "#e69f00"
SKY = "#56b4e9"
GREEN = "#009e73"
YELLOW = "#f0e442"
BLUE = "#0072b2"
VERMILION = "#d55e00"
PURPLE = "#cc79a7"

PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)))

PAPER = "#ffffff"
INK = "#1a1a1a"
FAINT = "#5f6368"
FONT = "'DejaVu Sans', Verdana, 'Segoe UI', Arial, sans-serif"

# Any, because matplotlib's own type lists the names of all its settings.
MATPLOTLIB: Any = {
    # The same numbers make the same bytes: no random ids, and letters as outlines of one font.
    "svg.hashsalt": "mlpkit",
    "svg.fonttype": "path",
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "figure.figsize": (7.6, 4.2),
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "axes.grid": True,
    "grid.color": "#d9d9d9",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "lines.linewidth": 2,
}
