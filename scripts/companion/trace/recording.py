"""The file of a recording: what happened in one run of a scene, in one ordered stream of JSON lines (TRACE.md), so that
it can be kept, compared and shown again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..setup.failure import WrongUse
from .events import Call

VERSION = 1
# The members that differ from run to run, wherever they stand. All others are the same in two recordings of a scene.
DECLARED = ("time", "begin", "as_printed")
_CALL_EVENTS = {"start", "thread_start", "enter", "return", "thread_end", "exit", "killed"}


def to_text(entries: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)


def read(path: Path) -> list[dict[str, Any]]:
    """The entries of a file; the first one describes the recording. WrongUse where it is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        entries = [json.loads(line) for line in lines]
    except OSError as error:
        raise WrongUse(f"{path}: a recording is expected there, and it cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise WrongUse(f"{path}: a recording of `lesson trace --format json` is expected; {error}") from error
    if not entries or not isinstance(entries[0], dict) or entries[0].get("recording") != VERSION:
        found = entries[0].get("recording") if entries and isinstance(entries[0], dict) else None
        raise WrongUse(f"{path}: a recording of version {VERSION} is expected, found {found or 'none'}")
    for number, entry in enumerate(entries[1:], 2):
        if not _is_entry(entry):
            raise WrongUse(f"{path}, line {number}: an entry of a recording is expected")
    return entries


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, dict) and "event" in entry and (
        entry["event"] not in _CALL_EVENTS
        or all(isinstance(entry.get(name), int) for name in ("time", "process", "thread", "tid"))
        and isinstance(entry.get("program"), str))


def comparable(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what differs from run to run."""
    return [{name: value for name, value in entry.items() if name not in DECLARED} for entry in entries]


def calls(entries: list[dict[str, Any]]) -> list[Call]:
    """The events of the trace among them, as the kernel model takes them in."""
    return [_to_call(entry) for entry in entries if entry.get("event") in _CALL_EVENTS]


def from_call(call: Call) -> dict[str, Any]:
    """An entry; ids and texts are to be normalised before. Times are microseconds, of the clock that the call has."""
    entry: dict[str, Any] = {"event": call.event, "time": round(call.time * 1e6), "program": call.lane,
                             "process": call.pid, "thread": call.thread, "tid": call.tid}
    if call.name:
        entry |= {"call": call.name, "number": call.number, "file": call.file, "line": call.line,
                  "library": call.is_library}
    if call.event == "enter":
        entry["halted"] = call.is_halted
    if call.event == "return":
        entry["begin"] = round(call.begin * 1e6)
    optional = {"args": call.arguments or None, "result": call.result, "error": call.error,
                "pool": call.is_pool or None, "creator": call.creator}
    return entry | {name: value for name, value in optional.items() if value is not None}


def _to_call(entry: dict[str, Any]) -> Call:
    creator = entry.get("creator")
    return Call(entry["event"], entry["time"] / 1e6, entry["process"], entry["tid"], entry["program"],
                entry.get("call", ""), entry.get("number", 0), entry.get("args", {}), entry.get("result"),
                entry.get("error"), begin=entry.get("begin", entry["time"]) / 1e6,
                is_halted=entry.get("halted", False), file=entry.get("file", ""), line=entry.get("line", 0),
                is_library=entry.get("library", False), thread=entry["thread"], is_pool=entry.get("pool", False),
                creator=(creator[0], creator[1]) if creator else None)
