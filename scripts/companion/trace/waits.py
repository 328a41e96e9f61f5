"""What a call waits for that has not returned: the calls that may wait for another process, for input or for time."""

from __future__ import annotations

import re
from typing import Any

from .arguments import number
from .descriptors import text_of
from .events import Call
from .kernel_object import KernelObject
from .kernel_state import KernelState, Wait

_INFINITE = 0xFFFFFFFF

# Of each call that may wait: what for, the argument with the object, and the argument with the limit.
WAITS: dict[str, tuple[str, str, str]] = {
    "ReadFile": ("data", "hFile", ""), "WriteFile": ("room", "hFile", ""), "ReadConsole": ("input", "", ""),
    "FlushFileBuffers": ("room", "hFile", ""), "LockFileEx": ("lock", "hFile", ""),
    "ConnectNamedPipe": ("client", "hNamedPipe", ""), "WaitNamedPipe": ("server", "", "nTimeOut"),
    "TransactNamedPipe": ("data", "hNamedPipe", ""), "CallNamedPipe": ("data", "", "nTimeOut"),
    "GetOverlappedResult": ("completion", "hFile", ""),
    "GetOverlappedResultEx": ("completion", "hFile", "dwMilliseconds"),
    "GetQueuedCompletionStatus": ("completion", "CompletionPort", "dwMilliseconds"),
    "WaitForSingleObject": ("signal", "hHandle", "dwMilliseconds"),
    "WaitForSingleObjectEx": ("signal", "hHandle", "dwMilliseconds"),
    "WaitForMultipleObjects": ("signal", "lpHandles", "dwMilliseconds"),
    "WaitForMultipleObjectsEx": ("signal", "lpHandles", "dwMilliseconds"),
    "MsgWaitForMultipleObjects": ("signal", "pHandles", "dwMilliseconds"),
    "SignalObjectAndWait": ("signal", "hObjectToWaitOn", "dwMilliseconds"),
    "Sleep": ("time", "", "dwMilliseconds"), "SleepEx": ("time", "", "dwMilliseconds"),
    "accept": ("client", "s", ""), "connect": ("server", "s", ""), "recv": ("data", "s", ""), "send": ("room", "s", ""),
    "select": ("data", "", ""), "WSAPoll": ("data", "", ""), "getaddrinfo": ("server", "", ""),
    "FlushViewOfFile": ("room", "", ""),
    # POSIX
    "read": ("data", "fd", ""), "write": ("room", "fd", ""), "open": ("client", "", ""), "openat": ("client", "", ""),
    "recvfrom": ("data", "sockfd", ""), "sendto": ("room", "sockfd", ""), "recvmsg": ("data", "sockfd", ""),
    "sendmsg": ("room", "sockfd", ""), "accept4": ("client", "sockfd", ""), "msgrcv": ("data", "msqid", ""),
    "msgsnd": ("room", "msqid", ""), "semop": ("signal", "semid", ""), "semtimedop": ("signal", "semid", ""),
    "wait4": ("signal", "pid", ""), "waitid": ("signal", "id", ""), "poll": ("data", "fds", "timeout"),
    "ppoll": ("data", "fds", ""), "msync": ("room", "", ""), "fsync": ("room", "fd", ""),
}


def of(kernel: KernelState, call: Call) -> Wait | None:
    if call.name not in WAITS:
        return None
    what, handle, limit = WAITS[call.name]
    found = _posix_objects(kernel, call, handle) if call.is_posix else _objects(kernel, call, handle)
    limit_ms = number(call.arguments.get(limit)) if limit else _INFINITE
    return Wait(what, [one for one in found if one], bool(call.arguments.get("bWaitAll")),
                None if limit_ms in (_INFINITE, -1) else limit_ms)


def _objects(kernel: KernelState, call: Call, handle: str) -> list[KernelObject | None]:
    handles: Any = call.arguments.get(handle)
    return [kernel.object_of(call.pid, one) for one in (handles if isinstance(handles, list) else [handles])]


def _posix_objects(kernel: KernelState, call: Call, name: str) -> list[KernelObject | None]:
    """What is behind descriptors, what has an id of System V, the children."""
    value: Any = call.arguments.get(name or "pathname", call.arguments.get("sockfd"))
    if name in ("msqid", "semid"):
        return [kernel.by_id.get(("message queue" if name == "msqid" else "semaphores", value))]
    if name == "fds":
        watched = re.findall(r"fd=(\d+)", text_of(value))
        return [kernel.behind(call.pid, int(one)) for one in watched]
    if name in ("pid", "id") and text_of(call.arguments.get("idtype")) != "P_PIDFD":
        children = [one for one in kernel.processes.values() if one.parent == call.pid]
        return [one.object for one in children if value in (one.pid, -1) or name == "id" and value == 0]
    if name == "":  # a FIFO that is opened
        return [one for one in kernel.of_type("fifo") if one.name == value and not one.fifo]
    return [kernel.behind(call.pid, value)]


def is_over(wait: Wait) -> bool:
    """Whether the model has a reason why such a wait comes to its end; also where it cannot tell."""
    if wait.what == "signal":
        signaled = [one.value("signaled") is not False for one in wait.objects]
        return not signaled or (all(signaled) if wait.needs_all else any(signaled))
    if wait.what == "data":
        return not wait.objects or any(one.inbox is None or one.inbox.chunks or one.value("other_end")
                                       for one in wait.objects)
    if wait.what == "client":
        return all(one.value("state") in (None, "connected") for one in wait.objects)
    return True
