"""The calls of POSIX programs: what strace writes about them, as the same events that Win32 programs record."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .events import Call
from .growing import GrowingFile
from .strace_text import CALLS, by_name, quoted_text, split

_MAKES_DESCRIPTOR = {"socket", "accept", "accept4", "pidfd_open", "dup", "dup2", "dup3", "open", "openat"}
_ON_DESCRIPTOR = {"read", "write", "close", "ftruncate", "fsync"}  # shown only for those that are followed
_FORKS = {"fork", "vfork", "clone", "clone3"}
_SYSTEM_FILE = re.compile(r"/(etc|lib|lib64|usr|proc|sys|dev/(?!shm/|mqueue/))|/.*/lanes/|.*\.so\b")

_LINE = re.compile(rb"(\d+) +(\d+\.\d+) (.*)")
_COMPLETE = re.compile(r"(\w+)\((.*)\) += (-?\w+)(?: (E\w+) \(.*\))?.*? <([\d.]+)>", re.DOTALL)


def command(program: list[str], output: Path) -> list[str]:
    """The program under strace, still a child of the one who starts it (-D)."""
    calls = ",".join(f"?{name}" for name in CALLS)
    return ["strace", "-D", "-f", "-ttt", "-T", "-xx", "-s", "200", "-o", str(output), "-e", f"trace={calls}", *program]


@dataclass
class _Process:
    pid: int
    program: str
    lane: str = ""
    followed: set[str] = field(default_factory=set)  # descriptors
    printed: dict[str, int] = field(default_factory=lambda: {"out": 0, "err": 0})
    calls: int = 0
    views: set[str] = field(default_factory=set)  # addresses of mmap
    has_output: bool = False  # in files of its own
    is_new: bool = False  # nothing it has done yet shows whether it has
    held: list[Call] = field(default_factory=list)  # until then
    last: float = 0.0


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
                for call in self._line(int(found[1]), float(found[2]), found[3].decode("utf-8", "replace")):
                    yield from self._with_lane(call)

    def _with_lane(self, call: Call) -> Iterator[Call]:
        """A child opens files for its output before it does anything else; until then its lane is not known."""
        process = self._processes[call.tid]
        if not process.lane and process.is_new and call.name == "execve":
            process.held.append(call)
            return
        process.is_new = False
        for one in (*process.held, call):
            yield replace(one, lane=self._lane(process))
        process.held = []

    def _line(self, tid: int, time: float, text: str) -> Iterator[Call]:
        if not self._processes:
            self._processes[tid] = _Process(tid, self._root_lane.partition(".")[0], self._root_lane)
            self._alive.add(tid)
            yield Call("start", time, tid, tid, self._root_lane)
        process = self._processes.get(tid)
        if process is None:
            self._early.setdefault(tid, []).append((time, text))
            return
        if text.startswith("+++"):
            self._alive.discard(tid)
            self.is_complete = not self._alive
            if tid == process.pid:
                yield Call("exit", time, process.pid, tid, process.lane, printed=dict(process.printed))
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
            process.calls += 1
            self._entered[tid] = (begun, time, process.calls)
            values = by_name(name, arguments, None)
            yield Call("enter", time, process.pid, tid, process.lane, name, process.calls, values,
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
            yield from self._forked(process, tid, end, text, int(result))
            return
        if not self._is_of_interest(process, name, arguments, result, error):
            return
        self._note(process, name, arguments, result, error)
        if name == "execve":
            arguments = arguments[:2]
        outcome: Any = int(result, 0) if re.fullmatch(r"-?(0x)?[0-9a-f]+", result) else {"name": result, "value": 0}
        failure = {"number": getattr(errno, error, 0), "name": error} if error else None
        values = by_name(name, arguments, outcome)
        printed = dict(process.printed)
        if tid == process.pid:
            process.last = end
        if not number:  # strace writes of one process alone when the call is over
            process.calls += 1
            number = process.calls
            yield Call("enter", begin, process.pid, tid, process.lane, name, number, values, printed=printed)
        yield Call("return", end, process.pid, tid, process.lane, name, number, values, outcome, failure, begin,
                   printed=printed)

    def _forked(self, parent: _Process, tid: int, time: float, text: str, child: int) -> Iterator[Call]:
        if "CLONE_THREAD" in text:
            self._processes[child] = parent
            self._alive.add(child)
        else:
            parent.calls += 1
            yield Call("return", time, parent.pid, tid, parent.lane, "fork", parent.calls, {}, child, None, time,
                       printed=dict(parent.printed))
            self._processes[child] = _Process(child, parent.program, followed=set(parent.followed))
            self._alive.add(child)
        for early in self._early.pop(child, []):
            yield from self._line(child, *early)

    def _lane(self, process: _Process) -> str:
        if not process.lane:
            process.lane = self._child_lane(process.program, process.pid, process.has_output)
        return process.lane

    def _is_of_interest(self, process: _Process, name: str, arguments: list[str], result: str,
                        error: str | None) -> bool:
        if name == "execve":
            return error is None
        if name in ("open", "openat"):
            path = next((argument for argument in arguments if argument.startswith('"')), "")
            if "/lanes/" in quoted_text(path) and not process.lane:
                process.has_output = True
            return not _SYSTEM_FILE.match(quoted_text(path))
        if name in _ON_DESCRIPTOR:
            if name == "write" and arguments[0] in ("1", "2") and arguments[0] not in process.followed and not error:
                process.printed["out" if arguments[0] == "1" else "err"] += int(result)
            return arguments[0] in process.followed
        if name in ("dup", "dup2", "dup3"):
            return arguments[0] in process.followed
        if name == "mmap":
            return len(arguments) > 4 and "MAP_SHARED" in arguments[3] and arguments[4] in process.followed
        if name in ("munmap", "msync"):
            return arguments[0] in process.views
        return True

    def _note(self, process: _Process, name: str, arguments: list[str], result: str, error: str | None) -> None:
        """Follows the descriptors that a call makes or closes."""
        if error:
            return
        if name in _MAKES_DESCRIPTOR:
            process.followed.add(result)
        elif name in ("pipe", "pipe2", "socketpair"):
            process.followed.update(re.findall(r"\d+", arguments[3 if name == "socketpair" else 0]))
        elif name == "close":
            process.followed.discard(arguments[0])
        elif name == "mmap":
            process.views.add(result)
        elif name == "execve":
            program = quoted_text(arguments[0]).rpartition("/")[2]
            if program != process.program:
                process.program = program
                process.printed = {"out": 0, "err": 0}
            process.is_new = not process.lane
