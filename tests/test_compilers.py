"""`lesson test --compiler`: its data and what it refuses. And the systems and compilers of .github/workflows/ci.yml."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from companion.maintain import compilers
from companion.maintain.compilers import COMPILERS, Goal
from companion.setup import packages
from companion.setup.build import Build
from companion.setup.failure import Failure, WrongUse
from conftest import SOURCE
from test_lesson_command import lesson

WORKFLOW = (SOURCE / ".github/workflows/ci.yml").read_text(encoding="utf-8")
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="--compiler is for Linux")


def matrix(job: str, key: str) -> list[str]:
    """What a job of the workflow has in its matrix. That file has one form; to read all of YAML takes a library."""
    body = re.search(rf"^  {job}:\n((?:    .*\n|\n)+)", WORKFLOW, re.MULTILINE)
    assert body, job
    row = re.search(rf"^        {key}: \[(.*)\]$", body[1], re.MULTILINE)
    assert row, key
    return [value.strip(" '") for value in row[1].split(",")]


def named_on(page: str, pattern: str) -> list[str]:
    return re.findall(pattern, (SOURCE / page).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", COMPILERS)
def test_each_compiler_is_whole(name: str) -> None:
    compiler = COMPILERS[name]
    assert all("apt" in need.packages for need in compiler.needs)
    # From exactly one place comes what Meson is told; where only the syntax is checked it is told nothing.
    assert bool(compiler.cross_file) + bool(compiler.zig_cpu) == (compiler.goal is not Goal.SYNTAX)
    if compiler.cross_file:
        program = compiler.needs[0].version_command()[0]
        assert f"c = '{program}'" in (SOURCE / "scripts/cross" / compiler.cross_file).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMPILERS)
def test_no_compiler_uses_the_folder_of_another_build(name: str, tmp_path: Path) -> None:
    usual = {Build(SOURCE, tmp_path, unicode).build_dir for unicode in (True, False)}
    mine = [Build(SOURCE, tmp_path, unicode, compiler=name).build_dir for unicode in (True, False)]
    assert len({*usual, *mine}) == 4


def test_an_unknown_compiler_is_refused() -> None:
    result = lesson("test", "--compiler", "bcc")
    assert result.returncode == 2
    assert "zig-aarch64" in result.stderr.decode() and "Traceback" not in result.stderr.decode()


@on_linux
@pytest.mark.parametrize("name", ["zig-aarch64", "clang-msvc"])
def test_no_scene_is_chosen_where_none_is_played(name: str) -> None:
    result = lesson("test", "--compiler", name, "mailslot")
    assert result.returncode == 2
    assert name in result.stderr.decode()


@on_linux
def test_a_compiler_that_the_system_does_not_have(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = packages.Need("C compiler of nobody", lambda: False, lambda: ["false"], {"apt": "gcc-of-nobody"})
    monkeypatch.setitem(COMPILERS, "nobody", compilers.Compiler([missing], Goal.PLAY, "x86_64-w64-mingw32.ini"))
    monkeypatch.setattr(packages, "is_unknown", lambda need: need is missing)
    with pytest.raises(Failure, match="nobody is not available on this system: it has no package gcc-of-nobody"):
        compilers.run("nobody", SOURCE, tmp_path, True, [])


@on_linux
def test_zig_without_npm_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    missing = packages.Need("npm", lambda: False, lambda: ["false"], packages.NPM.packages)
    monkeypatch.setattr(packages, "NPM", missing)
    monkeypatch.setitem(COMPILERS, "zig", compilers.Compiler([missing], Goal.PLAY, zig_cpu="x86_64"))
    with pytest.raises(Failure, match="(?s)not installed.* npm"):
        compilers.run("zig", SOURCE, tmp_path, True, [])


def test_other_systems_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(WrongUse, match="--compiler is for Linux"):
        compilers.run("zig", SOURCE, tmp_path, True, [])


@pytest.mark.skipif(os.name == "nt", reason="a shell script")
@pytest.mark.parametrize("arguments, passed_on", [
    (["-c", "x.c"], "cc -target T -c x.c"),
    (["x.obj", "-municode"], f"cc -target T x.obj -municode {SOURCE}/scripts/cross/zig-start.c"),
    (["-c", "x.c", "-municode"], "cc -target T -c x.c -municode"),
    (["-E", "-dM", "-"], "cc -x c -target T -E -dM -"),
])
def test_what_zig_is_told(tmp_path: Path, arguments: list[str], passed_on: str) -> None:
    zig = tmp_path / "zig"
    zig.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    zig.chmod(0o755)
    result = subprocess.run([SOURCE / "scripts/cross/zig-cc", zig, "-target", "T", *arguments], capture_output=True,
                            text=True, check=True)
    assert result.stdout.strip() == passed_on


def test_the_workflow_tries_every_compiler() -> None:
    assert matrix("compilers", "compiler") == list(COMPILERS)


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_workflow_runs_the_systems_that_the_page_names(page: str) -> None:
    assert set(matrix("debian", "debian")) == set(named_on(page, r"Debian (\d+)"))
    assert {f"ubuntu-{version}" for version in named_on(page, r"Ubuntu ([\d.]+\d)")} == set(
        re.findall(r"runs-on: (ubuntu-\S+)", WORKFLOW))
    assert set(matrix("windows", "system")) == {f"windows-{year}" for year in named_on(page, r"Windows Server (\d+)")}
    assert set(matrix("windows", "compiler")) == {"cl", "clang-cl", "gcc"}
    assert named_on(page, "MSVC, clang-cl") and named_on(page, "MinGW-w64")


@pytest.mark.parametrize("job", ["debian", "ubuntu"])
@pytest.mark.parametrize("command", ["./scripts/lesson run mailslot", "./scripts/lesson test"])
def test_the_workflow_types_the_commands_of_the_page(job: str, command: str) -> None:
    body = WORKFLOW.split(f"\n  {job}:\n")[1].split("\n\n  ")[0]
    assert f"run: {command}\n" in body + "\n"
    assert f"    {command} " in (SOURCE / "README.md").read_text(encoding="utf-8")
