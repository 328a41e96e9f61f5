"""Scenes: the text of a dialogue between programs, read into steps.

    # en: The receiver makes the slot, so it comes first.      narration, in each language
    # before: MailReceiver CreateMailslot                      that the demo shows with this call of this program;
    # after: MailReceiver CreateMailslot                       or when the call has returned
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
from pathlib import Path

from ..setup.failure import Failure
from ..trace.events import Kind


class SceneError(Failure):
    """A mistake in a scene: file, line and what was expected there."""


@dataclass(frozen=True)
class Place:
    """The call with which a narration is shown."""

    is_after: bool  # when it has returned; else when it is about to be made
    lane: str
    call: str

    def __str__(self) -> str:
        return f"{'after' if self.is_after else 'before'}: {self.lane} {self.call}"


@dataclass(frozen=True)
class Step:
    number: int  # of its line in the file
    kind: Kind
    lane: str  # "MailSender", "MailSender.2"
    text: str  # what is printed, typed, or the exit status; of a start the arguments
    narration: dict[str, str] = field(default_factory=dict)
    narrated_at: Place | None = None  # else when the scene comes to this step

    @property
    def program(self) -> str:
        return self.lane.partition(".")[0]

    @property
    def said_here(self) -> dict[str, str]:
        """The narration to be shown when the scene comes to this step; empty where it belongs to a call."""
        return {} if self.narrated_at else self.narration

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
_PLACE = re.compile(r"# (before|after): ([A-Za-z]\w*(?:\.[2-9]\d*)?) (\w+)")
_SPOKEN = re.compile(r"(?P<lane>[A-Za-z]\w*(?:\.[2-9]\d*)?) +(?P<mark>\^C|\^Z|[|!<=])(?: (?P<text>.*))?")
_STATUS = re.compile(r"\d+|\^C")


def load(path: Path) -> Scene:
    try:
        return parse(path, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise SceneError(f"{path}: expected text in UTF-8: {error}") from error


def parse(path: Path, text: str) -> Scene:
    parser = _Parser(path)
    for line in text.splitlines():
        parser.line(line)
    return parser.finish()


class _Parser:
    """Takes the lines of a scene one by one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0  # of the line
        self._steps: list[Step] = []
        self._narration: dict[str, str] = {}  # of the step to come
        self._place: Place | None = None  # of that narration
        self._started: dict[str, int] = {}  # how many of each program
        self._ended: set[str] = set()  # lanes

    def line(self, line: str) -> None:
        self._number += 1
        if line.startswith("#"):
            self._narrate(line)
        elif line.strip():
            kind, lane, text = self._start(line[1:].strip()) if line.startswith("$") else self._speak(line)
            self._steps.append(Step(self._number, kind, lane, text, self._narration, self._place))
            if self._place and not self._narration:
                raise self._error(f"expected narration, '# en: ...' or '# ko: ...', for '{self._place}', found a step")
            self._narration, self._place = {}, None

    def finish(self) -> Scene:
        if self._narration:
            raise self._error("expected a step after the narration, found the end of the scene")
        if not self._steps:
            raise self._error("expected '$ PROGRAM', found an empty scene")
        for step in self._steps:
            if step.kind is Kind.START and step.lane not in self._ended:
                raise self._error(f"expected an exit status of {step.lane} ('{step.lane} = 0') further down, "
                                  "found none", step.number)
        return Scene(self._path, self._steps)

    def _error(self, message: str, number: int | None = None) -> SceneError:
        return SceneError(f"{self._path}:{number or max(1, self._number)}: {message}")

    def _narrate(self, line: str) -> None:
        if place := _PLACE.fullmatch(line):
            if self._place:
                raise self._error(f"expected one call for a narration, found '{self._place}' and {line!r}")
            self._place = Place(place[1] == "after", place[2], place[3])
            return
        found = _NARRATION.fullmatch(line)
        if not found:
            raise self._error("expected narration, '# en: ...' or '# ko: ...', or its place, '# before: PROGRAM CALL' "
                              f"or '# after: PROGRAM CALL', found {line!r}")
        language, text = found.groups()
        earlier = self._narration.get(language)
        self._narration[language] = f"{earlier} {text}" if earlier else text

    def _start(self, command: str) -> tuple[Kind, str, str]:
        try:
            words = _split(command)
        except ValueError as error:
            raise self._error(f"expected a command line: {error}") from error
        if not words or not re.fullmatch(r"[A-Za-z]\w*", words[0]):
            raise self._error(f"expected a program's name after '$', found {command!r}")
        program = words[0]
        number = self._started[program] = self._started.get(program, 0) + 1
        return Kind.START, program if number == 1 else f"{program}.{number}", command[len(program):].strip()

    def _speak(self, line: str) -> tuple[Kind, str, str]:
        """A line that a program prints, or what is done to one."""
        found = _SPOKEN.fullmatch(line)
        if not found:
            raise self._error("expected '$ PROGRAM', '# en:', '# ko:', or a program's name and one of | ! < = ^C ^Z, "
                              f"found {line!r}")
        lane, kind, text = found["lane"], Kind(found["mark"]), found["text"] or ""
        program, _, ordinal = lane.partition(".")

        if kind not in (Kind.LINE, Kind.ERROR):
            if self._started.get(program, 0) < int(ordinal or 1):
                raise self._error(f"expected a program that '$' has started, found {lane}")
            if lane in self._ended:
                raise self._error(f"expected nothing but lines of {lane} after its exit status, found {kind.value!r}")
        if kind is Kind.EXIT:
            if not _STATUS.fullmatch(text):
                raise self._error(f"expected an exit status, a number or ^C, found {text!r}")
            self._ended.add(lane)
        if kind in (Kind.END_INPUT, Kind.INTERRUPT) and text:
            raise self._error(f"expected nothing after {kind.value}, found {text!r}")
        return kind, lane, text


