"""Data to learn from: made here, from a seed, or read from a folder of yours.

Each module is one kind of data; its functions return a ``Dataset``:

- ``logic``   truth tables: gates, exclusive or, parity, any Boolean function
- ``plane``   points in the plane: the playground's six sets, and Gaussians of many classes
- ``polygons`` the inside and the outside of a convex polygon, and the half-planes it is made of
- ``vowels``  the first formants of ten English vowels, drawn from published means and spreads
- ``faces``   pictures of people who look left, right, straight ahead and up
- ``roads``   pictures from a car, and the direction in which to steer; a simulator to drive in
- ``digits``  handwritten digits of 8 x 8 pixels, which come with scikit-learn
- ``splits``  training, validation and test sets, by person where it matters; cross-validation

So ``from mlpkit.datasets import faces, splits`` and ``faces.generate(people=20, seed=1)``. The same
seed gives the same data; nothing here draws from NumPy's global generator, plots, or uses the
network. ``vowels.read`` and ``faces.read`` are the only functions that read files.
"""

from mlpkit.datasets.dataset import Dataset, Reading, Skipped, one_of, rows

__all__ = ["Dataset", "Reading", "Skipped", "one_of", "rows"]
