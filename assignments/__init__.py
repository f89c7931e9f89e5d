"""The assignments of the course: nbgrader's course directory, and what each exercise asks."""
