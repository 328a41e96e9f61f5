"""Two systems side by side: a Win32 scene and its POSIX counterpart, step beside step."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import zip_longest

from ..play.scene import Scene
from ..setup.toolchain import Toolchain
from ..trace.events import Kind
from ..trace.kernel import Kernel
from ..trace.library_calls import without_lines
from .call_text import Reader
from .record import Recording, record
from .terminal import padded, wrap


def compare(toolchain: Toolchain, left: Scene, right: Scene) -> int:
    """Plays one scene after the other and prints them in two columns, step beside step."""
    recordings = [recording for scene in (left, right) if (recording := record(toolchain, scene))]
    if len(recordings) < 2:
        return 1
    width = max(24, (shutil.get_terminal_size().columns - 3) // 2)
    sides = [list(_steps(recording)) for recording in recordings]
    print(_row(f"Win32: {left.path.stem}", f"POSIX: {right.path.stem}", width))
    print("─" * width + "─┼─" + "─" * width)
    for one, other in zip_longest(*sides, fillvalue=list[str]()):
        for cells in zip_longest(_wrapped(one, width), _wrapped(other, width), fillvalue=""):
            print(_row(*cells, width))
    return 0


def _row(left: str, right: str, width: int) -> str:
    return f"{padded(left, width)} │ {right}".rstrip()


def _wrapped(texts: list[str], width: int) -> list[str]:
    return [line for text in texts for line in wrap(text, width)]


def _steps(recording: Recording) -> Iterator[list[str]]:
    """What happened, in parts that begin where a program is started or typed into."""
    reader = Reader(Kernel(), recording.run)
    shown = {call.key for call in without_lines(recording.calls)}
    part: list[str] = []
    for event in recording.events:
        if event.call:
            if event.call.event == "return" and event.call.key in shown:
                part.append(f"{event.lane} {reader.returned(event.call, False, is_short=True)}")
            continue
        if event.kind in (Kind.START, Kind.TYPE, Kind.INTERRUPT, Kind.END_INPUT):
            if part:
                yield part
            part = []
        part.append(f"{event.lane} {event.kind.value} {reader.text(event.text)}".rstrip())
    yield part
