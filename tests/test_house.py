"""The house: each program makes the calls that it is about, and a lesson's folder opens on the book's programs."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import subprocess
from pathlib import Path

import pytest
from conftest import SOURCE, TOOLCHAINS
from companion.play import lessons
from companion.setup.toolchain import is_win32

LESSONS = lessons.find_all(SOURCE)
PROGRAMS = [(lesson, program) for lesson in LESSONS for program in lesson.programs]
AT_THE_DOOR = {"README.md", "README.ko.md", "lesson.toml", "meson.build"}
ROOMS = {"beyond", "posix", "shared", "scenes", "exercises"}
LINES_OF_A_BOOK_PROGRAM, LINES_OF_THE_PROMPT, LINES_OF_A_MAIN_PAIR = 120, 250, 140
LINES_OF_A_PROGRAM, LINES_OF_A_HELPER = 180, 160
MEDIAN_LINES_OF_BOOK_PROGRAMS = 75


def ids(value: object) -> str:
    return value.name if isinstance(value, (lessons.Lesson, lessons.Program)) else ""


def own_file(lesson: lessons.Lesson, program: lessons.Program) -> Path:
    """The one file that bears the program's name."""
    found = list(lesson.folder.rglob(f"{program.name}.c"))
    assert len(found) == 1, f"{program.name}.c: found {found}"
    return found[0]


def linked_files() -> dict[str, set[Path]]:
    """For each program the files of the lessons that are linked into it, as Meson knows them, with their headers."""
    told = TOOLCHAINS["unicode"].build_dir / "meson-info/intro-targets.json"
    targets = json.loads(told.read_text(encoding="utf-8"))
    found = {}
    for target in targets:
        sources = {Path(source) for group in target["target_sources"]
                   for source in group.get("sources", [])}  # the linker's group has none
        found[target["name"]] = with_headers({source for source in sources if is_in_a_lesson(source)})
    return found


def with_headers(files: set[Path]) -> set[Path]:
    found, new = set(files), set(files)
    while new:
        named = {(path.parent / name).resolve() for path in new
                 for name in re.findall(r'^#include "([^"]+)"', path.read_text(encoding="utf-8"), re.MULTILINE)}
        new = {path for path in named if path.exists() and is_in_a_lesson(path)} - found
        found |= new
    return found


def is_in_a_lesson(path: Path) -> bool:
    return path.is_relative_to(SOURCE) and path.relative_to(SOURCE).parts[0].startswith("chapter")


