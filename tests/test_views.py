"""What is shown of the trace: lanes with calls, diagrams, timelines, two systems side by side, and the demo."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import BUILD_ROOT, DEADLINE_S, SOURCE, TOOLCHAINS, WIN32, linux_only
from companion.play import lessons, processes
from companion.play.scene import load
from companion.setup.toolchain import is_win32
from companion.show import compare, demo, render, views
from companion.show.call_text import Reader
from companion.show.diagram import calls_per_program, mermaid
from companion.show.record import Recording
from companion.show.record import record as recorded
from companion.show.terminal import columns
from companion.trace.events import Call
from companion.trace.kernel import Kernel
from companion.trace.order import in_order
from companion.trace.strace import Strace

LESSONS = lessons.find_all(SOURCE)
LESSON = SOURCE / "scripts" / ("lesson.cmd" if os.name == "nt" else "lesson")
MAILSLOT = next(lesson for lesson in LESSONS if lesson.name == "mailslot")
HAS_STRACE = shutil.which("strace") is not None
NODE_MODULES = BUILD_ROOT / "node/node_modules"

strace_needed = pytest.mark.skipif(not HAS_STRACE, reason="strace is not there")


def scenes() -> list[object]:
    return [pytest.param(path, id=f"{lesson.name}-{path.stem}") for lesson in LESSONS for path in lesson.scenes
            if is_win32(load(path).programs[0]) or (HAS_STRACE and os.name != "nt")]


def record(path: Path) -> Recording:
    recording = recorded(TOOLCHAINS["unicode"], load(path), DEADLINE_S)
    assert recording
    return recording


@pytest.mark.parametrize("path", scenes())
def test_a_scene_is_the_same_with_the_trace_on(path: Path) -> None:
    """perform() compares each line with the scene. What comes out of the trace is what each format needs."""
    recording = record(path)
    started = [call.lane for call in recording.calls if call.event == "start"]
    assert started and len(started) == len(set(started))

    opened: dict[tuple[int, int], list[str]] = {}
    for event in json.loads(views.rendered(recording, "perfetto"))["traceEvents"]:
        assert {"ph", "pid", "tid", "name"} <= set(event)
        calls = opened.setdefault((event["pid"], event["tid"]), [])
        if event["ph"] == "B":
            assert isinstance(event["ts"], int) and event["ts"] >= 0
            calls.append(event["name"])
        elif event["ph"] == "E":
            assert calls.pop() == event["name"]
    assert not any(opened.values())

    diagram = views.rendered(recording, "mermaid")
    assert diagram.startswith("sequenceDiagram\n")
    assert recording.run not in diagram
    assert views.rendered(recording, "text") or not any(call.event == "return" for call in recording.calls)


def test_the_mailslot_in_a_diagram() -> None:
    found = calls_per_program(views.rendered(record(MAILSLOT.scenes[0]), "mermaid"))
    assert found == {
        "MailReceiver": [r'CreateMailslot("\\.\mailslot\mailbox", 1024, MAILSLOT_WAIT_FOREVER)',
                         "ReadFile(mailslot, 1026)", "CloseHandle(mailslot)"],
        "MailSender": [r'CreateFile("\\.\mailslot\mailbox", GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, '
                       "OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL)", 'WriteFile(mailslot, "안녕하세요" (10 bytes), 10)',
                       "CloseHandle(mailslot)"]}


@pytest.mark.parametrize("build", WIN32)
def test_lanes_with_calls(build: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert render.play(TOOLCHAINS[build], load(MAILSLOT.scenes[0]), calls=True) == 0
    shown = capsys.readouterr().out
    size, wire = ("1024", 10) if build == "unicode" else ("512", 15)
    assert re.search(r'MailReceiver → CreateMailslot\("\\\\\.\\mailslot\\mailbox-\w+", '
                     rf"{size}, MAILSLOT_WAIT_FOREVER, NULL\) = 0x[0-9a-f]+\n.*MailReceiver \| waiting", shown)
    assert re.search(r'MailSender +→ CreateFile\(.*GENERIC_WRITE, .*\) = 0x[0-9a-f]+\n', shown)
    assert re.search(rf'MailSender +→ WriteFile\(0x[0-9a-f]+, "안녕하세요" \({wire} bytes\), {wire}, ', shown)
    assert re.search(rf'ReadFile.* = TRUE(, "안녕하세요" \({wire} bytes\))?\n(.*\n)*?.*'
                     r"MailReceiver \| received: 안녕하세요", shown)
    order = [shown.index(name) for name in ("CreateMailslot(", "CreateFile(", "WriteFile(")]
    assert order == sorted(order)


def test_a_call_that_waits_is_shown_before_it_returns(capsys: pytest.CaptureFixture[str]) -> None:
    assert render.play(TOOLCHAINS["unicode"], load(MAILSLOT.scenes[0]), calls=True) == 0
    shown = capsys.readouterr().out
    assert re.search(r"→ ReadFile\(0x[0-9a-f]+, …, 1026, …, NULL\) waits\n(.*\n)*?.*← ReadFile = TRUE, ", shown)


def test_calls_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert render.play(TOOLCHAINS["unicode"], load(MAILSLOT.scenes[0]), json=True, calls=True) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    made = next(event for event in events if event["event"] == "return")
    assert (made["program"], made["call"], made["args"]["nMaxMessageSize"]) == ("MailReceiver", "CreateMailslot", 1024)
    assert events[-1] == {"event": "end"}


@strace_needed
def test_posix_calls() -> None:
    calls = [call for call in record(MAILSLOT.folder / "scenes/queue.scene").calls if call.event == "return"]
    sent = [call for call in calls if call.name == "msgsnd"]
    assert sent[0].arguments["msgp"] == {"bytes": 15, "text": "안녕하세요", "type": 1}
    assert {call.lane for call in sent} == {"message_queue_sender"}
    received = [call for call in calls if call.name == "msgrcv"]
    assert [call.result for call in received] == [call.arguments["msgsz"] for call in sent]
    # Two programs, two straces, one clock. When a call ended is less certain (common/trace/TRACE.md).
    assert all(one.begin < later.begin for one, later in zip(sent, received[1:]))


def test_a_posix_call_stands_before_what_it_wakes(tmp_path: Path) -> None:
    """The receiver is back from its call before the sender is."""
    queue = r'7, {mtype=1, mtext="\x68\x69"}'
    lines = {"receiver": f"101 100.000000 msgrcv({queue}, 1024, 0, 0) = 2 <0.500000>",
             "sender": f"102 100.499900 msgsnd({queue}, 2, 0) = 0 <0.000300>"}
    calls: list[Call] = []
    for lane, line in lines.items():
        (tmp_path / lane).write_text(f"{line}\n{line[:3]} 100.600000 +++ exited with 0 +++\n", encoding="utf-8")
        calls += Strace(tmp_path / lane, lane, lambda *_: lane).poll()
    calls.sort(key=lambda call: call.time)
    assert [line.strip() for line in mermaid(calls, "").splitlines() if ">" in line] == [
        'receiver->>kernel: msgrcv(7, "hi" (2 bytes), 1024) waits', 'sender->>kernel: msgsnd(7, "hi" (2 bytes), 2)',
        "kernel-->>receiver: 2"]


@strace_needed
def test_both_systems_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    left, right = load(MAILSLOT.scenes[0]), load(MAILSLOT.folder / "scenes/queue.scene")
    assert compare.compare(TOOLCHAINS["unicode"], left, right) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Win32:", "deliver", "│", "POSIX:", "queue"]
    typed = next(line for line in lines if "< 안녕하세요" in line)
    assert "MailSender < 안녕하세요" in typed and "message_queue_sender <" in typed
    assert any("CreateMailslot(" in line for line in lines) and any("msgget(" in line for line in lines)


# --- the pages


def traced_pages() -> list[object]:
    found: list[object] = []
    for lesson in LESSONS:
        for page in ("README.md", "README.ko.md"):
            text = (lesson.folder / page).read_text(encoding="utf-8")
            for name, block in re.findall(r"<!-- trace: ([\w-]+) -->\n```mermaid\n(.*?\n)```", text, re.DOTALL):
                scene = lesson.folder / f"scenes/{name}.scene"
                found.append(pytest.param(scene, block, id=f"{lesson.name}-{page}-{name}"))
    return found


@pytest.mark.parametrize("path, block", traced_pages())
def test_a_diagram_on_a_page_is_what_the_trace_says(path: Path, block: str) -> None:
    """Made again with: ./scripts/lesson trace LESSON SCENE --format mermaid"""
    if not is_win32(load(path).programs[0]) and not HAS_STRACE:
        pytest.skip("strace is not there")
    recording = record(path)
    diagram = views.rendered(recording, "mermaid")
    shown, now = calls_per_program(block), calls_per_program(diagram)
    for lane in now:
        threads = {call.tid for call in recording.calls if call.lane == lane}
        if len(threads) > 1:  # whose calls mix in any order
            shown[lane], now[lane] = (sorted(set(calls_per_program(text, joins_rows=False)[lane]))
                                      for text in (block, diagram))
    assert shown == now


def test_a_child_that_is_quicker_than_the_return_of_its_creation() -> None:
    """The id has been that of another process before."""
    event = {"handle": "0x44", "type": "event", "inherit": True}
    unnamed = {"bManualReset": False, "bInitialState": False}
    information = {"hProcess": {"handle": "0x50"}, "hThread": {"handle": "0x54"}, "dwProcessId": 100, "dwThreadId": 104}
    created: dict[str, object] = {"lpApplicationName": "Child", "lpCommandLine": None, "bInheritHandles": True,
                                  "lpStartupInfo": {}, "lpProcessInformation": information}
    calls = [
        Call("start", 1.0, 100, 101, "Earlier"),
        Call("exit", 1.1, 100, 101, "Earlier"),
        Call("start", 1.2, 40, 41, "Parent"),
        Call("return", 1.3, 40, 41, "Parent", "CreateEvent", 1, unnamed, event, begin=1.3),
        Call("start", 2.0, 100, 104, "Child"),
        Call("return", 2.1, 100, 104, "Child", "SetEvent", 1, {"hEvent": {"handle": "0x44"}}, True, begin=2.1),
        Call("return", 2.2, 40, 41, "Parent", "CreateProcess", 2, created, True, begin=1.4),
    ]
    ordered = in_order(calls)
    assert ordered == [*calls[:4], calls[6], *calls[4:6]]
    assert calls_per_program(mermaid(ordered, ""))["Child"] == ["SetEvent(event)"]


def test_a_number_for_the_child_is_not_taken_for_the_id_that_it_happens_to_get() -> None:
    reader = Reader(Kernel(), hides_ids=True)
    for pid in (40, 100):
        reader.learn(Call("start", 0, pid, pid, "Worker"))
    create = Call("return", 0, 40, 44, "WaitForObject", "CreateProcess", arguments={
        "lpCommandLine": "Worker 100 40", "lpProcessInformation": {"dwProcessId": 100, "dwThreadId": 104}})
    assert dict(reader.arguments(create))["lpCommandLine"] == '"Worker 100 ID"'


def test_every_lesson_shows_a_diagram_made_of_the_trace_in_both_languages() -> None:
    for lesson in LESSONS:
        blocks = [re.findall(r"<!-- trace: [\w-]+ -->\n```mermaid\n.*?\n```",
                             (lesson.folder / page).read_text(encoding="utf-8"), re.DOTALL)
                  for page in ("README.md", "README.ko.md")]
        assert blocks[0] == blocks[1], lesson.name
        assert blocks[0], lesson.name


@pytest.mark.skipif(not NODE_MODULES.exists(), reason="npm install --prefix build/node mermaid jsdom")
def test_mermaid_itself_reads_the_diagrams() -> None:
    blocks = {str(page): block for lesson in LESSONS for page in lesson.folder.glob("README*.md")
              for block in re.findall(r"```mermaid\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)}
    blocks["a run"] = views.rendered(record(MAILSLOT.scenes[0]), "mermaid")
    script = """
        import { JSDOM } from "jsdom";
        globalThis.window = new JSDOM("").window;
        globalThis.document = window.document;
        const mermaid = (await import("mermaid")).default;
        let input = "";
        for await (const chunk of process.stdin) input += chunk;
        for (const [name, block] of Object.entries(JSON.parse(input)))
            await mermaid.parse(block).catch((error) => console.log(name, error.message, block));
    """
    file = NODE_MODULES.parent / "parse.mjs"
    file.write_text(script, encoding="utf-8")
    result = subprocess.run(["node", file], input=json.dumps(blocks).encode(), capture_output=True, check=False)
    assert (result.returncode, result.stdout.decode()) == (0, ""), result.stderr.decode()


# --- the demo


def play_demo(path: Path, language: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert demo.play(TOOLCHAINS["unicode"], load(path), "title", language, auto_s=0) == 0
    return capsys.readouterr().out


def test_the_demo_of_the_first_pair(capsys: pytest.CaptureFixture[str]) -> None:
    shown = play_demo(MAILSLOT.scenes[0], "ko", capsys)
    steps = shown.split("title  ·  단계 ")[1:]
    assert "lpName = \"\\\\.\\mailslot\\mailbox\"" in steps[0] and "CreateMailslot(" in steps[0]
    assert "메일슬롯은 받는 쪽이 만든다" in steps[0]
    assert "Usage Count 0 → 1" in steps[1] and "ReadFile(" in steps[1]
    assert "대기 중: ReadFile" in steps[2] and "CreateFile(" in steps[2]
    assert "장면이 끝났다" in steps[-1].replace("\n", " ")
    assert all(columns(line) <= 80 for line in shown.splitlines())
    assert "\033" not in shown
    assert play_demo(MAILSLOT.scenes[0], "ko", capsys) == shown  # whoever was quicker


def test_the_demo_shows_a_usage_count_grow_and_shrink(capsys: pytest.CaptureFixture[str]) -> None:
    lesson = next(lesson for lesson in LESSONS if lesson.name == "handle-inheritance")
    counts = re.findall(r"\] mailslot .*?Usage Count (\d+ → \d+)", play_demo(lesson.scenes[0], "ko", capsys))
    assert "1 → 2" in counts and "2 → 1" in counts[counts.index("1 → 2"):]


def lesson_command(*arguments: str) -> list[str]:
    return [str(LESSON), "--build-dir", str(BUILD_ROOT), *arguments]


@pytest.mark.parametrize("arguments, complaint", [
    (["demo", "mailslot"], "There is no terminal to press Enter at. With --auto SECONDS"),
    (["demo", "mailslot", "--auto", "-1"], "--auto"),
    (["demo", "mailslot", "--auto", "nan"], "--auto: a number of seconds"),
    (["demo", "mailslot", "--auto", "0", "--language", "de"], "--language"),
    (["trace", "mailslot", "--format", "svg"], "--format"),
    (["run", "mailslot", "--compare", "--json"], "--compare"),
])
def test_wrong_usage(arguments: list[str], complaint: str) -> None:
    result = subprocess.run(lesson_command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert result.returncode == 2
    assert complaint in result.stderr.decode()
    assert result.stdout == b""


def test_a_trace_into_a_file(tmp_path: Path) -> None:
    file = tmp_path / "한글.json"
    command = lesson_command("trace", "mailslot", "--format", "perfetto", "-o", str(file))
    result = subprocess.run(command, capture_output=True, check=False)
    assert (result.returncode, result.stdout) == (0, b"")
    assert json.loads(file.read_text(encoding="utf-8"))["traceEvents"]


@linux_only
def test_a_reader_that_has_seen_enough_ends_the_demo() -> None:
    mark = {"DEMO_TEST": "pipe"}
    with subprocess.Popen(lesson_command("demo", "mailslot", "--auto", "0.2"), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | mark) as command:
        assert command.stdout and command.stdout.readline()
        command.stdout.close()
        assert command.wait(DEADLINE_S) == 141
    assert processes.with_variable(b"DEMO_TEST=pipe") == []
