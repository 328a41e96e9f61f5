"""The events of a run in the order of cause and effect.

The lines of the recorders come in the order in which they were written: a reader that was woken may have noted its
return before the writer that woke it. What wakes others does so between its begin and its return, so such a call stands
at its begin; a call that waits stands there twice, at its begin and at its end. Both times are of one clock. Of two
calls that overlap, and neither waits for the other, nobody can say which came first: they stand by their times."""

from __future__ import annotations

from dataclasses import replace

from .events import Call
from .waits import WAITS


def in_order(calls: list[Call]) -> list[Call]:
    """Each call once, as "return"; one that may wait has an "enter" as well, at its begin. A call before which its
    thread has halted has another "enter" with is_halted, at the time when the thread came there."""
    entered = {call.key: call for call in calls if call.event == "enter"}
    returned = {call.key for call in calls if call.event == "return"}
    placed: list[Call] = []
    for call in calls:
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
