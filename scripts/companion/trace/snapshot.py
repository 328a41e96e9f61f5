"""The state of the kernel model in plain values, and what an event has changed in it."""

from __future__ import annotations

from typing import Any

from .kernel import Kernel
from .kernel_object import Chunk, KernelObject
from .kernel_state import Process, Thread

State = dict[str, dict[str, Any]]  # by what it is of: "process MailSender", "thread MailSender/1", "object 3"


def of(kernel: Kernel) -> State:
    state: State = {}
    for process in kernel.processes.values():
        if not process.lane:
            continue  # nothing is known of it but that it is there
        state[f"process {process.lane}"] = {
            "object": process.object.number, "state": "ended" if process.has_ended else "runs",
            "exit_code": process.object.value("exit_code")}
        for thread in process.threads.values():
            state[f"thread {process.lane}/{thread.number}"] = _thread(process, thread)
        for value, entry in sorted(kernel.tables.get(process.pid, {}).items()):
            number = str(value) if process.lane[:1].islower() else f"0x{value:x}"
            state[f"handle {process.lane} {number}"] = {
                "object": entry.object.number, "inheritable": entry.is_inheritable, "access": entry.access} | (
                    {"stream": entry.object.name} if not entry.object.number else {})
    for one in kernel.objects:
        if one.number:
            state[f"object {one.number}"] = _object(one)
    return state


def changes(before: State, after: State) -> dict[str, dict[str, Any] | None]:
    """What has come or has another value; None: it is gone."""
    found: dict[str, dict[str, Any] | None] = {key: value for key, value in after.items() if before.get(key) != value}
    return found | {key: None for key in before if key not in after}


def _thread(process: Process, thread: Thread) -> dict[str, Any]:
    wait = thread.wait
    if process.has_ended or thread.object.value("signaled"):
        return {"state": "ended"}
    if thread.is_halted or not thread.call:
        return {"state": "halted" if thread.call else "runs"} | ({"call": thread.call.name} if thread.call else {})
    return {"state": "calls" if wait is None else "waits", "call": thread.call.name} | (
        {"for": wait.what, "objects": [one.number for one in wait.objects], "all": wait.needs_all,
         "limit_ms": wait.limit_ms} if wait else {})


def _object(one: KernelObject) -> dict[str, Any]:
    facts = {name: {"value": fact.value, "certainty": fact.certainty} | (
        {"reason": fact.reason} if fact.reason else {}) for name, fact in one.facts.items()}
    found: dict[str, Any] = {"type": one.type, "name": one.name, "handles": len(one.handles),
                             "system": sorted(one.held_by_system), "usage_count": one.usage_count, "facts": facts}
    if one.inbox is not None:
        found["holds"] = [chunk_in_words(chunk) for chunk in one.inbox.chunks]
    if one.peer is not None:
        found["other_end"] = one.peer.number
    if one.fifo is not None:
        found["fifo"] = one.fifo.number
    return found


def chunk_in_words(chunk: Chunk) -> dict[str, Any]:
    """What one write has put in, or what is left of it; `writer` and `number` are of the writing call."""
    return {"bytes": chunk.size, "hex": None if chunk.data is None else chunk.data.hex(), "writer": chunk.writer,
            "number": chunk.number}
