"""The processes of this machine, as Linux shows them in /proc; on Windows there are none to see.

Any of them may end while it is looked at. What then comes of a stat (ESRCH) passes through Path.exists, and through a
Path.glob that goes deeper than /proc itself; so what is below a process is only read, with OSError at hand.
"""

from __future__ import annotations

from pathlib import Path


def with_variable(variable: bytes) -> list[Path]:
    """Whose environment has it, as b"NAME=VALUE"; what is not ours to look at is left out."""
    return [process for process in Path("/proc").glob("[0-9]*") if _has(process, variable)]


def _has(process: Path, variable: bytes) -> bool:
    try:
        return variable in (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return False
