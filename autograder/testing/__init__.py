"""The tests' side of the wall: the instructor's cells run here, in the grader's own process.

``outside``       runs a test cell and has its verdict; ``cells`` reads it, and ``magics`` sees to
                  it that none of it is passed over
``cell_texts``    the student's cells, for a test that wants to read a function's source
``remote``        the namespace of the tests, in which the student's names stand for objects within
                  the sandbox
``wall``          asks the student's kernel, and reads what it answers
``proxies``       objects of the student's as the tests hold them, with ``operators`` and
                  ``reference``
``handing_over``  what of the tests' own values and functions goes in, and how
"""
