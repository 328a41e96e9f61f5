"""One run of a scene, recorded: its events and calls, to be shown when it is over."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from ..play.actor import Mismatch
from ..play.perform import perform
from ..play.scene import Scene
from ..play.stage import Stage
from ..setup.toolchain import Toolchain
from ..trace.events import Call, Event
from .report import report


@dataclass
class Recording:
    """What happened in one run."""

    run: str  # what made its names unique
    events: list[Event]  # as the stage saw them
    calls: list[Call]


def record(toolchain: Toolchain, scene: Scene, deadline_s: float | None = None) -> Recording | None:
    """Plays a scene with the trace on. On a mismatch prints a report and returns None."""
    events: list[Event] = []
    with Stage(toolchain, events.append, is_traced=True) as stage:
        stage.deadline_s = deadline_s or stage.deadline_s
        try:
            perform(scene, stage)
        except Mismatch as mismatch:
            print(report(scene, mismatch, stage), file=sys.stderr, flush=True)
            return None
        return Recording(stage.run, events, stage.finish_trace())
