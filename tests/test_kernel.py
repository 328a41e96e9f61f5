"""The kernel model: what it says after each call, and that it agrees with what real programs have read."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS

from companion.play import lessons, scene
from companion.play.perform import perform
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain, is_win32
from companion.show import leftovers
from companion.trace.arguments import data_of, readable
from companion.trace.events import Call
from companion.trace.kernel import Kernel
from companion.trace.kernel_object import Fact, KernelObject
from companion.trace.order import in_order

SCENES = [path for lesson in lessons.find_all(SOURCE) for path in lesson.scenes]
INFINITE = {"name": "INFINITE", "value": 0xFFFFFFFF}


class Run:
    """A made-up run: calls of programs, one after the other, and the model after them."""

    def __init__(self, *programs: str) -> None:
        self.kernel = Kernel()
        self.pids = {program: 100 * number for number, program in enumerate(programs, 1)}
        self._numbers = count(1)
        for program in programs:
            self._apply(program, "start")

    def call(self, program: str, name: str, result: Any = True, error: int = 0, /, thread: int = 1,
             **given: Any) -> None:
        number = self.enter(program, name, thread, **given)
        self.returns(program, name, number, result, error, thread, **given)

    def enter(self, program: str, name: str, thread: int = 1, /, **given: Any) -> int:
        number = next(self._numbers)
        self._apply(program, "enter", name, number, given, thread=thread)
        return number

    def returns(self, program: str, name: str, number: int, result: Any = True, error: int = 0, thread: int = 1, /,
                **given: Any) -> None:
        self._apply(program, "return", name, number, given, result, {"number": error} if error else None, thread)

    def exits(self, program: str, code: int = 0) -> None:
        self.ends(program, "exit", code)

    def ends(self, program: str, event: str, code: int) -> None:
        self._apply(program, event, result=code)

    def _apply(self, program: str, event: str, name: str = "", number: int = 0, given: dict[str, Any] | None = None,
               result: Any = None, error: dict[str, Any] | None = None, thread: int = 1) -> None:
        pid = self.pids[program]
        self.kernel.apply(Call(event, float(number), pid, pid + thread, program, name, number, given or {}, result,
                               error, thread=thread))

    def object(self, program: str, handle: int) -> KernelObject:
        found = self.kernel.object_of(self.pids[program], at(handle))
        assert found
        return found

    def wait(self, program: str, handle: int, result: int = 0, thread: int = 1) -> None:
        self.call(program, "WaitForSingleObject", {"value": result}, thread=thread, hHandle=at(handle),
                  dwMilliseconds=INFINITE)

    def starts(self, parent: str, child: str, handle: int, inherits: bool = False, **startup: Any) -> None:
        pid = self.pids[parent] + 50
        self.pids[child] = pid
        information = {"hProcess": at(handle), "hThread": at(handle + 4), "dwProcessId": pid, "dwThreadId": pid + 1}
        self.call(parent, "CreateProcess", lpApplicationName=None, lpCommandLine=f"{child} --x",
                  bInheritHandles=inherits, lpStartupInfo=startup, lpProcessInformation=information)


def at(value: int, kind: str = "", name: str = "", inherit: bool = False) -> dict[str, Any]:
    """A handle; a new one with the kind of its object."""
    new = {"type": kind, "name": name, "inherit": inherit} if kind else {}
    return {"handle": f"0x{value:x}"} | new


def data(text: str) -> dict[str, Any]:
    return {"bytes": len(text.encode()), "text": text}


# --- processes, threads and handles

def test_a_thread_that_runs_stays_when_its_handle_is_closed() -> None:
    run = Run("Program")
    run.call("Program", "CreateThread", at(0x30, "thread"), lpThreadId=None)
    thread = run.object("Program", 0x30)
    assert (thread.usage_count, thread.value("signaled")) == (2, False)
    run.call("Program", "CloseHandle", hObject=at(0x30))
    assert thread in run.kernel.objects and thread.usage_count == 1
    run.exits("Program")
    assert thread not in run.kernel.objects and thread.value("signaled") is True


def test_a_thread_has_the_number_that_it_says_itself() -> None:
    run = Run("Program")
    for handle in (0x30, 0x34):
        run.call("Program", "CreateThread", at(handle, "thread"), lpThreadId=None)
    first, second = run.object("Program", 0x30), run.object("Program", 0x34)
    calls = [number for thread, number in run.kernel.process(100).made_threads]
    for thread, creator in ((3, calls[1]), (2, calls[0])):  # whichever the system lets run first
        run.kernel.apply(Call("thread_start", 9.0, 100, 200 + thread, "Program", thread=thread, creator=(1, creator)))
    threads = run.kernel.process(100).threads
    assert threads[2].object is first and threads[3].object is second and first.name == "2 of Program"
    run.kernel.apply(Call("thread_end", 10.0, 100, 202, "Program", result=5, thread=2))
    assert first.value("exit_code") == 5 and first.value("signaled") is True and first.usage_count == 1


def test_handles_and_what_the_system_holds_are_counted_apart() -> None:
    """The program's own table shows one handle to the child, and the book counts two: the child runs."""
    run = Run("Parent")
    run.starts("Parent", "Child", 0x40)
    child = run.object("Parent", 0x40)
    assert (len(child.handles), child.held_by_system, child.usage_count) == (1, ["runs"], 2)
    run.exits("Child", 7)
    run.wait("Parent", 0x40)
    assert (child.usage_count, child.value("signaled"), child.value("exit_code")) == (1, True, 7)
    run.call("Parent", "CloseHandle", hObject=at(0x40))
    assert child not in run.kernel.objects


