"""The toolchain: the programs in a build directory, and how each of them is started."""

from __future__ import annotations

import os
import time
from pathlib import Path

from . import packages, wineserver
from .progress import Step

_START_LIMIT_S = 120.0  # usually 2 to 5; a new prefix 5 to 60
_PREFIX_LIMIT_S = 900.0
_PRIMED_FOR_S = 30.0  # after --prime; the wineserver stays for 60


def is_win32(program: str) -> bool:
    """PascalCase is Win32, snake_case is POSIX."""
    return program[:1].isupper()


class Toolchain:
    """A build directory, made by `lesson` or by somebody with Meson."""

    def __init__(self, build_dir: Path, wine_prefix: Path) -> None:
        self.build_dir = build_dir.resolve()
        self.wine_prefix = wine_prefix.resolve()
        self._primed_at = float("-inf")

    def system(self, program: str) -> str:
        return "windows" if os.name == "nt" else "wine" if is_win32(program) else "posix"

    def executable(self, program: str) -> Path:
        return self.build_dir / (f"{program}.exe" if is_win32(program) else program)

    def has(self, program: str) -> bool:
        return self.executable(program).is_file()

    def programs(self) -> list[str]:
        """The names of all programs in it."""
        found = [path for path in self.build_dir.glob("[!.]*") if path.is_file() and os.access(path, os.X_OK)]
        return sorted(path.stem for path in found if path.suffix == (".exe" if is_win32(path.name) else ""))

    def command(self, program: str, arguments: list[str]) -> list[str]:
        runner = [str(packages.WINE)] if self.system(program) == "wine" else []
        return [*runner, str(self.executable(program)), *arguments]

    def environment(self) -> dict[str, str]:
        """What started programs find in their environment."""
        environment = os.environ | {"COMPANION_WINEPREFIX": str(self.wine_prefix)}
        if time.monotonic() - self._primed_at < _PRIMED_FOR_S:
            environment["COMPANION_WINE_PRIMED"] = "1"
        return environment

    def host_path(self, program: str, path: Path) -> str:
        """A path as that program sees it. Wine shows the root directory as drive Z:."""
        return "Z:" + str(path).replace("/", "\\") if self.system(program) == "wine" else str(path)

    def start_wine(self, log: Path) -> Step:
        """Makes Wine's prefix and starts its services, so that each program starts at once."""
        is_new = not self.wine_prefix.exists()
        step = Step("making the Wine prefix" if is_new else "starting Wine", [str(packages.WINE), "--prime"], log,
                    f"If nothing else helps, remove {self.wine_prefix} and run this again: the prefix is then made"
                    " anew.", self.environment(), _PREFIX_LIMIT_S if is_new else _START_LIMIT_S,
                    lambda: wineserver.advice(self.wine_prefix))
        self._primed_at = step.started_at
        return step
