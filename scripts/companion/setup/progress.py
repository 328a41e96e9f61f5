"""Long steps: runs a command while showing, on standard error, what is running and for how long."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from .failure import Failure

_SILENT_S = 0.5  # a shorter step is not shown
_REFRESH_S = 0.2
_LINES_IN_FULL = 60  # of a failed step's output; of more than that its end


class StepFailed(Failure):
    """A command of a long step ended with another status than 0."""

    def __init__(self, title: str, status: int, log: Path, advice: str) -> None:
        lines = _text(log).splitlines()
        shown = lines[-_LINES_IN_FULL:]
        omitted = "" if shown == lines else f"({len(lines) - len(shown)} lines before these are in the file below)\n"
        output = "\n".join(shown)
        super().__init__(f"{title}: failed with status {status}\n\n{omitted}{output}\n\nAll output: {log}\n{advice}")


class StepTooLong(Failure):
    """A step that has a limit did not end within it."""


class Step:
    """A command that is started at once. As a context manager it ends the command when the block fails.

    Its output goes to a file, since a pipe would be held open by whatever the command leaves running behind it.
    """

    def __init__(self, title: str, command: list[str], log: Path, advice: str,
                 environment: dict[str, str] | None = None, limit_s: float | None = None,
                 why_late: Callable[[], str] = str) -> None:
        self.started_at = time.monotonic()
        self._title, self._log, self._advice = title, log, advice
        self._limit_s, self._why_late = limit_s, why_late
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                             stderr=subprocess.STDOUT, env=environment)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *details: object) -> None:
        if self._process.poll() is not None:
            return
        if failure is KeyboardInterrupt:
            # The command has received the Ctrl+C too. apt-get then cleans up, which must not be interrupted.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_SILENT_S)
                return
            say(f"{self._title}: interrupted, waiting for its end")
        else:
            with contextlib.suppress(PermissionError):  # we may not end what sudo started
                self._process.terminate()
        self._process.wait()

    def finish(self) -> str:
        """Waits for the end and gives what the command printed. With a limit it waits no longer than that."""
        with self, _Display(self._title, self.started_at) as display:
            while self._process.poll() is None:
                try:
                    self._process.wait(_REFRESH_S)
                except subprocess.TimeoutExpired:
                    display.refresh(self._log)
                if self._limit_s is not None and time.monotonic() - self.started_at > self._limit_s:
                    raise StepTooLong(f"{self._title}: has not ended within {self._limit_s:g} s.\n{self._why_late()}\n"
                                      f"All output: {self._log}\n{self._advice}")
            if self._process.returncode != 0:
                raise StepFailed(self._title, self._process.returncode, self._log, self._advice)
        return _text(self._log)


def say(text: str) -> None:
    print(f"lesson: {text}", file=sys.stderr, flush=True)


class _Display:
    """On a terminal one line that is rewritten; elsewhere one line at the start and one at the end."""

    def __init__(self, title: str, started_at: float) -> None:
        self._title = title
        self._started_at = started_at
        self._is_terminal = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._is_shown = False

    def refresh(self, log: Path) -> None:
        seconds = time.monotonic() - self._started_at
        if seconds < _SILENT_S:
            return
        if self._is_terminal:
            line = f"lesson: {self._title} {seconds:4.1f} s  {_last_line(log)}"
            _write(f"\r\033[K\033[?7l{line}\033[K\033[?7h")  # no wrapping: the terminal cuts what does not fit
        elif not self._is_shown:
            say(f"{self._title} …")
        self._is_shown = True

    def __enter__(self) -> _Display:
        return self

    def __exit__(self, failure: type[BaseException] | None, *details: object) -> None:
        if self._is_shown and self._is_terminal:
            _write("\r\033[K")
        if self._is_shown and failure is None:
            say(f"{self._title}: {time.monotonic() - self._started_at:.1f} s")


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _text(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def _last_line(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 1000))
        lines = file.read().decode("utf-8", "replace").replace("\r", "\n").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    return "".join(character for character in last if character.isprintable())
