"""Reads single keys, without Enter."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from collections.abc import Iterator


@contextlib.contextmanager
def single_keys() -> Iterator[None]:
    """Keys are read at once, and not echoed. Ctrl+C still interrupts."""
    if sys.platform == "win32":
        yield
        return
    import termios
    import tty
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def key_pressed(timeout_s: float) -> str:
    """The key that is pressed, or nothing within this time."""
    if sys.platform == "win32":
        import msvcrt
        end = time.monotonic() + timeout_s
        while not msvcrt.kbhit():
            if time.monotonic() >= end:
                return ""
            time.sleep(0.01)
        return msvcrt.getwch()
    if not select.select([sys.stdin], [], [], timeout_s)[0]:
        return ""
    return os.read(sys.stdin.fileno(), 1).decode("ascii", "replace") or "q"  # the terminal has been closed
