"""The benchmark of all mechanisms: that it measures, not how fast anything is."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS
from companion.maintain import bench_ipc
from companion.maintain.bench_ipc import Figure

WIN32 = ["mailslot", "anonymous-pipe", "named-pipe", "shared-memory", "memory-map", "socket"]
POSIX = ["message-queue", "pipe", "fifo", "unix-socket", "shared-memory", "memory-map", "socket"]


def test_every_mechanism_is_measured() -> None:
    figures = bench_ipc.measure(TOOLCHAINS["unicode"], sizes=[1, 65536], rounds=5)
    systems = {"windows": WIN32} if os.name == "nt" else {"wine": WIN32, "posix": POSIX}
    assert [(figure.system, figure.mechanism, figure.size_bytes) for figure in figures] == [
        (system, mechanism, size)
        for system, mechanisms in systems.items() for mechanism in mechanisms for size in (1, 65536)]
    assert all(figure.throughput_mb_s > 0 and 0 < figure.p50_us <= figure.p99_us for figure in figures)


@pytest.mark.skipif(os.name == "nt", reason="looks where Linux keeps such names")
def test_nothing_is_left_behind() -> None:
    leftovers = [*Path("/tmp").glob("companion-bench-*"), *Path("/dev/shm").glob("companion-bench-*")]
    assert [path for path in leftovers if not Path("/proc", path.name.split("-")[2]).exists()] == []


@pytest.mark.skipif(shutil.which("gnuplot") is None, reason="gnuplot is not installed")
def test_the_chart_is_svg(tmp_path: Path) -> None:
    figures = [Figure(system, mechanism, size, size / 3, 10.0, 20.0)
               for system in ("wine", "it's posix") for mechanism in ("socket", "pipe") for size in (64, 1024)]
    bench_ipc.draw(figures, "a machine's name", tmp_path / "chart.svg")
    text = "".join(ElementTree.parse(tmp_path / "chart.svg").getroot().itertext())
    words = ("wine: throughput", "it's posix: throughput", "a machine's name", "socket", "pipe")
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("arguments, complaint", [
    (["carrier-pigeon", "64"], "'carrier-pigeon' is no mechanism that --list names"),
    (["socket", "65537"], "'65537' is not a size from 1 to 65536"),
    (["socket"], "expected MECHANISM and SIZE"),
])
@pytest.mark.parametrize("program", bench_ipc.PROGRAMS)
def test_wrong_usage(program: str, arguments: list[str], complaint: str) -> None:
    toolchain = TOOLCHAINS["unicode"]
    result = subprocess.run(toolchain.command(program, arguments), env=toolchain.environment(), capture_output=True,
                            stdin=subprocess.DEVNULL, timeout=DEADLINE_S, check=False)
    assert result.returncode == 2
    assert complaint in result.stderr.decode()


def test_the_pages_show_the_figures_of_the_file() -> None:
    """Table, chart and data are of one run."""
    with (SOURCE / "chapter08/ipc.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["system"], row["mechanism"], row["size_bytes"]): row for row in csv.DictReader(file)}

    def figure(system: str, mechanism: str, size: str, column: str) -> str:
        value = float(rows[system, mechanism, size][column])
        return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"

    for page in ("README.md", "README.ko.md"):
        text = (SOURCE / "chapter08" / page).read_text(encoding="utf-8")
        for system, mechanism in dict.fromkeys((system, mechanism) for system, mechanism, _ in rows):
            cells = [system, mechanism] + [figure(system, mechanism, size, column) for size, column in (
                ("64", "throughput_mb_s"), ("4096", "throughput_mb_s"), ("65536", "throughput_mb_s"),
                ("64", "p50_us"), ("64", "p99_us"), ("65536", "p50_us"))]
            assert f"| {' | '.join(cells)} |" in text
