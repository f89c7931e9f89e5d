"""The walls, tried from inside: what a student's kernel can see, reach and use."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.sandbox import box, bubblewrap, plain
from autograder.sandbox.bubblewrap import SandboxUnavailable
from autograder.sandbox.kernel import KernelLost, StudentKernel, TooLong
from autograder.sandbox.limits import Limits, View

pytestmark = pytest.mark.sandbox

MEBIBYTE = 2**20
LIMITS = Limits(cell_seconds=5, notebook_seconds=120, memory_bytes=1024 * MEBIBYTE)
VIEW = View(modules=("mlpkit.activations", "mlpkit.arrays"), files={"data/given.txt": b"hello"})


@pytest.fixture(scope="module")
def shared() -> Iterator[StudentKernel]:
    kernel = StudentKernel(LIMITS, VIEW)
    kernel.start()
    yield kernel
    kernel.stop()


@pytest.fixture
def kernel() -> Iterator[StudentKernel]:
    kernel = StudentKernel(LIMITS, VIEW)
    kernel.start()
    yield kernel
    kernel.stop()


def says(kernel: StudentKernel, source: str) -> str:
    """What a cell prints, or the error that it ends with."""
    outputs = kernel.run(source)
    return "".join(o.get("text", "") or o.get("evalue", "") for o in outputs)


def family(kernel: StudentKernel) -> list[psutil.Process]:
    """All processes of the kernel's sandbox, as the machine numbers them."""
    assert kernel._kernel and kernel._kernel._box
    first = psutil.Process(kernel._kernel._box.process.pid).children()[0]
    space = Path(f"/proc/{first.pid}/ns/pid").stat()
    return [p for p in psutil.process_iter() if _is_in(p.pid, space)]


def _is_in(process: int, space: os.stat_result) -> bool:
    try:
        return os.path.samestat(Path(f"/proc/{process}/ns/pid").stat(), space)
    except OSError:
        return False


def test_a_sandbox_built_in_advance_that_is_gone_is_built_anew(kernel: StudentKernel) -> None:
    (spare,) = box._spare.values()
    assert spare.process.stdout
    ready, _, _ = select.select([spare.process.stdout], [], [], 60)
    assert ready
    bubblewrap = psutil.Process(spare.process.pid)
    killed = [*bubblewrap.children(), bubblewrap]
    for process in killed:
        process.kill()
    spare.process.wait()
    psutil.wait_procs(killed, timeout=20)
    another = StudentKernel(LIMITS, VIEW)
    another.start()
    assert says(another, "print(1 + 1)") == "2\n"
    another.stop()


def test_time_that_is_over_before_a_question_is_sent_costs_no_kernel(kernel: StudentKernel) -> None:
    assert says(kernel, "x = 1") == ""
    question = plain.write({"operation": "get", "name": "x", "forget": []})
    with pytest.raises(TooLong) as over:
        kernel._do(time.monotonic() - 0.1, None, kind="ask", request=question)
    kernel._interrupt(over.value)
    assert kernel.alive
    assert says(kernel, "print(x)") == "1\n"


def test_ordinary_work_is_possible(shared: StudentKernel) -> None:
    assert says(shared, "import numpy as np; print(np.arange(4).sum())") == "6\n"
    assert says(shared, "from mlpkit.activations import sigmoid; print(sigmoid(0.0))") == "0.5\n"
    assert says(shared, "print(open('data/given.txt').read())") == "hello\n"
    assert (
        says(shared, "open('/tmp/mine', 'w').write('x'); print(open('/tmp/mine').read())") == "x\n"
    )


def test_withheld_modules_cannot_be_imported_or_read(shared: StudentKernel) -> None:
    assert "withheld" in says(shared, "import mlpkit.network")
    assert "withheld" in says(shared, "from mlpkit.worked import work")
    grep = "import subprocess; print(subprocess.run(['grep', '-rl', 'def gradients', '/course'], "
    assert says(shared, grep + "capture_output=True, text=True).stdout)").strip() == ""
    # Compiled modules would show what a withheld source does.
    shown = (
        "import os; print(sorted({f.split('.')[0] for _, _, g in os.walk('/course') for f in g}))"
    )
    assert says(shared, shown) == "['__init__', 'activations', 'arrays']\n"


