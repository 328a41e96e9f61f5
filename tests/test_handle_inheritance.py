"""Edge cases of chapter08/01-handle-inheritance: inheritance itself, the handed-over number, and HandleTable."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import DEADLINE_S, wine_differs
from companion.play.actor import Actor
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain


def receiver(stage: Stage, count: int) -> Actor:
    actor = stage.start("MailReceiver", "--name", stage.unique("mailbox"), "--count", str(count))
    assert actor.next_line().startswith("waiting")
    return actor


def program_of(actor: Actor) -> str:
    return actor.lane.partition(".")[0]


def handle_file(stage: Stage) -> Path:
    return stage.work / "InheritableHandle.txt"


def sender(stage: Stage, *arguments: str) -> Actor:
    return stage.start("MailSender2_1", "--name", stage.unique("mailbox"), *arguments)


def test_the_child_reads_first_and_the_parent_after_it(win32_stage: Stage) -> None:
    """They share one input. What the child does not take is the parent's."""
    mail = receiver(win32_stage, 4)
    parent = sender(win32_stage, "--handles")
    parent.type("한글")
    assert mail.next_line() == "received: MailSender2_2: 한글"
    parent.type("exit")
    while parent.next_line() != "-- handles after MailSender2_2 has ended":
        pass
    parent.type("a b")
    assert mail.next_line() == "received: MailSender2_1: a b"
    parent.type("exit")
    assert mail.next_line() == "received: exit"
    assert (parent.exit(), mail.exit()) == (0, 0)
    assert not handle_file(win32_stage).exists()


def test_the_end_of_input_ends_both(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, 3)
    parent = sender(win32_stage)
    parent.type("to the child")
    assert mail.next_line() == "received: MailSender2_2: to the child"
    parent.end_input()
    assert parent.exit() == 0
    assert mail.output.unread == []


def test_the_file_has_the_number_as_the_book_s_child_reads_it(win32_stage: Stage) -> None:
    """With _ftscanf and %d: in decimal. Another process that reads it has a number, and no handle."""
    mail = receiver(win32_stage, 2)
    parent = sender(win32_stage)
    parent.type("here")
    assert mail.next_line() == "received: MailSender2_2: here"
    number = handle_file(win32_stage).read_text(encoding="ascii")
    assert re.fullmatch(r"[1-9]\d*\n", number)
    win32_stage.child("MailSender2_2")
    stranger = win32_stage.start("MailSender2_2")
    # Another process may have something else under this number.
    assert re.match(rf"MailSender2_2: (GetHandleInformation\(0x{int(number):X}\): error 6 |"
                    rf"handle 0x{int(number):X} is of kind (?!mailslot))", stranger.next_error())
    assert stranger.exit() == 1
    parent.type("still here")
    assert mail.next_line() == "received: MailSender2_2: still here"
    parent.end_input()
    assert parent.exit() == 0


def test_our_child_takes_the_handle_of_the_book_s_parent(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, 1)
    parent = win32_stage.start("BookHandleParent", "slot", win32_stage.unique("mailbox"))
    parent.type("한글")
    assert mail.next_line() == "received: MailSender2_2: 한글"
    parent.end_input()
    assert parent.exit() == 0


def test_the_book_s_child_takes_our_handle(win32: Toolchain, win32_stage: Stage, tmp_path: Path) -> None:
    """A parent looks for its child in its own folder first."""
    mail = receiver(win32_stage, 2)
    shutil.copy(win32.executable("BookHandleChild"), tmp_path / "MailSender2_2.exe")
    shutil.copy(win32.executable("MailSender2_1"), tmp_path)
    runner = win32.command("MailSender2_1", [])[:-1]
    with subprocess.Popen([*runner, str(tmp_path / "MailSender2_1.exe"), "--name", win32_stage.unique("mailbox")],
                          env=win32.environment(), stdin=subprocess.PIPE, cwd=tmp_path) as parent:
        assert parent.stdin
        parent.stdin.write("한글\n".encode())
        parent.stdin.flush()
        assert mail.next_line() == "received: 한글"
        parent.communicate(b"from the parent\n", timeout=DEADLINE_S)
        assert mail.next_line() == "received: MailSender2_1: from the parent"
        assert parent.returncode == 0


