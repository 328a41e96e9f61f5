"""The benchmark of all mechanisms: that it measures, not how fast anything is."""

from __future__ import annotations

import contextlib
import csv
import os
import shutil
import subprocess
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS, linux_only
from companion.maintain import bench_ipc
from companion.maintain.bench_ipc import Figure
from companion.play import processes
from companion.play.stage import Stage
from companion.setup import wineserver
from companion.setup.failure import Failure

WIN32 = ["mailslot", "anonymous-pipe", "named-pipe", "shared-memory", "memory-map", "socket"]
POSIX = ["message-queue", "pipe", "fifo", "unix-socket", "shared-memory", "memory-map", "socket"]


def figure(system: str = "posix", mechanism: str = "pipe", cores: int = 1, size: int = 64, throughput: float = 100.0,
           p50: float = 10.0) -> Figure:
    return Figure(system, mechanism, cores, size, throughput, throughput * 0.9, throughput * 1.1, p50, p50 * 0.9,
                  p50 * 1.1, 2 * p50)


def test_every_mechanism_is_measured_on_one_core_and_on_two() -> None:
    figures = bench_ipc.measure(TOOLCHAINS["unicode"], sizes=[1, 65536], rounds=1, round_trips=5)
    systems = {"windows": WIN32} if os.name == "nt" else {"wine": WIN32, "posix": POSIX}
    assert [each.key for each in figures] == [
        (system, mechanism, place.cores, size)
        for system, mechanisms in systems.items() for place in bench_ipc.places() for mechanism in mechanisms
        for size in (1, 65536)]
    assert all(each.throughput_mb_s > 0 and 0 < each.p50_us <= each.p99_us for each in figures)


def test_the_rounds_of_a_figure_become_their_median_and_their_spread() -> None:
    made = bench_ipc._figure("wine", "socket", 2, 64, [[5.0, 30.0, 90.0], [1.0, 20.0, 70.0], [2.0, 90.0, 91.0]])
    assert made == Figure("wine", "socket", 2, 64, 2.0, 1.0, 5.0, 30.0, 20.0, 90.0, 90.0)


@pytest.mark.skipif(os.name == "nt", reason="asks Linux which threads belong together")
@pytest.mark.parametrize("beside, expected", [
    (["0-1", "0-1", "2-3", "2-3"], [(0, 0), (0, 2)]),
    (["0,2", "1,3", "0,2", "1,3"], [(0, 0), (0, 1)]),
    (["0-1", "0-1"], [(0, 0)]),
    (["0"], [(0, 0)]),
])
def test_two_cores_are_no_threads_of_one(beside: list[str], expected: list[tuple[int, int]],
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_ipc, "cores", lambda: list(range(len(beside))))
    monkeypatch.setattr(bench_ipc, "_threads_beside", beside.__getitem__)
    assert [(place.parent, place.child) for place in bench_ipc.places()] == expected


@linux_only
@pytest.mark.parametrize("program", bench_ipc.PROGRAMS)
def test_both_processes_stay_where_they_were_put(program: str) -> None:
    """Of each all threads, as Linux sees it: under Wine it is SetProcessAffinityMask that is asked."""
    for place in bench_ipc.places():
        with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S) as stage:
            stage.start(program, "--round-trips", "100000", "--core", str(place.parent), "--child-core",
                        str(place.child), "socket", "64")
            until = time.monotonic() + DEADLINE_S
            while time.monotonic() < until and cores_of(stage.run, program) != [{place.parent}, {place.child}]:
                time.sleep(0.01)
            assert cores_of(stage.run, program) == [{place.parent}, {place.child}]


def cores_of(run: str, program: str) -> list[set[int]]:
    """Where the threads of each process of that program may run, the oldest process first."""
    found: list[set[int]] = []
    for process in sorted(processes.of_run(run), key=lambda process: int(process.name)):
        with contextlib.suppress(OSError):  # a thread, or all of it, has ended
            if program in (process / "cmdline").read_text() and (process / "comm").read_text() != "sh\n":
                found.append(set().union(*(os.sched_getaffinity(int(thread.name))
                                           for thread in (process / "task").iterdir())))
    return found


@linux_only
def test_the_wineserver_stays_where_it_was_put_and_may_go_afterwards(tmp_path: Path) -> None:
    TOOLCHAINS["unicode"].start_wine(tmp_path / "wine.log").finish()
    prefix = TOOLCHAINS["unicode"].wine_prefix
    server = wineserver.find(prefix)
    assert server is not None
    before = os.sched_getaffinity(int(server.name))
    core = max(before)
    with pytest.raises(KeyboardInterrupt), wineserver.on_core(prefix, core):
        assert os.sched_getaffinity(int(server.name)) == {core}
        raise KeyboardInterrupt
    assert os.sched_getaffinity(int(server.name)) == before


def test_a_written_table_is_read_again(tmp_path: Path) -> None:
    figures = [figure(), figure("wine", "named-pipe", 2, 65536, 1 / 3, 1 / 7)]
    bench_ipc.write_table(figures, tmp_path / "ipc.csv")
    assert bench_ipc.read_table(tmp_path / "ipc.csv") == figures


