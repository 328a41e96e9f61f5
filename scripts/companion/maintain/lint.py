"""`lesson lint`: checks the form of C and Python sources with the tools in the versions of Debian 12.

Other versions have other rules, so with another version the check is skipped: it would complain about clean files.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ..setup import packages
from ..setup.packages import Need

_COLUMNS = 120


@dataclass(frozen=True)
class _Check:
    need: Need
    version: str  # prefix of the accepted ones
    options: list[list[str]]  # of each call of the tool
    advice: str = ""


def run(source: Path, build_root: Path) -> int:
    """Prints the complaints of the tools; returns 0 when there are none, else 1."""
    if packages.system() == "apt":
        packages.require([*packages.TO_LINT, *packages.TO_TEST], build_root / "logs")
    return max([_run(check, source) for check in _checks(source, build_root)])


def _checks(source: Path, build_root: Path) -> list[_Check]:
    c_files = sorted(str(path) for folder in ("common", "chapter07", "chapter08", "tests")
                     for path in (source / folder).rglob("*.[ch]"))
    # mypy must find pytest, which perhaps only this Python has.
    mypy = ["--python-executable", packages.python_for_tests() or sys.executable]
    cache = build_root / "mypy"
    return [
        _Check(packages.CLANG_FORMAT, "14.", [["--dry-run", "-Werror", *c_files]],
               "clang-format -i FILE mends a file."),
        _Check(packages.MYPY, "1.0.", [
            [*mypy, "--cache-dir", str(cache)],
            # The code that only Windows runs.
            [*mypy, "--cache-dir", str(cache / "win32"), "--platform", "win32", "scripts/companion"]]),
        _Check(packages.FLAKE8, "5.0.", [
            ["--isolated", "--max-line-length", str(_COLUMNS), "scripts", "tests", "common"]]),
    ]


def _run(check: _Check, source: Path) -> int:
    name = check.need.name
    tool = packages.tool_path(name)
    if tool is None:
        print(f"{name}: skipped, since it is not installed", flush=True)
        return 0
    version = check.need.version()
    found = re.search(r"\d+\.[\d.]*\d", version)
    if not found or not found[0].startswith(check.version):
        print(f"{name}: skipped, since version {check.version}x is needed, and this is {version!r}", flush=True)
        return 0
    print(f"{name} {found[0]}", flush=True)
    # Makes all calls, also after one that failed.
    failed = [options for options in check.options if subprocess.run([tool, *options], cwd=source).returncode != 0]
    if failed and check.advice:
        print(check.advice, flush=True)
    return 1 if failed else 0
