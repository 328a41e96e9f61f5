"""What programs opened and never closed themselves: the system does it at their end, which a server never reaches."""

from __future__ import annotations

from dataclasses import dataclass

from ..setup.toolchain import is_win32
from ..trace.events import Call
from ..trace.kernel import Kernel

_WORDS = {"en": "{} was never closed by {}", "ko": "{}: {}이(가) 닫지 않았다"}

# What the system or the parent has given to the program; nobody expects it to be closed.
_GIVEN = {"standard stream", "console"}


@dataclass(frozen=True)
class Leftover:
    lane: str
    handle: str  # "0x30", or of a descriptor "3"
    type: str
    name: str

    def in_words(self, language: str = "en") -> str:
        what = f"{self.handle} {self.type.replace('_', ' ')} {self.name}".rstrip()
        return _WORDS[language].format(what, self.lane)


def of(kernel: Kernel) -> list[Leftover]:
    """Of the programs that came to their end; one that was killed could close nothing."""
    return [Leftover(process.lane, f"0x{value:x}" if is_win32(process.lane) else str(value), one.type, one.name)
            for process in kernel.processes.values() for value, one in process.left_open if one.type not in _GIVEN]


def of_calls(calls: list[Call]) -> list[Leftover]:
    kernel = Kernel()
    found: list[Leftover] = []
    for call in calls:
        kernel.apply(call)
        if call.event == "exit":
            found += [one for one in of(kernel) if one not in found]
    return found
