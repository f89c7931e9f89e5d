"""Grades notebooks from strangers: their code runs in a sandbox, the tests outside of it.

What happens to a submission, and which file does it:

1. ``template``  reads the instructor's copy of the notebook; ``intake``, what was handed in. The
                 notebook is rebuilt from the former, and only the student's own code and answers
                 are taken from the latter
2. ``kernel``    the student's cells run in a kernel inside the sandbox (``provisioner``,
                 ``sandbox``; ``inside`` is the part that runs within the walls)
3. ``outside``   the tests run here, outside; the student's functions are called across the wall
                 (``remote``), and only plain data crosses it (``plain``)
4. ``grading``   all of this for one notebook, as a function of the submission and the assignment
5. ``workers``   all submissions of a class, on all cores; ``course`` knows where they lie and
                 saves them in nbgrader's gradebook. ``nbgrader_exporter`` does the same for
                 nbgrader's own commands
6. ``report``    who got what, and why

The package knows nothing of neural networks, and nothing here trusts what comes out of the sandbox.
"""
