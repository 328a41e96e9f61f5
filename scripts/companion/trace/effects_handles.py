"""Handles, processes, threads and sections: what is made, copied, inherited and closed."""

from __future__ import annotations

from typing import Any

from .arguments import handle_value, number, program_of
from .events import Call
from .kernel_object import KernelObject
from .kernel_state import SHARED_BY_NAME, KernelState, Process

_CLOSE_SOURCE, _SAME_ACCESS = 1, 2  # DUPLICATE_…
_INHERIT = 1  # HANDLE_FLAG_INHERIT
STANDARD = {"STD_INPUT_HANDLE": "hStdInput", "STD_OUTPUT_HANDLE": "hStdOutput", "STD_ERROR_HANDLE": "hStdError"}


def made(kernel: KernelState, call: Call) -> None:
    """A call of which nothing more is known than the handles that it has given."""
    for value in (call.result, *call.arguments.values()):
        if isinstance(value, dict) and "type" in value:
            kernel.open(call.pid, value, object_for(kernel, value), access=asked_access(call))


def object_for(kernel: KernelState, handle: dict[str, Any]) -> KernelObject:
    """A new object, or the one that has this name already."""
    kind, name = str(handle["type"]), str(handle.get("name") or "")
    found = kernel.named(kind, name) if kind in SHARED_BY_NAME else None
    return found or kernel.new(kind, name)


def asked_access(call: Call) -> str:
    access = call.arguments.get("dwDesiredAccess")
    return str(access["name"]) if isinstance(access, dict) else ""


def _close_handle(kernel: KernelState, call: Call) -> None:
    kernel.close(call.pid, handle_value(call.arguments.get("hObject")))


def _duplicate(kernel: KernelState, call: Call) -> None:
    arguments = call.arguments
    source = arguments["hSourceProcessHandle"].get("pid", call.pid)
    target = arguments["hTargetProcessHandle"].get("pid", call.pid)
    entry = kernel.entry(source, arguments["hSourceHandle"])
    found = entry.object if entry else kernel.object_of(source, arguments["hSourceHandle"])
    copy = arguments["lpTargetHandle"]
    options = number(arguments["dwOptions"])
    if found and copy:
        access = (entry.access if entry else "") if options & _SAME_ACCESS else asked_access(call)
        kernel.open(target, copy, found, bool(arguments["bInheritHandle"]), access)
    if options & _CLOSE_SOURCE:
        kernel.close(source, handle_value(arguments["hSourceHandle"]))


def _set_information(kernel: KernelState, call: Call) -> None:
    entry = kernel.entry(call.pid, call.arguments["hObject"])
    if entry and number(call.arguments["dwMask"]) & _INHERIT:
        entry.is_inheritable = bool(number(call.arguments["dwFlags"]) & _INHERIT)


def _set_list(kernel: KernelState, call: Call) -> None:
    if isinstance(call.arguments["lpValue"], list):
        values = [handle_value(handle) for handle in call.arguments["lpValue"]]
        chosen = [value for value in values if value is not None]
        kernel.process(call.pid).lists[call.arguments["lpAttributeList"]["pointer"]] = chosen


def _create_process(kernel: KernelState, call: Call) -> None:
    information, startup = call.arguments["lpProcessInformation"], call.arguments["lpStartupInfo"] or {}
    name = program_of(call.arguments["lpApplicationName"], call.arguments["lpCommandLine"])
    child = kernel.new_process(information["dwProcessId"], name)
    kernel.open(call.pid, information["hProcess"], child.object)
    kernel.open(call.pid, information["hThread"], kernel.thread_of(child, 1).object)
    if call.arguments["bInheritHandles"]:
        _inherit(kernel, call.pid, child, startup.get("lpAttributeList", {}).get("pointer", ""))


def _inherit(kernel: KernelState, parent: int, child: Process, attribute_list: str) -> None:
    chosen = kernel.process(parent).lists.get(attribute_list)
    for value, entry in kernel.tables.get(parent, {}).items():
        if entry.is_inheritable and (chosen is None or value in chosen):
            kernel.copy_row(child.pid, value, entry)


def _open_process(kernel: KernelState, call: Call) -> None:
    process = kernel.process(number(call.arguments["dwProcessId"]))
    kernel.open(call.pid, call.result, process.object, access=asked_access(call))


def _terminate(kernel: KernelState, call: Call) -> None:
    process = call.arguments["hProcess"]
    pid = process.get("pid", call.pid if process.get("handle") == "GetCurrentProcess()" else 0)
    kernel.end(pid, number(call.arguments["uExitCode"]))


def _exit_code(kernel: KernelState, call: Call) -> None:
    found, code = kernel.object_of(call.pid, call.arguments["hProcess"]), call.arguments["lpExitCode"]
    if found and found.value("signaled"):
        found.set(exit_code=number(code))


def _create_thread(kernel: KernelState, call: Call) -> None:
    process = kernel.process(call.pid)
    thread = kernel.new_thread(process, 0)  # its own first event tells its number
    thread.object.name = f"of {process.lane}"
    process.made_threads[call.thread, call.number] = thread
    kernel.open(call.pid, call.result, thread.object)


def _standard_handle(kernel: KernelState, call: Call) -> None:
    name = STANDARD.get(str(call.arguments["nStdHandle"].get("name")))
    if name:
        kernel.standard_handle(kernel.process(call.pid), name, call.result)


def _map_view(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hFileMappingObject"])
    if found and isinstance(call.result, dict):
        kernel.map(call.pid, str(call.result.get("pointer", "")), found)


def _unmap_view(kernel: KernelState, call: Call) -> None:
    address = call.arguments["lpBaseAddress"] or {}
    kernel.unmap(call.pid, str(address.get("pointer", "")))


AT_RETURN = {
    "CloseHandle": _close_handle, "DuplicateHandle": _duplicate, "SetHandleInformation": _set_information,
    "UpdateProcThreadAttribute": _set_list, "CreateProcess": _create_process, "OpenProcess": _open_process,
    "TerminateProcess": _terminate, "GetExitCodeProcess": _exit_code, "CreateThread": _create_thread,
    "_beginthreadex": _create_thread, "GetStdHandle": _standard_handle, "MapViewOfFile": _map_view,
    "UnmapViewOfFile": _unmap_view,
}
