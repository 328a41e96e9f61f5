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


@dataclass(frozen=True)
class Call:
    """An event of the trace: of a process ("start", "exit") or of a call ("enter", "return")."""

    event: str
    time: float  # seconds since 1970
    pid: int
    tid: int
    lane: str  # as the stage calls the program: "MailSender.2"
    name: str = ""
    number: int = 0  # of the call within its process; the same on entry and on return
    arguments: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    error: dict[str, Any] | None = None
    begin: float = 0.0
    is_halted: bool = False  # the thread waits until the stage lets it go on
    printed: dict[str, int] = field(default_factory=dict)  # the bytes on "out" and "err" before it
    file: str = ""  # where it stands in the source, from the root of the project: "chapter07/01-mailslot/MailSender.c"
    line: int = 0

    @property
    def is_posix(self) -> bool:
        """A program of POSIX begins with a small letter, one of Win32 with a capital."""
        return self.lane[:1].islower()

    @property
    def has_succeeded(self) -> bool:
        """Also of one that tells by an error that its object was there before."""
        return self.error is None or self.result not in (False, None, -1) and not _is_no_handle(self.result)

    @property
    def key(self) -> tuple[int, int]:
        return self.pid, self.number


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
