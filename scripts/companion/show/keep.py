"""A run as a recording that can be kept: the same in each run of a scene but for its times."""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from ..play.actor import Mismatch
from ..play.scene import Names, Place, Scene, Step, with_plain_names
from ..setup.toolchain import Toolchain, is_win32
from ..trace import recording, snapshot
from ..trace.events import Call, Event, Kind
from ..trace.kernel import Kernel
from ..trace.library_calls import is_shown_as_line
from . import replay
from .call_text import Reader
from .report import report
from .spectator import Narrations, WatchedStage

_TYPED = {Kind.TYPE: "typed", Kind.END_INPUT: "end_of_input", Kind.INTERRUPT: "interrupt"}
_PRINTED = {Kind.LINE: "printed", Kind.ERROR: "error_line"}
_ENDS = {"killed": "exit"}
_AFTERWARDS = {**_PRINTED, Kind.EXIT: "exit"}
_PROCESS_IDS = {"pid", "dwProcessId", "parent", "th32ProcessID", "th32ParentProcessID", "ClientProcessId",
                "ServerProcessId"}
_THREAD_IDS = {"tid", "dwThreadId", "th32ThreadID"}
_GIVES_PROCESS_ID = {"fork", "wait4", "GetProcessId", "GetCurrentProcessId"}
_GIVES_THREAD_ID = {"GetThreadId", "GetCurrentThreadId"}
_FOLDER_OF_RUN = re.compile(r"(?:[A-Za-z]:)?[\\/][^\s\"]*companion-\w+[\\/](?:work|runtime|lanes)[\\/]?")
_COMMAND_LINES = {"lpCommandLine", "command"}
_UNKNOWN = 0  # an id of a process or thread that is not of the run


def record(toolchain: Toolchain, lesson: str, scene: Scene) -> str | None:
    """The text of the file. On a mismatch prints a report and returns None."""
    halts = any(map(is_win32, scene.programs))
    header = {"recording": recording.VERSION, "lesson": lesson, "scene": scene.path.stem, "halted": halts,
              "system": toolchain.system(scene.programs[0]), "build": toolchain.build_dir.name}
    if not halts:
        recorded = replay.record(toolchain, scene)
        if recorded is None:
            return None
        keeper = Keeper(scene, Kernel(), recorded.run)
        recorded.show(keeper)
        return recording.to_text([header, *keeper.entries])
    keepers: list[Keeper] = []

    def keeper_of(kernel: Kernel, run: str) -> Keeper:
        keepers.append(Keeper(scene, kernel, run))
        return keepers[0]

    with WatchedStage(toolchain, keeper_of) as stage:
        try:
            stage.play(scene)
        except Mismatch as mismatch:
            print(report(scene, mismatch, stage), file=sys.stderr, flush=True)
            return None
    return recording.to_text([header, *keepers[0].entries])


