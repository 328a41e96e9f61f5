"""`lesson mutants`: breaks one thing at a time in a copy of the project, and sees whether the tests notice it.

tests/mutants.toml lists the changes, each with the tests of which one must fail. A change that no test notices has
survived: a test is missing. Where it cannot be told, for example because a change does not compile, that is a failure
of the list and no success of the tests.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..setup import packages
from ..setup.build import Build, prepare
from ..setup.failure import Failure
from ..setup.progress import StepFailed

_DEADLINE_S = 600.0  # for the tests of one change, which take seconds unless they hang
_NOT_SOURCES = re.compile(r"\.git$|build|\..*cache$")  # in the project's folder
_EVENT_DEADLINE_S = 20.0  # for one event in a test: much of what is noticed is that something does not come
_KEYS = {"name", "file", "old", "new", "tests"}


@dataclass(frozen=True)
class Mutant:
    name: str
    file: str  # its path in the project
    old: str  # stands there exactly once
    new: str
    tests: list[str]  # pytest's ids below tests/; one of them must fail

    def mutated(self, text: str) -> str:
        if text.count(self.old) != 1:
            raise Failure(f"{self.name}: its old text stands {text.count(self.old)} times in {self.file}, not once.")
        return text.replace(self.old, self.new)


class Unclear(Exception):
    """Whether the tests notice a change could not be told."""


def load(path: Path) -> list[Mutant]:
    tables = tomllib.loads(path.read_text(encoding="utf-8"))["mutant"]
    for table in tables:
        if set(table) != _KEYS or not table["tests"]:
            raise Failure(f"{path.name}: {table.get('name')}: {', '.join(sorted(_KEYS))} are expected, and some tests.")
    return [Mutant(**table) for table in tables]


def run(source: Path, build_root: Path, mutants: list[Mutant]) -> int:
    """Tries these changes in a copy of the working tree; gives 0 when the tests notice all of them, else 1."""
    root = build_root / "mutants"
    copy = root / "tree"
    refresh(copy, source)
    builds = [Build(copy, root, unicode=True), Build(copy, root, unicode=False)]
    if os.name != "nt":
        builds.append(Build(copy, root, unicode=True, sanitize=True))
    prepare(*builds, tests=True)
    # Python takes compiled code for current where neither the size nor the second of its source has changed.
    environment = os.environ | {"COMPANION_BUILD_ROOT": str(root), "COMPANION_DEADLINE_S": str(_EVENT_DEADLINE_S),
                                "PYTHONDONTWRITEBYTECODE": "1"}

    print(f"the unchanged project: {len(mutants)} changes", flush=True)
    status, failed = run_tests(copy, sorted({test for mutant in mutants for test in mutant.tests}), environment, root)
    if status != 0:
        raise Failure("The tests must pass on the unchanged project, and do not: " + (", ".join(failed) or
                      f"pytest ended with status {status}; its output is in {root / 'pytest.log'}"))

    count = {"noticed": 0, "survived": 0, "unclear": 0}
    for mutant in mutants:
        since = time.monotonic()
        try:
            noticed_by = try_one(mutant, copy, builds, environment, root)
            verdict, detail = ("noticed", noticed_by) if noticed_by else ("survived", ", ".join(mutant.tests))
        except Unclear as error:
            verdict, detail = "unclear", str(error)
        count[verdict] += 1
        print(f"{verdict:9} {mutant.name:32} {time.monotonic() - since:4.0f} s  {detail}", flush=True)
    print(", ".join(f"{number} {verdict}" for verdict, number in count.items()))
    return 0 if count["noticed"] == len(mutants) else 1


def try_one(mutant: Mutant, copy: Path, builds: list[Build], environment: dict[str, str], root: Path) -> str:
    """The first test that fails for this change, or "". The copy is afterwards as it was."""
    with changed(copy / mutant.file, mutant):
        try:
            for build in builds:
                build.compile()
        except StepFailed as error:
            raise Unclear("it does not compile") from error
        status, failed = run_tests(copy, [*mutant.tests, "-x"], environment, root)
    if not failed and status != 0:
        raise Unclear(f"pytest could not run the tests: status {status}")
    return next(iter(failed), "")


@contextlib.contextmanager
def changed(path: Path, mutant: Mutant) -> Iterator[None]:
    before = path.read_text(encoding="utf-8")
    path.write_text(mutant.mutated(before), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def run_tests(copy: Path, arguments: list[str], environment: dict[str, str], root: Path) -> tuple[int, list[str]]:
    """pytest's exit status, and the tests that failed; a file that cannot be read as Python is none."""
    command = [str(packages.python_for_tests()), "-m", "pytest", "-q", "-n", str(os.cpu_count() or 1), *arguments]
    log = root / "pytest.log"
    with log.open("wb") as output:
        # A group of its own: when time runs out, the workers end with it.
        with subprocess.Popen(command, cwd=copy / "tests", env=environment, stdin=subprocess.DEVNULL, stdout=output,
                              stderr=subprocess.STDOUT, start_new_session=True) as pytest:
            try:
                status = pytest.wait(_DEADLINE_S)
            except subprocess.TimeoutExpired as error:
                raise Unclear(f"no end within {_DEADLINE_S:g} s") from error
            finally:
                end_group(pytest)
    return status, re.findall(r"^(?:FAILED|ERROR) (?:tests/)?(\S+::.*?)(?: - .*)?$",
                              log.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)


def end_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        # As by Ctrl+C: the stage then ends the programs that it started.
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def refresh(copy: Path, source: Path) -> None:
    """Makes the copy like the working tree. What has not changed keeps its time, so that little is compiled anew."""
    wanted = {path.relative_to(source).as_posix() for entry in source.iterdir() if not _NOT_SOURCES.match(entry.name)
              for path in [entry, *entry.rglob("*")] if path.is_file() and "__pycache__" not in path.parts}
    for path in [path for path in copy.rglob("*") if path.is_file()]:
        if path.relative_to(copy).as_posix() not in wanted:
            path.unlink()
    for name in wanted:
        original, duplicate = source / name, copy / name
        if not duplicate.exists() or duplicate.read_bytes() != original.read_bytes():
            duplicate.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(original, duplicate)
