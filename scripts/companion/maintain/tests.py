"""`lesson test`: builds all programs, with both character sets and with sanitizers, and runs the tests."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from ..play import lessons
from ..setup import packages
from ..setup.failure import WrongUse
from ..setup.build import Build, prepare

_NO_TESTS = 5  # pytest's exit status where the selection is empty


def keywords(name: str, known_lessons: list[str]) -> list[str]:
    """What the names of these tests contain. Those of a lesson's scenes and pages have its name, and those of its
    programs are in files with underscores in their names."""
    return [name, name.replace("-", "_")] if name in known_lessons and "-" in name else [name]


def run(source: Path, build_root: Path, names: list[str]) -> int:
    """Runs all tests, or those of which the name contains one of these; gives pytest's exit status."""
    check_names(names)
    known = [lesson.name for lesson in lessons.find_all(source)]  # fails with a list, where tests would with tracebacks
    builds = [Build(source, build_root, unicode=True), Build(source, build_root, unicode=False)]
    if os.name != "nt":
        builds.append(Build(source, build_root, unicode=True, sanitize=True))
    prepare(*builds, tests=True)

    return run_pytest(source, ["tests"], [keyword for name in names for keyword in keywords(name, known)],
                      {"COMPANION_BUILD_ROOT": str(builds[0].build_root)})


def check_names(names: list[str]) -> None:
    for name in names:
        if not re.fullmatch(r"[\w.-]+", name):  # else pytest would read it as an expression
            raise WrongUse(f"{name!r} cannot be part of a test's name.")


def run_pytest(source: Path, tests: list[str], names: list[str], environment: dict[str, str]) -> int:
    """Runs what is in these files, all or what contains one of these names; gives pytest's exit status."""
    # A test mostly waits: for Wine to start a program, or for a time limit to run out.
    command = [str(packages.python_for_tests()), "-m", "pytest", *tests, "-n", str(2 * (os.cpu_count() or 1))]
    if names:
        command += ["-k", " or ".join(names)]
    with subprocess.Popen(command, env=os.environ | environment, cwd=source) as pytest:
        try:
            status = pytest.wait()
        except KeyboardInterrupt:
            pytest.wait()  # it has received the Ctrl+C too, and ends what its tests started
            raise
    if status == _NO_TESTS:
        raise WrongUse(f"There is no test of which the name contains {' or '.join(names)}.")
    return status
