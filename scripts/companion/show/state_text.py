"""The state of objects and threads in words, in both languages, as the kernel model knows it."""

from __future__ import annotations

from ..trace.arguments import readable
from ..trace.kernel_object import Chunk, Fact, KernelObject
from ..trace.kernel_state import NOBODY, Wait
from .call_text import Reader

_SHOWN_CHUNKS = 3
_SHOWN_CHARACTERS = 40

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "signaled": "signaled", "not signaled": "not signaled", "by hand": "stays signaled until ResetEvent",
        "by itself": "one wait takes it", "owner": "owner: {}", "nobody": "nobody", "abandoned": "abandoned",
        "count": "count {} of at most {}", "exit_code": "exit code {}", "read": "end that reads, the other is [{}]",
        "write": "end that writes, the other is [{}]", "server": "server's end", "client": "client's end",
        "state new": "new", "state listening": "waits for a client", "state connected": "connected",
        "state disconnected": "disconnected", "other": "the other end is [{}]",
        "other_end closed": "the other end is closed", "other_end disconnected": "disconnected by the server",
        "due": "set", "inferred": "inferred: {}", "unknown": "unknown: {}", "not told": "no call has told it",
        "empty": "empty", "holds": "in it: ", "from": "{} from {}", "bytes": "{} bytes", "more": "and {} more",
        "handle": "1 handle", "handles": "{} handles", "runs": "it runs", "view": "1 view", "views": "{} views",
        "has a name": "it has a name", "waits for wait4": "it waits for wait4",
        "in a message": "it lies in a message",
        "both": "end that reads and writes, the other is [{}]", "killed_by": "ended by {}",
        "position": "position {}", "values": "values {}",
        "waits for accept": "it waits for accept", "calls": "CallNamedPipe uses it", "and": " + ",
        "signal": "until {} is signaled", "data": "until something lies in {}", "room": "until {} has room",
        "wait client": "until a client comes to {}", "wait server": "until the server has room for it",
        "lock": "until {} is unlocked", "time": "until the time is over", "input": "for input",
        "completion": "until I/O on {} is done", "all": "all of ", "limit": "at most {} ms", "something": "it",
    },
    "ko": {
        "signaled": "Signaled", "not signaled": "Non-Signaled", "by hand": "ResetEvent까지 Signaled로 남는다",
        "by itself": "대기 하나가 가져간다", "owner": "소유자: {}", "nobody": "없음", "abandoned": "버려짐(abandoned)",
        "count": "카운트 {} (최대 {})", "exit_code": "종료 코드 {}", "read": "읽는 끝, 반대쪽은 [{}]",
        "write": "쓰는 끝, 반대쪽은 [{}]", "server": "서버 쪽 끝", "client": "클라이언트 쪽 끝",
        "state new": "새것", "state listening": "클라이언트를 기다린다", "state connected": "연결됨",
        "state disconnected": "연결 끊김", "other": "반대쪽은 [{}]", "other_end closed": "반대쪽이 닫혔다",
        "other_end disconnected": "서버가 연결을 끊었다",
        "due": "맞춰짐", "inferred": "추정: {}", "unknown": "모름: {}", "not told": "알려 준 호출이 없다",
        "empty": "비어 있음", "holds": "들어 있는 것: ", "from": "{} ({}에서)", "bytes": "{}바이트", "more": "외 {}개",
        "handle": "핸들 1개", "handles": "핸들 {}개", "runs": "실행 중", "view": "뷰 1개", "views": "뷰 {}개",
        "has a name": "이름이 있다", "waits for wait4": "wait4를 기다린다", "in a message": "메시지 안에 있다",
        "both": "읽고 쓰는 끝, 반대쪽은 [{}]", "killed_by": "{}로 끝났다", "position": "위치 {}",
        "values": "값 {}",
        "waits for accept": "accept를 기다린다", "calls": "CallNamedPipe가 쓴다", "and": " + ",
        "signal": "{}이(가) Signaled가 될 때까지", "data": "{}에 무엇이 들어올 때까지", "room": "{}에 자리가 날 때까지",
        "wait client": "{}에 클라이언트가 올 때까지", "wait server": "서버에 자리가 날 때까지",
        "lock": "{}의 잠금이 풀릴 때까지", "time": "시간이 다 될 때까지", "input": "입력을",
        "completion": "{}의 입출력이 끝날 때까지", "all": "모두: ", "limit": "길어야 {} ms", "something": "그것",
    },
}
# Facts that are shown as a part of another one, or not at all.
_SILENT = {"manual_reset", "maximum", "times", "local", "remote", "listener", "period_ms", "reads_messages",
           "pending_reads"}


