"""The command prompt and the full shell at a terminal: what Ctrl+C ends there, and what it does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import DEADLINE_S, TOOLCHAINS
from test_terminal import Terminal

PROMPT = "Best command prompt>>"


class Typist:
    """Somebody who types a command only when the prompt is there, and presses Enter when the command can be seen."""

    def __init__(self, build: str, *, is_shell: bool) -> None:
        self.is_posix = build == "posix"
        self.waiter = "waiting_process" if self.is_posix else "WaitingProcess"
        small, full = ("command_prompt", "command_shell") if self.is_posix else ("CommandPrmpt_Ex", "CommandShell")
        self.terminal = Terminal(TOOLCHAINS[build], *([full, "--language", "en"] if is_shell else [small]))
        self.wait_for = self.terminal.wait_for

    def enter(self, command: str, shown: str) -> None:
        self.wait_for(PROMPT)
        self.terminal.type(command)
        self.wait_for(command)
        self.terminal.type("\r")
        self.wait_for(shown)

    def ctrl_c(self) -> None:
        self.terminal.type("\x03")


PROMPTS = [pytest.param((build, is_shell), id=f"{build}-{'shell' if is_shell else 'prompt'}")
           for build in TOOLCHAINS for is_shell in (False, True)]


@pytest.fixture(params=PROMPTS)
def typist(request: pytest.FixtureRequest) -> Iterator[Typist]:
    build, is_shell = request.param
    typist = Typist(build, is_shell=is_shell)
    try:
        yield typist
    finally:
        typist.terminal.close()


@pytest.fixture(params=TOOLCHAINS)
def shell(request: pytest.FixtureRequest) -> Iterator[Typist]:
    typist = Typist(request.param, is_shell=True)
    try:
        yield typist
    finally:
        typist.terminal.close()


def test_ctrl_c_ends_the_running_program_and_not_the_prompt(typist: Typist) -> None:
    typist.enter("echo 안녕하세요", "안녕하세요")
    for _ in range(2):
        typist.enter(f"{typist.waiter} --child", " waits")
        typist.ctrl_c()
    typist.enter("echo 아직여기", "아직여기")
    typist.enter("exit", "The command prompt ends.")
    typist.terminal.process.wait(DEADLINE_S)


def test_a_prompt_in_a_prompt(typist: Typist) -> None:
    """Ctrl+C reaches both and ends none; the inner one ends first."""
    typist.enter("start echo 안쪽", "안쪽")
    typist.enter(f"{typist.waiter} --child", " waits")
    typist.ctrl_c()
    for _ in range(2):
        typist.enter("exit", "The command prompt ends.")
    typist.terminal.process.wait(DEADLINE_S)


def test_the_shell_gives_the_exit_status_that_is_typed(shell: Typist) -> None:
    shell.enter("exit 3", "The command prompt ends.")
    assert shell.terminal.process.wait(DEADLINE_S) == 3


@pytest.mark.parametrize("typist", [prompt for prompt in PROMPTS if "posix" in str(prompt.id)], indirect=True)
def test_ctrl_c_at_the_prompt_drops_the_line(typist: Typist) -> None:
    typist.wait_for(PROMPT)
    typist.terminal.type("exit")
    typist.wait_for("exit")
    typist.ctrl_c()
    typist.enter("echo another", "another")
    typist.enter("exit", "The command prompt ends.")
    typist.terminal.process.wait(DEADLINE_S)


def test_ctrl_c_spares_the_background(shell: Typist) -> None:
    nowhere = "/dev/null" if shell.is_posix else "NUL"
    shell.enter(f"{shell.waiter} --child > {nowhere} &", "[1] process ")
    id = shell.wait_for(": ")
    shell.enter(f"{shell.waiter} --child", " waits")
    shell.ctrl_c()
    shell.enter(f"kp {id}", f"(process {id})")
    shell.enter("exit 0", "The command prompt ends.")
    assert shell.terminal.process.wait(DEADLINE_S) == 0
