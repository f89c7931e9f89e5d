"""Long runs: what happens when much goes wrong. Not part of ``make test``; see ``make soak``."""
