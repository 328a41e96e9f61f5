"""Edge cases of chapter07/03-signaled-state."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from conftest import DEADLINE_S, TOOLCHAINS
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain


def test_no_work_at_all_is_still_seen_before_its_end(win32_stage: Stage) -> None:
    waiting = win32_stage.start("WaitForObject", "--work", "0")
    assert waiting.exit() == 0
    states = [line.rpartition(" ")[2] for line in waiting.output.all if "(hProcess, 0)" in line]
    assert states == ["non-signaled", "signaled", "signaled"]


def test_the_wait_takes_as_long_as_the_work(win32_stage: Stage) -> None:
    waiting = win32_stage.start("WaitForObject", "--work", "200")
    assert waiting.exit() == 0
    found = re.search(r"WAIT_OBJECT_0 after (\d+) ms", "\n".join(waiting.output.all))
    assert found and int(found[1]) >= 180  # a tick of the clock is 16 ms


@pytest.mark.parametrize("count", [1, 5])
def test_any_names_each_child_once(win32_stage: Stage, count: int) -> None:
    waiting = win32_stage.start("WaitForObject2", "--any", "--children", str(count), "--work", "10")
    assert waiting.exit() == 0
    ends = [end for line in waiting.output.all[1:]
            if (end := re.fullmatch(r"child (\d+) ended (first|next), after (\d+) ms", line))]
    assert len(ends) == len(waiting.output.all) - 1
    assert sorted(int(end[1]) for end in ends) == list(range(1, count + 1))
    assert [end[2] for end in ends] == ["first"] + ["next"] * (count - 1)
    times = [int(end[3]) for end in ends]
    assert times == sorted(times)


def test_all_waits_for_the_longest(win32_stage: Stage) -> None:
    waiting = win32_stage.start("WaitForObject2", "--children", "2", "--work", "100")
    assert waiting.exit() == 0
    found = re.fullmatch(r"2 children have ended, all of them after (\d+) ms", waiting.output.all[1])
    assert found and int(found[1]) >= 180


def test_as_many_children_as_one_call_can_take() -> None:
    with Stage(TOOLCHAINS["unicode"], deadline_s=2 * DEADLINE_S) as stage:
        waiting = stage.start("WaitForObject2", "--children", "64", "--work", "0")
        assert waiting.exit() == 0
        assert re.fullmatch(r"64 children have ended, all of them after \d+ ms", waiting.output.all[1])


@pytest.mark.parametrize("way", ["--any", "--all"])
def test_more_children_than_one_call_can_take(way: str) -> None:
    with Stage(TOOLCHAINS["unicode" if way == "--any" else "ansi"], deadline_s=2 * DEADLINE_S) as stage:
        waiting = stage.start("WaitInGroups", way, "--children", "66", "--work", "0")
        assert waiting.exit() == 0
        lines = waiting.output.all
        assert lines[0] == "66 children work"
        assert lines[-1] == "all 2 groups have ended"
        if way == "--any":
            assert sorted(int(line.split()[1]) for line in lines[1:-1]) == list(range(1, 67))
        else:
            assert sorted(line.split()[0] for line in lines[1:-1]) == ["2", "64"]


@pytest.mark.parametrize("arguments, complaint", [
    (["WaitForObject", "--work", "long"], "--work: 'long' is not a whole number from 0 to 86400000"),
    (["WaitForObject2", "--children", "0"], "--children: '0' is not a whole number from 1 to 4096"),
    (["WaitForObject2", "--all", "--any"], "--all or --any, not both"),
    (["WaitForObject2", "--children", "65"], "--children: WaitForMultipleObjects takes 64 handles at most "
                                             "(MAXIMUM_WAIT_OBJECTS), not 65; WaitInGroups waits for more"),
    (["WaitInGroups", "--children", "4097"], "--children: '4097' is not a whole number from 1 to 4096"),
    (["WaitInGroups", "--all", "--any"], "--all or --any, not both"),
    (["SignalStates", "event"], "unexpected 'event'"),
    (["Worker"], "MS is missing"),
    (["Worker", "-1"], "MS: '-1' is not a whole number from 0 to 86400000"),
])
def test_wrong_usage(win32_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = win32_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2
    assert actor.output.all == []


@pytest.mark.parametrize("program", ["WaitForObject", "WaitForObject2", "WaitInGroups", "SignalStates"])
def test_a_child_that_is_not_there(win32: Toolchain, tmp_path: Path, program: str) -> None:
    copy = tmp_path / win32.executable(program).name
    shutil.copy2(win32.executable(program), copy)
    command = [word.replace(str(win32.executable(program)), str(copy)) for word in win32.command(program, [])]
    alone = subprocess.run(command, env=win32.environment(), capture_output=True, encoding="utf-8", timeout=DEADLINE_S,
                           check=False)
    assert alone.returncode == 1
    first, hint = alone.stderr.splitlines()
    assert re.match(rf"{program}: CreateProcess\(.*Worker\.exe\): error 2 ", first)
    assert hint == f"{program}: hint: Worker.exe must lie in the folder of this program"
    assert alone.stdout == ""


def test_no_work_at_all_on_posix(posix_stage: Stage) -> None:
    waiting = posix_stage.start("wait_for_process", "--work", "0")
    assert waiting.exit() == 0
    assert [line for line in waiting.output.all if line.startswith("poll(pidfd, 0)")] == [
        "poll(pidfd, 0): 0, it runs", "poll(pidfd, 0): 1, it has ended", "poll(pidfd, 0): 1, it has ended"]


def test_a_parent_that_ignores_the_end_of_children(posix: Toolchain) -> None:
    """Such a setting is passed on by exec, and the kernel then keeps no status."""
    waiting = subprocess.run(posix.command("wait_for_process", ["--work", "0"]), capture_output=True, encoding="utf-8",
                             preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN), timeout=DEADLINE_S,
                             check=False)
    assert waiting.returncode == 0
    assert "waitpid(pid): exit status 0\n" in waiting.stdout


def test_wrong_usage_on_posix(posix_stage: Stage) -> None:
    actor = posix_stage.start("wait_for_process", "--work", "1h")
    assert actor.next_error().startswith("wait_for_process: --work: '1h' is not a whole number from 0 to 86400000 (")
    assert actor.exit() == 2
