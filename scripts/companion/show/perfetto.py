"""A run as a Trace Event file, which https://ui.perfetto.dev and chrome://tracing open."""

from __future__ import annotations

import json
from typing import Any

from ..trace.events import Call, CallKey
from ..trace.kernel import Kernel
from .call_text import Reader


def perfetto(calls: list[Call], run: str) -> str:
    """Each call as a pair of begin (B) and end (E) on its thread; the names of the processes as metadata (M)."""
    reader = Reader(Kernel(), run)
    events: list[dict[str, Any]] = []
    lanes = {call.pid: call.lane for call in calls}
    open_calls: dict[CallKey, Call] = {}
    last: dict[int, float] = {}  # by process, the time of its last event
    for number, (pid, lane) in enumerate(lanes.items()):
        events.append({"ph": "M", "name": "process_name", "pid": pid, "tid": 0, "args": {"name": lane}})
        events.append({"ph": "M", "name": "process_sort_index", "pid": pid, "tid": 0, "args": {"sort_index": number}})
    for call in calls:
        last[call.pid] = max(last.get(call.pid, 0), call.time)
        if call.event == "enter":
            open_calls[call.key] = call
        elif call.event == "return":
            open_calls.pop(call.key, None)
            events += _pair(call, call.begin, call.time, reader, {"result": reader.outcome(call)})
    end = max(last.values(), default=0.0)
    for call in open_calls.values():  # the process ended, or was ended, within it
        events += _pair(call, call.time, max(last[call.pid], end), reader, {"result": "(has not returned)"})
    first = min((call.time for call in calls), default=0.0)
    for event in events:
        if "ts" in event:
            event["ts"] = round((event["ts"] - first) * 1e6)
    events.sort(key=lambda event: event.get("ts", -1))
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}, ensure_ascii=False, indent=1) + "\n"


def _pair(call: Call, begin: float, end: float, reader: Reader, result: dict[str, str]) -> list[dict[str, Any]]:
    both = {"name": call.name, "cat": "win32" if call.lane[:1].isupper() else "posix", "pid": call.pid, "tid": call.tid}
    return [both | {"ph": "B", "ts": begin, "args": dict(reader.arguments(call))},
            both | {"ph": "E", "ts": end, "args": result}]
