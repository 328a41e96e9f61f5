"""Edge cases of the full shell of chapter08/07-command-prompt. Only processes that a test started itself are ended."""

from __future__ import annotations

import graphlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import BOTH_SIDES, DEADLINE_S, TOOLCHAINS, linux_only
from companion.play.actor import Actor
from companion.play.stage import Stage
from test_exit_code import as_handed_on


@dataclass
class Side:
    """The prompt and what it starts, in one build."""

    stage: Stage
    prompt: str
    probe: str
    waiter: str

    @property
    def is_posix(self) -> bool:
        return self.probe == "probe"

    @property
    def lister(self) -> str:
        """What lp stands for."""
        return "process_tree" if self.is_posix else "ProcessTree"

    @property
    def killer(self) -> str:
        """What kp stands for."""
        return "kill_tree" if self.is_posix else "KillTree"

    @property
    def work(self) -> Path:
        return self.stage.work

    def start(self, *arguments: str) -> Actor:
        return self.stage.start(self.prompt, "--language", "en", *arguments)

    def run(self, command: str, status: int = 0) -> list[str]:
        """What one command prints. That of the programs it starts is in files of their own."""
        actor = self.start("-c", command)
        assert (actor.exit(), actor.errors.all) == (status, actor.errors.all)
        return actor.output.all

    def fail(self, command: str, status: int) -> list[str]:
        """What one command says on standard error."""
        actor = self.start("-c", command)
        assert actor.exit() == status
        assert actor.output.all == []
        return [line.removeprefix(self.prompt + ": ") for line in actor.errors.all]

    def file(self, name: str) -> list[str]:
        return (self.work / name).read_text(encoding="utf-8").splitlines()


@pytest.fixture(params=BOTH_SIDES)
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    names = ("command_shell", "probe", "waiting_process") if request.param == "posix" else (
        "CommandShell", "Probe", "WaitingProcess")
    with Stage(TOOLCHAINS[request.param], deadline_s=DEADLINE_S) as stage:
        yield Side(stage, *names)


def test_a_script_on_standard_input(side: Side) -> None:
    """As the shell has it: printf 'echo hello\nlp\nexit\n' | CommandShell."""
    actor = side.start()
    actor.type_bytes("echo hello 안녕\nlp\nexit\necho never\n".encode())
    actor.end_input()
    assert actor.exit() == 0
    assert actor.output.all == ["hello 안녕", "The command prompt ends."]
    assert actor.errors.all == []
    side.stage.look()
    lines = side.stage.child(side.lister).output.all
    assert lines[0] == "      id   parent  threads  name"
    assert any(line.endswith("  " + side.prompt + ("" if side.is_posix else ".exe")) for line in lines)


def test_every_line_of_a_script_is_a_command(side: Side) -> None:
    """A program that reads does not take what is meant for the prompt; and the last line needs no line break."""
    actor = side.start()
    actor.type_bytes(f"{side.probe} lines > read.txt\r\necho next\n\n  \necho last".encode())
    actor.end_input()
    assert actor.exit() == 0
    assert actor.output.all == ["next", "last"]
    assert side.file("read.txt") == ["end"]


def test_a_script_in_a_file_leaves_the_input_to_its_programs(side: Side) -> None:
    (side.work / "내 script").write_text(f"echo one\n{side.probe} lines > read.txt\necho two\n", encoding="utf-8")
    actor = side.start("내 script")
    actor.type("to the program")
    actor.end_input()
    assert actor.exit() == 0
    assert actor.output.all == ["one", "two"]
    assert side.file("read.txt") == ["14 [to the program]", "end"]


def test_a_script_that_is_not_there(side: Side) -> None:
    actor = side.start("nosuch")
    assert "(nosuch): error 2 " in actor.next_error()
    assert actor.exit() == 1


