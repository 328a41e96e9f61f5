"""Which of a run's calls a view shows: those that its lesson is about. The others are plumbing, and can be unfolded."""

from __future__ import annotations

from typing import Any

from ..play.lessons import Lesson
from ..trace.events import Call
from ..trace.kernel import Kernel
from ..trace.library_calls import is_shown_as_line

# What they carry differs from time to time, so each of them is shown.
_CARRIES = {"ReadFile", "WriteFile", "TransactNamedPipe", "CallNamedPipe", "send", "recv", "ConnectNamedPipe", "accept",
            "CreateProcess", "CreateThread"}
_CARRIES_IN_POSIX = {"read", "write", "sendto", "recvfrom", "sendmsg", "recvmsg", "msgsnd", "msgrcv", "fork", "execve"}

# Which calls of the system the functions of the C library make, where those have other names.
_MADE_BY = {"waitpid": ("wait4",), "send": ("sendto",), "recv": ("recvfrom",), "open": ("openat",),
            "shm_open": ("openat",), "shm_unlink": ("unlink",), "mkfifo": ("mknod", "mknodat"), "pipe": ("pipe2",),
            "posix_spawn": ("fork", "execve"), "posix_spawnp": ("fork", "execve"), "execl": ("execve",),
            "execv": ("execve",), "posix_spawn_file_actions_adddup2": ("dup2",), "accept": ("accept4",),
            "semop": ("semtimedop",), "poll": ("ppoll",)}
_DESCRIPTORS = ("fd", "sockfd", "oldfd", "pidfd")


class KeyCalls:
    """Asked about the calls of a run, one after the other, before each is made. What a program of another lesson does
    there is plumbing, too."""

    def __init__(self, lesson: Lesson) -> None:
        self._about = {program.name: {made for name in program.calls for made in (name, *_MADE_BY.get(name, ()))}
                       for program in lesson.programs}
        self._shown: set[tuple[int, int, str, Any]] = set()
        self._last: dict[tuple[int, int], str] = {}  # by thread: its last call

    def is_key(self, call: Call, kernel: Kernel) -> bool:
        """Whether the lesson of this program is about the call. A thread that makes the same call on the same object
        again, as in a loop, shows it once, and again only where it carries something; of several CloseHandle in a row
        the first one stands for all."""
        if is_shown_as_line(call, kernel):
            return False
        last, self._last[call.pid, call.tid] = self._last.get((call.pid, call.tid)), call.name
        if call.name not in self._about.get(call.lane.partition(".")[0].partition(" ")[0], set()):
            return False
        made = call.pid, call.tid, call.name, _target(call, kernel)
        is_new = made not in self._shown
        self._shown.add(made)
        if call.is_posix:
            goes_on = call.name == last and call.name in ("read", "write")  # perhaps byte by byte
            return is_new or (call.name in _CARRIES_IN_POSIX and not goes_on)
        if call.name in _CARRIES:
            return is_new or not _reads_nothing(call, kernel)
        return is_new and not call.name == last == "CloseHandle"


def _reads_nothing(call: Call, kernel: Kernel) -> bool:
    """A read that will wait: what the thread waits for is shown beside the steps of the others."""
    found = kernel.object_of(call.pid, call.arguments.get("hFile", call.arguments.get("s")))
    return call.name in ("ReadFile", "recv") and bool(found and found.inbox and not found.inbox.chunks)


def _target(call: Call, kernel: Kernel) -> Any:
    """What the call is made on: an object, by its name where it has one, or a name."""
    for name, value in call.arguments.items():
        if call.is_posix and name in _DESCRIPTORS:
            one = kernel.behind(call.pid, value)
            return (one.name or one.number) if one else value
        found = kernel.object_of(call.pid, value)
        if found:
            return found.name or found.number
        if isinstance(value, str):
            return value
    return None
