"""Every scene, in every build that has its programs."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS, WIN32
from companion.play import lessons
from companion.play.perform import perform
from companion.play.scene import load
from companion.play.stage import Stage
from companion.setup.toolchain import is_win32

LESSONS = lessons.find_all(SOURCE)


def performances() -> list[object]:
    found: list[object] = []
    for lesson in LESSONS:
        for path in lesson.scenes:
            builds = WIN32 if is_win32(load(path).programs[0]) else [name for name in TOOLCHAINS if name == "posix"]
            found += [pytest.param(build, path, id=f"{build}-{lesson.name}-{path.stem}") for build in builds]
    return found


@pytest.mark.parametrize("build, path", performances())
def test_scene(build: str, path: Path) -> None:
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S) as stage:
        perform(load(path), stage)


@pytest.mark.parametrize("lesson", LESSONS, ids=attrgetter("name"))
def test_every_program_of_a_lesson_is_in_a_scene_or_has_a_test(lesson: lessons.Lesson) -> None:
    played = {program for path in lesson.scenes for program in load(path).programs}
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (SOURCE / "tests").glob("test_*.py"))
    missing = [program.name for program in lesson.programs
               if program.name not in played and f'"{program.name}"' not in tests]
    assert missing == []


@pytest.mark.parametrize("lesson", LESSONS, ids=attrgetter("name"))
def test_a_lesson_knows_the_programs_of_its_scenes(lesson: lessons.Lesson) -> None:
    """What `lesson run` builds before it plays."""
    known = {program.name for program in lesson.programs} | set(lesson.uses)
    assert {program for path in lesson.scenes for program in load(path).programs} <= known


@pytest.mark.parametrize("lesson", LESSONS, ids=attrgetter("name"))
def test_every_scene_is_narrated_in_both_languages(lesson: lessons.Lesson) -> None:
    for path in lesson.scenes:
        steps = load(path).steps
        assert steps[0].narration, f"{path} starts without a word"
        for step in steps:
            assert set(step.narration) in (set(), {"en", "ko"}), f"{path}:{step.number}"
