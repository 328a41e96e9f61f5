"""A program with a terminal of its own, and somebody who types there. Whoever imports this is skipped on Windows."""

from __future__ import annotations

import os
import select
import subprocess
import sys

import pytest
from conftest import DEADLINE_S

if sys.platform == "win32":
    pytest.skip("a pseudo terminal of Linux is needed", allow_module_level=True)

import fcntl  # noqa: E402
import pty  # noqa: E402
import struct  # noqa: E402
import termios  # noqa: E402


class PseudoTerminal:
    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        self.keyboard, self._screen = pty.openpty()
        self.resize(24, 80)
        self.process = subprocess.Popen(command, env=environment | {"TERM": "xterm"}, stdin=self._screen,
                                        stdout=self._screen, stderr=self._screen, preexec_fn=_take_terminal)
        os.close(self._screen)
        self._shown = b""

    def press(self, keys: str) -> None:
        os.write(self.keyboard, keys.encode())

    def wait_for(self, text: str) -> str:
        """Until the text is on the screen, behind what was waited for before. Gives what stands between them."""
        while text.encode() not in self._shown:
            assert self._read(), f"{text!r} did not come: {self._shown!r}"
        before, _, self._shown = self._shown.partition(text.encode())
        return before.decode(errors="replace")

    def rest(self) -> str:
        """All that comes until nobody has the terminal any more."""
        while self._read():
            pass
        return self._shown.decode(errors="replace")

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.keyboard, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.keyboard)

    def _read(self) -> bool:
        """Whether something has come, or can still come."""
        assert select.select([self.keyboard], [], [], DEADLINE_S)[0], f"nothing came after {self._shown!r}"
        try:
            data = os.read(self.keyboard, 65536)
        except OSError:  # nobody has the terminal any more
            data = b""
        self._shown += data
        return data != b""


def _take_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
