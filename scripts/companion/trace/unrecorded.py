"""The calls of a program that its trace will not show: those that it imports from Windows itself, and that the table of
the recorders (common/trace/trace_calls.txt) does not have."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..setup.toolchain import Toolchain, is_win32

_TABLE = Path(__file__).resolve().parents[3] / "common/trace/trace_calls.txt"
_SYSTEM = re.compile(rb"(kernel32|advapi32|user32|shell32|shlwapi|psapi|ntdll|ws2_32|mswsock)\.dll", re.IGNORECASE)
_NO_CODE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.DOTALL)

# What a trace is about. Other calls, of strings, memory or the console, pass no border.
ABOUT = re.compile("Mailslot|File|Pipe|Process|Thread|Event|Mutex|Semaphore|Timer|Handle(?!r)|Object|Sleep|Environment|"
                   "Toolhelp|View|Overlapped|Completion|Cancel|^WSA|^[a-z]")
# These tell of this process or of a name alone.
OF_NO_INTEREST = set("""
    GetCurrentProcess GetCurrentProcessId GetCurrentThread GetCurrentThreadId GetProcessHeap GetModuleFileName
    GetFileAttributes GetFileAttributesW GetModuleHandle SleepConditionVariableSRW ExitProcess CreateTimerQueueTimer
    DeleteTimerQueueTimer HasOverlappedIoCompleted WSAStartup WSACleanup WSAGetLastError WSASetLastError htons htonl
    ntohs ntohl freeaddrinfo
""".split())


def of(toolchain: Toolchain, lanes: Iterable[str]) -> list[tuple[str, str]]:
    """(program, call) of each Win32 program, in the order of the names; "PipeChild.2" and "PipeChild (1)" are one."""
    known = _known() | OF_NO_INTEREST
    targets = json.loads((toolchain.build_dir / "meson-info/intro-targets.json").read_text(encoding="utf-8"))
    found = []
    for program in sorted({re.split("[. ]", lane)[0] for lane in lanes if is_win32(lane)}):
        if toolchain.has(program):
            imported = {_plain(name) for name in imports(toolchain.executable(program).read_bytes())}
            # The C run-time and our library import some for themselves: so only what its own files call.
            calls = sorted((imported & _called(targets, program)) - known)
            found += [(program, name) for name in calls if ABOUT.search(name)]
    return found


def in_words(program: str, call: str) -> str:
    return f"not recorded: {call} of {program} (common/trace/trace_calls.txt does not have it)"


def _plain(name: str) -> str:
    """Without the W or A of its form."""
    return name[:-1] if re.fullmatch(r".*[a-z0-9][AW]", name) else name


def _known() -> set[str]:
    lines = _TABLE.read_text(encoding="utf-8").splitlines()
    return {found[1] for line in lines if (found := re.match(r"[A-Za-z_][\w ]*?[ *](\w+)\(", line))}


def _called(targets: list[dict[str, Any]], program: str) -> set[str]:
    """Every name with a parenthesis behind it in the program's own files, as Meson's `targets` name them."""
    sources = {source for target in targets if target["name"] == program for group in target["target_sources"]
               for source in group.get("sources", [])}  # the linker's group has none
    texts = [Path(source).read_text(encoding="utf-8", errors="replace") for source in sources if source.endswith(".c")]
    return {_plain(name) for text in texts for name in re.findall(r"(?<![\w.>])(\w+)\(", _NO_CODE.sub(" ", text))}


def imports(image: bytes) -> Iterator[str]:
    """The names that a program (PE32 or PE32+) takes from the libraries of Windows. Layout: Microsoft, "PE Format"."""
    header = _number(image, 0x3C, 4) + 4  # behind the signature
    optional = header + 20
    is_64 = _number(image, optional, 2) == 0x20B
    sections = optional + _number(image, header + 16, 2)
    mapped: list[tuple[int, int, int, int]] = [
        struct.unpack_from("<8xIIII", image, sections + 40 * number)  # type: ignore[misc]
        for number in range(_number(image, header + 2, 2))]

    def offset(address: int) -> int:
        """Where it lies in the file."""
        for size, begin, raw_size, raw in mapped:
            if begin <= address < begin + max(size, raw_size):
                return address - begin + raw
        raise ValueError(f"address {address:x} is in no section")

    directory = optional + (120 if is_64 else 104)
    if not _number(image, directory, 4):
        return
    entry = offset(_number(image, directory, 4))
    width = 8 if is_64 else 4
    while library := _number(image, entry + 12, 4):
        names = offset(_number(image, entry, 4) or _number(image, entry + 16, 4))
        if _SYSTEM.fullmatch(_text(image, offset(library))):
            while name := _number(image, names, width):
                if not name >> (8 * width - 1):  # else by its number
                    yield _text(image, offset(name) + 2).decode("ascii", "replace")
                names += width
        entry += 20


def _number(image: bytes, at: int, size: int) -> int:
    return int.from_bytes(image[at:at + size], "little")


def _text(image: bytes, at: int) -> bytes:
    return image[at:image.index(b"\0", at)]
