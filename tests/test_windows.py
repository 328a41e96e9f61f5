"""What a Windows compiler or system would refuse, and Linux lets pass: checked by looking at the sources."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from companion.play import job, lessons
from companion.play.perform import perform
from companion.play.scene import load
from companion.play.stage import Stage
from companion.setup.build import windows_options
from companion.setup.packages import WINE
from companion.setup.toolchain import Toolchain, is_win32
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS
from huge_file import FSCTL_SET_SPARSE

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


def test_the_environment_is_read_as_utf_16() -> None:
    """GetEnvironmentStringsA gives characters of the OEM code page; Wine's gives those of the ANSI one."""
    asks = re.compile(r"\b(?:Get|Free)EnvironmentStringsA?\(")
    found = {path.name: lines for path in SOURCES if (lines := asks.findall(path.read_text(encoding="utf-8")))}
    assert found == {}


def test_the_error_of_a_remote_mailslot_has_a_name(win32_stage: Stage) -> None:
    """Since Windows 11 24H2 remote mailslots are off. Older SDKs, and MinGW's, do not know the number."""
    actor = win32_stage.start("Probe", "fail", "3025")
    assert "error 3025 ERROR_REMOTE_MAILSLOTS_DEPRECATED: " in actor.next_error()


# ---- The job object of a run. No Python of Windows is here: JobCalls makes the same calls with the SDK's declarations.

class Kernel32:
    """Stands for kernel32.dll: writes down the calls. The second thread of the snapshot is the one looked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, tuple[object, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., int]:
        def call(*arguments: object) -> int:
            self.calls.append((name, arguments))
            if name.startswith("Thread32"):
                entry: job.ThreadEntry = arguments[1]._obj  # type: ignore[attr-defined]
                entry.th32ThreadID, entry.th32OwnerProcessID = len(self.calls), 42 if name == "Thread32Next" else 7
            return 0x100 + len(self.calls)
        return call

    def arguments(self, name: str) -> tuple[object, ...]:
        return next(arguments for called, arguments in self.calls if called == name)


def test_the_calls_of_a_job_end_what_outlives_its_parent() -> None:
    """The real calls, in the order in which Python makes them, with a program whose parent has ended."""
    kernel32 = Kernel32()
    made = job.Job(kernel32)
    made.take(42)
    made.end()
    made.end()
    toolchain = TOOLCHAINS["unicode"]
    with subprocess.Popen(toolchain.command("JobCalls", ["end"]), env=toolchain.environment(), encoding="utf-8",
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as peer:
        assert peer.stdin and peer.stdout
        lines = iter(line.rstrip() for line in peer.stdout)
        head = [next(lines)]
        waiting = 0
        while waiting < 2:
            head.append(next(lines))
            waiting += head[-1].startswith("process ")
        peer.stdin.write("\n")
        peer.stdin.flush()
        while head[-1] != "waits":
            head.append(next(lines))
        peer.stdin.write("\n")
        peer.stdin.flush()
        rest = list(lines)  # ends when the last program has closed its output
        assert peer.wait(DEADLINE_S) == 0
    seen = [line for line in head + rest if not line.startswith("process ") and line != "waits"]
    made_by_peer = [name for number, name in enumerate(seen) if seen[number - 1: number] != [name]]  # each thread once
    assert made_by_peer == [name for name, _ in kernel32.calls]


def test_the_arguments_of_a_job() -> None:
    kernel32 = Kernel32()
    job.Job(kernel32).take(42)
    assert kernel32.calls[0] == ("SetConsoleCtrlHandler", (None, 0))  # Ctrl+C may be ignored where a runner starts us
    handle, kind, limits, size = kernel32.arguments("SetInformationJobObject")
    assert (handle, kind, size) == (0x102, 9, ctypes.sizeof(job.ExtendedLimits))
    assert limits._obj.BasicLimitInformation.LimitFlags == 0x2000  # type: ignore[attr-defined]
    assert kernel32.arguments("OpenProcess") == (0x101, 0, 42)
    assert kernel32.arguments("AssignProcessToJobObject") == (0x102, 0x104)
    assert kernel32.arguments("OpenThread") == (2, 0, 9)


def test_a_call_of_a_job_that_fails_says_which() -> None:
    kernel32 = Kernel32()
    setattr(kernel32, "AssignProcessToJobObject", lambda *arguments: 0)
    with pytest.raises(OSError, match="AssignProcessToJobObject"):
        job.Job(kernel32).take(42)


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the programs here have 64 bits")
def test_the_structures_of_a_job(win32_stage: Stage) -> None:
    peer = win32_stage.start("JobCalls", "sizes")
    assert peer.exit() == 0
    expected = []
    for structure, name, members in (
            (job.ExtendedLimits, "JOBOBJECT_EXTENDED_LIMIT_INFORMATION", ["IoInfo", "PeakJobMemoryUsed"]),
            (job.ThreadEntry, "THREADENTRY32", ["th32ThreadID", "th32OwnerProcessID", "dwFlags"])):
        expected.append(f"{name} {ctypes.sizeof(structure)}")
        if structure is job.ExtendedLimits:
            expected.append(f"{name}.BasicLimitInformation.LimitFlags {job.BasicLimits.LimitFlags.offset}")
        expected += [f"{name}.{member} {getattr(structure, member).offset}" for member in members]
    assert peer.output.all == [*expected, f"FSCTL_SET_SPARSE {FSCTL_SET_SPARSE}"]


def test_a_long_file_is_made_sparse() -> None:
    """By make_endless: on NTFS 50 GB would be taken from the disk otherwise."""
    lengthen = re.compile(r"truncate\(.*\d(?:_\d{3}){3}|truncate\(.*\d{10}|1 << 3\d")
    found = [path.name for path in (SOURCE / "tests").glob("*.py")
             if path.name != "huge_file.py" and lengthen.search(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize("command, is_warned", [
    ('TCHAR command[] = _T("Worker 5");', False),
    ('TCHAR *command = _T("Worker 5");', True),
    ('const TCHAR *command = _T("Worker 5");', True),
])
@pytest.mark.parametrize("build", ["unicode", "ansi"])
def test_a_literal_as_a_childs_command_line_is_a_warning(build: str, command: str, is_warned: bool,
                                                         tmp_path: Path) -> None:
    """Row 15 of the public reports: CreateProcessW may write into its command line, and crashes where it is a literal.
    Wine does not show it, so the compiler has to."""
    source = tmp_path / "Starter.c"
    source.write_text(f"""#include "companion.h"

