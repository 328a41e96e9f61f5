"""The stage: starts programs, takes in every line they print and every call they make, and ends what it started.

Each program writes to files of its own in the run's folder (common/README.md tells how a child of a
program comes to a file of its own too). The stage reads them as they grow, so every wait is for an event
and has a deadline.
"""

from __future__ import annotations

import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

from ..setup.toolchain import Toolchain, is_win32
from ..trace.events import Call, Event, Kind
from ..trace.order import in_order
from .actor import Actor, Mismatch
from .lane_names import LaneNames
from .processes import Processes
from .recorders import Recorders
from .scene import Names, Step
from .still import Stillness

DEADLINE_S = 10.0  # for one event; a busy machine needs a second or two
_LOOK_AGAIN_S = 0.002  # until a file that has not grown is read again


class Stage:
    """Where programs run together. Use as a context manager: leaving it ends what is still running."""

    def __init__(self, toolchain: Toolchain, on_event: Callable[[Event], None] = lambda event: None,
                 deadline_s: float = DEADLINE_S, is_traced: bool = False) -> None:
        self.toolchain = toolchain
        self.deadline_s = deadline_s
        self.is_traced = is_traced
        self.paused_s = 0.0  # in which a demo stepped or waited for its user; no deadline runs out meanwhile
        self.run = secrets.token_hex(4)
        self.names = Names(self.run)
        self.actors: dict[str, Actor] = {}
        self.calls: list[Call] = []  # all that the trace has told
        self._on_event = on_event
        self._begin = time.monotonic()
        self._lanes = LaneNames()
        self._known_files: set[Path] = set()

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="companion-"))
        self._files = self._folder / "lanes"  # what each program prints
        self.work = self._folder / "work"  # the programs' current directory
        self.runtime = self._folder / "runtime"  # for sockets and FIFOs, which a program that is killed leaves behind
        self._files.mkdir()
        self.work.mkdir()
        self.runtime.mkdir(mode=0o700)
        self.processes = Processes(self.run)
        self.recorders = Recorders(self._folder, self.toolchain, self._lanes)
        return self

    def __exit__(self, *_: object) -> None:
        self.processes.end()
        for actor in self.actors.values():
            actor.close_input()
        shutil.rmtree(self._folder, ignore_errors=True)

    def unique(self, name: str) -> str:
        """A name for a kernel object that no other run uses."""
        return self.names.unique(name)

    # --- programs

    def start(self, program: str, *arguments: str, environment: dict[str, str] | None = None) -> Actor:
        """Starts a program; the second of one name is called PROGRAM.2."""
        files = self._files / f"{len(self.actors) + 1}-{program}"
        lane = self._lanes.of_started(program, files.name)
        self.saw(Kind.START, lane, " ".join([program, *arguments]))

        command = self.toolchain.command(program, list(arguments))
        variables = self.toolchain.environment() | {
            "COMPANION_RUN": self.run,
            "COMPANION_LANE": "root:" + self.toolchain.host_path(program, files),
            "COMPANION_CONSOLE": "same",
            "XDG_RUNTIME_DIR": str(self.runtime),
        }
        if self.is_traced:
            command = self.recorders.command(program, command, lane, files.with_name(files.name + ".strace"))
            variables |= self.recorders.variables(program)
        out, err = files.with_name(files.name + ".out"), files.with_name(files.name + ".err")
        with out.open("ab") as output, err.open("ab") as errors:
            process = self.processes.start(command, stdin=subprocess.PIPE, stdout=output, stderr=errors, cwd=self.work,
                                           env=variables | (environment or {}), bufsize=0)
        self._known_files.add(out)
        self.actors[lane] = Actor(self, lane, self.toolchain.system(program), files, process)
        return self.actors[lane]

    def child(self, lane: str) -> Actor:
        """A program that another one started, once it has opened its output."""
        if not self.wait(lambda: lane in self.actors):
            started = ", ".join(self.actors) or "none"
            raise Mismatch(lane, "it to be started", f"no program of that name came within {self.deadline_s:g} s",
                           f"these were started: {started}")
        return self.actors[lane]

    def _find_children(self) -> None:
        for out in sorted(self._files.glob("*.*.out"), key=_time_of_creation):
            if out not in self._known_files:
                self._known_files.add(out)
                self._add_child(out)

    def _add_child(self, out: Path) -> None:
        program, pid, _ = out.name.split(".")
        lane = self._lanes.of_child(program, int(pid), has_output=True)
        self.actors[lane] = Actor(self, lane, self.toolchain.system(program), out.with_suffix(""), None)
        self.saw(Kind.START, lane, program)

    # --- events

    def before(self, step: Step) -> None:
        """A scene is about to take this step. A stage that halts its programs lets them go on first."""

    def wait(self, is_done: Callable[[], bool]) -> bool:
        """Takes in events until is_done(), then True, or until the deadline, then False."""
        end = time.monotonic() + self.deadline_s - self.paused_s
        while True:
            self.look()
            if is_done():
                return True
            if time.monotonic() - self.paused_s > end:
                return False
            time.sleep(_LOOK_AGAIN_S)

    def look(self) -> None:
        """Takes in what has happened since the last look."""
        self._find_children()
        # The state before the trace is read: later output may belong behind a call that has not been read yet.
        ended = [actor for actor in self.actors.values() if actor.process and actor.process.poll() is not None]
        printed = {lane: actor.printed_bytes() for lane, actor in self.actors.items()} if self.is_traced else {}
        calls = self.recorders.poll()
        returned = {call.key for call in calls if call.event == "return"}
        self.calls += calls
        for call in calls:
            if call.event != "enter" or call.key not in returned:  # else it did not block, and one event is enough
                self._saw_call(call)
        for lane, actor in self.actors.items():
            ends_now = not actor.has_ended and actor in ended
            self._saw_lines(actor, ends_now, None if ends_now else printed.get(lane))
            if ends_now:
                actor.has_ended = True
                self._note_end(actor)
                self.saw(Kind.EXIT, lane, str(actor.status))

    def _note_end(self, actor: Actor) -> None:
        """A program of Win32 that was killed has written no line about its end; strace has."""
        if not is_win32(actor.lane):
            return
        of_lane = [call for call in self.calls if call.lane == actor.lane and call.event in ("start", "exit")]
        if of_lane and of_lane[-1].event == "start":
            killed = replace(of_lane[-1], event="killed", time=time.time(), result=actor.status, printed={})
            self.calls.append(killed)
            self._saw_call(killed)

    def finish_trace(self) -> list[Call]:
        """All events of a play that is over, in the order of cause and effect. strace may still write, and a child
        outlive its parent: wait for their end, or until those that are left make no progress."""
        stillness = Stillness(self.run, self.toolchain.wine_prefix)

        def is_over() -> bool:
            started = {call.pid for call in self.calls if call.event == "start"}
            has_ended = started <= {call.pid for call in self.calls if call.event in ("exit", "killed")}
            return self.recorders.is_complete and (has_ended or stillness.is_reached())

        self.wait(is_over)
        self.look()
        return in_order(self.calls)

    @property
    def lanes(self) -> list[str]:
        """All programs that ran, also those that others have started."""
        return list(dict.fromkeys([*self.actors, *(call.lane for call in self.calls)]))

    def saw(self, kind: Kind, lane: str, text: str) -> None:
        self._on_event(Event(time.monotonic() - self._begin, kind, lane, text))

    def _saw_lines(self, actor: Actor, is_complete: bool, printed: dict[str, int] | None = None) -> None:
        for kind, lines, stream in ((Kind.LINE, actor.output, "out"), (Kind.ERROR, actor.errors, "err")):
            for line in lines.poll(is_complete, printed.get(stream, 0) if printed else -1):
                self.saw(kind, actor.lane, line)

    def _saw_call(self, call: Call) -> None:
        """A call stands behind what its program had printed before, and in front of the rest."""
        if call.event != "start":  # at that time the lane has no files yet
            if call.lane not in self.actors:
                self._find_children()
            if call.lane in self.actors:
                self._saw_lines(self.actors[call.lane], False, call.printed)
        self._on_event(Event(time.monotonic() - self._begin, Kind.CALL, call.lane, call.name, call))


def _time_of_creation(out: Path) -> tuple[int, int]:
    """Of a program's files. A line changes the time of `out`; the file for errors beside it is empty, as a rule."""
    times = [path.stat().st_ctime_ns for path in (out, out.with_suffix(".err")) if path.exists()]
    return min(times), int(out.name.split(".")[1])