@pytest.mark.parametrize("typed, words", [
    ('"a b" c', ["a b", "c"]),
    (r'a\b "c\\" \"d\" e\\\"f', ["a\\b", "c\\", '"d"', 'e\\"f']),
    (r'"" "a""b" C:\dir\ end', ["", 'a"b', "C:\\dir\\", "end"]),
    ('한글" 인자"📬 * ? %PATH%', ["한글 인자📬", "*", "?", "%PATH%"]),
    ('"a | b > c & d < e" -- --help', ["a | b > c & d < e", "--", "--help"]),
])
def test_words_arrive_whole(side: Side, typed: str, words: list[str]) -> None:
    side.run(f"{side.probe} say {typed} > said.txt")
    assert side.file("said.txt") == [f"[{word}]" for word in words]


@pytest.mark.parametrize("typed, words", [('"a | b"  c\\"', ['a | b c"']), ("", [""])])
def test_echo(side: Side, typed: str, words: list[str]) -> None:
    assert side.run(f"echo {typed}") == words
    side.run(f"echo {typed} > said.txt")
    assert side.file("said.txt") == words


def test_files_and_pipes(side: Side) -> None:
    side.run("echo 하나 > a.txt")
    side.run("echo two >> a.txt")
    assert side.file("a.txt") == ["하나", "two"]
    side.run(f"{side.probe} lines<a.txt|{side.probe} lines | {side.probe} lines>b.txt")
    assert len(side.file("b.txt")) == 5
    side.run("echo short > a.txt")
    assert side.file("a.txt") == ["short"]
    side.run("echo new >> c.txt")
    assert side.file("c.txt") == ["new"]


def test_our_own_commands_in_a_pipe(side: Side) -> None:
    side.run(f'echo "a | b" "c > d" | {side.probe} lines > a.txt')
    assert side.file("a.txt") == ["11 [a | b c > d]", "end"]
    side.run(f"lp | {side.probe} lines > b.txt")
    assert "parent  threads  name]" in side.file("b.txt")[0]
    actor = side.start()
    actor.type(f"history | {side.probe} lines > c.txt")
    actor.type("history")
    actor.end_input()
    assert actor.exit() == 0
    assert side.file("c.txt")[0].endswith(f"[    1  history | {side.probe} lines > c.txt]")
    assert actor.output.all == [f"    1  history | {side.probe} lines > c.txt", "    2  history"]


def test_the_list_of_processes_sorted_into_a_file(win32_stage: Stage) -> None:
    """As the shell has it: CommandShell -c "ListProcess | SortLines > list.txt"."""
    side = Side(win32_stage, "CommandShell", "Probe", "WaitingProcess")
    side.run("ListProcess | SortLines > list.txt")
    lines = side.file("list.txt")
    assert lines == sorted(lines)
    assert any(" ListProcess.exe " in line for line in lines)
    assert any(" SortLines.exe " in line for line in lines)


def test_many_programs_and_much_data(side: Side) -> None:
    """More than a pipe holds goes through; the prompt keeps no end of a pipe, or nobody would see the end of input."""
    count = 12 if side.is_posix else 6
    (side.work / "a.txt").write_text("".join(f"{number} {'x' * 100}\n" for number in range(2000)))
    side.run(" | ".join([f"{side.probe} lines < a.txt"] + [f"{side.probe} lines"] * (count - 1)) + " > b.txt")
    lines = side.file("b.txt")
    assert len(lines) == 2000 + count
    assert lines[1999].count("x") == 100


def test_a_reader_that_ends_early(side: Side) -> None:
    (side.work / "a.txt").write_text("line\n" * 100000)
    said = side.fail(f"{side.probe} lines < a.txt | {side.probe} nonsense", 2)
    assert any(line.startswith(f"'{side.probe}' ended with exit code") for line in said)


@pytest.mark.parametrize("command, complaint", [
    ('echo "open', 'a " is missing: quotes come in pairs'),
    ("echo a |", "a program is missing before or after | < > &"),
    ("| echo a", "a program is missing before or after | < > &"),
    ("echo a | | echo b", "a program is missing before or after | < > &"),
    ("> a.txt", "a program is missing before or after | < > &"),
    ("&", "a program is missing before or after | < > &"),
    ("echo a >", "a file name is missing after < > or >>"),
    ("echo a > > b", "a file name is missing after < > or >>"),
    ("echo a & echo b", "& must be the last on its line"),
    ("echo a > b | echo c", "a program reads from one place and writes to one place only"),
])
def test_a_line_that_makes_no_sense(side: Side, command: str, complaint: str) -> None:
    assert side.fail(command, 2) == [complaint]
    assert list(side.work.iterdir()) == []


