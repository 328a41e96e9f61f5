"""Processes of POSIX, and the memory that they share: fork, exec, wait, exit, pidfd_open, mmap."""

from __future__ import annotations

import re

from .descriptors import text_of
from .effects_posix import give
from .effects_system_v import undo
from .events import Call
from .kernel_state import ZOMBIE, KernelState, hold, release


def _fork(kernel: KernelState, call: Call) -> None:
    """The child has copies of all descriptors, and of what is mapped to be shared."""
    child = kernel.new_process(call.result, kernel.process(call.pid).object.name)
    child.parent = call.pid
    for value, row in kernel.tables.get(call.pid, {}).items():
        kernel.copy_row(child.pid, value, row)
    for (owner, address), found in list(kernel.views.items()):
        if owner == call.pid:
            kernel.map(child.pid, address, found)


def _exec(kernel: KernelState, call: Call) -> None:
    for value, row in list(kernel.tables.get(call.pid, {}).items()):
        if not row.is_inheritable:
            kernel.close(call.pid, value)
    kernel.unmap_all(call.pid)


def ended(kernel: KernelState, call: Call) -> None:
    """Its parent may wait for it, and until then it stays; what the parent has not waited for goes with the parent."""
    process = kernel.process(call.pid)
    parent = kernel.processes.get(process.parent)
    if parent and not parent.has_ended:
        hold(process.object, ZOMBIE)
    undo(kernel, call.pid)
    if call.arguments.get("signal"):
        process.object.set(killed_by=call.arguments["signal"])
    kernel.end(call.pid, call.result, has_come_to_its_end="signal" not in call.arguments)
    for child in list(kernel.processes.values()):
        if child.parent == call.pid and child.has_ended:
            release(child.object, ZOMBIE)
            kernel.forget(child.object)


def _waited(kernel: KernelState, call: Call) -> None:
    if isinstance(call.result, int) and call.result > 0:
        _has_ended(kernel, call.result, text_of(call.arguments.get("wstatus")))


def _waited_id(kernel: KernelState, call: Call) -> None:
    information, options = text_of(call.arguments.get("infop")), text_of(call.arguments.get("options"))
    found = re.search(r"si_pid=(\d+)", information)
    if found and "WNOWAIT" not in options:
        code = re.search(r"si_code=CLD_EXITED.*si_status=(\d+)", information)
        killed = re.search(r"si_code=CLD_(?:KILLED|DUMPED).*si_status=(SIG\w+)", information)
        _has_ended(kernel, int(found[1]), f"WEXITSTATUS(s) == {code[1]}" if code else
                   f"WTERMSIG(s) == {killed[1]}" if killed else "WIFSTOPPED(s)")


def _has_ended(kernel: KernelState, pid: int, status: str) -> None:
    """The parent knows it now. strace may tell of the end itself later."""
    if "WIFSTOPPED" in status or "WIFCONTINUED" in status:
        return
    process = kernel.process(pid)
    code, killed = re.search(r"WEXITSTATUS\(s\) == (\d+)", status), re.search(r"WTERMSIG\(s\) == (\w+)", status)
    if killed:
        process.object.set(killed_by=killed[1])
    process.parent = 0
    kernel.end(pid, int(code[1]) if code else None)
    release(process.object, ZOMBIE)
    kernel.forget(process.object)


def _open_process(kernel: KernelState, call: Call) -> None:
    give(kernel, call, [kernel.process(call.arguments["pid"]).object])


def _map(kernel: KernelState, call: Call) -> None:
    found = kernel.behind(call.pid, call.arguments.get("fd"))
    if found and isinstance(call.result, int):
        kernel.map(call.pid, hex(call.result), found)


def _unmap(kernel: KernelState, call: Call) -> None:
    kernel.unmap(call.pid, text_of(call.arguments["addr"]))


AT_RETURN = {"fork": _fork, "execve": _exec, "wait4": _waited, "waitid": _waited_id, "pidfd_open": _open_process,
             "mmap": _map, "munmap": _unmap}
