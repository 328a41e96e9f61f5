"""One screen of a demo: the processes side by side, the call that one of them is about to make, the kernel objects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from .terminal import padded, wrap_words

_LEAST_COLUMNS = 22  # of a process
_OUTPUT_LINES = 4

WORDS = {
    "en": {"step": "step", "halts": "▶ is about to call", "waits": "waits in", "ended": "has ended", "runs": "runs",
           "objects": "Kernel objects", "count": "usage count", "none": "(none yet)", "gone": "gone",
           "inherit": "inheritable", "table": "handle table", "descriptors": "descriptors",
           "recording": "a recording",
           "keys": "Enter: go on · n: next narration · a number, Enter: that step · b: back · q: quit",
           "over": "The scene is over.",
           "past": "a past step: Enter: forward · n: next narration · b: back · q: quit",
           "end_keys": "b: back · a number, Enter: that step · q, Enter: quit", "to": "to step"},
    "ko": {"step": "단계", "halts": "▶ 호출 직전", "waits": "대기 중:", "ended": "끝났음", "runs": "실행 중",
           "objects": "커널 오브젝트", "count": "Usage Count", "none": "(아직 없음)", "gone": "사라짐",
           "inherit": "상속 가능", "table": "핸들 테이블", "descriptors": "디스크립터", "recording": "녹화",
           "keys": "Enter: 다음 · n: 다음 해설 · 숫자와 Enter: 그 단계 · b: 이전 · q: 종료", "over": "장면이 끝났다.",
           "past": "지난 단계: Enter: 앞으로 · n: 다음 해설 · b: 이전 · q: 종료",
           "end_keys": "b: 이전 · 숫자와 Enter: 그 단계 · q, Enter: 종료", "to": "갈 단계:"},
}


@dataclass(frozen=True)
class Handle:
    value: str
    number: int  # of its object
    type: str
    is_inheritable: bool


@dataclass(frozen=True)
class Object:
    number: int
    type: str
    name: str
    count: int
    counted: str = ""  # what the count is made of, where that is not handles alone
    state: tuple[str, ...] = ()  # its own state, a phrase each


@dataclass(frozen=True)
class Column:
    """What is shown of a process."""

    lane: str
    state: str  # "halts", "waits", "runs" or "ended"
    waits_in: str = ""  # the call, and what for
    returned: str = ""  # its last call, with the result
    output: tuple[str, ...] = ()
    handles: tuple[Handle, ...] = ()


@dataclass(frozen=True)
class Moment:
    """The state while all programs are halted or blocked."""

    number: int
    narration: str
    processes: tuple[Column, ...]
    objects: tuple[Object, ...]
    lane: str = ""  # who is about to call; nobody at the end
    call: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    before: Moment | None = field(default=None, repr=False)


class Frame:
    """Draws a moment as lines that fit. With colours, changes are highlighted; a star marks them in any case."""

    def __init__(self, title: str, language: str, has_colours: bool) -> None:
        self._title = title
        self._words = WORDS[language]
        self._has_colours = has_colours

    def lines(self, moment: Moment, width: int, height: int | None = None, footer: str = "",
              typed: str = "") -> list[str]:
        head = [self._style(f"{self._title}  ·  {self._words['step']} {moment.number}", "1")]
        head += [self._style(line, "1;35") for line in wrap_words(moment.narration, width)]
        head.append("─" * width)
        objects = ["─" * width, *self._objects(moment, width)]
        keys = f"{self._words['to']} {typed}" if typed else self._words.get(footer, "")
        foot = [self._style(line, "2") for line in wrap_words(keys, width)] if keys else []
        room = None if height is None else height - len(head) - len(foot)
        if room is not None and len(objects) > room // 2:
            objects = [*objects[: max(2, room // 2 - 1)], "…"]
        body = list(self._body(moment, width))
        if room is not None and len(body) > room - len(objects):
            body = _cut(list(self._body(moment, width, is_short=True)), room - len(objects))
        return [*head, *body, *objects, *foot]

    def _style(self, text: str, codes: str) -> str:
        return f"\033[{codes}m{text}\033[0m" if self._has_colours and text.strip() else text

    def _body(self, moment: Moment, width: int, is_short: bool = False) -> Iterator[str]:
        shown = _chosen(moment, max(1, width // _LEAST_COLUMNS))
        count = max(1, len(shown))
        each = (width - 3 * (count - 1)) // count
        cells = [list(self._cell(moment, process, each, is_short)) for process in shown]
        for row in zip_longest(*cells, fillvalue=("", "")):
            parts = [self._style(padded(text, each), style) if style else padded(text, each) for text, style in row]
            yield " │ ".join(parts).rstrip()

    def _cell(self, moment: Moment, process: Column, width: int, is_short: bool) -> Iterator[tuple[str, str]]:
        """If short, without arguments that are NULL, 0 or unknown."""
        is_active = process.lane == moment.lane
        state = self._words[process.state] + (f" {process.waits_in}" if process.waits_in else "")
        yield from _styled(process.lane, width, "1;4")
        if process.returned:
            yield from _styled(f"  ← {process.returned}", width, "2")
        yield from _styled(f"  {state}", width, "1;32" if is_active else "2")
        if is_active:
            yield from _styled(f"  {moment.call}(", width, "1;32")
            for name, value in moment.arguments:
                if is_short and value in ("NULL", "0", "…"):
                    continue
                yield from _styled(f"    {name} = {value}", width, "32")
            yield "  )", "1;32"
        old = _find(moment.before, process.lane)
        if process.handles or (old and old.handles):
            yield f"  {self._words['table' if process.lane[:1].isupper() else 'descriptors']}", "4"
        for handle in process.handles:
            is_new = old is None or handle not in old.handles
            text = f"{'*' if is_new else ' '} {handle.value} → [{handle.number}] {handle.type.replace('_', ' ')}"
            yield from _styled(text + (f", {self._words['inherit']}" if handle.is_inheritable else ""), width,
                               "7" if is_new and moment.before else "")
        for handle in old.handles if old else ():
            if all(handle.value != one.value for one in process.handles):
                text = f"* {handle.value} → [{handle.number}] {self._words['gone']}"
                yield from _styled(text, width, "7")
        for line in process.output[-_OUTPUT_LINES:]:
            yield from _styled(f"  {line}", width, "")

    def _objects(self, moment: Moment, width: int) -> Iterator[str]:
        yield self._style(self._words["objects"], "1")
        before = {one.number: one for one in moment.before.objects} if moment.before else {}
        for one in moment.objects:
            yield from self._object(one, before.get(one.number), moment.before is None, width)
        for number, old in before.items():
            if all(one.number != number for one in moment.objects):
                yield from self._object(replace(old, count=0, counted="", state=()), old, False, width)
        if not moment.objects and not before:
            yield f"  {self._words['none']}"

    def _object(self, one: Object, old: Object | None, is_first: bool, width: int) -> Iterator[str]:
        """What has changed has a star; in the first moment nothing has."""
        count_before = one.count if is_first else old.count if old else 0
        has_changed = count_before != one.count
        count = f"{count_before} → {one.count}" if has_changed else str(one.count)
        made_of = f" ({one.counted})" if one.counted else f" ({self._words['gone']})" if one.count == 0 else ""
        text = f"{'*' if has_changed else ' '} [{one.number}] {one.type.replace('_', ' ')} {one.name}".rstrip()
        for line in wrap_words(f"{text}  {self._words['count']} {count}{made_of}", width):
            yield self._style(line, "7") if has_changed else line
        for phrase in one.state:
            is_new = not is_first and (old is None or phrase not in old.state)
            for line in wrap_words(phrase, width - 6):
                yield self._style(f"    {'*' if is_new else ' '} {line}", "7" if is_new else "")


def _styled(text: str, width: int, style: str) -> Iterator[tuple[str, str]]:
    """With the indentation of the text, and more of it on continued lines."""
    indent = len(text) - len(text.lstrip())
    for number, part in enumerate(wrap_words(text, width - indent - 2)):
        yield " " * (indent + (2 if number else 0)) + part, style


def _find(moment: Moment | None, lane: str) -> Column | None:
    return next((one for one in moment.processes if one.lane == lane), None) if moment else None


def _chosen(moment: Moment, most: int) -> list[Column]:
    """As many processes as there is room for: the one that is about to call, the first one, which may have started the
    others, then those that live, the newest first."""
    ranked = sorted(enumerate(moment.processes),
                    key=lambda one: (one[1].lane != moment.lane, one[0] > 0, one[1].state == "ended", -one[0]))
    kept = {index for index, _ in ranked[:most]}
    return [process for index, process in enumerate(moment.processes) if index in kept]


def _cut(lines: list[str], room: int) -> list[str]:
    return lines if len(lines) <= room else [*lines[: max(0, room - 1)], "…"]