class StateText:
    def __init__(self, language: str, reader: Reader) -> None:
        self._words = _WORDS[language]
        self._reader = reader

    def count(self, one: KernelObject) -> str:
        """What the usage count is made of, where that is not handles alone: "1 handle + it runs"."""
        if not one.held_by_system:
            return ""
        views = sum(reason.startswith("mapped") for reason in one.held_by_system)
        parts = [self._number("handle", len(one.handles))] if one.handles else []
        parts += [self._words[reason] for reason in one.held_by_system if not reason.startswith("mapped")]
        parts += [self._number("view", views)] if views else []
        return self._words["and"].join(parts)

    def _number(self, what: str, number: int) -> str:
        return self._words[what if number == 1 else what + "s"].format(number)

    def facts(self, one: KernelObject) -> list[str]:
        """The object's own state, a phrase each."""
        if one.type in ("event", "mutex", "semaphore", "timer") and not one.facts:
            return [self._unsure(Fact(None), self._words["signaled"])]
        return [self._unsure(fact, text) for name, fact in one.facts.items()
                if (text := self._fact(one, name, fact))]

    def _fact(self, one: KernelObject, name: str, fact: Fact) -> str:
        words = self._words
        if name in _SILENT or (name == "other" and one.type == "pipe"):
            return ""
        if fact.value is None or name == "signaled":
            if one.type == "event" and fact.value and one.value("manual_reset") is not None:
                how = words["by hand" if one.value("manual_reset") else "by itself"]
                return f"{words['signaled']} ({how})"
            return words["signaled" if fact.value or fact.value is None else "not signaled"]
        if name == "owner":
            return words["owner"].format(words["nobody"] if fact.value == NOBODY else fact.value)
        if name == "count":
            return words["count"].format(fact.value, one.value("maximum"))
        if name == "end":
            return words[fact.value].format(one.value("other"))
        if name in ("state", "other_end"):
            return words[f"{name} {fact.value}"]
        if name in ("abandoned", "due"):
            return words[name]
        return words[name].format(fact.value) if name in words else ""

    def _unsure(self, fact: Fact, text: str) -> str:
        if fact.certainty == "known":
            return text
        return f"{text} ({self._words[fact.certainty]})".format(fact.reason or self._words["not told"])

    def inbox(self, one: KernelObject) -> str:
        """What lies in it to be read; empty where nothing can."""
        if one.inbox is None:
            return ""
        if not one.inbox.chunks:
            return self._words["empty"]
        chunks = list(one.inbox.chunks)
        parts = [self._words["from"].format(self.chunk(chunk), chunk.writer) for chunk in chunks[:_SHOWN_CHUNKS]]
        if len(chunks) > _SHOWN_CHUNKS:
            parts.append(self._words["more"].format(len(chunks) - _SHOWN_CHUNKS))
        return self._words["holds"] + ", ".join(parts)

    def chunk(self, chunk: Chunk) -> str:
        size = self._words["bytes"].format(chunk.size)
        text = readable(chunk.data) if chunk.data else None
        if text is None:
            return size
        shown = text.removesuffix("\0")
        shown = shown if len(shown) <= _SHOWN_CHARACTERS else shown[:_SHOWN_CHARACTERS] + "…"
        return f'"{self._reader.text(shown)}" ({size})'

    def wait(self, wait: Wait) -> str:
        names = [f"[{one.number}] {one.type.replace('_', ' ')}" for one in wait.objects]
        what = (self._words["all"] if wait.needs_all else "") + ", ".join(names) or self._words["something"]
        key = f"wait {wait.what}" if wait.what in ("client", "server") else wait.what
        text = self._words[key].format(what)
        return text if wait.limit_ms is None else f"{text}, {self._words['limit']}".format(wait.limit_ms)