def test_a_killed_child_is_known_to_have_ended_when_its_parent_has_waited_for_it() -> None:
    run = Run("Parent")
    run.starts("Parent", "Child", 0x40)
    child = run.object("Parent", 0x40)
    run.wait("Parent", 0x40, result=0x102)
    assert child.value("signaled") is False
    run.wait("Parent", 0x40)
    assert child.value("signaled") is True and child.usage_count == 1


def test_an_inherited_handle_is_a_row_of_the_child_and_counts() -> None:
    run = Run("Parent")
    run.call("Parent", "CreateFile", at(0x30, "file", inherit=True), lpFileName="C:\\log.txt",
             dwDesiredAccess={"name": "GENERIC_WRITE", "value": 1})
    run.call("Parent", "CreateFile", at(0x34, "file"), lpFileName="C:\\own.txt")
    run.starts("Parent", "Child", 0x40, inherits=True)
    rows = run.kernel.tables[run.pids["Child"]]
    assert list(rows) == [0x30] and rows[0x30].access == "GENERIC_WRITE"
    assert run.object("Parent", 0x30).usage_count == 2 and run.object("Parent", 0x34).usage_count == 1
    run.exits("Child")
    assert run.object("Parent", 0x30).usage_count == 1


def test_what_a_program_never_closed_is_known_at_its_end() -> None:
    run = Run("Program")
    for handle, kind in ((0x30, "event"), (0x34, "mutex")):
        run.call("Program", "AnyCall", at(handle, kind))
    run.call("Program", "CloseHandle", hObject=at(0x30))
    run.exits("Program")
    left = run.kernel.processes[run.pids["Program"]].left_open
    assert [(value, one.type) for value, one in left] == [(0x34, "mutex")]
    assert [one.in_words() for one in leftovers.of(run.kernel)] == ["0x34 mutex was never closed by Program"]
    assert "Program" in leftovers.of(run.kernel)[0].in_words("ko")


def test_a_program_that_was_killed_could_close_nothing() -> None:
    run = Run("Program")
    run.call("Program", "AnyCall", at(0x30, "event"))
    run.ends("Program", "killed", 9)
    assert leftovers.of(run.kernel) == [] and run.kernel.objects == []


def test_a_section_lives_as_long_as_it_is_mapped() -> None:
    run = Run("Program")
    run.call("Program", "CreateFileMapping", at(0x30, "section", "Local\\ring"))
    section = run.object("Program", 0x30)
    run.call("Program", "MapViewOfFile", {"pointer": "0x1000"}, hFileMappingObject=at(0x30))
    run.call("Program", "CloseHandle", hObject=at(0x30))
    assert section in run.kernel.objects and section.usage_count == 1
    run.call("Program", "UnmapViewOfFile", lpBaseAddress={"pointer": "0x1000"})
    assert section not in run.kernel.objects


# --- events, mutexes, semaphores, timers

