"""The stage: starts programs, hears every line they print, types into them, and ends what it started.

Each program writes to files of its own in the run's folder (common/README.md tells how a child of a
program comes to a file of its own too). The stage reads them as they grow, so every wait is for an event
and has a deadline.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..setup.toolchain import Toolchain, is_win32
from ..trace import strace
from ..trace.growing import GrowingFile
from ..trace.reader import Call, Trace, with_creations_first
from . import processes
from .scene import Kind, Names, Scene, Step
from .still import Stillness

DEADLINE_S = 10.0  # for one event; a person waits no longer, and a busy machine needs a second or two
_LOOK_AGAIN_S = 0.002  # how soon a file that did not grow is looked at again

# The exit status of a program that Ctrl+C ended. On Windows it is STATUS_CONTROL_C_EXIT; Wine 8 makes it 0.
_ENDED_BY_CTRL_C = {"windows": 0xC000013A, "wine": 0, "posix": -signal.SIGINT}


@dataclass(frozen=True)
class Event:
    """Something that happened, in the order in which the stage saw it."""

    time: float  # seconds since the stage opened
    kind: Kind
    lane: str
    text: str
    call: Call | None = None


class Mismatch(Exception):
    """A program did something else than was expected of it."""

    def __init__(self, lane: str, expected: str, seen: str, cause: str) -> None:
        super().__init__(f"{lane}: expected {expected}, but {seen}")
        self.lane, self.expected, self.seen, self.cause = lane, expected, seen, cause
        self.step: Step | None = None


class _Lines:
    """The lines of a file that a program is writing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.all: list[str] = []
        self.taken = 0  # of them by next()
        self._file = GrowingFile(path)

    def poll(self, is_complete: bool, end: int = -1) -> list[str]:
        """The lines that are new, of the first `end` bytes or of all; the last one counts without its line break when
        nothing more can come."""
        lines = self._file.new_lines(end)
        rest = self._file.take_rest() if is_complete else b""
        if rest:
            lines.append(rest)
        new = [line.removesuffix(b"\r").decode("utf-8", errors="replace") for line in lines]
        self.all += new
        return new

    @property
    def unread(self) -> list[str]:
        return self.all[self.taken :]

    def next(self) -> str:
        self.taken += 1
        return self.all[self.taken - 1]


