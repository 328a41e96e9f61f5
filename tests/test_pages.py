"""The pages: transcripts are the scenes, both languages have the same shape, and what they name exists."""

from __future__ import annotations

import csv
import re
from operator import attrgetter
from pathlib import Path

import pytest
from conftest import SOURCE
from companion.play import lessons
from companion.play.scene import transcript
from companion.show import chapter_map

LESSONS = lessons.find_all(SOURCE)
PAGES = [lesson.folder / page for lesson in LESSONS for page in ("README.md", "README.ko.md")]
LANGUAGES = {
    "README.md": ["Goal", "Run it", "How it works", "What this one does not survive", "Win32 and POSIX side by side",
                  "What the book's version gets wrong", "Windows and Wine differ", "Try it", "Where in the book"],
    "README.ko.md": ["목표", "실행하기", "동작 원리", "이 프로그램의 한계", "Win32와 POSIX 비교",
                     "책의 코드에서 고친 점", "Windows와 Wine의 차이", "해 보기", "책에서의 위치"],
}
# Where the book's program gives nothing up, where the book's version gets nothing wrong, where Wine does not differ.
OPTIONAL = {3, 5, 6}


def ids(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_transcripts_are_the_scenes(page: Path) -> None:
    shown = re.findall(r"<!-- scene: ([\w-]+) -->\n```\n(.*?)\n```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert shown, "the page shows no scene"
    for name, text in shown:
        assert text == transcript((page.parent / "scenes" / f"{name}.scene").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lesson", LESSONS, ids=attrgetter("name"))
def test_headings(lesson: lessons.Lesson) -> None:
    present = []
    for name, expected in LANGUAGES.items():
        headings = re.findall(r"^## (.+)$", (lesson.folder / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert [heading for heading in headings if heading in expected] == headings, f"unknown heading in {name}"
        numbers = [expected.index(heading) for heading in headings]
        assert numbers == sorted(numbers)
        assert set(range(len(expected))) - set(numbers) <= OPTIONAL
        present.append(numbers)
    assert present[0] == present[1]


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_every_scene_is_on_the_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    missing = [path.stem for path in (page.parent / "scenes").glob("*.scene")
               if f"`{path.stem}`" not in text and f"<!-- scene: {path.stem} -->" not in text]
    assert missing == []


@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if lesson.name in (
    "anonymous-pipe", "command-prompt", "handle-inheritance", "mailslot", "mailslot-chat", "memory-map",
    "shared-memory")], ids=attrgetter("name"))
def test_how_to_end_the_input_where_lines_are_read_until_its_end(lesson: lessons.Lesson) -> None:
    """Ctrl+D alone does nothing under Wine: it needs Enter, as Ctrl+Z does on Windows."""
    english, korean = ((lesson.folder / page).read_text(encoding="utf-8") for page in ("README.md", "README.ko.md"))
    assert "Ctrl+Z and Enter (in a Linux terminal Ctrl+D and Enter)" in english
    assert "Ctrl+Z와 Enter(Linux 터미널에서는 Ctrl+D와 Enter)" in korean


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_a_diagram(page: Path) -> None:
    assert "```mermaid\n" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("lesson", LESSONS, ids=attrgetter("name"))
def test_the_lesson_lists_the_programs_that_are_built(lesson: lessons.Lesson) -> None:
    built = re.findall(r"^  '(\w+)':", (lesson.folder / "meson.build").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(program.name for program in lesson.programs) == sorted(built)


@pytest.mark.parametrize("language, page", [("en", "README.md"), ("ko", "README.ko.md")])
def test_the_chapter_map_is_made_from_the_lessons(language: str, page: str) -> None:
    mark = f"<!-- lesson list --markdown --language {language} -->\n"
    shown = (SOURCE / page).read_text(encoding="utf-8").partition(mark)[2]
    assert shown.partition("\n\n")[0] + "\n" == chapter_map.as_table(LESSONS, SOURCE, language)


@pytest.mark.parametrize("page", sorted([*SOURCE.glob("README*.md"), *SOURCE.glob("c*/**/README*.md")]), ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


EVERY_PAGE = sorted([*SOURCE.glob("*.md"), *SOURCE.glob("c*/**/*.md")])


@pytest.mark.parametrize("page", EVERY_PAGE, ids=ids)
def test_a_table_of_differences_names_the_version_of_wine(page: Path) -> None:
    """The heading's version holds for each row; what another version does stands in the row, with that version."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^(\|.*\bWine\b.*\|)\n\|(?:-+\|)+$", text, re.MULTILINE)
    assert [heading for heading in headings if not re.search(r"\| Wine \d+\.\d+ \|", heading)] == []
    section = re.search(r"^## (?:Windows and Wine differ|Windows와 Wine의 차이)\n(.*?)^## ", text, re.S | re.M)
    if section:
        measured, _, rows = section[1].partition("\n|")
        assert len(headings) == 1 and headings[0] in section[1]
        assert "Wine 8.0" in measured and ("Wine 10.0" in measured) == ("10.0" in rows)


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_shells_page_says_what_to_type_for_a_path_that_ends_in_a_backslash(page: str) -> None:
    """Row 14 of the public reports: cd "C:\\Program Files\\" has no closing quote."""
    text = (SOURCE / "chapter08/07-command-prompt" / page).read_text(encoding="utf-8")
    for typed in (r'`cd "C:\Program Files\"`', r'`cd "C:\Program Files"`', r'`cd "C:\Program Files\\"`'):
        assert typed in text


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_page_on_shared_memory_says_whose_local_names_are(page: str) -> None:
    """Row 18 of the public reports."""
    text = (SOURCE / "chapter08/08-shared-memory" / page).read_text(encoding="utf-8")
    for word in ("`Local\\`", "`Global\\ring`", "kernel-object-namespaces", "`SeCreateGlobalPrivilege`"):
        assert word in text


@pytest.mark.parametrize("page", sorted(SOURCE.glob("chapter*/**/README*.md")), ids=ids)
def test_what_a_page_says_to_run_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    scenes = {lesson.name: {scene.stem for scene in lesson.scenes} for lesson in LESSONS}
    programs = {program.name for lesson in LESSONS for program in lesson.programs}
    for lesson, scene in re.findall(r"lesson (?:run|demo|trace) ([a-z][\w-]*)(?: ([a-z][\w-]*))?", text):
        assert lesson in scenes and (not scene or scene in scenes[lesson]), (lesson, scene)
    assert set(re.findall(r"lesson exec (?:--ansi )?([A-Za-z]\w+)", text)) - programs == set()


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
@pytest.mark.parametrize("chapter", [7, 8])
def test_a_chapters_page_has_the_books_order_and_a_command_for_each_point(chapter: int, page: str) -> None:
    folder = SOURCE / f"chapter{chapter:02}"
    text = (folder / page).read_text(encoding="utf-8")
    sections, points = re.findall(r"^\|(?:-+\|)+\n(.+?)(?:\n\n|\n\Z)", text, re.DOTALL | re.MULTILINE)[:2]
    numbers = [int(number) for number in re.findall(rf"\b{chapter}-(\d+) `", sections)]
    books = [lesson for lesson in LESSONS if lesson.chapter == chapter and lesson.place]
    assert numbers == sorted(numbers)
    assert {f"{chapter}-{number}" for number in numbers} == {
        listing for lesson in books for listing in (lesson.place.listings if lesson.place else [])}
    assert [lesson.name for lesson in books if f"({lesson.folder.name}/{page})" not in sections] == []
    assert [point for point in points.splitlines() if "`./scripts/lesson run " not in point] == []


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_page_says_of_speed_what_was_measured(page: str) -> None:
    text = (SOURCE / "chapter08" / page).read_text(encoding="utf-8").partition("(ipc.csv)")[2]
    with (SOURCE / "chapter08/ipc.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["system"], row["mechanism"], row["cores"], int(row["size_bytes"])): row
                for row in csv.DictReader(file)}

    def of(column: str, size: int, cores: str, system: str = "") -> dict[str, float]:
        return {f"{row[0]} {row[1]}": float(rows[row][column]) for row in rows
                if row[2:] == (cores, size) and system in ("", row[0])}

    def ratios(above: dict[str, float], below: dict[str, float]) -> list[float]:
        return sorted(above[name] / below[name] for name in above)

    claims: list[str] = []
    for cores in "12":
        trips = sorted(of("p50_us", 64, cores, "posix").values())
        delays = ratios(of("p99_us", 64, cores), of("p50_us", 64, cores))
        large = of("throughput_mb_s", 65536, cores, "posix")
        others = max(speed for name, speed in large.items() if "memory" not in name)
        claims += [f"{trips[0]:.1f}" if trips[0] < 10 else f"{trips[0]:.0f}", f"{trips[-1]:.0f}",
                   f"{delays[0]:.1f}", f"{delays[-1]:.1f}", f"{large['posix pipe']:,.0f}",
                   *(f"{large[f'posix {name}'] / others:.1f}" for name in ("shared-memory", "memory-map"))]
    gains = [ratios(of("throughput_mb_s", 65536, cores), of("throughput_mb_s", 64, cores)) for cores in "12"]
    claims += [f"{min(gains[0][0], gains[1][0]):.0f}", f"{max(gains[0][-1], gains[1][-1]):,.0f}"]
    for figure in claims:
        assert re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d.])", text), figure

    small = [of("throughput_mb_s", 64, cores) for cores in "12"]
    assert 1.8 < small[1]["posix message-queue"] / small[0]["posix message-queue"] < 2.2
    assert small[0]["posix shared-memory"] < min(small[0]["posix pipe"], small[0]["posix fifo"])
    for cores, size in {row[2:] for row in rows}:
        of_wine = of("throughput_mb_s", size, cores, "wine")
        assert max(of_wine, key=of_wine.__getitem__) == "wine mailslot"
    wine = [of("throughput_mb_s", 65536, cores, "wine") for cores in "12"]
    assert [name for name in wine[0] if wine[1][name] > wine[0][name]] == ["wine mailslot"]


@pytest.mark.parametrize("lesson", LESSONS, ids=attrgetter("name"))
def test_pages_and_headers_give_the_place_in_the_book(lesson: lessons.Lesson) -> None:
    """8-6 is a listing and no section. Only the book's own programs are said to be in the book."""
    heads = {page: (lesson.folder / page).read_text(encoding="utf-8").splitlines()[2] for page in LANGUAGES}
    place, pattern = lesson.place, r"(?!)"
    if place:
        is_project = place.section == "project"
        assert f"Book: chapter {place.chapter}, " + ("the project" if is_project else f"section {place.section}") in (
            heads["README.md"])
        assert f"책: {place.chapter}장 {'프로젝트' if is_project else f'{place.section}절'}" in heads["README.ko.md"]
        for head in heads.values():
            numbers = re.findall(rf"{place.chapter}-\d+", head)
            assert numbers == place.listings or numbers == [place.listings[0], place.listings[-1]], head
        section = "project" if is_project else f"section {place.section}"
        pattern = rf"\(book: chapter {place.chapter}, {section}(?:, listing ({place.chapter}-\d+))?\)\."
    for program in lesson.programs:
        header = next(lesson.folder.rglob(f"{program.name}.c")).read_text(encoding="utf-8").partition("*/")[0]
        found = re.search(pattern, header)
        assert bool(found) == program.is_book == ("(book:" in header), program.name
        assert not found or not place or found[1] is None or found[1] in place.listings, program.name


@pytest.mark.parametrize("source", sorted(SOURCE.glob("chapter0*/*/**/*.c")), ids=ids)
def test_the_header_of_a_program_tells_what_it_is(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    assert text.startswith(f"/*\n * {source.name} - ")
    header = text[: text.index("*/")]
    assert "\n * Shows   " in header
    if "_tmain(" in text or "int main(" in text:
        assert f"\n * Run     {source.stem}" in header
    # The formatter joins lines of a comment that is not laid out as it expects.
    assert re.findall(r"(?<!\n \* )\b(?:Shows|Run|With|POSIX|Win32) {3}", header) == []
    there = {path.name for path in SOURCE.glob(f"{source.relative_to(SOURCE).parts[0]}/*/**/*.c")}
    assert set(re.findall(r"\b\w+\.c\b", header)) <= there


@pytest.mark.parametrize("page", [*SOURCE.glob("README*.md"), *SOURCE.glob("chapter0*/**/README*.md")],
                         ids=lambda page: str(page.relative_to(SOURCE)))
def test_a_command_on_a_page_leaves_the_checkout_clean(page: Path) -> None:
    """What it writes goes into build/, which git ignores."""
    text = page.read_text(encoding="utf-8")
    written = re.findall(r"lesson exec (?:MemoryMapWriter|memory_map_writer)(?: --at \d+)? (\S+)", text)
    written += re.findall(r"lesson exec MemoryMapCopy \S+ (\S+)", text)
    written += re.findall(r"lesson [^\n`]* (?:-o|--output) ([\w./-]+\.\w+)", text)
    written += re.findall(r"^ {4}printf [^\n]* > (\S+)", text, re.MULTILINE)
    assert [path for path in written if not path.startswith("build/")] == []
