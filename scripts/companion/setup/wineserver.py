"""The wineserver of a prefix: which process it is, whether it stands still, and on which core it runs."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from .failure import Failure

_STOPPED = "Tt"  # by a signal, by a debugger


def _folder_name(prefix: Path) -> str:
    """Of the folder in which the server of that prefix works: by the device and the inode. Where it lies depends on
    Wine's version."""
    status = prefix.stat()
    return f"server-{status.st_dev:x}-{status.st_ino:x}"


def find(prefix: Path) -> Path | None:
    """Its folder in /proc, where one runs. Its name is wineserver, or wineserver64."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if ((process / "comm").read_bytes().startswith(b"wineserver")
                    and (process / "cwd").resolve().name == _folder_name(prefix)):
                return process
        except OSError:  # it has ended, or is somebody else's
            continue
    return None


def advice(prefix: Path) -> str:
    """Which process to look at where Wine does not answer."""
    server = find(prefix)
    if server is None:
        return f"No wineserver of the prefix {prefix} runs."
    try:
        _, _, rest = (server / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
    except OSError:
        return f"The wineserver of the prefix {prefix} has just ended."
    if rest.split()[0] in _STOPPED:
        return (f"The wineserver of this prefix, process {server.name}, is stopped: kill -CONT {server.name} lets it "
                f"go on, kill -KILL {server.name} ends it.")
    return f"Look at the wineserver of this prefix, process {server.name}; kill -KILL {server.name} ends it."


@contextlib.contextmanager
def on_core(prefix: Path, core: int) -> Iterator[None]:
    """Keeps it on that core meanwhile. A program's affinity mask is for itself, so this is asked of Linux."""
    if sys.platform == "win32":
        yield  # there is none
        return
    server = find(prefix)
    if server is None:
        raise Failure(advice(prefix))
    before = os.sched_getaffinity(int(server.name))
    os.sched_setaffinity(int(server.name), {core})
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended
            os.sched_setaffinity(int(server.name), before)
