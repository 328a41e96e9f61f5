"""Queues and semaphores of System V: they have an id in the whole system, and no descriptor."""

from __future__ import annotations

import re

from .arguments import data_of
from .descriptors import text_of
from .effects_messages import deliver, take_back
from .events import Call
from .kernel_object import Inbox, KernelObject
from .kernel_state import NAMED, KernelState, hold, release

_CREATED = "IPC_CREAT"


def _get(kernel: KernelState, call: Call, kind: str, flags: str) -> tuple[KernelObject, bool]:
    """The object with this id; and whether it has just been made."""
    found = kernel.by_id.get((kind, call.result))
    if found and NAMED in found.held_by_system:
        return found, False
    found = kernel.new(kind, text_of(call.arguments["key"]))
    found.was_open = True
    hold(found, NAMED)
    kernel.by_id[kind, call.result] = found
    return found, _CREATED in flags


def _queue(kernel: KernelState, call: Call) -> None:
    found, _ = _get(kernel, call, "message queue", text_of(call.arguments["msgflg"]))
    found.inbox = found.inbox or Inbox(keeps_messages=True, loses_rest=True)  # MSG_NOERROR; else too long a one stays


def _semaphores(kernel: KernelState, call: Call) -> None:
    flags = text_of(call.arguments["semflg"])
    found, is_new = _get(kernel, call, "semaphores", flags)
    if is_new and "IPC_EXCL" in flags:
        found.set(values=[0] * int(call.arguments["nsems"]))
    elif is_new:
        found.infer("values", [0] * int(call.arguments["nsems"]), "none of this run has made it before")


def _control(kernel: KernelState, call: Call) -> None:
    kind, name = ("message queue", "msqid") if call.name == "msgctl" else ("semaphores", "semid")
    found = kernel.by_id.get((kind, call.arguments[name]))
    command = text_of(call.arguments["cmd"])
    if found and command == "IPC_RMID":
        release(found, NAMED)
        kernel.forget(found)
    elif found and command in ("SETVAL", "GETVAL") and found.value("values") is not None:
        text = re.search(r"0x[0-9a-f]+|\d+", text_of(call.arguments.get("arg")))
        values, number = list(found.value("values")), call.arguments["semnum"]
        value = call.result if command == "GETVAL" else int(text[0], 0) if text else None
        if value is not None and number < len(values):
            found.set(values=[*values[:number], value, *values[number + 1:]])


def _send(kernel: KernelState, call: Call) -> None:
    found, message = kernel.by_id.get(("message queue", call.arguments["msqid"])), call.arguments["msgp"]
    if found:
        deliver(kernel, call, found, message, type=message["type"] if isinstance(message, dict) else 0)


def _send_failed(kernel: KernelState, call: Call) -> None:
    found = kernel.by_id.get(("message queue", call.arguments["msqid"]))
    if found:
        take_back(call, found)


def _received(kernel: KernelState, call: Call) -> None:
    found, message = kernel.by_id.get(("message queue", call.arguments["msqid"])), call.arguments["msgp"]
    if found and found.inbox:
        kernel.fed[call.key] = found.inbox.take(data_of(message)[0], message.get("type", 0))


def _operated(kernel: KernelState, call: Call) -> None:
    """All operations are done at once; those with SEM_UNDO are taken back at the end of the process."""
    found = kernel.by_id.get(("semaphores", call.arguments["semid"]))
    if not found or found.value("values") is None:
        return
    values = list(found.value("values"))
    for number, change, flags in re.findall(r"sem_num=(\d+), sem_op=(-?\d+), sem_flg=([\w|]+)",
                                            text_of(call.arguments["sops"])):
        if int(number) < len(values):
            values[int(number)] += int(change)
            if "SEM_UNDO" in flags:
                key = call.pid, found.number, int(number)
                kernel.undone[key] = kernel.undone.get(key, 0) + int(change)
    found.set(values=values)


def undo(kernel: KernelState, pid: int) -> None:
    """A process has ended."""
    for (owner, number, index), change in list(kernel.undone.items()):
        if owner != pid:
            continue
        del kernel.undone[owner, number, index]
        for found in kernel.of_type("semaphores"):
            if found.number == number and found.value("values") is not None and change:
                values = list(found.value("values"))
                values[index] = max(0, values[index] - change)
                found.infer("values", values, "SEM_UNDO, at the end of a process")


AT_BEGIN = {"msgsnd": _send}
AT_RETURN = {"msgget": _queue, "semget": _semaphores, "msgctl": _control, "semctl": _control, "msgrcv": _received,
             "semop": _operated, "semtimedop": _operated}
AT_FAILURE = {"msgsnd": _send_failed}
