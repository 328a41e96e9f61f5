"""What a Windows compiler or system would refuse, and Linux lets pass: checked by looking at the sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SOURCE

FOLDERS = ("common", "chapter07", "chapter08", "tests")
SOURCES = sorted(path for folder in FOLDERS for path in (SOURCE / folder).rglob("*.[ch]"))
INCLUDE_FOLDERS = [SOURCE / "common", SOURCE / "common/handles", SOURCE / "common/files", SOURCE / "common/trace"]

# With the SDK's headers these do not compile before windows.h; MinGW's include what they need. winsock2.h brings windows.h.
NEED_WINDOWS_H = {"winternl.h", "shellapi.h", "tlhelp32.h", "psapi.h", "winuser.h", "dbghelp.h"}
BRING_WINDOWS_H = {"windows.h", "winsock2.h"}


def system_headers(path: Path, seen: set[Path]) -> Iterator[str]:
    """The system headers that a source includes, itself or through ours, in the order in which the compiler meets them."""
    seen.add(path)
    for system, own in re.findall(r'^\s*#\s*include\s+(?:<([^>]+)>|"([^"]+)")', path.read_text(encoding="utf-8"), re.MULTILINE):
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
