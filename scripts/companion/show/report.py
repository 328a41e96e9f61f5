"""The report of a mismatch: a scene whose programs did something else than its text says."""

from __future__ import annotations

from collections.abc import Iterator

from ..play.actor import Mismatch
from ..play.scene import Scene
from ..play.stage import Stage
from ..trace.events import Kind


def report(scene: Scene, mismatch: Mismatch, stage: Stage) -> str:
    """What was expected and what was seen: first where it went wrong, then program by program."""
    return "\n".join(_lines(scene, mismatch, stage))


def _lines(scene: Scene, mismatch: Mismatch, stage: Stage) -> Iterator[str]:
    place = f"{scene.path}:{mismatch.step.number}" if mismatch.step else str(scene.path)
    yield ""
    yield f"{place}: {mismatch}"
    yield f"likely cause: {mismatch.cause}"
    for lane in dict.fromkeys([*scene.lanes, *stage.actors]):
        actor = stage.actors.get(lane)
        yield ""
        yield lane + ("" if actor else " (was not started)")
        for kind, lines in ((Kind.LINE, actor and actor.output), (Kind.ERROR, actor and actor.errors)):
            seen = lines.all if lines else []
            expected = [stage.names.fill(step.text) for step in scene.steps if step.lane == lane and step.kind is kind]
            for number in range(max(len(expected), len(seen))):
                want = expected[number] if number < len(expected) else None
                got = seen[number] if number < len(seen) else None
                if want is not None and got is not None and stage.names.match(want, got):
                    yield f"  ok       {kind.value} {got}"
                    continue
                if want is not None:
                    yield f"  expected {kind.value} {want}"
                if got is not None:
                    yield f"  seen     {kind.value} {got}"
