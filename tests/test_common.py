"""The helper library seen from outside, through the probe: streams, errors, options, lanes; on both sides."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS, WIN32
from companion.play import lessons
from companion.play.stage import Stage
from companion.setup.toolchain import is_win32

Side = tuple[Stage, str]


def lines_of(side: Side, data: bytes) -> list[str]:
    """What the probe reads when its standard input holds these bytes."""
    stage, probe = side
    actor = stage.start(probe, "lines")
    actor.type_bytes(data)
    actor.end_input()
    assert actor.exit() == 0
    assert actor.output.all[-1] == "end"
    return actor.output.all[:-1]


def characters(side: Side, text: str) -> int:
    """How many TCHARs the text takes on that side."""
    return len(text.encode("utf-16-le")) // 2 if side[0].toolchain is TOOLCHAINS["unicode"] else len(text.encode())


@pytest.mark.parametrize("data, lines", [
    (b"", []),
    (b"one\ntwo\n", ["one", "two"]),
    (b"one\r\ntwo\r\n", ["one", "two"]),
    (b"\n\r\n", ["", ""]),
    (b"without an end", ["without an end"]),
    (b"a lone \r stays\n", ["a lone \r stays"]),
    ("한글 📬 é\n".encode(), ["한글 📬 é"]),
    (b"\xef\xbb\xbfafter a byte order mark\n", ["after a byte order mark"]),
    (b"first\n\xef\xbb\xbfno mark\n", ["first", "\ufeffno mark"]),
    (b"zero \0 byte\n", ["zero \ufffd byte"]),
    (b"no \xff UTF-8\n", ["no \ufffd UTF-8"]),
])
def test_read_line(both_sides: Side, data: bytes, lines: list[str]) -> None:
    assert lines_of(both_sides, data) == [f"{characters(both_sides, line)} [{line}]" for line in lines]


def test_read_line_takes_lines_of_any_length(both_sides: Side) -> None:
    long = "긴줄📬" * 50_000
    lines = lines_of(both_sides, f"{long}\nshort\n".encode())
    assert lines == [f"{characters(both_sides, long)} [{long}]", "5 [short]"]


def test_read_line_puts_characters_together_that_come_byte_by_byte(both_sides: Side) -> None:
    stage, probe = both_sides
    actor = stage.start(probe, "lines")
    for byte in "한📬\n".encode():
        actor.type_bytes(bytes([byte]))
        stage.look()
    assert actor.next_line().endswith("[한📬]")


def test_each_line_is_there_at_once(both_sides: Side) -> None:
    stage, probe = both_sides
    actor = stage.start(probe, "lines")
    for text in ("첫째", "둘째"):
        actor.type(text)
        assert actor.next_line().endswith(f"[{text}]")


def test_arguments_arrive_as_they_are(both_sides: Side) -> None:
    stage, probe = both_sides
    arguments = ["한글 📬", "", "*", "a b", 'quote " quote', "back\\slash\\", "--", "tab\tand\x01"]
    actor = stage.start(probe, "say", *arguments)
    assert [actor.next_line() for _ in arguments] == [f"[{argument}]" for argument in arguments]
    assert actor.next_error() == f"{probe}: said"
    assert actor.exit() == 0


def test_an_error_is_told_in_full(both_sides: Side) -> None:
    stage, probe = both_sides
    actor = stage.start(probe, "fail", "2")
    name = "ENOENT" if probe == "probe" else "ERROR_FILE_NOT_FOUND"
    first = actor.next_error()
    assert first.startswith(f"{probe}: First(한글): error 2 {name}: ")
    assert not first.endswith((" ", ": "))
    assert actor.next_error() == f"{probe}: hint: the number is kept"
    assert actor.next_error().startswith(f"{probe}: Second: error 2 {name}: ")
    assert actor.exit() == 1


def test_a_message_that_is_too_long_is_cut_and_the_rest_of_the_line_is_there(posix_stage: Stage) -> None:
    """It says so, and the reason behind it stays."""
    actor = posix_stage.start("probe", "x" * 5000)
    assert re.fullmatch(r"probe: expected .*, found 'x+\.\.\. \(probe --help shows the usage\)", actor.next_error())
    assert actor.exit() == 2


def test_an_error_without_a_name(both_sides: Side) -> None:
    stage, probe = both_sides
    actor = stage.start(probe, "fail", "99999")
    assert actor.next_error().startswith(f"{probe}: First(한글): error 99999: ")
    assert actor.exit() == 1


@pytest.mark.parametrize("arguments, status, answer", [
    (["you"], 0, "loud=0 name=[nobody] count=1 operands=1"),
    (["--loud", "--name=한글", "me", "--count", "100", "you"], 0, "loud=1 name=[한글] count=100 operands=2"),
    ([], 2, "FROM is missing"),
    (["a", "b", "c"], 2, "unexpected 'c'"),
    (["--loud=yes", "a"], 2, "--loud: takes no value, but 'yes' is given"),
    (["--count=101", "a"], 2, "--count: '101' is not a whole number from 1 to 100"),
    (["--count=", "a"], 2, "--count: '' is not a whole number from 1 to 100"),
    (["--count", "1\x1b[m", "a"], 2, "--count: '1?[m' is not a whole number from 1 to 100"),
    (["a", "--name"], 2, "--name: NAME is missing"),
    (["--nmae", "x"], 2, "unknown option '--nmae', did you mean --name?"),
    (["--크기", "x"], 2, "unknown option '--크기'; if it is no option, put -- before it"),
    (["-x"], 2, "unknown option '-x'; if it is no option, put -- before it"),
])
def test_options(both_sides: Side, arguments: list[str], status: int, answer: str) -> None:
    stage, probe = both_sides
    actor = stage.start(probe, "options", *arguments)
    if status == 0:
        assert actor.next_line() == answer
    else:
        assert actor.next_error() == f"{probe}: {answer} ({probe} --help shows the usage)"
    assert actor.exit() == status


@pytest.mark.parametrize("program", [program.name for lesson in lessons.find_all(SOURCE)
                                     for program in lesson.programs])
def test_no_value_may_be_empty(program: str) -> None:
    """Row 27 of the public reports: a name that is empty stands for a folder of names, or for somebody else's."""
    build = "unicode" if is_win32(program) else "posix"
    usage = run_program(build, program, ["--help"]).stdout.decode().splitlines()[0]
    for option, value in re.findall(r"\[(-[^\s\]]+) ([^\]]+)\]", usage):
        refused = run_program(build, program, [option, ""])
        complaint = refused.stderr.decode().splitlines()
        if option == "-c":  # a line with nothing in it is a line
            assert refused.returncode == 0 and complaint == []
            continue
        assert refused.returncode == 2, option
        assert len(complaint) == 1
        assert re.match(rf"{program}: {option}: ({re.escape(value)} is empty|'' is not a whole number) ", complaint[0])