class Actor:
    """One program on the stage."""

    def __init__(self, stage: Stage, lane: str, files: Path, process: subprocess.Popen[bytes] | None) -> None:
        self.lane = lane
        self.process = process  # None: started by another program
        self.output = _Lines(files.with_name(files.name + ".out"))
        self.errors = _Lines(files.with_name(files.name + ".err"))
        self.has_ended = False
        self._stage = stage
        self._to_type = bytearray()
        self._ends_input = False

    def next_line(self) -> str:
        """The next line on standard output."""
        return self._next(self.output, "a line", "standard output")

    def next_error(self) -> str:
        """The next line on standard error."""
        return self._next(self.errors, "a line on standard error", "standard error")

    def _next(self, lines: _Lines, expected: str, stream: str) -> str:
        def is_settled() -> bool:
            return bool(lines.unread) or self.has_ended

        if self._stage.wait(is_settled) and lines.unread:
            return lines.next()
        if self.has_ended:
            raise Mismatch(self.lane, expected, f"it ended with status {self._status()}", self.last_words())
        raise Mismatch(self.lane, expected, f"nothing came within {self._stage.deadline_s:g} s",
                       f"{self.lane} waits for something that does not happen, or its {stream} is not flushed")

    def type(self, text: str) -> None:
        """Types a line."""
        self._stage.saw(Kind.TYPE, self.lane, text)
        self.type_bytes((text + "\n").encode())

    def type_bytes(self, data: bytes) -> None:
        """Feeds standard input what no keyboard would."""
        self._to_type += data
        self.feed()

    def end_input(self) -> None:
        self._ends_input = True
        self._stage.saw(Kind.END_INPUT, self.lane, "")
        self.feed()

    def feed(self) -> None:
        """Hands on what has been typed, as much as the program takes now."""
        stdin = self.process and self.process.stdin
        if not stdin or stdin.closed:
            return
        try:
            while self._to_type:
                del self._to_type[: os.write(stdin.fileno(), self._to_type)]
        except BlockingIOError:
            return
        except OSError:  # it reads no more: a broken pipe, which Windows may call an invalid argument
            self._to_type.clear()
        if self._ends_input:
            stdin.close()

    def ctrl_c(self) -> None:
        self._stage.saw(Kind.INTERRUPT, self.lane, "")
        if self.process and self.process.poll() is None:
            _press_ctrl_c(self.process)

    def kill(self) -> None:
        """Ends it at once, as a crash or the task manager would."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def exit(self) -> int:
        """Waits for its end and gives its exit status, as this system hands it on."""
        if not self._stage.wait(lambda: self.has_ended):
            raise Mismatch(self.lane, "it to end", f"it still runs after {self._stage.deadline_s:g} s",
                           f"{self.lane} waits for input or for another program")
        return self._status()

    def was_ended_by_ctrl_c(self) -> bool:
        return self.exit() == _ENDED_BY_CTRL_C[self._stage.toolchain.system(self.lane)]

    def printed(self) -> dict[str, int]:
        """The bytes that it has printed so far."""
        return {stream: lines.path.stat().st_size for stream, lines in (("out", self.output), ("err", self.errors))
                if lines.path.exists()}

    def _status(self) -> int:
        assert self.process and self.process.returncode is not None
        return self.process.returncode

    def last_words(self) -> str:
        if self.errors.all:
            return "its last words: " + self.errors.all[-1]
        return f"{self.lane} ended earlier than the scene says"


class Stage:
    """Where programs run together. Use as a context manager: leaving it ends what is still running."""

    def __init__(self, toolchain: Toolchain, on_event: Callable[[Event], None] = lambda event: None,
                 deadline_s: float = DEADLINE_S, is_traced: bool = False) -> None:
        self.toolchain = toolchain
        self.deadline_s = deadline_s
        self.is_traced = is_traced
        self.paused_s = 0.0  # in which a demo stood still; no deadline runs out meanwhile
        self.run = secrets.token_hex(4)
        self.names = Names(self.run)
        self.actors: dict[str, Actor] = {}
        self._on_event = on_event
        self._begin = time.monotonic()
        self._known_files: set[Path] = set()
        self._lanes_by_files: dict[str, str] = {}  # by the first part of the files' names
        self.calls: list[Call] = []  # all that the trace has told

    def __enter__(self) -> Stage:
        self._folder = Path(tempfile.mkdtemp(prefix="companion-"))
        self._lanes = self._folder / "lanes"
        self.work = self._folder / "work"  # the programs' current directory
        self._lanes.mkdir()
        self.work.mkdir()
        self.trace = Trace(self._folder / "trace.jsonl", self._lane_of)
        self._straces: list[strace.Strace] = []
        return self

    def __exit__(self, *_: object) -> None:
        _kill_all(self.run, [actor.process for actor in self.actors.values() if actor.process])
        for actor in self.actors.values():
            if actor.process and actor.process.stdin:
                actor.process.stdin.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def unique(self, name: str) -> str:
        """A name for a kernel object that no other run uses."""
        return self.names.unique(name)

    def start(self, program: str, *arguments: str, environment: dict[str, str] | None = None) -> Actor:
        """Starts a program; the second of one name is called PROGRAM.2."""
        number = 1 + sum(lane.partition(".")[0] == program for lane in self.actors)
        lane = program if number == 1 else f"{program}.{number}"
        files = self._lanes / f"{len(self.actors) + 1}-{program}"
        self._lanes_by_files[files.name] = lane
        self.saw(Kind.START, lane, " ".join([program, *arguments]))

        command = self.toolchain.command(program, list(arguments))
        if self.is_traced and not is_win32(program):
            self._straces.append(strace.Strace(files.with_name(files.name + ".strace"), lane, self._child_lane))
            command = strace.command(command, self._straces[-1].path)
        variables = self.toolchain.environment() | {
            "COMPANION_RUN": self.run,
            "COMPANION_LANE": "root:" + self.toolchain.host_path(program, files),
            "COMPANION_CONSOLE": "same",
        } | self._trace_variables(program) | (environment or {})
        out, err = files.with_name(files.name + ".out"), files.with_name(files.name + ".err")
        with out.open("ab") as output, err.open("ab") as errors:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=errors, cwd=self.work,
                                       env=variables, bufsize=0, **_own_group())
        if os.name == "posix":
            os.set_blocking(process.stdin.fileno(), False)
        self._known_files.add(out)
        self.actors[lane] = Actor(self, lane, files, process)
        return self.actors[lane]

    def child(self, lane: str) -> Actor:
        """A program that another one started, once it has opened its output."""
        if not self.wait(lambda: lane in self.actors):
            started = ", ".join(self.actors) or "none"
            raise Mismatch(lane, "it to be started", f"no program of that name came within {self.deadline_s:g} s",
                           f"these were started: {started}")
        return self.actors[lane]

    def saw(self, kind: Kind, lane: str, text: str) -> None:
        self._on_event(Event(time.monotonic() - self._begin, kind, lane, text))

    def wait(self, is_done: Callable[[], bool]) -> bool:
        """Looks at everything until is_done() or the deadline; says which."""
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
        # What there is now, before the trace is read: what comes later may stand behind a call that is not read yet.
        ended = [actor for actor in self.actors.values() if actor.process and actor.process.poll() is not None]
        printed = {lane: actor.printed() for lane, actor in self.actors.items()} if self.is_traced else {}
        calls = [call for trace in (self.trace, *self._straces) for call in trace.poll()]
        returned = {call.key for call in calls if call.event == "return"}
        self.calls += calls
        for call in calls:
            if call.event != "enter" or call.key not in returned:  # else it has not waited, and one event tells it all
                self._saw_call(call)
        for lane, actor in self.actors.items():
            actor.feed()
            ends_now = not actor.has_ended and actor in ended
            self._saw_lines(actor, ends_now, None if ends_now else printed.get(lane))
            if ends_now:
                actor.has_ended = True
                self.saw(Kind.EXIT, actor.lane, str(actor.process.returncode))

    def finish_trace(self) -> list[Call]:
        """All events of a play that is over, in order. strace may still write, and a child outlive its parent: wait for
        their end, or until what is left stands still."""
        stillness = Stillness(self.run, self.toolchain.wine_prefix)

        def is_over() -> bool:
            started = {call.pid for call in self.calls if call.event == "start"}
            has_ended = started <= {call.pid for call in self.calls if call.event == "exit"}
            return all(trace.is_complete for trace in self._straces) and (has_ended or stillness.is_reached())

        self.wait(is_over)
        self.look()
        if self._straces:
            self.calls.sort(key=lambda call: call.time)
        return with_creations_first(self.calls)

    def before(self, step: Step) -> None:
        """A scene is about to take this step. A stage that halts its programs lets them go on first."""

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

    def _trace_variables(self, program: str) -> dict[str, str]:
        if not self.is_traced or not is_win32(program):
            return {}
        return {"COMPANION_TRACE": self.toolchain.host_path(program, self.trace.path)}

    def _lane_of(self, start: dict[str, Any]) -> str:
        """The lane of a process that has begun to write to the trace."""
        lane = start.get("lane", "")
        if lane in self._lanes_by_files:
            return self._lanes_by_files[lane]
        return self._child_lane(start["program"], start["pid"], has_output=bool(lane))

    def _child_lane(self, program: str, pid: int, has_output: bool) -> str:
        """The same one whether its output or its trace comes first. A program that its parent has redirected has no
        output to see, and no part in the scene's count of programs: PipeChild (1)."""
        files = f"{program}.{pid}" if has_output else f"{program} {pid}"
        if files not in self._lanes_by_files:
            taken = set(self._lanes_by_files.values())
            numbers = itertools.count(2 if has_output else 1)
            names = (f"{program}.{number}" if has_output else f"{program} ({number})" for number in numbers)
            first = [program] if has_output else []
            self._lanes_by_files[files] = next(name for name in itertools.chain(first, names) if name not in taken)
        return self._lanes_by_files[files]

    def _find_children(self) -> None:
        for out in sorted(self._lanes.glob("*.*.out"), key=lambda path: path.stat().st_ctime):
            if out not in self._known_files:
                self._known_files.add(out)
                self._add_child(out)

    def _add_child(self, out: Path) -> None:
        program, pid, _ = out.name.split(".")
        lane = self._child_lane(program, int(pid), has_output=True)
        self.actors[lane] = Actor(self, lane, out.with_suffix(""), None)
        self.saw(Kind.START, lane, program)


