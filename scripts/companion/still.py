"""Whether the programs of a run stand still: each waits for something, and nothing that it waits for is on its way.

Only then is it sure who of them has come to the next call, and a demo shows the same in every run.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

_SETTLES_S = 0.2  # on Windows, where threads cannot be looked at as simply: so long nothing new is heard
_PROC = Path("/proc")


class Stillness:
    def __init__(self, run: str, wine_prefix: Path) -> None:
        self._mark = f"COMPANION_RUN={run}".encode()
        self._prefix = f"WINEPREFIX={wine_prefix}".encode()
        self._server: Path | None = None
        self._last_news = time.monotonic()

    def heard(self) -> None:
        """Something has happened."""
        self._last_news = time.monotonic()

    def is_reached(self) -> bool:
        if not _PROC.joinpath("self/stat").exists():
            return time.monotonic() - self._last_news > _SETTLES_S
        first = self._switches()
        # What a program has asked the Wine server for is done once the server sleeps; the answer would wake it.
        return first is not None and self._server_sleeps() and first == self._switches()

    def _switches(self) -> dict[str, str] | None:
        """How often each thread was woken so far; None when one is awake."""
        found = {}
        for process in self._processes():
            for task in process.glob("task/*"):
                try:
                    lines = (task / "status").read_text().splitlines()
                except OSError:
                    return None  # it has ended just now
                if not any(line.startswith(("State:\tS", "State:\tZ")) for line in lines):
                    return None
                found[task.name] = " ".join(line for line in lines if "ctxt_switches" in line)
        return found

    def _processes(self) -> list[Path]:
        own = os.getpid()
        return [path for path in _PROC.glob("[0-9]*") if int(path.name) != own and self._has(path, self._mark)]

    @staticmethod
    def _has(process: Path, variable: bytes) -> bool:
        try:
            return variable in (process / "environ").read_bytes().split(b"\0")
        except OSError:
            return False

    def _server_sleeps(self) -> bool:
        if self._server is None or not self._server.exists():
            self._server = next((path for path in _PROC.glob("[0-9]*") if self._is_server(path)), None)
        try:
            return self._server is None or "State:\tS" in (self._server / "status").read_text()
        except OSError:
            return False

    def _is_server(self, process: Path) -> bool:
        try:
            return (process / "comm").read_text().startswith("wineserver") and self._has(process, self._prefix)
        except OSError:
            return False