def test_the_prompt_goes_on_after_a_mistake(side: Side) -> None:
    actor = side.start()
    for line in ('echo "', "a |", "nosuch", "cd nosuch", "kp", "lp --what", "exit x", "exit 1 2", "echo still here"):
        actor.type(line)
    actor.end_input()
    assert actor.exit() == 0
    assert actor.output.all == ["still here"]
    assert len(actor.errors.all) == 8
    assert [line for line in actor.errors.all if "ended with exit code 2" in line] == [
        f"{side.prompt}: '{program}' ended with exit code 2" for program in (side.killer, side.lister)]


@pytest.mark.parametrize("command, name", [
    ("nosuch", "nosuch"), ('"" a', ""), ('"no such"', "no such"), ("../nosuch", "../nosuch"),
    ("nosuch | {probe} lines", "nosuch"), ("{probe} lines | nosuch", "nosuch"),
])
def test_what_is_not_a_program(side: Side, command: str, name: str) -> None:
    """None of a line is started then, and the file that it would write to is as it was."""
    (side.work / "kept.txt").write_text("kept")
    command = command.format(probe=side.probe)
    assert side.fail(f"{command} > kept.txt", 1) == [f"'{name}' is not a program that can be run."]
    assert side.file("kept.txt") == ["kept"]
    side.fail(f"{command} > new.txt", 1)
    assert not (side.work / "new.txt").exists()


def test_a_file_that_is_read_is_not_emptied(side: Side) -> None:
    (side.work / "a.txt").write_text("kept\n")
    assert len(side.fail(f"{side.probe} lines < a.txt > a.txt", 1)) == 1
    assert side.file("a.txt") == ["kept"]


def test_files_that_cannot_be_opened(side: Side) -> None:
    assert "(nosuch): error 2 " in side.fail(f"{side.probe} lines < nosuch", 1)[0]
    assert "nosuch" in side.fail(f"{side.probe} lines > nosuch/file", 1)[0]


def test_the_exit_code_is_shown_when_it_is_not_0(side: Side) -> None:
    actor = side.start("-c", f"{side.probe} nonsense")
    assert actor.exit() == 2
    assert actor.errors.all == [f"{side.prompt}: '{side.probe}' ended with exit code 2"]
    assert side.fail(f"{side.probe} nonsense | {side.probe} lines > a.txt", 0)[-1] == (
        f"'{side.probe}' ended with exit code 2")


def test_exit_status(side: Side) -> None:
    assert side.run("exit 7", 7) == ["The command prompt ends."]
    actor = side.start()
    actor.type("nosuch")
    actor.type("exit")
    assert actor.exit() == 1


@pytest.mark.parametrize("typed, on_windows, on_posix", [
    ("-1", 0xFFFFFFFF, None), ("-2147483648", 0x80000000, None), ("4294967295", 0xFFFFFFFF, None), ("255", 255, 255),
    ("-2147483649", None, None), ("4294967296", None, None), ("256", 256, None), ("-0", None, None),
    ("--1", None, None), ("-", None, None), ("''", None, None), ('""', None, None), ("1x", None, None),
])
def test_an_exit_status_is_right_or_refused(side: Side, typed: str, on_windows: int | None,
                                            on_posix: int | None) -> None:
    """Row 27 of the public reports: 32 bits with or without a sign on Windows, 8 bits on POSIX."""
    status = on_posix if side.is_posix else on_windows
    actor = side.start("-c", f"exit {typed}")
    if status is None:
        assert actor.exit() == 2
        assert len(actor.errors.all) == 1 and actor.errors.all[0].startswith(f"{side.prompt}: exit: ")
    else:
        assert actor.exit() == as_handed_on(status)
        assert actor.errors.all == []


