"""The layers of common/: README.md has the table, and the compiled objects show who calls whom."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from conftest import SOURCE, TOOLCHAINS

COMMON = SOURCE / "common"
README = (COMMON / "README.md").read_text(encoding="utf-8")
LAYERS = re.findall(r"^\| ([\w ]+) \| (`\w.*?\.c`) \|", README, re.MULTILINE)
FILES = [file for _, files in LAYERS for file in files.strip("`").split("` `")]
BUILDS = {"unicode": ["companion", "companion_trace"], "ansi": ["companion", "companion_trace"],
          "posix": ["companion_posix"]}
MEMORY = {"malloc", "calloc", "realloc", "strdup", "_strdup", "wcsdup", "_wcsdup", "strndup", "vasprintf", "asprintf"}
GENERATED = {"trace_kernel32.c", "trace_user32.c", "trace_runtime.c", "trace_ws2_32.c"}
TRACE = {file for file in FILES if file.startswith("trace/")} | GENERATED


@cache
def symbols(build: str) -> tuple[dict[str, str], dict[str, set[str]]]:
    """The file that defines each symbol of the library, and the symbols that each file needs of others."""
    defined: dict[str, str] = {}
    needed: dict[str, set[str]] = {}
    common = TOOLCHAINS[build].build_dir / "common"
    objects = [path for library in BUILDS[build] for path in common.rglob(f"lib{library}.a.p/*.o*")]
    assert {path.parent.name for path in objects} == {f"lib{library}.a.p" for library in BUILDS[build]}
    lines = subprocess.run([nm(objects[0]), "-gA", *objects], capture_output=True, text=True, check=True).stdout
    for path, kind, symbol in re.findall(r"^(.+?):\s*[0-9a-f]*\s+([A-Za-z]) (\S+)$", lines, re.MULTILINE):
        name = file_of(Path(path).relative_to(common))
        symbol = symbol.removeprefix("__imp_")
        if kind == "U":
            needed.setdefault(name, set()).add(symbol)
        elif kind in "TDBRC":
            defined[symbol] = name
    return defined, needed


def nm(path: Path) -> str:
    found = shutil.which("x86_64-w64-mingw32-nm" if path.suffix == ".obj" else "nm")
    if found is None:
        pytest.skip("needs nm of the binutils")
    return found


def file_of(path: Path) -> str:
    """The source of an object, whose path in the build's common/ is given. Meson puts underscores for slashes."""
    source = path.stem.removeprefix("meson-generated_.._").removeprefix("meson-generated_")
    mangled = "_".join([*path.parent.parent.parts, source])
    return next((file for file in FILES if file.replace("/", "_") == mangled), source)


def test_the_table_has_each_file() -> None:
    programs = {"trace/Stepper.c"}
    assert sorted(FILES) == sorted({path.relative_to(COMMON).as_posix() for path in COMMON.rglob("*.c")} - programs)


@pytest.mark.parametrize("build", BUILDS)
def test_a_file_calls_only_what_stands_before_it(build: str) -> None:
    if build not in TOOLCHAINS:
        pytest.skip("not built here")
    defined, needed = symbols(build)
    order = {file: place for place, file in enumerate(FILES)}
    upward = {f"{file} needs {symbol} of {defined[symbol]}" for file, wanted in needed.items() for symbol in wanted
              if symbol in defined and order.get(defined[symbol], len(FILES)) > order.get(file, len(FILES))}
    assert not upward


@pytest.mark.parametrize("build", BUILDS)
def test_only_one_file_asks_for_memory(build: str) -> None:
    if build not in TOOLCHAINS:
        pytest.skip("not built here")
    _, needed = symbols(build)
    assert {file for file, wanted in needed.items() if wanted & MEMORY} == {"memory.c"}


@pytest.mark.parametrize("build", ["unicode", "ansi"])
def test_the_library_knows_no_trace(build: str) -> None:
    defined, needed = symbols(build)
    traced = {symbol for symbol, file in defined.items() if file in TRACE}
    assert "trace_companion_init" in traced and "trace_ReadFile" in traced
    assert not {(file, symbol) for file, wanted in needed.items() if file not in TRACE
                for symbol in wanted if symbol in traced or "trace" in symbol}


def test_the_table_of_functions_is_whole() -> None:
    """Each function that a header offers to programs has its place in the table, and the table has no other."""
    table = README[:README.index("Exit status everywhere")]
    told = set(re.findall(r"`([A-Za-z]\w+)(?:\([^`]*\))?`(?=[^|]*\|)", table)) - {"sides", "header", "NULL"}
    offered = set()
    for header in ("companion.h", "json.h", "time_limit.h", "files/file_name.h", "handles/handle_table.h"):
        text = re.sub(r"/\*.*?\*/", "", (COMMON / header).read_text(encoding="utf-8"), flags=re.DOTALL)
        offered |= set(re.findall(r"^(?!#|typedef|static)[\w ]+[ *](\w+)\([^;]*;", text, re.MULTILINE))
        offered |= set(re.findall(r"^#define (OPTIONS?_\w+)", text, re.MULTILINE))
    assert offered - told == set()
    assert {name for name in told if "_" in name and name not in offered} == set()
