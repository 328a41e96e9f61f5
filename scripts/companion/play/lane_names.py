"""The lane of each process in a run: its name, the same whether its output or its trace is seen first."""

from __future__ import annotations

import itertools
from typing import Any


class LaneNames:
    def __init__(self) -> None:
        self._by_files: dict[str, str] = {}  # by the first part of the names of its files

    def of_started(self, program: str, files: str) -> str:
        """A program that the stage starts; the second of one name is called PROGRAM.2."""
        self._by_files[files] = self._first_free(program)
        return self._by_files[files]

    def of_child(self, program: str, pid: int, has_output: bool) -> str:
        """A program that another one has started. If its parent has redirected it, it has no output to see, and is not
        counted among those of the scene: PipeChild (1)."""
        files = f"{program}.{pid}" if has_output else f"{program} {pid}"
        if files not in self._by_files:
            taken = set(self._by_files.values())
            redirected = (f"{program} ({number})" for number in itertools.count(1))
            self._by_files[files] = self._first_free(program) if has_output else next(
                name for name in redirected if name not in taken)
        return self._by_files[files]

    def of_traced(self, start: dict[str, Any]) -> str:
        """A process that has begun to write to the trace, by its event "start"."""
        files = start.get("lane", "")
        return self._by_files.get(files) or self.of_child(start["program"], start["pid"], has_output=bool(files))

    def _first_free(self, program: str) -> str:
        taken = set(self._by_files.values())
        names = itertools.chain([program], (f"{program}.{number}" for number in itertools.count(2)))
        return next(name for name in names if name not in taken)