@pytest.mark.parametrize("text", [None, "", "system,mechanism\nposix,pipe\n", "header", "row", "number"])
def test_what_is_no_table_is_refused(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "ipc.csv"
    bench_ipc.write_table([figure()], path)
    whole = path.read_text(encoding="utf-8")
    if text is None:
        path.unlink()
    else:
        path.write_text({"header": whole.replace("p99_us", "p98_us"), "row": whole + "posix,pipe\n",
                         "number": whole.replace(",64,", ",many,")}.get(text, text), encoding="utf-8")
    with pytest.raises(Failure, match="is no table that `lesson bench ipc` has written"):
        bench_ipc.read_table(path)


def test_two_runs_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    """A line for each figure that both have. Twice as much and half as much are equally far apart."""
    earlier = [figure(size=64), figure(size=256), figure(size=1024), figure(cores=2), figure(mechanism="fifo")]
    now = [figure(size=64, throughput=109, p50=11.9), figure(size=256, throughput=200), figure(size=1024, p50=5),
           figure(cores=2, throughput=91, p50=8.4)]
    bench_ipc.print_comparison(now, earlier)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [" ".join(line) for line in lines[2:]] == [
        "posix pipe 1 64 1.09 1.19", "posix pipe 1 256 2.00 1.00 *", "posix pipe 1 1024 1.00 0.50 *",
        "posix pipe 2 64 0.91 0.84",
        "2 of 4 agree within 10% in throughput and 20% in p50", "1 are in one of the two runs alone"]


@pytest.mark.skipif(os.name == "nt", reason="looks where Linux keeps such names")
def test_nothing_is_left_behind() -> None:
    leftovers = [*Path("/tmp").glob("companion-bench-*"), *Path("/dev/shm").glob("companion-bench-*")]
    assert [path for path in leftovers if not Path("/proc", path.name.split("-")[2]).exists()] == []


@pytest.mark.skipif(shutil.which("gnuplot") is None, reason="gnuplot is not installed")
def test_the_chart_is_svg(tmp_path: Path) -> None:
    figures = [figure(system, mechanism, cores, size, size / 3) for system in ("wine", "it's posix")
               for mechanism in ("socket", "pipe") for cores in (1, 2) for size in (64, 1024)]
    bench_ipc.draw(figures, "a machine's name", tmp_path / "chart.svg")
    text = "".join(ElementTree.parse(tmp_path / "chart.svg").getroot().itertext())
    words = ("wine, one core: throughput", "it's posix, two cores: round trip", "a machine's name", "socket", "pipe")
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize("arguments, complaint", [
    (["carrier-pigeon", "64"], "'carrier-pigeon' is no mechanism that --list names"),
    (["socket", "65537"], "'65537' is not a size from 1 to 65536"),
    (["socket"], "expected MECHANISM and SIZE"),
    (["--core", "0", "socket", "64"], "--core and --child-core go together"),
    (["--core", "64", "--child-core", "0", "socket", "64"], "--core: '64' is not a whole number from 0 to 63"),
])
@pytest.mark.parametrize("program", bench_ipc.PROGRAMS)
def test_wrong_usage(program: str, arguments: list[str], complaint: str) -> None:
    toolchain = TOOLCHAINS["unicode"]
    result = subprocess.run(toolchain.command(program, arguments), env=toolchain.environment(), capture_output=True,
                            stdin=subprocess.DEVNULL, timeout=DEADLINE_S, check=False)
    assert result.returncode == 2
    assert complaint in result.stderr.decode()


@pytest.mark.parametrize("cores", [["63", "0"], ["0", "63"]])
@pytest.mark.parametrize("program", bench_ipc.PROGRAMS)
def test_a_core_that_is_not_there(program: str, cores: list[str]) -> None:
    """It is found out before there is a child, which would wait for ever."""
    if 63 in bench_ipc.cores():
        pytest.skip("here it is")
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S) as stage:
        bench = stage.start(program, "--core", cores[0], "--child-core", cores[1], "shared-memory", "64")
        call = "SetProcessAffinityMask: error 87" if program == "IpcBench" else "sched_setaffinity: error 22"
        assert call in bench.next_error()
        assert bench.exit() == 1


def test_the_pages_show_the_figures_of_the_file() -> None:
    """Table, chart and data are of one run."""
    with (SOURCE / "chapter08/ipc.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["system"], row["mechanism"], row["size_bytes"], row["cores"]): row for row in csv.DictReader(file)}

    def figures(system: str, mechanism: str, size: str, column: str) -> str:
        values = [float(rows[system, mechanism, size, cores][column]) for cores in "12"]
        return " / ".join(f"{value:,.0f}" if value >= 10 else f"{value:.1f}" for value in values)

    for page in ("README.md", "README.ko.md"):
        text = (SOURCE / "chapter08" / page).read_text(encoding="utf-8")
        for system, mechanism in dict.fromkeys((system, mechanism) for system, mechanism, _, _ in rows):
            cells = [system, mechanism] + [figures(system, mechanism, size, column) for size, column in (
                ("64", "throughput_mb_s"), ("4096", "throughput_mb_s"), ("65536", "throughput_mb_s"),
                ("64", "p50_us"), ("64", "p99_us"), ("65536", "p50_us"))]
            assert f"| {' | '.join(cells)} |" in text
