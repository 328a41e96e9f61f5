"""`lesson bench ipc`: every mechanism of chapter 8, on both systems, with messages of several sizes, the two processes
once on one core and once on two; a table, a CSV and a chart. The programs that measure are tests/bench."""

from __future__ import annotations

import contextlib
import csv
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from ..setup import packages, wineserver
from ..setup.failure import Failure
from ..setup.build import Build
from ..setup.progress import say

PROGRAMS = ["IpcBench"] if os.name == "nt" else ["IpcBench", "ipc_bench"]
_SIZES = [64, 256, 1024, 4096, 16384, 65536]
_ROUNDS = 7
_ROUND_TRIPS = 500  # in each round
_DEADLINE_S = 120.0  # for one program, which takes less than a second unless the two processes hang
_BUSY = 0.5  # a load above that is of other work: we have not begun yet

_CORES = {1: "one core", 2: "two cores"}
# A plot's title, and what it shows of a figure: the median of the rounds, the least, the most.
_PLOTS = {"throughput, MB/s": ("throughput_mb_s", "throughput_min", "throughput_max"),
          "round trip, median, microseconds": ("p50_us", "p50_min", "p50_max")}

# Two runs on a quiet machine agree within these factors.
_SAME_THROUGHPUT = 1.10
_SAME_P50 = 1.20


@dataclass(frozen=True)
class Figure:
    """The medians of all rounds; and the least and the most of what a round has given."""

    system: str
    mechanism: str
    cores: int
    size_bytes: int
    throughput_mb_s: float  # 10^6 bytes a second, one way
    throughput_min: float
    throughput_max: float
    p50_us: float  # of the round trip of one message: median and 99th percentile
    p50_min: float
    p50_max: float
    p99_us: float

    @property
    def key(self) -> tuple[str, str, int, int]:
        return self.system, self.mechanism, self.cores, self.size_bytes


@dataclass(frozen=True)
class Place:
    """Where the two processes run; under Wine the wineserver too, through which most of their messages go."""

    cores: int
    parent: int
    child: int

    @property
    def server(self) -> int:
        """With the child. It has to stay somewhere, or the scheduler has it change places as before; and with two cores
        there is no third one. A message then crosses from core to core once on its way, whoever carries it."""
        return self.child

    def __str__(self) -> str:
        numbers = f"{self.parent} and {self.child}" if self.cores == 2 else str(self.parent)
        return f"{_CORES[self.cores]}: {numbers}"


def cores() -> list[int]:
    """Those on which we may run."""
    if sys.platform == "win32":
        return list(range(os.cpu_count() or 1))
    return sorted(os.sched_getaffinity(0))


def places() -> list[Place]:
    """One core, and two that are not threads of the same one; where there are none, one core alone."""
    first, *rest = cores()
    if sys.platform == "win32":
        other = rest[-1:]  # the threads of a core have numbers that follow each other
    else:
        other = [core for core in rest if _threads_beside(core) != _threads_beside(first)][:1]
    return [Place(1, first, first), *(Place(2, first, core) for core in other)]


def _threads_beside(core: int) -> str:
    """Names the threads of the hardware's core to which this one belongs."""
    try:
        return Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list").read_text()
    except OSError:
        return str(core)


def run(build: Build, earlier: list[Figure] | None = None) -> None:
    """With the figures of an earlier run the two are compared."""
    folder = build.build_root / "bench"
    packages.require([packages.GNUPLOT], build.build_root / "logs")
    machine = _machine()
    print(f"# {machine}")
    server = "" if os.name == "nt" else "; the wineserver with the child"
    print(f"# {'; '.join(map(str, places()))}{server}", flush=True)
    if sys.platform != "win32" and os.getloadavg()[0] > _BUSY:
        say(f"something else is at work here (load {os.getloadavg()[0]:.1f}): it gets into the figures")
    figures = measure(build)
    print_table(figures)
    folder.mkdir(exist_ok=True)
    table, chart = folder / "ipc.csv", folder / "ipc.svg"
    write_table(figures, table)
    draw(figures, machine, chart)
    print(f"written: {table}, {chart}")
    if earlier is not None:
        print_comparison(figures, earlier)


def measure(build: Build, sizes: Sequence[int] = _SIZES, rounds: int = _ROUNDS,
            round_trips: int = _ROUND_TRIPS) -> list[Figure]:
    """Each round goes through all of it: what disturbs the machine for a while disturbs one round, not one figure."""
    samples: dict[tuple[str, str, int, int], list[list[float]]] = {}
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        for program in PROGRAMS:
            mechanisms = _ask(build, program, "--list").split()
            for place in places():
                with _wineserver_at(build, program, place):
                    for mechanism in mechanisms:
                        for size in sizes:
                            answer = _ask(build, program, "--round-trips", str(round_trips), "--core",
                                          str(place.parent), "--child-core", str(place.child), mechanism, str(size))
                            key = build.system(program), mechanism, place.cores, size
                            samples.setdefault(key, []).append([float(word) for word in answer.split()])
    return [_figure(*key, rows) for key, rows in samples.items()]


