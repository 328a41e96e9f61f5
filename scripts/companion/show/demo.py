"""The demo for a class: before each call all programs halt, until the user lets one go on."""

from __future__ import annotations

import sys

from ..play.actor import Mismatch
from ..play.perform import perform
from ..play.scene import Scene, Step
from ..play.stepping import SteppedStage
from ..setup.toolchain import Toolchain
from ..trace.events import Call, Event, Kind
from ..trace.kernel import Kernel
from . import screen
from .call_text import Reader
from .frame import WORDS, Column, Handle, Moment, Object
from .report import report
from .screen import Quit, Screen

_SHOWN_LINES = (Kind.LINE, Kind.ERROR, Kind.TYPE, Kind.INTERRUPT, Kind.END_INPUT)


def play(toolchain: Toolchain, scene: Scene, title: str, language: str, auto_s: float | None) -> int:
    with screen.opened(title, language, auto_s) as opened, DemoStage(toolchain, opened, language) as stage:
        try:
            perform(scene, stage)
            stage.finish()
        except Quit:
            return 0
        except Mismatch as mismatch:
            failure = report(scene, mismatch, stage)
        else:
            return 0
    # Only now: closing the demo's own screen would have removed it.
    print(failure, file=sys.stderr, flush=True)
    return 1


class DemoStage(SteppedStage):
    """Shows a moment before each call: what each process has done, and the kernel objects."""

    def __init__(self, toolchain: Toolchain, where: Screen, language: str) -> None:
        super().__init__(toolchain)
        self._screen = where
        self._language = language
        self._narration = ""
        self._kernel = Kernel()
        self._reader = Reader(self._kernel, self.run, hides_ids=where.is_plain)
        self._in_call: dict[str, dict[int, str]] = {}  # by lane and thread: calls that have not returned
        self._ended: set[str] = set()  # lanes
        self._returned: dict[str, str] = {}  # by lane: its last call, with the result
        self._output: dict[str, list[str]] = {}
        self._moments: list[Moment] = []

    def heard(self, event: Event) -> None:
        super().heard(event)
        if event.call:
            self._heard_call(event.call)
        elif event.kind is Kind.EXIT:
            self._ended.add(event.lane)
            for pid, lane in list(self._kernel.lanes.items()):
                if lane == event.lane:
                    self._kernel.end(pid)
        elif event.kind in _SHOWN_LINES:
            line = f"{event.kind.value} {self._reader.text(event.text)}".rstrip()
            self._output.setdefault(event.lane, []).append(line)

    def _heard_call(self, call: Call) -> None:
        self._reader.learn(call)
        if call.event == "return":
            self._in_call.get(call.lane, {}).pop(call.tid, None)
            outcome = self._reader.outcome(call)
            self._returned[call.lane] = f"{call.name} = {outcome}" if outcome else call.name
        elif call.event == "exit":
            self._ended.add(call.lane)
        self._kernel.apply(call)

    def before(self, step: Step) -> None:
        super().before(step)
        if step.narration:
            self._narration = step.narration[self._language]

    def about_to_call(self, call: Call) -> None:
        self._show(call)
        self._in_call.setdefault(call.lane, {})[call.tid] = call.name

    def finish(self) -> None:
        """Shows how it has ended."""
        self.look()
        self._show(None)

    def _show(self, call: Call | None) -> None:
        moment = Moment(
            number=len(self._moments) + 1,
            narration=self._narration if call else f"{self._narration} {WORDS[self._language]['over']}",
            processes=tuple(self._column(lane) for lane in self.order),
            objects=tuple(Object(one.number, one.type, self._reader.text(one.name), one.usage_count)
                          for one in self._kernel.objects),
            lane=call.lane if call else "",
            call=call.name if call else "",
            arguments=tuple(self._reader.arguments(call)) if call else (),
            before=self._moments[-1] if self._moments else None)
        self._moments.append(moment)
        self._screen.show(self._moments)

    def _column(self, lane: str) -> Column:
        is_halted = any(call.lane == lane for call in self.halted.values())
        waiting = list(self._in_call.get(lane, {}).values())
        state = "ended" if lane in self._ended else "halts" if is_halted else "waits" if waiting else "runs"
        handles = [Handle(f"0x{value:x}", entry.object.number, entry.object.type, entry.is_inheritable)
                   for pid, name in self._kernel.lanes.items() if name == lane
                   for value, entry in sorted(self._kernel.tables.get(pid, {}).items())]
        waits_in = waiting[0] if state == "waits" else ""
        output = tuple(self._output.get(lane, ()))
        return Column(lane, state, waits_in, self._returned.get(lane, ""), output, tuple(handles))
