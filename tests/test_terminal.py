"""At a terminal: what a person types arrives, and Ctrl+C and the end of input do what they should."""

from __future__ import annotations

import json
import re
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import BUILD_ROOT, DEADLINE_S, TOOLCHAINS, WIN32
from pseudo_terminal import PseudoTerminal
from companion.play.actor import Actor, ended_by_ctrl_c
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain, is_win32


class Terminal(PseudoTerminal):
    def __init__(self, toolchain: Toolchain, program: str, *arguments: str,
                 environment: dict[str, str] | None = None) -> None:
        super().__init__(toolchain.command(program, list(arguments)), toolchain.environment() | (environment or {}))
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


@pytest.mark.parametrize("build", WIN32)
@pytest.mark.parametrize("program, arguments, helper", [
    ("MailBroadcast", ["--name", "{box}"], ["MailReceiver", "--name", "{box}"]),
    ("MailChat", ["--me", "{me}", "--peer", "{peer}"], []),
    ("MailSender2_1", ["--name", "{box}", "--no-inherit"], ["MailReceiver", "--name", "{box}"]),
    ("PipeParent", [], []),
    ("CommandPrmpt_Ex", [], []),
    ("CommandShell", [], []),
    ("SharedMemoryWriter", ["--name", "{box}"], ["SharedMemoryReader", "--name", "{box}"]),
], ids=lambda value: value if isinstance(value, str) else "")
def test_ctrl_d_and_enter_end_the_input_of(program: str, arguments: list[str], helper: list[str], build: str) -> None:
    """Under Wine Ctrl+D alone does nothing: the pages say so."""
    toolchain = TOOLCHAINS[build]
    with Stage(toolchain, deadline_s=DEADLINE_S) as stage:
        if helper:
            stage.start(*(stage.names.fill(word) for word in helper)).next_line()
        terminal = Terminal(toolchain, program, *(stage.names.fill(word) for word in arguments))
        try:
            terminal.type("\x04\r")
            assert terminal.process.wait(DEADLINE_S) in (0, 1)
        finally:
            terminal.close()


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


@pytest.mark.parametrize("server, client", [
    (["NamedPipe_Server"], "NamedPipe_Client"),
    (["NamedPipe_ServerThread"], "NamedPipe_Fetch"),
    (["named_pipe_server"], "named_pipe_client"),
    (["unix_socket_server"], "unix_socket_client"),
    (["SocketServer", "--port", "0"], "SocketClient"),
    (["socket_server", "--port", "0"], "socket_client"),
])
@pytest.mark.parametrize("build", TOOLCHAINS)
def test_a_file_in_korean_is_shown_as_it_is(build: str, server: list[str], client: str) -> None:
    """Whatever the console's code page; and where the pieces that arrive cut characters in two."""
    if is_win32(client) != (build in WIN32):
        pytest.skip("not a program of this build")
    lines = ["오늘의 소식: 파이프가 열렸습니다. " + str(number) for number in range(300)]
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S) as stage:
        (stage.work / "news.txt").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
        ready = stage.start(*server, *([] if "--port" in server else ["--name", stage.unique("pipe")])).next_line()
        port = re.search(r"port (\d+)", ready)
        place = ["--port", port[1]] if port else ["--name", stage.unique("pipe")]
        terminal = Terminal(stage.toolchain, client, *place, environment={"XDG_RUNTIME_DIR": str(stage.runtime)})
        try:
            shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.rest())
        finally:
            terminal.close()
        # Wine's console may move the cursor over a blank.
        assert [line for line in lines if line.replace(" ", "") not in shown.replace(" ", "")] == []


@pytest.mark.parametrize("build", WIN32)
def test_what_a_child_writes_into_a_pipe_is_shown_as_it_is(build: str) -> None:
    toolchain = TOOLCHAINS[build]
    toolchain.start_wine(BUILD_ROOT / "logs/wine.log").finish()
    terminal = Terminal(toolchain, "PipeParent", "Probe", "say", "파이프가 열렸습니다", "한글")
    try:
        shown = terminal.rest()
    finally:
        terminal.close()
    assert "[파이프가 열렸습니다]" in shown and "[한글]" in shown


@pytest.mark.parametrize("build", WIN32)
def test_what_is_typed_and_shown_at_a_console_is_recorded(build: str, tmp_path: Path) -> None:
    toolchain = TOOLCHAINS[build]
    trace = toolchain.host_path("Probe", tmp_path / "trace")
    terminal = Terminal(toolchain, "Probe", "lines", environment={"COMPANION_TRACE": trace})
    try:
        terminal.wait_for("prompt>")
        terminal.type("안녕\r")
        terminal.wait_for("[안녕]")
        terminal.wait_for("prompt>")  # it comes when the lines before it have been written
    finally:
        terminal.close()
    start, *events = map(json.loads, (tmp_path / "trace").read_text("utf-8").splitlines())
    assert {stream["type"] for stream in start["standard"].values()} == {"console"}
    calls = [event for event in events if event["event"] == "return"]
    assert [(call["call"], call["args"]["lpBuffer"]["text"]) for call in calls[:3]] == [
        ("WriteConsole", "prompt> "), ("ReadConsole", "안녕\r\n"),
        ("WriteConsole", f"{2 if build == 'unicode' else 6} [안녕]\r\n")]
    assert calls[1]["args"]["lpBuffer"]["bytes"] == 8  # UTF-16, whatever the build
