"""The demo at a terminal: its keys, its screen, and that it leaves nothing behind."""

from __future__ import annotations

import os

import pytest
from conftest import BUILD_ROOT, DEADLINE_S, SOURCE, TOOLCHAINS
from pseudo_terminal import PseudoTerminal
from companion.play import processes
from companion.play.stage import Stage

DEMO = [str(SOURCE / "scripts/lesson"), "--build-dir", str(BUILD_ROOT), "demo", "mailslot", "--language", "en"]


@pytest.mark.parametrize("keys, status", [("q", 0), ("\r\rbb\r\rq", 0), ("\x03", 130), ("\r" * 30, 0), (None, -9)])
def test_keys(keys: str | None, status: int) -> None:
    """However it ends, it leaves nothing behind. Killed outright, it leaves programs that are halted: they notice."""
    mark = f"terminal-{status}-{len(keys or '')}"
    terminal = PseudoTerminal(DEMO, os.environ | {"DEMO_TEST": mark})
    try:
        shown = terminal.wait_for("CreateMailslot(")
        assert "step 1" in shown and "\033[?1049h" in shown
        assert len(processes.with_variable(f"DEMO_TEST={mark}".encode())) > 1
        if keys is None:
            terminal.process.kill()
        else:
            for number, key in enumerate(keys):
                terminal.press(key)
                if key == "\r" and number == 0 and len(keys) > 5:
                    terminal.wait_for("step 2")
        rest = terminal.rest()
        assert terminal.process.wait(DEADLINE_S) == status
        if keys is not None:
            assert "\033[?1049l" in rest  # the screen is as it was
    finally:
        terminal.close()
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S) as stage:
        assert stage.wait(lambda: processes.with_variable(f"DEMO_TEST={mark}".encode()) == [])


def test_a_step_and_the_next_narration_are_gone_to() -> None:
    terminal = PseudoTerminal(DEMO, os.environ | {"LINES": "40", "COLUMNS": "100"})
    try:
        terminal.wait_for("CreateMailslot(")
        terminal.press("n")  # what is narrated next, over steps that are not shown
        assert "step 2" not in terminal.wait_for("step 3")
        terminal.press("1")
        terminal.press("9")
        terminal.wait_for("to step 19")
        terminal.press("\x7f")
        terminal.press("\r")
        terminal.wait_for("step 1")
        terminal.wait_for("a past step")
        terminal.press("5")
        terminal.press("\r")
        assert "step 4" not in terminal.wait_for("step 5")
        terminal.press("9")
        terminal.press("9")
        terminal.press("\r")  # there are fewer
        terminal.wait_for("over.")
        terminal.press("n")
        terminal.press("b")
        terminal.wait_for("a past step")
        terminal.press("q")
        terminal.rest()
        assert terminal.process.wait(DEADLINE_S) == 0
    finally:
        terminal.close()


def test_it_follows_the_size_of_the_terminal() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS")}
    terminal = PseudoTerminal(DEMO, environment | {"NO_COLOR": "1"})
    try:
        first = terminal.wait_for("CreateMailslot(")
        assert "─" * 80 in first and "─" * 81 not in first
        assert "\033[1m" not in first and "\033[7m" not in first
        terminal.resize(30, 120)
        terminal.wait_for("─" * 120)
        terminal.press("q")
        terminal.rest()
        assert terminal.process.wait(DEADLINE_S) == 0
    finally:
        terminal.close()