def test_the_graders_files_are_not_there(shared: StudentKernel) -> None:
    repository = Path(bubblewrap.__file__).parents[1]
    ours = (repository / "assignments", repository / "autograder", Path(__file__))
    for path in (*ours, Path.home() / ".jupyter", Path("/etc/shadow")):
        assert says(shared, f"import os; print(os.path.exists({str(path)!r}))") == "False\n"
    assert "No module" in says(shared, "import autograder.sandbox.kernel")
    assert "No module" in says(shared, "import assignments.exercises")


def test_the_graders_environment_and_command_are_not_to_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither one's own nor, in /proc, that of the processes that stand above the kernel."""
    monkeypatch.setenv("SECRET_TOKEN", "swordfish")
    kernel = StudentKernel(LIMITS, VIEW)
    kernel.start()
    try:
        assert "AUTOGRADER" not in says(kernel, "import os; print(os.environ)")
        look = "import glob; print([open(f).read() for f in glob.glob('/proc/[0-9]*/environ')])"
        assert "swordfish" not in says(kernel, look)
        look = "import glob; print([open(f).read() for f in glob.glob('/proc/[0-9]*/cmdline')])"
        assert "--ro-bind" not in says(kernel, look)
    finally:
        kernel.stop()


def test_answers_installed_beside_the_students_packages_are_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory(dir=sys.prefix) as place:
        answers = Path(place, "assignments")
        answers.mkdir()
        answers.joinpath("answers.py").write_text("answer = 42")
        monkeypatch.setattr(sys, "path", [*sys.path, place])
        kernel = StudentKernel(LIMITS, VIEW)
        kernel.start()
        try:
            assert says(kernel, f"import os; print(os.path.exists({place!r}))") == "False\n"
        finally:
            kernel.stop()


def test_nothing_outside_the_writable_folders_can_be_written(shared: StudentKernel) -> None:
    numpy = str(Path(sysconfig.get_path("platlib"), "numpy"))
    for folder in ("/", "/usr", "/etc", "/course", "/home", "/dev", numpy):
        said = says(shared, f"open({folder + '/x'!r}, 'w')")
        assert "Read-only" in said or "Permission" in said


def test_other_processes_are_not_to_be_seen(shared: StudentKernel) -> None:
    said = says(shared, "import os; print(len([p for p in os.listdir('/proc') if p.isdigit()]))")
    assert int(said) <= 4
    pid = psutil.Process().pid
    assert says(shared, f"import os; os.kill({pid}, 0)") != ""


def test_there_is_no_network_not_even_loopback(shared: StudentKernel) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        connect = f"import socket; socket.create_connection(('127.0.0.1', {port}), timeout=2)"
        assert "refused" in says(shared, connect)
    name = f"\0autograder-test-{time.time_ns()}"
    with socket.socket(socket.AF_UNIX) as abstract:
        abstract.bind(name)
        abstract.listen()
        connect = f"import socket; socket.socket(socket.AF_UNIX).connect({name!r})"
        assert "refused" in says(shared, connect)


def test_no_right_can_be_won_back(shared: StudentKernel) -> None:
    assert "CapEff:\t0000000000000000" in says(shared, "print(open('/proc/self/status').read())")
    assert "NoNewPrivs:\t1" in says(shared, "print(open('/proc/self/status').read())")
    said = says(
        shared,
        "import subprocess as s; print(s.run(['unshare', '-U', 'true'], capture_output=True))",
    )
    assert "returncode=1" in said


def test_memory_files_and_disk_are_limited(kernel: StudentKernel) -> None:
    assert "allocate" in says(kernel, "import numpy as np; np.ones(10**9)")
    assert "too large" in says(kernel, "open('/tmp/a', 'wb').truncate(10**9)")
    fill = "for i in range(100): open(f'/tmp/{i}', 'wb').write(bytes(10**7))"
    assert "No space" in says(kernel, fill)
    assert "Too many open" in says(kernel, "files = [open('/dev/null') for i in range(10**4)]")


