"""Edge cases of chapter07/04-exit-code."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import DEADLINE_S
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain

MAX = 2147483647


def as_handed_on(exit_code: int) -> int:
    """Through Wine to Linux go 8 bits of an exit code, and 1 where those are 0 and the others are not."""
    return exit_code if os.name == "nt" else exit_code & 0xFF or int(exit_code != 0)


def run(toolchain: Toolchain, folder: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs a copy of the program in a folder where none of the others is."""
    copy = folder / toolchain.executable(program).name
    shutil.copy2(toolchain.executable(program), copy)
    command = [word.replace(str(toolchain.executable(program)), str(copy))
               for word in toolchain.command(program, list(arguments))]
    return subprocess.run(command, env=toolchain.environment(), capture_output=True, encoding="utf-8",
                          timeout=DEADLINE_S, check=False)


def script(folder: Path, text: str) -> None:
    """A part_adder that does something else."""
    path = folder / "part_adder"
    path.write_text("#!/bin/sh\n" + text, encoding="ascii")
    path.chmod(0o755)


@pytest.mark.parametrize("numbers, exit_code", [
    (["0", "0"], 0), (["129", "130"], 259), (["1", "65535"], 2147450880), ([str(MAX), str(MAX)], MAX),
])
def test_the_exit_code_is_the_sum(win32_stage: Stage, numbers: list[str], exit_code: int) -> None:
    adder = win32_stage.start("PartAdder", *numbers)
    assert adder.exit() == as_handed_on(exit_code)
    assert adder.output.all == adder.errors.all == []


@pytest.mark.parametrize("numbers", [["1", "65536"], [str(MAX - 1), str(MAX)], ["0", str(MAX)]])
def test_a_sum_that_is_too_great_is_refused(win32_stage: Stage, numbers: list[str]) -> None:
    adder = win32_stage.start("PartAdder", *numbers)
    error = adder.next_error()
    assert error.startswith(f"PartAdder: the sum from {numbers[0]} to {numbers[1]} is greater than {MAX}, ")
    assert adder.exit() == as_handed_on(0xE0000001)


