"""The build: what a command compiles, and how, so that it is quick and no source comes to depend on that."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from companion.play import lessons
from companion.setup.toolchain import is_win32
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS

BUILD = TOOLCHAINS["unicode"]


def compile_commands() -> dict[Path, list[str]]:
    """How Meson compiles each source for Win32; the paths in it count from the build directory."""
    told = json.loads((BUILD.build_dir / "compile_commands.json").read_text(encoding="utf-8"))
    commands = {(BUILD.build_dir / one["file"]).resolve(): shlex.split(one["command"]) for one in told}
    return {path: command for path, command in commands.items() if "_WIN32_WINNT" in " ".join(command)}


def preprocessed_alone(command: list[str]) -> list[str]:
    """The same without any header in front of the source, and without any output."""
    alone, rest = [], iter(command)
    for word in rest:
        if word in ("-o", "-MF", "-MQ"):
            next(rest)
        elif word == "-include":
            next(rest)
        elif word not in ("-MD", "-c"):
            alone.append(word)
    return [*alone, "-fsyntax-only", "-Werror"]


@pytest.mark.skipif(os.name == "nt", reason="Meson's compile_commands.json for gcc")
def test_every_source_compiles_by_itself() -> None:
    """Without the header that the build forces in front of a program, and without any precompiled one."""
    def complaints(of: tuple[Path, list[str]]) -> str:
        source, command = of
        result = subprocess.run(preprocessed_alone(command), cwd=BUILD.build_dir, capture_output=True,
                                encoding="utf-8", check=False)
        return result.stderr and f"{source}\n{result.stderr}"

    commands = compile_commands()
    assert len(commands) > 100
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        assert [text for text in pool.map(complaints, commands.items()) if text] == []


@pytest.mark.skipif(os.name == "nt", reason="only gcc takes it")
def test_a_program_is_compiled_with_the_precompiled_header(tmp_path: Path) -> None:
    """Else a build takes twice as long. gcc takes it for these options only, and says so with -H."""
    source = SOURCE / "chapter07/01-mailslot/MailSender.c"
    command = compile_commands()[source]
    command[command.index("-o") + 1] = str(tmp_path / "x.obj")
    command[command.index("-MF") + 1] = str(tmp_path / "x.d")
    result = subprocess.run([*command, "-H"], cwd=BUILD.build_dir, capture_output=True, encoding="utf-8", check=True)
    assert result.stderr.splitlines()[0] == "! common/trace/trace.h.gch"
    # By this file ninja knows that the program is to be compiled anew when a call has been added.
    assert "common/trace/trace_kernel32.h" in (tmp_path / "x.d").read_text(encoding="utf-8")


@pytest.mark.parametrize("program, some_of, none_of", [
    ("HandleTable", {"HandleTable", "MailSender2_1", "MailReceiver"}, {"MailSender", "inherit_parent"}),
    ("inherit_parent", {"inherit_parent", "inherit_child"}, {"HandleTable", "MailReceiver"}),
    ("CommandPrmpt_Ex", {"CommandShell", "PartAdder"}, {"command_shell", "AdderManager"}),
])
def test_a_program_needs_its_lesson(program: str, some_of: set[str], none_of: set[str]) -> None:
    lesson = lessons.of_program(SOURCE, program)
    assert lesson
    needed = set(lesson.needed_by([program]))
    assert some_of <= needed and not none_of & needed


def test_no_lesson_has_a_program_of_the_tests() -> None:
    assert lessons.of_program(SOURCE, "Probe") is None
    assert {"Probe", "MailSender"} <= set(BUILD.all_programs())


@pytest.mark.skipif(os.name == "nt", reason="POSIX programs")
def test_a_posix_program_neither_starts_wine_nor_waits_for_other_programs(tmp_path: Path) -> None:
    def lesson(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(SOURCE / "scripts/lesson"), "--build-dir", str(tmp_path), *arguments],
                              capture_output=True, encoding="utf-8", timeout=2 * DEADLINE_S, check=False)

    def built() -> set[str]:
        return {path.stem for path in (tmp_path / "unicode").iterdir() if path.is_file() and os.access(path, os.X_OK)}

    assert lesson("exec", "probe", "say", "x").stdout == "[x]\n"
    assert built() == {"probe"}
    assert lesson("run", "mailslot", "queue").returncode == 0
    assert built() == {"probe", "message_queue_receiver", "message_queue_sender"}
    assert not any(map(is_win32, built())) and not (tmp_path / "wine").exists()


@pytest.mark.skipif(os.name == "nt", reason="compiles for Windows by a cross compiler")
def test_an_unknown_program_is_refused_before_anything_is_compiled(tmp_path: Path) -> None:
    result = subprocess.run([str(SOURCE / "scripts/lesson"), "--build-dir", str(tmp_path), "exec", "MailRecever"],
                            capture_output=True, encoding="utf-8", timeout=2 * DEADLINE_S, check=False)
    assert result.returncode == 2 and "MailReceiver" in result.stderr
    assert not list((tmp_path / "unicode").glob("*.exe"))
