"""The unit tests of common/, in C."""

from __future__ import annotations

import subprocess

import pytest
from conftest import DEADLINE_S, TOOLCHAINS, WIN32
from companion.toolchain import Toolchain

UNITS = [(build, unit) for build in WIN32 for unit in ("UnitConsole", "UnitOptions", "UnitText")]
if "posix" in TOOLCHAINS:
    UNITS += [("posix", unit) for unit in ("unit_options", "unit_text")]


@pytest.mark.parametrize("build, unit", UNITS)
def test_unit(build: str, unit: str) -> None:
    toolchain: Toolchain = TOOLCHAINS[build]
    result = subprocess.run(toolchain.command(unit, []), env=toolchain.environment(), stdin=subprocess.DEVNULL,
                            capture_output=True, timeout=DEADLINE_S, check=False)
    lines = result.stdout.decode().splitlines()
    assert [line for line in lines if line.startswith("not ok")] == []
    assert result.returncode == 0, result.stderr.decode()
    assert lines[-1] == f"1..{len(lines) - 1}" and len(lines) > 3
