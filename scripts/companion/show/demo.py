"""The demo for a class: before each call all programs stand still, until the one at the keyboard lets one go on."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

from ..play.scene import Kind, Scene, Step
from ..play.stage import Event, Mismatch, Stage, perform
from ..play.still import Stillness
from ..setup.toolchain import Toolchain, is_win32
from ..trace.reader import Call, Kernel
from .call_text import Reader
from .frame import WORDS, Column, Frame, Handle, Moment, Object
from .render import is_colourful, report

_MOST_STEPS = 24  # that programs take between two steps of the scene: one that asks again and again would never rest
_ACTS = (Kind.START, Kind.TYPE, Kind.END_INPUT, Kind.INTERRUPT)
_LOOKS_AGAIN_S = 0.02


class Quit(Exception):
    """The one at the keyboard has seen enough."""


def play(toolchain: Toolchain, scene: Scene, title: str, language: str, auto_s: float | None) -> int:
    with _screen(title, language, auto_s) as screen, HaltedStage(toolchain, screen, language) as stage:
        try:
            perform(scene, stage)
            stage.finish()
        except Quit:
            return 0
        except Mismatch as mismatch:
            failure = report(scene, mismatch, stage)
        else:
            return 0
    print("\n".join(failure), file=sys.stderr, flush=True)
    return 1


class HaltedStage(Stage):
    """A stage on which one program at a time goes on, by one call."""

    def __init__(self, toolchain: Toolchain, screen: Screen, language: str) -> None:
        super().__init__(toolchain, self._heard, is_traced=True)
        self._screen = screen
        self._language = language
        self._narration = ""
        self._kernel = Kernel()
        self._reader = Reader(self._kernel, self.run, hides_ids=screen.is_plain)
        self._halted: dict[tuple[int, int], Call] = {}  # by process and thread
        self._in_call: dict[str, dict[int, str]] = {}  # by lane and thread: calls that have not returned
        self._order: list[str] = []  # lanes, as they came
        self._ended: set[str] = set()
        self._returned: dict[str, str] = {}  # by lane
        self._output: dict[str, list[str]] = {}
        self._stillness = Stillness(self.run, toolchain.wine_prefix)
        self._looked_at = 0.0
        self._heard_so_far = 0
        self._moments: list[Moment] = []
        self._steps = 0  # since the scene went on

    def __enter__(self) -> HaltedStage:
        super().__enter__()
        # Marked as a program of the run: only when it rests, too, all that it was told is done.
        variables = self.toolchain.environment() | {"COMPANION_RUN": self.run}
        self._stepper = subprocess.Popen(self.toolchain.command("Stepper", [self.run]), env=variables, text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=1,
                                         **({} if os.name == "nt" else {"start_new_session": True}))
        assert self._stepper.stdout
        self._stepper.stdout.readline()
        return self

    def __exit__(self, *details: object) -> None:
        super().__exit__(*details)
        assert self._stepper.stdin and self._stepper.stdout
        with contextlib.suppress(OSError):
            self._stepper.stdin.close()
        self._stepper.stdout.close()
        try:
            self._stepper.wait(5)
        except subprocess.TimeoutExpired:
            self._stepper.kill()
            self._stepper.wait()

    def _trace_variables(self, program: str) -> dict[str, str]:
        return super()._trace_variables(program) | ({"COMPANION_STEP": self.run} if is_win32(program) else {})

    # --- what happens

    def _heard(self, event: Event) -> None:
        self._heard_so_far += 1
        self._stillness.heard()
        if event.lane not in self._order:
            self._order.append(event.lane)
        if event.call:
            self._heard_call(event.call)
        elif event.kind is Kind.EXIT:
            self._ended.add(event.lane)
            for pid, lane in list(self._kernel.lanes.items()):
                if lane == event.lane:
                    self._kernel.end(pid)
                    self._halted = {key: call for key, call in self._halted.items() if key[0] != pid}
        elif event.kind in (Kind.LINE, Kind.ERROR, Kind.TYPE, Kind.INTERRUPT, Kind.END_INPUT):
            line = f"{event.kind.value} {self._reader.text(event.text)}".rstrip()
            self._output.setdefault(event.lane, []).append(line)

    def _heard_call(self, call: Call) -> None:
        self._reader.learn(call)
        waiting = self._in_call.setdefault(call.lane, {})
        if call.event == "start":
            self._kernel.lanes[call.pid] = call.lane
        if call.is_halted:
            self._halted[call.pid, call.tid] = call
        elif call.event == "return":
            waiting.pop(call.tid, None)
            outcome = self._reader.outcome(call)
            self._returned[call.lane] = f"{call.name} = {outcome}" if outcome else call.name
        elif call.event == "exit":
            self._ended.add(call.lane)
        self._kernel.apply(call)
        alive = self._kernel.tables  # TerminateProcess may have ended one that was halted
        self._halted = {key: one for key, one in self._halted.items() if key[0] in alive}

    # --- who goes on, and when

    def before(self, step: Step) -> None:
        if step.kind in _ACTS:
            # What has begun goes on until everybody waits for somebody, so the next words meet a scene that rests.
            self._steps = 0
            self.wait(lambda: self._steps >= _MOST_STEPS or (self._is_still() and not self._halted))
            self._steps = 0
        if step.narration:
            self._narration = step.narration[self._language]

    def look(self) -> None:
        super().look()
        if not self._halted or time.monotonic() - self._looked_at < _LOOKS_AGAIN_S:
            return
        self._looked_at = time.monotonic()
        if self._is_still():
            self._step()

    def _is_still(self) -> bool:
        """Whether all stand still, and all is known that they have done."""
        heard = self._heard_so_far
        # A process that is just in exec shows no environment, by which it is found; one that has begun is past that.
        begun = {*self._kernel.lanes.values(), *self._ended}
        has_begun = all(lane in begun for lane, actor in self.actors.items() if actor.process)
        is_reached = has_begun and self._stillness.is_reached()
        super().look()
        return is_reached and heard == self._heard_so_far

    def _step(self) -> None:
        key, call = min(self._halted.items(), key=lambda one: (self._order.index(one[1].lane), one[1].number))
        begin = time.monotonic()
        self._show(call)
        self.paused_s += time.monotonic() - begin
        self._steps += 1
        del self._halted[key]
        self._in_call[call.lane][call.tid] = call.name
        self._stillness.heard()
        assert self._stepper.stdin
        self._stepper.stdin.write(f"{call.pid}-{call.tid}\n")
        self._stepper.stdin.flush()

    def _show(self, call: Call | None) -> None:
        moment = Moment(
            number=len(self._moments) + 1,
            narration=self._narration if call else f"{self._narration} {WORDS[self._language]['over']}",
            processes=tuple(self._column(lane) for lane in self._order),
            objects=tuple(Object(one.number, one.type, self._reader.text(one.name), one.usage_count)
                          for one in self._kernel.objects),
            lane=call.lane if call else "",
            call=call.name if call else "",
            arguments=tuple(self._reader.arguments(call)) if call else (),
            before=self._moments[-1] if self._moments else None)
        self._moments.append(moment)
        self._screen.show(self._moments)

    def _column(self, lane: str) -> Column:
        halted = [call for call in self._halted.values() if call.lane == lane]
        waiting = list(self._in_call.get(lane, {}).values())
        state = "ended" if lane in self._ended else "halts" if halted else "waits" if waiting else "runs"
        handles = [Handle(f"0x{value:x}", entry.object.number, entry.object.type, entry.is_inheritable)
                   for pid, name in self._kernel.lanes.items() if name == lane
                   for value, entry in sorted(self._kernel.tables.get(pid, {}).items())]
        waits_in = waiting[0] if state == "waits" else ""
        output = tuple(self._output.get(lane, ()))
        return Column(lane, state, waits_in, self._returned.get(lane, ""), output, tuple(handles))

    def finish(self) -> None:
        self.look()
        self._show(None)


# --- where it is shown


class Screen:
    """Lines one below the other, for a pipe."""

    is_plain = True

    def __init__(self, title: str, language: str, auto_s: float | None) -> None:
        self._auto_s = auto_s
        self._frame = Frame(title, language, has_colours=False)

    def show(self, moments: list[Moment]) -> None:
        print("\n".join(self._frame.lines(moments[-1], 80)) + "\n", flush=True)
        time.sleep(self._auto_s or 0)


class Terminal(Screen):
    """A screen that is drawn anew at each step, and at each change of its size."""

    is_plain = False

    def __init__(self, title: str, language: str, auto_s: float | None) -> None:
        super().__init__(title, language, auto_s)
        self._frame = Frame(title, language, has_colours=not os.environ.get("NO_COLOR"))

    def show(self, moments: list[Moment]) -> None:
        index, drawn = len(moments) - 1, (0, 0, -1)
        end = time.monotonic() + self._auto_s if self._auto_s is not None else None
        while True:
            size = shutil.get_terminal_size()
            if drawn != (*size, index):
                drawn = (*size, index)
                is_last = index == len(moments) - 1
                footer = "past" if not is_last else "keys" if moments[index].lane else "end_keys"
                lines = self._frame.lines(moments[index], size.columns, size.lines, footer)
                sys.stdout.write("\033[H\033[2J" + "\n".join(lines[: size.lines]))
                sys.stdout.flush()
            key = _key(0.1 if end is None else min(0.1, max(0.0, end - time.monotonic())))
            if key in ("q", "\x03"):
                raise Quit
            if key == "b":
                index, end = max(0, index - 1), None
            elif key in ("\r", "\n", " ", "n"):
                if index == len(moments) - 1:
                    return
                index += 1
            elif end is not None and time.monotonic() >= end:
                return


@contextlib.contextmanager
def _screen(title: str, language: str, auto_s: float | None) -> Iterator[Screen]:
    if not sys.stdout.isatty() or not sys.stdin.isatty() or (auto_s is not None and not is_colourful()):
        yield Screen(title, language, auto_s)
        return
    with _single_keys():
        os.system("")  # on Windows this switches on the escape sequences of the console
        sys.stdout.write("\033[?1049h\033[?25l")  # a screen of its own, without a cursor
        try:
            yield Terminal(title, language, auto_s)
        finally:
            sys.stdout.write("\033[?25h\033[?1049l")
            sys.stdout.flush()


@contextlib.contextmanager
def _single_keys() -> Iterator[None]:
    """Keys come at once, and are not shown. Ctrl+C stays what it is."""
    if os.name == "nt":
        yield
        return
    import termios
    import tty
    before = termios.tcgetattr(sys.stdin)
    try:
        tty.setcbreak(sys.stdin)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def _key(timeout_s: float) -> str:
    """The key that is pressed, or nothing within this time."""
    if os.name == "nt":
        import msvcrt
        end = time.monotonic() + timeout_s
        while not msvcrt.kbhit():
            if time.monotonic() >= end:
                return ""
            time.sleep(0.01)
        return msvcrt.getwch()
    if not select.select([sys.stdin], [], [], timeout_s)[0]:
        return ""
    return os.read(sys.stdin.fileno(), 1).decode("ascii", "replace") or "q"  # the terminal has gone
