"""Scenes: the text of a dialogue between programs, read into steps.

    # en: The receiver makes the slot, so it comes first.      narration, in each language
    $ MailReceiver --name {mailbox}                            start a program
    MailReceiver | waiting for mail on \\\\.\\mailslot\\{mailbox}   a line it must print
    MailSender   ! MailSender: CreateFile: error 2 {?text}     a line it must print on standard error
    MailSender   < hello                                       a line typed into it
    MailSender   ^Z                                            end of its input
    MailReceiver ^C                                            Ctrl+C in its terminal
    MailSender   = 0                                           its exit status; ^C: ended by Ctrl+C

{name} becomes a name unique to the run. {?name} stands for any text the first time it comes, and for the
same text from then on. The second program of one name is NAME.2, and so on. A program that another one
starts has no $ of its own: its lines are expected by its name. Files that the programs need lie in the folder
"files" beside the scene; the programs start where these are.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


class SceneError(Exception):
    """A mistake in a scene: file, line and what was expected there."""


class Kind(Enum):
    START = "$"
    LINE = "|"
    ERROR = "!"
    TYPE = "<"
    END_INPUT = "^Z"
    INTERRUPT = "^C"
    EXIT = "="
    CALL = "→"  # in no scene: a call that the trace tells of


@dataclass(frozen=True)
class Step:
    number: int  # of its line in the file
    kind: Kind
    lane: str  # "MailSender", "MailSender.2"
    text: str  # what is printed, typed, or the exit status; of a start the arguments
    narration: dict[str, str] = field(default_factory=dict)

    @property
    def program(self) -> str:
        return self.lane.partition(".")[0]

    @property
    def arguments(self) -> list[str]:
        return _split(self.text)


@dataclass(frozen=True)
class Scene:
    path: Path
    steps: list[Step]

    @property
    def lanes(self) -> list[str]:
        """The programs in the order in which they come."""
        return list(dict.fromkeys(step.lane for step in self.steps))

    @property
    def programs(self) -> list[str]:
        return list(dict.fromkeys(step.program for step in self.steps))


_NARRATION = re.compile(r"# (en|ko): (.+)")
_SPOKEN = re.compile(r"(?P<lane>[A-Za-z]\w*(?:\.[2-9]\d*)?) +(?P<mark>\^C|\^Z|[|!<=])(?: (?P<text>.*))?")
_STATUS = re.compile(r"\d+|\^C")


def load(path: Path) -> Scene:
    return parse(path, path.read_text(encoding="utf-8"))


def parse(path: Path, text: str) -> Scene:
    steps: list[Step] = []
    narration: dict[str, str] = {}
    started: dict[str, int] = {}  # program -> how many of it
    ended: set[str] = set()

    def fail(number: int, message: str) -> SceneError:
        return SceneError(f"{path}:{number}: {message}")

    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        if line.startswith("#"):
            found = _NARRATION.fullmatch(line)
            if not found:
                raise fail(number, f"expected narration, '# en: ...' or '# ko: ...', found {line!r}")
            narration[found[1]] = f"{narration[found[1]]} {found[2]}" if found[1] in narration else found[2]
            continue

        if line.startswith("$"):
            try:
                words = _split(line[1:])
            except ValueError as error:
                raise fail(number, f"expected a command line: {error}") from error
            if not words or not re.fullmatch(r"[A-Za-z]\w*", words[0]):
                raise fail(number, f"expected a program's name after '$', found {line[1:].strip()!r}")
            program = words[0]
            started[program] = started.get(program, 0) + 1
            lane = program if started[program] == 1 else f"{program}.{started[program]}"
            step = Step(number, Kind.START, lane, line[1:].strip()[len(program):].strip(), narration)
        else:
            step = _spoken(fail, number, line, started, ended, narration)
        steps.append(step)
        narration = {}

    if narration:
        raise fail(number, "expected a step after the narration, found the end of the scene")
    if not steps:
        raise fail(max(number, 1), "expected '$ PROGRAM', found an empty scene")
    for step in steps:
        if step.kind is Kind.START and step.lane not in ended:
            raise fail(step.number, f"expected an exit status of {step.lane} ('{step.lane} = 0') further down, found none")
    return Scene(path, steps)


def _spoken(fail, number: int, line: str, started: dict[str, int], ended: set[str], narration: dict[str, str]) -> Step:
    """A step that a program speaks or that is done to one: everything but its start."""
    found = _SPOKEN.fullmatch(line)
    if not found:
        raise fail(number, f"expected '$ PROGRAM', '# en:', '# ko:', or a program's name and one of | ! < = ^C ^Z, "
                           f"found {line!r}")
    lane, kind, text = found["lane"], Kind(found["mark"]), found["text"] or ""
    program, _, ordinal = lane.partition(".")
    is_started = started.get(program, 0) >= int(ordinal or 1)

    if kind not in (Kind.LINE, Kind.ERROR):
        if not is_started:
            raise fail(number, f"expected a program that '$' has started, found {lane}")
        if lane in ended:
            raise fail(number, f"expected nothing but lines of {lane} after its exit status, found {kind.value!r}")
    if kind is Kind.EXIT:
        if not _STATUS.fullmatch(text):
            raise fail(number, f"expected an exit status, a number or ^C, found {text!r}")
        ended.add(lane)
    if kind in (Kind.END_INPUT, Kind.INTERRUPT) and text:
        raise fail(number, f"expected nothing after {kind.value}, found {text!r}")
    return Step(number, kind, lane, text, narration)


def _split(command: str) -> list[str]:
    """Words, with quotes for blanks; a backslash is a backslash, since slot names are full of them."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.escape = ""
    lexer.commenters = ""
    return list(lexer)


_PLACEHOLDER = re.compile(r"\{(\??)([a-z][a-z0-9_]*)\}")


class Names:
    """What the names in braces stand for in one run."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._seen: dict[str, str] = {}

    def fill(self, text: str) -> str:
        """The text with its names filled in; a wildcard not seen yet stays as it is."""
        return _PLACEHOLDER.sub(lambda name: self._seen.get(name[2], name[0]) if name[1] else self.unique(name[2]), text)

    def unique(self, name: str) -> str:
        return f"{name}-{self._run}"

    def match(self, expected: str, seen: str) -> bool:
        """Whether a line is as expected; remembers what its new wildcards stood for."""
        pattern, position, new = "", 0, set()
        for name in _PLACEHOLDER.finditer(expected):
            pattern += re.escape(expected[position : name.start()])
            position = name.end()
            if not name[1]:
                pattern += re.escape(self.unique(name[2]))
            elif name[2] in self._seen:
                pattern += re.escape(self._seen[name[2]])
            elif name[2] in new:
                pattern += f"(?P={name[2]})"
            else:
                pattern += f"(?P<{name[2]}>.+?)"
                new.add(name[2])
        found = re.fullmatch(pattern + re.escape(expected[position:]), seen)
        if found:
            self._seen.update(found.groupdict())
        return found is not None


def transcript(scene_text: str) -> str:
    """The scene as a page shows it: without narration, and with plain names instead of unique ones."""
    lines = [line for line in scene_text.splitlines() if line.strip() and not line.startswith("#")]
    return _PLACEHOLDER.sub(lambda name: "..." if name[1] else name[2], "\n".join(lines))
