"""Edge cases of chapter08/03-environment."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import DEADLINE_S, TOOLCHAINS, wine_differs
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain

PARENTS = ["EnvParent", "EnvBlock"]
POSIX = {"EnvParent": "env_parent", "EnvBlock": "env_block", "EnvChild": "env_child"}


@dataclass
class Side:
    stage: Stage
    is_posix: bool

    def name(self, program: str) -> str:
        return POSIX[program] if self.is_posix else program

    def child_lines(self, parent: str, *arguments: str, environment: dict[str, str] | None = None) -> list[str]:
        """What the child prints that this parent starts."""
        assert self.stage.start(self.name(parent), *arguments, environment=environment).exit() == 0
        self.stage.look()
        return self.stage.child(self.name("EnvChild")).output.all


@pytest.fixture
def side(both_sides: tuple[Stage, str]) -> Side:
    stage, probe = both_sides
    return Side(stage, probe == "probe")


@pytest.mark.parametrize("parent", PARENTS)
def test_what_names_and_values_may_hold(side: Side, parent: str) -> None:
    pairs = ["변수=value", "a b=c d", "equals=a=b==", 'quote=say "hi"', "path=C:\\dir\\", "--dashes=-1"]
    lines = side.child_lines(parent, "--", *pairs)
    assert lines == [f"[{name} = {value}]" for name, _, value in (pair.partition("=") for pair in pairs)]


@pytest.mark.parametrize("build", ["unicode", pytest.param("ansi", marks=wine_differs(
    "GetEnvironmentVariableA cuts the value to the number of its UTF-16 characters", "8.0", "10.0"))])
def test_a_korean_value(build: str) -> None:
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S) as stage:
        assert Side(stage, False).child_lines("EnvParent", "인사=안녕하세요 📬") == ["[인사 = 안녕하세요 📬]"]


@pytest.mark.parametrize("parent", PARENTS)
def test_a_korean_value_is_in_the_environment(side: Side, parent: str) -> None:
    assert "인사=안녕하세요 📬" in side.child_lines(parent, "--all", "인사=안녕하세요 📬")


def test_the_order_of_a_block(win32_stage: Stage) -> None:
    pairs = ["zeta=1", "Alpha=2", "beta=3", "ALPHA=4", "_x=5", "é=6", "É=7", "한글=8", "empty="]
    lines = Side(win32_stage, False).child_lines("EnvBlock", "--all", *pairs)
    given = [pair.split("=")[0] for pair in pairs]
    assert [line for line in lines if line.split("=")[0] in given] == [
        "ALPHA=4", "beta=3", "empty=", "zeta=1", "_x=5", "É=7", "한글=8"]


def test_the_block_is_all_that_the_child_gets(side: Side) -> None:
    lines = side.child_lines("EnvBlock", "--all", environment={"OF_THE_PARENT": "x"})
    assert "Good=Morning" in lines and "OF_THE_PARENT=x" not in lines


def test_the_rest_of_the_parents_environment_is_inherited(side: Side) -> None:
    lines = side.child_lines("EnvParent", "--all", environment={"OF_THE_PARENT": "x"})
    assert "Good=Morning" in lines and "OF_THE_PARENT=x" in lines


def test_a_block_leaves_the_parents_variables_alone(side: Side) -> None:
    parent = side.stage.start(side.name("EnvBlock"), "OF_THE_PARENT=y", "Good=1", environment={"OF_THE_PARENT": "x"})
    assert parent.exit() == 0
    assert parent.output.all[1] == "OF_THE_PARENT is set here, too"
    assert parent.output.all[2].startswith("Good is not set")


@pytest.mark.parametrize("parent", PARENTS)
@pytest.mark.parametrize("length", [31, 32, 20_000])
def test_values_around_the_size_of_the_buffer(win32_stage: Stage, parent: str, length: int) -> None:
    lines = Side(win32_stage, False).child_lines(parent, "Long=" + "x" * length)
    again = [f"Long takes {length + 1} characters, asking again"] if length > 31 else []
    assert lines == again + [f"[Long = {'x' * length}]"]
    if parent == "EnvParent":
        assert win32_stage.actors["EnvParent"].output.all[1] == f"[Long = {'x' * length}]"


@pytest.mark.parametrize("parent", PARENTS)
def test_the_last_one_of_a_name_counts(side: Side, parent: str) -> None:
    assert side.child_lines(parent, "Good=1", "Good=2") == ["[Good = 2]"] * 2


def test_control_characters_stay_off_the_terminal(side: Side) -> None:
    assert side.child_lines("EnvParent", "Good=\x1b[2J\u202e") == ["[Good = ?[2J?]"]
    assert side.stage.actors[side.name("EnvParent")].output.all[1] == "[Good = ?[2J?]"


@pytest.mark.parametrize("parent", PARENTS)
@pytest.mark.parametrize("operand, complaint", [
    ("=x", "'=x': a variable's name has at least one character, and no '='"),
    ("Good", "'Good': the value is missing, as in NAME=VALUE"),
    ("", "'': the value is missing, as in NAME=VALUE"),
])
def test_what_is_no_pair(side: Side, operand: str, complaint: str, parent: str) -> None:
    name = side.name(parent)
    actor = side.stage.start(name, "Fine=1", operand)
    assert actor.next_error() == f"{name}: {complaint} ({name} --help shows the usage)"
    assert actor.exit() == 2
    assert list(side.stage.actors) == [name]


@pytest.mark.parametrize("name", ["a=b", "=", ""])
def test_what_is_no_name(side: Side, name: str) -> None:
    child = side.name("EnvChild")
    actor = side.stage.start(child, "Fine", name)
    assert actor.next_error() == (f"{child}: '{name}': a variable's name has at least one character, and no '=' "
                                  f"({child} --help shows the usage)")
    assert actor.exit() == 2
    assert actor.output.all == []


def test_a_missing_variable(side: Side) -> None:
    actor = side.stage.start(side.name("EnvChild"), "Nowhere")
    assert actor.next_line().startswith("Nowhere is not set")
    assert actor.exit() == 0


@pytest.mark.parametrize("parent", PARENTS)
def test_a_child_that_is_not_there(win32: Toolchain, tmp_path: Path, parent: str) -> None:
    copy = tmp_path / win32.executable(parent).name
    shutil.copy2(win32.executable(parent), copy)
    command = [word.replace(str(win32.executable(parent)), str(copy)) for word in win32.command(parent, [])]
    alone = subprocess.run(command, env=win32.environment(), capture_output=True, encoding="utf-8", timeout=DEADLINE_S,
                           check=False)
    assert alone.returncode == 1
    assert re.match(rf"{parent}: CreateProcess\(.*EnvChild\.exe\): error 2 ", alone.stderr)
    assert alone.stdout == ""


@pytest.mark.parametrize("parent", ["env_parent", "env_block"])
def test_a_parent_that_ignores_the_end_of_children(posix: Toolchain, parent: str) -> None:
    """Such a setting is passed on by exec, and the kernel then keeps no status."""
    done = subprocess.run(posix.command(parent, []), capture_output=True, encoding="utf-8",
                          preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN), timeout=DEADLINE_S,
                          check=False)
    assert done.returncode == 0
    assert "env_child has ended with 0; here:\n" in done.stdout