def test_a_batch_file_gets_no_argument_that_could_be_a_command(win32_stage: Stage) -> None:
    """Row 3 of the public reports. No program of the line is started then."""
    side = Side(win32_stage, "CommandShell", "Probe", "WaitingProcess")
    (side.work / "t.bat").write_bytes(b"@echo [%1]\r\n")
    side.run('t.bat "a b" > said.txt')
    assert side.file("said.txt") == ['["a b"]']
    assert side.fail('echo x > kept.txt | t.bat "a&echo INJECTED"', 2)
    for command in ('t.bat "a&echo INJECTED" > none.txt', 't.cmd. "%PATH%" > none.txt', "Probe lines | t.bat x^y"):
        said = side.fail(command, 1)
        assert len(said) == 1 and "is a batch file: cmd.exe reads its arguments as commands, too, and '" in said[0]
    assert not (side.work / "none.txt").exists()


@pytest.mark.parametrize("command", [r'cd "C:\Program Files\"', r'echo a\"b "c'])
def test_a_quote_that_is_a_letter(side: Side, command: str) -> None:
    """Row 14 of the public reports: the message says what to type."""
    assert side.fail(command, 2) == [
        r'a " is missing: in \" it is a letter; for a \ in front of the last quote type \\"']
    (side.work / "a b").mkdir()
    assert side.run(r'cd "a b"' if side.is_posix else r'cd "a b\\"') == []


def test_a_line_of_any_length(side: Side) -> None:
    actor = side.start()
    actor.type("echo " + "x" * 100000)
    actor.type("echo" + " y" * 50000)
    actor.end_input()
    assert actor.exit() == 0
    assert actor.output.all == ["x" * 100000, " ".join("y" * 50000)]


def test_a_command_that_is_too_long_for_windows(win32_stage: Stage) -> None:
    side = Side(win32_stage, "CommandShell", "Probe", "WaitingProcess")
    longest = "x" * (32766 - len("Probe say "))
    actor = side.start()
    actor.type(f"Probe say {longest} > a.txt")
    actor.type(f"Probe say {longest}x > b.txt")
    actor.type(f"Probe say{' y' * 300000} > b.txt")
    actor.type("echo next")
    actor.end_input()
    assert actor.exit() == 0
    assert side.file("a.txt") == [f"[{longest}]"]
    assert actor.output.all == ["next"]
    assert actor.errors.all == [
        "Probe: said", *["CommandShell: this command is too long: Windows takes 32766 characters at most"] * 2]
    assert not (side.work / "b.txt").exists()


def test_a_program_is_found_beside_the_prompt_with_or_without_exe(win32_stage: Stage) -> None:
    side = Side(win32_stage, "CommandShell", "Probe", "WaitingProcess")
    path = side.stage.toolchain.host_path("Probe", side.stage.toolchain.executable("Probe"))
    for name in ("Probe", "probe.EXE", f'"{path}"', f'"{path.removesuffix(".exe")}"'):
        side.run(f"{name} say found > a.txt")
        assert side.file("a.txt") == ["[found]"]


def test_a_program_is_found_along_path(posix_stage: Stage) -> None:
    side = Side(posix_stage, "command_shell", "probe", "waiting_process")
    script = side.work / "나의 program"
    script.write_text("#!/bin/sh\necho \"$1\"\n")
    script.chmod(0o755)
    for path in (str(side.work), f"/nosuch:{side.work}", ":/nosuch", "/nosuch:"):
        actor = side.stage.start("command_shell", "-c", '"나의 program" hello > a.txt',
                                 environment={"PATH": f"{path}:/bin"})
        assert actor.exit() == 0
        assert side.file("a.txt") == ["hello"]


def test_cd_changes_the_prompt_and_what_it_starts(side: Side) -> None:
    (side.work / "새 folder").mkdir()
    actor = side.start()
    actor.type('cd "새 folder"')
    actor.type("cd")
    actor.type("echo here > a.txt")
    actor.type(f"{side.probe} say there > b.txt")
    actor.end_input()
    assert actor.exit() == 0
    assert actor.next_line().endswith("새 folder")
    assert (side.work / "새 folder/a.txt").exists() and (side.work / "새 folder/b.txt").exists()