class Keeper:
    """Watches a run and makes the entries of its recording."""

    def __init__(self, scene: Scene, kernel: Kernel, run: str) -> None:
        self.entries: list[dict[str, Any]] = []
        self._narrations = Narrations(scene)
        self._run = run
        self._live = kernel
        self._kernel = Kernel()  # takes in what the recording says, as whoever reads it will
        self._state: snapshot.State = {}
        self._reader = Reader(self._kernel, run, hides_ids=True)
        self._processes: dict[int, int] = {}  # numbers in the order in which they come
        self._threads: dict[int, int] = {}
        self._pointers: dict[str, int] = {}
        self._expected: dict[tuple[str, str], deque[Step]] = {}  # by lane and event: what the scene says of it
        self._printed: list[Event] = []  # since the last call
        self._order: list[str] = []  # lanes
        self._begin: float | None = None

    # --- what happens

    def heard(self, event: Event) -> None:
        if event.lane not in self._order:
            self._order.append(event.lane)
        if event.call:
            self._reader.learn(event.call)
        elif event.kind in _PRINTED:
            self._printed.append(event)
        elif event.kind in _TYPED:
            self._tell_printed()
            self._add({"event": _TYPED[event.kind], "program": event.lane, "text": self._reader.text(event.text)})

    def narrate(self, step: Step) -> None:
        if step.kind in _AFTERWARDS:  # the scene may wait for it when it has long happened
            self._expected.setdefault((step.lane, _AFTERWARDS[step.kind]), deque()).append(step)
        elif step.said_here:
            self._tell_printed()
            self._narrate(step.said_here)

    def has_happened(self, call: Call) -> None:
        self._live.apply(call)
        if is_shown_as_line(call, self._kernel):
            return  # the line itself is there
        self._begin = self._begin or call.time
        told = self._normalised(call)
        if self._was_told(told):
            return
        self._kernel.apply(told)
        entry = recording.from_call(told)
        state = snapshot.of(self._kernel)
        if told.event == "return":
            fed = self._kernel.fed.get(told.key, [])
            entry |= {"fed_by": [snapshot.chunk_in_words(chunk) for chunk in fed]} if fed else {}
            self._narrate(self._narrations.at(Place(True, call.lane, call.name)))
        changed = snapshot.changes(self._state, state)
        self._add(entry | ({"changes": changed} if changed else {}))
        self._state = state

    def _was_told(self, call: Call) -> bool:
        """A call that waits is told when it is let go on, and once more when it returns."""
        thread = self._kernel.thread(call) if call.event == "enter" and not call.is_halted else None
        return thread is not None and not thread.is_halted and thread.call is not None and thread.call.key == call.key

    def about_to_call(self, call: Call, halted: Collection[str]) -> None:
        self._tell_printed()
        if not is_shown_as_line(call, self._kernel):
            self._narrate(self._narrations.at(Place(False, call.lane, call.name)))

    def finish(self) -> None:
        self._tell_printed()
        self._narrations.finish()
        entries, self.entries = self.entries, []
        names = Names(self._run)
        for entry in entries:
            expected = self._expected.get((entry.get("program", ""), _ENDS.get(entry["event"], entry["event"])))
            step = expected.popleft() if expected else None
            self._narrate(step.said_here if step else None)
            if step and entry["event"] in _PRINTED.values():
                names.match(step.text, entry["as_printed"])
                entry["text"] = with_plain_names(step.text)
                entry["as_printed"] = self._reader.text(entry["as_printed"])
            self._add(entry)
        # A number that the system chose, such as a port, stands in the calls as well.
        chosen = {value: f"{{?{name}}}" for name, value in names.seen.items() if re.fullmatch(r"\d{4,}", value)}
        self.entries = [_with(entry, chosen) for entry in self.entries] if chosen else self.entries

    def _narrate(self, narration: dict[str, str] | None) -> None:
        if narration:
            self._add({"event": "narration", **narration})

    def _tell_printed(self) -> None:
        """Lines of several programs came in no certain order."""
        for event in sorted(self._printed, key=lambda event: self._order.index(event.lane)):
            self._add({"event": _PRINTED[event.kind], "program": event.lane, "text": "", "as_printed": event.text})
        self._printed = []

    def _add(self, entry: dict[str, Any]) -> None:
        self.entries.append(entry)

    # --- what differs from run to run

    def _normalised(self, call: Call) -> Call:
        table = self._kernel.tables.get(_number(self._processes, call.pid), {})
        # A number on a command line may be that of a handle which the child inherits, and an id of a process as well.
        handles = frozenset(str(value) for value, entry in table.items() if entry.is_inheritable)
        arguments = {name: self._text(value, handles) if name in _COMMAND_LINES and value else self._value(value, name)
                     for name, value in call.arguments.items()}
        name = ("pid" if call.name in _GIVES_PROCESS_ID else "tid" if call.name in _GIVES_THREAD_ID else "")
        begin = self._begin or 0.0
        return replace(call, time=call.time - begin, begin=call.begin - begin, pid=_number(self._processes, call.pid),
                       tid=_number(self._threads, call.tid), arguments=arguments,
                       result=self._value(call.result, "new_pid" if call.name == "fork" else name))

    def _value(self, value: Any, name: str = "") -> Any:
        if isinstance(value, list):
            return [self._value(one) for one in value]
        if isinstance(value, dict):
            return self._structure(value)
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bool) or not isinstance(value, int):
            return value
        if name == "new_pid":
            return _number(self._processes, value)
        if name in _PROCESS_IDS:
            return self._processes.get(value, min(value, _UNKNOWN))
        if name in _THREAD_IDS:
            return self._threads.get(value, _UNKNOWN)
        return value

    def _structure(self, value: dict[str, Any]) -> dict[str, Any]:
        if "bytes" in value:  # of the same length, so that the number of bytes stays right
            return value | ({"text": value["text"].replace(self._run, "0" * len(self._run))} if "text" in value else {})
        if "handle" in value:
            for name, numbers in (("pid", self._processes), ("tid", self._threads)):
                value = value | ({name: _number(numbers, value[name])} if name in value else {})
            return value | ({"name": self._text(value["name"])} if "name" in value else {})
        if "pointer" in value:
            return {"pointer": f"0x{self._pointers.setdefault(value['pointer'], len(self._pointers) + 1):x}"}
        if {"dwProcessId", "dwThreadId"} <= value.keys():  # PROCESS_INFORMATION: they begin here
            value = value | {"dwProcessId": _number(self._processes, value["dwProcessId"]),
                             "dwThreadId": _number(self._threads, value["dwThreadId"])}
            return {name: one if name.startswith("dw") else self._value(one, name) for name, one in value.items()}
        if "th32ProcessID" in value and value["th32ProcessID"] not in self._processes:  # the id of its parent may be
            value = value | {"th32ParentProcessID": _UNKNOWN}  # one that a process of the run has now
        return {name: self._value(one, name) for name, one in value.items()}

    def _text(self, text: str, no_ids: frozenset[str] = frozenset()) -> str:
        return self._reader.text(_FOLDER_OF_RUN.sub("", text), no_ids)


def _with(value: Any, chosen: dict[str, str]) -> Any:
    """All texts in it but data, with these numbers replaced."""
    if isinstance(value, str):
        return re.sub(rf"\b({'|'.join(chosen)})\b", lambda found: chosen[found[0]], value)
    if isinstance(value, list):
        return [_with(one, chosen) for one in value]
    if isinstance(value, dict):
        return value if "bytes" in value else {
            name: one if name == "as_printed" else _with(one, chosen) for name, one in value.items()}
    return value


def _number(numbers: dict[int, int], id: int) -> int:
    return numbers.setdefault(id, len(numbers) + 1)
