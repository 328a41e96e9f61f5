"""Edge cases of the prompt of chapter08/07-command-prompt. Only processes that a test started itself are ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from conftest import BOTH_SIDES, DEADLINE_S, TOOLCHAINS
from companion.play.actor import Actor
from companion.play.stage import Stage
from test_process_list import BOOK, side_of

QUOTE = 'a " is missing: quotes come in pairs'


class Side:
    """The prompt and what it starts, in one build."""

    def __init__(self, build: str, stage: Stage) -> None:
        self.stage = stage
        self.is_posix = build == "posix"
        self.prompt, self.probe = ("command_prompt", "probe") if self.is_posix else ("CommandPrmpt_Ex", "Probe")
        self.processes = side_of(build, BOOK, stage)

    def type(self, *lines: str) -> Actor:
        """A prompt that has done all these lines."""
        actor = self.stage.start(self.prompt)
        actor.type_bytes("".join(line + "\n" for line in lines).encode())
        actor.end_input()
        assert actor.exit() == 0
        self.stage.look()
        return actor

    def errors(self, actor: Actor) -> list[str]:
        return [line.removeprefix(self.prompt + ": ") for line in actor.errors.all]

    def said(self, *lines: str) -> list[str]:
        """What these lines print, of the prompt itself; nothing may fail."""
        actor = self.type(*lines)
        assert actor.errors.all == []
        return actor.output.all

    def status(self, number: int) -> str:
        return f"exit status {number}" if self.is_posix else f"exit code {number} (0x{number:X})"


@pytest.fixture(params=BOTH_SIDES)
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    with Stage(TOOLCHAINS[request.param], deadline_s=DEADLINE_S) as stage:
        yield Side(request.param, stage)


def test_a_script_on_standard_input(side: Side) -> None:
    """As the shell has it: printf 'echo hello\nlp\nexit\n' | CommandPrmpt_Ex."""
    actor = side.type("echo hello 안녕", "lp", "exit", "echo never")
    assert actor.errors.all == []
    lines = actor.output.all
    assert lines[0] == "hello 안녕"
    assert lines[-1] == "The command prompt ends."
    listed = side.stage.child("list_process").output.all if side.is_posix else lines[1:-1]
    assert any(line.startswith(f"{side.processes.file_name(side.prompt):>25} ") for line in listed)
    assert side.is_posix == (len(lines) == 2)


def test_the_end_of_input_ends_it(side: Side) -> None:
    actor = side.stage.start(side.prompt)
    actor.type_bytes("\ufeffecho first\r\necho last".encode())
    actor.end_input()
    assert actor.exit() == 0
    assert actor.output.all == ["first", "last"]
    assert side.said() == []


@pytest.mark.parametrize("line, printed", [
    ("echo a,b\tc , d", "a b c d"),
    (",,echo,,a, ,", "a"),
    ('echo "a, b"  c', "a, b c"),
    ('echo a"b c"d "" e', "ab cd  e"),
    ('echo "안녕,\t하세요"', "안녕,\t하세요"),
    ("ECHO Hello", "Hello"),
    ('"echo" quoted', "quoted"),
    ("echo", ""),
])
def test_words_are_split_at_blanks_commas_and_tabs(side: Side, line: str, printed: str) -> None:
    assert side.said(line) == [printed]


def test_empty_lines_do_nothing(side: Side) -> None:
    assert side.said("", "  ", ",\t, ", "echo here") == ["here"]


@pytest.mark.parametrize("line", ['echo "open', '"', 'a b "c d'])
def test_a_quote_that_is_not_closed(side: Side, line: str) -> None:
    actor = side.type(line, "echo next")
    assert side.errors(actor) == [QUOTE]
    assert actor.output.all == ["next"]


@pytest.mark.parametrize("line, name", [("nosuch a b", "nosuch"), ('"no such"', "no such"), ('"" a', "")])
def test_what_is_not_a_program(side: Side, line: str, name: str) -> None:
    actor = side.type(line, "echo next")
    assert side.errors(actor) == [f"'{name}' is not a program that can be run."]
    assert actor.output.all == ["next"]


@pytest.mark.parametrize("typed, words", [
    ('"a b" C', ["a b", "C"]),
    ("a,b", ["a", "b"]),
    (r"C:\dir\ end", ["C:\\dir\\", "end"]),
    ('한글" 인자"📬 * ? %PATH% -- --help', ["한글 인자📬", "*", "?", "%PATH%", "--", "--help"]),
    ('"a | b > c & d"', ["a | b > c & d"]),
])
def test_arguments_arrive_whole(side: Side, typed: str, words: list[str]) -> None:
    actor = side.type(f"{side.probe} say {typed}")
    assert side.stage.child(side.probe).output.all == [f"[{word}]" for word in words]
    assert actor.errors.all == []


def test_a_program_in_any_case(win32_stage: Stage) -> None:
    side = Side("unicode", win32_stage)
    side.said("PROBE say a", "Probe.exe say b")
    assert side.stage.child("PROBE").output.all == ["[a]"]
    assert side.stage.child("Probe").output.all == ["[b]"]


def test_the_exit_code_is_shown_when_it_is_not_0(side: Side) -> None:
    actor = side.type(f"{side.probe} nonsense", f"{side.probe} say a", "echo next")
    assert side.errors(actor) == [f"'{side.probe}' ended with {side.status(2)}"]
    assert actor.output.all == ["next"]


def test_it_waits_for_a_program(side: Side) -> None:
    """And says how it ended, when another prompt has ended it."""
    name = side.processes.victim
    actor = side.stage.start(side.prompt)
    actor.type(f"{name} --child")
    id = side.stage.child(name).next_line().split()[1]
    actor.type("echo afterwards")

    other = side.type(f"kp {id}")
    killer = side.stage.child("kill_tree") if side.is_posix else other
    assert killer.output.all == [f"ended: {side.processes.file_name(name)} (process {id})"]
    ended = "was ended by signal 15" if side.is_posix else "ended with exit code 1 (0x1)"
    assert actor.next_error() == f"{side.prompt}: '{name}' {ended}"
    assert actor.next_line() == "afterwards"
    actor.type("exit")
    assert actor.exit() == 0


def test_kp_ends_one_process_and_never_the_wrong_one(side: Side) -> None:
    name = side.stage.unique("twins")
    (one, id), (two, _) = side.processes.start(name), side.processes.start(name)
    actor = side.stage.start(side.prompt)

    actor.type(f"kp {name}")
    killer = side.stage.child("kill_tree") if side.is_posix else actor
    assert killer.next_error().startswith(f"{'kill_tree' if side.is_posix else side.prompt}: "
                                          f"'{name}' may be any of 2 processes")
    for victim in (one, two):
        assert victim.process and victim.process.poll() is None

    actor.type(f"kp {id}")
    killer = side.stage.child("kill_tree.2") if side.is_posix else actor
    assert killer.next_line() == f"ended: {side.processes.file_name(name)} (process {id})"
    one.exit()
    actor.type(f"kp {name.upper() if not side.is_posix else name}")
    two.exit()
    actor.type("exit")
    assert actor.exit() == 0


def test_kp_without_a_target_or_with_nobody_of_that_name(side: Side) -> None:
    nobody = side.stage.unique("nobody")
    actor = side.type("kp", f"kp {nobody}", "kp a b c d", "echo next")
    assert actor.output.all == ["next"]
    if side.is_posix:
        assert side.stage.child("kill_tree.2").errors.all == [f"kill_tree: there is no process '{nobody}'"]
        assert side.errors(actor)[0] == "'kill_tree' ended with exit status 2"
    else:
        assert side.errors(actor) == ["usage: kp NAME|PID", f"there is no process '{nobody}'", "usage: kp NAME|PID"]


def test_kp_never_ends_the_prompt_that_it_is_typed_into(side: Side) -> None:
    name = side.stage.unique("prompt")
    toolchain = side.stage.toolchain
    actor = side.processes.start_copy(side.prompt, name)
    if side.is_posix:  # the copy finds its programs along PATH, since they do not lie beside it
        actor.type(f"{toolchain.executable('kill_tree')} {name}")
    else:
        actor.type(f"kp {name}")
    actor.type("echo still here")
    assert actor.next_line() == "still here"
    actor.end_input()
    assert actor.exit() == 0
    assert actor.errors.all


def test_a_line_of_any_length(side: Side) -> None:
    count = 5000
    assert side.said("echo " + "x" * 100000, "echo" + " y" * count) == ["x" * 100000, " ".join("y" * count)]


def test_a_command_that_is_too_long_for_windows(win32_stage: Stage) -> None:
    side = Side("unicode", win32_stage)
    longest = "x" * (32766 - len("Probe say "))
    actor = side.type(f"Probe say {longest}", f"Probe say {longest}x", f"Probe say{' y' * 300000}", "echo next")
    assert side.stage.child("Probe").output.all == [f"[{longest}]"]
    assert actor.output.all == ["next"]
    assert side.errors(actor) == ["this command is too long: Windows takes 32766 characters at most"] * 2


def test_a_batch_file_gets_no_argument_that_could_be_a_command(win32_stage: Stage) -> None:
    """Row 3 of the public reports. Nor does a name without its ending stand for a batch file."""
    side = Side("unicode", win32_stage)
    (win32_stage.work / "t.bat").write_bytes(b"@echo [%1]>>said.txt\r\n")
    actor = side.type('t.bat "a b"', "t.bat a&echo", 'T.bat "%PATH%"', "t a")
    assert (win32_stage.work / "said.txt").read_bytes() == b'["a b"]\r\n'
    reason = "is a batch file: cmd.exe reads its arguments as commands, too, and '{}' is no text there"
    assert side.errors(actor) == [f"t.bat {reason.format('&')}", f"T.bat {reason.format('%')}",
                                  "'t' is not a program that can be run."]


def test_exit_takes_no_number(side: Side) -> None:
    """Row 27 of the public reports: it is not dropped without a word. The full shell takes one."""
    actor = side.type("exit -1", "echo still here")
    assert actor.output.all == ["still here"]
    assert side.errors(actor) == ["usage: exit"]


def test_start_runs_the_command_in_another_prompt(side: Side) -> None:
    """Which then reads what is typed, since both have one keyboard."""
    actor = side.stage.start(side.prompt)
    actor.type('start echo "two  words" --to')
    inner = side.stage.child(side.prompt + ".2")
    assert inner.next_line() == "two  words --to"
    actor.type("echo inner")
    assert inner.next_line() == "inner"
    actor.type("exit")
    assert inner.next_line() == "The command prompt ends."
    actor.type("echo outer")
    assert actor.next_line() == "outer"
    actor.end_input()
    assert actor.exit() == 0


def test_words_on_its_command_line_are_done_first(side: Side) -> None:
    actor = side.stage.start(side.prompt, "echo", "first, all of it")
    actor.type("echo then")
    assert actor.next_line() == "first, all of it"
    assert actor.next_line() == "then"
    actor.end_input()
    assert actor.exit() == 0
    assert side.stage.start(side.prompt, "exit").exit() == 0


def test_wrong_usage(side: Side) -> None:
    actor = side.stage.start(side.prompt, "--what")
    assert actor.next_error().startswith(f"{side.prompt}: unknown option '--what'")
    assert actor.exit() == 2