@pytest.mark.parametrize("program", ["MailSender2_1", "MailSender2_2"])
def test_a_line_that_is_too_long_is_not_sent(win32_stage: Stage, program: str) -> None:
    mail = receiver(win32_stage, 1)
    parent = sender(win32_stage, *(["--no-inherit"] if program == "MailSender2_1" else []))
    reader = parent if program == "MailSender2_1" else win32_stage.child("MailSender2_2")
    parent.type("x" * 600)
    while "a message has less than" not in (complaint := reader.next_error()):
        pass
    assert complaint == f"{program}: a message has less than 512 characters; this one is not sent"
    parent.type("short")
    assert mail.next_line() == f"received: {program}: short"


def test_both_conditions_fail_together(win32_stage: Stage) -> None:
    receiver(win32_stage, 1)
    parent = sender(win32_stage, "--no-inherit", "--not-inheritable")
    assert "bInheritHandle = FALSE" in parent.next_error()
    assert "bInheritHandles = FALSE" in parent.next_error()
    parent.end_input()
    assert parent.exit() == 1


def test_without_a_receiver(win32_stage: Stage) -> None:
    for program, *message in (["MailSender2_1"], ["PassHandle", "x"], ["InheritList", "x"]):
        actor = win32_stage.start(program, "--name", win32_stage.unique("nobody"), *message)
        assert "error 2 ERROR_FILE_NOT_FOUND" in actor.next_error()
        assert actor.next_error() == f"{program}: hint: start MailReceiver first, with the same --name"
        assert actor.exit() == 1
    assert not handle_file(win32_stage).exists()


def test_a_folder_that_cannot_be_written_to(win32_stage: Stage) -> None:
    receiver(win32_stage, 1)
    handle_file(win32_stage).mkdir()
    parent = sender(win32_stage)
    assert parent.next_error() == "MailSender2_1: cannot write InheritableHandle.txt in the current directory"
    assert parent.exit() == 1


@pytest.mark.parametrize("way", [[], ["--by", "argument"], ["--by", "environment"]])
def test_each_way_to_pass_the_handle(win32_stage: Stage, way: list[str]) -> None:
    mail = receiver(win32_stage, 3)
    parent = win32_stage.start("PassHandle", "--name", win32_stage.unique("mailbox"), *way, "한글", "a b", '"')
    assert parent.exit() == 0
    assert [mail.next_line() for _ in range(3)] == [f"received: TakeHandle: {text}" for text in ("한글", "a b", '"')]
    assert list(win32_stage.work.iterdir()) == []


def test_the_list_is_what_keeps_the_event_back(win32_stage: Stage) -> None:
    receiver(win32_stage, 1)
    actor = win32_stage.start("InheritList", "--name", win32_stage.unique("mailbox"), "--all", "x")
    assert actor.exit() == 0
    counts = dict(re.findall(r"  0x\w+ +(\w+) +yes +(\d+)", "\n".join(actor.output.all)))
    assert counts == {"mailslot": "2", "event": "2"}


@pytest.mark.parametrize("value, complaint", [
    ("", "'' is no handle"), ("slot", "'slot' is no handle"), ("12x", "'12x' is no handle"),
    ("0x10000000000000000", "'0x10000000000000000' is no handle"), ("-4", "'-4' is no handle"),
    ("0xFFF0", "GetHandleInformation(0xFFF0): error 6 ERROR_INVALID_HANDLE"),
    ("65520", "GetHandleInformation(0xFFF0): error 6 ERROR_INVALID_HANDLE"),
    ("0", "GetHandleInformation(0x0): error 6 ERROR_INVALID_HANDLE"),
    ("0xFFFFFFFFFFFFFFFF", "GetHandleInformation(0xFFFFFFFFFFFFFFFF): error 6 ERROR_INVALID_HANDLE"),
])
def test_what_is_no_handle(win32_stage: Stage, value: str, complaint: str) -> None:
    """In a stale file, as an argument and in the environment."""
    handle_file(win32_stage).write_text(value + "\n", encoding="ascii")
    children = [win32_stage.start("MailSender2_2")]
    if value:
        children.append(win32_stage.start("TakeHandle", f"--handle={value}", "x"))
        children.append(win32_stage.start("TakeHandle", "x", environment={"INHERITED_MAILSLOT": value}))
    for child in children:
        place = "InheritableHandle.txt: " if child is children[0] and complaint.startswith("'") else ""
        assert child.next_error().startswith(f"{program_of(child)}: {place}{complaint}")
        assert child.exit() == 1