def perform(scene: Scene, stage: Stage) -> None:
    """Plays a scene; raises Mismatch, with its step, where it goes another way than the text. What lies in the
    folder "files" beside the scene is in the programs' current directory."""
    files = scene.path.parent / "files"
    if files.is_dir():
        shutil.copytree(files, stage.work, dirs_exist_ok=True)
    for step in scene.steps:
        try:
            stage.before(step)
            _perform_step(step, stage)
        except Mismatch as mismatch:
            mismatch.step = step
            raise
    stage.look()
    for actor in stage.actors.values():
        for lines in (actor.output, actor.errors):
            if lines.unread:
                raise Mismatch(actor.lane, "no further line", f"it printed {lines.unread[0]!r}",
                               "the program says more than the scene knows")


def _perform_step(step: Step, stage: Stage) -> None:
    if step.kind is Kind.START:
        stage.start(step.program, *(stage.names.fill(word) for word in step.arguments))
        return

    actor = stage.child(step.lane)
    if step.kind in (Kind.LINE, Kind.ERROR):
        seen = actor.next_line() if step.kind is Kind.LINE else actor.next_error()
        if not stage.names.match(step.text, seen):
            raise Mismatch(step.lane, repr(stage.names.fill(step.text)), f"it printed {seen!r}",
                           "the program says something else than the scene, or a line is missing between them")
    elif step.kind is Kind.TYPE:
        actor.type(stage.names.fill(step.text))
    elif step.kind is Kind.END_INPUT:
        actor.end_input()
    elif step.kind is Kind.INTERRUPT:
        actor.ctrl_c()
    elif step.kind is Kind.EXIT:
        status = actor.exit()
        is_expected = actor.was_ended_by_ctrl_c() if step.text == "^C" else status == int(step.text)
        if not is_expected:
            raise Mismatch(step.lane, f"exit status {step.text}", f"it ended with status {status}", actor.last_words())