@pytest.mark.parametrize("build", WIN32)
def test_a_program_that_crashes_says_where(build: str) -> None:
    """And nothing else: no debugger with its 200 lines."""
    source = (SOURCE / "tests/probe.c").read_text(encoding="utf-8").splitlines()
    line = 1 + next(number for number, text in enumerate(source) if "the line of the crash" in text)
    crashed = run_program(build, "Probe", ["crash"])
    assert crashed.returncode == (0xC0000005 if os.name == "nt" else 5)
    assert crashed.stdout == b""
    said = crashed.stderr.decode().splitlines()
    assert len(said) == 1
    where = rf"at \S*probe\.c, line {line}" if os.name != "nt" else r"at .+"  # without a .pdb the address alone
    assert re.fullmatch(rf"Probe: crashed {where}: 0xC0000005 EXCEPTION_ACCESS_VIOLATION", said[0])


def test_help(both_sides: Side) -> None:
    stage, probe = both_sides
    actor = stage.start(probe, "options", "--help")
    assert actor.exit() == 0
    assert actor.output.all == [
        f"Usage: {probe} [--loud] [--name NAME] [--count N] FROM [TO]",
        "Shows its options.",
        "",
        "Options:",
        "  --loud       say it loud",
        "  --name NAME  whom to greet (nobody)",
        "  --count N    how often (1)",
        "  --help       show this help",
    ]


