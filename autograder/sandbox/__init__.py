"""The student's side of the wall, and the wall: where a student's cells run.

``limits``      what a kernel may see, and how much it may use
``bubblewrap``  builds the walls; ``importable`` says what of Python's packages is behind them
``launch``      starts a kernel: ``box`` has the walls built, and ``forking`` a kernel forked into
                them by ``zygote``, a process with all loaded that a kernel needs
``inside``      is the kernel, and ``agent`` the part of it that answers the tests. These two run
                within the walls and import what is beside them by its bare name
``plain``       the data that crosses the wall, written and read on both sides
``kernel``      the kernel as seen from outside; ``outputs`` makes safe what its cells show
``doctor``      tries the walls of this machine by breaking them
"""