def _own_group() -> dict[str, object]:
    """How to start a program so that Ctrl+C and ending reach it alone."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}  # a console of its own, which nobody sees
    return {"start_new_session": True}


def _press_ctrl_c(process: subprocess.Popen[bytes]) -> None:
    if os.name != "nt":
        process.send_signal(signal.SIGINT)  # Wine makes a CTRL_C_EVENT of it
        return
    # Windows knows Ctrl+C only for a whole console: attach to the program's, from a process that can be spared.
    press = (
        "import ctypes, sys; k = ctypes.windll.kernel32; k.FreeConsole();"
        "ok = k.AttachConsole(int(sys.argv[1])) and k.SetConsoleCtrlHandler(None, 1) and k.GenerateConsoleCtrlEvent(0, 0);"
        "sys.exit(not ok)"
    )
    subprocess.run([sys.executable, "-c", press, str(process.pid)], check=True)


def _kill_all(run: str, started: list[subprocess.Popen[bytes]]) -> None:
    """Ends the processes of a run and what they have started, and nothing else."""
    for process in started:
        if process.poll() is None:
            if os.name == "nt":
                subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
            process.kill()
            process.wait()
    # What is left was started by a program that has ended; the run's name is in its environment.
    for left in processes.with_variable(f"COMPANION_RUN={run}".encode()):
        with contextlib.suppress(OSError):  # it has ended by itself
            os.kill(int(left.name), signal.SIGKILL)