@pytest.mark.parametrize("manual", [False, True])
def test_an_event_that_resets_itself_is_taken_by_the_one_who_waited(manual: bool) -> None:
    run = Run("A", "B")
    for program, error in (("A", 0), ("B", 183)):
        run.call(program, "CreateEvent", at(0x30, "event", "Local\\e"), error, bManualReset=manual, bInitialState=False)
    event = run.object("A", 0x30)
    assert event is run.object("B", 0x30) and event.value("signaled") is False
    number = run.enter("B", "WaitForSingleObject", hHandle=at(0x30), dwMilliseconds=INFINITE)
    wait = run.kernel.processes[run.pids["B"]].threads[1].wait
    assert wait and (wait.what, wait.objects, wait.limit_ms) == ("signal", [event], None)
    run.call("A", "SetEvent", hEvent=at(0x30))
    assert event.value("signaled") is True
    run.returns("B", "WaitForSingleObject", number, {"value": 0}, hHandle=at(0x30), dwMilliseconds=INFINITE)
    assert event.value("signaled") is manual
    run.call("A", "ResetEvent", hEvent=at(0x30))
    assert event.value("signaled") is False


def test_an_event_that_was_opened_without_having_seen_it_made_is_unknown() -> None:
    run = Run("A")
    run.call("A", "OpenEvent", at(0x30, "event", "Local\\e"))
    assert run.object("A", 0x30).value("signaled") is None
    run.wait("A", 0x30)
    assert run.object("A", 0x30).facts["signaled"].certainty == "unknown"


def test_a_mutex_has_an_owner_who_may_take_it_several_times() -> None:
    run = Run("A", "B")
    for program, error in (("A", 0), ("B", 183)):
        run.call(program, "CreateMutex", at(0x30, "mutex", "Local\\m"), error, bInitialOwner=True)
    mutex = run.object("A", 0x30)
    assert (mutex.value("owner"), mutex.value("signaled")) == ("A", False)
    run.wait("A", 0x30)
    run.call("A", "ReleaseMutex", hMutex=at(0x30))
    assert mutex.value("owner") == "A"
    run.call("A", "ReleaseMutex", hMutex=at(0x30))
    assert (mutex.value("owner"), mutex.value("signaled")) == ("nobody", True)
    run.wait("B", 0x30, thread=2)
    assert mutex.value("owner") == "B/2"
    run.exits("B")
    assert mutex.value("owner") == "nobody" and mutex.facts["abandoned"] == Fact(True, "its owner has ended")
    run.wait("A", 0x30, result=0x80)
    assert mutex.value("owner") == "A" and "abandoned" not in mutex.facts


def test_a_semaphore_counts() -> None:
    run = Run("A")
    run.call("A", "CreateSemaphore", at(0x30, "semaphore"), lInitialCount=1, lMaximumCount=3)
    semaphore = run.object("A", 0x30)
    run.wait("A", 0x30)
    assert (semaphore.value("count"), semaphore.value("signaled")) == (0, False)
    run.call("A", "ReleaseSemaphore", hSemaphore=at(0x30), lReleaseCount=2, lpPreviousCount=None)
    assert (semaphore.value("count"), semaphore.value("signaled")) == (2, True)
    run.call("A", "ReleaseSemaphore", hSemaphore=at(0x30), lReleaseCount=1, lpPreviousCount=2)
    assert semaphore.value("count") == 3


def test_of_several_objects_only_the_one_that_ended_the_wait_changes() -> None:
    run = Run("A")
    for handle in (0x30, 0x34):
        run.call("A", "CreateEvent", at(handle, "event"), bManualReset=False, bInitialState=True)
    both = [at(0x30), at(0x34)]
    run.call("A", "WaitForMultipleObjects", {"value": 1}, lpHandles=both, bWaitAll=False, dwMilliseconds=INFINITE)
    assert [run.object("A", handle).value("signaled") for handle in (0x30, 0x34)] == [True, False]
    run.call("A", "SetEvent", hEvent=at(0x34))
    run.call("A", "WaitForMultipleObjects", {"value": 0}, lpHandles=both, bWaitAll=True, dwMilliseconds=INFINITE)
    assert [run.object("A", handle).value("signaled") for handle in (0x30, 0x34)] == [False, False]


def test_a_timer_is_due_and_may_come_again() -> None:
    run = Run("A")
    run.call("A", "CreateWaitableTimer", at(0x30, "timer"), bManualReset=False)
    run.call("A", "SetWaitableTimer", hTimer=at(0x30), lpDueTime=-5_000_000, lPeriod=0)
    timer = run.object("A", 0x30)
    assert timer.value("due") == run.kernel.now + 0.5
    run.wait("A", 0x30)
    assert timer.value("signaled") is False and "due" not in timer.facts


