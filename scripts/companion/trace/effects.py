"""What the calls do to the state of the kernel: one table of all for Win32, and one for POSIX."""

from __future__ import annotations

from collections.abc import Callable

from . import (effects_handles, effects_messages, effects_posix, effects_posix_messages, effects_posix_processes,
               effects_sockets, effects_sync, effects_system_v)
from .events import Call
from .kernel_state import KernelState

Effect = Callable[[KernelState, Call], None]

# What happens before the call returns: others are woken by it, though it may still wait itself.
_AT_BEGIN: dict[str, Effect] = effects_messages.AT_BEGIN | effects_sockets.AT_BEGIN | effects_sync.AT_BEGIN
_AT_RETURN: dict[str, Effect] = (effects_handles.AT_RETURN | effects_messages.AT_RETURN | effects_sockets.AT_RETURN
                                 | effects_sync.AT_RETURN)
_AT_FAILURE: dict[str, Effect] = effects_messages.AT_FAILURE | effects_sockets.AT_FAILURE

_POSIX_AT_BEGIN: dict[str, Effect] = effects_posix_messages.AT_BEGIN | effects_system_v.AT_BEGIN
_POSIX_AT_RETURN: dict[str, Effect] = (effects_posix.AT_RETURN | effects_posix_processes.AT_RETURN
                                       | effects_posix_messages.AT_RETURN | effects_system_v.AT_RETURN)
_POSIX_AT_FAILURE: dict[str, Effect] = effects_posix_messages.AT_FAILURE | effects_system_v.AT_FAILURE


def begun(kernel: KernelState, call: Call) -> None:
    """The thread is in the call now."""
    at_begin = _POSIX_AT_BEGIN if call.is_posix else _AT_BEGIN
    if call.name in at_begin:
        at_begin[call.name](kernel, call)


def returned(kernel: KernelState, call: Call) -> None:
    if not call.has_succeeded:
        at_failure = _POSIX_AT_FAILURE if call.is_posix else _AT_FAILURE
        if call.name in at_failure:
            at_failure[call.name](kernel, call)
        return
    at_return = _POSIX_AT_RETURN if call.is_posix else _AT_RETURN
    if call.name in at_return:
        at_return[call.name](kernel, call)
    elif not call.is_posix:
        effects_handles.made(kernel, call)


def given(kernel: KernelState, call: Call) -> None:
    """A process that no other one of the run has made begins, and has something from the beginning."""
    if call.is_posix:
        effects_posix.given(kernel, call)


def ended(kernel: KernelState, call: Call, has_come_to_its_end: bool) -> None:
    """A process has ended, by itself or killed."""
    if call.is_posix:
        effects_posix_processes.ended(kernel, call)
    else:
        kernel.end(call.pid, call.result, has_come_to_its_end)
