"""Whether all programs of a run are blocked, and nothing that would wake one of them is under way.

Only then is it certain which of them have reached their next call, so that a demo shows the same in every run.
"""

from __future__ import annotations

import time
from pathlib import Path

from ..setup import wineserver
from . import processes

_SETTLES_S = 0.2  # on Windows, where the states of threads are harder to read: no event for so long


class Stillness:
    def __init__(self, run: str, wine_prefix: Path) -> None:
        self._finder = processes.Finder(run)
        self._wine_prefix = wine_prefix
        self._server: Path | None = None
        self._last_news = time.monotonic()

    def heard(self) -> None:
        """Something has happened."""
        self._last_news = time.monotonic()

    def is_reached(self) -> bool:
        if not Path("/proc/self/stat").exists():
            return time.monotonic() - self._last_news > _SETTLES_S
        first = self._switches()
        # When the Wine server sleeps, it has answered all requests; an answer would wake the program.
        return first is not None and self._server_sleeps() and first == self._switches()

    def _switches(self) -> dict[str, str] | None:
        """The number of context switches of each thread; None when one is running."""
        found = {}
        for process in self._finder.find():
            try:
                statuses = {task.name: (task / "status").read_text() for task in (process / "task").iterdir()}
            except OSError:
                return None  # it has just ended
            for task, status in statuses.items():
                lines = status.splitlines()
                if not any(line.startswith(("State:\tS", "State:\tZ")) for line in lines):
                    return None
                found[task] = " ".join(line for line in lines if "ctxt_switches" in line)
        return found

    def _server_sleeps(self) -> bool:
        if self._server is None:
            self._server = wineserver.find(self._wine_prefix)
        try:
            return self._server is None or "State:\tS" in (self._server / "status").read_text()
        except OSError:
            self._server = None  # it has just ended
            return False
