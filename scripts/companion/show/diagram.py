"""A run as a Mermaid sequence diagram: the processes, the kernel, and every call between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..trace.events import Call, CallKey
from ..trace.kernel import Kernel
from .call_text import Reader

_WRITES = {"WriteFile", "send", "FlushFileBuffers", "write", "sendto", "msgsnd"}
_LONG_S = 0.1
_FORGETS = {"CloseHandle", "closesocket", "TerminateProcess"}  # after them the model has no object for their argument
_SHOWN_IN_A_ROW = 3  # of the same call by the same thread
_SHOWN_IN_ALL = 3  # of the same call on the same kinds of objects, as in a loop of several calls


def mermaid(calls: list[Call], run: str) -> str:
    """The diagram. It is the same in each run, except for the order between processes."""
    lanes = list(dict.fromkeys(call.lane for call in calls))
    lines = ["sequenceDiagram"]
    if len(lanes) > 1:  # the kernel in the middle of the processes
        middle = (len(lanes) + 1) // 2
        places = [*lanes[:middle], "kernel", *lanes[middle:]]
    else:
        places = [*lanes, "kernel"]
    for place in places:
        lines.append(f"participant {_id(place)}" + (f" as {place}" if _id(place) != place else ""))
    lines += _arrows(calls, run)
    return "\n    ".join(lines) + "\n"


def _arrows(calls: list[Call], run: str) -> Iterator[str]:
    reader = Reader(kernel := Kernel(), run, hides_ids=True, hides_handles=True)
    for call in calls:
        reader.learn(call)
    entries = {call.key: call for call in calls if call.event == "enter"}  # only with what the call was given
    drawn: set[CallKey] = set()  # calls whose arrow has been drawn
    made: dict[tuple[int, str], int] = {}  # number of calls, by process and text
    row: dict[int, tuple[str, int]] = {}  # by thread: its last call, and how often in a row

    def begins(call: Call, end: str) -> str:
        return f"{_id(call.lane)}->>kernel: {_escaped(reader.call(entries.get(call.key, call), is_short=True))}{end}"

    for index, call in enumerate(calls):
        name, count = row.get(call.tid, ("", 0))
        count = count + 1 if name == call.name else 1
        kind = call.pid, re.sub(r"\b\d+\b", "", reader.call(entries.get(call.key, call), is_short=True))
        total = made.get(kind, 0)
        is_shown = count <= _SHOWN_IN_A_ROW and total < _SHOWN_IN_ALL
        if call.event == "enter" and is_shown and not _returns_next(calls, index):
            drawn.add(call.key)
            yield begins(call, " waits" if _waits(calls, index) else "")
        if call.event == "return" and call.name in _FORGETS and is_shown and call.key not in drawn:
            drawn.add(call.key)
            yield begins(call, "")
        kernel.apply(call)
        if call.event != "return":
            continue
        row[call.tid] = (call.name, count)
        made[kind] = total + 1
        if (count == _SHOWN_IN_A_ROW + 1 and total < _SHOWN_IN_ALL) or total == _SHOWN_IN_ALL:
            yield f"Note over {_id(call.lane)}: {call.name} goes on"
        if not is_shown:
            continue
        if call.key not in drawn:
            yield begins(call, "")
        outcome = reader.outcome(call)
        if outcome.startswith("error"):
            yield f"kernel--x{_id(call.lane)}: {_escaped(outcome)}"
        elif outcome not in ("", "TRUE", "0"):
            yield f"kernel-->>{_id(call.lane)}: {_escaped(outcome.removeprefix('TRUE, '))}"


def _returns_next(calls: list[Call], index: int) -> bool:
    """Whether nothing happens elsewhere between the entry to a call and its return."""
    return index + 1 < len(calls) and calls[index + 1].key == calls[index].key


def _waits(calls: list[Call], index: int) -> bool:
    """A writer always blocks for a moment, until the reader has been woken; only a longer time is shown as waiting."""
    call = calls[index]
    end = next((later.time for later in calls[index + 1:] if later.key == call.key), None)
    return call.name not in _WRITES or end is None or end - call.time > _LONG_S


def calls_per_program(diagram: str, joins_rows: bool = True) -> dict[str, list[str]]:
    """What a diagram says of each process: its calls, without what depends on timing. A call that comes
    several times in a row counts once, since a stream may come in one piece or in two."""
    found: dict[str, list[str]] = {}
    names = dict(re.findall(r"participant (\w+) as (.+)", diagram))
    for lane, text in re.findall(r"^\s*(\w+)->>kernel: (.+)$", diagram, re.MULTILINE):
        made = found.setdefault(names.get(lane, lane), [])
        text = text.removesuffix(" waits")
        name = text.partition("(")[0]
        if not joins_rows or not made or made[-1].partition("(")[0] != name:
            made.append(text)
    return found


def _id(place: str) -> str:
    return re.sub(r"\W", "_", place)


def _escaped(text: str) -> str:
    """Mermaid ends a message at a semicolon, and takes # for an escape."""
    text = text.replace("#", "#35;").replace(";", "#59;").replace("#35#59;", "#35;")
    return text.replace("<", "#lt;").replace(">", "#gt;")
