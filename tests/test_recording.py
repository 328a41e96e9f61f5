"""A recording that is kept: complete, without what differs from run to run, and shown again from its file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SOURCE, TOOLCHAINS
from companion import cli
from companion.play import lessons, scene
from companion.setup.failure import WrongUse
from companion.setup.toolchain import is_win32
from companion.show import keep
from companion.trace import recording, snapshot
from companion.trace.events import Call, Event, Kind
from companion.trace.kernel import Kernel

KEPT = SOURCE / "tests/recordings/mailslot-deliver.jsonl"
MAIN = [f"{lesson.name}/{lesson.scenes[0].stem}" for lesson in lessons.find_all(SOURCE)
        if is_win32(scene.load(lesson.scenes[0]).programs[0])]
# Its messages have the time in them, and its reads end by a limit of time.
MAIN.remove("mailslot-chat/talk")
IS_WHOLE = bool(os.environ.get("COMPANION_ALL_SCENES"))
SAMPLE = ["mailslot/deliver", "exit-code/sum", "handle-inheritance/inherit", "named-pipe/fetch"]

Entry = dict[str, Any]


def kept(name: str) -> list[Entry]:
    lesson, _, stem = name.partition("/")
    path = next(iter(SOURCE.glob(f"chapter*/*-{lesson}/scenes/{stem}.scene")))
    text = keep.record(TOOLCHAINS["unicode"], lesson, scene.load(path))
    assert text
    return [json.loads(line) for line in text.splitlines()]


def replayed(entries: list[Entry]) -> Iterator[tuple[Entry, dict[str, Any]]]:
    """Each event of the trace with what it changes in a new kernel model."""
    kernel = Kernel()
    state: snapshot.State = {}
    for entry in entries:
        for call in recording.calls([entry]):
            kernel.apply(call)
            after = snapshot.of(kernel)
            yield entry, json.loads(json.dumps(snapshot.changes(state, after)))
            state = after


@pytest.mark.parametrize("name", MAIN if IS_WHOLE else SAMPLE)
def test_two_recordings_are_equal(name: str) -> None:
    """With COMPANION_ALL_SCENES=1 twenty of each main scene, on a machine where nobody else uses Wine: some list what
    runs."""
    first = recording.comparable(kept(name))
    for _ in range(19 if IS_WHOLE else 1):
        assert recording.comparable(kept(name)) == first


@pytest.mark.parametrize("name", [*SAMPLE, pytest.param("mailslot/queue", marks=pytest.mark.skipif(
    shutil.which("strace") is None, reason="strace is not there"))])
def test_what_has_changed_follows_from_the_calls(name: str) -> None:
    entries = kept(name)
    found = list(replayed(entries))
    assert found and all(changes == entry.get("changes", {}) for entry, changes in found)
    state: snapshot.State = {}
    for entry, _ in found:
        state = {key: value for key, value in (state | entry.get("changes", {})).items() if value is not None}
    assert {value["state"] for key, value in state.items() if key.startswith("process ")} == {"ended"}


def test_a_recording_that_was_kept_is_still_understood() -> None:
    """A file of this version, from another day and machine."""
    entries = recording.read(KEPT)
    found = list(replayed(entries))
    assert len(found) > 20 and all(changes == entry.get("changes", {}) for entry, changes in found)
    told = [entry for entry in entries if entry["event"] not in ("enter", "return")] if entries.pop(0) else []
    now = [entry for entry in kept("mailslot/deliver")[1:] if entry["event"] not in ("enter", "return")]
    assert [(entry["event"], entry.get("program"), entry.get("text")) for entry in told] == [
        (entry["event"], entry.get("program"), entry.get("text")) for entry in now]


def test_the_mail_in_a_recording() -> None:
    entries = kept("mailslot/deliver")
    assert entries[0] == {"recording": 1, "lesson": "mailslot", "scene": "deliver", "halted": True,
                          "system": TOOLCHAINS["unicode"].system("MailSender"), "build": "unicode"}
    assert entries[1]["event"] == "narration" and {"en", "ko"} <= entries[1].keys()
    events = [(entry["event"], entry.get("call") or entry.get("text")) for entry in entries[1:]]
    waits = events.index(("enter", "ReadFile"))
    typed = events.index(("typed", "안녕하세요"))
    written, read = events.index(("return", "WriteFile")), events.index(("return", "ReadFile"))
    assert waits < typed < written < read < events.index(("printed", "received: 안녕하세요"))
    write, got = entries[written + 1], entries[read + 1]
    assert write["file"] == "chapter07/01-mailslot/MailSender.c" and write["line"] > 0
    mail = "안녕하세요".encode("utf-16-le").hex()
    assert got["fed_by"] == [{"bytes": 10, "hex": mail, "writer": "MailSender", "number": write["number"]}]
    # What a call gives to others it gives when it is made, not when it returns.
    made = next(entry for entry in entries[typed:] if entry.get("call") == "WriteFile" and entry.get("halted") is False)
    slot, value = next((key, value) for key, value in made["changes"].items() if value and value.get("holds"))
    assert value["holds"] == got["fed_by"] and value["name"] == r"\\.\mailslot\mailbox"
    assert got["changes"][slot]["holds"] == []


def test_a_handle_on_a_command_line_is_no_id_of_a_process() -> None:
    """Under Wine both are small multiples of four: in one of some twenty runs they are the same number."""
    keeper = keep.Keeper(scene.parse(Path("none.scene"), "$ Parent\nParent = 0"), Kernel(), "run")

    def happens(event: str, name: str = "", **more: Any) -> None:
        call = Call(event, 1.0, 52, 52, "Parent", name, 1 if name else 0, **more)
        keeper.heard(Event(1.0, Kind.CALL, "Parent", name, call))
        keeper.has_happened(call)

    def commands() -> list[str]:
        return [entry["args"]["lpCommandLine"] for entry in keeper.entries if entry.get("call") == "CreateProcess"]

    line = {"lpApplicationName": None, "lpCommandLine": "Child 52", "bInheritHandles": True}
    happens("start")
    happens("enter", "CreateProcess", arguments=line, is_halted=True)
    assert commands() == ["Child ID"]
    happens("return", "CreateEvent", arguments={"lpName": None, "bManualReset": True, "bInitialState": False},
            result={"handle": "0x34", "type": "event", "inherit": True})
    happens("enter", "CreateProcess", arguments=line, is_halted=True)
    assert commands() == ["Child ID", "Child 52"]


@pytest.mark.parametrize("name", ["handle-inheritance/inherit", "socket/fetch", "mailslot/deliver"])
def test_nothing_of_the_machine_or_the_run_is_in_it(name: str) -> None:
    text = json.dumps(kept(name), ensure_ascii=False)
    assert "companion-" not in text and str(SOURCE) not in text and str(SOURCE).replace("/", "\\\\") not in text
    assert not any(part in text for part in ("/tmp", "\\\\tmp", ".exe"))


def test_a_recording_is_shown_from_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trace", str(KEPT)]) == 0
    table = capsys.readouterr().out
    assert 'WriteFile(' in table and '"안녕하세요" (10 bytes)' in table
    assert cli.main(["trace", str(KEPT), "--format", "mermaid", "-o", str(tmp_path / "a.mmd")]) == 0
    assert (tmp_path / "a.mmd").read_text("utf-8").startswith("sequenceDiagram\n")
    assert cli.main(["trace", str(KEPT), "--format", "json"]) == 0
    assert capsys.readouterr().out == KEPT.read_text("utf-8")


@pytest.mark.parametrize("text, complaint", [
    ("", "a recording of version 1 is expected, found none"), ("{}\n", "found none"), ("[1]\n", "found none"),
    ('{"recording": 2}\n', "version 1 is expected, found 2"), ("# hello\n", "is expected; Expecting value"),
    ('{"recording": 1}\n{"event": "return"}\n', "line 2: an entry of a recording is expected"),
    ('{"recording": 1}\n7\n', "line 2: an entry of a recording is expected"),
])
def test_what_is_no_recording(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "한글.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WrongUse, match=complaint):
        recording.calls(recording.read(path))
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(WrongUse, match="a recording of `lesson trace --format json` is expected"):
        recording.read(path)


def test_a_recording_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trace", str(tmp_path / "none.jsonl")]) == 2
    assert "none.jsonl: a recording is expected there" in capsys.readouterr().err
    assert cli.main(["trace", str(KEPT), "deliver"]) == 2
    assert "no SCENE is expected" in capsys.readouterr().err
