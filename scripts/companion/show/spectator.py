"""Who watches a run step by step, whether the programs halt before each call or a recording is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from ..play.perform import perform
from ..play.scene import Place, Scene, SceneError, Step
from ..play.stepping import SteppedStage
from ..setup.toolchain import Toolchain
from ..trace.events import Call, Event
from ..trace.kernel import Kernel


class Spectator(Protocol):
    def heard(self, event: Event) -> None:
        """A program has printed a line, something was typed, or the trace has told something, in no certain order."""

    def has_happened(self, call: Call) -> None:
        """One event after the other, in the order of cause and effect; the spectator lets the model take it in."""

    def narrate(self, step: Step) -> None:
        """The scene has come to this step."""

    def about_to_call(self, call: Call, halted: Collection[str]) -> None:
        """All that has happened is told; `halted` are the lanes that stand before a call."""

    def finish(self) -> None:
        """It is over."""


class Narrations:
    """The narrations of a scene that have a place among the calls. They come in the order of the scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._to_come = [step for step in scene.steps if step.narrated_at]

    def at(self, place: Place) -> dict[str, str] | None:
        """The next one, in each language, if it belongs to this call."""
        if not self._to_come or self._to_come[0].narrated_at != place:
            return None
        return self._to_come.pop(0).narration

    def finish(self) -> None:
        for step in self._to_come:
            raise SceneError(f"{self._scene.path}:{step.number}: the narration '{step.narrated_at}' has met no call")


class WatchedStage(SteppedStage):
    """Shows a spectator what the halting programs do."""

    def __init__(self, toolchain: Toolchain, spectator: Callable[[Kernel, str], Spectator]) -> None:
        """`spectator` is given the model and what makes the names of the run unique."""
        super().__init__(toolchain)
        self._spectator = spectator(self.kernel, self.run)

    def heard(self, event: Event) -> None:
        super().heard(event)
        self._spectator.heard(event)

    def has_happened(self, call: Call) -> None:
        self._spectator.has_happened(call)

    def before(self, step: Step) -> None:
        super().before(step)
        self._spectator.narrate(step)

    def about_to_call(self, call: Call) -> None:
        self._spectator.about_to_call(call, {one.lane for one in self.halted.values()})

    def play(self, scene: Scene) -> None:
        """To its end. Raises Mismatch as perform does."""
        perform(scene, self)
        self.come_to_rest()
        self._spectator.finish()
