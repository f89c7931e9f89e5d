"""What students handed in, taken from what a learning platform exports.

``collect``    the command: from a folder or a zip to nbgrader's folder ``submitted``
``entries``    the files in a folder, and ``archive`` those in a zip, which is never unpacked
``platforms``  whose they are, by the names that Moodle, Canvas and Blackboard give them
``attempts``   which of several attempts counts
``shelf``      writes a student's folder, whole or not at all
"""
