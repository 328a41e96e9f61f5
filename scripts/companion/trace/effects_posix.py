"""The descriptors of POSIX, and what lies in the file system: what is opened, duplicated and closed."""

from __future__ import annotations

from .descriptors import flag_of, made_by, text_of
from .effects_handles import STANDARD
from .events import Call
from .kernel_object import Inbox, KernelObject
from .kernel_state import NAMED, KernelState, hold, release

_MEMORY = "/dev/shm/"
_ENDS = {"O_RDONLY": "read", "O_WRONLY": "write", "O_RDWR": "both"}


def give(kernel: KernelState, call: Call, objects: list[KernelObject], access: str = "") -> None:
    """Each descriptor that the call has made is a row of one of these objects."""
    for (number, is_closed), found in zip(made_by(call.name, call.arguments, call.result).items(), objects):
        kernel.open(call.pid, {"handle": hex(number)}, found, not is_closed, access)


def given(kernel: KernelState, call: Call) -> None:
    """The stage has opened its standard streams."""
    process = kernel.process(call.pid)
    for number, name in enumerate(STANDARD.values()):
        kernel.standard_handle(process, name, {"handle": hex(number), "inherit": True})


def in_file_system(kernel: KernelState, kind: str, name: str) -> KernelObject | None:
    return next((one for one in kernel.of_type(kind) if one.name == name and NAMED in one.held_by_system), None)


# --- opening and closing

def _open(kernel: KernelState, call: Call) -> None:
    name, flags = str(call.arguments["pathname"]), text_of(call.arguments["flags"])
    access = next((one for one in _ENDS if one in flags.split("|")), "O_RDONLY")
    fifo = in_file_system(kernel, "fifo", name)
    if fifo:
        found = _end_of(kernel, fifo, _ENDS[access])
    elif name.startswith(_MEMORY):
        found = in_file_system(kernel, "shared memory", name) or kernel.new("shared memory", name)
        hold(found, NAMED)
    else:
        found = kernel.new("file", name)
        _set_position(found, 0, flags)
    give(kernel, call, [found], access)


def _end_of(kernel: KernelState, fifo: KernelObject, end: str) -> KernelObject:
    """An open description of a FIFO. All that write have the one buffer in common with all that read."""
    found = kernel.new("fifo", fifo.name)
    found.fifo = fifo
    found.set(end=end, other=fifo.number)
    if end != "read":
        found.peer = fifo
    if end != "write":
        found.inbox = fifo.inbox
    for other in kernel.of_type("fifo"):
        if other.fifo is fifo and other.value("end") != end:
            other.facts.pop("other_end", None)
    return found


def _memory_file(kernel: KernelState, call: Call) -> None:
    found = kernel.new("file", f"memfd:{call.arguments['name']}")
    _set_position(found, 0)
    give(kernel, call, [found], "O_RDWR")


def _set_position(found: KernelObject, position: int, flags: str = "") -> None:
    if "O_APPEND" in flags:
        found.infer("position", None, "each write goes to the end of the file")
    else:
        found.set(position=position)


def _close(kernel: KernelState, call: Call) -> None:
    kernel.close(call.pid, call.arguments["fd"])


def _duplicate(kernel: KernelState, call: Call) -> None:
    row = kernel.row(call.pid, call.arguments.get("oldfd", call.arguments.get("fd")))
    is_closed = flag_of(call.name, call.arguments)
    if is_closed is not None:
        if row:
            row.is_inheritable = not is_closed
    elif row:
        give(kernel, call, [row.object], row.access)
    elif call.name in ("dup2", "dup3"):  # what the stage or the run-time has opened
        give(kernel, call, [KernelObject(0, "standard stream")])


def moved(found: KernelObject | None, count: int) -> None:
    """A read or a write of so many bytes has moved the position in a file, for all that share the description."""
    if found and found.value("position") is not None:
        found.set(position=found.value("position") + count)


def _seek(kernel: KernelState, call: Call) -> None:
    found = kernel.behind(call.pid, call.arguments["fd"])
    if found and isinstance(call.result, int):
        found.set(position=call.result)


def _make_fifo(kernel: KernelState, call: Call) -> None:
    if "S_IFIFO" in text_of(call.arguments.get("mode")):
        fifo = kernel.new("fifo", str(call.arguments["pathname"]))
        fifo.inbox = Inbox(keeps_messages=False)
        hold(fifo, NAMED)


def _unlink(kernel: KernelState, call: Call) -> None:
    for kind in ("fifo", "shared memory"):
        found = in_file_system(kernel, kind, str(call.arguments["pathname"]))
        if found:
            release(found, NAMED)
            kernel.forget(found)


AT_RETURN = {
    "open": _open, "openat": _open, "memfd_create": _memory_file, "close": _close, "dup": _duplicate,
    "dup2": _duplicate, "dup3": _duplicate, "fcntl": _duplicate, "lseek": _seek, "mknod": _make_fifo,
    "mknodat": _make_fifo, "unlink": _unlink, "unlinkat": _unlink,
}
