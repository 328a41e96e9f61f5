"""A stage on which each Win32 program halts before each call, and one at a time goes on by one call.

The recorder in each program waits before a call until the program Stepper, started here, lets it go on.
"""

from __future__ import annotations

import subprocess
import time
from collections import deque
from dataclasses import dataclass, replace
from typing import Self

from ..setup.toolchain import Toolchain, is_win32
from ..trace import waits
from ..trace.arguments import program_of
from ..trace.events import Call, Event, Kind
from ..trace.kernel import Kernel
from ..trace.order import in_order
from .actor import Actor
from .scene import Step
from .stage import Stage
from .still import Stillness

_MOST_STEPS = 24  # between two steps of the scene: a program that polls would go on for ever
_MOST_STEPS_WAITED = 2000  # for one line of the scene; after these the deadline runs, too
_BEGIN_S = 2.0  # in which a child that was created has begun to write to the trace; it takes some 20 ms
_ACTS = (Kind.START, Kind.TYPE, Kind.END_INPUT, Kind.INTERRUPT)


@dataclass(frozen=True)
class LiveRow:
    """A handle of a halted program, as the system tells it at this moment."""

    kind: str  # "mailslot"
    usage_count: int  # handles to the object in all processes
    is_signaled: bool | None  # None where asking would change it


