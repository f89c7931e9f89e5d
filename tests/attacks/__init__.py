"""Hostile and broken submissions, tried for real: python -m tests.attacks.

Each attack is a few lines in ``rows``: what is handed in, what it would gain, and the reason that
the grader should give. It is graded beside honest submissions, by ours and by plain nbgrader, and
what it gained and what it harmed is measured.

Nothing of this runs bare. ``wall`` builds an outer sandbox around each grading, and refuses if it
does not stand. In it ``referee`` lays out the course and its canaries, starts the grader, watches,
and says what it saw. ``judge`` compares that with a run of the honest submissions alone.
"""
