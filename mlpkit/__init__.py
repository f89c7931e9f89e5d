"""Multi-layer neural networks, small enough to be read in an evening.

Read the files in this order:

1. ``activations``  what a unit does with its net input
2. ``losses``       what it costs to be wrong, and ``penalties`` what it costs to be large
3. ``network``      forward pass, error terms, gradient: the heart of it; ``initial`` draws weights
4. ``updates``      what is done with a gradient
5. ``training``     many updates: online, in mini-batches, in batches, with early stopping
6. ``gradcheck``    why you may believe the gradient
7. ``worked``       all of this on a small network, line by line, as on a blackboard
8. ``graph``        back-propagation over any calculation, not only a network

What single lectures add: ``handmade`` builds networks by thinking instead of learning, and
``shortcuts`` lets a signal pass layers by.

What serves the mathematics, and can wait: ``arrays`` says which array library an input belongs to,
``guards`` refuses what does not fit, with a ValueError or TypeError that says what came and what
was expected, ``quick`` is the inner loop of training once more, in NumPy and tuned by hand,
``files`` saves and loads, and ``progress`` shows a bar. ``datasets`` makes data to learn from.
``proof`` checks a derivation step by step, ``figures`` and ``widgets`` draw, and ``check`` looks at
the functions that you write in an assignment; the mathematics knows of none of these.

Everywhere in the package ``z`` is a net input, ``a`` an activation, ``W[to, from]`` a weight,
``b`` a bias and delta the derivative of the loss with respect to ``z``.
"""

__version__ = "0.1.0"
