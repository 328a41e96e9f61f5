"""The events of a run in the order of cause and effect.

The lines of the recorders come in the order in which they were written: a reader that was woken may have noted its
return before the writer that woke it. What wakes others does so between its begin and its return, so such a call stands
at its begin; a call that waits stands there twice, at its begin and at its end. Both times are of one clock. Of two
calls that overlap, and neither waits for the other, nobody can say which came first: they stand by their times."""

from __future__ import annotations

from dataclasses import replace

from .events import Call
from .waits import WAITS


_BEFORE_S = 1e-6  # what the recorders tell apart


def in_order(calls: list[Call]) -> list[Call]:
    """Each call once, as "return"; one that may wait has an "enter" as well, at its begin. A call before which its
    thread has halted has another "enter" with is_halted, at the time when the thread came there."""
    entered = {call.key: call for call in calls if call.event == "enter"}
    returned = {call.key for call in calls if call.event == "return"}
    made = [(call.begin, call.time, call.arguments["lpProcessInformation"].get("dwProcessId")) for call in calls
            if call.event == "return" and call.name == "CreateProcess"]
    placed: list[Call] = []
    for call in calls:
        if call.event in ("exit", "killed"):
            # The system gave the id to another process, while that was being made.
            reused = [begin for begin, end, pid in made if pid == call.pid and begin < call.time < end]
            call = replace(call, time=min(reused) - _BEFORE_S) if reused else call
        if call.event == "enter":
            if call.is_halted or call.key not in returned:
                placed.append(call)
        elif call.event == "return" and call.name in WAITS:
            before = entered.get(call.key, call)  # with what the call was given, and nothing that it has written
            placed += [replace(before, event="enter", time=call.begin, is_halted=False), call]
        else:
            placed.append(call)
    return sorted(placed, key=place)


def place(call: Call) -> float:
    """The time at which it stands, in seconds since 1970."""
    return call.begin if call.event == "return" and call.name not in WAITS else call.time
