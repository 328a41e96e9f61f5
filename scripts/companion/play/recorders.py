"""What records the calls of a run: the recorder in each Win32 program, which the environment turns on, and strace
around each POSIX program."""

from __future__ import annotations

from pathlib import Path

from ..setup.toolchain import Toolchain, is_win32
from ..trace import strace
from ..trace.events import Call
from ..trace.reader import Trace
from .lane_names import LaneNames


class Recorders:
    def __init__(self, folder: Path, toolchain: Toolchain, lanes: LaneNames) -> None:
        self.trace = Trace(folder / "trace.jsonl", lanes.of_traced)
        self._toolchain = toolchain
        self._lanes = lanes
        self._straces: list[strace.Strace] = []

    @property
    def is_complete(self) -> bool:
        """Whether every strace has written all."""
        return all(trace.is_complete for trace in self._straces)

    def command(self, program: str, command: list[str], lane: str, output: Path) -> list[str]:
        """How to start this program so that its calls are recorded; `output` is for strace."""
        if is_win32(program):
            return command
        self._straces.append(strace.Strace(output, lane, self._lanes.of_child))
        return strace.command(command, output)

    def variables(self, program: str) -> dict[str, str]:
        return {"COMPANION_TRACE": self._toolchain.host_path(program, self.trace.path)} if is_win32(program) else {}

    def poll(self) -> list[Call]:
        """The events that are new."""
        calls = list(self.trace.poll())
        for trace in self._straces:
            calls += trace.poll()
        return calls
