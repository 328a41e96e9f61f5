"""Plays a scene on a stage, step by step."""

from __future__ import annotations

import shutil

from ..trace.events import Kind
from .actor import Mismatch
from .scene import Scene, Step
from .stage import Stage


def perform(scene: Scene, stage: Stage) -> None:
    """Plays a scene; raises Mismatch, with the step, where the programs do something else than the scene says. What
    lies in the folder "files" beside the scene is in the programs' current directory."""
    files = scene.path.parent / "files"
    if files.is_dir():
        shutil.copytree(files, stage.work, dirs_exist_ok=True)
    for step in scene.steps:
        try:
            stage.before(step)
            _perform_step(step, stage)
        except Mismatch as mismatch:
            mismatch.step = step
            raise
    stage.look()
    for actor in stage.actors.values():
        for lines in (actor.output, actor.errors):
            if lines.unread:
                raise Mismatch(actor.lane, "no further line", f"it printed {lines.unread[0]!r}",
                               "the program says more than the scene knows")


def _perform_step(step: Step, stage: Stage) -> None:
    if step.kind is Kind.START:
        stage.start(step.program, *(stage.names.fill(word) for word in step.arguments))
        return

    actor = stage.child(step.lane)
    if step.kind in (Kind.LINE, Kind.ERROR):
        seen = actor.next_line() if step.kind is Kind.LINE else actor.next_error()
        if not stage.names.match(step.text, seen):
            raise Mismatch(step.lane, repr(stage.names.fill(step.text)), f"it printed {seen!r}",
                           "the program says something else than the scene, or a line is missing between them")
    elif step.kind is Kind.TYPE:
        actor.type(stage.names.fill(step.text))
    elif step.kind is Kind.END_INPUT:
        actor.end_input()
    elif step.kind is Kind.INTERRUPT:
        actor.ctrl_c()
    elif step.kind is Kind.EXIT:
        status = actor.exit()
        is_expected = actor.was_ended_by_ctrl_c() if step.text == "^C" else status == int(step.text)
        if not is_expected:
            raise Mismatch(step.lane, f"exit status {step.text}", f"it ended with status {status}", actor.last_words())
