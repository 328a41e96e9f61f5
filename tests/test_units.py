"""The unit tests of common/, in C."""

from __future__ import annotations

import re
import subprocess

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS
from companion.setup.toolchain import Toolchain, is_win32

NAMES = re.findall(r"^  '(\w+)': files\('unit/", (SOURCE / "tests/meson.build").read_text(), re.MULTILINE)
UNITS = [(build, unit) for build in TOOLCHAINS for unit in NAMES if is_win32(unit) == (build != "posix")]


@pytest.mark.parametrize("build, unit", UNITS)
def test_unit(build: str, unit: str) -> None:
    toolchain: Toolchain = TOOLCHAINS[build]
    result = subprocess.run(toolchain.command(unit, []), env=toolchain.environment(), stdin=subprocess.DEVNULL,
                            capture_output=True, timeout=DEADLINE_S, check=False)
    lines = result.stdout.decode().splitlines()
    assert [line for line in lines if line.startswith("not ok")] == []
    assert result.returncode == 0, result.stderr.decode()
    assert lines[-1] == f"1..{len(lines) - 1}" and len(lines) > 1
