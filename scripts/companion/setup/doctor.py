"""The table of `lesson doctor`: what is there, in which version, and how to get what is missing."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from . import packages, tested
from .build import Build


def report(source: Path, build_root: Path) -> int:
    """Prints the table; gives 0 when all that must be installed is there, else 1."""
    needs = [*packages.TO_RUN, *packages.TO_TEST]
    missing = [need for need in needs if not need.is_there()]

    _row("Python", f"{platform.python_version()}  {sys.executable}")
    for need in needs:
        _row(need.name, "missing" if need in missing else need.version())

    _row("Tests", tested.about(tested.this_system()))

    for build in (Build(source, build_root, unicode=True), Build(source, build_root, unicode=False)):
        count = len(build.programs())
        _row(f"{build.name} build", f"{count} programs in {build.build_dir}" if count else "not yet")
    prefix = build.wine_prefix
    if os.name != "nt":
        _row("Wine prefix", str(prefix) if prefix.exists() else "not yet")

    if not missing:
        return 0
    print("\nWhat is missing is installed with:")
    for command in packages.how_to_install(missing):
        print(f"    {command}")
    return 1


def _row(name: str, state: str) -> None:
    print(f"{name:22} {state}")
