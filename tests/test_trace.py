"""The trace: what the recorders write, and what they leave as it was."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import trace_calls
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS
from companion.play.actor import Actor
from companion.play.scene import parse
from companion.play.stage import Stage
from companion.play.stepping import SteppedStage
from companion.setup.toolchain import Toolchain
from companion.show import render
from companion.trace import unrecorded
from companion.trace.events import Call, Event
from companion.trace.kernel import Kernel
from companion.trace.kernel_object import KernelObject
from companion.trace.kernel_state import Entry
from companion.trace.order import in_order
from companion.trace.reader import Trace, TraceError

TABLE = SOURCE / "common/trace/trace_calls.txt"


@pytest.fixture
def traced_stage(win32: Toolchain) -> Iterator[Stage]:
    with Stage(win32, deadline_s=DEADLINE_S, is_traced=True) as stage:
        yield stage


def events_of(stage: Stage) -> list[Call]:
    """All that the trace has, from the beginning."""
    return list(Trace(stage.recorders.trace.path, lambda start: str(start["program"])).poll())


def returned(stage: Stage, program: str = "") -> list[Call]:
    """All calls that a program, or any, makes itself."""
    return [call for call in events_of(stage)
            if call.event == "return" and program in ("", call.lane) and not call.is_library]


def run(stage: Stage, *command: str) -> Actor:
    actor = stage.start(*command)
    assert actor.exit() == 0
    return actor


def test_the_first_pair(traced_stage: Stage) -> None:
    name = traced_stage.unique("mailbox")
    slot = rf"\\.\mailslot\{name}"
    mail = traced_stage.start("MailReceiver", "--name", name, "--count", "1")
    assert mail.next_line().startswith("waiting")
    run(traced_stage, "MailSender", "--name", name, '한 "글"\\')
    assert mail.exit() == 0

    made, read, closed = returned(traced_stage, "MailReceiver")
    size = 1024 if traced_stage.toolchain is TOOLCHAINS["unicode"] else 512
    assert (made.name, made.arguments) == ("CreateMailslot", {
        "lpName": slot, "nMaxMessageSize": size, "lReadTimeout": {"name": "MAILSLOT_WAIT_FOREVER", "value": 2**32 - 1},
        "lpSecurityAttributes": None})
    assert made.result == {"handle": made.result["handle"], "type": "mailslot", "name": slot, "inherit": False}
    assert (read.name, closed.name) == ("ReadFile", "CloseHandle")
    assert read.arguments["hFile"] == closed.arguments["hObject"] == {"handle": made.result["handle"]}
    assert read.arguments["lpBuffer"]["text"] == '한 "글"\\'
    assert read.arguments["lpBuffer"]["bytes"] == read.arguments["lpNumberOfBytesRead"] == (12 if size == 1024 else 10)
    assert read.begin < read.time

    opened, wrote, _ = returned(traced_stage, "MailSender")
    assert opened.arguments["dwDesiredAccess"]["name"] == "GENERIC_WRITE"
    assert opened.arguments["dwShareMode"]["name"] == "FILE_SHARE_READ | FILE_SHARE_WRITE"
    assert wrote.arguments["lpBuffer"] == read.arguments["lpBuffer"]


def test_a_call_that_blocks_is_there_before_it_returns(traced_stage: Stage) -> None:
    mail = traced_stage.start("MailReceiver", "--name", traced_stage.unique("mailbox"))
    mail.next_line()
    trace = Trace(traced_stage.recorders.trace.path, lambda start: str(start["program"]))
    seen: list[Call] = []

    def reads() -> bool:
        seen.extend(call for call in trace.poll() if not call.is_library)
        return seen[-1].event == "enter"

    assert traced_stage.wait(reads)
    assert seen[-1].name == "ReadFile"
    assert seen[-1].arguments["lpBuffer"] == {}  # not written yet
    mail.kill()
    assert [json.loads(line) for line in traced_stage.recorders.trace.path.read_text("utf-8").splitlines()]
    assert [call.event for call in seen] == ["start", "return", "enter"]


PREVIEWS: list[tuple[str, dict[str, object]]] = [
    ("ed959c0a", {"text": "한\n"}),
    ("5cd500ae", {"text": "한글"}),  # UTF-16
    ("41004200", {"text": "AB"}),
    ("1b5b4a", {"hex": "1b5b4a"}),  # an escape sequence
    ("00d800d8", {"hex": "00d800d8"}),  # halves of surrogate pairs
    ("fffe80", {"hex": "fffe80"}),
    ("4142430041", {"hex": "4142430041"}),
    ("c2", {"hex": "c2"}),
    ("f09f93ac", {"text": "📬"}),
    ("3dd8ecdc", {"text": "📬"}),  # the same in UTF-16
    ("41" * 4096, {"text": "A" * 4096}),
    ("5cd5" * 2048, {"text": "한" * 2048}),
    ("80d8" * 2048, {"hex": "80d8" * 2048}),
    # More than that is cut, at the end of a character.
    ("41" * 4097, {"text": "A" * 4096, "cut": True}),
    ("ed959c" * 1366, {"text": "한" * 1365, "cut": True}),
    ("41" + "f09f93ac" * 1024, {"text": "A" + "📬" * 1023, "cut": True}),
    ("5cd5" * 2049, {"text": "한" * 2048, "cut": True}),
    ("4100" + "3dd8ecdc" * 1024, {"text": "A" + "📬" * 1023, "cut": True}),
    ("80d8" * 2049, {"hex": "80d8" * 2048, "cut": True}),
]


def test_data_is_shown_as_text_where_it_is_text(traced_stage: Stage) -> None:
    (traced_stage.work / "file").touch()
    actors = [traced_stage.start("Probe", "write", "file", data) for data, _ in PREVIEWS]
    assert {actor.exit() for actor in actors} == {0}
    shown = [call.arguments["lpBuffer"] for call in returned(traced_stage) if call.name == "WriteFile"]
    for data, preview in PREVIEWS:
        expected: dict[str, object] = {"bytes": len(data) // 2, **preview}
        assert expected in shown


def test_a_long_text_is_cut(traced_stage: Stage) -> None:
    run(traced_stage, "Probe", "say", "한" * 4000)
    run(traced_stage, "Probe", "say", "한" * 5000)
    whole, cut = [call.arguments["command"] for call in events_of(traced_stage) if call.event == "start"]
    assert whole.endswith("한" * 4000) and len(cut) == 4097 and cut.endswith("한…")


def test_what_no_terminal_should_see_is_escaped(traced_stage: Stage) -> None:
    traced_stage.start("MailSender", "--name", "\x1b[2J\u202e\x7f", "x").exit()
    lines = traced_stage.recorders.trace.path.read_bytes()
    assert b"\\u001b[2J\\u202e\\u007f" in lines
    assert returned(traced_stage)[0].arguments["lpFileName"] == "\\\\.\\mailslot\\\x1b[2J\u202e\x7f"


def test_the_last_error_stays_what_it_was(win32: Toolchain) -> None:
    for is_traced in (False, True):
        with Stage(win32, deadline_s=DEADLINE_S, is_traced=is_traced) as stage:
            assert run(stage, "TraceProbe", "errors").output.all == ["kept 1234", "set 3", "success 183"]
            calls = returned(stage)
    missing = [call for call in calls if call.name == "CreateFile"][0]
    assert missing.result == {"handle": "INVALID_HANDLE_VALUE"}
    assert missing.error == {"number": 3, "name": "ERROR_PATH_NOT_FOUND"}
    assert [call.error for call in calls if call.name == "CreateMutex"] == [
        None, {"number": 183, "name": "ERROR_ALREADY_EXISTS"}]
    assert calls[-1].result == {"name": "WAIT_TIMEOUT", "value": 258} or calls[-1].result["name"] == "WAIT_OBJECT_0"


def test_one_object_in_the_handle_tables_of_two_processes(traced_stage: Stage) -> None:
    run(traced_stage, "TraceProbe", "handles")
    kernel = Kernel()
    counts: dict[str, int] = {}
    inherited: KernelObject | None = None
    process: KernelObject | None = None
    for call in traced_stage.finish_trace():
        kernel.apply(call)
        if call.event != "return":
            continue
        if call.name == "CreateEvent" and not counts:
            inherited = kernel.object_of(call.pid, call.result)
        assert inherited
        counts[f"{call.name} {call.number}"] = inherited.usage_count
        if call.name == "CreateProcess":
            child = call.arguments["lpProcessInformation"]["dwProcessId"]
            process = kernel.object_of(call.pid, call.arguments["lpProcessInformation"]["hProcess"])
            assert process and process.usage_count == 2  # it runs, and the parent has a handle
            own = kernel.tables[call.pid]
            assert {value: entry.object for value, entry in own.items() if entry.is_inheritable} == \
                   {value: entry.object for value, entry in kernel.tables[child].items()}
            inherited_types = {entry.object.type for entry in kernel.tables[child].values()}
            assert inherited_types - {"standard stream"} == {"event", "pipe", "process"}
        if call.name == "TerminateProcess":
            assert process and process.usage_count == 1 and child not in kernel.tables
        if call.name == "DuplicateHandle":
            copy = kernel.object_of(call.pid, call.arguments["lpTargetHandle"])
            assert copy is kernel.object_of(call.pid, call.arguments["hSourceHandle"])
    assert [count for name, count in counts.items() if name.split()[0] in ("CreateEvent", "CreateProcess")] == [1, 1, 2]
    assert list(counts.values())[-1] == 1
    assert kernel.tables == {} and kernel.objects == []  # all ends with the processes

    calls = returned(traced_stage)
    waited = next(call for call in calls if call.name == "WaitForMultipleObjects")
    assert len(waited.arguments["lpHandles"]) == 3 and waited.result["name"] == "WAIT_OBJECT_0 + 1"
    wrote = next(call for call in calls if call.name == "WriteFile")
    assert wrote.arguments["lpBuffer"] == {"bytes": 3, "hex": "01ff02"}
    assert next(call for call in calls if call.name == "GetExitCodeProcess").arguments["lpExitCode"] == 7


def test_a_trace_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "trace").write_text('{"v":1,"event":"start","time":1,"pid":1,"tid":1,"program":"X"}\n')
    with pytest.raises(TraceError, match="version 2 of the trace is expected, found 1"):
        list(Trace(tmp_path / "trace", lambda start: str(start["program"])).poll())


def model(*calls: tuple[str, dict[str, object], object]) -> tuple[Kernel, dict[int, Entry]]:
    """The model after these calls of one process, and its handle table."""
    kernel = Kernel()
    kernel.apply(Call("start", 1, 40, 41, "Program"))
    for number, (name, arguments, result) in enumerate(calls):
        kernel.apply(Call("return", 2 + number, 40, 41, "Program", name, number, arguments, result))
    return kernel, kernel.tables[40]


def made(kind: str, inherits: bool = False) -> tuple[str, dict[str, object], object]:
    return "AnyCall", {}, {"handle": "0x44", "type": kind, "inherit": inherits}


def test_a_duplicate_may_close_its_source() -> None:
    own, event = {"handle": "GetCurrentProcess()", "pid": 40}, {"handle": "0x44"}
    arguments = {"hSourceProcessHandle": own, "hSourceHandle": event, "hTargetProcessHandle": own,
                 "lpTargetHandle": {"handle": "0x48"}, "bInheritHandle": False}
    _, kept = model(made("event"), ("DuplicateHandle", arguments | {"dwOptions": {"value": 2}}, True))
    assert sorted(kept) == [0x44, 0x48] and kept[0x48].object.usage_count == 2
    _, closed = model(made("event"), ("DuplicateHandle", arguments | {"dwOptions": {"value": 3}}, True))
    assert sorted(closed) == [0x48] and closed[0x48].object.usage_count == 1


@pytest.mark.parametrize("mask, is_inheritable", [(1, False), (2, True), (3, False)])
def test_only_the_flags_of_the_mask_change(mask: int, is_inheritable: bool) -> None:
    arguments = {"hObject": {"handle": "0x44"}, "dwMask": mask, "dwFlags": 0}
    _, table = model(made("event", inherits=True), ("SetHandleInformation", arguments, True))
    assert table[0x44].is_inheritable == is_inheritable


def test_a_value_that_comes_again_is_another_handle() -> None:
    """The program has closed the first one by a call that is not recorded."""
    kernel, table = model(made("event"), made("mutex"))
    assert [one.type for one in kernel.objects] == ["process", "mutex"]
    assert table[0x44].object.type == "mutex"


def test_a_creation_stays_behind_what_an_earlier_process_of_the_id_did() -> None:
    created = {"lpProcessInformation": {"dwProcessId": 100}}
    calls = [Call("start", 1.0, 100, 101, "Earlier"), Call("exit", 1.1, 100, 101, "Earlier"),
             Call("return", 3.0, 40, 41, "Parent", "CreateProcess", 1, created, True, begin=2.0)]
    assert in_order(calls) == calls


def test_lines_of_several_threads_and_processes_do_not_mix(traced_stage: Stage) -> None:
    processes = [traced_stage.start("TraceProbe", "threads", "60") for _ in range(3)]
    assert [process.exit() for process in processes] == [0, 0, 0]
    events = [json.loads(line) for line in traced_stage.recorders.trace.path.read_text("utf-8").splitlines()]
    assert len([event for event in events if event.get("call") == "SetEvent"]) == 3 * 4 * 60
    for pid in {event["pid"] for event in events}:
        of_process = [event for event in events if event["pid"] == pid]
        assert {event["thread"] for event in of_process} == {1, 2, 3, 4, 5}
        for thread in range(1, 6):
            numbers = [event["number"] for event in of_process
                       if event["thread"] == thread and event["event"] == "return"]
            assert numbers == list(range(1, len(numbers) + 1))


def test_threads_are_named_by_the_order_of_their_creation(traced_stage: Stage) -> None:
    run(traced_stage, "TraceProbe", "ends")
    events = events_of(traced_stage)
    made = [call for call in events if call.event == "return" and call.result and isinstance(call.result, dict)
            and (call.result.get("type") == "thread" or call.name == "_beginthread")]
    assert sorted((call.thread, call.name) for call in made) == [
        (1, "CreateThread"), (1, "CreateThread"), (1, "_beginthread"), (1, "_beginthreadex"), (2, "CreateThread")]
    begun = {call.thread: call for call in events if call.event == "thread_start"}
    ended = {call.thread: (call.result, call.name) for call in events if call.event == "thread_end"}
    assert ended == {2: (6, "_endthreadex"), 3: (5, ""), 4: (7, "ExitThread"), 5: (0, ""), 7: (5, "")}
    for call in made:  # which call has made which thread, and the ids agree
        thread = next(one for one in begun.values() if one.creator == (call.thread, call.number))
        assert thread.tid == call.result.get("tid", thread.tid)
    assert sorted(begun) == sorted(ended)
    # The system made number 6 for the timer, and says so once.
    assert [(call.thread, call.name) for call in events if call.is_pool] == [(6, "SetEvent")]
    assert all(call.result for call in events if call.name == "SetEvent" and call.thread == 4)


def test_calls_of_a_thread_count_by_themselves(win32: Toolchain) -> None:
    """So a call has the same name in each run: process, thread, number."""
    runs = []
    for _ in range(3):
        with Stage(win32, deadline_s=DEADLINE_S, is_traced=True) as stage:
            run(stage, "TraceProbe", "ends")
            runs.append({(call.thread, call.number, call.name, call.line) for call in returned(stage)})
    assert runs[0] == runs[1] == runs[2]


def test_killed_processes_leave_whole_lines(traced_stage: Stage) -> None:
    processes = [traced_stage.start("TraceProbe", "threads", "100000") for _ in range(2)]
    assert traced_stage.wait(lambda: len(returned(traced_stage)) > 50)
    for process in processes:
        process.kill()
    assert len(returned(traced_stage)) > 50
    assert traced_stage.recorders.trace.path.read_bytes().endswith(b"}\n")


def test_without_the_variable_there_is_no_trace(win32_stage: Stage) -> None:
    run(win32_stage, "TraceProbe", "errors")
    assert not win32_stage.recorders.trace.path.exists()


@pytest.mark.parametrize("path, complaint", [
    ("no\\such\\folder\\file", "TraceProbe: CreateFile(no\\such\\folder\\file): error 3 ERROR_PATH_NOT_FOUND: "),
    ("x" * 2000, "TraceProbe: COMPANION_TRACE: a path of at most 1023 characters is expected; there will be no trace"),
])
def test_a_trace_that_cannot_be_written(win32_stage: Stage, path: str, complaint: str) -> None:
    actor = win32_stage.start("TraceProbe", "errors", environment={"COMPANION_TRACE": path})
    assert actor.exit() == 0
    assert actor.output.all == ["kept 1234", "set 3", "success 183"]
    assert actor.errors.all[0].startswith(complaint)
    assert len(actor.errors.all) <= 2


def test_calls_stand_between_the_lines_where_they_were_made(win32: Toolchain) -> None:
    events: list[Event] = []
    with Stage(win32, events.append, deadline_s=DEADLINE_S, is_traced=True) as stage:
        run(stage, "MailRules", "--name", stage.unique("rules"))
    shown = [event.call.name if event.call else event.text for event in events
             if not event.call or (event.call.event == "return" and not event.call.is_library)]
    assert shown[1:5] == ["CreateFile", "open a slot that nobody has made: error 2",
                          "CreateMailslot", "make the slot: works"]
    assert shown[-3:-1] == ["CreateFile", "open it after the duplicate is closed: error 2"]


# --- the process


ENDS = {
    # how: code, call, where
    "return": (8, "", ""), "exit": (3, "exit", "tests/trace_probe.c"), "_exit": (4, "_exit", "tests/trace_probe.c"),
    "_Exit": (5, "_Exit", "tests/trace_probe.c"), "ExitProcess": (6, "ExitProcess", "tests/trace_probe.c"),
    "TerminateProcess": (7, "TerminateProcess", "tests/trace_probe.c"),
    "die_error": (1, "exit", "common/win32/fatal.c"), "die_usage": (2, "exit", "common/win32/fatal.c"),
    "base": (101, "exit", "common/win32/fatal.c"), "crash": (0xC0000094, "", ""),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_process_ends_with_its_code(traced_stage: Stage, how: str) -> None:
    code, name, file = ENDS[how]
    actor = traced_stage.start("TraceProbe", "end", how)
    assert actor.exit() == code % (2**32 if os.name == "nt" else 256)
    *calls, last = events_of(traced_stage)
    assert (last.event, last.result, last.name, last.file) == ("exit", code, name, file)
    # What the program has asked exit to call comes first.
    assert ("SetEvent" in [call.name for call in calls]) == (name in ("", "exit") and how != "crash")


def test_ctrl_c_ends_a_process_and_no_code_is_invented(traced_stage: Stage) -> None:
    actor = traced_stage.start("TraceProbe", "end", "wait")
    trace = traced_stage.recorders.trace
    assert traced_stage.wait(lambda: any(call.name == "Sleep" for call in traced_stage.calls))
    actor.ctrl_c()
    actor.exit()
    last = json.loads(trace.path.read_text("utf-8").splitlines()[-1])
    assert (last["event"], last["by"]) == ("exit", "CTRL_C_EVENT") and "code" not in last


def test_a_process_says_who_started_it(traced_stage: Stage) -> None:
    """PipeParent starts PipeChild, whose input and output are pipes."""
    actor = traced_stage.start("PipeParent")
    actor.end_input()
    assert actor.exit() == 0
    begun = {call.lane: call for call in traced_stage.finish_trace() if call.event == "start"}
    parent, child = begun["PipeParent"], next(call for lane, call in begun.items() if lane.startswith("PipeChild"))
    assert child.arguments["parent"] == parent.pid != parent.arguments["parent"]
    assert child.arguments["command"].rpartition("PipeChild")[1]
    assert {name: one["type"] for name, one in parent.arguments["standard"].items()} == {
        "hStdInput": "pipe", "hStdOutput": "file", "hStdError": "file"}
    assert [child.arguments["standard"][name]["type"] for name in ("hStdInput", "hStdOutput")] == ["pipe", "pipe"]


# --- what the library prints and reads


def test_what_a_program_prints_and_reads_is_recorded(traced_stage: Stage) -> None:
    actor = traced_stage.start("Probe", "lines")
    actor.type("안녕")
    actor.end_input()
    assert actor.exit() == 0
    start, *events = events_of(traced_stage)
    assert all(call.is_library and call.file.startswith("common/win32/") for call in events[:-1])
    first, *done = [call for call in events if call.event == "return"]
    streams = start.arguments["standard"]
    assert (first.name, first.arguments["hFile"]) == ("ReadFile", {"handle": streams["hStdInput"]["handle"]})
    assert first.arguments["lpBuffer"] == {"bytes": 7, "text": "안녕\n"}
    assert [call.name for call in done] == ["WriteFile", "ReadFile", "WriteFile"]
    chars = 2 if traced_stage.toolchain is TOOLCHAINS["unicode"] else 6
    assert [call.arguments["lpBuffer"].get("text", "") for call in done] == [f"{chars} [안녕]\r\n", "", "end\r\n"]
    assert done[0].arguments["hFile"] == {"handle": streams["hStdOutput"]["handle"]}
    # A read waits for somebody; a line that goes to a file waits for nobody.
    assert [call.name for call in events if call.event == "enter"] == ["ReadFile", "ReadFile"]


def test_an_error_message_is_recorded(traced_stage: Stage) -> None:
    assert traced_stage.start("Probe", "fail", "2").exit() == 1
    start, *events = events_of(traced_stage)
    written = [call for call in events if call.name == "WriteFile"]
    assert {call.arguments["hFile"]["handle"] for call in written} == {
        start.arguments["standard"]["hStdError"]["handle"]}
    assert written[0].arguments["lpBuffer"]["text"].startswith("Probe: First(한글): error 2 ERROR_FILE_NOT_FOUND: ")


class Halting(SteppedStage):
    """Keeps the calls before which a program has halted."""

    def __init__(self, toolchain: Toolchain) -> None:
        super().__init__(toolchain)
        self.deadline_s = DEADLINE_S
        self.calls_halted_at: list[Call] = []

    def about_to_call(self, call: Call) -> None:
        self.calls_halted_at.append(call)


def test_only_a_line_for_another_program_halts_it(win32: Toolchain) -> None:
    """PipeParent prints to the stage's file, and PipeChild to a pipe."""
    with Halting(win32) as stage:
        parent = stage.start("PipeParent")
        parent.type("abc")
        assert parent.next_line() == "ABC"
        parent.end_input()
        assert parent.exit() == 0
        halts = [(call.lane, call.name) for call in stage.calls_halted_at if call.is_library]
    assert halts == [("PipeChild (1)", "ReadFile"), ("PipeChild (1)", "WriteFile"), ("PipeChild (1)", "ReadFile")]


