"""Benchmarks: what `lesson bench NAME` measures. Only the figures of one run can be compared with each other: another
machine or load, or Windows instead of Wine, gives other ones."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ..play.stage import Stage
from ..setup.build import Build
from . import bench_ipc

_MEGABYTE = 1_000_000


def named_pipe(build: Build, megabytes: int = 200, rounds: int = 3) -> None:
    """The four servers of the lesson beside a loop that does nothing but write and read."""
    # The book's, in pieces of 1 KiB, has a client of its own.
    clients = {"NamedPipe_Server": "NamedPipe_Client"} | dict.fromkeys(
        ["NamedPipe_ServerThread", "NamedPipe_ServerOverlapped", "NamedPipe_ServerCompletion"], "NamedPipe_Fetch")
    print(f"named-pipe on {build.system('NamedPipe_Client')}: {megabytes} MB, best of {rounds}")

    def bare_loop(chunk: int, megabytes: int) -> float:
        def once() -> float:
            with Stage(build, deadline_s=60) as stage:
                stage.start("PipeStranger", "send", stage.unique("bench"), str(chunk), str(megabytes)).next_line()
                return _time(build, "PipeStranger", "receive", stage.unique("bench"), str(chunk))
        return megabytes / min(once() for _ in range(rounds))

    def server(program: str) -> float:
        with tempfile.TemporaryDirectory(prefix="companion-") as folder, Stage(build, deadline_s=60) as stage:
            size = max(1, megabytes // 20) if clients[program] == "NamedPipe_Client" else megabytes
            with (Path(folder) / "large").open("wb") as file:
                file.truncate(size * _MEGABYTE)
            stage.start(program, "--name", stage.unique("bench"), "--root",
                        build.host_path(program, Path(folder))).next_line()
            return size / min(_time(build, clients[program], "--name", stage.unique("bench"), "large")
                              for _ in range(rounds))

    def show(what: str, rate: float) -> None:
        print(f"  {what:28}{rate:7.1f} MB/s{rate / bare:7.2f}")

    bare = bare_loop(65536, megabytes)
    show("bare loop, 64 KiB", bare)
    for chunk in (4, 1):  # small pieces, as the book's are
        show(f"bare loop, {chunk} KiB", bare_loop(chunk * 1024, max(1, megabytes // 10)))
    rates = {program: server(program) for program in clients}
    for program, rate in rates.items():
        show(program, rate)
    best = max(rates, key=rates.__getitem__)
    print(f"The best server, {best}, reaches {rates[best] / bare:.2f} of the bare 64 KiB loop.")


def _time(build: Build, program: str, *arguments: str) -> float:
    """The seconds that a program takes from its start to its end. What it prints goes into a temporary file:
    Wine asks its server for every write to /dev/null."""
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        subprocess.run(build.command(program, list(arguments)), env=build.environment(), stdin=subprocess.DEVNULL,
                       stdout=output, check=True)
        return time.perf_counter() - begin


# What can be measured. Each prints its own table.
BENCHES: dict[str, Callable[[Build], None]] = {"named-pipe": named_pipe, "ipc": bench_ipc.run}
