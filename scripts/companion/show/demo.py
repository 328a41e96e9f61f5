"""The demo for a class: before each call all programs halt, until the user lets one go on. POSIX programs cannot be
halted so; of them a run is recorded first, and shown in the same way."""

from __future__ import annotations

import sys

from ..play.actor import Mismatch
from ..play.scene import Scene
from ..setup.toolchain import Toolchain, is_win32
from ..trace.kernel import Kernel
from . import replay, screen
from .frame import WORDS
from .key_calls import KeyCalls
from .moments import Moments
from .report import report
from .screen import Quit
from .spectator import WatchedStage


def play(toolchain: Toolchain, scene: Scene, title: str, language: str, auto_s: float | None,
         key_calls: KeyCalls | None = None) -> int:
    """Halts before each call that is a key call, or before every one where none are named."""
    if not any(map(is_win32, scene.programs)):
        return _play_recording(toolchain, scene, f"{title}  ·  {WORDS[language]['recording']}", language, auto_s,
                               key_calls)
    with screen.opened(title, language, auto_s) as opened, WatchedStage(
            toolchain, lambda kernel, run: Moments(opened, language, key_calls, scene, kernel, run)) as stage:
        try:
            stage.play(scene)
        except Quit:
            return 0
        except Mismatch as mismatch:
            failure = report(scene, mismatch, stage)
        else:
            return 0
    # Only now: closing the demo's own screen would have removed it.
    print(failure, file=sys.stderr, flush=True)
    return 1


def _play_recording(toolchain: Toolchain, scene: Scene, title: str, language: str, auto_s: float | None,
                    key_calls: KeyCalls | None) -> int:
    recorded = replay.record(toolchain, scene)
    if recorded is None:
        return 1
    with screen.opened(title, language, auto_s) as opened:
        try:
            recorded.show(Moments(opened, language, key_calls, scene, Kernel(), recorded.run))
        except Quit:
            pass
    return 0
