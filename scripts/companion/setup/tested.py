"""On which systems the tests have been run, so that nothing more is claimed: README.md and `lesson doctor` say it."""

from __future__ import annotations

import platform
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """On a new system with nothing installed, both commands of README.md ended with 0."""

    system: str
    wine: str  # the version that the system brings
    date: str


RUNS = [
    Run("Debian 12", "8.0", "2026-11-28"),
    Run("Debian 13", "10.0", "2026-11-28"),
    Run("Debian unstable", "10.0", "2026-11-28"),
]


def this_system() -> str:
    """Such as "Debian 12" or "Windows 11"."""
    try:
        told = platform.freedesktop_os_release()
    except OSError:
        return f"{platform.system()} {platform.release()}"
    if told["ID"] == "debian":
        # Testing and unstable have no number, and the same name: forky/sid.
        return f"Debian {told.get('VERSION_ID', 'unstable')}"
    return told["PRETTY_NAME"]


def about(system: str) -> str:
    """What is known about the tests on this system."""
    for run in RUNS:
        if run.system == system:
            return f"all tests passed on {run.system} on {run.date}, with Wine {run.wine}"
    return f"not yet run on {system}; they passed on {', '.join(run.system for run in RUNS)}"
