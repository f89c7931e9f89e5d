"""nbgrader's configuration of the course. Run nbgrader's commands in this folder."""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "multi-layer-networks"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", ".pytest_cache", "*.key"]

# What the students' instant check knows is computed anew at every release.
c.GenerateAssignment.pre_convert_hook = "assignments.exercises.bake.bake_for_release"

# Students' cells run in a sandbox and the tests outside of it: see autograder/__init__.py.
c.Autograde.exporter_class = "autograder.nbgrader_exporter.GradingExporter"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
]

# What students get back shows no hidden test, runs no script, and needs no network.
c.GenerateFeedback.exporter_class = "autograder.reporting.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["nbgrader.preprocessors.GetGrades"]
