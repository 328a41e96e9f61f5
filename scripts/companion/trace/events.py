"""The events of a run: what a program printed, what was typed into it, how it ended, and which calls it made."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Kind(Enum):
    """What happened, by its sign in a scene."""

    START = "$"
    LINE = "|"
    ERROR = "!"
    TYPE = "<"
    END_INPUT = "^Z"
    INTERRUPT = "^C"
    EXIT = "="
    CALL = "→"  # in no scene: only the trace tells of calls


# What a call is known by: its process, its thread in it, and its number in that.
CallKey = tuple[int, int, int]


@dataclass(frozen=True)
class Call:
    """An event of the trace: of a process ("start", "exit", and "killed", which the stage adds), of a thread
    ("thread_start", "thread_end") or of a call ("enter", "return")."""

    event: str
    time: float  # seconds since 1970
    pid: int
    tid: int
    lane: str  # as the stage calls the program: "MailSender.2"
    name: str = ""
    number: int = 0  # of the call within its thread; the same on entry and on return
    # Of a process that starts: its "command" line, the id of its "parent", and its "standard" handles by the names
    # that they have in STARTUPINFO.
    arguments: dict[str, Any] = field(default_factory=dict)
    result: Any = None  # of a process or a thread that ends: its code, where that is known
    error: dict[str, Any] | None = None
    begin: float = 0.0
    is_halted: bool = False  # the thread waits until the stage lets it go on
    printed: dict[str, int] = field(default_factory=dict)  # the bytes on "out" and "err" before it
    addresses: dict[str, str] = field(default_factory=dict)  # of its socket, as the system says: "local", "peer"
    file: str = ""  # where it stands in the source, from the root of the project: "chapter07/01-mailslot/MailSender.c"
    line: int = 0
    is_library: bool = False  # made by the library, for a program that prints or reads a line
    thread: int = 1  # within its process: 1 is the main thread, then in the order of creation
    is_pool: bool = False  # first event of a thread that the system has made, as for a timer
    creator: tuple[int, int] | None = None  # of a thread that starts: which thread made it, by which call

    @property
    def is_posix(self) -> bool:
        """A program of POSIX begins with a small letter, one of Win32 with a capital."""
        return self.lane[:1].islower()

    @property
    def has_succeeded(self) -> bool:
        """Also of one that tells by an error that its object was there before."""
        return self.error is None or self.result not in (False, None, -1) and not _is_no_handle(self.result)

    @property
    def key(self) -> CallKey:
        return self.pid, self.thread, self.number


def _is_no_handle(value: Any) -> bool:
    return isinstance(value, dict) and (value.get("handle") in ("NULL", "INVALID_HANDLE_VALUE")
                                        or value.get("name") == "WAIT_FAILED")


@dataclass(frozen=True)
class Event:
    """Something that happened, in the order in which the stage saw it."""

    time: float  # seconds since the stage opened
    kind: Kind
    lane: str
    text: str
    call: Call | None = None
