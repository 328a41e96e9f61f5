"""A file that a program is still writing, read line by line."""

from __future__ import annotations

from pathlib import Path


class GrowingFile:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        self._rest = b""

    def new_lines(self, end: int = -1) -> list[bytes]:
        """The lines that have become complete, of the first `end` bytes or of all; none while there is no file."""
        if not self.path.exists():
            return []
        with self.path.open("rb") as file:
            file.seek(self._read)
            data = file.read(max(0, end - self._read) if end >= 0 else -1)
        self._read += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return lines

    def take_rest(self) -> bytes:
        """What stands behind the last line break, when nothing more can come."""
        rest, self._rest = self._rest, b""
        return rest
