"""Events, mutexes, semaphores, timers and waiting for them: who is signaled, and who owns what."""

from __future__ import annotations

from typing import Any

from .arguments import number
from .effects_handles import asked_access, object_for
from .events import Call
from .kernel_object import KernelObject
from .kernel_state import NOBODY, KernelState

_ABANDONED, _MOST_OBJECTS, _TIMEOUT, _IO_COMPLETION = 0x80, 64, 0x102, 0xC0


def _existed(call: Call) -> bool:
    return bool(call.error and call.error.get("number") == 183)


def _made(kernel: KernelState, call: Call) -> KernelObject:
    found = object_for(kernel, call.result)
    kernel.open(call.pid, call.result, found, access=asked_access(call))
    return found


def _create_event(kernel: KernelState, call: Call) -> None:
    found = _made(kernel, call)
    if not _existed(call):
        found.set(manual_reset=bool(call.arguments["bManualReset"]), signaled=bool(call.arguments["bInitialState"]))


def _create_mutex(kernel: KernelState, call: Call) -> None:
    found = _made(kernel, call)
    if not _existed(call):
        found.set(owner=NOBODY, signaled=True)
        if call.arguments["bInitialOwner"]:
            _take(kernel, call, found)


def _create_semaphore(kernel: KernelState, call: Call) -> None:
    found = _made(kernel, call)
    if not _existed(call):
        found.set(count=number(call.arguments["lInitialCount"]), maximum=number(call.arguments["lMaximumCount"]),
                  signaled=number(call.arguments["lInitialCount"]) > 0)


def _create_timer(kernel: KernelState, call: Call) -> None:
    found = _made(kernel, call)
    if not _existed(call):
        found.set(manual_reset=bool(call.arguments["bManualReset"]), signaled=False)


def _set_event(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hEvent"])
    if found:
        found.set(signaled=True)


def _reset_event(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hEvent"])
    if found:
        found.set(signaled=False)


def _release_mutex(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hMutex"])
    if not found:
        return
    times = (found.value("times") or 1) - 1
    found.set(times=times)
    if times == 0:
        found.set(owner=NOBODY, signaled=True)
        del found.facts["times"]


def _release_semaphore(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hSemaphore"])
    if not found:
        return
    before = call.arguments.get("lpPreviousCount")
    count = before if isinstance(before, int) else found.value("count")
    if count is not None:
        found.set(count=count + number(call.arguments["lReleaseCount"]), signaled=True)


def _set_timer(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hTimer"])
    if not found:
        return
    due = number(call.arguments["lpDueTime"])  # in 100 ns; negative: from now on
    found.set(signaled=False, period_ms=number(call.arguments["lPeriod"]))
    if due <= 0:
        found.set(due=call.time - due / 1e7)
    else:
        found.facts.pop("due", None)


def _cancel_timer(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hTimer"])
    if found:
        found.facts.pop("due", None)


def _signal_and_wait(kernel: KernelState, call: Call) -> None:
    """Its first half."""
    found = kernel.object_of(call.pid, call.arguments["hObjectToSignal"])
    if found and found.type == "event":
        found.set(signaled=True)
    elif found and found.type == "mutex":
        found.set(owner=NOBODY, signaled=True)
    elif found and found.type == "semaphore" and found.value("count") is not None:
        found.set(count=found.value("count") + 1, signaled=True)


def _waited(kernel: KernelState, call: Call) -> None:
    handles: Any = next((call.arguments[name] for name in ("lpHandles", "pHandles", "hHandle", "hObjectToWaitOn")
                         if name in call.arguments), None)
    handles = handles if isinstance(handles, list) else [handles]
    result = number(call.result)
    is_abandoned = _ABANDONED <= result < _ABANDONED + _MOST_OBJECTS
    index = result - _ABANDONED if is_abandoned else result
    if result in (_TIMEOUT, _IO_COMPLETION) or index >= len(handles):
        return
    for handle in handles if call.arguments.get("bWaitAll") else [handles[index]]:
        found = kernel.object_of(call.pid, handle)
        if found:
            _take(kernel, call, found)


def _take(kernel: KernelState, call: Call, found: KernelObject) -> None:
    """A wait for this object was successful: it was signaled, and the wait may change that."""
    if found.type == "mutex":
        owner = kernel.name_of(kernel.process(call.pid), kernel.thread(call))
        times = (found.value("times") or 0) + 1 if found.value("owner") == owner else 1
        found.facts.pop("abandoned", None)
        found.set(owner=owner, signaled=False, times=times)
    elif found.type == "semaphore":
        count = found.value("count")
        if count is not None:
            found.set(count=max(0, count - 1), signaled=count > 1)
    elif found.type in ("event", "timer"):
        stays = found.value("manual_reset")
        if stays is None:
            found.infer("signaled", None, "whether it is reset by hand is not known")
        else:
            found.set(signaled=bool(stays))
        if found.type == "timer" and not found.value("period_ms"):
            found.facts.pop("due", None)
    elif found.type == "process":
        for pid, process in kernel.processes.items():
            if process.object is found:
                kernel.end(pid)  # a killed process says nothing itself
                break
    else:
        found.set(signaled=True)


AT_BEGIN = {"SignalObjectAndWait": _signal_and_wait}
AT_RETURN = {
    "CreateEvent": _create_event, "CreateMutex": _create_mutex, "CreateSemaphore": _create_semaphore,
    "CreateWaitableTimer": _create_timer, "SetEvent": _set_event, "ResetEvent": _reset_event,
    "ReleaseMutex": _release_mutex, "ReleaseSemaphore": _release_semaphore, "SetWaitableTimer": _set_timer,
    "CancelWaitableTimer": _cancel_timer,
} | dict.fromkeys(("WaitForSingleObject", "WaitForSingleObjectEx", "WaitForMultipleObjects",
                   "WaitForMultipleObjectsEx", "MsgWaitForMultipleObjects", "SignalObjectAndWait"), _waited)
