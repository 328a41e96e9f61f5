"""What the library calls for a program that prints or reads a line: a view shows the line, and the call only where
another program of the run has to do with it."""

from __future__ import annotations

from .events import Call
from .kernel import Kernel


def is_shown_as_line(call: Call, kernel: Kernel) -> bool:
    """Not so where the standard stream is the end of a pipe, or a file, that a program of the run has made; asked
    before the model has taken in the call."""
    if not call.is_library:
        return False
    handle = call.arguments.get("hFile", call.arguments.get("hConsoleOutput", call.arguments.get("hConsoleInput")))
    found = kernel.object_of(call.pid, handle)
    return found is None or found.type == "standard stream"


def without_lines(calls: list[Call]) -> list[Call]:
    """Of a whole run."""
    kernel = Kernel()
    kept = []
    for call in calls:
        if not is_shown_as_line(call, kernel):
            kept.append(call)
        kernel.apply(call)
    return kept
