"""Long runs: what happens when much goes wrong; see ``make soak``.

``test_broken`` is a short one, for ``make test``.
"""