class SteppedStage(Stage):
    """While all programs stand still, `kernel` is the state that they have come to."""

    def __init__(self, toolchain: Toolchain) -> None:
        super().__init__(toolchain, self.heard, is_traced=True)
        self.halted: dict[tuple[int, int], Call] = {}  # by process and thread id
        self._since: dict[tuple[int, int], int] = {}  # at which step each of them has come there
        self._steps_in_all = 0
        self._stepped = (0, 0)  # the thread that was let go on: its process id and number
        self.order: list[str] = []  # lanes, as they came
        self.kernel = Kernel()
        self._news: list[Call] = []  # that the model has not taken in
        self._begun: set[str] = set()  # lanes of which the trace has told, or which have ended
        self._to_begin: dict[int, float] = {}  # created children: process id, and until when they are waited for
        self._suspended: set[int] = set()  # those that were created so
        self._stillness = Stillness(self.run, toolchain.wine_prefix)
        self._heard_so_far = 0
        self._steps = 0  # since the scene went on
        self._stepped_at = time.monotonic()

    def __enter__(self) -> Self:
        super().__enter__()
        # It counts as a program of the run: what it was told is done only when it waits again.
        variables = self.toolchain.environment() | {"COMPANION_RUN": self.run}
        self._stepper = self.processes.start(self.toolchain.command("Stepper", [self.run]), env=variables, bufsize=0,
                                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._stepper.stdout
        self._stepper.stdout.readline()
        return self

    def __exit__(self, *details: object) -> None:
        super().__exit__(*details)
        assert self._stepper.stdin and self._stepper.stdout
        self._stepper.stdin.close()
        self._stepper.stdout.close()

    def start(self, program: str, *arguments: str, environment: dict[str, str] | None = None) -> Actor:
        variables = {"COMPANION_STEP": self.run} if is_win32(program) else {}
        return super().start(program, *arguments, environment=variables | (environment or {}))

    def live_table(self, pid: int) -> dict[int, LiveRow]:
        """The handle table of a program that is halted, by value: one question to the system itself, which knows of no
        model."""
        assert self._stepper.stdin and self._stepper.stdout
        self._stepper.stdin.write(f"?{pid}\n".encode())
        rows = {}
        while (line := self._stepper.stdout.readline().decode().rstrip("\r\n")) not in ("end", ""):
            value, kind, count, state = line.split("\t")
            signaled = {"signaled": True, "not signaled": False}.get(state)
            rows[int(value, 16)] = LiveRow(kind, int(count), signaled)
        return rows

    def live_contents(self, pid: int, value: int) -> int | None:
        """How much lies in the mailslot (messages) or the pipe (bytes) behind a handle of a program that is halted,
        while nobody reads it, as the system tells it. None where it tells nothing."""
        assert self._stepper.stdin and self._stepper.stdout
        self._stepper.stdin.write(f"#{pid}-{value:x}\n".encode())
        answer = self._stepper.stdout.readline().decode().strip()
        return int(answer) if answer.isdecimal() else None

    def before(self, step: Step) -> None:
        if step.kind in _ACTS:
            # The next step of the scene then meets the same state in every run.
            self.come_to_rest()

    def come_to_rest(self) -> None:
        """What has begun goes on until all wait for each other or for input, or have ended."""
        self._steps = 0
        self.wait(lambda: self._steps >= _MOST_STEPS or (self._is_still() and not self.halted))
        self._steps = 0
        self.take_in()

    def look(self) -> None:
        super().look()
        if self.halted and self._is_still():
            self._step()

    def take_in(self) -> None:
        """Everything stands still: what has happened since can be put into the order of cause and effect. Several
        threads may have gone on at the same time: they are told one after the other, the same in each run."""
        queues: dict[tuple[int, int], deque[Call]] = {}
        for call in in_order(self._news):
            queues.setdefault((call.pid, call.thread), deque()).append(call)
        self._news = []
        while queues:
            key = min(queues, key=lambda key: (self._is_early(queues[key][0]), key != self._stepped,
                                               self.order.index(queues[key][0].lane), key[1]))
            self.has_happened(queues[key].popleft())
            if not queues[key]:
                del queues[key]

    def _is_early(self, call: Call) -> bool:
        """Whether a wait has come to its end for which the model has no reason yet: another thread is to be told
        first."""
        if call.event != "return" or call.pid not in self.kernel.processes:
            return False
        wait = self.kernel.thread(call).wait
        return wait is not None and not waits.is_over(wait)

    def has_happened(self, call: Call) -> None:
        """The model takes in one event."""
        self.kernel.apply(call)

    def about_to_call(self, call: Call) -> None:
        """All programs wait, and this call is the next one to be made: as soon as this method returns."""

    def heard(self, event: Event) -> None:
        """Something has happened."""
        self._heard_so_far += 1
        self._stillness.heard()
        if event.lane not in self.order:
            self.order.append(event.lane)
        call = event.call
        if call:
            self._news.append(call)
        if event.kind is Kind.EXIT:
            self._begun.add(event.lane)
            self.halted = {key: one for key, one in self.halted.items() if one.lane != event.lane}
        elif call and call.event == "start":
            self._begun.add(call.lane)
            self._to_begin.pop(call.pid, None)
        elif call and call.is_halted:
            self.halted[call.pid, call.tid] = call
            self._since[call.pid, call.tid] = self._steps_in_all
        elif call:
            self._note_children(call)
            ended = _ended_by(call)  # it may have been halted
            self.halted = {key: one for key, one in self.halted.items() if one.pid != ended}

    def _note_children(self, call: Call) -> None:
        """Before a child has begun, it cannot halt, and would do so at another moment in each run."""
        if call.event != "return" or call.error:
            return
        until = time.monotonic() + _BEGIN_S
        if call.name == "CreateProcess":
            arguments = call.arguments
            pid = arguments["lpProcessInformation"]["dwProcessId"]
            if not self.toolchain.has(program_of(arguments["lpApplicationName"], arguments["lpCommandLine"])):
                return  # it writes no trace
            if "CREATE_SUSPENDED" in str(arguments["dwCreationFlags"]):
                self._suspended.add(pid)
            else:
                self._to_begin[pid] = until
        elif call.name == "ResumeThread":
            thread = self.kernel.object_of(call.pid, call.arguments["hThread"])
            resumed = {pid for pid in self._suspended if self.kernel.processes[pid].threads[1].object is thread}
            self._suspended -= resumed
            self._to_begin |= {pid: until for pid in resumed}
        elif call.name == "TerminateProcess":
            self._to_begin.pop(_ended_by(call) or 0, None)

    def _is_still(self) -> bool:
        """Whether all programs wait, and all is known that they have done."""
        heard = self._heard_so_far
        # During exec a process has no environment by which it could be found; one that has begun is past exec.
        has_begun = all(lane in self._begun for lane, actor in self.actors.items() if actor.process)
        has_begun = has_begun and all(time.monotonic() > until for until in self._to_begin.values())
        is_reached = has_begun and self._stillness.is_reached()
        super().look()
        return is_reached and heard == self._heard_so_far

    def _step(self) -> None:
        # Of the threads of a program the one that waits the longest; of those that came there at once, the older one.
        key, call = min(self.halted.items(), key=lambda one: (self.order.index(one[1].lane), self._since[one[0]],
                                                              one[1].thread))
        self.take_in()
        self.about_to_call(call)
        self._news.append(replace(call, time=time.time(), is_halted=False))  # if it does not return, it waits
        self._steps += 1
        self._steps_in_all += 1
        # The deadline is for one call: how many there are, and how long each is shown, is not the program's doing.
        if self._steps <= _MOST_STEPS_WAITED:
            self.paused_s += time.monotonic() - self._stepped_at
        self._stepped_at = time.monotonic()
        self._stepped = call.pid, call.thread
        del self.halted[key]
        self._stillness.heard()
        assert self._stepper.stdin
        self._stepper.stdin.write(f"{call.pid}-{call.tid}\n".encode())


def _ended_by(call: Call) -> int | None:
    """The process that has ended with this event of the trace."""
    if call.event == "exit":
        return call.pid
    if call.event == "return" and call.name == "TerminateProcess" and not call.error:
        pid: int | None = call.arguments["hProcess"].get("pid")
        return pid
    return None
