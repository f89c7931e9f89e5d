"""Grades notebooks from strangers: their code runs in a sandbox, the tests outside of it.

What happens to a submission, and which file does it:

1. ``template``  reads the instructor's copy of the notebook; ``intake``, what was handed in. The
                 notebook is rebuilt from the former, and only the student's own code and answers
                 are taken from the latter
2. ``kernel``    the student's cells run in a kernel inside the sandbox. ``sandbox`` says what it
                 sees and may use, ``launch`` starts it, ``zygote`` forks it, and ``inside`` and
                 ``agent`` are the part that runs within the walls
3. ``outside``   the tests run here, outside; the student's functions are called across the wall
                 (``remote``), and only plain data crosses it (``plain``). Objects stay there, and
                 ``proxies`` stand for them here (with ``operators``, ``reference``, ``wall``);
                 ``handing_over`` says which functions of a test can go in, and ``cells`` reads the
                 instructor's cells
4. ``grading``   all of this for one notebook, as a function of the submission and the assignment
5. ``workers``   do it on all cores, or on many machines; ``batch`` gives them a class; ``course``
                 knows where submissions lie, ``marks`` decides what came of them, and ``gradebook``
                 writes it. ``nbgrader_exporter`` does the same for nbgrader's own commands
6. ``report``    reads who got what, and why; ``overview`` counts, ``similarity`` compares,
                 ``page`` and ``feedback`` show, ``exports`` writes; ``telling`` decides what a
                 student may be told

Before all that, ``collect`` takes what a learning platform exports, and ``rehearsal`` sees whether
the instructor's own solutions pass.

``THREATS.md`` says who is defended against, by which wall, and what is not; ``CLUSTER.md``, how to
use many machines; ``doctor`` tries the walls of this one.

The package knows nothing of neural networks, and nothing here trusts what comes out of the sandbox.
"""

import sys

# jsonschema, by which notebooks are validated, compiles a grammar of web addresses where this is
# installed. It takes longer than all else at the start, no notebook needs it, and jsonschema does
# without. (None stands for a module that cannot be imported.)
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
