"""What came of the grading, for the instructor and for the students.

``report``    who got what, and why
``morning``   the command that shows it: ``page`` writes what ``overview`` has counted, with the
              work that is alike (``similarity``), the hints that were asked for (``hints``) and
              code without names (``examples``)
``exports``   scores for learning platforms
``feedback``  what a student gets to see, as far as ``telling`` permits
``rendering`` the templates of these pages, and ``markdown`` what was written in cells
"""
