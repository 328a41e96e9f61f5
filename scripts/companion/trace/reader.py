"""The file that the recorders write (common/trace/TRACE.md), read as events while the programs run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..setup.failure import Failure
from .events import Call
from .growing import GrowingFile

VERSION = 2


class TraceError(Failure):
    """A trace that this version does not understand."""


class Trace:
    """The events in a file that programs are writing."""

    def __init__(self, path: Path, lane_of: Callable[[dict[str, Any]], str]) -> None:
        self.path = path
        self._file = GrowingFile(path)
        self._lane_of = lane_of  # for an event "start"
        self._lanes: dict[int, str] = {}  # by process id

    def poll(self) -> Iterator[Call]:
        """The events that are new."""
        for line in self._file.new_lines():
            yield self._event(line)

    def _event(self, line: bytes) -> Call:
        data = json.loads(line)
        if data["v"] != VERSION:
            raise TraceError(f"{self.path}: version {VERSION} of the trace is expected, found {data['v']}")
        pid = data["pid"]
        if data["event"] == "start":
            self._lanes[pid] = self._lane_of(data)  # an id may come again, of a new process
        creator = data.get("creator")
        started = {name: data[name] for name in ("command", "parent", "standard") if name in data}
        return Call(
            data["event"], data["time"] / 1e6, pid, data["tid"], self._lanes[pid], data.get("call", ""),
            data.get("number", 0), data.get("args", started), data.get("result", data.get("code")), data.get("error"),
            begin=data.get("begin", data["time"]) / 1e6, is_halted=data.get("halted", False),
            printed={stream: data[stream] for stream in ("out", "err") if stream in data},
            addresses={name: data[name] for name in ("local", "peer") if name in data},
            file=data.get("file", ""), line=data.get("line", 0), is_library=data.get("library", False),
            thread=data["thread"], is_pool=data.get("pool", False),
            creator=(creator["thread"], creator["number"]) if creator else None)
