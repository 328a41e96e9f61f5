"""The calls of a recorded run: as a table, as a diagram, as a timeline."""

from __future__ import annotations

from collections.abc import Iterator

from ..trace.kernel import Kernel
from ..trace.library_calls import without_lines
from ..trace.order import place
from .call_text import Reader
from .diagram import mermaid
from .perfetto import perfetto
from .record import Recording

FORMATS = ("text", "mermaid", "perfetto")


def rendered(recording: Recording, format: str) -> str:
    if format == "mermaid":
        return mermaid(without_lines(recording.calls), recording.run)
    if format == "perfetto":
        return perfetto(recording.calls, recording.run)
    return "".join(line + "\n" for line in _table(recording))


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