# --- mailslots, pipes, sockets

def test_messages_lie_in_a_mailslot_until_they_are_read() -> None:
    run = Run("Receiver", "Sender")
    slot = "\\\\.\\mailslot\\mailbox"
    run.call("Receiver", "CreateMailslot", at(0x30, "mailslot", slot), lpName=slot)
    run.call("Sender", "CreateFile", at(0x30, "file", slot), lpFileName="\\\\.\\MAILSLOT\\mailbox")
    for text in ("one", "three"):
        run.call("Sender", "WriteFile", hFile=at(0x30), lpBuffer=data(text), lpNumberOfBytesWritten=len(text))
    inbox = run.object("Receiver", 0x30).inbox
    assert inbox and [chunk.data for chunk in inbox.chunks] == [b"one", b"three"]
    assert {chunk.writer for chunk in inbox.chunks} == {"Sender"}
    run.call("Receiver", "ReadFile", hFile=at(0x30), lpBuffer=data("one"), lpNumberOfBytesRead=3)
    assert [chunk.data for chunk in inbox.chunks] == [b"three"]
    run.call("Receiver", "CloseHandle", hObject=at(0x30))
    assert run.object("Sender", 0x30).value("other_end") == "closed"


def test_bytes_lie_in_a_pipe_and_a_read_may_take_a_part() -> None:
    run = Run("Program")
    run.call("Program", "CreatePipe", hReadPipe=at(0x30, "pipe"), hWritePipe=at(0x34, "pipe"))
    reading, writing = run.object("Program", 0x30), run.object("Program", 0x34)
    assert (reading.value("end"), writing.value("end"), reading.value("other")) == ("read", "write", writing.number)
    for text in ("ab", "cde"):
        run.call("Program", "WriteFile", hFile=at(0x34), lpBuffer=data(text), lpNumberOfBytesWritten=len(text))
    run.call("Program", "ReadFile", hFile=at(0x30), lpBuffer=data("abc"), lpNumberOfBytesRead=3)
    assert reading.inbox and [chunk.data for chunk in reading.inbox.chunks] == [b"de"]
    fed = list(run.kernel.fed.values())[-1]
    assert [chunk.data for chunk in fed] == [b"ab", b"c"] and fed[0].number < fed[1].number
    run.call("Program", "CloseHandle", hObject=at(0x34))
    assert reading.value("other_end") == "closed" and reading.inbox.size == 2


def test_a_write_that_has_failed_leaves_nothing() -> None:
    run = Run("Program")
    run.call("Program", "CreatePipe", hReadPipe=at(0x30, "pipe"), hWritePipe=at(0x34, "pipe"))
    run.call("Program", "WriteFile", False, 232, hFile=at(0x34), lpBuffer=data("ab"), lpNumberOfBytesWritten=0)
    inbox = run.object("Program", 0x30).inbox
    assert inbox and not inbox.chunks


def named_pipe(instances: int) -> Run:
    run = Run("Server", "Client")
    for number in range(instances):
        run.call("Server", "CreateNamedPipe", at(0x30 + 4 * number, "named_pipe"), lpName="\\\\.\\pipe\\news",
                 dwPipeMode={"name": "", "value": 6})
    run.call("Client", "CreateFile", at(0x30, "file"), lpFileName="\\\\.\\pipe\\news")
    return run


def test_a_client_has_an_instance_of_a_named_pipe() -> None:
    run = named_pipe(1)
    server, client = run.object("Server", 0x30), run.object("Client", 0x30)
    assert server.facts["state"] == Fact("connected") and client.value("other") == server.number
    run.call("Server", "ConnectNamedPipe", False, 535, hNamedPipe=at(0x30))
    run.call("Client", "WriteFile", hFile=at(0x30), lpBuffer=data("news.txt"), lpNumberOfBytesWritten=8)
    assert server.inbox and server.inbox.size == 8
    run.call("Server", "DisconnectNamedPipe", hNamedPipe=at(0x30))
    assert server.value("state") == "disconnected" and client.value("other_end") == "disconnected"


def test_which_of_several_instances_a_client_has_is_inferred_until_a_call_tells() -> None:
    run = named_pipe(2)
    first, second, client = run.object("Server", 0x30), run.object("Server", 0x34), run.object("Client", 0x30)
    assert client.peer is first and client.facts["other"].certainty == "inferred"
    run.call("Server", "ConnectNamedPipe", hNamedPipe=at(0x34))
    assert client.peer is second and client.facts["other"] == Fact(second.number)
    assert first.value("state") == "listening" and first.peer is None


