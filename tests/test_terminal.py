"""At a terminal: what a person types arrives, and Ctrl+C and the end of input do what they should."""

from __future__ import annotations

import termios
import time
from collections.abc import Iterator

import pytest
from conftest import DEADLINE_S, TOOLCHAINS
from pseudo_terminal import PseudoTerminal
from companion.play.actor import Actor, ended_by_ctrl_c
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain


class Terminal(PseudoTerminal):
    def __init__(self, toolchain: Toolchain, program: str, *arguments: str) -> None:
        super().__init__(toolchain.command(program, list(arguments)), toolchain.environment())
        self.system = toolchain.system(program)

    def type(self, keys: str) -> None:
        """Presses keys once the program reads them: only then does Wine keep Linux from turning Enter into Ctrl+J."""
        end = time.monotonic() + DEADLINE_S
        while self.system == "wine" and termios.tcgetattr(self.keyboard)[0] & termios.ICRNL:
            assert time.monotonic() < end, "the program does not read from its terminal"
            time.sleep(0.001)
        self.press(keys)


Mail = tuple[Actor, Terminal]


@pytest.fixture(params=TOOLCHAINS)
def mail(request: pytest.FixtureRequest) -> Iterator[Mail]:
    """A receiver on the stage, and a sender at a terminal that has just prompted."""
    toolchain = TOOLCHAINS[request.param]
    programs = ("message_queue_receiver", "message_queue_sender") if request.param == "posix" else (
        "MailReceiver", "MailSender")
    with Stage(toolchain, deadline_s=DEADLINE_S) as stage:
        receiver = stage.start(programs[0], "--name", stage.unique("mailbox"))
        receiver.next_line()
        terminal = Terminal(toolchain, programs[1], "--name", stage.unique("mailbox"))
        try:
            terminal.wait_for("MY CMD >>")
            yield receiver, terminal
        finally:
            terminal.close()


def test_typed_korean_arrives_unharmed(mail: Mail) -> None:
    receiver, terminal = mail
    for text in ("안녕하세요", "한글 English 섞어서", "가나다라마바사" * 20):
        terminal.type(text + "\r")
        assert receiver.next_line() == f"received: {text}"
        terminal.wait_for("MY CMD >>")


def test_exit_ends_both(mail: Mail) -> None:
    receiver, terminal = mail
    terminal.type("exit\r")
    assert terminal.process.wait(DEADLINE_S) == 0
    assert receiver.exit() == 0


def test_ctrl_d_ends_the_input(mail: Mail) -> None:
    receiver, terminal = mail
    terminal.type("\x04\r")
    assert terminal.process.wait(DEADLINE_S) == 0
    assert receiver.output.all[1:] == []


def test_ctrl_c_ends_the_program(mail: Mail) -> None:
    receiver, terminal = mail
    terminal.type("\x03")
    assert terminal.process.wait(DEADLINE_S) in ended_by_ctrl_c(terminal.system)
    assert not receiver.has_ended


@pytest.mark.parametrize("build", TOOLCHAINS)
def test_a_chat_mixes_what_is_typed_with_nothing(build: str) -> None:
    toolchain, program = TOOLCHAINS[build], "mail_chat" if build == "posix" else "MailChat"
    with Stage(toolchain, deadline_s=DEADLINE_S) as stage:
        alice, bob = stage.unique("alice"), stage.unique("bob")
        speaker = stage.start(program, "--me", bob, "--peer", alice)
        assert speaker.next_line() == f"waiting for {alice}"
        terminal = Terminal(toolchain, program, "--me", alice, "--peer", bob)
        try:
            terminal.wait_for("is here")
            terminal.type("절반")
            terminal.wait_for("절")  # Wine may move the cursor between the letters
            speaker.type("hello")
            terminal.type("만\r")
            assert speaker.next_line() == f"{alice} is here"
            assert speaker.next_line() == f"{alice}: 절반만"
            terminal.wait_for("hello")
            terminal.type("exit\r")
            assert terminal.process.wait(DEADLINE_S) == 0
            assert speaker.next_line() == f"{alice} has left; waiting for it to come back"
        finally:
            terminal.close()


@pytest.mark.parametrize("build", ["unicode", "ansi"])
def test_a_look_at_a_program_at_another_terminal_leaves_both_terminals_alone(build: str) -> None:
    """Wine takes its console from a process that closes a duplicate of somebody else's connection to one."""
    looked_at = Terminal(TOOLCHAINS[build], "DuplicateHandle")
    try:
        looked_at.wait_for("process ")
        process = looked_at.wait_for(":")
        looked_at.wait_for("waiting until it ends")
        looking = Terminal(TOOLCHAINS[build], "HandleTable", process)
        try:
            looking.wait_for("DuplicateHandle.exe, process")
            looking.wait_for("FILE_EXECUTE")
            assert looking.process.wait(DEADLINE_S) == 0
        finally:
            looking.close()
        looked_at.type("\r")
        assert looked_at.process.wait(DEADLINE_S) == 0
    finally:
        looked_at.close()
