"""The demo of POSIX programs, which do not halt before a call: a run is recorded, and then shown step by step."""

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
from ..trace.kernel import Kernel
from ..trace.order import place
from . import screen
from .frame import WORDS
from .key_calls import KeyCalls
from .moments import Moments
from .report import report
from .screen import Quit

# What a call gives: nobody knows it before.
_GIVES = {"read": "buf", "recvfrom": "buf", "recvmsg": "msg", "msgrcv": "msgp", "pipe": "pipefd", "pipe2": "pipefd",
          "socketpair": "sv", "wait4": "wstatus", "waitid": "infop", "accept": "addr", "accept4": "addr",
          "getsockname": "addr"}


def play(toolchain: Toolchain, scene: Scene, title: str, language: str, auto_s: float | None,
         key_calls: KeyCalls | None) -> int:
    """Records the scene and shows it; says in its title that it is a recording."""
    with _RecordingStage(toolchain) as stage:
        try:
            perform(scene, stage)
        except Mismatch as mismatch:
            print(report(scene, mismatch, stage), file=sys.stderr, flush=True)
            return 1
        calls = stage.finish_trace()
    with screen.opened(f"{title}  ·  {WORDS[language]['recording']}", language, auto_s) as opened:
        moments = Moments(opened, language, key_calls, scene, Kernel(), stage.run)
        try:
            stage.show(calls, moments)
        except Quit:
            pass
    return 0


class _RecordingStage(Stage):
    """Also remembers behind which event of its program each line came, and when the scene came to each step."""

    def __init__(self, toolchain: Toolchain) -> None:
        super().__init__(toolchain, self._heard, is_traced=True)
        self._steps: list[tuple[float, Step]] = []
        self._last: dict[str, tuple[CallKey, str]] = {}  # by lane: its last event of the trace
        self._behind: dict[tuple[CallKey, str], list[Event]] = {}
        self._first: dict[str, list[Event]] = {}  # by lane: what came before all of them

    def before(self, step: Step) -> None:
        self._steps.append((time.time(), step))

    def _heard(self, event: Event) -> None:
        if event.call:
            self._last[event.lane] = event.call.key, event.call.event
        elif event.kind is not Kind.EXIT:  # the trace tells it
            found = self._last.get(event.lane)
            (self._behind.setdefault(found, []) if found else self._first.setdefault(event.lane, [])).append(event)

    def show(self, calls: list[Call], moments: Moments) -> None:
        begun: set[CallKey] = set()
        for call in calls:
            while self._steps and self._steps[0][0] <= place(call):
                moments.narrate(self._steps.pop(0)[1])
            moments.heard(Event(call.time, Kind.CALL, call.lane, call.name, call))
            self._lines(self._first.pop(call.lane, []), moments)
            if call.name and call.key not in begun:
                begun.add(call.key)
                moments.about_to_call(_given(call), {call.lane})
            moments.has_happened(call)
            for event in ("enter", call.event):  # where it did not wait, the call has no enter of its own
                self._lines(self._behind.pop((call.key, event), []), moments)
        moments.finish()

    def _lines(self, events: list[Event], moments: Moments) -> None:
        for event in events:
            moments.heard(event)


def _given(call: Call) -> Call:
    """What is known of it before it is made."""
    name = _GIVES.get(call.name)
    return replace(call, arguments=call.arguments | {name: {}}) if name in call.arguments and name else call
