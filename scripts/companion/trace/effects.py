"""What the calls of Win32 do to the state of the kernel: one table of all."""

from __future__ import annotations

from collections.abc import Callable

from . import effects_handles, effects_messages, effects_sockets, effects_sync
from .events import Call
from .kernel_state import KernelState

Effect = Callable[[KernelState, Call], None]

# What happens before the call returns: others are woken by it, though it may still wait itself.
_AT_BEGIN: dict[str, Effect] = effects_messages.AT_BEGIN | effects_sockets.AT_BEGIN | effects_sync.AT_BEGIN
_AT_RETURN: dict[str, Effect] = (effects_handles.AT_RETURN | effects_messages.AT_RETURN | effects_sockets.AT_RETURN
                                 | effects_sync.AT_RETURN)
_AT_FAILURE: dict[str, Effect] = effects_messages.AT_FAILURE | effects_sockets.AT_FAILURE


def begun(kernel: KernelState, call: Call) -> None:
    """The thread is in the call now."""
    if call.name in _AT_BEGIN and not call.is_posix:
        _AT_BEGIN[call.name](kernel, call)


def returned(kernel: KernelState, call: Call) -> None:
    if call.is_posix:
        return
    if not call.has_succeeded:
        if call.name in _AT_FAILURE:
            _AT_FAILURE[call.name](kernel, call)
    elif call.name in _AT_RETURN:
        _AT_RETURN[call.name](kernel, call)
    else:
        effects_handles.made(kernel, call)
