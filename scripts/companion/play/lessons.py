"""Lessons: what a lesson's folder says about itself."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class LessonError(Exception):
    """A lesson.toml that is not as it should be."""


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


def find_all(source: Path) -> list[Lesson]:
    """Every lesson of the project, in the order of chapters and folder numbers."""
    return [load(path) for path in sorted(source.glob("chapter[0-9][0-9]/[0-9][0-9]-*/lesson.toml"))]


def load(path: Path) -> Lesson:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        main_scene = data["scene"]
        scenes = sorted((path.parent / "scenes").glob("*.scene"),
                        key=lambda scene: (scene.stem != main_scene, scene.stem))
        if not scenes or scenes[0].stem != main_scene:
            raise LessonError(f"{path}: there is no scenes/{main_scene}.scene beside it")
        return Lesson(
            name=re.sub(r"^\d+-", "", path.parent.name),
            folder=path.parent,
            chapter=int(path.parent.parent.name.removeprefix("chapter")),
            place=Place(**data["book"]) if "book" in data else None,
            title=_both_languages(data["title"]),
            programs=[_program(name, entry) for name, entry in data["programs"].items()],
            uses=data.get("uses", []),
            scenes=scenes,
            posix_scene=data.get("posix_scene"),
        )
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{path}: {error}") from error
    except KeyError as error:
        raise LessonError(f"{path}: {error} is missing") from error


def _program(name: str, entry: dict[str, Any]) -> Program:
    return Program(name, entry.get("book", False), entry.get("calls", []), entry.get("parts", []),
                   _both_languages(entry))


def _both_languages(texts: dict[str, Any]) -> dict[str, str]:
    return {"en": texts["en"], "ko": texts["ko"]}
