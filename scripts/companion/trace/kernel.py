"""The kernel model: which objects there are after each event of a run, and which process has which handles to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .events import Call


@dataclass(eq=False)
class KernelObject:
    number: int  # in the order in which they come
    type: str  # "mailslot"
    name: str  # "\\\\.\\mailslot\\mailbox", or of a process its program; empty where it has none
    handles: set[tuple[int, int]] = field(default_factory=set)  # of which process, which value
    is_running: bool = False  # a running process counts as one reference

    @property
    def usage_count(self) -> int:
        return len(self.handles) + self.is_running


@dataclass
class Entry:
    """A row of a handle table."""

    object: KernelObject
    is_inheritable: bool


# One object for all that know its name; of files, mailslots and pipes each opening makes one.
_SHARED_BY_NAME = {"event", "mutex", "semaphore", "timer", "section"}


class Kernel:
    """The kernel objects of a run and the handle tables of its processes, as far as the trace tells."""

    def __init__(self) -> None:
        self.objects: list[KernelObject] = []  # those that exist now
        self.tables: dict[int, dict[int, Entry]] = {}  # by process id, then by handle value
        self.lanes: dict[int, str] = {}
        self._made = 0
        self._processes: dict[int, KernelObject] = {}
        self._lists: dict[tuple[int, str], list[int]] = {}  # the handles of attribute lists

    def object_of(self, pid: int, handle: Any) -> KernelObject | None:
        """What is behind a handle, as it stands among a call's arguments."""
        value = handle_value(handle)
        if isinstance(handle, dict) and handle.get("handle") == "GetCurrentProcess()":
            return self._processes.get(pid)
        entry = self.tables.get(pid, {}).get(value) if value is not None else None
        return entry.object if entry else None

    def apply(self, call: Call) -> None:
        """Takes in what an event has changed."""
        if call.event == "start":
            self.lanes[call.pid] = call.lane
            self.tables.setdefault(call.pid, {})
            process = self._process(call.pid)
            process.name, process.is_running = call.lane, True
        elif call.event == "exit":
            self.end(call.pid)
        elif call.event == "return" and (call.error is None or call.result not in (False, None)):
            self._returned(call)

    def end(self, pid: int) -> None:
        """A process has ended: its handles are closed."""
        for value in list(self.tables.get(pid, {})):
            self._close(pid, value)
        self.tables.pop(pid, None)
        process = self._processes.get(pid)
        if process:
            process.is_running = False
            self._forget(process)

    def _returned(self, call: Call) -> None:
        arguments, pid = call.arguments, call.pid
        if call.name in ("CloseHandle", "closesocket"):
            if call.result in (True, 0):
                self._close(pid, handle_value(arguments.get("hObject", arguments.get("s"))))
        elif call.name == "DuplicateHandle":
            self._duplicated(call)
        elif call.name == "SetHandleInformation":
            entry = self.tables.get(pid, {}).get(handle_value(arguments["hObject"]) or 0)
            if entry and _number(arguments["dwMask"]) & 1:
                entry.is_inheritable = bool(_number(arguments["dwFlags"]) & 1)
        elif call.name == "UpdateProcThreadAttribute" and isinstance(arguments["lpValue"], list):
            handles = [handle_value(handle) for handle in arguments["lpValue"]]
            self._lists[pid, arguments["lpAttributeList"]["pointer"]] = [one for one in handles if one is not None]
        elif call.name == "CreateProcess":
            self._process_created(call)
        elif call.name == "TerminateProcess":
            self.end(arguments["hProcess"].get("pid", 0))
        elif call.name == "OpenProcess":
            self._open(pid, call.result, self._process(arguments["dwProcessId"]))
        else:
            for made in (call.result, *arguments.values()):
                if isinstance(made, dict) and "type" in made:
                    self._open(pid, made, self._object(made, arguments))

    def _process_created(self, call: Call) -> None:
        made = call.arguments["lpProcessInformation"]
        child = made["dwProcessId"]
        process = self._process(child)
        process.is_running = True
        process.name = process.name or _program_of(call.arguments)
        self._open(call.pid, made["hProcess"], process)
        self._open(call.pid, made["hThread"], self._new("thread", f"of {process.name}"))
        table = self.tables.setdefault(child, {})
        if call.arguments["bInheritHandles"]:
            pointer = (call.arguments["lpStartupInfo"] or {}).get("lpAttributeList", {}).get("pointer", "")
            chosen = self._lists.get((call.pid, pointer))
            for value, entry in self.tables.get(call.pid, {}).items():
                if entry.is_inheritable and (chosen is None or value in chosen):
                    table[value] = Entry(entry.object, True)
                    entry.object.handles.add((child, value))

    def _duplicated(self, call: Call) -> None:
        arguments = call.arguments
        source = arguments["hSourceProcessHandle"].get("pid", call.pid)
        target = arguments["hTargetProcessHandle"].get("pid", call.pid)
        found = self.object_of(source, arguments["hSourceHandle"])
        made = arguments["lpTargetHandle"]
        if found and made:
            self._open(target, made, found, bool(arguments["bInheritHandle"]))
        if _number(arguments["dwOptions"]) & 1:  # DUPLICATE_CLOSE_SOURCE
            self._close(source, handle_value(arguments["hSourceHandle"]))

    def _object(self, made: dict[str, Any], arguments: dict[str, Any]) -> KernelObject:
        kind, name = made["type"], made.get("name") or arguments.get("lpFileName") or ""
        if kind == "file":
            kind = _type_of_file(name)
        if name and kind in _SHARED_BY_NAME:
            for known in self.objects:
                if (known.type, known.name) == (kind, name):
                    return known
        return self._new(kind, name)

    def _new(self, kind: str, name: str) -> KernelObject:
        self._made += 1
        self.objects.append(KernelObject(self._made, kind, name))
        return self.objects[-1]

    def _process(self, pid: int) -> KernelObject:
        if pid not in self._processes:
            self._processes[pid] = self._new("process", self.lanes.get(pid, ""))
        return self._processes[pid]

    def _open(self, pid: int, handle: Any, found: KernelObject, is_inheritable: bool = False) -> None:
        value = handle_value(handle)
        if value is None:
            return
        self._close(pid, value)  # in case its closing was not recorded
        if found not in self.objects:
            self.objects.append(found)
        self.tables.setdefault(pid, {})[value] = Entry(found, handle.get("inherit", is_inheritable))
        found.handles.add((pid, value))

    def _close(self, pid: int, value: int | None) -> None:
        entry = self.tables.get(pid, {}).pop(value, None) if value is not None else None
        if entry:
            entry.object.handles.discard((pid, value or 0))
            self._forget(entry.object)

    def _forget(self, one: KernelObject) -> None:
        if one.usage_count == 0 and one in self.objects:
            self.objects.remove(one)
            self._processes = {pid: process for pid, process in self._processes.items() if process is not one}


def handle_value(handle: Any) -> int | None:
    """The number of a handle, as it stands among a call's arguments; None for anything that is no real handle."""
    text = handle.get("handle", "") if isinstance(handle, dict) else ""
    return int(text, 16) if text.startswith("0x") else None


def _number(value: Any) -> int:
    return int(value["value"] if isinstance(value, dict) else value)


def _type_of_file(name: str) -> str:
    lower = name.lower()
    if "\\mailslot\\" in lower and lower.startswith("\\\\"):
        return "mailslot"
    if "\\pipe\\" in lower and lower.startswith("\\\\"):
        return "named_pipe"
    return "file"


def _program_of(arguments: dict[str, Any]) -> str:
    command = arguments["lpApplicationName"] or arguments["lpCommandLine"] or ""
    first = command.split('"')[1] if command.startswith('"') else command.split(" ")[0]
    return first.replace("/", "\\").split("\\")[-1].removesuffix(".exe")
