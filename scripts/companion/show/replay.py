"""POSIX programs do not halt before a call: a run of them is recorded, and then shown step by step."""

from __future__ import annotations

import sys
import time
from dataclasses import replace

from ..play.actor import Mismatch
from ..play.perform import perform
from ..play.scene import Scene, Step
from ..play.stage import Stage
from ..setup.toolchain import Toolchain
from ..trace.events import Call, CallKey, Event, Kind
from ..trace.order import place
from .report import report
from .spectator import Spectator

# What a call gives: nobody knows it before.
_GIVES = {"read": "buf", "recvfrom": "buf", "recvmsg": "msg", "msgrcv": "msgp", "pipe": "pipefd", "pipe2": "pipefd",
          "socketpair": "sv", "wait4": "wstatus", "waitid": "infop", "accept": "addr", "accept4": "addr",
          "getsockname": "addr"}


def record(toolchain: Toolchain, scene: Scene) -> RecordingStage | None:
    """Plays the scene; on a mismatch prints a report and returns None. It has ended when this returns."""
    with RecordingStage(toolchain) as stage:
        try:
            perform(scene, stage)
        except Mismatch as mismatch:
            print(report(scene, mismatch, stage), file=sys.stderr, flush=True)
            return None
        stage.finish()
    return stage


class RecordingStage(Stage):
    """Remembers behind which event of its program each line came, and when the scene came to each step."""

    def __init__(self, toolchain: Toolchain) -> None:
        super().__init__(toolchain, self._heard, is_traced=True)
        self._steps: list[tuple[float, Step]] = []
        self._last: dict[str, tuple[CallKey, str]] = {}  # by lane: its last event of the trace
        self._behind: dict[tuple[CallKey, str], list[Event]] = {}
        self._first: dict[str, list[Event]] = {}  # by lane: what came before all of them
        self._in_order: list[Call] = []

    def before(self, step: Step) -> None:
        self._steps.append((time.time(), step))

    def _heard(self, event: Event) -> None:
        if event.call:
            self._last[event.lane] = event.call.key, event.call.event
        elif event.kind is not Kind.EXIT:  # the trace tells it
            found = self._last.get(event.lane)
            (self._behind.setdefault(found, []) if found else self._first.setdefault(event.lane, [])).append(event)

    def finish(self) -> None:
        self._in_order = self.finish_trace()

    def show(self, spectator: Spectator) -> None:
        """Once."""
        begun: set[CallKey] = set()
        for call in self._in_order:
            while self._steps and self._steps[0][0] <= place(call):
                spectator.narrate(self._steps.pop(0)[1])
            spectator.heard(Event(call.time, Kind.CALL, call.lane, call.name, call))
            self._lines(self._first.pop(call.lane, []), spectator)
            if call.name and call.key not in begun:
                begun.add(call.key)
                spectator.about_to_call(_given(call), {call.lane})
            spectator.has_happened(call)
            for event in ("enter", call.event):  # where it did not wait, the call has no enter of its own
                self._lines(self._behind.pop((call.key, event), []), spectator)
        spectator.finish()

    def _lines(self, events: list[Event], spectator: Spectator) -> None:
        for event in events:
            spectator.heard(event)


def _given(call: Call) -> Call:
    """What is known of it before it is made."""
    name = _GIVES.get(call.name)
    return replace(call, arguments=call.arguments | {name: {}}) if name in call.arguments and name else call
