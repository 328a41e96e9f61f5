"""Reads a lesson.toml key by key. What is missing or wrong is reported, and reading continues."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

_T = TypeVar("_T")
_KINDS = {str: "a text", bool: "true or false", int: "a number", list: "a list of texts", dict: "a table"}


class Table:
    """A table of the file. After the last key has been read, call finish() to report unknown ones."""

    def __init__(self, name: str, content: dict[str, Any], tell: Callable[[str], None]) -> None:
        self._name = name  # "[title] ", or nothing for the file itself
        self._content = content
        self._tell = tell
        self._asked: list[str] = []

    @property
    def keys(self) -> list[str]:
        return list(self._content)

    def complain(self, problem: str) -> None:
        self._tell(self._name + problem)

    def text(self, key: str, pattern: str = "(?s:.+)") -> str:
        """A text that must be there and look like this."""
        value = self._value(key, str, "")
        if key not in self._content:
            self.complain(f"has no {key!r}")
        elif value and not re.fullmatch(pattern, value):
            self.complain(f"has {value!r} as {key!r}, which should look like {pattern}")
        return value

    def optional_text(self, key: str) -> str | None:
        return self._value(key, str, None)

    def number(self, key: str) -> int:
        if key not in self._content:
            self.complain(f"has no {key!r}")
        return self._value(key, int, 0)

    def flag(self, key: str) -> bool:
        """False where it is not there."""
        return self._value(key, bool, False)

    def texts(self, key: str) -> list[str]:
        """An empty list where there are none."""
        value: list[Any] = self._value(key, list, [])
        if any(not isinstance(one, str) for one in value):
            self.complain(f"{key!r} should be a list of texts")
            return []
        return value

    def table(self, key: str) -> Table:
        """An empty table where there is none."""
        name = f"{self._name[:-2]}.{key}] " if self._name else f"[{key}] "
        return Table(name, self._value(key, dict, {}), self._tell)

    def finish(self) -> None:
        """Reports the keys that have not been read."""
        for key in self._content:
            if key not in self._asked:
                near = difflib.get_close_matches(key, self._asked, n=1)
                self.complain(f"has {key!r}, which is not known" + (f"; is {near[0]!r} meant?" if near else ""))

    def _value(self, key: str, kind: type[Any], default: _T) -> Any | _T:
        self._asked.append(key)
        value = self._content.get(key, default)
        if key in self._content and type(value) is not kind:
            self.complain(f"{key!r} should be {_KINDS[kind]}")
            return default
        return value


def read(path: Path, tell: Callable[[str], None]) -> Table | None:
    """None where there is no such file, or no text that is TOML."""
    try:
        return Table("", tomllib.loads(path.read_text(encoding="utf-8")), tell)
    except FileNotFoundError:
        tell("is missing")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        tell(str(error))
    return None
