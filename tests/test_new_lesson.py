"""A lesson that somebody is just adding: the commands list what is missing, each with its path."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import DEADLINE_S, SOURCE
from companion.play import lessons

NEW = "chapter08/11-new"
TOML = """
scene = "first"

[title]
en = "A new lesson"
ko = "새 레슨"

[programs.NewSender]
en = "Sends"
ko = "보낸다"
"""
MESON = """
win32_programs += {'NewSender': files('NewSender.c')}
win32_scenes += {'new': files('scenes/first.scene')}
"""
SCENE = "# en: It starts.\n# ko: 시작한다.\n$ NewSender\nNewSender = 0\n"
COMPLETE = {"lesson.toml": TOML, "meson.build": MESON, "README.md": "# New\n", "README.ko.md": "# 새 레슨\n",
            "NewSender.c": "", "scenes/first.scene": SCENE}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """With a chapter in which there is no lesson yet."""
    (tmp_path / "chapter08").mkdir()
    return tmp_path


@pytest.fixture
def whole_project(project: Path) -> Path:
    """With the scripts and a complete lesson besides."""
    for folder in ("scripts", "chapter07/01-mailslot"):
        shutil.copytree(SOURCE / folder, project / folder)
    shutil.copy(SOURCE / "chapter07/meson.build", project / "chapter07")
    return project


def add(project: Path, files: dict[str, str], is_in_chapter: bool = True) -> Path:
    folder = project / NEW
    folder.mkdir()
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    if is_in_chapter:
        with (project / "chapter08/meson.build").open("a", encoding="utf-8") as file:
            file.write("subdir('11-new')\n")
    return folder


def problems(folder: Path) -> list[str]:
    with pytest.raises(lessons.LessonError) as error:
        lessons.load(folder)
    assert all(f"\n    {problem}" in str(error.value) for problem in error.value.problems)
    return error.value.problems


@pytest.mark.parametrize("arguments", [["list"], ["run", "new"], ["trace", "new", "first"], ["test"]])
def test_each_command_answers_with_one_list(whole_project: Path, arguments: list[str]) -> None:
    add(whole_project, {}, is_in_chapter=False)
    command = whole_project / "scripts" / ("lesson.cmd" if os.name == "nt" else "lesson")
    result = subprocess.run([str(command), *arguments], capture_output=True, timeout=DEADLINE_S, check=False)
    assert result.returncode == 1
    assert result.stderr.decode().splitlines() == [
        "lesson: this is missing or wrong:",
        f"    {NEW}/lesson.toml: is missing",
        "    chapter08/meson.build: has no subdir('11-new')",
        f"    {NEW}/README.md: is missing",
        f"    {NEW}/README.ko.md: is missing",
        f"    {NEW}/meson.build: is missing"]
    assert (b"mailslot" in result.stdout) == (arguments == ["list"])  # the complete ones are listed all the same
    assert not (whole_project / "build").exists()


def test_a_complete_one(project: Path) -> None:
    assert lessons.load(add(project, COMPLETE)).programs[0].shows["ko"] == "보낸다"


@pytest.mark.parametrize("file, old, new, expected", [
    ("lesson.toml", "[title]", "[titel]", ["lesson.toml: [title] has no 'en'", "lesson.toml: [title] has no 'ko'",
                                           "lesson.toml: has 'titel', which is not known; is 'title' meant?"]),
    ("lesson.toml", 'ko = "보낸다"', "", ["lesson.toml: [programs.NewSender] has no 'ko'"]),
    ("lesson.toml", 'ko = "보낸다"', "ko = 1", ["lesson.toml: [programs.NewSender] 'ko' should be a text"]),
    ("lesson.toml", 'ko = "보낸다"', 'ko = "보낸다"\ncalls = [1]', [
        "lesson.toml: [programs.NewSender] 'calls' should be a list of texts"]),
    ("lesson.toml", "[programs.NewSender]", "[program.NewSender]", [
        "lesson.toml: has no program, as [programs.NAME]",
        "lesson.toml: has 'program', which is not known; is 'programs' meant?",
        "scenes/first.scene: has NewSender, which lesson.toml has neither among its programs nor in 'uses'"]),
    ("lesson.toml", "[title]", "[book]\nchapter = 8\nsection = '2'\n[title]", [
        r"lesson.toml: [book] has '2' as 'section', which should look like \d\d|project"]),
    ("lesson.toml", "[title]", "[title", [
        "lesson.toml: Expected ']' at the end of a table declaration (at line 4, column 7)"]),
    ("lesson.toml", '"first"', '"second"', [
        "lesson.toml: names the scene 'second', and there is no scenes/second.scene"]),
    ("lesson.toml", "NewSender", "NewReceiver", [
        "NewReceiver.c: is missing; lesson.toml has the program",
        "meson.build: does not build NewReceiver; lesson.toml has the program",
        "scenes/first.scene: has NewSender, which lesson.toml has neither among its programs nor in 'uses'"]),
    ("scenes/first.scene", "NewSender = 0\n", "", [
        "scenes/first.scene:3: expected an exit status of NewSender ('NewSender = 0') further down, found none"]),
    ("meson.build", "scenes/first.scene", "scenes/other.scene", [
        "meson.build: does not have 'scenes/first.scene' among its scenes"]),
])
def test_what_is_told(project: Path, file: str, old: str, new: str, expected: list[str]) -> None:
    assert old in COMPLETE[file]
    folder = add(project, COMPLETE | {file: COMPLETE[file].replace(old, new)})
    assert problems(folder) == [f"{NEW}/{line}" for line in expected]


def test_files_that_are_no_text(project: Path) -> None:
    folder = add(project, COMPLETE)
    (folder / "lesson.toml").write_bytes(b"\xff")
    (folder / "scenes/first.scene").write_bytes(b"\xff")
    assert [problem.partition(": ")[0] for problem in problems(folder)] == [
        f"{NEW}/lesson.toml", f"{NEW}/scenes/first.scene"]


def test_two_lessons_of_one_name(project: Path) -> None:
    (project / "chapter08/11-mailslot").mkdir()
    (project / "chapter08/12-mailslot").mkdir()
    with pytest.raises(lessons.LessonError, match="12-mailslot: has the name of another lesson, chapter08/11-mailslot"):
        lessons.find_all(project)


def test_a_lesson_that_is_not_complete_keeps_none_of_the_others_away(whole_project: Path) -> None:
    add(whole_project, {})
    found = lessons.folders(whole_project)
    assert list(found) == ["mailslot", "new"]
    assert lessons.load(found["mailslot"]).name == "mailslot"