# --- calls that are seldom seen


def test_what_the_system_calls_back(traced_stage: Stage) -> None:
    run(traced_stage, "TraceProbe", "pool")
    events = events_of(traced_stage)
    own = [call.name for call in events if call.event == "return" and call.thread == 1]
    assert own == ["CreateEvent", "CreateEvent", "RegisterWaitForSingleObject", "SignalObjectAndWait",
                   "UnregisterWaitEx", "CreateTimerQueue", "CreateTimerQueueTimer", "MsgWaitForMultipleObjects",
                   "DeleteTimerQueueEx", "OpenThread", "QueueUserAPC", "SetEvent", "WaitForMultipleObjectsEx",
                   "CloseHandle"]
    called_back = [call for call in events if call.thread > 1]
    assert {call.name for call in called_back} == {"SetEvent"}
    assert [call.thread for call in called_back if call.is_pool] == sorted({call.thread for call in called_back})
    opened = next(call for call in events if call.name == "OpenThread")
    assert opened.result["tid"] == opened.arguments["dwThreadId"] == opened.tid
    wait = next(call for call in events if call.event == "return" and call.name == "WaitForMultipleObjectsEx")
    assert wait.result["name"] == "WAIT_IO_COMPLETION"


def test_both_ends_of_a_connection_have_addresses(traced_stage: Stage) -> None:
    run(traced_stage, "TraceProbe", "sockets")
    calls = {call.name: call for call in returned(traced_stage)}
    server = calls["getsockname"].arguments["name"]
    assert calls["bind"].addresses == {"local": server}
    assert calls["bind"].arguments["name"] == "127.0.0.1:0"  # the system has chosen the port
    assert calls["accept"].arguments["addr"] is None
    assert calls["accept"].addresses == {"local": server, "peer": calls["connect"].addresses["local"]}
    assert calls["connect"].arguments["name"] == server
    assert not [call for call in calls.values() if call.error]
    sent = [{"bytes": 3, "text": "abc"}, {"bytes": 2, "text": "de"}]
    assert calls["WSASend"].arguments["lpBuffers"] == sent
    assert calls["WSARecv"].arguments["lpBuffers"] == [{"bytes": 4, "text": "abcd"}, {"bytes": 1, "text": "e"}]
    assert calls["WSAEventSelect"].arguments["lNetworkEvents"] == 0 and "WSASocket" in calls and "WSACleanup" in calls


