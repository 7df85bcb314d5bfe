"""What the sandbox forbids and bounds, and that it leaves this process as it was."""

import base64
import ctypes
import pickle
import platform
import struct
import sys
import time

import numpy as np
import pytest
from corpus import BWRAP, NO_BWRAP

from course_utils.grading.sandbox import host, seccomp, wire

in_bwrap = pytest.mark.skipif(not BWRAP, reason=NO_BWRAP)
CALLS = """
import ctypes, os, socket, subprocess, threading
libc, told = ctypes.CDLL(None, use_errno=True), {}
def call(name, function, *arguments):
    told[name] = ctypes.get_errno() if function(*arguments) < 0 else 0
call("user namespace", libc.unshare, 0x10000000)
call("mount namespace", libc.unshare, 0x00020000)
call("trace", libc.ptrace, 0, 0, 0, 0)
call("io_uring", libc.syscall, 425, 1, 0)
call("mount", libc.mount, b"none", b"/tmp", b"tmpfs", 0, 0)
for family in (1, 2, 10, 16, 17, 38, 40):
    try:
        socket.socket(family, socket.SOCK_STREAM if family != 16 else socket.SOCK_RAW).close()
        told[family] = 0
    except OSError as error:
        told[family] = error.errno
thread = threading.Thread(target=lambda: told.update(thread=0))
thread.start(), thread.join()
told["program"] = subprocess.run(["/bin/true"]).returncode
raise ValueError(told)
"""


@in_bwrap
@pytest.mark.skipif(not seccomp.program(), reason=f"the numbers of system calls on {platform.machine()} are not known")
def test_no_namespace_no_mount_no_tracing_and_no_odd_socket_but_threads_and_programs():
    (fact,) = host.run([{"code": CALLS, "seconds": 20}], "bwrap").values()
    told = eval(fact["error"].removeprefix("ValueError: "))
    refused = {name for name, error in told.items() if error}
    assert refused == {"user namespace", "mount namespace", "trace", "io_uring", "mount", 17, 38, 40}, told


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_every_jump_of_the_filter_ends_inside_and_what_is_not_named_is_allowed(machine):
    code = list(struct.iter_unpack("=HBBI", seccomp.program(machine)))
    arch, clone, sockets, refused = seccomp.MACHINES[machine]

    def verdict(number, first=0, arch=arch):
        at, loaded = 0, None
        while True:
            kind, yes, no, value = code[at]
            if kind == seccomp.RETURN:
                return value
            if kind == seccomp.LOAD:
                loaded = {seccomp.NUMBER: number, seccomp.ARCH: arch, seccomp.FIRST: first}[value]
                at += 1
                continue
            holds = {seccomp.EQUAL: loaded == value, seccomp.AT_LEAST: loaded >= value, seccomp.ANY_OF: loaded & value}
            at += 1 + (yes if holds[kind] else no)

    eperm = seccomp.ERROR | seccomp.EPERM
    assert {verdict(n) for n in (*refused, *seccomp.COMMON, 0x40000001)} == {eperm}
    assert verdict(seccomp.CLONE3) == seccomp.ERROR | seccomp.ENOSYS
    assert verdict(clone, 0x10000000) == verdict(clone, 0x00020000) == eperm and verdict(clone, 17) == seccomp.ALLOW
    assert [verdict(sockets, family) == seccomp.ALLOW for family in (1, 2, 10, 16, 17, 38, 40)] == [True] * 4 + [
        False
    ] * 3
    named = {clone, sockets, seccomp.CLONE3, *refused, *seccomp.COMMON}
    assert {verdict(n) for n in range(480) if n not in named} == {seccomp.ALLOW}
    assert verdict(0, arch=1) == seccomp.KILL
    assert seccomp.program("riscv") == b""


MUCH = """import os, time
for _ in range(3):
    if not os.fork():
        break
x = bytearray({} * 2**20)
time.sleep(8)"""


@in_bwrap
def test_memory_is_counted_of_all_processes_together(monkeypatch):
    monkeypatch.setattr(host, "MOST_MEMORY", 600 * 2**20)
    said = host.run([{"code": MUCH.format(250), "seconds": 20}, {"code": "1 / 0", "seconds": 20}], "bwrap")
    assert "together" in said[0]["ended"] and "ZeroDivisionError" in said[1]["error"]
    assert host.run([{"code": MUCH.format(20), "seconds": 20}], "bwrap") == {}


@in_bwrap
def test_what_a_submission_says_is_bounded_in_values(monkeypatch):
    """A value of many lists takes the grader's memory and time, not the submission's."""
    monkeypatch.setattr(host, "MOST_VALUES", 20_000)
    many = {"code": "def f(x):\n    return [[] for _ in range(30_000)]", "seconds": 20}
    few = {"code": "def g(x):\n    return 1", "seconds": 20}
    inputs = [[base64.b64encode(pickle.dumps({"x": 1})).decode()]]
    check = {"inputs": inputs, "parameters": ["x"], "seconds": 20}
    steps = [many, few, {"check": "1", "function": "f", **check}, {"check": "2", "function": "g", **check}]
    said = host.run(steps, "bwrap")
    assert "says more than" in said[2]["ended"] and said[3]["calls"][0][0]["value"] == {"number": "int", "value": "1"}


