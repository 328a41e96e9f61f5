"""What every test has at hand: the builds, and a stage to play programs on."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from companion.play.stage import Stage
from companion.setup.build import Build
from companion.setup.packages import wine_version
from companion.setup.toolchain import Toolchain

SOURCE = Path(__file__).resolve().parent.parent
BUILD_ROOT = Path(os.environ.get("COMPANION_BUILD_ROOT", SOURCE / "build"))
DEADLINE_S = float(os.environ.get("COMPANION_DEADLINE_S", "60"))  # for one event: many tests share few cores

# The builds under test. The POSIX programs are tested with the address and undefined behaviour sanitizers.
TOOLCHAINS = {name: Build(SOURCE, BUILD_ROOT, unicode=name == "unicode") for name in ("unicode", "ansi")}
if os.name == "posix":
    TOOLCHAINS["posix"] = Build(SOURCE, BUILD_ROOT, unicode=True, sanitize=True)
WIN32 = ["unicode", "ansi"]
# `lesson test --compiler` tests one build alone, of another compiler.
if OTHER_BUILD := os.environ.get("COMPANION_OTHER_BUILD"):
    TOOLCHAINS = {OTHER_BUILD: Build(SOURCE, BUILD_ROOT, "unicode" in OTHER_BUILD,
                                     compiler=OTHER_BUILD.rpartition("-")[0])}
    WIN32 = [OTHER_BUILD]
BOTH_SIDES = list(TOOLCHAINS)
linux_only = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
WINE = wine_version() if os.name != "nt" else ""
WINE_COMPARED = ("8.0", "10.0")  # the versions that were looked at for each mark: Debian 12, Debian 13


@contextlib.contextmanager
def running(command: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process that is no actor on the stage. It does not outlive a test that fails."""
    with subprocess.Popen(command, text=True, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def wine_differs(reason: str, seen_in: str, *and_in: str) -> pytest.MarkDecorator:
    """Marks a test that holds on Windows, and not under these versions of Wine: there it fails once the difference
    is gone. Under the other one that was looked at it has to hold; under the rest it may do either."""
    is_expected = WINE in (seen_in, *and_in)
    may_be = bool(WINE) and WINE not in WINE_COMPARED
    return pytest.mark.xfail(is_expected or may_be, reason=f"Wine {WINE}: {reason}", strict=is_expected)


@pytest.fixture(scope="session", autouse=True)
def wine_stays_awake() -> Iterator[None]:
    """A program that waits as long as tests run, so that Wine's services need not be seen to at each start."""
    if os.name == "nt":
        yield
        return
    toolchain = TOOLCHAINS[WIN32[0]]
    toolchain.start_wine(BUILD_ROOT / "logs/wine.log").finish()
    with subprocess.Popen(toolchain.command("Probe", ["lines"]), env=toolchain.environment(), stdin=subprocess.PIPE,
                          stdout=subprocess.DEVNULL) as awake:
        os.environ["COMPANION_WINE_PRIMED"] = "1"
        yield
        awake.communicate()


@pytest.fixture(params=WIN32)
def win32(request: pytest.FixtureRequest) -> Toolchain:
    return TOOLCHAINS[request.param]


@pytest.fixture
def posix() -> Toolchain:
    if "posix" not in TOOLCHAINS:
        pytest.skip("POSIX programs are not built on Windows")
    return TOOLCHAINS["posix"]


@pytest.fixture
def win32_stage(win32: Toolchain) -> Iterator[Stage]:
    with Stage(win32, deadline_s=DEADLINE_S) as stage:
        yield stage


@pytest.fixture
def posix_stage(posix: Toolchain) -> Iterator[Stage]:
    with Stage(posix, deadline_s=DEADLINE_S) as stage:
        yield stage


@pytest.fixture(params=BOTH_SIDES)
def both_sides(request: pytest.FixtureRequest) -> Iterator[tuple[Stage, str]]:
    """A stage and the name of the probe on its side."""
    with Stage(TOOLCHAINS[request.param], deadline_s=DEADLINE_S) as stage:
        yield stage, "probe" if request.param == "posix" else "Probe"


def pytest_unconfigure(config: pytest.Config) -> None:
    """The plain closing line. A known difference of Wine that is still there has passed."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput") or not reporter.stats:
        return
    count = {outcome: len(reporter.stats.get(outcome, ())) for outcome in
             ("passed", "xfailed", "failed", "error", "skipped")}
    print(f"{count['passed'] + count['xfailed']} passed, {count['failed'] + count['error']} failed"
          + (f", {count['skipped']} skipped" if count["skipped"] else ""))