# --- how the recorders come in front of a program


def test_each_form_of_a_call_is_recorded_by_its_plain_name(traced_stage: Stage) -> None:
    run(traced_stage, "TraceProbe", "forms")
    calls = returned(traced_stage)
    assert [call.name for call in calls] == ["CreateEvent"] * 3 + [
        "SetEnvironmentVariable", "SetEnvironmentVariable", "GetEnvironmentVariable", "CreateProcess",
        "CreateToolhelp32Snapshot", "Process32First", "CreateFile"]
    assert [call.result.get("name") for call in calls[:3]] == [
        None, "Local\\companion-trace-한", "Local\\companion-trace-한"]
    assert calls[3].arguments == {"lpName": "COMPANION_PROBE", "lpValue": "한"}
    assert calls[5].arguments["lpBuffer"] == "plain"
    assert calls[6].arguments["lpCommandLine"] == "no-such-program 한"
    assert calls[6].arguments["lpStartupInfo"]["hStdInput"] == {"handle": "NULL"}
    assert calls[8].arguments["lppe"]["szExeFile"]


def test_a_call_has_its_place_in_the_source(traced_stage: Stage) -> None:
    run(traced_stage, "TraceProbe", "forms")
    lines = (SOURCE / "tests/trace_probe.c").read_text("utf-8").splitlines()
    for call in returned(traced_stage):
        assert call.file == "tests/trace_probe.c"
        assert call.name in lines[call.line - 1]  # the first line of the call, if it has several


