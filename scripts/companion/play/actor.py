"""One program on the stage: what it prints, what is typed into it, and how it ends."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from ..setup.packages import wine_version
from ..trace.events import Kind
from ..trace.growing import GrowingFile
from . import processes
from .scene import Step
from .typed import Typed

# The exit status of a program that Ctrl+C ended. On Windows it is STATUS_CONTROL_C_EXIT; under Wine 10 its last 8 bits.
_ENDED_BY_CTRL_C = {"windows": {0xC000013A}, "posix": {-signal.SIGINT}}
_ENDED_BY_CTRL_C_UNDER_WINE = {"8.0": {0}, "10.0": {0x3A}}
_UNDER_ANOTHER_WINE = {0, 0x3A}


def ended_by_ctrl_c(system: str) -> set[int]:
    """The exit status, or each one that is possible."""
    if system == "wine":
        return _ENDED_BY_CTRL_C_UNDER_WINE.get(wine_version(), _UNDER_ANOTHER_WINE)
    return _ENDED_BY_CTRL_C[system]


class Mismatch(Exception):
    """A program did something else than was expected of it."""

    def __init__(self, lane: str, expected: str, seen: str, cause: str) -> None:
        super().__init__(f"{lane}: expected {expected}, but {seen}")
        self.lane, self.expected, self.seen, self.cause = lane, expected, seen, cause
        self.step: Step | None = None


class Host(Protocol):
    """What an actor needs of its stage."""

    deadline_s: float

    def wait(self, is_done: Callable[[], bool]) -> bool: ...

    def saw(self, kind: Kind, lane: str, text: str) -> None: ...


class Lines:
    """The lines of a file that a program is writing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.all: list[str] = []
        self._taken = 0  # of them by next()
        self._file = GrowingFile(path)

    def poll(self, is_complete: bool, end: int = -1) -> list[str]:
        """The lines that are new, of the first `end` bytes or of all; the last one counts without its line break when
        nothing more can come."""
        lines = self._file.new_lines(end)
        rest = self._file.take_rest() if is_complete else b""
        if rest:
            lines.append(rest)
        new = [line.removesuffix(b"\r").decode("utf-8", errors="replace") for line in lines]
        self.all += new
        return new

    @property
    def unread(self) -> list[str]:
        return self.all[self._taken:]

    def next(self) -> str:
        self._taken += 1
        return self.all[self._taken - 1]


class Actor:
    """Started by the stage, with a process; or by another program, without."""

    def __init__(self, host: Host, lane: str, system: str, files: Path,
                 process: subprocess.Popen[bytes] | None) -> None:
        self.lane = lane
        self.process = process
        self.output = Lines(files.with_name(files.name + ".out"))
        self.errors = Lines(files.with_name(files.name + ".err"))
        self.has_ended = False
        self._host = host
        self._system = system
        self._typed = Typed(process.stdin) if process and process.stdin else None

    # --- what it prints

    def next_line(self) -> str:
        """The next line on standard output."""
        return self._next(self.output, "a line", "standard output")

    def next_error(self) -> str:
        """The next line on standard error."""
        return self._next(self.errors, "a line on standard error", "standard error")

    def _next(self, lines: Lines, expected: str, stream: str) -> str:
        if self._host.wait(lambda: bool(lines.unread) or self.has_ended) and lines.unread:
            return lines.next()
        if self.has_ended:
            raise Mismatch(self.lane, expected, f"it ended with status {self.status}", self.last_words())
        raise Mismatch(self.lane, expected, f"nothing came within {self._host.deadline_s:g} s",
                       f"{self.lane} waits for something that does not happen, or its {stream} is not flushed")

    def printed_bytes(self) -> dict[str, int]:
        """How much it has printed so far."""
        return {stream: lines.path.stat().st_size for stream, lines in (("out", self.output), ("err", self.errors))
                if lines.path.exists()}

    # --- what is typed into it

    def type(self, text: str) -> None:
        """Types a line."""
        self._host.saw(Kind.TYPE, self.lane, text)
        self.type_bytes((text + "\n").encode())

    def type_bytes(self, data: bytes) -> None:
        """Writes bytes to standard input, also those that no keyboard can type."""
        if self._typed:
            self._typed.add(data)

    def end_input(self) -> None:
        self._host.saw(Kind.END_INPUT, self.lane, "")
        self.close_input()

    def close_input(self) -> None:
        if self._typed:
            self._typed.end()

    # --- how it ends

    def ctrl_c(self) -> None:
        self._host.saw(Kind.INTERRUPT, self.lane, "")
        if self.process and self.process.poll() is None:
            processes.press_ctrl_c(self.process)

    def kill(self) -> None:
        """Ends it at once, as a crash or the Task Manager does."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def exit(self) -> int:
        """Waits for its end and gives its exit status, as this system passes it on."""
        if not self._host.wait(lambda: self.has_ended):
            raise Mismatch(self.lane, "it to end", f"it still runs after {self._host.deadline_s:g} s",
                           f"{self.lane} waits for input or for another program")
        return self.status

    def was_ended_by_ctrl_c(self) -> bool:
        return self.exit() in ended_by_ctrl_c(self._system)

    def last_words(self) -> str:
        if self.errors.all:
            return "its last words: " + self.errors.all[-1]
        return f"{self.lane} ended earlier than the scene says"

    @property
    def status(self) -> int:
        """The exit status of one that has ended."""
        assert self.process and self.process.returncode is not None
        return self.process.returncode
