"""Lessons, read from their folders. If one is not complete, everything that is missing is reported at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..setup.failure import Failure
from ..setup.toolchain import is_win32
from . import lesson_files, lesson_toml
from .lesson_toml import Table


class LessonError(Failure):
    """The text has a line for each thing that is missing or wrong, with its path."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("this is missing or wrong:\n" + "\n".join(f"    {problem}" for problem in self.problems))


@dataclass(frozen=True)
class Place:
    """Where in the book. Listings are numbered through a chapter, so 8-6 is a listing and no section."""

    chapter: int
    section: str  # "01", or "project" for the project at the chapter's end
    listings: list[str]  # "8-6"


@dataclass(frozen=True)
class Program:
    name: str
    is_book: bool  # the book's own program, not an addition
    calls: list[str]  # what it is about: made in its own file, or in one of its parts
    parts: list[str]  # of the one program that is made of several files: their paths in the lesson's folder
    shows: dict[str, str]  # one line in each language, "en" and "ko"


@dataclass(frozen=True)
class Lesson:
    name: str  # the folder's name without its number: "mailslot"
    folder: Path
    chapter: int
    place: Place | None  # in the book, where it has one
    title: dict[str, str]
    programs: list[Program]
    uses: list[str]  # programs of other lessons that its scenes or programs start
    scenes: list[Path]  # the main one first, then by name
    posix_scene: str | None  # the counterpart of the main one, where it is not the first of POSIX programs

    def needed_by(self, programs: Iterable[str]) -> list[str]:
        """What has to be built for these programs: all that its scenes may start, of Win32, of POSIX, or of both."""
        sides = set(map(is_win32, programs))
        return [name for name in [*(program.name for program in self.programs), *self.uses] if is_win32(name) in sides]


def folders(source: Path) -> dict[str, Path]:
    """The folder of each lesson by the lesson's name, in the order of chapters and folder numbers."""
    found: dict[str, Path] = {}
    for path in sorted(source.glob("chapter[0-9][0-9]/[0-9][0-9]-*/")):
        other = found.setdefault(_name(path), path)
        if other is not path:
            raise LessonError([f"{_shown(path)}: has the name of another lesson, {_shown(other)}"])
    return found


def of_program(source: Path, program: str) -> Lesson | None:
    """The lesson that has this program, if one has it."""
    return next((lesson for lesson in survey(source)[0] if program in [one.name for one in lesson.programs]), None)


def find_all(source: Path) -> list[Lesson]:
    """Every lesson of the project; raises LessonError with what any of them lacks."""
    found, problems = survey(source)
    if problems:
        raise LessonError(problems)
    return found


def survey(source: Path) -> tuple[list[Lesson], list[str]]:
    """The lessons that are complete, and what the others lack."""
    found: list[Lesson] = []
    problems: list[str] = []
    for folder in folders(source).values():
        try:
            found.append(load(folder))
        except LessonError as error:
            problems += error.problems
    return found, problems


def load(folder: Path) -> Lesson:
    """Raises LessonError with all that the lesson lacks."""
    problems: list[str] = []
    table = lesson_toml.read(folder / "lesson.toml", lambda problem: problems.append(
        f"{_shown(folder)}/lesson.toml: {problem}"))
    lesson = _from_toml(folder, table) if table else None
    programs = lesson.programs if lesson else []
    names = [program.name for program in programs]
    problems += lesson_files.problems(folder, names, [part for program in programs for part in program.parts],
                                      {*names, *lesson.uses} if lesson else None)
    if problems or not lesson:
        raise LessonError(problems)
    return lesson


def _from_toml(folder: Path, table: Table) -> Lesson:
    """What is missing has been reported to the table, and is empty in the result."""
    main_scene, posix_scene = table.text("scene"), table.optional_text("posix_scene")
    scenes = sorted((folder / "scenes").glob("*.scene"), key=lambda scene: (scene.stem != main_scene, scene.stem))
    for name in filter(None, (main_scene, posix_scene)):
        if name not in [scene.stem for scene in scenes]:
            table.complain(f"names the scene {name!r}, and there is no scenes/{name}.scene")
    programs = table.table("programs")
    if not programs.keys:
        table.complain("has no program, as [programs.NAME]")
    lesson = Lesson(_name(folder), folder, int(folder.parent.name.removeprefix("chapter")),
                    _place(table.table("book")) if "book" in table.keys else None, _languages(table.table("title")),
                    [_program(name, programs.table(name)) for name in programs.keys],
                    table.texts("uses"), scenes, posix_scene)
    table.finish()
    return lesson


def _place(table: Table) -> Place:
    place = Place(table.number("chapter"), table.text("section", r"\d\d|project"), table.texts("listings"))
    table.finish()
    return place


def _program(name: str, table: Table) -> Program:
    return Program(name, table.flag("book"), table.texts("calls"), table.texts("parts"), _languages(table))


def _languages(table: Table) -> dict[str, str]:
    """The last keys of a table: a text in each language."""
    texts = {language: table.text(language) for language in ("en", "ko")}
    table.finish()
    return texts


def _name(folder: Path) -> str:
    return re.sub(r"^\d+-", "", folder.name)


def _shown(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"