def makes(path: Path, call: str) -> bool:
    """Whether a file makes a call, under its plain name or with A or W. Comments and strings do not count."""
    no_code = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
    code = re.sub(no_code, " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return re.search(rf"(?<![\w.>]){re.escape(call)}[AW]?\(", code) is not None


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("lesson, program", PROGRAMS, ids=ids)
def test_a_program_makes_its_calls_itself(lesson: lessons.Lesson, program: lessons.Program) -> None:
    own = {own_file(lesson, program), *(lesson.folder / part for part in program.parts)}
    assert {part for part in own if not part.exists()} == set()
    helpers = linked_files()[program.name] - own
    missing = [call for call in program.calls if not any(makes(path, call) for path in own)]
    assert missing == [], "not made where it is taught"
    elsewhere = [(call, path.name) for call in program.calls for path in helpers if makes(path, call)]
    assert elsewhere == [], "made in a helper, too"


@pytest.mark.parametrize("lesson, program", PROGRAMS, ids=ids)
def test_only_one_program_is_made_of_parts(lesson: lessons.Lesson, program: lessons.Program) -> None:
    assert not program.parts or program.name in ("CommandShell", "command_shell")


@pytest.mark.parametrize("lesson, program", [pair for pair in PROGRAMS if pair[1].is_book], ids=ids)
def test_a_program_of_the_book_is_one_file(lesson: lessons.Lesson, program: lessons.Program) -> None:
    own = own_file(lesson, program)
    assert own.parent == lesson.folder
    assert linked_files()[program.name] == {own}


@pytest.mark.parametrize("lesson", LESSONS, ids=ids)
def test_a_lesson_is_about_calls(lesson: lessons.Lesson) -> None:
    """Of its programs at the top, which the chapter map shows, and of its counterparts."""
    main = [program for program in lesson.programs if own_file(lesson, program).parent == lesson.folder]
    assert main and any(program.calls for program in main)
    assert any(program.calls for program in lesson.programs if not is_win32(program.name))


@pytest.mark.parametrize("lesson", LESSONS, ids=ids)
def test_what_lies_at_the_door(lesson: lessons.Lesson) -> None:
    programs = {program.name: program for program in lesson.programs}
    for path in sorted(tracked(lesson.folder)):
        inside = path.relative_to(lesson.folder)
        if len(inside.parts) > 1:
            assert inside.parts[0] in ROOMS, inside
        elif inside.name not in AT_THE_DOOR:
            # Where the book has no program, the main pair lies at the top.
            assert inside.suffix == ".c" and inside.stem in programs, inside
            assert programs[inside.stem].is_book or lesson.place is None, inside


@pytest.mark.parametrize("lesson, program", PROGRAMS, ids=ids)
def test_the_name_tells_the_side(lesson: lessons.Lesson, program: lessons.Program) -> None:
    rooms = (lesson.folder.name, "beyond") if is_win32(program.name) else ("posix",)
    assert own_file(lesson, program).parent.name in rooms


def test_lengths() -> None:
    named = {own_file(lesson, program): (lesson, program) for lesson, program in PROGRAMS}
    book, too_long = [], []
    for path in sorted(SOURCE.glob("chapter0*/**/*.[ch]")):
        lesson, program = named.get(path, (None, None))
        if program is None or lesson is None:
            limit = LINES_OF_A_HELPER
        elif program.name == "CommandPrmpt_Ex":
            limit = LINES_OF_THE_PROMPT
        elif program.is_book:
            limit = LINES_OF_A_BOOK_PROGRAM
            book.append(lines(path))
        else:
            limit = LINES_OF_A_MAIN_PAIR if path.parent == lesson.folder else LINES_OF_A_PROGRAM
        if lines(path) > limit:
            too_long.append(f"{path.relative_to(SOURCE)} has {lines(path)} lines, at most {limit} are allowed")
    assert too_long == []
    assert statistics.median(book) <= MEDIAN_LINES_OF_BOOK_PROGRAMS


def test_no_two_paths_differ_only_in_case() -> None:
    folded = [path.as_posix().lower() for path in tracked(SOURCE)]
    assert sorted({path for path in folded if folded.count(path) > 1}) == []


def tracked(folder: Path) -> set[Path]:
    """The files of a checkout, or of an unpacked archive: not what was built."""
    if not shutil.which("git") or not (SOURCE / ".git").exists():
        return {path for path in folder.rglob("*") if path.is_file()
                and not re.match(r"build|\.|.*__pycache__", path.relative_to(SOURCE).as_posix())}
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=folder,
                            capture_output=True, check=True)
    return {folder / name for name in listed.stdout.decode().split("\0") if name and (folder / name).exists()}


def test_a_file_of_tests_has_the_name_of_a_lesson_or_is_about_the_project() -> None:
    """By its name `lesson test LESSON` finds it."""
    about_the_project = {
        "bench_ipc", "build", "common", "compilers", "demo", "demo_terminal", "house", "kernel", "kernel_live",
        "kernel_posix", "layers", "lesson_command", "lint", "meson", "mutants", "new_lesson", "pages", "recording",
        "rooms", "scene", "scenes", "stage", "terminal", "trace", "units", "views", "windows"}
    names = {path.stem.removeprefix("test_") for path in (SOURCE / "tests").glob("test_*.py")}
    of_lessons = {name for name in names for lesson in LESSONS if name.startswith(lesson.name.replace("-", "_"))}
    assert names - of_lessons == about_the_project
