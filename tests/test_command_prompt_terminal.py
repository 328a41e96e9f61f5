"""The command prompt at a terminal: what Ctrl+C ends there, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import DEADLINE_S, TOOLCHAINS
from test_terminal import Terminal

PROMPT = "Best command prompt>>"


class Typist:
    """Somebody who types a command only when the prompt is there, and presses Enter when the command can be seen."""

    def __init__(self, build: str) -> None:
        self.is_posix = build == "posix"
        self.waiter = "waiting_process" if self.is_posix else "WaitingProcess"
        self.terminal = Terminal(TOOLCHAINS[build], "command_prompt" if self.is_posix else "CommandPrmpt_Ex",
                                 "--language", "en")
        self.wait_for = self.terminal.wait_for

    def enter(self, command: str, shown: str) -> None:
        self.wait_for(PROMPT)
        self.terminal.type(command)
        self.wait_for(command)
        self.terminal.type("\r")
        self.wait_for(shown)

    def ctrl_c(self) -> None:
        self.terminal.type("\x03")


@pytest.fixture(params=TOOLCHAINS)
def typist(request: pytest.FixtureRequest) -> Iterator[Typist]:
    typist = Typist(request.param)
    try:
        yield typist
    finally:
        typist.terminal.close()


def test_ctrl_c_ends_the_running_program_and_not_the_prompt(typist: Typist) -> None:
    typist.enter("echo 안녕하세요", "안녕하세요")
    for _ in range(2):
        typist.enter(f"{typist.waiter} --child", " waits")
        typist.ctrl_c()
    typist.enter("echo still 여기", "still 여기")
    typist.enter("exit 3", "The command prompt ends.")
    assert typist.terminal.process.wait(DEADLINE_S) == 3


def drop_a_line(typist: Typist) -> None:
    typist.wait_for(PROMPT)
    typist.terminal.type("exit 5")
    typist.wait_for("exit 5")
    typist.ctrl_c()
    typist.enter("exit 4", "The command prompt ends.")
    assert typist.terminal.process.wait(DEADLINE_S) == 4


@pytest.mark.parametrize("typist", [build for build in TOOLCHAINS if build == "posix"], indirect=True)
def test_ctrl_c_at_the_prompt_drops_the_line(typist: Typist) -> None:
    drop_a_line(typist)


def test_ctrl_c_spares_the_background(typist: Typist) -> None:
    nowhere = "/dev/null" if typist.is_posix else "NUL"
    typist.enter(f"{typist.waiter} --child > {nowhere} &", "[1] process ")
    id = typist.wait_for(": ")
    typist.enter(f"{typist.waiter} --child", " waits")
    typist.ctrl_c()
    typist.enter(f"kp {id}", f"(process {id})")
    typist.enter("exit 0", "The command prompt ends.")
    assert typist.terminal.process.wait(DEADLINE_S) == 0