def test_memory_of_many_processes_is_limited(kernel: StudentKernel) -> None:
    eat = """
import os, time
for i in range(20):
    if os.fork() == 0:
        eaten = bytearray(os.urandom(1)) * (100 * 2**20)
        time.sleep(60)
time.sleep(60)
"""
    with pytest.raises(KernelLost, match="memory"):
        kernel.run(eat)


def test_a_fork_bomb_is_put_out(kernel: StudentKernel) -> None:
    bomb = "import os, time\nwhile True:\n    try: os.fork()\n    except OSError: time.sleep(0.01)"
    processes = family(kernel)
    start = time.monotonic()
    with pytest.raises(KernelLost):
        kernel.run(bomb)
    assert time.monotonic() - start < 20
    assert psutil.wait_procs(processes, timeout=5)[1] == []


def test_time_is_limited_and_the_kernel_survives(kernel: StudentKernel) -> None:
    assert "longer than" in says(kernel, "while True: pass")
    assert says(kernel, "print('still here')") == "still here\n"


def test_what_will_not_stop_is_killed(kernel: StudentKernel) -> None:
    stubborn = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    with pytest.raises(KernelLost, match="interrupted"):
        kernel.run(stubborn)
    assert not kernel.alive


def test_output_is_limited_while_it_comes(kernel: StudentKernel) -> None:
    outputs = kernel.run("while True: print('x' * 1000)")
    assert outputs[-1].ename == "TooMuch"
    assert sum(len(o.get("text", "")) for o in outputs) <= LIMITS.output_bytes


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import os; os._exit(3)", "it ended itself"),
        ("import ctypes; ctypes.string_at(0)", "segmentation fault"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "killed"),
    ],
)
def test_a_kernel_that_dies_is_noticed_with_its_reason(
    kernel: StudentKernel, source: str, why: str
) -> None:
    with pytest.raises(KernelLost, match=why):
        kernel.run(source)


@pytest.mark.parametrize(
    ("forged", "why"),
    [
        (b"\xff\xff\xff\xff", "too large"),
        (b"\x00\x00\x00\x02{]", "not a message"),
        (b"\x00\x00\x00\x02[]", "not a message"),
        (b'\x00\x00\x00\x0c{"kind": [1]}', "not a message"),
        (b"\x00\x00\x40\x00" + b"[" * 2**14, "not a message"),
    ],
)
def test_a_forged_message_is_no_message(kernel: StudentKernel, forged: bytes, why: str) -> None:
    with pytest.raises(KernelLost, match=why):
        kernel.run(f"import os; os.write(3, {forged!r})")


def test_a_forged_end_of_a_cell_ends_nothing_but_the_cell(kernel: StudentKernel) -> None:
    frame = b'{"kind": "done", "number": 1}'
    kernel.run(f"import os, time; os.write(3, {len(frame).to_bytes(4) + frame!r}); time.sleep(1)")
    assert says(kernel, "print(6 * 7)") == "42\n"


def test_odd_messages_are_passed_over(kernel: StudentKernel) -> None:
    for content in ("stream", "display_data", "error", "clear_output", "answer", "done"):
        frame = f'{{"kind": "{content}", "text": 1, "data": [], "traceback": {{}}}}'.encode()
        kernel.run(f"import os; os.write(3, {len(frame).to_bytes(4) + frame!r})")
    assert says(kernel, "print(6 * 7)") == "42\n"


def test_a_closed_connection_is_noticed(kernel: StudentKernel) -> None:
    with pytest.raises(KernelLost, match="closed its connection"):
        kernel.run("import os, time; os.close(3); time.sleep(30)")


def test_what_other_programs_print_is_kept_too(shared: StudentKernel) -> None:
    assert says(shared, "import os; code = os.system('echo spilled')") == "spilled\n"
    assert says(shared, "!echo piped") == "piped\n"