def test_a_message_is_read_whole_by_an_end_that_reads_messages_and_in_bytes_by_another() -> None:
    run = named_pipe(1)
    for text in ("first", "second"):
        run.call("Server", "WriteFile", hFile=at(0x30), lpBuffer=data(text), lpNumberOfBytesWritten=len(text))
    run.call("Client", "ReadFile", hFile=at(0x30), lpBuffer=data("firstse"), lpNumberOfBytesRead=7)
    inbox = run.object("Client", 0x30).inbox
    assert inbox and [chunk.data for chunk in inbox.chunks] == [b"cond"]
    run.call("Client", "SetNamedPipeHandleState", hNamedPipe=at(0x30), lpMode={"name": "", "value": 2})
    run.call("Client", "ReadFile", False, 234, hFile=at(0x30), lpBuffer=data("co"), lpNumberOfBytesRead=2)
    assert [chunk.data for chunk in inbox.chunks] == [b"nd"]
    # An empty message is one, too, for an end that reads messages.
    run.call("Server", "WriteFile", hFile=at(0x30), lpBuffer=data(""), lpNumberOfBytesWritten=0)
    assert [chunk.data for chunk in inbox.chunks] == [b"nd", b""]
    for text in ("nd", ""):
        run.call("Client", "ReadFile", hFile=at(0x30), lpBuffer=data(text), lpNumberOfBytesRead=len(text))
    assert not inbox.chunks


def test_a_connection_waits_in_the_backlog_until_the_server_accepts_it() -> None:
    run = Run("Server", "Client")
    run.call("Server", "socket", at(0x30, "socket"))
    run.call("Server", "bind", 0, s=at(0x30), name="0.0.0.0:4000")
    run.call("Server", "listen", 0, s=at(0x30))
    run.call("Client", "socket", at(0x30, "socket"))
    run.call("Client", "connect", 0, s=at(0x30), name="127.0.0.1:4000")
    run.call("Client", "send", 5, s=at(0x30), buf=data("hello"))
    client = run.object("Client", 0x30)
    assert client.peer and client.peer.held_by_system == ["waits for accept"]
    run.call("Server", "accept", at(0x34, "socket"), s=at(0x30), addr=None)
    accepted = run.object("Server", 0x34)
    assert accepted is client.peer and accepted.inbox and accepted.inbox.size == 5
    run.call("Server", "recv", 5, s=at(0x34), buf=data("hello"), flags=0)
    run.call("Client", "closesocket", 0, s=at(0x30))
    assert accepted.inbox.size == 0 and accepted.value("other_end") == "closed"


def test_what_a_thread_notes_after_another_has_ended_the_process_changes_nothing() -> None:
    run = Run("Program")
    pid = run.kernel.processes[next(iter(run.kernel.processes))].pid
    run.kernel.apply(Call("exit", 2.0, pid, pid, "Program", result=0))
    run.kernel.apply(Call("return", 3.0, pid, pid + 4, "Program", "CreateEvent", 1, thread=2, begin=1.0,
                          arguments={"lpName": None, "bManualReset": True, "bInitialState": False},
                          result=at(0x60, "event")))
    assert run.kernel.objects == []


def test_an_id_that_comes_again_while_its_next_owner_is_being_made() -> None:
    """CreateProcess stands at its begin, and the end of the process that had the id before in front of that."""
    made = {"dwProcessId": 20, "dwThreadId": 20, "hProcess": at(0x30, "process"), "hThread": at(0x34, "thread")}
    create = Call("return", 5.0, 10, 10, "Parent", "CreateProcess", 1, {"lpProcessInformation": made}, True, begin=3.0)
    ended = Call("exit", 4.0, 20, 20, "Child", result=0)
    begun = Call("start", 4.5, 20, 20, "Child.2")
    other = Call("exit", 4.0, 30, 30, "Other", result=0)
    placed = [(call.event, call.lane) for call in in_order([ended, other, begun, create])]
    assert placed == [("exit", "Child"), ("return", "Parent"), ("exit", "Other"), ("start", "Child.2")]


# --- order