int _tmain(void)
{{
    STARTUPINFO si = {{0}};
    PROCESS_INFORMATION pi;
    {command}
    si.cb = sizeof(si);
    return CreateProcess(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi);
}}
""", encoding="utf-8")
    told = TOOLCHAINS[build].build_dir / "compile_commands.json"
    entry = next(entry for entry in json.loads(told.read_text(encoding="utf-8"))
                 if entry["file"].endswith("/WaitForObject.c"))
    arguments = shlex.split(entry["command"].replace(entry["file"], str(source)))
    arguments[arguments.index("-o") + 1] = str(tmp_path / "Starter.obj")
    result = subprocess.run([*arguments, "-MF", str(tmp_path / "Starter.d")], cwd=entry["directory"], check=True,
                            capture_output=True, text=True, timeout=DEADLINE_S)
    assert ("discards" in result.stderr) == is_warned, result.stderr


@pytest.mark.skipif(os.name == "nt", reason="a current directory has less than 260 characters there, always")
def test_programs_run_in_a_deep_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its path is longer than MAX_PATH. Children have lanes of their own there, too. (Unicode alone: Wine's
    GetEnvironmentVariableA cuts what is Korean. And Wine 8 starts nothing in a folder of 400 characters.)"""
    folder = tmp_path.joinpath(*["깊은폴더" * 20] * 3)
    folder.mkdir(parents=True)
    assert 260 < len(str(folder)) < 370
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S, is_traced=True) as stage:
        assert stage.start("EnvParent", "Good=Morning").exit() == 0
        assert stage.child("EnvChild").next_line() == "[Good = Morning]"
        assert {call.lane for call in stage.finish_trace()} == {"EnvParent", "EnvChild"}


# ---- Standard handles as they are elsewhere

class HighHandles(Toolchain):
    """Each program gets standard handles with high values, as under a test runner of Windows. The low numbers are then
    those of other handles, and what one process has is not what another has."""

    def command(self, program: str, arguments: list[str]) -> list[str]:
        command = super().command(program, arguments)
        return [*command[:-len(arguments) - 1], str(self.executable("OddHandles")), "high",
                *command[-len(arguments) - 1:]]


@pytest.mark.parametrize("lesson", ["handle-inheritance", "duplicate-handle"])
def test_scenes_about_handles_hold_with_high_standard_handles(win32: Toolchain, lesson: str) -> None:
    toolchain = HighHandles(win32.build_dir, win32.wine_prefix)
    scenes = [load(path) for path in lessons.load(lessons.folders(SOURCE)[lesson]).scenes]
    for scene in [scene for scene in scenes if is_win32(scene.programs[0])]:
        with Stage(toolchain, deadline_s=DEADLINE_S) as stage:
            perform(scene, stage)


@pytest.mark.parametrize("handles", ["none", "bad"])
def test_a_standard_handle_that_is_none_is_in_no_list_of_handles(win32: Toolchain, handles: str) -> None:
    """A program without a console may have such a number. With it in the list, CreateProcess fails on Windows."""
    with Stage(win32, deadline_s=DEADLINE_S, is_traced=True) as stage:
        mail = stage.start("MailReceiver", "--name", stage.unique("mailbox"), "--count", "1")
        mail.next_line()
        actor = stage.start("OddHandles", handles, "InheritList", "--name", stage.unique("mailbox"), "x")
        assert actor.exit() == 0
        assert mail.next_line() == "received: TakeHandle: x"
        shell = stage.start("OddHandles", handles, "CommandShell", "-c", "Probe say y")
        assert stage.child("Probe").next_line() == "[y]"
        assert shell.exit() == 0
        lists = [call.arguments["lpValue"] for call in stage.finish_trace()
                 if call.name == "UpdateProcThreadAttribute" and call.event == "return"]
    assert len(lists) == 2 and all(lists)
    assert [len([handle for handle in one if handle["handle"] == "NULL" or int(handle["handle"], 16) >= 0x600])
            for one in lists] == [1, 1]  # standard output


def test_nul_is_no_console(win32_stage: Stage) -> None:
    """Both are devices of characters for GetFileType."""
    table = win32_stage.start("OddHandles", "nul", "HandleTable", "--all", "--json")
    assert table.exit() == 0
    kinds = {row["handle"]: row["kind"] for row in json.loads("".join(table.output.all))["handles"]}
    assert "console" not in kinds.values()
    assert "device" in [kind for handle, kind in kinds.items() if int(handle, 16) >= 0x600]
