"""What a Windows compiler or system would refuse, and Linux lets pass: checked by looking at the sources."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from companion.setup.build import windows_options
from companion.setup.packages import WINE
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS

FOLDERS = ("common", "chapter07", "chapter08", "tests")
SOURCES = sorted(path for folder in FOLDERS for path in (SOURCE / folder).rglob("*.[ch]"))
INCLUDE_FOLDERS = [SOURCE / "common", SOURCE / "common/handles", SOURCE / "common/files", SOURCE / "common/trace"]

# With the SDK these do not compile before windows.h, which winsock2.h brings, too. MinGW's include what they need.
NEED_WINDOWS_H = {"winternl.h", "shellapi.h", "tlhelp32.h", "psapi.h", "winuser.h", "dbghelp.h"}
BRING_WINDOWS_H = {"windows.h", "winsock2.h"}


def system_headers(path: Path, seen: set[Path]) -> Iterator[str]:
    """The system headers that a source includes, itself or through ours, in the compiler's order."""
    seen.add(path)
    text = path.read_text(encoding="utf-8")
    for system, own in re.findall(r'^\s*#\s*include\s+(?:<([^>]+)>|"([^"]+)")', text, re.MULTILINE):
        if system:
            yield system
            continue
        found = next((folder / own for folder in (path.parent, *INCLUDE_FOLDERS) if (folder / own).exists()), None)
        if found and found.resolve() not in seen:
            yield from system_headers(found.resolve(), seen)


def out_of_order(path: Path) -> list[str]:
    headers = list(system_headers(path, set()))
    return [header for number, header in enumerate(headers)
            if header in NEED_WINDOWS_H and not BRING_WINDOWS_H & set(headers[:number])]


def test_windows_h_comes_before_the_headers_that_need_it() -> None:
    found = {path.relative_to(SOURCE).as_posix(): wrong for path in SOURCES if (wrong := out_of_order(path))}
    assert found == {}


@pytest.mark.parametrize("text, wrong", [
    ("#include <winternl.h>\n#include <windows.h>\n", ["winternl.h"]),
    ("#include <windows.h>\n#include <winternl.h>\n", []),
    ("#include <tlhelp32.h>\n\n#include \"companion.h\"\n", ["tlhelp32.h"]),
    ("#include \"companion.h\"\n\n#include <tlhelp32.h>\n", []),
])
def test_the_order_is_seen(tmp_path: Path, text: str, wrong: list[str]) -> None:
    source = tmp_path / "x.c"
    source.write_text(text, encoding="utf-8")
    assert out_of_order(source) == wrong


def test_resources_include_windows_h() -> None:
    """Some SDKs refuse winuser.h alone in a resource script: "No Target Architecture"."""
    text = (SOURCE / "common/companion.rc").read_text(encoding="utf-8")
    assert re.findall(r"#include <(\S+)>", text) == ["windows.h"]


@pytest.mark.parametrize("compiler, options", [
    (None, []), ("gcc", []), ("cl", ["--vsenv"]), ("clang-cl.exe", ["--vsenv"]), (r"C:\msys64\ucrt64\bin\gcc.exe", []),
])
def test_visual_studio_is_asked_for_only_where_it_is_wanted(monkeypatch: pytest.MonkeyPatch, compiler: str | None,
                                                            options: list[str]) -> None:
    """Where Meson is told to use it always, the way with MinGW-w64 alone ends with an error."""
    monkeypatch.delenv("CC", raising=False)
    if compiler:
        monkeypatch.setenv("CC", compiler)
    assert windows_options() == options


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A copy of lesson.cmd in a folder with blanks and Korean letters, and beside it a folder for PATH."""
    (tmp_path / "내 폴더 (1)/scripts").mkdir(parents=True)
    shutil.copy(SOURCE / "scripts/lesson.cmd", tmp_path / "내 폴더 (1)/scripts/lesson.cmd")
    (tmp_path / "내 폴더 (1)/path").mkdir()
    return tmp_path / "내 폴더 (1)"


def run_lesson_cmd(installed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    toolchain = TOOLCHAINS["unicode"]
    path = toolchain.host_path("FakePython", installed / "path")
    environment = toolchain.environment() | ({"PATH": path} if os.name == "nt" else {"WINEPATH": path})
    environment.pop("PYTHONPATH", None)
    shell = ["cmd"] if os.name == "nt" else [str(WINE), "cmd"]
    return subprocess.run([*shell, "/c", "scripts\\lesson.cmd", *arguments], cwd=installed, env=environment,
                          capture_output=True, encoding="utf-8", errors="replace", timeout=DEADLINE_S, check=False)


@pytest.mark.parametrize("there, started", [
    (["python", "py"], ["python", "[-P]"]),  # py would be the newest Python, not that of the active environment
    (["py"], ["py", "[-3]", "[-P]"]),
])
def test_lesson_cmd_takes_the_python_of_the_environment(installed: Path, there: list[str], started: list[str]) -> None:
    for name in there:
        shutil.copy(TOOLCHAINS["unicode"].executable("FakePython"), installed / f"path/{name}.exe")
    result = run_lesson_cmd(installed, "run", "mailslot", "--json")
    lines = result.stdout.splitlines()
    assert lines[: len(started)] == started
    rest = lines[len(started):]
    assert rest[:-1] == ["[-X]", "[utf8]", "[-m]", "[companion]", "[run]", "[mailslot]", "[--json]"]
    assert rest[-1].startswith("PYTHONPATH=") and rest[-1].rstrip("\\").endswith("내 폴더 (1)\\scripts")
    assert result.returncode == 7  # the program's own status


def test_lesson_cmd_without_a_python_says_how_to_get_one(installed: Path) -> None:
    shutil.copy(TOOLCHAINS["unicode"].executable("FakePython"), installed / "path/python.exe")
    shutil.copy(TOOLCHAINS["unicode"].executable("FakePython"), installed / "path/old.exe")
    result = run_lesson_cmd(installed, "list")
    assert result.returncode == 1
    assert "winget install Python.Python" in result.stderr and result.stdout == ""
