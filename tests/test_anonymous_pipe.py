"""Edge cases of chapter08/04-anonymous-pipe, both sides."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import threading
from typing import IO

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain

MEGABYTES = 100


def lines_of(stage: Stage, program: str, *arguments: str, typed: bytes = b"") -> list[str]:
    """What a program prints that is fed and ends with 0."""
    actor = stage.start(program, *arguments)
    actor.type_bytes(typed)
    actor.end_input()
    assert actor.exit() == 0, actor.last_words()
    assert actor.errors.all == []
    return actor.output.all


@pytest.mark.parametrize("text", ["", "한글 é 📬", "x" * 30000], ids=["empty", "korean", "long"])
def test_a_text_goes_through_the_pipe_whole(win32_stage: Stage, text: str) -> None:
    assert lines_of(win32_stage, "AnonymousPipe", text) == [f"string send: {text}", f"string recv: {text}"]


@pytest.mark.parametrize("text", ["", "한글 é 📬", "x" * 100000], ids=["empty", "korean", "longer than a pipe"])
def test_a_text_goes_through_the_posix_pipe_whole(posix_stage: Stage, text: str) -> None:
    assert lines_of(posix_stage, "anonymous_pipe", text) == [f"string send: {text}", f"string recv: {text}"]


@pytest.mark.parametrize("argument, letter", [
    ('"&echo INJECTED', '"'), ("a&echo INJECTED", "&"), ("%PATH%", "%"), ("a b | more", "|"), ("a>b", ">"),
    ("^", "^"), ("!x!", "!"), ("a\necho INJECTED", "?"),
])
@pytest.mark.parametrize("name", ["t.bat", "T.CMD", "t.bat.", r".\t.bat"])
def test_a_batch_file_gets_no_argument_that_could_be_a_command(win32_stage: Stage, name: str, argument: str,
                                                               letter: str) -> None:
    """Row 3 of the public reports: cmd.exe reads the line by rules of its own ("BatBadBut")."""
    for file in ("t.bat", "t.cmd"):
        (win32_stage.work / file).write_bytes(b"@echo off\r\necho [%1] [%2]\r\n")
    refused = win32_stage.start("PipeParent", "--", name, "plain", argument)
    assert refused.exit() == 2
    assert refused.errors.all == [
        f"PipeParent: {name} is a batch file: cmd.exe reads its arguments as commands, too, and '{letter}' is no text "
        "there (PipeParent --help shows the usage)"]
    assert refused.output.all == []


def test_a_batch_file_runs_with_harmless_arguments(win32_stage: Stage) -> None:
    """Row 3 of the public reports."""
    (win32_stage.work / "t.bat").write_bytes(b"@echo off\r\necho [%1] [%2]\r\n")
    assert lines_of(win32_stage, "PipeParent", "--", "t.bat", "plain", "two words") == ['[plain] ["two words"]']


def through(toolchain: Toolchain, *command: str) -> None:
    """A hundred megabytes through parent and child, and back byte for byte."""
    noise = random.Random(5).randbytes(1_000_000)
    sent, received = hashlib.sha256(), hashlib.sha256()
    with subprocess.Popen(toolchain.command(command[0], ["--", *command[1:]]), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env=toolchain.environment()) as parent:
        assert parent.stdin and parent.stdout
        stdout = parent.stdout

        def feed(stdin: IO[bytes]) -> None:
            with stdin:
                for number in range(MEGABYTES):
                    chunk = noise[number:] + noise[:number]
                    sent.update(chunk)
                    stdin.write(chunk)

        feeder = threading.Thread(target=feed, args=[parent.stdin])
        feeder.start()
        while chunk := stdout.read(1 << 20):
            received.update(chunk)
        feeder.join()
        assert parent.wait(DEADLINE_S) == 0
    assert sent.hexdigest() == received.hexdigest()


def test_100_megabytes_pass_byte_for_byte(win32: Toolchain) -> None:
    through(win32, "PipeParent", "PipeChild", "--as-is")


def test_100_megabytes_pass_byte_for_byte_on_posix(posix: Toolchain) -> None:
    through(posix, "pipe_parent", "cat")


def test_100000_lines_come_back_sorted(win32_stage: Stage) -> None:
    numbers = [str(number) for number in range(100_000, 0, -1)]
    assert lines_of(win32_stage, "PipeParent", "--", "SortLines",
                    typed="\n".join(numbers).encode()) == sorted(numbers)


def test_lines_are_sorted_by_code_point(win32_stage: Stage) -> None:
    """In UTF-16, U+1F4EC comes before U+FF21."""
    lines = ["\U0001F4EC", "\uFF21", "가", "b", "", "B", "b"]
    assert lines_of(win32_stage, "SortLines", typed="\n".join([*lines, ""]).encode()) == sorted(lines)


@pytest.mark.parametrize("program, child", [("PipeParent", "SortLines"), ("PipeParent", "PipeChild")])
def test_no_input_gives_no_output(win32_stage: Stage, program: str, child: str) -> None:
    assert lines_of(win32_stage, program, "--", child) == []


ARGUMENTS = ["a b", "", 'say "hi"', "back\\slash\\", "한글", "--as-is"]


def test_arguments_reach_the_child_as_they_are(win32_stage: Stage) -> None:
    actor = win32_stage.start("PipeParent", "--", "Probe", "say", *ARGUMENTS)
    actor.end_input()
    assert [actor.next_line() for _ in ARGUMENTS] == [f"[{argument}]" for argument in ARGUMENTS]
    assert actor.next_error() == "Probe: said"
    assert actor.exit() == 0


def test_a_parent_may_be_a_child(win32_stage: Stage) -> None:
    assert lines_of(win32_stage, "PipeParent", "--", "PipeParent", "--", "PipeChild", typed=b"hi\n") == ["HI"]


def test_a_child_that_does_not_read_ends_the_parent_while_nothing_is_typed(win32_stage: Stage) -> None:
    actor = win32_stage.start("PipeParent", "--", "Probe", "say", "hello")
    assert actor.next_line() == "[hello]"
    assert actor.exit() == 0  # although its own input is still open


def test_input_that_a_child_does_not_want_is_no_error(win32_stage: Stage) -> None:
    actor = win32_stage.start("PipeParent", "--", "Probe", "say", "hello")
    actor.type_bytes(b"x" * 1_000_000)
    actor.end_input()
    assert actor.exit() == 0
    assert actor.errors.all == ["Probe: said"]


def test_a_child_that_fails_while_it_is_fed(win32_stage: Stage) -> None:
    actor = win32_stage.start("PipeParent", "--", "Probe", "nonsense")
    actor.type_bytes(b"x" * 1_000_000)
    actor.end_input()
    assert actor.exit() == 1
    assert actor.errors.all[-1] == "PipeParent: Probe nonsense ended with exit code 2"


@pytest.mark.skipif(os.name == "nt", reason="needs a shell's pipe")
def test_a_reader_that_has_seen_enough_ends_parent_and_child(win32: Toolchain) -> None:
    with subprocess.Popen(["yes"], stdout=subprocess.PIPE) as yes, \
            subprocess.Popen(win32.command("PipeParent", []), stdin=yes.stdout, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=win32.environment()) as parent:
        assert yes.stdout and parent.stdout and parent.stderr
        yes.stdout.close()
        assert parent.stdout.readline() == b"Y\r\n"
        parent.stdout.close()
        assert parent.wait(DEADLINE_S) == 1
        assert parent.stderr.read() == b""


def test_ctrl_c_ends_the_parent(win32_stage: Stage) -> None:
    actor = win32_stage.start("PipeParent")
    actor.type("hello")
    assert actor.next_line() == "HELLO"
    actor.ctrl_c()
    assert actor.was_ended_by_ctrl_c()


def test_arguments_reach_the_posix_child_as_they_are(posix_stage: Stage) -> None:
    actor = posix_stage.start("pipe_parent", "--", "probe", "say", *ARGUMENTS)
    assert [actor.next_line() for _ in ARGUMENTS] == [f"[{argument}]" for argument in ARGUMENTS]
    assert actor.exit() == 0


def test_a_posix_child_upper_cases_any_letter(posix_stage: Stage) -> None:
    assert lines_of(posix_stage, "pipe_child", typed="ñandú\nЖук 한글".encode()) == ["ÑANDÚ", "ЖУК 한글"]


def test_a_posix_child_that_cannot_be_started(posix_stage: Stage) -> None:
    actor = posix_stage.start("pipe_parent", "--", "no_such_program")
    assert actor.next_error() == "pipe_parent: posix_spawnp(no_such_program): error 2 ENOENT: No such file or directory"
    assert actor.exit() == 1


@pytest.mark.parametrize("script, words", [
    ("exit 3", "sh ended with exit code 3"), ("kill -9 $$", "sh was ended by signal 9 (Killed)"),
])
def test_a_posix_child_that_fails(posix_stage: Stage, script: str, words: str) -> None:
    actor = posix_stage.start("pipe_parent", "--", "sh", "-c", script)
    actor.type_bytes(b"x" * 1_000_000)
    assert actor.next_error() == f"pipe_parent: {words}"
    assert actor.exit() == 1


@pytest.mark.parametrize("arguments, complaint", [
    (["AnonymousPipe", "a", "b"], "unexpected 'b'"),
    (["PipeDeadlock", "deadly"], "MISTAKE is parent-end, child-end or full-buffers, not 'deadly'"),
    (["PipeDeadlock", "--limit", "0"], "--limit: '0' is not a whole number from 1 to 3600000"),
])
def test_wrong_usage(win32_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = win32_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2


@pytest.mark.parametrize("build, parent, child", [("unicode", "PipeParent", "PipeGrandchild"),
                                                  ("ansi", "PipeParent", "PipeGrandchild"),
                                                  ("posix", "pipe_parent", "pipe_grandchild")])
def test_a_grandchild_keeps_the_pipe_from_its_end(build: str, parent: str, child: str) -> None:
    """Row 13 of the public reports: the child has ended, and its parent reads on until the grandchild has, too."""
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S) as stage:
        talk = stage.start(parent, "--", child)
        assert talk.next_line() == "child: this is all, I end"
        assert talk.next_line() == "grandchild: the child has ended, and I have its pipes"
        assert talk.process and talk.process.poll() is None
        talk.end_input()
        assert talk.exit() == 0, talk.last_words()
        assert talk.output.unread == []


@pytest.mark.parametrize("flushes", [False, True])
def test_printf_into_a_pipe_comes_at_fflush_or_at_the_end(posix_stage: Stage, flushes: bool) -> None:
    """Row 11 of the public reports: a child that prints seems to be silent. Windows' C library does the same."""
    talk = posix_stage.start("pipe_parent", "--", "buffered_child", *(["--flush"] if flushes else []))
    kept = 0 if flushes else len("first\n")
    assert talk.next_error().endswith(f"{kept} bytes are still in this process")
    if flushes:
        assert talk.next_line() == "first"
    talk.type("go on")
    talk.end_input()
    assert talk.exit() == 0, talk.last_words()
    assert talk.output.all == ["first", "second"]


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_page_says_how_printf_reaches_a_pipe_at_once(page: str) -> None:
    """Row 11 of the public reports."""
    text = (SOURCE / "chapter08/04-anonymous-pipe" / page).read_text(encoding="utf-8")
    for way_out in ("`fflush(stdout)`", "`setvbuf(stdout, NULL, _IONBF, 0)`", "`_IOLBF`", "`CreatePseudoConsole`"):
        assert way_out in text