def test_a_child_has_a_lane_of_its_own(both_sides: Side) -> None:
    stage, probe = both_sides
    parent = stage.start(probe, "child")
    child = stage.child(f"{probe}.2")
    assert child.next_line() == "[child]"
    assert child.next_error() == f"{probe}: said"
    assert parent.next_line() == "parent"
    assert parent.exit() == 0
    assert parent.output.all == ["parent"]


def test_a_child_whose_errors_alone_were_redirected_on_purpose(posix_stage: Stage) -> None:
    """By a shell, since none of the programs here does it."""
    prompt = posix_stage.start("command_prompt")
    prompt.type(f'sh -c "{posix_stage.toolchain.executable("probe")} say x 2> errors"')
    assert posix_stage.child("probe").next_line() == "[x]"
    prompt.type("exit")
    assert prompt.exit() == 0
    assert (posix_stage.work / "errors").read_text() == "probe: said\n"


def test_a_child_that_was_redirected_on_purpose_has_none(both_sides: Side) -> None:
    stage, probe = both_sides
    parent = stage.start(probe, "child", "redirected")
    assert parent.exit() == 0
    assert list(stage.actors) == [probe]
    redirected = (stage.work / "redirected.txt").read_text(encoding="utf-8").splitlines()
    assert "[child]" in redirected


def run_program(build: str, program: str, arguments: list[str], variables: dict[str, str] | None = None,
                typed: bytes | None = None, stdout: int | BinaryIO = subprocess.PIPE,
                ) -> subprocess.CompletedProcess[bytes]:
    """Runs it outside the stage."""
    toolchain = TOOLCHAINS[build]
    return subprocess.run(toolchain.command(program, arguments), env=toolchain.environment() | (variables or {}),
                          timeout=DEADLINE_S, check=False, input=typed,
                          stdin=subprocess.DEVNULL if typed is None else None, stdout=stdout, stderr=subprocess.PIPE)


def run_outside_the_stage(build: str, arguments: list[str], stdout: int | BinaryIO = subprocess.PIPE,
                          ) -> subprocess.CompletedProcess[bytes]:
    return run_program(build, "probe" if build == "posix" else "Probe", arguments, stdout=stdout)


@pytest.mark.parametrize("build", TOOLCHAINS)
def test_without_a_stage_a_child_shares_its_parents_output(build: str) -> None:
    result = run_outside_the_stage(build, ["child"])
    assert result.stdout.decode().splitlines() == ["[child]", "parent"]


@pytest.mark.parametrize("build", TOOLCHAINS)
def test_a_reader_that_leaves_ends_the_program_quietly(build: str) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    result = run_outside_the_stage(build, ["say", "x"], stdout=write_end)
    os.close(write_end)
    assert result.returncode != 0
    assert result.stderr == b""


USES_OF_MEMORY = ["print", "read", "report", "error", "usage", "json", "partner", "argument", "utf8"]


@pytest.mark.parametrize("use", USES_OF_MEMORY)
@pytest.mark.parametrize("build", TOOLCHAINS)
def test_a_program_that_runs_out_of_memory_says_so(build: str, use: str) -> None:
    """Whichever request for memory fails, the first or a later one, also in what reports the failure."""
    if build == "posix" and use in ("argument", "utf8"):
        pytest.skip("Win32 alone")
    program = "out_of_memory" if build == "posix" else "OutOfMemory"
    needs_none = build == "posix" and use in ("print", "report", "error", "usage")  # fixed buffers
    at_end = b"the end\n" if build == "posix" else b""  # printed by a function that exit calls, without memory
    for requests in range(20):
        result = run_program(build, program, [use, str(requests)], typed=b"line\n")
        said = result.stderr.decode().splitlines()
        if not said or needs_none or "bytes asked for" not in said[0]:
            break
        assert len(said) == 1 and re.fullmatch(rf"{program}: out of memory: [1-9]\d* bytes asked for", said[0])
        assert result.returncode == 1
        assert result.stdout == at_end
    assert needs_none or requests > 0
    failed_at_end = bool(said) and "bytes asked for" in said[-1]
    assert result.returncode == (1 if failed_at_end else {"error": 1, "usage": 2}.get(use, 0))


