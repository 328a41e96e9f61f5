"""What is typed into a program. A thread writes it: whoever writes into a full pipe waits until the program reads.

The pipes of Popen cannot be told not to wait on Windows before Python 3.12. So it is done in the same way everywhere.
"""

from __future__ import annotations

import contextlib
import os
import threading
from queue import SimpleQueue
from typing import IO

_ROOM_S = 0.5  # in which a pipe with room has taken what is typed, also on a busy machine


class Typed:
    def __init__(self, stdin: IO[bytes]) -> None:
        self._stdin = stdin
        self._queue: SimpleQueue[tuple[bytes | None, threading.Event]] = SimpleQueue()
        self._writer = threading.Thread(target=self._write, daemon=True)
        self._last = threading.Event()  # set when the pipe has all that was added
        self._last.set()
        self._has_ended = False

    def add(self, data: bytes) -> None:
        """Comes back when the pipe has taken the bytes, so that they are there before the stage's next step. When it is
        full it gets them as the program reads."""
        self._hand_over(data)

    def end(self) -> None:
        """Closes standard input, behind all that was added."""
        if not self._has_ended:
            self._has_ended = True
            self._hand_over(None)

    def _hand_over(self, data: bytes | None) -> None:
        if self._writer.ident is None:
            self._writer.start()
        has_room = self._last.is_set()
        self._last = threading.Event()
        self._queue.put((data, self._last))
        if has_room:
            self._last.wait(_ROOM_S)

    def _write(self) -> None:
        data: bytes | None = b""
        while data is not None:
            data, is_done = self._queue.get()
            # OSError: it reads no more. That is a broken pipe, which Windows may call an invalid argument.
            with contextlib.suppress(OSError):
                if data is None:
                    self._stdin.close()
                else:
                    self._write_all(data)
            is_done.set()

    def _write_all(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._stdin.fileno(), left):]