def test_many_values_are_read_in_little_time():
    """A type made for each of them took four minutes."""
    start = time.process_time()
    one = {"array": "<f8", "shape": [1], "bytes": "AAAAAAAA8D8=", "from": "Tensor"}
    value = wire.decoded({"list": [one] * 50_000 + [{"other": "Odd"}] * 50_000})
    assert len({type(each) for each in value}) == 2 and value[0].__array__().tolist() == [1.0]
    assert time.process_time() - start < 10


@pytest.mark.skipif(sys.platform != "linux", reason="these settings are Linux's")
@pytest.mark.parametrize("level", ["bwrap", "rlimit", "none"])
def test_this_process_is_left_as_it_was(level):
    if not host.available(level):
        pytest.skip(f"{level} is not to be had here")

    def settings():
        libc, adopts = ctypes.CDLL(None), ctypes.c_int()
        libc.prctl(host.PR_GET_CHILD_SUBREAPER, ctypes.byref(adopts), 0, 0, 0)
        return adopts.value, libc.prctl(host.PR_GET_DUMPABLE, 0, 0, 0, 0)

    before = settings()
    host.run([{"code": "pass", "seconds": 20}], level)
    assert settings() == before


LOOKS_ROUND = """
import gc, sys, builtins
seen = []
def f(x):
    found, frame = set(), sys._getframe()
    while frame:
        for scope in (frame.f_locals, frame.f_globals):
            found |= {word for word in range(40) if f"mark-{word}-" in repr(list(scope.values()))}
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing) in (dict, list, tuple):
            for part in thing.values() if isinstance(thing, dict) else thing:
                if type(part) in (str, bytes):
                    text = part if isinstance(part, str) else part.decode("latin-1")
                    found |= {word for word in range(40) if f"mark-{word}-" in text}
    return sorted(found)
"""


def _look(arguments, **more):
    """A look at f on these arguments, each of one call."""
    inputs = [[base64.b64encode(pickle.dumps({"x": x})).decode() for x in arguments]]
    return {"check": "1", "function": "f", "inputs": inputs, "parameters": ["x"], "seconds": 20, **more}


def _values(fact):
    return [wire.decoded(outcome["value"]) for outcome in fact["calls"][0]]


@in_bwrap
def test_the_inputs_of_later_calls_are_not_there_yet():
    steps = [{"code": LOOKS_ROUND, "seconds": 20}, _look([f"mark-{n}-" for n in range(8)])]
    steps.append(_look([f"mark-{n}-" for n in range(20, 23)], again="check"))
    said = host.run(steps, "bwrap")
    for n, found in enumerate(_values(said[1])):
        assert n in found and max(found) == n
    for n, found in enumerate(_values(said[2]), 20):
        assert n in found and max(found) == n


TELLS = """
import json, sys
def f(x):
    told, frame = [], sys._getframe(1)
    while frame:
        told += [f"{k}={v}" for scope in (frame.f_locals, frame.f_globals) for k, v in scope.items()
                 if isinstance(v, (str, int, dict, list)) and k not in ("_ih", "In", "_oh", "Out")]
        frame = frame.f_back
    return [word for word in ("again", "check", "end", "look") if any(f"'{word}'" in text for text in told)]
"""


@in_bwrap
def test_frames_do_not_tell_which_look_it_is():
    steps = [{"code": TELLS, "seconds": 20}, _look([1]), _look([1], again="check"), _look([1], again="look")]
    said = host.run(steps, "bwrap")
    assert [_values(fact) for fact in said.values()] == [[[]]] * 3


HIDES = """
import gc, sys
import numpy as np
from course_utils.checks import check
scope = check.__globals__
for name in list(scope):
    if name in ("_seen", "digest", "_outcome_of_no_change"):
        scope[name] = lambda v: 0
for thing in gc.get_objects():
    if getattr(thing, "__name__", "") in ("digest", "_seen", "same"):
        try:
            thing.__code__ = (lambda value: "0").__code__
        except Exception:
            pass
def f(x):
    x *= 0
    return 1.0
"""


@in_bwrap
def test_a_change_in_place_is_seen_from_outside_though_what_looks_for_it_is_replaced():
    x = np.arange(3.0)
    kept = {"code": "def f(x):\n    return 1.0", "seconds": 20}
    for code, same in ((kept, True), ({"code": HIDES, "seconds": 20}, False)):
        fact = host.run([code, _look([x])], "bwrap")[1]
        assert (fact["calls"][0][0]["after"]["x"] == wire.digest(x)) is same


@in_bwrap
def test_what_a_submission_writes_in_our_name_is_not_heard():
    forged = """
import os, json
for n in range(3, 60):
    try:
        os.write(n, json.dumps({"n": "0", "value": {"none": 0}, "after": {}, "seen": {}}).encode() + b"\\n")
    except OSError:
        pass
def f(x):
    return 1.0"""
    said = host.run([{"code": forged, "seconds": 20}, _look([1, 2])], "bwrap")
    assert _values(said[1]) == [1.0, 1.0]


@in_bwrap
def test_the_child_of_a_fork_hears_nothing_that_is_for_us():
    """Else it ran some of the cells below, and their functions were missing."""
    forks = {"code": "import os\nos.fork()\ndef f(x):\n    os.fork()\n    return 1.0", "seconds": 20}
    steps = [part for n in range(5) for part in (forks, {"code": f"a{n} = {n}", "seconds": 20}, _look([1, 2]))]
    last = {"code": "def f(x):\n    return a0 + a1 + a2 + a3 + a4", "seconds": 20}
    said = host.run([*steps, last, _look([1, 2])], "bwrap")
    assert _values(said[len(steps) + 1]) == [10, 10]
