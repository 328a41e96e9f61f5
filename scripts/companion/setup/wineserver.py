"""The wineserver of a prefix: which process it is, and whether it stands still."""

from __future__ import annotations

from pathlib import Path

_STOPPED = "Tt"  # by a signal, by a debugger


def _folder(prefix: Path) -> Path:
    """Where the server of that prefix works, as Wine names it: by the device and the inode."""
    status = prefix.stat()
    return Path(f"/tmp/.wine-{status.st_uid}/server-{status.st_dev:x}-{status.st_ino:x}")


def advice(prefix: Path) -> str:
    """Which process to look at where Wine does not answer."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            name, _, rest = (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
            if not name.endswith("(wineserver") or (process / "cwd").resolve() != _folder(prefix):
                continue
        except OSError:  # it has ended, or is somebody else's
            continue
        number = process.name
        if rest.split()[0] in _STOPPED:
            return (f"The wineserver of this prefix, process {number}, is stopped: kill -CONT {number} lets it go on, "
                    f"kill -KILL {number} ends it.")
        return f"Look at the wineserver of this prefix, process {number}; kill -KILL {number} ends it."
    return f"No wineserver of the prefix {prefix} runs."
