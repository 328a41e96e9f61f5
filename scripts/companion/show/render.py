"""Renderers: what a person or a script sees of a scene while the stage plays it."""

from __future__ import annotations

import json as json_format
import shutil
import sys
from dataclasses import replace
from typing import Any, Protocol

from ..play.actor import Mismatch
from ..play.perform import perform
from ..play.scene import Scene
from ..play.stage import DEADLINE_S, Stage
from ..setup.toolchain import Toolchain
from ..trace import unrecorded
from ..trace.events import Call, CallKey, Event, Kind
from ..trace.kernel import Kernel
from ..trace.library_calls import is_shown_as_line
from . import leftovers
from .call_text import Reader
from .leftovers import Leftover
from .report import report
from .terminal import enable_escape_sequences, has_colours, padded, wrap

_EVENT_NAMES = {Kind.START: "start", Kind.LINE: "line", Kind.ERROR: "error", Kind.TYPE: "typed",
                Kind.END_INPUT: "end_input", Kind.INTERRUPT: "interrupt", Kind.EXIT: "exit"}


class Renderer(Protocol):
    def event(self, event: Event) -> None: ...
    def mismatch(self, mismatch: Mismatch, stage: Stage) -> None: ...
    def leftover(self, leftover: Leftover, run: str) -> None: ...
    def unrecorded(self, program: str, call: str) -> None: ...
    def end(self) -> None: ...


def play(toolchain: Toolchain, scene: Scene, json: bool = False, calls: bool = False,
         deadline_s: float = DEADLINE_S) -> int:
    """Plays a scene and shows it as it goes; returns 0 if it went as its text says, else 1."""
    renderer = _renderer(scene, json)
    on_event = renderer.event if json else _InWords(renderer).event
    with Stage(toolchain, on_event, deadline_s, is_traced=calls) as stage:
        try:
            perform(scene, stage)
        except Mismatch as mismatch:
            renderer.mismatch(mismatch, stage)
            return 1
        left = leftovers.of_calls(stage.finish_trace()) if calls else []
    for one in left:
        renderer.leftover(one, stage.run)
    for program, call in unrecorded.of(toolchain, stage.lanes) if calls else []:
        renderer.unrecorded(program, call)
    renderer.end()
    return 0


def _renderer(scene: Scene, json: bool) -> Renderer:
    if json:
        return JsonLines()
    return Lanes(scene) if has_colours() else PlainText(scene)


class _InWords:
    """Turns the calls of the trace into text for a renderer."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._kernel = Kernel()
        self._reader = Reader(self._kernel)
        self._waiting: set[CallKey] = set()

    def event(self, event: Event) -> None:
        call = event.call
        if call is None:
            self._renderer.event(event)
            return
        if not is_shown_as_line(call, self._kernel):
            self._show(event, call)
        self._kernel.apply(call)

    def _show(self, event: Event, call: Call) -> None:
        if call.event == "enter":
            self._waiting.add(call.key)
            self._renderer.event(replace(event, text=f"→ {self._reader.call(call)} waits"))
        elif call.event == "return":
            self._renderer.event(replace(event, text=self._reader.returned(call, call.key in self._waiting)))


class JsonLines:
    """One JSON object a line, for scripts. The last one has the event "end" or "mismatch"."""

    def event(self, event: Event) -> None:
        call, value = event.call, dict[str, Any](time=round(event.time, 6))
        if call is None:
            value |= {"event": _EVENT_NAMES[event.kind], "program": event.lane}
            if event.kind is Kind.EXIT:
                value["status"] = int(event.text)
            else:
                value["text"] = event.text
        elif call.event in ("enter", "return"):
            value |= {"event": call.event, "program": call.lane, "call": call.name, "number": call.number,
                      "args": call.arguments}
            value |= {"result": call.result, "error": call.error} if call.event == "return" else {}
        else:
            return
        self._print(value)

    def mismatch(self, mismatch: Mismatch, stage: Stage) -> None:
        self._print({"event": "mismatch", "program": mismatch.lane, "line": mismatch.step and mismatch.step.number,
                     "expected": mismatch.expected, "seen": mismatch.seen, "cause": mismatch.cause})

    def leftover(self, leftover: Leftover, run: str) -> None:
        self._print({"event": "never_closed", "program": leftover.lane, "handle": leftover.handle,
                     "type": leftover.type, "name": leftover.name})

    def unrecorded(self, program: str, call: str) -> None:
        self._print({"event": "not_recorded", "program": program, "call": call})

    def end(self) -> None:
        self._print({"event": "end"})

    @staticmethod
    def _print(value: dict[str, Any]) -> None:
        print(json_format.dumps(value, ensure_ascii=False), flush=True)


class PlainText:
    """The lines as they come, each with its time and program, in the notation of a scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._width = max(len(lane) for lane in scene.lanes)

    def event(self, event: Event) -> None:
        print(f"{event.time:7.3f}  {event.lane:{self._width}} {_mark(event)}", flush=True)

    def mismatch(self, mismatch: Mismatch, stage: Stage) -> None:
        print(report(self._scene, mismatch, stage), file=sys.stderr, flush=True)

    def leftover(self, leftover: Leftover, run: str) -> None:
        print(leftover.in_words().replace(f"-{run}", ""), flush=True)

    def unrecorded(self, program: str, call: str) -> None:
        print(unrecorded.in_words(program, call), flush=True)

    def end(self) -> None:
        pass


class Lanes(PlainText):
    """A column for each program, side by side in the time in which their lines come."""

    _COLOURS = ("\033[36m", "\033[33m", "\033[35m", "\033[32m", "\033[34m", "\033[31m")
    _BOLD, _DIM, _RESET = "\033[1m", "\033[2m", "\033[0m"
    _LEAST_COLUMNS = 24  # of a lane; narrower ones are less readable than names in front of the lines

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._lanes = scene.lanes
        enable_escape_sequences()
        self._lane_columns = (shutil.get_terminal_size().columns - 9) // len(self._lanes) - 2
        if self._lane_columns >= self._LEAST_COLUMNS:
            names = "".join(self._colour(lane) + self._BOLD + padded(lane, self._lane_columns) + self._RESET + "  "
                            for lane in self._lanes)
            print(" " * 9 + names.rstrip())

    def event(self, event: Event) -> None:
        style = self._colour(event.lane)
        if event.kind in (Kind.TYPE, Kind.INTERRUPT, Kind.END_INPUT):
            style += self._BOLD
        elif event.kind in (Kind.START, Kind.EXIT, Kind.CALL):
            style += self._DIM
        time = f"{self._DIM}{event.time:7.3f}{self._RESET}  "
        if self._lane_columns < self._LEAST_COLUMNS or event.lane not in self._lanes:
            print(f"{time}{style}{event.lane:{self._width}} {_mark(event)}{self._RESET}", flush=True)
            return

        indent = " " * (self._lanes.index(event.lane) * (self._lane_columns + 2))
        text = _mark(event).removeprefix("| ")
        for number, part in enumerate(wrap(text, self._lane_columns)):
            print(f"{time if number == 0 else ' ' * 9}{indent}{style}{part}{self._RESET}", flush=True)

    def _colour(self, lane: str) -> str:
        number = self._lanes.index(lane) if lane in self._lanes else -1
        return self._COLOURS[number % len(self._COLOURS)]


def _mark(event: Event) -> str:
    """An event in the notation of a scene. A call, which no scene has, has its arrow in the text."""
    if event.kind is Kind.CALL:
        return event.text
    return f"{event.kind.value} {event.text}".rstrip()
