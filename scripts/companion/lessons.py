"""Lessons: what a lesson's folder says about itself."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path


class LessonError(Exception):
    """A lesson.toml that is not as it should be."""


@dataclass(frozen=True)
class Program:
    name: str
    shows: dict[str, str]  # one line in each language, "en" and "ko"


@dataclass(frozen=True)
class Lesson:
    name: str  # the folder's name without its number: "mailslot"
    folder: Path
    chapter: int
    book: str  # the section of the book: "7-2"
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
        scenes = sorted(path.parent.glob("*.scene"), key=lambda scene: (scene.stem != main_scene, scene.stem))
        if not scenes or scenes[0].stem != main_scene:
            raise LessonError(f"{path}: there is no {main_scene}.scene beside it")
        return Lesson(
            name=re.sub(r"^\d+-", "", path.parent.name),
            folder=path.parent,
            chapter=int(path.parent.parent.name.removeprefix("chapter")),
            book=data["book"],
            title=_both_languages(data["title"]),
            programs=[Program(name, _both_languages(shows)) for name, shows in data["programs"].items()],
            uses=data.get("uses", []),
            scenes=scenes,
            posix_scene=data.get("posix_scene"),
        )
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{path}: {error}") from error
    except KeyError as error:
        raise LessonError(f"{path}: {error} is missing") from error


def _both_languages(texts: dict[str, str]) -> dict[str, str]:
    return {"en": texts["en"], "ko": texts["ko"]}