def test_the_background(side: Side) -> None:
    """It does not wait, shows the ids, and says when the job has ended."""
    actor = side.start()
    actor.type(f"{side.waiter} --child &")
    started = re.fullmatch(rf"\[1\] process (\d+): {side.waiter}", actor.next_line())
    assert started
    id = started[1]
    waiter = side.stage.child(side.waiter)
    assert waiter.next_line() == f"process {id} waits"
    actor.type("echo meanwhile")
    assert actor.next_line() == "meanwhile"

    actor.type(f"kp {id}")
    killer = side.stage.child(side.killer)
    assert killer.next_line() == f"ended: {side.waiter}{'' if side.is_posix else '.exe'} (process {id})"
    assert actor.next_line() == f"[1] has ended: {side.waiter} --child &"
    assert actor.next_error() == f"{side.prompt}: '{side.waiter}' ended with exit code {143 if side.is_posix else 1}"
    actor.type("exit")
    assert actor.next_line() == "The command prompt ends."
    assert actor.exit() == 0


def test_each_job_has_a_number_of_its_own(posix_stage: Stage) -> None:
    actor = posix_stage.start("command_shell", "--language", "en")
    for number in (1, 2, 3):
        actor.type("waiting_process --child &")
        assert actor.next_line().startswith(f"[{number}] process ")


@linux_only
def test_no_program_of_a_line_goes_on_when_a_pipe_cannot_be_made(posix_stage: Stage) -> None:
    """There is room for one pipe more, and not for two. Nothing is left of the program that has been started."""
    resource = pytest.importorskip("resource")
    actor = posix_stage.start("command_shell", "--language", "en")
    assert actor.process
    descriptors = Path(f"/proc/{actor.process.pid}/fd")

    def used_after(line: str) -> int:
        actor.type(line)
        actor.type("echo done")
        assert actor.next_line() == "done"
        return len(list(descriptors.iterdir()))

    used = used_after("echo > written")
    resource.prlimit(actor.process.pid, resource.RLIMIT_NOFILE, (used + 2, used + 2))
    assert [used_after("sleep 600 | cat | cat") for _ in range(3)] == [used] * 3
    assert [line.partition(": ")[2] for line in actor.errors.all if "EMFILE" in line] == [
        "pipe2: error 24 EMFILE: Too many open files"] * 3


def test_a_device_may_be_read_and_written_at_once(posix_stage: Stage) -> None:
    actor = posix_stage.start("command_shell", "-c", "cat < /dev/null > /dev/null")
    assert actor.exit() == 0
    assert actor.errors.all == []


def test_kp_refuses_the_prompt_that_started_it(side: Side) -> None:
    actor = side.start("-c", f"kp --dry-run --all {side.prompt}")  # other tests may run one at this moment
    actor.exit()
    side.stage.look()
    assert any("has started this program; only --force ends it" in line
               for line in side.stage.child(side.killer).errors.all)


def test_start_runs_the_command_first(side: Side) -> None:
    """Without a window of its own, as here, the new prompt has the streams of this one, which waits for it."""
    actor = side.start()
    actor.type('start echo "a | b" c')
    inner = side.stage.child(side.prompt + ".2")
    assert inner.next_line() == "a | b c"
    actor.type("start nosuch")
    actor.type("echo outer")
    actor.end_input()
    assert actor.next_line() == "outer"
    assert actor.exit() == 0


@pytest.mark.skipif(os.name == "nt", reason="the window would stay open")
def test_start_in_a_window_of_its_own_does_not_wait(win32_stage: Stage) -> None:
    actor = win32_stage.start("CommandShell", environment={"COMPANION_CONSOLE": "new"})
    actor.type('start CommandShell -c "echo there > a.txt"')
    actor.type("echo here")
    actor.end_input()
    assert actor.next_line() == "here"
    assert actor.exit() == 0
    file = win32_stage.work / "a.txt"
    assert win32_stage.wait(lambda: file.exists() and file.read_text() == "there\n")


