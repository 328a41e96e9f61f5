"""The kernel model against the system itself, which is asked for handle tables while programs stand still."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS, WINE

from companion.play import lessons, scene
from companion.play.perform import perform
from companion.play.stepping import SteppedStage
from companion.setup.toolchain import Toolchain, is_win32
from companion.trace.events import Call
from companion.trace.kernel_object import KernelObject

SAMPLE = ["mailslot/deliver", "signaled-state/wait", "exit-code/sum", "handle-inheritance/inherit",
          "duplicate-handle/wait", "shared-memory/deliver", "anonymous-pipe/within", "anonymous-pipe/grandchild",
          "named-pipe/fetch"]
# In the scenes of the left out lessons programs look at all processes of the system, which the model does not know.
ALL = [f"{lesson.name}/{path.stem}" for lesson in lessons.find_all(SOURCE) for path in lesson.scenes
       if is_win32(scene.load(path).programs[0]) and lesson.name not in ("process-list", "command-prompt")]


class Compared(SteppedStage):
    """Compares at each step, and notes what differs."""

    def __init__(self, toolchain: Toolchain) -> None:
        super().__init__(toolchain)
        self.deadline_s = DEADLINE_S
        self.rows = 0
        self.inboxes = 0
        self.differences: list[str] = []

    def about_to_call(self, call: Call) -> None:
        begin = time.monotonic()
        for pid in {one.pid for one in self.halted.values()}:
            # A program of another run that lists processes has a handle to each for a moment; so the first difference
            # is asked for again.
            while (found := list(self._differences(pid))) and not self.differences:
                if time.monotonic() - begin > DEADLINE_S:
                    break
            self.differences += [f"{call.lane} before {call.name} {call.number}: {one}" for one in found]
        self.paused_s += time.monotonic() - begin

    def _differences(self, pid: int) -> Iterator[str]:
        live = self.live_table(pid)
        for value, entry in self.kernel.tables[pid].items():
            one = entry.object
            if one.number == 0:  # a standard stream, which other programs have, too
                continue
            self.rows += 1
            row = live.get(value)
            if row is None:
                yield f"0x{value:x} {one.type} is not in the table"
            elif row.usage_count != len(one.handles):
                yield f"0x{value:x} {one.type}: {row.usage_count} handles, in the model {len(one.handles)}"
            elif row.is_signaled not in (None, one.value("signaled")):
                yield f"0x{value:x} {one.type}: signaled is {row.is_signaled}"
            if row is not None and (held := self._held(one)) is not None:
                found = self.live_contents(pid, value)
                self.inboxes += found is not None
                if found not in (None, held):
                    yield f"0x{value:x} {one.type}: {found} lie in it, in the model {held}"

    def _held(self, one: KernelObject) -> int | None:
        """What lies in it, where that can be asked: nobody waits for it, and all of it is known."""
        waits = [thread.wait for process in self.kernel.processes.values() for thread in process.threads.values()]
        if one.inbox is None or one.inbox.owed or any(wait and one in wait.objects for wait in waits):
            return None
        if one.type == "mailslot":  # Wine tells 1 where there are more (../README.md of the lesson)
            return min(len(one.inbox.chunks), 1) if WINE else len(one.inbox.chunks)
        return one.inbox.size if one.type in ("pipe", "named_pipe") else None


@pytest.mark.parametrize("name", ALL if os.environ.get("COMPANION_ALL_SCENES") else SAMPLE)
def test_the_model_says_what_the_system_says(name: str) -> None:
    """Of a sample of scenes; COMPANION_ALL_SCENES=1 plays all."""
    lesson, _, stem = name.partition("/")
    path = next(iter(SOURCE.glob(f"chapter*/*-{lesson}/scenes/{stem}.scene")))
    assert isinstance(path, Path)
    with Compared(TOOLCHAINS["unicode"]) as stage:
        perform(scene.load(path), stage)
    assert stage.differences == []
    assert stage.rows > 0 or name not in SAMPLE
    assert stage.inboxes > 0 or name not in ("mailslot/deliver", "anonymous-pipe/within", "named-pipe/fetch")