@pytest.mark.parametrize("arguments, complaint", [
    (["PartAdder"], "FROM is missing"),
    (["PartAdder", "2"], "TO is missing"),
    (["PartAdder", "1", "2", "3"], "unexpected '3'"),
    (["PartAdder", "one", "2"], f"FROM: 'one' is not a whole number from 0 to {MAX}"),
    (["PartAdder", "1", "2,5"], f"TO: '2,5' is not a whole number from 0 to {MAX}"),
    (["PartAdder", "-1", "2"], f"FROM: '-1' is not a whole number from 0 to {MAX}"),
    (["PartAdder", "1", "2147483648"], f"TO: '2147483648' is not a whole number from 0 to {MAX}"),
    (["PartAdder", "3", "2"], "FROM is 3, but TO is only 2"),
    (["AdderManager", "일"], f"FROM: '일' is not a whole number from 0 to {MAX}"),
    (["AdderManager", "1", ""], f"TO: '' is not a whole number from 0 to {MAX}"),
    (["AdderManager", "7", "7"], "FROM is 7 and TO is 7: two children need two numbers at least"),
    (["NonStopAdderManager", "11"], "FROM is 11 and TO is 10: two children need two numbers at least"),
    (["StillActive", "259"], "unexpected '259'"),
])
def test_wrong_usage(win32_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = win32_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == as_handed_on(0xE0000002 if arguments[0] == "PartAdder" else 2)
    assert actor.output.all == []


def test_the_manager_takes_no_failure_for_a_sum(win32_stage: Stage) -> None:
    manager = win32_stage.start("AdderManager", "1", "100000")
    assert manager.exit() == 1
    assert manager.output.all == ["PartAdder 1 50000: exit code 1250025000"]
    assert manager.errors.all == ["AdderManager: PartAdder 50001 100000: exit code 0xE0000001 is no sum: it failed"]
    win32_stage.look()
    children = [actor for name, actor in win32_stage.actors.items() if name.startswith("PartAdder")]
    said = [line for child in children for line in child.errors.all]
    assert len(said) == 1 and said[0].startswith("PartAdder: the sum from 50001 to 100000 is greater than ")


def test_two_numbers_are_enough(win32_stage: Stage) -> None:
    manager = win32_stage.start("AdderManager", str(65534), str(65535))
    assert manager.exit() == 0
    assert manager.output.all[-1] == "total: 131069"


def test_the_total_has_room_beyond_one_sum(win32_stage: Stage) -> None:
    manager = win32_stage.start("AdderManager", str(MAX - 1), str(MAX))
    assert manager.exit() == 0
    assert manager.output.all[-1] == "total: 4294967293"


def test_the_mistake_gives_518_whatever_it_is_to_add(win32_stage: Stage) -> None:
    manager = win32_stage.start("NonStopAdderManager", "1", "1000")
    assert manager.exit() == 0
    assert manager.output.all[-1] == "total: 518"


@pytest.mark.parametrize("manager", ["AdderManager", "NonStopAdderManager", "StillActive"])
def test_a_child_that_is_not_there(win32: Toolchain, tmp_path: Path, manager: str) -> None:
    alone = run(win32, tmp_path, manager)
    assert alone.returncode == 1
    first, hint = alone.stderr.splitlines()
    assert first.startswith(f"{manager}: CreateProcess(") and "PartAdder.exe" in first and "error 2 " in first
    assert hint == f"{manager}: hint: PartAdder.exe must lie in the folder of this program"
    assert alone.stdout == ""


def test_a_part_that_was_killed_gives_no_sum(win32: Toolchain, tmp_path: Path) -> None:
    """Under Wine kill -9 leaves the exit code 0, which is the sum of nothing but 0 to 0. So does the prompt, without
    input."""
    shutil.copy2(win32.executable("CommandPrmpt_Ex"), tmp_path / "PartAdder.exe")
    manager = run(win32, tmp_path, "AdderManager", "0", "1")
    assert manager.returncode == 1
    assert manager.stdout.splitlines() == ["PartAdder 0 0: exit code 0"]
    assert "AdderManager: PartAdder 1 1: exit code 0x00000000 is no sum: it failed" in manager.stderr.splitlines()


def test_a_child_that_is_no_program(win32: Toolchain, tmp_path: Path) -> None:
    (tmp_path / "PartAdder.exe").write_text("not a program", encoding="ascii")
    alone = run(win32, tmp_path, "AdderManager")
    assert alone.returncode == 1
    assert "error 193 ERROR_BAD_EXE_FORMAT" in alone.stderr


def test_a_folder_with_a_blank_and_korean_in_its_name(win32: Toolchain, tmp_path: Path) -> None:
    folder = tmp_path / "내 폴더"
    folder.mkdir()
    shutil.copy2(win32.executable("PartAdder"), folder)
    there = run(win32, folder, "AdderManager")
    assert there.stdout.splitlines()[-1] == "total: 55"


@pytest.mark.parametrize("numbers, status", [
    (["1", "5"], 15), (["1", "22"], 253), (["1", "23"], 276 - 256), (["256", "256"], 0),
])
def test_eight_bits_of_the_exit_status_survive(posix_stage: Stage, numbers: list[str], status: int) -> None:
    assert posix_stage.start("part_adder", *numbers).exit() == status


def test_what_is_printed_survives_whole(posix_stage: Stage) -> None:
    adder = posix_stage.start("part_adder", "--print", str(MAX), str(MAX))
    assert adder.next_line() == str(MAX)
    assert adder.exit() == 0


@pytest.mark.parametrize("arguments, complaint", [
    (["part_adder", "5"], "TO is missing"),
    (["part_adder", "5", "4"], "FROM is 5, but TO is only 4"),
    (["part_adder", "0x5", "9"], f"FROM: '0x5' is not a whole number from 0 to {MAX}"),
    (["adder_manager", "1", "1.5"], f"TO: '1.5' is not a whole number from 0 to {MAX}"),
    (["adder_manager", "10"], "FROM is 10 and TO is 10: two children need two numbers at least"),
    (["adder_manager", "--pip"], "unknown option '--pip', did you mean --pipe?"),
])
def test_wrong_usage_on_posix(posix_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = posix_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2


def test_only_with_the_pipe_is_a_failure_told_from_a_sum(posix_stage: Stage) -> None:
    taken_in = posix_stage.start("adder_manager", "1", "100000")
    assert taken_in.exit() == 0
    assert taken_in.output.all[1] == "part_adder 50001 100000: exit status 1"
    manager = posix_stage.start("adder_manager", "--pipe", "1", "100000")
    assert manager.exit() == 1
    assert manager.output.all == ["part_adder 1 50000: printed 1250025000"]
    assert manager.errors.all[-1] == "adder_manager: part_adder 50001 100000: no sum, exit status 1"


def test_a_parent_that_ignores_the_end_of_children(posix: Toolchain) -> None:
    """Such a setting is passed on by exec, and the kernel then keeps no status."""
    done = subprocess.run(posix.command("adder_manager", []), capture_output=True, encoding="utf-8",
                          preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN), timeout=DEADLINE_S,
                          check=False)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "total: 55"


@pytest.mark.parametrize("text, complaint", [
    ("kill -SEGV $$", "signal 11 ended it"),
    ("echo many", "no sum, exit status 0"),
    ("echo 5; exit 3", "no sum, exit status 3"),
    ("exit 0", "no sum, exit status 0"),
    ("exec yes 1", "signal 13 ended it"),
])
def test_children_that_give_no_sum(posix: Toolchain, tmp_path: Path, text: str, complaint: str) -> None:
    script(tmp_path, text)
    there = run(posix, tmp_path, "adder_manager", "--pipe")
    assert there.returncode == 1
    assert there.stderr.splitlines() == [f"adder_manager: part_adder {part}: {complaint}" for part in ("1 5", "6 10")]


def test_a_child_that_is_not_there_on_posix(posix: Toolchain, tmp_path: Path) -> None:
    for numbers in (["1", "10"], ["--pipe", "1", "10"]):
        alone = run(posix, tmp_path, "adder_manager", *numbers)
        assert alone.returncode == 1
        assert alone.stderr == (f"adder_manager: posix_spawn({tmp_path}/part_adder 1 5): error 2 ENOENT: "
                                "No such file or directory\n")