def _figure(system: str, mechanism: str, cores: int, size: int, rounds: list[list[float]]) -> Figure:
    throughput, p50, p99 = zip(*rounds)
    return Figure(system, mechanism, cores, size, statistics.median(throughput), min(throughput), max(throughput),
                  statistics.median(p50), min(p50), max(p50), statistics.median(p99))


@contextlib.contextmanager
def _wineserver_at(build: Build, program: str, place: Place) -> Iterator[None]:
    if build.system(program) != "wine":
        yield
        return
    with wineserver.on_core(build.wine_prefix, place.server):
        yield


def print_table(figures: list[Figure]) -> None:
    print(f"{'system':8} {'mechanism':15} {'cores':>5} {'bytes':>6} {'MB/s':>9} {'least':>9} {'most':>9} "
          f"{'p50 us':>8} {'least':>8} {'most':>8} {'p99 us':>8}")
    for each in figures:
        print(f"{each.system:8} {each.mechanism:15} {each.cores:5} {each.size_bytes:6} "
              f"{each.throughput_mb_s:9.1f} {each.throughput_min:9.1f} {each.throughput_max:9.1f} "
              f"{each.p50_us:8.1f} {each.p50_min:8.1f} {each.p50_max:8.1f} {each.p99_us:8.1f}")


def write_table(figures: list[Figure], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Figure))
        writer.writerows(astuple(figure) for figure in figures)


def read_table(path: Path) -> list[Figure]:
    names = [field.name for field in fields(Figure)]
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
            if header != names:
                raise ValueError(f"its columns are {', '.join(header)}")
            return [Figure(row[0], row[1], int(row[2]), int(row[3]), *map(float, row[4:])) for row in rows]
    except (OSError, ValueError, TypeError, IndexError) as error:
        raise Failure(f"{path} is no table that `lesson bench ipc` has written: {error}") from error


def print_comparison(figures: list[Figure], earlier: list[Figure]) -> None:
    """Each figure divided by the earlier one; marked where the two do not agree."""
    by_key = {figure.key: figure for figure in earlier}
    pairs = [(figure, by_key[figure.key]) for figure in figures if figure.key in by_key]
    print("this run divided by the earlier one")
    print(f"{'system':8} {'mechanism':15} {'cores':>5} {'bytes':>6} {'MB/s':>6} {'p50':>6}")
    agreeing = 0
    for now, before in pairs:
        throughput, p50 = now.throughput_mb_s / before.throughput_mb_s, now.p50_us / before.p50_us
        agrees = (1 / _SAME_THROUGHPUT <= throughput <= _SAME_THROUGHPUT and 1 / _SAME_P50 <= p50 <= _SAME_P50)
        agreeing += agrees
        print(f"{now.system:8} {now.mechanism:15} {now.cores:5} {now.size_bytes:6} {throughput:6.2f} {p50:6.2f}"
              + ("" if agrees else "  *"))
    print(f"{agreeing} of {len(pairs)} agree within {_SAME_THROUGHPUT - 1:.0%} in throughput and "
          f"{_SAME_P50 - 1:.0%} in p50")
    if alone := len(figures) + len(earlier) - 2 * len(pairs):
        print(f"{alone} are in one of the two runs alone")


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
    """Two rows of plots for each system, throughput and the round trip's median: one core on the left, two on the
    right, with the same scale. The bars reach from the least to the most of a round."""
    systems = list(dict.fromkeys(figure.system for figure in figures))
    both_cores = sorted({figure.cores for figure in figures})
    script = [
        f"set terminal svg size {500 * len(both_cores)},{60 + 2 * 380 * len(systems)} font 'sans-serif,12' "
        "background 'white' noenhanced",
        f"set output {_quoted(str(chart))}",
        f"set multiplot layout {2 * len(systems)},{len(both_cores)} title {_quoted(machine)} noenhanced",
        "set logscale xy; set grid; set key outside bottom center maxrows 4",
        "set xlabel 'bytes in a message'; set xrange [45:90000]",
        "set xtics (" + ", ".join(f"'{size}' {size}" for size in _SIZES) + ")",
    ]
    for system in systems:
        of_system = [figure for figure in figures if figure.system == system]
        mechanisms = list(dict.fromkeys(figure.mechanism for figure in of_system))
        for title, (median, least, most) in _PLOTS.items():
            script.append(f"set yrange [{0.8 * min(getattr(figure, least) for figure in of_system)}:"
                          f"{1.25 * max(getattr(figure, most) for figure in of_system)}]")
            for cores in both_cores:
                curves = []
                for number, mechanism in enumerate(mechanisms):
                    rows = [" ".join(str(getattr(figure, name)) for name in ("size_bytes", median, least, most))
                            for figure in of_system if (figure.mechanism, figure.cores) == (mechanism, cores)]
                    script += [f"$data{number} << END", *rows, "END"]
                    curves.append(f"$data{number} with yerrorlines pointsize 0.6 title {_quoted(mechanism)}")
                script += [f"set title {_quoted(f'{system}, {_CORES[cores]}: {title}')}", "plot " + ", ".join(curves)]
    drawn = subprocess.run(["gnuplot"], input="\n".join(script), capture_output=True, encoding="utf-8")
    if drawn.returncode != 0:
        raise Failure(f"gnuplot could not draw the chart:\n{drawn.stderr}")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
