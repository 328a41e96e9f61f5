"""Where a demo is shown: at a terminal, page by page, or one page below the other."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator

from .frame import Frame, Moment
from .keyboard import key_pressed, single_keys
from .terminal import enable_escape_sequences, has_colours


_BACKSPACE = ("\x7f", "\b")


class Quit(Exception):
    """The user has asked for the end."""


class Screen:
    """Lines one below the other, for a pipe."""

    is_plain = True

    def __init__(self, title: str, language: str, auto_s: float | None) -> None:
        self._auto_s = auto_s
        self._frame = Frame(title, language, has_colours=False)

    def show(self, moments: list[Moment]) -> None:
        print("\n".join(self._frame.lines(moments[-1], 80)) + "\n", flush=True)
        time.sleep(self._auto_s or 0)


class Terminal(Screen):
    """A screen that is drawn anew at each step, and at each change of its size."""

    is_plain = False

    def __init__(self, title: str, language: str, auto_s: float | None) -> None:
        super().__init__(title, language, auto_s)
        self._frame = Frame(title, language, has_colours=not os.environ.get("NO_COLOR"))

        self._passes: Callable[[Moment], bool] = lambda moment: False  # until the step that the user has asked for

    def show(self, moments: list[Moment]) -> None:
        if moments[-1].lane and self._passes(moments[-1]):
            return
        self._passes = lambda moment: False
        index, typed, drawn = len(moments) - 1, "", (0, 0, -1, "")
        end = time.monotonic() + self._auto_s if self._auto_s is not None else None
        while True:
            size = shutil.get_terminal_size()
            if drawn != (*size, index, typed):
                drawn = (*size, index, typed)
                self._draw(moments, index, typed, *size)
            key = key_pressed(0.1 if end is None else min(0.1, max(0.0, end - time.monotonic())))
            if key in ("q", "\x03"):
                raise Quit
            if key.isdecimal() or (key in _BACKSPACE and typed):
                typed, end = (typed + key)[-3:] if key.isdecimal() else typed[:-1], None
                continue
            if key == "b":
                index, end = max(0, index - 1), None
            elif key == "n":
                said = moments[index].narration
                self._passes = functools.partial(_has_narration, said)
                index = next((later for later in range(index, len(moments)) if moments[later].narration != said),
                             len(moments))
            elif key in ("\r", "\n", " "):
                target = int(typed or index + 2)
                self._passes = functools.partial(_is_before, target)
                index = max(0, target - 1)
            elif end is not None and time.monotonic() >= end:
                return
            if index >= len(moments) and moments[-1].lane == "" and (typed or key == "n"):
                index = len(moments) - 1  # there are no more steps; only Enter alone leaves the last one
            typed = typed if not key else ""
            if index >= len(moments):
                return

    def _draw(self, moments: list[Moment], index: int, typed: str, columns: int, rows: int) -> None:
        is_last = index == len(moments) - 1
        footer = "past" if not is_last else "keys" if moments[index].lane else "end_keys"
        lines = self._frame.lines(moments[index], columns, rows, footer, typed)
        sys.stdout.write("\033[H\033[2J" + "\n".join(lines[:rows]))
        sys.stdout.flush()


def _has_narration(narration: str, moment: Moment) -> bool:
    return moment.narration == narration


def _is_before(number: int, moment: Moment) -> bool:
    return moment.number < number


@contextlib.contextmanager
def opened(title: str, language: str, auto_s: float | None) -> Iterator[Screen]:
    if not sys.stdout.isatty() or not sys.stdin.isatty() or (auto_s is not None and not has_colours()):
        yield Screen(title, language, auto_s)
        return
    with single_keys():
        enable_escape_sequences()
        sys.stdout.write("\033[?1049h\033[?25l")  # a screen of its own, without a cursor
        try:
            yield Terminal(title, language, auto_s)
        finally:
            sys.stdout.write("\033[?25h\033[?1049l")
            sys.stdout.flush()
