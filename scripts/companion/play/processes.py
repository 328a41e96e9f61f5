"""What differs between the systems: starting a program in a group of its own, Ctrl+C, finding and ending a run.

On Linux /proc has all processes; on Windows none are found. A process may end while its files are read. A stat below
/proc/ID then fails with ESRCH, which passes through Path.exists and through a Path.glob that goes deeper than /proc
itself; so what is below a process is only read, and OSError is caught.
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

_LOOK_AGAIN_S = 0.002  # longer than a process has no environment after exec


def own_group() -> dict[str, Any]:
    """Options of Popen by which Ctrl+C and the end of a program reach it alone."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}  # a console of its own, without a window
    return {"start_new_session": True}


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


def end_run(run: str, started: list[subprocess.Popen[bytes]]) -> None:
    """Ends the processes of a run and what they have started, and nothing else."""
    for process in started:
        if process.poll() is None:
            if os.name == "nt":
                subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
            process.kill()
            process.wait()
    _kill_rest(run)


def _kill_rest(run: str) -> None:
    """What was started by a program that has ended; the run's name is in its environment. A process has no environment
    for a moment after exec, and may start another one before it is killed: so until two looks find nothing new."""
    if sys.platform == "win32":
        return  # taskkill has ended them
    killed: set[str] = set()
    looks_in_vain = 0
    while looks_in_vain < 2:
        new = [process.name for process in of_run(run) if process.name not in killed]
        for process in new:
            with contextlib.suppress(OSError):  # it has ended by itself
                os.kill(int(process), signal.SIGKILL)
        killed |= set(new)
        looks_in_vain = 0 if new else looks_in_vain + 1
        time.sleep(_LOOK_AGAIN_S)


def of_run(run: str) -> list[Path]:
    return with_variable(f"COMPANION_RUN={run}".encode())


def with_variable(variable: bytes) -> list[Path]:
    """The processes with this in their environment, b"NAME=VALUE", as their folders in /proc. Those that we may not
    read are left out."""
    return [process for process in Path("/proc").glob("[0-9]*") if _has(process, variable)]


def _has(process: Path, variable: bytes) -> bool:
    try:
        return variable in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
