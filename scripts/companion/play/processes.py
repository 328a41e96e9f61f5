"""What the systems do differently with processes: starting one apart from us, Ctrl+C, finding and ending a run.

On Linux /proc shows all processes; on Windows a job object holds those of a run. A process may end while it is looked
at. A stat below /proc/ID then fails with ESRCH, which passes through Path.exists and through a Path.glob that goes
deeper than /proc itself; so what is below a process is only read, and OSError is caught. In the middle of exec a
process has a new memory, in which the kernel has not yet noted where the environment is: environ is empty for a moment.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .job import CREATE_SUSPENDED, Job

_EXEC_S = 1.0  # in which an exec that is under way comes to its end; it takes far less than a millisecond
_ASKED_S = 0.5  # in which a program that is asked to end has cleaned up
_END_S = 5.0  # in which a process that was killed has ended
_LOOK_AGAIN_S = 0.001
_OF_WINE = (b"wineserver", b"services.exe", b"winedevice.exe", b"plugplay.exe", b"svchost.exe", b"explorer.exe",
            b"rpcss.exe", b"wineboot.exe")
_IDS_LAST_S = 0.2  # a machine makes less than a thousand processes in it, and has 32,768 ids or more


def press_ctrl_c(process: subprocess.Popen[bytes]) -> None:
    if os.name != "nt":
        process.send_signal(signal.SIGINT)  # Wine makes a CTRL_C_EVENT of it
        return
    # Windows knows Ctrl+C only for a whole console. A second Python attaches to the program's, since this one would
    # lose its own.
    press = (
        "import ctypes, sys; k = ctypes.windll.kernel32; k.FreeConsole();"
        "ok = k.AttachConsole(int(sys.argv[1])) and k.SetConsoleCtrlHandler(None, 1) and"
        " k.GenerateConsoleCtrlEvent(0, 0); sys.exit(not ok)"
    )
    subprocess.run([sys.executable, "-c", press, str(process.pid)], check=True)


class Processes:
    """The processes of a run."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._started: list[subprocess.Popen[bytes]] = []
        if sys.platform == "win32":
            self._job = Job()

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Starts a program that Ctrl+C and the end of the run reach, and that takes no Ctrl+C meant for us."""
        if sys.platform == "win32":
            # A console of its own, which nobody sees. It runs once it is in the job, so that its children are, too.
            flags = subprocess.CREATE_NO_WINDOW | CREATE_SUSPENDED
            process = subprocess.Popen(command, creationflags=flags, **options)
            self._started.append(process)
            self._job.take(process.pid)
        else:
            process = subprocess.Popen(command, start_new_session=True, **options)
            self._started.append(process)
        return process

    def end(self) -> None:
        """Ends the run's programs and what they have started, and nothing else."""
        if sys.platform == "win32":
            self._job.end()
        elif any(process.poll() is None for process in self._started):
            self._ask_to_end()
        for process in self._started:
            process.kill()  # nothing happens to one that has ended
            process.wait()
        _end_all(self._run)

    def _ask_to_end(self) -> None:
        """A program that is asked removes what the system would keep: a message queue, shared memory."""
        for process in self._started:
            process.terminate()
        until = time.monotonic() + _ASKED_S
        while any(process.poll() is None for process in self._started) and time.monotonic() < until:
            time.sleep(_LOOK_AGAIN_S)


def _end_all(run: str) -> None:
    """Ends what the programs of a run have started; the run's name is in the environment of each. One may start another
    after we have looked and before we end it, so this looks again until none is left."""
    if sys.platform == "win32":
        return  # all of them were in the job
    until = time.monotonic() + _END_S
    while (left := of_run(run)) and time.monotonic() < until:
        for process in left:
            with contextlib.suppress(OSError):  # it has ended by itself
                os.kill(int(process.name), signal.SIGKILL)
        time.sleep(_LOOK_AGAIN_S)


def of_run(run: str) -> list[Path]:
    return with_variable(f"COMPANION_RUN={run}".encode())


class Finder:
    """Finds the processes of a run again and again, many times a second. One that was seen to belong to others is not
    read again: it could come to the run by exec alone, and only we do that, before Popen returns."""

    def __init__(self, run: str) -> None:
        self._variable = f"COMPANION_RUN={run}".encode()
        self._others: set[str] = set()
        self._looked_at = 0.0

    def find(self) -> list[Path]:
        present = {name for name in os.listdir("/proc") if name.isdigit()}
        # After a longer time an id may be that of another process.
        is_recent = time.monotonic() - self._looked_at < _IDS_LAST_S
        self._others &= present if is_recent else set()
        self._looked_at = time.monotonic()
        found = []
        for name in present - self._others:
            process = Path("/proc", name)
            if _has(process, self._variable) is False:
                self._others.add(name)
            else:  # also one in the middle of exec, of which that is not known yet
                found.append(process)
        return found


def with_variable(variable: bytes) -> list[Path]:
    """The processes with this in their environment, b"NAME=VALUE", as their folders in /proc. Those that we may not
    read are left out."""
    found: list[Path] = []
    unknown = list(Path("/proc").glob("[0-9]*"))
    until = time.monotonic() + _EXEC_S
    while True:
        answers = {process: _has(process, variable) for process in unknown}
        found += [process for process, has in answers.items() if has]
        unknown = [process for process, has in answers.items() if has is None]
        if not unknown or time.monotonic() > until:
            return found
        time.sleep(_LOOK_AGAIN_S)


def _has(process: Path, variable: bytes) -> bool | None:
    """None: that is not known yet."""
    try:
        environment = (process / "environ").read_bytes()
        if not environment and _may_get_environment(process):
            return None
        return variable in environment.split(b"\0") and not _serves_all(process)
    except OSError:
        return False


def _serves_all(process: Path) -> bool:
    """Wine's server and its services have the environment of the program that happened to start them, and serve the
    programs of other runs, too."""
    return (process / "comm").read_bytes().strip().startswith(_OF_WINE)


def _may_get_environment(process: Path) -> bool:
    """Of one that showed no environment: false where it has none at all. That is so without memory (it belongs to the
    kernel, or has ended), and where it was started with an empty one."""
    fields = (process / "stat").read_bytes().rpartition(b")")[2].split()  # the name in front may have any characters
    # The numbers of proc(5) are 23, 50 and 51; field 3 is the first one here.
    memory_bytes, environment_begin, environment_end = (int(fields[number - 3]) for number in (23, 50, 51))
    return memory_bytes > 0 and (environment_end == 0 or environment_begin < environment_end)
