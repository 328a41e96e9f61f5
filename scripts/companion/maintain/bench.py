"""Benchmarks: what `lesson bench NAME` measures. Only the figures of one run can be compared with each other: another
machine or load, or Windows instead of Wine, gives other ones."""

from __future__ import annotations

import functools
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

from ..play.stage import Stage
from ..setup.build import Build
from . import bench_ipc

_MEGABYTE = 1_000_000
_BARE_LOOP = "bare loop, 64 KiB"


def named_pipe(build: Build, megabytes: int = 100, rounds: int = 7) -> None:
    """The four servers of the lesson beside a loop that does nothing but write and read. They take turns, so that what
    disturbs the machine for a while disturbs all of them."""
    servers = ["NamedPipe_ServerThread", "NamedPipe_ServerOverlapped", "NamedPipe_ServerCompletion"]
    few = max(1, megabytes // 20)  # in small pieces, as the book's are, it takes long
    print(f"named-pipe on {build.system('NamedPipe_Client')}: {megabytes} MB, median of {rounds}", flush=True)

    with tempfile.TemporaryDirectory(prefix="companion-") as folder, tempfile.TemporaryFile() as output, \
            Stage(build, deadline_s=60) as stage:
        for name, size in (("large", megabytes), ("small", few)):
            (Path(folder) / name).write_bytes(bytes(size * _MEGABYTE))
        for server in ["NamedPipe_Server", *servers]:
            stage.start(server, "--name", stage.unique(server), "--root",
                        build.host_path(server, Path(folder))).next_line()

        def bare_loop(chunk: int, megabytes: int) -> float:
            pipe = stage.unique("bare")
            stage.start("PipeStranger", "send", pipe, str(chunk), str(megabytes)).next_line()
            return megabytes / _time(build, output, "PipeStranger", "receive", pipe, str(chunk))

        def fetch(client: str, server: str, file: str, megabytes: int) -> float:
            return megabytes / _time(build, output, client, "--name", stage.unique(server), file)

        contestants: dict[str, Callable[[], float]] = {
            _BARE_LOOP: lambda: bare_loop(65536, megabytes),
            "bare loop, 4 KiB": lambda: bare_loop(4096, few),
            "bare loop, 1 KiB": lambda: bare_loop(1024, few),
            # The book's, in pieces of 1 KiB, has a client of its own.
            "NamedPipe_Server": lambda: fetch("NamedPipe_Client", "NamedPipe_Server", "small", few),
        }
        for server in servers:
            contestants[server] = functools.partial(fetch, "NamedPipe_Fetch", server, "large", megabytes)
        runs = [{name: measure() for name, measure in contestants.items()} for _ in range(rounds)]

    rates = {name: statistics.median(run[name] for run in runs) for name in contestants}
    for name, rate in rates.items():
        print(f"  {name:28}{rate:7.1f} MB/s{rate / rates[_BARE_LOOP]:7.2f}")
    best = max(servers, key=rates.__getitem__)
    print(f"The best server, {best}, reaches {rates[best] / rates[_BARE_LOOP]:.2f} of the bare 64 KiB loop.")


def _time(build: Build, output: IO[bytes], program: str, *arguments: str) -> float:
    """The seconds that a program takes from its start to its end. What it prints goes over what is in the file already:
    to make a file longer costs the file system more than the pipe takes. And for every write to /dev/null Wine asks its
    server."""
    output.seek(0)
    begin = time.perf_counter()
    subprocess.run(build.command(program, list(arguments)), env=build.environment(), stdin=subprocess.DEVNULL,
                   stdout=output, check=True)
    return time.perf_counter() - begin


# What can be measured. Each prints its own table.
BENCHES: dict[str, Callable[[Build], None]] = {"named-pipe": named_pipe, "ipc": bench_ipc.run}