@pytest.mark.parametrize("stream, kind", [("output", "file"), ("input", "pipe")])
def test_a_handle_of_another_kind(win32_stage: Stage, stream: str, kind: str) -> None:
    """Its own standard output is a file, and its standard input a pipe: nothing may be written into them. Their numbers
    differ from process to process, and OddHandles tells them."""
    for program, *arguments in (["MailSender2_2"], ["TakeHandle", "--handle", "@", "x"]):
        actor = win32_stage.start("OddHandles", stream, program, *arguments)
        told = re.fullmatch(rf"{program}: handle (0x[0-9A-F]+) is of kind (\w+) in this process, not of kind mailslot",
                            actor.next_error())
        assert told and int(told[1], 16) >= 0x600 and told[2] == kind
        assert actor.next_error() == f"{program}: hint: the handle was not inherited, or the number is an old one"
        assert actor.exit() == 1
        assert actor.output.all == []


def test_nothing_was_left_for_the_child(win32_stage: Stage) -> None:
    child = win32_stage.start("MailSender2_2")
    assert child.next_error() == "MailSender2_2: there is no InheritableHandle.txt in the current directory"
    assert child.next_error() == "MailSender2_2: hint: start MailSender2_1; it writes the file and starts this program"
    assert child.exit() == 1
    child = win32_stage.start("TakeHandle", "x")
    assert child.next_error() == ("TakeHandle: there is no --handle, and no handle in the environment variable "
                                  "INHERITED_MAILSLOT")
    assert child.next_error() == "TakeHandle: hint: start PassHandle; it starts this program"
    assert child.exit() == 1