@pytest.mark.parametrize("use", ["call", "print", "read", "error"])
@pytest.mark.parametrize("build", WIN32)
def test_a_trace_that_runs_out_of_memory_says_so(build: str, use: str, tmp_path: Path) -> None:
    """Wherever that is; and what it says is recorded by nobody who would need memory in turn."""
    variables = {"COMPANION_TRACE": str(tmp_path / "trace") if os.name == "nt" else f"Z:{tmp_path}/trace"}
    for requests in range(0, 24, 3):
        result = run_program(build, "OutOfMemory", [use, str(requests)], variables, typed=b"line\n")
        if requests == 0 or b"out of memory" in result.stderr:
            said = result.stderr.splitlines()
            assert re.fullmatch(rb"OutOfMemory: out of memory: [1-9]\d* bytes asked for", said[-1])
            assert len(said) == 1 or (use == "error" and len(said) == 2)
            assert result.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("build", TOOLCHAINS)
def test_a_full_disk_is_a_failure_that_is_told(build: str) -> None:
    with open("/dev/full", "wb") as full:
        result = run_outside_the_stage(build, ["say", "x"], stdout=full)
    assert result.returncode == 1
    assert b"standard output" in result.stderr and b"error" in result.stderr


@pytest.mark.parametrize("build", TOOLCHAINS)
def test_a_closed_input_is_the_end_of_input(build: str) -> None:
    result = run_outside_the_stage(build, ["lines"])
    assert result.stdout.decode().split() == ["end"]
    assert result.returncode == 0


# POSIX programs that start others, and what is typed into them.
PARENTS = [
    (["adder_manager", "--pipe"], ""), (["anonymous_pipe"], ""), (["command_prompt"], "part_adder 1 4\nlp\nexit\n"),
    (["command_shell"], "part_adder 1 4\necho one | pipe_child\nexit 3\n"), (["env_block"], ""), (["env_parent"], ""),
    (["inherit_parent", "hello"], ""), (["pipe_parent"], "hello\n"), (["pipe_parent", "--", "sh", "-c", "exit 7"], ""),
    (["pipe_parent", "--", "sh", "-c", "kill -TERM $$"], ""), (["duplicate_descriptor"], ""),
]


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("command, typed", PARENTS, ids=lambda value: " ".join(value)[:30])
@pytest.mark.parametrize("inherited", ["ignored", "blocked"])
def test_signals_that_a_parent_inherits_do_not_disturb_it(command: list[str], typed: str, inherited: str) -> None:
    """Row 7 of the public reports: where SIGCHLD is ignored, there is no exit status to wait for."""
    def inherit() -> None:
        if inherited == "blocked":
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        else:
            for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGINT, signal.SIGALRM, signal.SIGUSR1):
                signal.signal(number, signal.SIG_IGN)

    def outcome(preexec: Callable[[], None] | None) -> tuple[int, list[str]]:
        result = subprocess.run([TOOLCHAINS["posix"].executable(command[0]), *command[1:]], input=typed, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=DEADLINE_S,
                                preexec_fn=preexec)
        # Apart from the list of processes, in which others come and go.
        return result.returncode, [line for line in result.stdout.splitlines() if not re.search(r"\d{2,}", line)]

    assert outcome(inherit) == outcome(None)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
@pytest.mark.parametrize("program", ["command_prompt", "command_shell", "pipe_parent"])
def test_a_child_inherits_no_mask_and_can_be_waited_for(program: str) -> None:
    """Row 7 of the public reports."""
    def inherit() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        for number in (signal.SIGCHLD, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)

    arguments = ["--", "grep", "^Sig[BI]", "/proc/self/status"] if program == "pipe_parent" else []
    result = subprocess.run([TOOLCHAINS["posix"].executable(program), *arguments], text=True, timeout=DEADLINE_S,
                            input="grep ^Sig[BI] /proc/self/status\n", preexec_fn=inherit, capture_output=True)
    masks = dict(re.findall(r"(Sig\w+):\s*([0-9a-f]+)", result.stdout))
    assert int(masks["SigBlk"], 16) == 0
    assert int(masks["SigIgn"], 16) & (1 << signal.SIGCHLD - 1 | 1 << signal.SIGPIPE - 1) == 0
