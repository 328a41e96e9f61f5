"""The calls of a recorded run: as a table, as JSON, as a diagram, as a timeline."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ..trace.events import Call
from ..trace.kernel import Kernel
from ..trace.library_calls import without_lines
from ..trace.order import place
from .call_text import Reader
from .diagram import mermaid
from .perfetto import perfetto
from .record import Recording

FORMATS = ("text", "json", "mermaid", "perfetto")


def rendered(recording: Recording, format: str) -> str:
    if format == "mermaid":
        return mermaid(without_lines(recording.calls), recording.run)
    if format == "perfetto":
        return perfetto(recording.calls, recording.run)
    lines = _table(recording) if format == "text" else _json(recording)
    return "".join(line + "\n" for line in lines)


def _table(recording: Recording) -> Iterator[str]:
    """One call a line, in the order in which they returned, a process's creation in front of its calls; one that waited
    has a line for its entry too."""
    reader = Reader(Kernel(), recording.run)
    calls = [call for call in without_lines(recording.calls) if call.event in ("enter", "return")]
    first = min((call.time for call in recording.calls), default=0.0)
    width = max((len(call.lane) for call in calls), default=0)
    entered = set()
    for index, call in enumerate(calls):
        if call.event == "enter":
            if index + 1 < len(calls) and calls[index + 1].key == call.key:
                continue
            entered.add(call.key)
            text = f"→ {reader.call(call)} waits"
        else:
            text = reader.returned(call, call.key in entered)
        yield f"{place(call) - first:9.6f}  {call.lane:{width}}  {text}"


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
            event |= {"thread": call.thread, "call": call.name, "number": call.number, "file": call.file,
                      "line": call.line, "library": call.is_library, "args": arguments}
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