@pytest.mark.parametrize("arguments, complaint", [
    (["MailSender2_1", "--name", "x" * 300], "--name: a slot's whole name has less than 260 characters"),
    (["MailSender2_1", "x"], "unexpected 'x'"),
    (["MailSender2_2", "x"], "unexpected 'x'"),
    (["PassHandle"], "MESSAGE is missing"),
    (["PassHandle", "--by", "mail", "x"], "--by: 'mail' is neither argument nor environment"),
    (["PassHandle", "--name", "x" * 300, "x"], "--name: a slot's whole name has less than 260 characters"),
    (["TakeHandle", "--handle", "4"], "MESSAGE is missing"),
    (["InheritList", "--name", "x" * 300, "x"], "--name: a slot's whole name has less than 260 characters"),
    (["InheritList"], "MESSAGE is missing"),
    (["HandleTable", "--watch"], "--watch: of which process? Its PID or NAME is missing"),
    (["HandleTable", "1", "2"], "unexpected '2'"),
])
def test_wrong_usage(win32_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = win32_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2


# ---- HandleTable and show_handles -----------------------------------------------------------

HEADER = "  handle   kind      inherit count  access                                   name"
HELD = [("mailslot", "no", "1"), ("pipe", "yes", "1"), ("pipe", "yes", "1"), ("event", "no", "1")]
ROW = re.compile(r"(?P<mark>[ +*-]) (?P<handle>0x[0-9A-F]+) +(?P<kind>\w+|\?) +(?P<inherit>yes|no|\?)"
                 r" +(?P<count>\d+|\?)  .+")


def holder(stage: Stage) -> tuple[Actor, str]:
    """The probe with a mailslot, both ends of a pipe and an event, and its process id."""
    actor = stage.start("Probe", "handles", stage.unique("held"))
    return actor, actor.next_line().removeprefix("process ")


def own_table(probe: Actor, step: str) -> list[re.Match[str]]:
    """What it shows of its handles after this step. On Windows the system may have opened some of its own meanwhile."""
    while probe.next_line() != f"-- handles {step}":
        pass
    assert probe.next_line() == HEADER
    found = []
    while (line := probe.next_line()) != "--":
        row = ROW.fullmatch(line)
        assert row
        found.append(row)
    return found


def rows(table: list[re.Match[str]]) -> list[tuple[str, str, str]]:
    return sorted((row["kind"], row["inherit"], row["count"]) for row in table)


def test_a_program_shows_exactly_what_it_holds(win32_stage: Stage) -> None:
    probe, _ = holder(win32_stage)
    for step, expected in (("held", HELD),
                           ("duplicate", [*HELD[:3], ("event", "no", "2"), ("event", "yes", "2")]),
                           ("close", HELD)):
        if step != "held":
            probe.type(step)
        seen = rows(own_table(probe, step))
        assert not Counter(expected) - Counter(seen)
        if os.name != "nt":
            assert seen == sorted(expected)
    probe.end_input()
    assert probe.exit() == 0
    assert probe.output.unread == []


def seen_from_outside(stage: Stage, probe: Actor, process: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of HandleTable, by kind, for what the probe has opened itself."""
    own = [row["handle"] for row in own_table(probe, "held")]
    probe.type("protect")
    own_table(probe, "protect")
    table = stage.start("HandleTable", "--json", process)
    assert table.exit() == 0
    seen = json.loads("".join(table.output.all))
    assert (str(seen["process"]), seen["name"]) == (process, "Probe.exe")
    found = [row for row in seen["handles"] if row["handle"] in own]
    return {kind: [row for row in found if row["kind"] == kind] for kind in ("mailslot", "event", "pipe")}


def test_the_table_of_another_process(win32_stage: Stage) -> None:
    """Seen from outside the counts are the same: the look itself is subtracted."""
    by_kind = seen_from_outside(win32_stage, *holder(win32_stage))
    mailslot = next(row for row in by_kind["mailslot"] if win32_stage.unique("held") in row["name"])
    assert mailslot["name"].lower() == rf"\device\mailslot\{win32_stage.unique('held')}"
    assert (mailslot["type"], mailslot["usage_count"]) == ("File", 1)
    assert 1 in [row["usage_count"] for row in by_kind["event"]]
    reading, writing = by_kind["pipe"]
    assert "FILE_GENERIC_READ" in reading["rights"] and "FILE_GENERIC_WRITE" in writing["rights"]
    assert reading["usage_count"] == writing["usage_count"] == 1


@wine_differs("a duplicate does not take the flags along, so those of a handle of another process are unknown", "8.0")
def test_the_flags_of_another_process(win32_stage: Stage) -> None:
    by_kind = seen_from_outside(win32_stage, *holder(win32_stage))
    everything = [row for kind in by_kind.values() for row in kind]
    assert [(row["kind"], row["inherit"]) for row in everything if row["protected"]] == [("event", False)]
    assert [row["inherit"] for row in by_kind["pipe"]] == [True, True]


def test_all_shows_more(win32_stage: Stage) -> None:
    tables = []
    for arguments in ((), ("--all",)):
        actor = win32_stage.start("HandleTable", "--json", *arguments)
        assert actor.exit() == 0
        tables.append({row["handle"] for row in json.loads("".join(actor.output.all))["handles"]})
    assert tables[0] < tables[1]


def test_watch_marks_what_changes(win32_stage: Stage) -> None:
    probe, process = holder(win32_stage)
    watch = win32_stage.start("HandleTable", "--watch", process)

    def next_table() -> list[str]:
        head = re.fullmatch(rf"Probe.exe, process {process}: (\d+) handles", watch.next_line())
        assert head and watch.next_line() == HEADER
        return [watch.next_line() for _ in range(int(head[1]))]

    assert [line for line in next_table() if line[0] != " "] == []
    probe.type("duplicate")
    marks = [(row["mark"], row["kind"], row["count"]) for row in map(ROW.fullmatch, next_table()) if row]
    assert ("*", "event", "2") in marks and ("+", "event", "2") in marks
    probe.type("close")
    marks = [(row["mark"], row["kind"], row["count"]) for row in map(ROW.fullmatch, next_table()) if row]
    assert ("*", "event", "1") in marks
    gone = ROW.fullmatch(watch.next_line())
    assert gone and (gone["mark"], gone["kind"]) == ("-", "event")
    probe.end_input()
    assert watch.next_error() == "HandleTable: Probe.exe has ended"
    assert watch.exit() == 0


def test_a_pipe_that_is_being_read_holds_nobody_up(win32_stage: Stage) -> None:
    probe, process = holder(win32_stage)
    probe.type("read")
    assert {"mailslot", "pipe", "event"} <= {kind for kind, _, _ in rows(own_table(probe, "read"))}
    table = win32_stage.start("HandleTable", process)
    assert table.exit() == 0


def test_a_pipe_that_its_server_has_disconnected(win32_stage: Stage) -> None:
    """Wine's server crashes if NtQueryObject asks it for that client's name, and takes all of the prefix with it."""
    probe, process = holder(win32_stage)
    own_table(probe, "held")
    probe.type("disconnect")
    assert not Counter([("pipe", "no", "1")] * 2) - Counter(rows(own_table(probe, "disconnect")))
    table = win32_stage.start("HandleTable", "--json", process)
    assert table.exit() == 0
    pipes = [row for row in json.loads("".join(table.output.all))["handles"] if row["kind"] == "pipe"]
    assert win32_stage.unique("held") in "".join(row["name"] for row in pipes)


def test_a_process_that_is_not_there(win32_stage: Stage) -> None:
    for operand, complaint in (("4294967292", "there is no process 4294967292"),
                               ("no such.exe", "no process is called 'no such.exe'"),
                               ("", "no process is called ''")):
        actor = win32_stage.start("HandleTable", operand)
        assert actor.next_error() == f"HandleTable: {complaint}"
        assert actor.exit() == 1


def test_a_name_that_two_processes_have(win32_stage: Stage) -> None:
    ids = {holder(win32_stage)[1]}
    second = win32_stage.start("Probe", "handles", win32_stage.unique("second"))
    ids.add(second.next_line().removeprefix("process "))
    actor = win32_stage.start("HandleTable", "probe")
    found = re.fullmatch(r"HandleTable: (\d+) processes are called probe: ([\d, ]+?)(?: \.\.\.)?", actor.next_error())
    assert found and (int(found[1]) > 8 or ids <= set(found[2].split(", ")))
    assert actor.next_error() == "HandleTable: hint: give one of these numbers instead"
    assert actor.exit() == 1


# ---- POSIX ----------------------------------------------------------------------------------

@pytest.mark.parametrize("descriptor, complaint", [
    ("77", "getsockopt(77): error 9 EBADF"), ("1", "getsockopt(1): error 88 ENOTSOCK")])
def test_what_is_no_descriptor(posix_stage: Stage, descriptor: str, complaint: str) -> None:
    child = posix_stage.start("inherit_child", "--descriptor", descriptor, "x")
    assert child.next_error().startswith(f"inherit_child: {complaint}")
    assert child.exit() == 1
    assert child.output.all == []


@pytest.mark.parametrize("arguments, complaint", [
    ([], "--descriptor is missing; inherit_parent starts this program with it"),
    (["--descriptor", "-1"], "--descriptor: '-1' is not a whole number from 0 to 2147483647"),
    (["--descriptor", "4x"], "--descriptor: '4x' is not a whole number from 0 to 2147483647"),
])
def test_wrong_usage_of_the_posix_child(posix_stage: Stage, arguments: list[str], complaint: str) -> None:
    child = posix_stage.start("inherit_child", *arguments)
    assert child.next_error() == f"inherit_child: {complaint} (inherit_child --help shows the usage)"
    assert child.exit() == 2


def test_long_messages_over_an_inherited_descriptor(posix_stage: Stage) -> None:
    parent = posix_stage.start("inherit_parent", "긴" * 20_000, "\x1b[2J")
    for who in ("inherit_parent", "inherit_child"):
        assert parent.next_line() == f"received: {who}: " + "긴" * 20_000
        assert parent.next_line() == f"received: {who}: ?[2J"
    assert parent.exit() == 0
