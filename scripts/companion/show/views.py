"""A run after it is over: its calls as a table, as JSON, as a diagram, as a timeline; and two systems side by side."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from ..play.scene import Kind, Scene
from ..play.stage import Event, Mismatch, Stage, perform
from ..setup.toolchain import Toolchain
from ..trace.reader import Call, Kernel
from .call_text import Reader, columns
from .diagram import mermaid
from .perfetto import perfetto
from .render import report, wrap

FORMATS = ("text", "json", "mermaid", "perfetto")


@dataclass
class Recording:
    """What happened in one run."""

    run: str  # what made its names unique
    events: list[Event]  # as the stage saw them
    calls: list[Call]


def record(toolchain: Toolchain, scene: Scene, deadline_s: float | None = None) -> Recording | None:
    """Plays a scene with the trace on. Where it goes another way than its text, says so and gives None."""
    events: list[Event] = []
    with Stage(toolchain, events.append, is_traced=True) as stage:
        stage.deadline_s = deadline_s or stage.deadline_s
        try:
            perform(scene, stage)
        except Mismatch as mismatch:
            print("\n".join(report(scene, mismatch, stage)), file=sys.stderr, flush=True)
            return None
        return Recording(stage.run, events, stage.finish_trace())


def rendered(recording: Recording, format: str) -> str:
    if format == "mermaid":
        return mermaid(recording.calls, recording.run)
    if format == "perfetto":
        return perfetto(recording.calls, recording.run)
    lines = _table(recording) if format == "text" else _json(recording)
    return "".join(line + "\n" for line in lines)


def _table(recording: Recording) -> Iterator[str]:
    """One call a line, in the order in which they returned, a process's creation in front of its calls; one that waited
    has a line for its entry too."""
    reader = Reader(Kernel(), recording.run)
    calls = [call for call in recording.calls if call.event in ("enter", "return")]
    first = min((call.time for call in recording.calls), default=0.0)
    width = max((columns(call.lane) for call in calls), default=0)
    entered = set()
    for index, call in enumerate(calls):
        if call.event == "enter":
            if index + 1 < len(calls) and calls[index + 1].key == call.key:
                continue
            entered.add(call.key)
            text = f"→ {reader.call(call)} waits"
        else:
            text = reader.returned(call, call.key in entered)
        yield f"{call.time - first:9.6f}  {call.lane:{width}}  {text}"


def _json(recording: Recording) -> Iterator[str]:
    """The events as they are, each handle with the kernel object that is behind it."""
    kernel = Kernel()
    for call in recording.calls:
        before = _with_objects(call, kernel) if call.event != "return" or call.name == "CloseHandle" else None
        kernel.apply(call)
        event = {"event": call.event, "time": round(call.time, 6), "pid": call.pid, "tid": call.tid,
                 "program": call.lane}
        if call.name:
            arguments, result = before or _with_objects(call, kernel)
            event |= {"call": call.name, "number": call.number, "args": arguments}
            if call.event == "return":
                event |= {"begin": round(call.begin, 6), "result": result, "error": call.error}
        yield json.dumps(event, ensure_ascii=False)


def _with_objects(call: Call, kernel: Kernel) -> tuple[Any, Any]:
    def look(value: Any) -> Any:
        if isinstance(value, list):
            return [look(one) for one in value]
        if not isinstance(value, dict):
            return value
        found = kernel.object_of(call.pid, value) if "handle" in value else None
        more = {"object": {"number": found.number, "type": found.type, "name": found.name}} if found else {}
        return {name: look(one) for name, one in value.items()} | more

    return look(call.arguments), look(call.result)


# --- Win32 and POSIX side by side


def compare(toolchain: Toolchain, left: Scene, right: Scene) -> int:
    """Plays one scene after the other and prints them in two columns, step beside step."""
    recordings = [record(toolchain, left), record(toolchain, right)]
    if None in recordings:
        return 1
    width = max(24, (shutil.get_terminal_size().columns - 3) // 2)
    sides = [list(_steps(recording)) for recording in recordings if recording]
    print(_row(f"Win32: {left.path.stem}", f"POSIX: {right.path.stem}", width))
    print("─" * width + "─┼─" + "─" * width)
    for one, other in zip_longest(*sides, fillvalue=[]):
        rows = zip_longest([part for text in one for part in wrap(text, width)],
                           [part for text in other for part in wrap(text, width)], fillvalue="")
        for row in rows:
            print(_row(*row, width))
    return 0


def _row(left: str, right: str, width: int) -> str:
    return f"{left}{' ' * (width - columns(left))} │ {right}".rstrip()


def _steps(recording: Recording) -> Iterator[list[str]]:
    """What happened, in parts that begin where a program is started or typed into."""
    reader = Reader(Kernel(), recording.run)
    part: list[str] = []
    for event in recording.events:
        if event.call:
            if event.call.event == "return":
                part.append(f"{event.lane} {reader.returned(event.call, False, is_short=True)}")
            continue
        if event.kind in (Kind.START, Kind.TYPE, Kind.INTERRUPT, Kind.END_INPUT):
            if part:
                yield part
            part = []
        part.append(f"{event.lane} {event.kind.value} {reader.text(event.text)}".rstrip())
    yield part
