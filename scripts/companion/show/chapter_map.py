"""The lessons and where they stand in the book: the list that `lesson list` prints, and the map in README.md."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..play.lessons import Lesson, Place, Program
from ..setup.toolchain import is_win32

_WORDS = {
    "en": {"chapter": "Chapter {}", "place": "section {}", "listings": ", listings {}", "project": "the project",
           "none": "not in the book", "programs": "programs", "scenes": "scenes", "book": "book",
           "table": "| section | listings | lesson | programs and their calls | beyond the book "
                    "| POSIX counterpart |"},
    "ko": {"chapter": "{}장", "place": "{}절", "listings": ", 예제 {}", "project": "프로젝트", "none": "책에 없음",
           "programs": "프로그램", "scenes": "장면", "book": "책",
           "table": "| 절 | 예제 | 레슨 | 프로그램과 호출하는 함수 | 책에 없는 프로그램 | POSIX의 짝 |"},
}


def as_list(lessons: Iterable[Lesson], language: str) -> str:
    """A few lines for each lesson, in the order of the folders."""
    words = _WORDS[language]
    lines = []
    chapter = 0
    for lesson in lessons:
        if lesson.chapter != chapter:
            chapter = lesson.chapter
            lines.append(words["chapter"].format(chapter))
        lines += [f"  {lesson.name:20} {lesson.title[language]}",
                  f"    {_place(lesson.place, language)}",
                  f"    {words['programs']}: {' '.join(program.name for program in lesson.programs)}",
                  f"    {words['scenes']}: {' '.join(path.stem for path in lesson.scenes)}"]
    return "\n".join(lines) + "\n"


def as_table(lessons: Iterable[Lesson], source: Path, language: str) -> str:
    """The chapter map, in Markdown: the programs at a lesson's door with their calls, and the others by name."""
    words = _WORDS[language]
    page = "README.md" if language == "en" else f"README.{language}.md"
    lines = [words["table"], "|" + "---|" * (words["table"].count("|") - 1)]
    for lesson in lessons:
        at_the_door = [program for program in lesson.programs if (lesson.folder / f"{program.name}.c").exists()]
        posix = [program for program in lesson.programs if not is_win32(program.name)]
        beyond = [program for program in lesson.programs if program not in at_the_door and program not in posix]
        place = lesson.place
        cells = [f"{lesson.chapter}, {_section(place, language)}" if place else "–",
                 ", ".join(place.listings) if place else "",
                 f"[{lesson.name}]({lesson.folder.relative_to(source).as_posix()}/{page})",
                 "<br>".join(f"{_names([program])}: {_calls([program])}" if program.calls else _names([program])
                             for program in at_the_door),
                 _names(beyond), f"{_names(posix)}: {_calls(posix)}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _place(place: Place | None, language: str) -> str:
    words = _WORDS[language]
    if not place:
        return words["none"]
    section = words["project"] if place.section == "project" else words["place"].format(place.section)
    listings = words["listings"].format(", ".join(place.listings)) if place.listings else ""
    return f"{words['book']}: {section}{listings}"


def _section(place: Place, language: str) -> str:
    return _WORDS[language]["project"] if place.section == "project" else place.section


def _names(programs: Iterable[Program]) -> str:
    return ", ".join(f"`{program.name}`" for program in programs)


def _calls(programs: Iterable[Program]) -> str:
    return ", ".join(dict.fromkeys(call for program in programs for call in program.calls))
