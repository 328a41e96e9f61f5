"""Edge cases of chapter08/03-environment."""

from __future__ import annotations

import pytest
from conftest import DEADLINE_S, TOOLCHAINS, wine_differs
from companion.play.stage import Stage

PROGRAMS = {"unicode": ("EnvParent", "EnvChild"), "ansi": ("EnvParent", "EnvChild"), "posix": ("env_parent", "env_child")}


@pytest.fixture
def side(both_sides: tuple[Stage, str]) -> tuple[Stage, str, str]:
    """A stage with the names of parent and child there."""
    stage, _ = both_sides
    return stage, *PROGRAMS[next(name for name, toolchain in TOOLCHAINS.items() if toolchain is stage.toolchain)]


def child_lines(side: tuple[Stage, str, str], *arguments: str) -> list[str]:
    stage, parent, child = side
    assert stage.start(parent, *arguments).exit() == 0
    stage.look()
    return stage.child(child).output.all


@pytest.mark.parametrize("block", [[], ["--block"]])
def test_what_names_and_values_may_hold(side: tuple[Stage, str, str], block: list[str]) -> None:
    pairs = ["변수=value", "a b=c d", "equals=a=b==", 'quote=say "hi"', "path=C:\\dir\\", "--dashes=-1"]
    lines = child_lines(side, *block, "--", *pairs)
    assert lines == [f"[{name} = {value}]" for name, _, value in (pair.partition("=") for pair in pairs)]


@pytest.mark.parametrize("build", ["unicode", pytest.param("ansi", marks=wine_differs(
    "Wine 8 cuts what GetEnvironmentVariableA gives to the number of its UTF-16 characters"))])
def test_a_korean_value(build: str) -> None:
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S) as stage:
        assert child_lines((stage, "EnvParent", "EnvChild"), "인사=안녕하세요 📬") == ["[인사 = 안녕하세요 📬]"]


def test_a_korean_value_is_in_the_block(side: tuple[Stage, str, str]) -> None:
    for_block = child_lines(side, "--block", "--all", "인사=안녕하세요 📬")
    assert "인사=안녕하세요 📬" in for_block


def test_the_order_of_a_block(win32_stage: Stage) -> None:
    pairs = ["zeta=1", "Alpha=2", "beta=3", "ALPHA=4", "_x=5", "é=6", "É=7", "한글=8", "empty="]
    lines = child_lines((win32_stage, "EnvParent", "EnvChild"), "--block", "--all", *pairs)
    given = [pair.split("=")[0] for pair in pairs]
    assert [line for line in lines if line.split("=")[0] in given] == [
        "ALPHA=4", "beta=3", "empty=", "zeta=1", "_x=5", "É=7", "한글=8"]


def test_the_block_is_all_that_the_child_gets(side: tuple[Stage, str, str]) -> None:
    stage, parent, child = side
    assert stage.start(parent, "--block", "--all", environment={"OF_THE_PARENT": "x"}).exit() == 0
    stage.look()
    lines = stage.child(child).output.all
    assert "Good=Morning" in lines and "OF_THE_PARENT=x" not in lines


def test_the_rest_of_the_parents_environment_is_inherited(side: tuple[Stage, str, str]) -> None:
    stage, parent, child = side
    assert stage.start(parent, "--all", environment={"OF_THE_PARENT": "x"}).exit() == 0
    stage.look()
    lines = stage.child(child).output.all
    assert "Good=Morning" in lines and "OF_THE_PARENT=x" in lines


@pytest.mark.parametrize("block", [[], ["--block"]])
@pytest.mark.parametrize("length", [31, 32, 20_000])
def test_values_around_the_size_of_the_buffer(win32_stage: Stage, block: list[str], length: int) -> None:
    lines = child_lines((win32_stage, "EnvParent", "EnvChild"), *block, "Long=" + "x" * length)
    again = [f"Long takes {length + 1} characters, asking again"] if length > 31 else []
    assert lines == again + [f"[Long = {'x' * length}]"]


def test_the_last_one_of_a_name_counts(side: tuple[Stage, str, str]) -> None:
    assert child_lines(side, "--block", "Good=1", "Good=2") == ["[Good = 2]"] * 2


def test_control_characters_stay_off_the_terminal(side: tuple[Stage, str, str]) -> None:
    assert child_lines(side, "Good=\x1b[2J\u202e") == ["[Good = ?[2J?]"]


@pytest.mark.parametrize("operand, complaint", [
    ("=x", "'=x': a variable's name has at least one character, and no '='"),
    ("Good", "'Good': the value is missing, as in NAME=VALUE"),
    ("", "'': the value is missing, as in NAME=VALUE"),
])
def test_what_is_no_pair(side: tuple[Stage, str, str], operand: str, complaint: str) -> None:
    stage, parent, child = side
    actor = stage.start(parent, "Fine=1", operand)
    assert actor.next_error() == f"{parent}: {complaint} ({parent} --help shows the usage)"
    assert actor.exit() == 2
    assert list(stage.actors) == [parent]


@pytest.mark.parametrize("name", ["a=b", "=", ""])
def test_what_is_no_name(side: tuple[Stage, str, str], name: str) -> None:
    stage, _, child = side
    actor = stage.start(child, "Fine", name)
    assert actor.next_error() == (f"{child}: '{name}': a variable's name has at least one character, and no '=' "
                                  f"({child} --help shows the usage)")
    assert actor.exit() == 2
    assert actor.output.all == []


def test_a_missing_variable(side: tuple[Stage, str, str]) -> None:
    stage, _, child = side
    actor = stage.start(child, "Nowhere")
    assert actor.next_line().startswith("Nowhere is not set")
    assert actor.exit() == 0