def _split(command: str) -> list[str]:
    """Words, with quotes around one that has blanks; a backslash is a backslash, since slot names are full of them."""
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
        self.seen: dict[str, str] = {}  # what the wildcards stand for

    def fill(self, text: str) -> str:
        """The text with its names filled in; a wildcard not seen yet stays as it is."""
        return _PLACEHOLDER.sub(
            lambda name: self.seen.get(name[2], name[0]) if name[1] else self.unique(name[2]), text)

    def unique(self, name: str) -> str:
        return f"{name}-{self._run}"

    def match(self, expected: str, seen: str) -> bool:
        """Whether a line is as expected; remembers what its new wildcards stood for."""
        pattern, position, new = "", 0, set()
        for name in _PLACEHOLDER.finditer(expected):
            pattern += re.escape(expected[position:name.start()])
            position = name.end()
            if not name[1]:
                pattern += re.escape(self.unique(name[2]))
            elif name[2] in self.seen:
                pattern += re.escape(self.seen[name[2]])
            elif name[2] in new:
                pattern += f"(?P={name[2]})"
            else:
                pattern += f"(?P<{name[2]}>.+?)"
                new.add(name[2])
        found = re.fullmatch(pattern + re.escape(expected[position:]), seen)
        if found:
            self.seen.update(found.groupdict())
        return found is not None


def transcript(scene_text: str) -> str:
    """The scene as a page shows it: without narration, and with plain names instead of unique ones."""
    lines = [line for line in scene_text.splitlines() if line.strip() and not line.startswith("#")]
    return _PLACEHOLDER.sub(lambda name: "..." if name[1] else name[2], "\n".join(lines))


def with_plain_names(text: str) -> str:
    """Without what makes them unique; wildcards stay as they are."""
    return _PLACEHOLDER.sub(lambda name: name[0] if name[1] else name[2], text)
