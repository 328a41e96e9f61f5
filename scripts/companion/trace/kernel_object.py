"""A kernel object as the model knows it: who has handles to it, its own state, and what lies in it to be read."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Fact:
    """A part of an object's state, and how the model knows it."""

    value: Any  # None: unknown
    reason: str = ""  # of what is inferred; of what is unknown, why. Empty: a call has told it

    @property
    def certainty(self) -> str:
        return "unknown" if self.value is None else "inferred" if self.reason else "known"


@dataclass(frozen=True)
class Chunk:
    """What one call has written, or what is left of it."""

    size: int  # bytes
    data: bytes | None  # None where the trace has cut it
    writer: str  # "MailSender": the program
    number: int  # of the writing call within its thread
    type: int = 0  # of a message in a queue of System V
    descriptors: tuple[KernelObject, ...] = ()  # what a message of a socket hands on


@dataclass
class Inbox:
    """What lies in an object to be read, the oldest first."""

    keeps_messages: bool  # one read takes one message, or a part of one; else the bytes of several writes
    loses_rest: bool = False  # a mailslot under Wine: what does not fit into the buffer is gone
    chunks: deque[Chunk] = field(default_factory=deque)
    # What was read before the model knew of its being written (an overlapped write, a program without a trace, a call
    # whose end strace has put too early): what each read has got, and how many bytes of it are missing.
    owed: deque[tuple[list[Chunk], int]] = field(default_factory=deque)

    @property
    def size(self) -> int:
        return sum(chunk.size for chunk in self.chunks)

    def put(self, chunk: Chunk) -> None:
        taken = 0
        while self.owed and taken < chunk.size:
            got, missing = self.owed.popleft()
            got.append(_front(_behind(chunk, taken), missing))
            taken += chunk.size - taken if self.keeps_messages else got[-1].size
            if missing > got[-1].size and not self.keeps_messages:
                self.owed.appendleft((got, missing - got[-1].size))
        if taken < chunk.size or (self.keeps_messages and not taken):
            self.chunks.append(_behind(chunk, taken))

    def take(self, size: int, type: int = 0) -> list[Chunk]:
        """What a read of so many bytes has got, as parts of what was written; of a queue the first message of a type.
        What is missing comes into the list when it is written."""
        got: list[Chunk] = []
        rest = size
        chosen = next((chunk for chunk in self.chunks if type in (0, chunk.type)), None)
        if chosen and type:
            self.chunks.remove(chosen)
            self.chunks.appendleft(chosen)
        elif type:
            self.owed.append((got, rest))
            return got
        while self.chunks and (rest > 0 or self.keeps_messages):
            chunk = self.chunks.popleft()
            got.append(_front(chunk, rest))
            rest -= got[-1].size
            if chunk.size > got[-1].size and not self.loses_rest:
                self.chunks.appendleft(_behind(chunk, got[-1].size))
            if self.keeps_messages:
                break
        if rest > 0 and not (self.keeps_messages and got):
            self.owed.append((got, rest))
        return got


def _front(chunk: Chunk, size: int) -> Chunk:
    size = min(size, chunk.size)
    return replace(chunk, size=size, data=None if chunk.data is None else chunk.data[:size])


def _behind(chunk: Chunk, size: int) -> Chunk:
    return replace(chunk, size=chunk.size - size, data=None if chunk.data is None else chunk.data[size:])


@dataclass(eq=False)
class KernelObject:
    number: int  # in the order in which they come; 0 for a standard stream of which no call has told
    type: str  # "mailslot"
    name: str = ""  # "\\\\.\\mailslot\\mailbox", or of a process its program; empty where it has none
    handles: set[tuple[int, int]] = field(default_factory=set)  # of which process, which value
    # Why the object stays without a handle: a process and a thread while they run, a section while it is mapped.
    held_by_system: list[str] = field(default_factory=list)
    was_open: bool = False  # a program has had a handle to it
    facts: dict[str, Fact] = field(default_factory=dict)  # its state: "signaled", "owner", "count"
    inbox: Inbox | None = None
    peer: KernelObject | None = None  # the other end: what is written here can be read there
    fifo: KernelObject | None = None  # of an open end of a FIFO, which may have many: the FIFO in the file system

    @property
    def usage_count(self) -> int:
        return len(self.handles) + len(self.held_by_system)

    def set(self, **values: Any) -> None:
        """Facts that a call has told."""
        self.facts |= {name: Fact(value) for name, value in values.items()}

    def infer(self, name: str, value: Any, reason: str) -> None:
        self.facts[name] = Fact(value, reason)

    def value(self, name: str) -> Any:
        return self.facts[name].value if name in self.facts else None


def join(left: KernelObject, right: KernelObject) -> None:
    """Makes two objects the ends of one connection, both ways."""
    for one, other in ((left, right), (right, left)):
        one.peer, one.inbox = other, one.inbox or Inbox(keeps_messages=bool(one.value("reads_messages")))
