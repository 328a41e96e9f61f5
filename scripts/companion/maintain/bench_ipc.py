"""`lesson bench ipc`: every mechanism of chapter 8, on both systems, with messages of several sizes; a table, a CSV
and a chart. The programs that measure are tests/bench."""

from __future__ import annotations

import csv
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from ..setup import packages
from ..setup.failure import Failure
from ..setup.build import Build

PROGRAMS = ["IpcBench"] if os.name == "nt" else ["IpcBench", "ipc_bench"]
_SIZES = [64, 256, 1024, 4096, 16384, 65536]
_DEADLINE_S = 120.0  # for one figure, which takes less than a second unless the two processes hang


@dataclass(frozen=True)
class Figure:
    system: str
    mechanism: str
    size_bytes: int
    throughput_mb_s: float  # 10^6 bytes a second, one way
    p50_us: float  # of the round trip of one message: median and 99th percentile
    p99_us: float


def run(build: Build) -> None:
    folder = build.build_root / "bench"
    packages.require([packages.GNUPLOT], build.build_root / "logs")
    machine = _machine()
    print(f"# {machine}")
    figures = measure(build)
    folder.mkdir(exist_ok=True)
    table, chart = folder / "ipc.csv", folder / "ipc.svg"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Figure))
        writer.writerows(astuple(figure) for figure in figures)
    draw(figures, machine, chart)
    print(f"written: {table}, {chart}")


def measure(build: Build, sizes: Sequence[int] = _SIZES, rounds: int = 2000) -> list[Figure]:
    """Prints each figure as soon as it is there."""
    print(f"{'system':8} {'mechanism':15} {'bytes':>6} {'MB/s':>9} {'p50 us':>9} {'p99 us':>9}", flush=True)
    figures = []
    for program in PROGRAMS:
        for mechanism in _ask(build, program, "--list").split():
            for size in sizes:
                answer = _ask(build, program, "--rounds", str(rounds), mechanism, str(size))
                throughput, p50, p99 = map(float, answer.split())
                figure = Figure(build.system(program), mechanism, size, throughput, p50, p99)
                figures.append(figure)
                print(f"{figure.system:8} {mechanism:15} {size:6} {throughput:9.1f} {p50:9.1f} {p99:9.1f}", flush=True)
    return figures


def _ask(build: Build, program: str, *arguments: str) -> str:
    what = " ".join([program, *arguments])
    try:
        answer = subprocess.run(build.command(program, list(arguments)), env=build.environment(),
                                stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", timeout=_DEADLINE_S)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{what}: no answer within {_DEADLINE_S:g} s.") from error
    if answer.returncode != 0:
        raise Failure(f"{what} ended with status {answer.returncode}:\n{answer.stderr}")
    return answer.stdout


def _machine() -> str:
    """The machine on which it was measured; also that figures under Wine are not those of Windows."""
    processor = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        models = [line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")]
        processor = next(iter(models), processor)
    parts = [f"{os.cpu_count()} x {processor}", f"{platform.system()} {platform.release().partition('-')[0]}"]
    if os.name != "nt":
        wine = subprocess.run([packages.WINE, "--version"], capture_output=True, encoding="utf-8").stdout.strip()
        parts.append(f"{wine} (its figures are not those of Windows)")
    return ", ".join(parts)


def draw(figures: list[Figure], machine: str, chart: Path) -> None:
    """One row of plots for each system: throughput, and the round trip's median."""
    systems = list(dict.fromkeys(figure.system for figure in figures))
    script = [
        f"set terminal svg size 1000,{60 + 380 * len(systems)} font 'sans-serif,12' background 'white' noenhanced",
        f"set output {_quoted(str(chart))}",
        f"set multiplot layout {len(systems)},2 title {_quoted(machine)} noenhanced",
        "set logscale xy; set grid; set key outside bottom center maxrows 4",
        "set xlabel 'bytes in a message'; set xrange [45:90000]",
        "set xtics (" + ", ".join(f"'{size}' {size}" for size in _SIZES) + ")",
    ]
    for system in systems:
        of_system = [figure for figure in figures if figure.system == system]
        mechanisms = list(dict.fromkeys(figure.mechanism for figure in of_system))
        for number, mechanism in enumerate(mechanisms):
            rows = [f"{figure.size_bytes} {figure.throughput_mb_s} {figure.p50_us}" for figure in of_system
                    if figure.mechanism == mechanism]
            script += [f"$data{number} << END", *rows, "END"]
        for column, title in ((2, "throughput, MB/s"), (3, "round trip, median, microseconds")):
            curves = [f"$data{number} using 1:{column} with linespoints pointsize 0.6 title {_quoted(mechanism)}"
                      for number, mechanism in enumerate(mechanisms)]
            script += [f"set title {_quoted(f'{system}: {title}')}", "plot " + ", ".join(curves)]
    drawn = subprocess.run(["gnuplot"], input="\n".join(script), capture_output=True, encoding="utf-8")
    if drawn.returncode != 0:
        raise Failure(f"gnuplot could not draw the chart:\n{drawn.stderr}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