@pytest.mark.parametrize("program, source", [("MailSender", "chapter07/01-mailslot/MailSender.c"),
                                             ("SocketServer", "chapter08/05-named-pipe/shared/open_win32.c")])
def test_a_program_holds_no_path_of_the_machine(win32: Toolchain, program: str, source: str) -> None:
    """Of a source it has the path within the project. What the debugger reads is not loaded, and left out here."""
    command = shutil.which("x86_64-w64-mingw32-strings") or shutil.which("strings") or pytest.skip("needs strings")
    found = subprocess.run([command, "--data", str(win32.executable(program))], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    assert source in found
    assert not [text for text in found if str(SOURCE) in text or "../" in text]


OWN_FUNCTIONS = """
#include "companion.h"

static int send(const char *to, int count)
{
    return to != NULL ? count : 0;
}

static bool bind(int a)
{
    return a > 0;
}

int connect(void);
int connect(void)
{
    struct { int select; } closesocket = {send("x", 1)};
    return bind(1) ? closesocket.select : 0;
}
"""


@pytest.mark.skipif(os.name == "nt", reason="Meson's compile_commands.json for gcc")
def test_a_program_without_sockets_may_have_a_function_named_send(win32: Toolchain, tmp_path: Path) -> None:
    """Compiled as MailSender is, with the precompiled header in front."""
    (tmp_path / "own.c").write_text(OWN_FUNCTIONS, encoding="utf-8")
    told = json.loads((win32.build_dir / "compile_commands.json").read_text(encoding="utf-8"))
    words = shlex.split(next(one["command"] for one in told if one["file"].endswith("/MailSender.c")))
    words[words.index("-MF") + 1] = str(tmp_path / "own.d")
    words[words.index("-o") + 1] = str(tmp_path / "own.obj")
    words[words.index("-c") + 1] = str(tmp_path / "own.c")
    result = subprocess.run([*words, "-Werror", "-H"], cwd=win32.build_dir, capture_output=True, encoding="utf-8",
                            check=False)
    assert result.returncode == 0, result.stderr
    assert result.stderr.startswith("! common/trace/trace.h.gch") and "winsock2.h" not in result.stderr
    assert b"trace_send" not in (tmp_path / "own.obj").read_bytes()


# --- the table


def test_every_call_that_a_lesson_makes_is_recorded() -> None:
    calls, _ = trace_calls.read(TABLE)
    recorded = {name for call in calls for form in call.forms() for name in (call.name, form.function)}
    missing: dict[str, str] = {}
    for source in sorted(SOURCE.glob("chapter0*/**/*.[ch]")):
        made = {name for name in _calls_in(source) if unrecorded.ABOUT.search(name)}
        missing |= dict.fromkeys(made - recorded - unrecorded.OF_NO_INTEREST, source.name)
    assert not missing, (f"{missing} are not recorded. Add a line for each to {TABLE}, or, if it is of no interest to "
                         "another process, to OF_NO_INTEREST in scripts/companion/trace/unrecorded.py.")


def _calls_in(source: Path) -> set[str]:
    """The Win32 functions that a source calls: what it does not define, in Pascal case or of the sockets."""
    text = re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"|//[^\n]*', "", source.read_text(encoding="utf-8"), flags=re.DOTALL)
    if source.suffix == ".c" and source.stem[0].islower() and not re.search(r"\bHANDLE\b|\bSOCKET\b|\bDWORD\b", text):
        return set()  # a POSIX program
    names = set(re.findall(r"(?<![\w.>])([A-Z][a-z]+(?:[A-Z0-9]\w*)+|" + "|".join(SOCKETS) + r")\(", text))
    return names - set(re.findall(r"^[^\s#].*?\b(\w+)\([^;]*$", text, re.MULTILINE))


SOCKETS = """getaddrinfo socket bind listen accept connect send recv sendto recvfrom shutdown
    setsockopt getsockname getpeername ioctlsocket closesocket select""".split()


LIST = "$ IpcBench --list\nIpcBench | {?one}\nIpcBench | {?two}\nIpcBench | {?three}\nIpcBench | {?four}\nIpcBench | " \
       "{?five}\nIpcBench | {?six}\nIpcBench = 0\n"


def test_a_call_that_is_not_recorded_is_named(win32: Toolchain, tmp_path: Path,
                                              capsys: pytest.CaptureFixture[str]) -> None:
    """By those who use the trace: of the calls of the program's own files, not of the run-time or the library."""
    assert unrecorded.of(win32, ["IpcBench.2", "MailSender", "ipc_bench", "none"]) == [
        ("IpcBench", "SetProcessAffinityMask")]
    scene = parse(tmp_path / "list.scene", LIST)
    assert render.play(win32, scene, calls=True) == 0
    assert capsys.readouterr().out.endswith(
        "not recorded: SetProcessAffinityMask of IpcBench (common/trace/trace_calls.txt does not have it)\n")
    assert render.play(win32, scene, json=True, calls=True) == 0
    assert '{"event": "not_recorded", "program": "IpcBench", "call": "SetProcessAffinityMask"}' in (
        capsys.readouterr().out.splitlines())
    assert render.play(win32, scene) == 0
    assert "not recorded" not in capsys.readouterr().out


def test_the_imports_of_a_program(win32: Toolchain) -> None:
    """From Windows itself; those of the C run-time are left out."""
    found = set(unrecorded.imports(win32.executable("MailSender").read_bytes()))
    assert {"CreateFileW", "GetLastError"} - found == set() or {"CreateFileA", "GetLastError"} - found == set()
    assert not found & {"malloc", "memcpy", "strlen"}


@pytest.mark.parametrize("line, complaint", [
    ("BOOL Beep(DWORD, DWORD d)", "expected 'TYPE NAME'"),
    ("BOOL Beep(LPWHAT x)", "LPWHAT x: this type needs a kind behind the name"),
    ("BOOL Beep(DWORD x) quickly", "unknown word 'quickly'"),
    ("Beep", "expected a prototype"),
    ("BOOL Beep(DWORD x)\nBOOL Beep(DWORD x)", "Beep stands here twice"),
])
def test_a_mistake_in_the_table_is_named(tmp_path: Path, line: str, complaint: str) -> None:
    table = tmp_path / "table.txt"
    table.write_text(f"# calls\nlibrary kernel32\n{line}\n")
    command = [sys.executable, str(SOURCE / "common/trace/trace_calls.py"), str(table), str(tmp_path / "calls.h")]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(f"{table}:{3 + line.count(chr(10))}: ") and complaint in result.stderr


@pytest.mark.parametrize("header, names", [
    ("tlhelp32.h", r"\bCreateToolhelp32Snapshot\("),
    ("winsock2.h", r"\bSOCKET\b"),
])
def test_a_source_includes_what_it_needs(header: str, names: str) -> None:
    """A student may copy it and build it anywhere, without trace.h in front, which includes these."""
    for source in SOURCE.glob("chapter0*/**/*.c"):
        text = source.read_text(encoding="utf-8")
        if re.search(names, text):
            own = [source.parent / name for name in re.findall(r'#include "([\w./-]+\.h)"', text)]
            assert any(header in path.read_text(encoding="utf-8") for path in (source, *own) if path.exists()), source