def test_a_reader_that_notes_its_return_before_the_writer_stands_behind_it() -> None:
    calls = [
        Call("enter", 1.0, 1, 1, "Receiver", "ReadFile", 1, {"hFile": at(0x30)}),
        Call("enter", 2.0, 2, 2, "Sender", "WriteFile", 1, {"hFile": at(0x30)}),
        Call("return", 2.2, 1, 1, "Receiver", "ReadFile", 1, {"hFile": at(0x30)}, True, begin=1.0),
        Call("return", 2.3, 2, 2, "Sender", "WriteFile", 1, {"hFile": at(0x30)}, True, begin=2.1),
        Call("return", 2.2, 1, 1, "Receiver", "CloseHandle", 2, {"hObject": at(0x30)}, True, begin=2.15),
    ]
    assert [(call.event, call.name) for call in in_order(calls)] == [
        ("enter", "ReadFile"), ("enter", "WriteFile"), ("return", "CloseHandle"), ("return", "ReadFile"),
        ("return", "WriteFile")]


def test_a_halted_call_begins_when_it_goes_on() -> None:
    halted = Call("enter", 1.0, 1, 1, "Receiver", "ReadFile", 1, {"hFile": at(0x30)}, is_halted=True)
    returned = replace(halted, event="return", time=6.0, begin=5.0, result=True, is_halted=False)
    kernel = Kernel()
    states = []
    for call in in_order([halted, returned]):
        kernel.apply(call)
        thread = kernel.thread(call)
        states.append((call.time, thread.is_halted, thread.wait is not None))
    assert states == [(1.0, True, False), (5.0, False, True), (6.0, False, False)]


@pytest.mark.parametrize("text", ["mail", "안녕하세요", "line\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_data_is_read_as_the_text_that_it_is(text: str, encoding: str) -> None:
    encoded = text.encode(encoding)
    assert data_of({"bytes": len(encoded), "text": text}) == (len(encoded), encoded)
    assert readable(encoded) == text


def test_data_that_the_trace_has_cut_is_unknown() -> None:
    assert data_of({"bytes": 9000, "text": "x" * 200 + "…"}) == (9000, None)
    assert data_of({"bytes": 20, "hex": "00" * 16}) == (20, None)


# --- real runs

BUFFERS = {"ReadFile": "lpBuffer", "recv": "buf", "TransactNamedPipe": "lpOutBuffer", "CallNamedPipe": "lpOutBuffer",
           "read": "buf", "recvfrom": "buf", "msgrcv": "msgp"}


@pytest.mark.parametrize("path", SCENES, ids=lambda path: f"{path.parents[1].name[3:]}/{path.stem}")
def test_what_was_read_is_what_the_model_says_was_written(win32: Toolchain, path: Any) -> None:
    """And at the end of a scene all programs have ended, so that nothing is left."""
    played = scene.load(path)
    if not any(map(is_win32, played.programs)) and (win32 is not TOOLCHAINS["unicode"] or not shutil.which("strace")):
        pytest.skip("POSIX programs are the same in both builds, and need strace")
    with Stage(win32, deadline_s=DEADLINE_S, is_traced=True) as stage:
        perform(played, stage)
        calls = stage.finish_trace()
    kernel = Kernel()
    reads = []
    for call in calls:
        kernel.apply(call)
        if call.event == "return" and call.key in kernel.fed:
            reads.append((call, _has_silent_writer(call, kernel)))
    for call, has_silent_writer in reads:
        size, seen = data_of(_data(call))
        if call.arguments.get("lpNumberOfBytesRead", 0) is None:
            continue  # an overlapped read that was done at once
        fed = kernel.fed[call.key]
        if sum(chunk.size for chunk in fed) == 0 < size and has_silent_writer:
            continue
        assert sum(chunk.size for chunk in fed) == size, call
        if seen is not None and all(chunk.data is not None for chunk in fed):
            assert b"".join(chunk.data or b"" for chunk in fed) == seen, call
    left = [one for one in kernel.objects if one.type != "process" or one.held_by_system]
    assert left == []


def _data(call: Call) -> Any:
    """What a read has got."""
    return call.arguments["msg"]["data"] if call.name == "recvmsg" else call.arguments.get(BUFFERS[call.name])


def _has_silent_writer(call: Call, kernel: Kernel) -> bool:
    """A child of Win32 that prints into a pipe: print is not recorded."""
    found = kernel.object_of(call.pid, call.arguments.get("hFile"))
    return found is not None and found.type == "pipe"
