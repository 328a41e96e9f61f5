"""The moments of a demo: what each process has done, what it waits for, and the kernel objects."""

from __future__ import annotations

from collections.abc import Collection

from ..play.scene import Place, Scene, Step
from ..setup.toolchain import is_win32
from ..trace.events import Call, Event, Kind
from ..trace.kernel import Kernel
from ..trace.kernel_state import Process
from ..trace.library_calls import is_shown_as_line
from . import leftovers
from .call_text import Reader
from .frame import WORDS, Column, Handle, Moment, Object
from .key_calls import KeyCalls
from .screen import Screen
from .spectator import Narrations
from .state_text import StateText

_SHOWN_LINES = (Kind.LINE, Kind.ERROR, Kind.TYPE, Kind.INTERRUPT, Kind.END_INPUT)


class Moments:
    """Takes in what happens, and shows the moment before each key call, or before every call where none are named."""

    def __init__(self, where: Screen, language: str, key_calls: KeyCalls | None, scene: Scene, kernel: Kernel,
                 run: str) -> None:
        self._narrations = Narrations(scene)
        self._screen = where
        self._language = language
        self._key_calls = key_calls
        self._narration = ""
        self._kernel = kernel
        self._reader = Reader(kernel, run, hides_ids=where.is_plain)
        self._state = StateText(language, self._reader)
        self._ended: set[str] = set()  # lanes
        self._returned: dict[str, str] = {}  # by lane: its last call, with the result
        self._output: dict[str, list[str]] = {}
        self._moments: list[Moment] = []
        self.order: list[str] = []  # lanes, as they came

    # --- what happens

    def heard(self, event: Event) -> None:
        if event.lane not in self.order:
            self.order.append(event.lane)
        if event.call:
            self._reader.learn(event.call)
        elif event.kind is Kind.EXIT:
            self._ended.add(event.lane)
        elif event.kind in _SHOWN_LINES:
            line = f"{event.kind.value} {self._reader.text(event.text)}".rstrip()
            self._output.setdefault(event.lane, []).append(line)

    def has_happened(self, call: Call) -> None:
        """The model takes in one event after the other, in the order of cause and effect."""
        is_line = is_shown_as_line(call, self._kernel)
        self._kernel.apply(call)
        if call.event == "return" and not is_line:
            self._narrate_at(Place(True, call.lane, call.name))
            outcome = self._reader.outcome(call)
            self._returned[call.lane] = f"{call.name} = {outcome}" if outcome else call.name
        elif call.event == "exit":
            self._ended.add(call.lane)

    def narrate(self, step: Step) -> None:
        """The scene has come to this step."""
        if step.said_here:
            self._narration = step.said_here[self._language]

    def _narrate_at(self, place: Place) -> bool:
        narration = self._narrations.at(place)
        if narration:
            self._narration = narration[self._language]
        return narration is not None

    # --- what is shown

    def about_to_call(self, call: Call, halted: Collection[str]) -> None:
        """All that has happened is taken in; `halted` are the lanes that stand before a call."""
        is_narrated = (not is_shown_as_line(call, self._kernel)
                       and self._narrate_at(Place(False, call.lane, call.name)))
        if self._key_calls is None or self._key_calls.is_key(call, self._kernel) or is_narrated:
            self._show(call, halted)

    def finish(self) -> None:
        """Shows how it has ended."""
        self._narrations.finish()
        self._show(None, ())

    def _show(self, call: Call | None, halted: Collection[str]) -> None:
        moment = Moment(
            number=len(self._moments) + 1,
            narration=self._narration if call else self._last_words(),
            processes=tuple(self._column(lane, halted) for lane in self.order),
            objects=tuple(Object(one.number, one.type, self._reader.text(one.name), one.usage_count,
                                 self._state.count(one),
                                 tuple(filter(None, [*self._state.facts(one), self._state.inbox(one)])))
                          for one in self._kernel.objects if one.number and (one.was_open or one.type != "process")),
            lane=call.lane if call else "",
            call=call.name if call else "",
            arguments=tuple(self._reader.arguments(call)) if call else (),
            before=self._moments[-1] if self._moments else None)
        self._moments.append(moment)
        self._screen.show(self._moments)

    def _last_words(self) -> str:
        left = [self._reader.text(one.in_words(self._language)) for one in leftovers.of(self._kernel)]
        return " ".join([self._narration, WORDS[self._language]["over"], *(f"{one}." for one in left)])

    def _column(self, lane: str, halted: Collection[str]) -> Column:
        processes = [process for process in self._kernel.processes.values() if process.lane == lane]
        waiting = [text for process in processes for text in self._waits(process)]
        state = "ended" if lane in self._ended else "halts" if lane in halted else "waits" if waiting else "runs"
        handles = [Handle(f"0x{value:x}" if is_win32(lane) else str(value), entry.object.number, entry.object.type,
                          entry.is_inheritable)
                   for process in processes
                   for value, entry in sorted(self._kernel.tables.get(process.pid, {}).items()) if entry.object.number]
        waits_in = waiting[0] if state == "waits" else ""
        output = tuple(self._output.get(lane, ()))
        return Column(lane, state, waits_in, self._returned.get(lane, ""), output, tuple(handles))

    def _waits(self, process: Process) -> list[str]:
        """What its threads wait for, in calls that have not returned."""
        calling = [thread for thread in process.threads.values() if thread.call and not thread.is_halted]
        return [f"{thread.call.name}: {self._state.wait(thread.wait)}" if thread.wait else thread.call.name
                for thread in calling if thread.call]
