"""What each exercise asks, and how it goes wrong: one package or module an assignment.

Students never receive this folder. ``exercise`` says what an exercise is, ``grading`` tries a
function against it, ``verdict`` is what comes of that, and ``bake`` makes from it the table of
numbers that a student's ``check`` reads.
"""
