"""The builds of the project: which there are, and how they are configured and compiled; see prepare()."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from . import packages
from .failure import Failure
from .progress import Step, say
from .toolchain import Toolchain, is_win32

_CROSS_FILE = "scripts/cross/x86_64-w64-mingw32.ini"
_NOTHING = "no work to do"  # what Ninja says


def windows_options() -> list[str]:
    """By itself Meson looks for Visual Studio where no other compiler is on PATH. With --vsenv it does so always, and
    stops where there is none: only for those who ask for its compilers, which are not on PATH."""
    return ["--vsenv"] if Path(os.environ.get("CC", "")).stem.lower() in ("cl", "clang-cl") else []


class Build(Toolchain):
    """One build of all programs: with UTF-16 or UTF-8 in its TCHARs; or the POSIX side with sanitizers. One with
    another compiler, by its name and Meson's cross file for it, allows no warnings."""

    def __init__(self, source: Path, build_root: Path, unicode: bool, sanitize: bool = False,
                 compiler: str = "", cross_file: Path | None = None) -> None:
        self.name = "sanitize" if sanitize else "unicode" if unicode else "ansi"
        if compiler:
            self.name = f"{compiler}-{self.name}"
        self.source = source.resolve()
        self.build_root = build_root.resolve()
        super().__init__(self.build_root / self.name, self.build_root / "wine")
        if sanitize:
            # clang leaves the sanitizers' own functions to be found when the program starts.
            self._options = ["-Db_sanitize=address,undefined", "-Db_lundef=false"]
        else:
            self._options = [f"-Dunicode={str(unicode).lower()}"]
            # zig makes no precompiled headers; and without them each source is compiled as it stands.
            self._options += ["-Dwerror=true", "-Db_pch=false"] if compiler else []
            self._options += (windows_options() if os.name == "nt" else
                              [f"--cross-file={cross_file or self.source / _CROSS_FILE}"])

    # Each of these does nothing, quickly, where nothing is to do, and says whether it did something.

    def configure(self) -> bool:
        if self._is_configured():
            return False
        self._remove_leftover()
        command = ["meson", "setup", *self._options, str(self.build_dir), str(self.source)]
        Step(f"configuring the {self.name} build", command, self._log("setup"),
             "If that is not about the project's own files, ./scripts/lesson doctor may tell more.").finish()
        return True

    def compile(self, programs: Sequence[str] | None = None) -> bool:
        """Only these programs, or all. As sources get changed, this asks Ninja each time."""
        ours = [program for program in programs or () if is_win32(program) or os.name != "nt"]
        if programs is not None and not ours:
            return False
        ninja = ["ninja", "-C", str(self.build_dir), *(self.executable(program).name for program in ours)]
        command = ninja
        if os.name == "nt":
            # Meson finds Visual Studio, which takes seconds each time; so see first if there is work to do.
            if _NOTHING in subprocess.run([*ninja, "-n"], stdout=subprocess.PIPE, text=True).stdout:
                return False
            command = ["meson", "compile", "-C", str(self.build_dir), *ours]
        output = Step(f"compiling the {self.name} build", command, self._log("compile"),
                      "Mend what the compiler complains about and run this again.").finish()
        return _NOTHING not in output

    def all_programs(self) -> list[str]:
        """The names of all programs that can be built, once it is configured."""
        told = json.loads((self.build_dir / "meson-info/intro-targets.json").read_text(encoding="utf-8"))
        return sorted(target["name"] for target in told if target["type"] == "executable"
                      and self.executable(target["name"]) == Path(target["filename"][0]))

    def _is_configured(self) -> bool:
        """Meson writes this file last. It names other directories when the project was moved since."""
        try:
            info = json.loads((self.build_dir / "meson-info/meson-info.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        directories = info["directories"]
        return (not info.get("error") and (self.build_dir / "build.ninja").exists()
                and Path(directories["source"]) == self.source and Path(directories["build"]) == self.build_dir)

    def _remove_leftover(self) -> None:
        """An interrupted or failed set-up, from which Meson may not recover, is begun anew. But the directory may
        be one that the user named, so it must show that it is Meson's."""
        entries = [path.name for path in self.build_dir.glob("*")]
        if entries and not any(name.startswith("meson-") for name in entries):
            raise Failure(f"{self.build_dir} is not a build directory, and not empty. Choose another --build-dir.")
        if entries:
            shutil.rmtree(self.build_dir)

    def _log(self, step: str) -> Path:
        return self.build_root / "logs" / f"{self.name}-{step}.log"


def prepare(*builds: Build, programs: Sequence[str] | None = None, tests: bool = False,
            needs: Iterable[packages.Need] = ()) -> bool:
    """Makes all ready to start these programs, or all: packages (`needs` are more than the usual ones), Wine where one
    of them is a Win32 program, configuration, compilation. Says whether anything of it was to do."""
    build_root = builds[0].build_root
    with _lock(build_root), contextlib.ExitStack() as stack:
        required = [*packages.TO_RUN, *(packages.TO_TEST if tests else []), *needs]
        done = packages.require(required, build_root / "logs")
        wine = None
        if os.name != "nt" and (programs is None or any(map(is_win32, programs))):
            done |= not builds[0].wine_prefix.exists()
            # It takes as long as what follows.
            wine = stack.enter_context(builds[0].start_wine(build_root / "logs/wine.log"))
        for build in builds:
            done |= build.configure()
            done |= build.compile(programs)
        if wine:
            wine.finish()
    return done


@contextlib.contextmanager
def _lock(build_root: Path) -> Iterator[None]:
    """One set-up at a time: the other one waits, and then finds nothing to do."""
    try:
        build_root.mkdir(parents=True, exist_ok=True)
        file = (build_root / "lock").open("w")
    except OSError as error:
        raise Failure(f"cannot write to {build_root}: {error.strerror}. Choose another place with --build-dir.")
    with file:
        since = time.monotonic()
        is_said = False
        while not _try_lock(file):
            if time.monotonic() - since > 1 and not is_said:
                say(f"waiting for another lesson command that is setting up {build_root}")
                is_said = True
            time.sleep(0.05)
        yield


def _try_lock(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
