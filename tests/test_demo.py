"""What the demo shows: the key calls of a lesson, in few steps, with the state of the objects that it is about."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS

from companion.play import lessons, scene
from companion.play.lessons import Lesson
from companion.play.stepping import SteppedStage
from companion.show import demo
from companion.show.call_text import Reader
from companion.show.key_calls import KeyCalls
from companion.show.state_text import StateText
from companion.trace.events import Call
from companion.trace.kernel import Kernel
from companion.trace.kernel_object import Chunk, Fact, Inbox, KernelObject
from companion.trace.kernel_state import Wait

LESSONS = lessons.find_all(SOURCE)
MOST_STEPS = 25  # of a main scene, in front of a class


def steps(lesson: Lesson, name: str, capsys: pytest.CaptureFixture[str], language: str = "en") -> list[str]:
    """What the demo shows of a scene, step by step."""
    path = lesson.folder / "scenes" / f"{name}.scene"
    assert demo.play(TOOLCHAINS["unicode"], scene.load(path), "title", language, 0, KeyCalls(lesson)) == 0
    return capsys.readouterr().out.split("title  ·  ")[1:]


def named(name: str) -> Lesson:
    return next(lesson for lesson in LESSONS if lesson.name == name)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: str(lesson.name))
def test_a_main_scene_comes_to_the_point_and_to_its_end(lesson: Lesson, capsys: pytest.CaptureFixture[str]) -> None:
    shown = steps(lesson, lesson.scenes[0].stem, capsys)
    assert len(shown) <= MOST_STEPS
    taught = {call for program in lesson.programs for call in program.calls}
    assert any(f"{call}(" in step for step in shown[:2] for call in taught)
    assert "The scene is over." in shown[-1].replace("\n", " ")


def test_the_count_of_an_inherited_object_is_1_2_1(capsys: pytest.CaptureFixture[str]) -> None:
    shown = steps(named("handle-inheritance"), "inherit", capsys)
    counts = [re.findall(r"^. \[6\] mailslot .*usage count (\d+(?: → \d+)?)", step, re.MULTILINE) for step in shown]
    changes = [count for found in counts for count in found if "→" in count]
    assert changes == ["0 → 1", "1 → 2", "2 → 1", "1 → 0"]
    # The program's own table counts handles, and so does the model; what the system holds is told apart.
    child = next(step for step in shown if "0 → 2 (1 handle + it runs)" in step)
    assert re.search(r"0x\w+ process\s+no\s+1", child.replace("│", " "))


def test_who_owns_the_mutex_and_which_event_is_signaled(capsys: pytest.CaptureFixture[str]) -> None:
    shown = "".join(steps(named("shared-memory"), "deliver", capsys))
    for state in ("owner: SharedMemoryReader", "owner: SharedMemoryWriter", "owner: nobody",
                  "signaled (one wait takes it)", "(2 handles + 2 views)"):
        assert state in shown
    assert re.search(r"until \[\d+\]\s+event is signaled", shown.replace("│", " "))


def test_the_bytes_that_lie_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    shown = "".join(steps(named("anonymous-pipe"), "upper-case", capsys))
    # The child waits for it, and has it at once. It answers by what print writes.
    assert re.search(r'← ReadFile = TRUE, "hello,\s.*\s+child\\n" \(13 bytes\)', shown)
    assert r'lpBuffer = "HELLO, CHILD\r\n"' in shown
    assert re.search(r"end that reads, the other is \[\d+\]", shown)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there")
def test_of_posix_programs_a_recording_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    shown = steps(named("mailslot"), "queue", capsys)
    assert all(step.startswith("a recording  ·  step ") for step in shown)
    assert "msgget(" in shown[0] and "msgp = …" in shown[1]
    waiting = next(step for step in shown if "msgsnd(" in step).replace("│", " ")
    assert re.search(r"waits in msgrcv: until something\s.*\s+lies in \[\d+\] message queue", waiting)
    assert "< 안녕하세요" in waiting and "The scene is over." in shown[-1].replace("\n", " ")


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there")
def test_a_recording_shows_descriptors_and_what_lies_in_a_fifo(capsys: pytest.CaptureFixture[str]) -> None:
    shown = "".join(steps(named("named-pipe"), "fifo-end", capsys, "ko"))
    assert "녹화" in shown and re.search(r"디스크립터\s*\n\*? *3 → \[\d+\] fifo", shown)
    assert '들어 있는 것: "hello" (5바이트) (fifo_end에서)' in shown  # one program, so that nobody is quicker


NARRATED = [path for lesson in LESSONS for path in lesson.scenes
            if any(step.narrated_at for step in scene.load(path).steps)]


@pytest.mark.parametrize("path", NARRATED, ids=lambda path: f"{path.parents[1].name[3:]}/{path.stem}")
def test_every_narration_with_a_place_meets_its_call(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.play(TOOLCHAINS["unicode"], scene.load(path), "title", "en", 0) == 0


def test_a_narration_stands_over_its_call(capsys: pytest.CaptureFixture[str]) -> None:
    shown = [step.replace("\n", " ") for step in steps(named("handle-inheritance"), "inherit", capsys)]
    created = next(number for number, step in enumerate(shown) if "usage count 1 → 2" in step)
    assert "CreateProcess has made a child" in shown[created]
    assert "CreateProcess has made a child" not in shown[created - 1]


def test_a_narration_that_meets_no_call_is_a_mistake_in_the_scene(tmp_path: Path) -> None:
    lesson = named("mailslot")
    text = (lesson.folder / "scenes/no-receiver.scene").read_text(encoding="utf-8")
    (tmp_path / "x.scene").write_text("# after: MailSender TransactNamedPipe\n# en: Never.\n# ko: 없다.\n"
                                      + re.sub(r"(?m)^#.*\n", "", text), encoding="utf-8")
    with pytest.raises(scene.SceneError, match="'after: MailSender TransactNamedPipe' has met no call"):
        demo.play(TOOLCHAINS["unicode"], scene.load(tmp_path / "x.scene"), "title", "en", 0)


def test_a_program_that_is_killed_leaves_the_handle_table() -> None:
    """It writes no line about its end, so the stage tells the model."""
    with SteppedStage(TOOLCHAINS["unicode"]) as stage:
        stage.deadline_s = DEADLINE_S
        receiver = stage.start("MailReceiver", "--name", stage.unique("mailbox"))
        receiver.next_line()
        stage.take_in()
        assert [len(table) > 0 for table in stage.kernel.tables.values()] == [True]
        receiver.kill()
        assert stage.wait(lambda: receiver.has_ended)
        stage.take_in()
        assert stage.kernel.tables == {} and stage.kernel.objects == []


def call(name: str, number: int, **arguments: object) -> Call:
    return Call("enter", float(number), 1, 2, "MailSender.2", name, number, dict(arguments), is_halted=True)


def test_a_call_that_comes_again_on_the_same_object_is_shown_once_unless_it_carries_something() -> None:
    keys, kernel = KeyCalls(named("mailslot")), Kernel()
    open_slot = {"lpFileName": "\\\\.\\mailslot\\a"}
    asked = [call("CreateFile", 1, **open_slot), call("GetMailslotInfo", 2), call("WriteFile", 3), call("WriteFile", 4),
             call("CreateFile", 5, **open_slot), call("CreateFile", 6, lpFileName="\\\\.\\mailslot\\b"),
             call("CloseHandle", 7, hObject={"handle": "0x1"}), call("CloseHandle", 8, hObject={"handle": "0x2"})]
    assert [one.number for one in asked if keys.is_key(one, kernel)] == [1, 3, 4, 6, 7]


def test_a_read_that_will_wait_again_is_not_shown_again_and_one_that_finds_something_is() -> None:
    keys, kernel = KeyCalls(named("mailslot")), Kernel()
    kernel.apply(Call("start", 0, 1, 2, "MailReceiver"))
    slot = kernel.new("mailslot")
    slot.inbox = Inbox(keeps_messages=True)
    handle = {"handle": "0x30"}
    kernel.open(1, handle, slot)
    reads = [Call("enter", 1, 1, 2, "MailReceiver", "ReadFile", number, {"hFile": handle}) for number in (1, 2, 3)]
    assert keys.is_key(reads[0], kernel) and not keys.is_key(reads[1], kernel)
    slot.inbox.put(Chunk(2, b"ab", "MailSender", 1))
    assert keys.is_key(reads[2], kernel)


@pytest.mark.parametrize("language, text", [
    ("en", "signaled (unknown: no call has told it)"), ("ko", "Signaled (모름: 알려 준 호출이 없다)")])
def test_what_is_unknown_or_inferred_is_shown_so(language: str, text: str) -> None:
    words = StateText(language, Reader(Kernel()))
    assert words.facts(KernelObject(1, "event", "e")) == [text]
    mutex = KernelObject(2, "mutex", facts={"abandoned": Fact(True, "its owner has ended")})
    assert "its owner has ended" in words.facts(mutex)[0]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_state_has_words(language: str) -> None:
    words = StateText(language, Reader(Kernel()))
    one = KernelObject(3, "named_pipe")
    for what in ("signal", "data", "room", "client", "server", "lock", "time", "input", "completion"):
        text = words.wait(Wait(what, [one], limit_ms=5))
        assert "{}" not in text and "5 ms" in text
    for name, values in (("state", ("new", "listening", "connected", "disconnected")),
                         ("other_end", ("closed", "disconnected")), ("end", ("read", "write", "server", "client"))):
        for value in values:
            one.facts = {"other": Fact(4), name: Fact(value)}
            assert all(phrase and "{}" not in phrase for phrase in words.facts(one))
    one.held_by_system = ["runs", "mapped by 4", "mapped by 4", "waits for accept", "calls"]
    assert words.count(one).count(" + ") == 3
    one.inbox = Inbox(keeps_messages=True)
    assert words.inbox(one)
    for number in range(5):
        one.inbox.put(Chunk(4, "안".encode("utf-16-le") + b"\0\0", "Sender", number))
    assert words.inbox(one).count('"안"') == 3 and "2" in words.inbox(one)
