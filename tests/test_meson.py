"""Meson's own words: `meson test` knows every scene, and plays it as `lesson run` does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS
from companion.play import lessons
from companion.play.scene import load
from companion.setup.toolchain import is_win32

BUILD_DIR = TOOLCHAINS["unicode"].build_dir
SUITE = "windows-ipc-companion:"


def known_to_meson() -> list[tuple[str, str]]:
    """Suite and name of each test but the unit tests."""
    tests = json.loads((BUILD_DIR / "meson-info/intro-tests.json").read_text(encoding="utf-8"))
    found = [(test["suite"][0].removeprefix(SUITE), test["name"]) for test in tests]
    return sorted(one for one in found if one[0] != "unit")


def test_every_scene_is_a_test_in_the_suite_of_its_lesson() -> None:
    """What is missing goes into win32_scenes or posix_scenes in the lesson's meson.build."""
    played = [(lesson.name, path.stem) for lesson in lessons.find_all(SOURCE) for path in lesson.scenes
              if os.name != "nt" or is_win32(load(path).programs[0])]
    assert known_to_meson() == sorted(played)


def play_scene(file: Path) -> subprocess.CompletedProcess[str]:
    """What Meson runs for a scene."""
    command = [sys.executable, "-P", "-X", "utf8", "-m", "companion.play_scene", str(BUILD_DIR), str(file)]
    return subprocess.run(command, env=TOOLCHAINS["unicode"].environment() | {"PYTHONPATH": str(SOURCE / "scripts")},
                          capture_output=True, encoding="utf-8", timeout=DEADLINE_S, check=False)


@pytest.mark.parametrize("text, status, shown", [
    ("$ Probe say x\nProbe | [x]\nProbe ! Probe: said\nProbe = 0\n", 0, "Probe | [x]"),
    ("$ Probe say x\nProbe | [y]\nProbe ! Probe: said\nProbe = 0\n", 1, "expected '[y]', but it printed '[x]'"),
    ("$ Probe say x\n", 1, "x.scene:1: expected an exit status of Probe"),
])
def test_a_scene_alone(tmp_path: Path, text: str, status: int, shown: str) -> None:
    file = tmp_path / "x.scene"
    file.write_text(text, encoding="utf-8")
    result = play_scene(file)
    assert result.returncode == status
    assert shown in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_a_scene_that_is_not_there(tmp_path: Path) -> None:
    result = play_scene(tmp_path / "x.scene")
    assert result.returncode == 1
    assert "x.scene" in result.stderr and "Traceback" not in result.stderr
