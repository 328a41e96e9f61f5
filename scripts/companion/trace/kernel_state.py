"""What the kernel model knows at one moment: processes, threads, handle tables, objects; and the changes of which the
effects of calls are made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from .arguments import handle_value
from .events import Call, CallKey
from .kernel_object import Chunk, Fact, KernelObject

# One object for all that know its name; of files, mailslots and pipes each opening makes one.
SHARED_BY_NAME = {"event", "mutex", "semaphore", "timer", "section", "job"}
RUNS = "runs"
NOBODY = "nobody"  # owns the mutex
IN_BACKLOG = "waits for accept"  # an end of a connection
NAMED = "has a name"  # a FIFO, shared memory, a queue: until unlink or IPC_RMID
ZOMBIE = "waits for wait4"  # a process of POSIX that has ended, until its parent asks


@dataclass
class Entry:
    """A row of a table of handles, or of descriptors."""

    object: KernelObject  # of a descriptor: the open description, which duplicates and children share
    is_inheritable: bool  # of a descriptor: exec does not close it
    access: str = ""  # as the call that made it has asked for it: "GENERIC_WRITE"


@dataclass
class Wait:
    """What a call that has not returned waits for."""

    what: str  # "signal", "data", "room", "client", "server", "lock", "time", "input" or "completion"
    objects: list[KernelObject] = field(default_factory=list)
    needs_all: bool = False
    limit_ms: int | None = None  # None: for ever


@dataclass(eq=False)
class Thread:
    number: int  # within its process, in the order of creation; 1 is the main thread
    object: KernelObject
    call: Call | None = None  # that it makes, or is about to make
    is_halted: bool = False  # before that call
    wait: Wait | None = None


@dataclass(eq=False)
class Process:
    pid: int
    object: KernelObject
    lane: str = ""
    parent: int = 0  # of one of POSIX: who may wait for it
    has_ended: bool = False
    threads: dict[int, Thread] = field(default_factory=dict)  # by number
    made_threads: dict[tuple[int, int], Thread] = field(default_factory=dict)  # not begun: by thread and call of maker
    lists: dict[str, list[int]] = field(default_factory=dict)  # the handles of its attribute lists
    left_open: list[tuple[int, KernelObject]] = field(default_factory=list)  # at its end, if it was not killed


class KernelState:

    def __init__(self) -> None:
        self.processes: dict[int, Process] = {}  # by process id; one that has ended stays until its id comes again
        self.tables: dict[int, dict[int, Entry]] = {}  # of those that run: by process id, then by handle value
        self.now = 0.0  # the time of the last event
        self.views: dict[tuple[int, str], KernelObject] = {}  # what is mapped: by process id and address
        self.calling: dict[tuple[int, int], KernelObject] = {}  # the pipes of CallNamedPipe: by process and thread id
        self.fed: dict[CallKey, list[Chunk]] = {}  # by the key of a read: what it has got
        self.by_id: dict[tuple[str, int], KernelObject] = {}  # of System V: by type and id
        self.undone: dict[tuple[int, int, int], int] = {}  # by SEM_UNDO: by process id, object and number in the set
        self._objects: list[KernelObject] = []
        self._made = 0

    # --- what there is

    @property
    def objects(self) -> list[KernelObject]:
        """Those that exist now. A thread counts as one as soon as a program has a handle to it."""
        return [one for one in self._objects if one.type != "thread" or one.was_open]

    @property
    def lanes(self) -> dict[int, str]:
        """The name of each process that has begun, by its id."""
        return {pid: process.lane for pid, process in self.processes.items() if process.lane}

    def object_of(self, pid: int, handle: Any) -> KernelObject | None:
        """What is behind a handle, as it stands among a call's arguments."""
        if isinstance(handle, dict) and handle.get("handle") == "GetCurrentProcess()":
            return self.processes[pid].object if pid in self.processes else None
        entry = self.entry(pid, handle)
        return entry.object if entry else None

    def entry(self, pid: int, handle: Any) -> Entry | None:
        value = handle_value(handle)
        return self.tables.get(pid, {}).get(value) if value is not None else None

    def row(self, pid: int, descriptor: Any) -> Entry | None:
        """That of a descriptor, which is a plain number."""
        return self.tables.get(pid, {}).get(descriptor) if isinstance(descriptor, int) else None

    def behind(self, pid: int, descriptor: Any) -> KernelObject | None:
        row = self.row(pid, descriptor)
        return row.object if row else None

    def process(self, pid: int) -> Process:
        """Also one of which nothing is known but its id."""
        if pid not in self.processes:
            self.processes[pid] = Process(pid, self.new("process"))
        return self.processes[pid]

    def thread(self, call: Call) -> Thread:
        """The thread that makes the call."""
        return self.thread_of(self.process(call.pid), call.thread)

    def name_of(self, process: Process, thread: Thread) -> str:
        """MailReceiver, its main thread; MailReceiver/2, another one."""
        return process.lane if thread.number == 1 else f"{process.lane}/{thread.number}"

    def named(self, kind: str, name: str) -> KernelObject | None:
        return next((one for one in self._objects if name and (one.type, one.name) == (kind, name)), None)

    def of_type(self, kind: str) -> list[KernelObject]:
        return [one for one in self._objects if one.type == kind]

    # --- what happens to processes and threads

    def new_process(self, pid: int, name: str) -> Process:
        """One that has just been made, or tells itself that it begins, whichever is known first."""
        if self.processes.get(pid) and self.processes[pid].has_ended:
            del self.processes[pid]  # the system gives the id to another process
        process = self.process(pid)
        process.object.name = process.object.name or name
        process.object.facts.setdefault("signaled", Fact(False))
        hold(process.object, RUNS)
        self.tables.setdefault(pid, {})
        return process

    def new_thread(self, process: Process, number: int) -> Thread:
        made = self.new("thread", f"of {process.object.name}" if number == 1 else f"{number} of {process.object.name}")
        hold(made, RUNS)
        made.set(signaled=False)
        return Thread(number, made)

    def thread_of(self, process: Process, number: int) -> Thread:
        """1 is the main thread."""
        if number not in process.threads:
            process.threads[number] = self.new_thread(process, number)
        return process.threads[number]

    def standard_handle(self, process: Process, name: str, handle: Any) -> None:
        """A process has this handle as hStdInput, hStdOutput or hStdError. It has come by inheritance, or the system
        has given it: then nobody knows what is behind it, and it gets no number among the objects."""
        value = handle_value(handle)
        if value is None:
            return
        if value not in self.tables.get(process.pid, {}):
            self.open(process.pid, handle, KernelObject(0, "standard stream", name.removeprefix("hStd").lower()))

    def end(self, pid: int, code: Any = None, has_come_to_its_end: bool = False) -> None:
        """A process has ended: its threads end, its handles are closed."""
        process = self.processes.get(pid)
        if process is None or process.has_ended:
            if process and code is not None:
                process.object.set(exit_code=code)
            return
        process.has_ended = True
        for thread in [*process.threads.values(), *process.made_threads.values()]:
            self.end_thread(process, thread)
        table = self.tables.get(pid, {})
        if has_come_to_its_end:
            process.left_open = [(value, entry.object) for value, entry in sorted(table.items())]
        for value in list(table):
            self.close(pid, value)
        self.tables.pop(pid, None)
        self.unmap_all(pid)
        release(process.object, RUNS)
        process.object.set(signaled=True)
        if code is not None:
            process.object.set(exit_code=code)
        self.forget(process.object)

    def end_thread(self, process: Process, thread: Thread, code: Any = None) -> None:
        thread.call, thread.wait, thread.is_halted = None, None, False
        release(thread.object, RUNS)
        thread.object.set(signaled=True)
        if code is not None:
            thread.object.set(exit_code=code)
        owner = self.name_of(process, thread)
        for mutex in self.of_type("mutex"):
            if mutex.value("owner") == owner:
                mutex.set(owner=NOBODY)
                mutex.infer("signaled", True, "its owner has ended")
                mutex.infer("abandoned", True, "its owner has ended")
        self.forget(thread.object)

    # --- what the effects are made of

    def new(self, kind: str, name: str = "") -> KernelObject:
        self._made += 1
        self._objects.append(KernelObject(self._made, kind, name))
        return self._objects[-1]

    def open(self, pid: int, handle: Any, found: KernelObject, is_inheritable: bool = False, access: str = "") -> None:
        """A process has got a handle to an object."""
        value = handle_value(handle)
        if value is None:
            return
        self.close(pid, value)  # in case its closing was not recorded
        if found not in self._objects:
            self._objects.append(found)
        self.tables.setdefault(pid, {})[value] = Entry(found, handle.get("inherit", is_inheritable), access)
        found.handles.add((pid, value))
        found.was_open = True

    def copy_row(self, pid: int, value: int, row: Entry) -> None:
        """A new process begins with a copy of a row of its parent's."""
        self.tables[pid][value] = replace(row)
        row.object.handles.add((pid, value))

    def close(self, pid: int, value: int | None) -> None:
        entry = self.tables.get(pid, {}).pop(value, None) if value is not None else None
        if entry:
            entry.object.handles.discard((pid, value or 0))
            if not entry.object.handles:
                self.cut(entry.object)
            self.forget(entry.object)

    def map(self, pid: int, address: str, found: KernelObject) -> None:
        """A process sees memory of an object at an address."""
        self.unmap(pid, address)  # in case its unmapping was not recorded
        found.held_by_system.append(f"mapped by {pid}")  # once for each view
        self.views[pid, address] = found

    def unmap(self, pid: int, address: str) -> None:
        found = self.views.pop((pid, address), None)
        if found:
            release(found, f"mapped by {pid}")
            self.forget(found)

    def unmap_all(self, pid: int) -> None:
        for owner, address in list(self.views):
            if owner == pid:
                self.unmap(pid, address)

    def cut(self, one: KernelObject) -> None:
        """An end of a connection is gone: the other end finds what was written before, and then the end."""
        for other in [other for other in self._objects if other.peer is one]:
            other.set(other_end="closed")
            other.peer = None
            other.facts.pop("other", None)
        for other in [other for other in self._objects if other.value("listener") == one.number]:
            if IN_BACKLOG in other.held_by_system:  # nobody will accept it any more
                self.cut(other)
                release(other, IN_BACKLOG)
                self.forget(other)
        if one.fifo and one.fifo.inbox:
            left = [other for other in self._objects if other.fifo is one.fifo and other.handles]
            ends = {other.value("end") for other in left}
            for other in left:
                if ends <= {other.value("end")} and "both" not in ends:
                    other.set(other_end="closed")
            if not left:
                one.fifo.inbox.chunks.clear()

    def forget(self, one: KernelObject) -> None:
        """Removes an object that nobody uses any more."""
        if one.usage_count == 0 and one in self._objects:
            self._objects.remove(one)


def hold(one: KernelObject, reason: str) -> None:
    if reason not in one.held_by_system:
        one.held_by_system.append(reason)


def release(one: KernelObject, reason: str) -> None:
    if reason in one.held_by_system:
        one.held_by_system.remove(reason)
