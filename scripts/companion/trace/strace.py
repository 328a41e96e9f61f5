"""The calls of POSIX programs: what strace writes about them, as the same events that Win32 programs record."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .descriptors import flag_of, made_by
from .events import Call
from .growing import GrowingFile
from .strace_text import CALLS, SHOWN_BYTES, by_name, quoted_text, split

_ON_DESCRIPTOR = {"read", "write", "close", "ftruncate", "fsync", "lseek", "getsockname"}  # of those that are followed
_AROUND_EXEC = {"dup2", "dup3", "execve"}  # with which a child becomes another program
_FORKS = {"fork", "vfork", "clone", "clone3"}
_SYSTEM_FILE = re.compile(r"/(etc|lib|lib64|usr|proc|sys|dev/(?!shm/|mqueue/))|/.*/lanes/|.*\.so\b")

_LINE = re.compile(rb"(\d+) +(\d+\.\d+) (.*)")
_COMPLETE = re.compile(r"(\w+)\((.*)\) += (-?\w+)(?: (E\w+) \(.*\))?.*? <([\d.]+)>", re.DOTALL)


def command(program: list[str], output: Path) -> list[str]:
    """The program under strace, still a child of the one who starts it (-D)."""
    calls = ",".join(f"?{name}" for name in CALLS)
    return ["strace", "-D", "-f", "-ttt", "-T", "-xx", "-s", str(SHOWN_BYTES), "-o", str(output), "-e",
            f"trace={calls}", *program]


@dataclass
class _Process:
    pid: int
    program: str
    lane: str = ""
    parent: int = 0
    followed: dict[int, bool] = field(default_factory=dict)  # descriptors, and whether exec closes each
    printed: dict[str, int] = field(default_factory=lambda: {"out": 0, "err": 0})
    threads: dict[int, int] = field(default_factory=dict)  # the number of each, by its id
    calls: dict[int, int] = field(default_factory=dict)  # how many, by thread id
    has_begun: bool = False
    views: set[str] = field(default_factory=set)  # addresses of mmap
    has_output: bool = False  # in files of its own
    is_new: bool = False  # nothing it has done yet shows whether it has, or which program it becomes
    held: list[Call] = field(default_factory=list)  # until then
    last: float = 0.0

    def next_call(self, tid: int) -> int:
        self.calls[tid] = self.calls.get(tid, 0) + 1
        return self.calls[tid]


class Strace:
    """The events in the output of strace, which it is writing."""

    def __init__(self, path: Path, lane: str, child_lane: Callable[[str, int, bool], str]) -> None:
        self.path = path
        self._file = GrowingFile(path)
        self.is_complete = False
        self._root_lane = lane
        self._child_lane = child_lane
        self._processes: dict[int, _Process] = {}  # by thread id
        self._alive: set[int] = set()
        self._early: dict[int, list[tuple[float, str]]] = {}  # of a child whose fork has not returned yet
        self._entered: dict[int, tuple[str, float, int]] = {}

    def poll(self) -> Iterator[Call]:
        for line in self._file.new_lines():
            found = _LINE.match(line)
            if found:
                tid = int(found[1])
                for call in self._line(tid, float(found[2]), found[3].decode("utf-8", "replace")):
                    process = self._processes[call.tid]
                    process.held.append(call)
                    process.is_new = process.is_new and call.name in _AROUND_EXEC
                    yield from self._with_lane(process)
                if tid in self._processes:
                    yield from self._with_lane(self._processes[tid])

    def _with_lane(self, process: _Process) -> Iterator[Call]:
        """A child opens files for its output before it does anything else; until then its lane is not known."""
        if process.is_new or not process.held:
            return
        lane = self._lane(process)
        if not process.has_begun:
            process.has_begun = True
            first = process.held[0]
            yield Call("start", first.begin or first.time, process.pid, process.pid, lane,
                       arguments={"parent": process.parent} if process.parent else {})
        for call in process.held:
            yield replace(call, lane=lane, thread=process.threads[call.tid])
        process.held = []

    def _line(self, tid: int, time: float, text: str) -> Iterator[Call]:
        if not self._processes:
            program = self._root_lane.partition(".")[0]
            self._processes[tid] = _Process(tid, program, self._root_lane, threads={tid: 1})
            self._alive.add(tid)
        process = self._processes.get(tid)
        if process is None:
            self._early.setdefault(tid, []).append((time, text))
            return
        if text.startswith("+++"):
            self._alive.discard(tid)
            self.is_complete = not self._alive
            event = "exit" if tid == process.pid else "thread_end"
            code, killed = re.search(r"exited with (\d+)", text), re.search(r"killed by (\w+)", text)
            yield Call(event, time, process.pid, tid, process.lane, printed=dict(process.printed),
                       arguments={"signal": killed[1]} if killed else {}, result=int(code[1]) if code else None)
        elif text.endswith("<unfinished ...>"):
            name, _, begun = text.removesuffix("<unfinished ...>").partition("(")
            self._entered[tid] = (begun, time, 0)
            yield from self._entry(process, tid, time, name, begun)
        elif text.startswith("<... "):
            name, _, rest = text.removeprefix("<... ").partition(" resumed>")
            begun, begin, number = self._entered.pop(tid, ("", time, 0))
            yield from self._whole(process, tid, time, f"{name}({begun}{rest}", begin, number)
        else:
            yield from self._whole(process, tid, time, text, time, 0)

    def _entry(self, process: _Process, tid: int, time: float, name: str, begun: str) -> Iterator[Call]:
        arguments = split(begun)
        if name not in _FORKS and name != "execve" and self._is_of_interest(process, name, arguments, "0", None):
            number = process.next_call(tid)
            self._entered[tid] = (begun, time, number)
            values = by_name(name, arguments, None)
            yield Call("enter", time, process.pid, tid, process.lane, name, number, values,
                       printed=dict(process.printed))

    def _whole(self, process: _Process, tid: int, time: float, text: str, begin: float, number: int) -> Iterator[Call]:
        found = _COMPLETE.match(text)
        if not found:
            return
        name, result, error, took = found[1], found[3], found[4], float(found[5])
        arguments = split(found[2])
        begin = max(begin, process.last) if tid == process.pid else begin  # both are rounded
        end = begin + took
        if name in _FORKS and not error and result.isdigit():
            yield from self._forked(process, tid, begin, end, text, int(result))
            return
        if not self._is_of_interest(process, name, arguments, result, error):
            return
        if name == "execve":
            arguments = arguments[:2]
        outcome: Any = int(result, 0) if re.fullmatch(r"-?(0x)?[0-9a-f]+", result) else {"name": result, "value": 0}
        failure = {"number": getattr(errno, error, 0), "name": error} if error else None
        values = by_name(name, arguments, outcome)
        if not error:
            self._note(process, name, values, outcome)
        printed = dict(process.printed)
        if tid == process.pid:
            process.last = end
        if not number:  # strace writes of one process alone when the call is over
            number = process.next_call(tid)
            yield Call("enter", begin, process.pid, tid, process.lane, name, number, values, printed=printed)
        yield Call("return", end, process.pid, tid, process.lane, name, number, values, outcome, failure, begin,
                   printed=printed)

    def _forked(self, parent: _Process, tid: int, begin: float, end: float, text: str, child: int) -> Iterator[Call]:
        if "CLONE_THREAD" in text:
            self._processes[child] = parent
            parent.threads[child] = len(parent.threads) + 1
        else:
            yield Call("return", end, parent.pid, tid, parent.lane, "fork", parent.next_call(tid), {}, child, None,
                       begin, printed=dict(parent.printed))
            self._processes[child] = _Process(child, parent.program, parent=parent.pid, threads={child: 1},
                                              followed=dict(parent.followed), views=set(parent.views), is_new=True)
        self._alive.add(child)
        for early in self._early.pop(child, []):
            yield from self._line(child, *early)

    def _lane(self, process: _Process) -> str:
        if not process.lane:
            process.lane = self._child_lane(process.program, process.pid, process.has_output)
        return process.lane

    def _is_of_interest(self, process: _Process, name: str, arguments: list[str], result: str,
                        error: str | None) -> bool:
        def follows(text: str) -> bool:
            return text.isdigit() and int(text) in process.followed

        if name == "execve":
            return error is None
        if name in ("open", "openat"):
            path = next((argument for argument in arguments if argument.startswith('"')), "")
            if "/lanes/" in quoted_text(path) and not process.lane:
                process.has_output = True
                process.is_new = False
            return not _SYSTEM_FILE.match(quoted_text(path))
        if name in _ON_DESCRIPTOR:
            process.is_new = process.is_new and arguments[0] not in ("0", "1", "2")
            if name == "write" and arguments[0] in ("1", "2") and not follows(arguments[0]) and not error:
                process.printed["out" if arguments[0] == "1" else "err"] += int(result)
            return follows(arguments[0])
        if name in ("dup", "dup2", "dup3"):
            return any(map(follows, arguments[:2]))  # it may also put back what stood in the place of one
        if name == "fcntl":
            return follows(arguments[0]) and (arguments[1] == "F_SETFD" or arguments[1].startswith("F_DUPFD"))
        if name == "mmap":
            return len(arguments) > 4 and "MAP_SHARED" in arguments[3] and follows(arguments[4])
        if name in ("munmap", "msync"):
            return arguments[0] in process.views
        return True

    def _note(self, process: _Process, name: str, values: dict[str, Any], result: Any) -> None:
        """Follows the descriptors that a call makes or closes."""
        process.followed |= made_by(name, values, result)
        is_closed = flag_of(name, values)
        if is_closed is not None:
            process.followed[values["fd"]] = is_closed
        elif name == "close":
            process.followed.pop(values["fd"], None)
        elif name in ("dup2", "dup3") and values["oldfd"] not in process.followed:
            process.followed.pop(result, None)
        elif name == "mmap":
            process.views.add(hex(result))
        elif name == "execve":
            process.followed = {number: False for number, is_closed in process.followed.items() if not is_closed}
            process.views = set()
            program = str(values["pathname"]).rpartition("/")[2]
            if program != process.program:
                process.program = program
                process.printed = {"out": 0, "err": 0}
            process.is_new = process.is_new and 1 not in process.followed  # it has been redirected
