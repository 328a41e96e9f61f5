"""Whether the files of a lesson are there, and name each other where they have to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from . import scene
from .scene import SceneError


def problems(folder: Path, programs: Iterable[str], parts: Iterable[str], known: set[str] | None) -> Iterator[str]:
    """A line for each thing that is missing or wrong, with its path within the project. Programs and parts are those of
    lesson.toml; scenes may have the programs that are known, or any where that is None."""
    chapter = folder.parent
    place = f"{chapter.name}/{folder.name}"
    if f"subdir('{folder.name}')" not in (_text(chapter / "meson.build") or ""):
        yield f"{chapter.name}/meson.build: has no subdir('{folder.name}')"
    for page in ("README.md", "README.ko.md"):
        if not (folder / page).exists():
            yield f"{place}/{page}: is missing"

    build = _text(folder / "meson.build")
    if build is None:
        yield f"{place}/meson.build: is missing"
    sources = {path.name for path in folder.rglob("*.c")}
    for program in programs:
        if f"{program}.c" not in sources:
            yield f"{place}/{program}.c: is missing; lesson.toml has the program"
        if build is not None and f"'{program}':" not in build:
            yield f"{place}/meson.build: does not build {program}; lesson.toml has the program"
    for part in parts:
        if not (folder / part).exists():
            yield f"{place}/{part}: is missing; lesson.toml has it as a part"

    for path in sorted((folder / "scenes").glob("*.scene")):
        shown = f"{place}/scenes/{path.name}"
        if build is not None and f"'scenes/{path.name}'" not in build:
            yield f"{place}/meson.build: does not have 'scenes/{path.name}' among its scenes"
        try:
            played = set(scene.load(path).programs)
        except SceneError as error:
            yield str(error).replace(str(path), shown)
        else:
            for program in sorted(played - known if known is not None else ()):
                yield f"{shown}: has {program}, which lesson.toml has neither among its programs nor in 'uses'"


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
