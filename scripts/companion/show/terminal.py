"""The terminal: how many columns a text takes there, how it is broken into lines, and whether colours are wanted."""

from __future__ import annotations

import os
import sys
import unicodedata


def columns(text: str) -> int:
    """The columns that a text takes; a Korean character takes two."""
    return sum(0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1
               for one in text)


def padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def wrap(text: str, width: int) -> list[str]:
    """The text in lines that fit, broken where the column ends, the later ones indented: a slot's name has no blanks
    to break at."""
    lines, line, used = [], "", 0
    for character in text:
        if used + columns(character) > width:
            lines.append(line)
            line, used = "  ", 2
        line += character
        used += columns(character)
    return [*lines, line]


def wrap_words(text: str, width: int) -> list[str]:
    """The same, broken at blanks, and within a word only where it is too long for a line."""
    lines = [""]
    for word in text.split():
        if lines[-1] and columns(lines[-1]) + 1 + columns(word) > width:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    return [part for line in lines for part in wrap(line, width)]


def has_colours() -> bool:
    """Whether standard output is a terminal that shows colours, and its user wants them."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def enable_escape_sequences() -> None:
    """Windows switches them on for a console in which a command has been run."""
    if os.name == "nt":
        os.system("")
