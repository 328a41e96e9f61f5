"""Plays one scene in a build directory that has been configured and compiled already. `meson test` runs it:

    python3 -m companion.play_scene BUILD-DIRECTORY SCENE-FILE
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .play import scene
from .setup import packages
from .setup.failure import Failure, WrongUse
from .setup.progress import say
from .setup.toolchain import Toolchain, is_win32
from .show import render

_DEADLINE_S = 60.0  # for one event: many tests share few cores


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        raise WrongUse("usage: python3 -m companion.play_scene BUILD-DIRECTORY SCENE-FILE")
    build_dir, file = map(Path, arguments)
    chosen = scene.load(file)
    # The prefix of scripts/wine, with which Meson runs the unit tests.
    prefix = os.environ.get("COMPANION_WINEPREFIX") or packages.WINE.parents[1] / "build/wine"
    toolchain = Toolchain(build_dir, Path(prefix))
    if os.name != "nt" and any(map(is_win32, chosen.programs)):
        toolchain.start_wine(build_dir / "meson-logs/wine.log").finish()
    return render.play(toolchain, chosen, deadline_s=_DEADLINE_S)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Failure as error:
        say(str(error))
        sys.exit(error.status)
    except OSError as error:  # no such scene, or a program that is not built
        say(str(error))
        sys.exit(1)
