"""`lesson lint`: which tools it runs, and what it makes of them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from companion.maintain import lint
from companion.setup import packages

if os.name == "nt":
    pytest.skip("the tools are shell scripts here", allow_module_level=True)

RIGHT = {"clang-format": "Debian clang-format version 14.0.6", "mypy": "mypy 1.0.1 (compiled: yes)",
         "flake8": "5.0.4 (mccabe: 0.7.0, pycodestyle: 2.10.0) CPython 3.11.2 on Linux"}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of tools that say a version and complain about nothing."""
    monkeypatch.setattr(packages, "system", lambda: None)
    monkeypatch.setattr(packages, "tool_path", lambda name: shutil.which(name, path=str(tmp_path)))
    for name in RIGHT:
        make(tmp_path, name)
    return tmp_path


def make(folder: Path, name: str, version: str = "", status: int = 0) -> None:
    tool = folder / name
    tool.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "{version or RIGHT[name]}" && exit 0\nexit {status}\n')
    tool.chmod(0o755)


def run(tools: Path, capfd: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    status = lint.run(tools, tools / "build")
    return status, capfd.readouterr().out.splitlines()


def test_all_are_content(tools: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(tools, capfd) == (0, ["clang-format 14.0.6", "mypy 1.0.1", "flake8 5.0.4"])


@pytest.mark.parametrize("name", RIGHT)
def test_one_complains_and_the_others_are_run_all_the_same(tools: Path, capfd: pytest.CaptureFixture[str],
                                                           name: str) -> None:
    make(tools, name, status=1)
    status, lines = run(tools, capfd)
    assert status == 1
    assert [line.split()[0] for line in lines if line.split()[0] in RIGHT and "-i FILE" not in line] == list(RIGHT)


@pytest.mark.parametrize("version", ["mypy 1.15.0 (compiled: yes)", "mypy 11.0.1", "no number"])
def test_another_version_is_skipped(tools: Path, capfd: pytest.CaptureFixture[str], version: str) -> None:
    make(tools, "mypy", version, status=1)
    status, lines = run(tools, capfd)
    assert status == 0
    assert f"mypy: skipped, since version 1.0.x is needed, and this is {version!r}" in lines


def test_a_tool_that_is_not_there_is_skipped(tools: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tools / "flake8").unlink()
    assert run(tools, capfd) == (0, ["clang-format 14.0.6", "mypy 1.0.1", "flake8: skipped, since it is not installed"])
