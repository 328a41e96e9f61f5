"""What must be installed on this machine: how it shows that it is there, and how to get it where it is not."""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .failure import Failure
from .progress import Step, StepFailed, say

WINE = Path(__file__).resolve().parents[2] / "wine"

_LISTS = Path("/var/lib/apt/lists")

# Where one command installs several packages.
_TOGETHER = {
    "apt": "apt-get install -y --no-install-recommends",
    "dnf": "dnf install",
    "pacman": "pacman -S",
}


@dataclass(frozen=True)
class Need:
    """One thing that must be there. Its packages are named for each system that has a command in _TOGETHER; for the
    other systems the whole command is given."""

    name: str
    is_there: Callable[[], bool]  # must be quick: each command asks
    version_command: Callable[[], list[str]]
    packages: dict[str, str]

    def version(self) -> str:
        result = subprocess.run(self.version_command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
        return next(iter(result.stdout.splitlines()), "?")


def _tool(name: str, program: str, packages: dict[str, str]) -> Need:
    return Need(name, lambda: shutil.which(program) is not None, lambda: [program, "--version"], packages)


def tool_path(name: str) -> str | None:
    """The path of a tool whose version matters: on Debian the system's, even where another comes first on PATH."""
    return shutil.which(name, path="/usr/bin") if system() == "apt" else shutil.which(name)


def _versioned_tool(name: str, packages: dict[str, str]) -> Need:
    return Need(name, lambda: tool_path(name) is not None, lambda: [tool_path(name) or name, "--version"], packages)


def _has_c_compiler() -> bool:
    """A compiler that Debian's libc6-dev does not accompany cannot compile; elsewhere the two come as one."""
    return shutil.which("cc") is not None and (system() != "apt" or Path("/usr/include/stdio.h").exists())


def _windows_compiler() -> str | None:
    """The one that CC names, or one on PATH. Visual Studio's is not on PATH: its installer is what knows of it, and
    Meson asks that, too."""
    vswhere = Path(os.environ.get("ProgramFiles(x86)", ""), "Microsoft Visual Studio/Installer/vswhere.exe")
    programs = (os.environ.get("CC", ""), "cl", "clang-cl", "gcc", str(vswhere))
    return next(filter(None, map(shutil.which, programs)), None)


def _has_wine() -> bool:
    return subprocess.run([WINE, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode != 127


@cache
def wine_version() -> str:
    """Such as "8.0", where Wine is there."""
    words = subprocess.run([WINE, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           encoding="utf-8", errors="replace").stdout.split()
    return words[0].removeprefix("wine-") if words else ""


@cache
def python_for_tests() -> str | None:
    """A Python that has pytest and xdist. Debian installs them for its own Python, which may not be the one that
    runs this."""
    check = ("import sys; from importlib.util import find_spec\n"
             "sys.exit(sys.version_info < (3, 11) or not (find_spec('pytest') and find_spec('xdist')))")
    for python in (sys.executable, "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run([python, "-c", check]).returncode == 0:
            return python
    return None


_MESON = _tool("Meson", "meson", {
    "apt": "meson", "dnf": "meson", "pacman": "meson", "brew": "brew install meson",
    "winget": "winget install mesonbuild.meson"})
_NINJA = _tool("Ninja", "ninja", {
    "apt": "ninja-build", "dnf": "ninja-build", "pacman": "ninja", "brew": "brew install ninja",
    "winget": "winget install Ninja-build.Ninja"})
_WINDOWS_COMPILER = Need("C compiler", lambda: _windows_compiler() is not None, lambda: [_windows_compiler() or ""], {
    "winget": "winget install Microsoft.VisualStudio.2022.BuildTools --override"
              ' "--passive --wait --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"'
              "   (or MinGW-w64: winget install BrechtSanders.WinLibs.POSIX.UCRT)"})
_C_COMPILER = Need("C compiler for POSIX", _has_c_compiler, lambda: ["cc", "--version"], {
    "apt": "gcc libc6-dev", "dnf": "gcc libasan libubsan", "pacman": "gcc", "brew": "xcode-select --install"})
_MINGW = _tool("C compiler for Win32", "x86_64-w64-mingw32-gcc", {
    "apt": "gcc-mingw-w64-x86-64-win32",  # half the size of gcc-mingw-w64-x86-64, which brings two of them
    "dnf": "mingw64-gcc", "pacman": "mingw-w64-gcc", "brew": "brew install mingw-w64"})
_WINE = Need("Wine", _has_wine, lambda: [str(WINE), "--version"], {
    "apt": "wine64", "dnf": "wine-core", "pacman": "wine", "brew": "brew install --cask wine-stable"})
_PYTEST = Need("pytest and xdist", lambda: python_for_tests() is not None,
               lambda: [python_for_tests() or "", "-m", "pytest", "--version"], {
    "apt": "python3-pytest python3-pytest-xdist", "dnf": "python3-pytest python3-pytest-xdist",
    "pacman": "python-pytest python-pytest-xdist", "brew": f"{sys.executable} -m pip install pytest pytest-xdist",
    "winget": f"{sys.executable} -m pip install pytest pytest-xdist"})
_STRACE = Need("strace", lambda: shutil.which("strace") is not None, lambda: ["strace", "--version"], {
    "apt": "strace", "dnf": "strace", "pacman": "strace",
    "brew": "(there is no strace for macOS: calls of POSIX programs are shown on Linux only)"})
# For the charts of `lesson bench`, and for nothing else.
GNUPLOT = _tool("gnuplot", "gnuplot", {
    "apt": "gnuplot-nox", "dnf": "gnuplot-minimal", "pacman": "gnuplot", "brew": "brew install gnuplot",
    "winget": "winget install gnuplot.gnuplot"})
# For `lesson test --compiler`, and for nothing else.
MINGW_I686 = _tool("C compiler for 32-bit Win32", "i686-w64-mingw32-gcc", {
    "apt": "gcc-mingw-w64-i686-win32", "dnf": "mingw32-gcc", "pacman": "mingw-w64-gcc"})
MINGW_UCRT = _tool("C compiler for Win32 with the UCRT", "x86_64-w64-mingw32ucrt-gcc", {
    "apt": "gcc-mingw-w64-ucrt64", "dnf": "ucrt64-gcc", "pacman": "(there is no such package for this system)"})
CLANG = _tool("clang", "clang", {"apt": "clang", "dnf": "clang", "pacman": "clang"})
NPM = _tool("npm", "npm", {"apt": "npm", "dnf": "npm", "pacman": "npm"})
# For `lesson lint`, and for nothing else.
CLANG_FORMAT = _versioned_tool("clang-format", {"apt": "clang-format"})
MYPY = _versioned_tool("mypy", {"apt": "mypy"})
FLAKE8 = _versioned_tool("flake8", {"apt": "flake8"})

TO_RUN: Sequence[Need] = ([_MESON, _NINJA, _WINDOWS_COMPILER] if os.name == "nt" else
                          [_MESON, _NINJA, _C_COMPILER, _MINGW, _WINE])
TO_TEST: Sequence[Need] = [_PYTEST]
TO_TRACE_POSIX: Sequence[Need] = [_STRACE]
TO_LINT: Sequence[Need] = [CLANG_FORMAT, MYPY, FLAKE8]


@cache
def system() -> str | None:
    """Which column of the packages is this system's."""
    if os.name == "nt":
        return "winget"
    if sys.platform == "darwin":
        return "brew"
    managers = {"apt": "apt-get", "dnf": "dnf", "pacman": "pacman"}
    return next((name for name, program in managers.items() if shutil.which(program)), None)


def how_to_install(needs: Sequence[Need]) -> list[str]:
    """The commands to type."""
    column = system()
    if column is None:
        return [f"{need.name}: for example the packages {need.packages['dnf']} of Fedora" for need in needs]
    packages = [need.packages[column] for need in needs]
    if column not in _TOGETHER:
        return packages
    sudo = "sudo " if _needs_sudo() and shutil.which("sudo") else ""
    return [f"{sudo}{_TOGETHER[column]} {' '.join(packages)}"]


def is_unknown(need: Need) -> bool:
    """Whether Debian's or Ubuntu's package lists are there, and know no such package."""
    return (system() == "apt" and any(_LISTS.glob("*_Packages*"))
            and subprocess.run(["apt-cache", "show", *need.packages["apt"].split()], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL).returncode != 0)


def require(needs: Sequence[Need], logs: Path) -> bool:
    """Installs what is missing on Debian and Ubuntu; elsewhere fails, and says how. True if it installed something."""
    if os.name != "nt" and sys.platform != "darwin" and platform.machine() != "x86_64":
        raise Failure(f"The Windows programs are made for x86-64, which Wine cannot run on {platform.machine()}.")
    missing = [need for need in needs if not need.is_there()]
    if not missing:
        return False
    names = ", ".join(need.name for need in missing)
    commands = "\n".join(f"    {command}" for command in how_to_install(missing))
    if system() != "apt":
        raise Failure(f"Missing: {names}. Install with:\n{commands}")
    if _needs_sudo() and not shutil.which("sudo"):
        raise Failure(f"Missing: {names}; and there is no sudo to install with. As root, run:\n{commands}")

    _apt_install(" ".join(need.packages["apt"] for need in missing).split(), logs, commands)
    python_for_tests.cache_clear()
    for need in missing:
        if not need.is_there():
            raise Failure(f"{need.name} is still missing after its package was installed: {need.packages['apt']}")
    return True


def _needs_sudo() -> bool:
    return sys.platform != "win32" and os.geteuid() != 0


def _apt_install(names: list[str], logs: Path, by_hand: str) -> None:
    say(f"installing with apt-get: {' '.join(names)}")
    as_root = ["env", "DEBIAN_FRONTEND=noninteractive"]
    if _needs_sudo():
        # sudo may ask for the password here, where the user sees it; later it remembers.
        if subprocess.call(["sudo", "true"], stdout=sys.stderr) != 0:
            raise Failure(f"sudo did not let us install. Ask one who may to run:\n{by_hand}")
        as_root.insert(0, "sudo")
    # Another package manager, such as the nightly upgrade, may be at work and hold a lock.
    apt_get = [*as_root, "apt-get", "-o", "DPkg::Lock::Timeout=300"]
    install = [*apt_get, "install", "-y", "--no-install-recommends", *names]
    # First finishes an installation that was interrupted. If only some package list cannot be fetched, the packages
    # may still be installed; so this is one step, with all output together.
    thorough = [[*as_root, "dpkg", "--configure", "-a"], [*apt_get, "update"], install]

    def run(command: list[str]) -> None:
        Step("installing", command, logs / "install.log",
             f"When what apt-get complains about is mended, run this again, or as root:\n{by_hand}").finish()

    # A new system has no package lists yet; an old one may have lists that name files which are gone.
    if any(_LISTS.glob("*_Packages*")):
        with contextlib.suppress(StepFailed):
            return run(install)
    run(["sh", "-c", "; ".join(map(shlex.join, thorough))])