def test_only_what_is_permitted_can_be_imported(shared: StudentKernel) -> None:
    assert says(shared, "import numpy, matplotlib.pyplot, array_api_compat") == ""
    for module in ("jax", "scipy", "sklearn", "pytest", "nbgrader", "zmq", "pip"):
        assert "No module named" in says(shared, f"import {module}")
    site = sysconfig.get_path("purelib")
    assert "jax" not in says(shared, f"import os; print(os.listdir({site!r}))")


def test_one_kernel_leaves_nothing_to_the_next() -> None:
    leave = """
import builtins, numpy, os, sys, random
builtins.left = numpy.left = os.environ["LEFT"] = "left"
sys.path.append("/tmp"); random.seed(5); numpy.random.seed(5); numpy.sum = None
for folder in ("/tmp", "/home/student", "/dev/shm", "."):
    open(folder + "/left", "w").write("left")
os.system("sleep 100 &")
"""
    look = """
import builtins, numpy, os, sys, random
places = [os.path.exists(f + "/left") for f in ("/tmp", "/home/student", "/dev/shm", ".")]
print(hasattr(builtins, "left"), hasattr(numpy, "left"), "LEFT" in os.environ, any(places),
      "/tmp" in sys.path, random.random(), numpy.random.random(), numpy.sum([1, 2]),
      len([p for p in os.listdir("/proc") if p.isdigit()]), len(os.listdir("/proc/self/fd")))
"""
    said = []
    for _ in range(2):
        kernel = StudentKernel(LIMITS, VIEW)
        kernel.start()
        try:
            said.append(says(kernel, look))
            kernel.run(leave)
        finally:
            kernel.stop()
    assert said[0] == said[1]
    assert said[0].startswith("False False False False False")


def test_html_and_scripts_do_not_come_out(shared: StudentKernel) -> None:
    outputs = shared.run("from IPython.display import HTML; HTML('<script>alert(1)</script>')")
    assert [set(output.data) for output in outputs] == [{"text/plain"}]
    outputs = shared.run("print('\\x1b]0;title\\x07\\x1b[2Jplain')")
    assert outputs[0].text == "plain\n"


def test_nothing_is_left_behind() -> None:
    kernel = StudentKernel(LIMITS, VIEW)
    kernel.start()
    kernel.run("import subprocess; subprocess.Popen(['sleep', '100'], start_new_session=True)")
    processes = family(kernel)
    assert any("sleep" in process.cmdline() for process in processes)
    kernel.stop()
    assert psutil.wait_procs(processes, timeout=5)[1] == []


def test_the_bubblewrap_of_the_environment_serves_where_the_system_has_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system = bubblewrap.find_bwrap()
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: None)
    assert bubblewrap.find_bwrap() not in (None, system)
    bubblewrap.missing_walls.cache_clear()
    kernel = StudentKernel(LIMITS, VIEW)
    kernel.start()
    try:
        assert says(kernel, "print(6 * 7)") == "42\n"
    finally:
        kernel.stop()
        bubblewrap.missing_walls.cache_clear()


def test_where_the_walls_are_missing_nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "find_bwrap", lambda: None)
    bubblewrap.missing_walls.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable, match="bubblewrap is missing. Install it"):
            StudentKernel(LIMITS, VIEW).start()
    finally:
        bubblewrap.missing_walls.cache_clear()


def test_the_refusal_says_what_is_forbidden(tmp_path: Path) -> None:
    """Inside a sandbox that allows no further one, as in many containers."""
    bwrap = bubblewrap.find_bwrap()
    assert bwrap
    root = Path(bubblewrap.__file__).parents[1]
    inner = "from autograder.sandbox.bubblewrap import require_walls; require_walls()"
    done = subprocess.run(
        [bwrap, "--unshare-user", "--disable-userns", "--bind", "/", "/", "--dev", "/dev"]
        + ["--chdir", str(root), sys.executable, "-c", inner],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "Refusing to run students' code without a sandbox" in done.stderr
    assert "user.max_user_namespaces" in done.stderr