@pytest.mark.parametrize("language, goodbye, complaint", [
    ("ko", "명령어 처리를 종료합니다.", "'없는것'은(는) 실행할 수 있는 프로그램이 아닙니다."),
    ("en", "The command prompt ends.", "'없는것' is not a program that can be run."),
])
def test_both_languages(side: Side, language: str, goodbye: str, complaint: str) -> None:
    actor = side.stage.start(side.prompt, f"--language={language}")
    for line in ("없는것", "help", "a |", "exit 0"):
        actor.type(line)
    assert actor.exit() == 0
    assert actor.output.all[-1] == goodbye
    assert actor.errors.all[0] == f"{side.prompt}: {complaint}"
    assert bool(re.search("[가-힣]", "".join(actor.output.all[:-1] + actor.errors.all[1:]))) == (language == "ko")
    for command in ("cd", "echo", "exit", "help", "history", "kp", "lp", "start"):
        assert any(line.startswith(command + " ") for line in actor.output.all)


@pytest.mark.parametrize("variables, is_korean", [
    ({"LC_ALL": "", "LC_MESSAGES": "", "LANG": "ko_KR.UTF-8"}, True),
    ({"LC_ALL": "C.UTF-8", "LC_MESSAGES": "ko_KR.UTF-8", "LANG": "ko_KR.UTF-8"}, False),
    ({"LC_ALL": "", "LC_MESSAGES": "ko", "LANG": "en_US.UTF-8"}, True),
])
def test_the_language_of_the_system(posix_stage: Stage, variables: dict[str, str], is_korean: bool) -> None:
    actor = posix_stage.start("command_shell", "-c", "exit", environment=variables)
    assert actor.next_line() == ("명령어 처리를 종료합니다." if is_korean else "The command prompt ends.")


@pytest.mark.parametrize("arguments, complaint", [
    (["--language", "fr"], "--language: 'fr' is not ko or en"),
    (["a", "b"], "unexpected 'b'"),
    (["-c", "echo", "b"], "unexpected 'b'"),
    (["-c"], "-c: COMMAND is missing"),
    (["--run"], "WORD is missing"),
])
def test_wrong_usage(side: Side, arguments: list[str], complaint: str) -> None:
    actor = side.stage.start(side.prompt, *arguments)
    assert actor.next_error() == f"{side.prompt}: {complaint} ({side.prompt} --help shows the usage)"
    assert actor.exit() == 2


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks into /proc")
def test_a_program_gets_its_streams_and_no_more(posix_stage: Stage) -> None:
    side = Side(posix_stage, "command_shell", "probe", "waiting_process")
    side.run("ls /proc/self/fd | cat | cat > fds.txt")
    assert side.file("fds.txt") == ["0", "1", "2", "3"]  # 3 is the directory that ls reads


@pytest.mark.skipif(not shutil.which("nm"), reason="reads the object files")
@pytest.mark.parametrize("build", TOOLCHAINS)
def test_no_parts_call_each_other_in_a_circle(build: str) -> None:
    """Each part calls only parts below it: there is an order in which they could be linked one after the other."""
    folder = TOOLCHAINS[build].build_dir / ("command_shell.p" if build == "posix" else "CommandShell.exe.p")
    defined: dict[str, str] = {}
    needed: dict[str, set[str]] = {}
    for path in sorted(folder.glob("*.c.o*")):
        listed = subprocess.run(["nm", "-g", str(path)], capture_output=True, check=True).stdout.decode().splitlines()
        symbols = [line.split()[-2:] for line in listed]
        defined |= {name: path.name for kind, name in symbols if kind in "TDBRC"}
        needed[path.name] = {name for kind, name in symbols if kind == "U"}
    parts = {part: {defined[name] for name in names if name in defined} - {part} for part, names in needed.items()}
    assert len(parts) > 10
    assert any(parts.values())
    list(graphlib.TopologicalSorter(parts).static_order())  # raises CycleError
