"""Grades notebooks from strangers: their code runs in a sandbox, the tests outside of it.

What happens to a submission, and where:

1. ``collecting``  takes what a learning platform exports
2. ``template``    reads the instructor's copy of the notebook; ``intake``, what was handed in. The
                   notebook is rebuilt from the former, and only the student's own code and answers
                   are taken from the latter (``tampering`` tells what else was changed)
3. ``sandbox``     runs the student's cells in a kernel behind walls
4. ``testing``     runs the tests here, outside; the student's functions are called across the wall,
                   and only plain data crosses it
5. ``grading``     all of this for one notebook, as a function of the submission and the assignment
6. ``workers``     do it on all cores, or on many machines; ``batch`` gives them a class; ``course``
                   knows where submissions lie, ``marks`` decides what came of them, ``gradebook``
                   writes it, and ``runs`` notes how long it took. ``nbgrader_exporter`` does the
                   same for nbgrader's own commands
7. ``reporting``   who got what, and why: for the instructor, the students and learning platforms

Before a class is graded, ``rehearsal`` sees whether the instructor's own solutions pass. Each of
the four folders says in its ``__init__.py`` what is in it.

``THREATS.md`` says who is defended against, by which wall, and what is not; ``CLUSTER.md``, how to
use many machines.

The package knows nothing of neural networks, and nothing here trusts what comes out of the sandbox.
"""

import sys

# jsonschema, by which notebooks are validated, compiles a grammar of web addresses where this is
# installed. It takes longer than all else at the start, no notebook needs it, and jsonschema does
# without. (None stands for a module that cannot be imported.)
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
