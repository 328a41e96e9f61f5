"""Edge cases of chapter08/02-duplicate-handle."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import DEADLINE_S
from companion.play.actor import Actor
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain

PROGRAMS = {"posix": ("wait_for_parent", "wait_for_parent.2"), "win32": ("DuplicateHandle", "ChildProcess")}


def parent_and_child(stage: Stage, side: str) -> tuple[Actor, Actor]:
    parent_lane, child_lane = PROGRAMS[side]
    parent = stage.start(parent_lane)
    child = stage.child(child_lane)
    assert "waiting until it ends" in child.next_line()
    return parent, child


@pytest.fixture
def side(both_sides: tuple[Stage, str]) -> tuple[Stage, str]:
    return both_sides[0], "posix" if both_sides[1] == "probe" else "win32"


def test_the_child_speaks_only_after_the_parent_has_ended(side: tuple[Stage, str]) -> None:
    parent, child = parent_and_child(*side)
    side[0].look()
    assert child.output.unread == [] and not parent.has_ended
    parent.end_input()
    assert parent.exit() == 0
    assert "has ended" in child.next_line()


def test_a_killed_parent_has_ended_too(side: tuple[Stage, str]) -> None:
    parent, child = parent_and_child(*side)
    parent.kill()
    assert "has ended" in child.next_line()


def test_the_child_has_a_handle_of_its_own_to_the_parent(win32_stage: Stage) -> None:
    parent = win32_stage.start("DuplicateHandle", "--handles")
    child = win32_stage.child("ChildProcess")
    child.next_line()
    parent.type("")
    assert parent.exit() == 0
    rows = re.findall(r"  0x\w+ +process +yes +(\d+)  PROCESS_QUERY_LIMITED_INFORMATION\|SYNCHRONIZE",
                      "\n".join(parent.output.all))
    assert len(rows) == 2 and int(rows[1]) == int(rows[0]) + 1


def test_our_child_takes_the_handle_of_the_book_s_parent(win32_stage: Stage) -> None:
    parent = win32_stage.start("BookHandleParent", "process")
    child = win32_stage.child("ChildProcess")
    process = parent.next_line().removeprefix("process ")
    assert re.fullmatch(rf"handle 0x\w+ is process {process}; waiting until it ends", child.next_line())
    parent.type("")
    assert parent.exit() == 0
    assert child.next_line() == f"process {process} has ended with exit code 0"


def test_the_book_s_child_takes_our_handle(win32: Toolchain, tmp_path: Path) -> None:
    """A parent looks for its child in its own folder first."""
    shutil.copy(win32.executable("BookHandleChild"), tmp_path / "ChildProcess.exe")
    shutil.copy(win32.executable("DuplicateHandle"), tmp_path)
    runner = win32.command("DuplicateHandle", [])[:-1]
    with subprocess.Popen([*runner, str(tmp_path / "DuplicateHandle.exe")], env=win32.environment(), cwd=tmp_path,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin and parent.stdout
        lines = (line.decode().rstrip() for line in parent.stdout)
        assert next(line for line in lines if line.startswith("[")) == "[Child Process] waits"
        parent.stdin.write(b"\n")
        parent.stdin.close()
        assert list(lines) == ["[Child Process] the parent has ended"]
        assert parent.wait(DEADLINE_S) == 0


@pytest.mark.parametrize("value, status, complaint", [
    ("", 2, "HANDLE: '' is no handle"), ("parent", 2, "HANDLE: 'parent' is no handle"),
    ("12x", 2, "HANDLE: '12x' is no handle"),
    ("0x1FFFFFFFFFFFFFFFF", 2, "HANDLE: '0x1FFFFFFFFFFFFFFFF' is no handle"),
    ("0xFFF0", 1, "GetHandleInformation(0xFFF0): error 6 ERROR_INVALID_HANDLE"),
    ("65520", 1, "GetHandleInformation(0xFFF0): error 6 ERROR_INVALID_HANDLE"),
    ("0", 1, "GetHandleInformation(0x0): error 6 ERROR_INVALID_HANDLE"),
    ("0xFFFFFFFFFFFFFFFE", 1, "GetHandleInformation(0xFFFFFFFFFFFFFFFE): error 6 ERROR_INVALID_HANDLE"),
    ("0xFFFFFFFFFFFFFFFF", 1, "handle 0xFFFFFFFFFFFFFFFF means this process itself"),
    ("18446744073709551615", 1, "handle 0xFFFFFFFFFFFFFFFF means this process itself"),
])
def test_what_is_no_process(win32_stage: Stage, value: str, status: int, complaint: str) -> None:
    child = win32_stage.start("ChildProcess", value)
    assert child.next_error().startswith(f"ChildProcess: {complaint}")
    assert child.exit() == status
    assert child.output.all == []


def test_a_handle_of_another_kind(win32_stage: Stage) -> None:
    """Its own standard output, whose number OddHandles tells it."""
    child = win32_stage.start("OddHandles", "output", "ChildProcess", "@")
    assert re.fullmatch(r"ChildProcess: handle 0x\w+ is of kind file in this process, not of kind process",
                        child.next_error())
    assert child.exit() == 1


@pytest.mark.parametrize("arguments, complaint", [
    (["ChildProcess"], "HANDLE is missing"),
    (["ChildProcess", "4", "8"], "unexpected '8'"),
    (["DuplicateHandle", "x"], "unexpected 'x'"),
    (["DuplicateRules", "x"], "unexpected 'x'"),
])
def test_wrong_usage(win32_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = win32_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2


@pytest.mark.parametrize("descriptor, complaint", [
    ("77", "fcntl(77): error 9 EBADF"), ("1", "descriptor 1 is no process here")])
def test_what_is_no_pidfd(posix_stage: Stage, descriptor: str, complaint: str) -> None:
    child = posix_stage.start("wait_for_parent", "--pidfd", descriptor)
    assert child.next_error().startswith(f"wait_for_parent: {complaint}")
    assert child.exit() == 1
    assert child.output.all == []
