"""The demo for a class: before each call all programs halt, until the user lets one go on. POSIX programs cannot be
halted so; of them a run is recorded first, and shown in the same way."""

from __future__ import annotations

import sys

from ..play.actor import Mismatch
from ..play.perform import perform
from ..play.scene import Scene, Step
from ..play.stepping import SteppedStage
from ..setup.toolchain import Toolchain, is_win32
from ..trace.events import Call, Event
from . import replay, screen
from .key_calls import KeyCalls
from .moments import Moments
from .report import report
from .screen import Quit, Screen


def play(toolchain: Toolchain, scene: Scene, title: str, language: str, auto_s: float | None,
         key_calls: KeyCalls | None = None) -> int:
    """Halts before each call that is a key call, or before every one where none are named."""
    if not any(map(is_win32, scene.programs)):
        return replay.play(toolchain, scene, title, language, auto_s, key_calls)
    with screen.opened(title, language, auto_s) as opened, \
            DemoStage(toolchain, opened, language, key_calls, scene) as stage:
        try:
            perform(scene, stage)
            stage.finish()
        except Quit:
            return 0
        except Mismatch as mismatch:
            failure = report(scene, mismatch, stage)
        else:
            return 0
    # Only now: closing the demo's own screen would have removed it.
    print(failure, file=sys.stderr, flush=True)
    return 1


class DemoStage(SteppedStage):
    """Shows a moment before each call, while all programs stand still."""

    def __init__(self, toolchain: Toolchain, where: Screen, language: str, key_calls: KeyCalls | None,
                 scene: Scene) -> None:
        super().__init__(toolchain)
        self._moments = Moments(where, language, key_calls, scene, self.kernel, self.run)

    def heard(self, event: Event) -> None:
        super().heard(event)
        self._moments.heard(event)

    def has_happened(self, call: Call) -> None:
        self._moments.has_happened(call)

    def before(self, step: Step) -> None:
        super().before(step)
        self._moments.narrate(step)

    def about_to_call(self, call: Call) -> None:
        self._moments.about_to_call(call, {one.lane for one in self.halted.values()})

    def finish(self) -> None:
        self.look()
        self.take_in()
        self._moments.finish()
