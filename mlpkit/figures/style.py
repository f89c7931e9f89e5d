"""Colours and line styles, the same in all pictures.

The colours are those of Okabe and Ito (Color Universal Design, 2008), which people with any of the
common kinds of colour blindness can tell apart. No picture relies on them alone: lines also differ
in dash and width, points in shape. Every picture brings its own light background, so that it reads
the same on a dark page.
"""

BLACK = "#000000"
ORANGE = "#e69f00"
SKY = "#56b4e9"
GREEN = "#009e73"
YELLOW = "#f0e442"
BLUE = "#0072b2"
VERMILION = "#d55e00"
PURPLE = "#cc79a7"

PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
TINTS = ("#dcebf7", "#fbe3d3", "#d8f0e6", "#f6e3ee", "#fdf0cd", "#e4f3fc", "#ececec")
"""The same colours, pale: for areas, each in the order of PALETTE."""
SHAPES = ("circle", "square", "triangle", "diamond", "plus", "cross", "ring")
DASHES = ("", "8 5", "9 4 2 4", "2 4", "14 4", "6 3 2 3 2 3", "1 2")

PAPER = "#ffffff"
INK = "#1a1a1a"
FAINT = "#5f6368"
FONT = "'DejaVu Sans', Verdana, 'Segoe UI', Arial, sans-serif"
