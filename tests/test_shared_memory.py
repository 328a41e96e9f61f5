"""Edge cases of chapter08/08-shared-memory, both sides."""

from __future__ import annotations

import os
import shutil
import signal
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import BOTH_SIDES, DEADLINE_S, TOOLCHAINS, WIN32, running
from companion.play.actor import Actor
from companion.play.stage import Stage
from companion.play.still import Stillness
from companion.trace.events import Call

SHM = Path("/dev/shm")
DIED = {"posix": "EOWNERDEAD", "win32": "WAIT_ABANDONED"}
DAMAGED = "the ring is damaged: another program has written into it; all messages in it are dropped"
GONE = "the reader has gone; the message is not sent"


class Pair:
    """Reader and writers of one ring, on one side."""

    def __init__(self, stage: Stage, side: str) -> None:
        self.stage = stage
        self.is_posix = side == "posix"
        self.reader_name = "shared_memory_reader" if self.is_posix else "SharedMemoryReader"
        self.writer_name = "shared_memory_writer" if self.is_posix else "SharedMemoryWriter"
        self.name = stage.unique("ring")
        self.died = (f"a process died in its critical section ({DIED['posix' if self.is_posix else 'win32']}); "
                     "what it was writing is dropped")

    def remove_memory(self) -> None:
        """What a killed POSIX reader leaves."""
        if self.is_posix:
            (SHM / self.name).unlink(missing_ok=True)

    def reader(self, *arguments: str) -> Actor:
        actor = self.stage.start(self.reader_name, "--name", self.name, *arguments)
        assert actor.next_line().startswith("waiting for messages in ")
        return actor

    def writer(self, *arguments: str) -> Actor:
        return self.stage.start(self.writer_name, "--name", self.name, *arguments)

    def holding_writer(self) -> Actor:
        actor = self.writer("--hold", "never finished")
        assert actor.next_line().startswith("inside the critical section")
        return actor

    def scribble(self, offset: int, data: bytes) -> None:
        """A stranger writes into the ring; at offset 0 is its magic number, at 12 read_at, at 16 write_at, at 20 the
        first message."""
        if self.is_posix:
            with (SHM / self.name).open("r+b") as file:
                content = file.read()
                file.seek(content.index(struct.pack("<III", 0x676E6972, 2, 4096)) + offset)
                file.write(data)
        else:
            assert self.stage.start("Probe", "poke", rf"Local\{self.name}", str(offset), data.hex()).exit() == 0


@pytest.fixture(params=BOTH_SIDES)
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    with Stage(TOOLCHAINS[request.param], deadline_s=DEADLINE_S) as stage:
        yield (pair := Pair(stage, request.param))
    pair.remove_memory()


@pytest.fixture
def posix_pair(posix_stage: Stage) -> Iterator[Pair]:
    yield (pair := Pair(posix_stage, "posix"))
    pair.remove_memory()


def received(reader: Actor, count: int) -> list[str]:
    return [reader.next_line().removeprefix("received: ") for _ in range(count)]


def test_messages_arrive_in_order_and_harmless(pair: Pair) -> None:
    reader = pair.reader("--count", "5")
    assert pair.writer("한글", "", "a b", "📬", "\x1b[2Jforged\nreceived: line").exit() == 0
    assert received(reader, 5) == ["한글", "", "a b", "📬", "?[2Jforged?received: line"]
    assert reader.exit() == 0


def test_exit_before_the_count_is_an_orderly_end(pair: Pair) -> None:
    reader = pair.reader("--count", "5")
    assert pair.writer("one", "exit", "never taken").exit() == 0
    assert reader.exit() == 0
    assert reader.output.all[1:] == ["received: one", "received: exit"]


def test_many_writers_share_a_ring_that_is_full_all_the_time(pair: Pair) -> None:
    writers, messages = 3, 60
    reader = pair.reader("--size", "100", "--count", str(writers * messages))
    crowd = [pair.writer("--size", "100") for _ in range(writers)]
    for who, actor in enumerate(crowd):
        lines = [f"{who} 쓴다 {number} 번째 {'x' * (number % 50)}\n" for number in range(messages)]
        actor.type_bytes("".join(lines).encode())
        actor.end_input()
    assert [actor.exit() for actor in crowd] == [0] * writers
    assert reader.exit() == 0
    arrived = received(reader, writers * messages)
    for who in range(writers):
        assert [text for text in arrived if text.startswith(f"{who} ")] == [
            f"{who} 쓴다 {number} 번째 {'x' * (number % 50)}" for number in range(messages)]


def test_the_longest_message(pair: Pair) -> None:
    reader = pair.reader("--count", "2")
    assert pair.writer("x" * 4092, "next").exit() == 0
    assert received(reader, 2) == ["x" * 4092, "next"]


def test_a_longer_message_is_refused(pair: Pair) -> None:
    pair.reader()
    longer = pair.writer("가" * 1365)
    assert longer.next_error() == (f"{pair.writer_name}: a message of 4095 bytes does not fit into the ring; "
                                   "it takes 4092")
    assert longer.exit() == 1


def test_a_message_that_is_too_long_holds_up_no_other(pair: Pair) -> None:
    """Row 9 of the public reports: what is typed behind it was lost."""
    reader = pair.reader()
    typing = pair.writer()
    for line in ("one", "x" * 4093, "two", "exit"):
        typing.type(line)
    assert received(reader, 3) == ["one", "two", "exit"]
    assert "a message of 4093 bytes does not fit into the ring" in typing.next_error()
    assert [typing.exit(), reader.exit()] == [1, 0]


def test_a_writer_killed_in_its_critical_section(pair: Pair) -> None:
    reader = pair.reader()
    pair.holding_writer().kill()
    assert reader.next_error() == f"{pair.reader_name}: {pair.died}"
    assert pair.writer("next", "exit").exit() == 0
    assert received(reader, 2) == ["next", "exit"]
    assert reader.exit() == 0


def test_a_writer_that_waits_for_the_mutex_goes_on_when_its_holder_does(pair: Pair) -> None:
    reader = pair.reader("--count", "2")
    holder, waiting = pair.holding_writer(), pair.writer("second")
    holder.type("")
    assert [holder.exit(), waiting.exit()] == [0, 0]
    assert received(reader, 2) == ["never finished", "second"]
    assert reader.exit() == 0


def test_a_reader_killed_while_a_writer_types(pair: Pair) -> None:
    reader = pair.reader()
    typing = pair.writer()
    typing.type("before")
    assert received(reader, 1) == ["before"]
    reader.kill()
    typing.type("after")
    assert typing.next_error() == f"{pair.writer_name}: {GONE}"
    assert typing.exit() == 1


@pytest.mark.skipif(os.name == "nt", reason="stops a process by a signal")
def test_a_reader_killed_while_a_writer_waits_for_room(pair: Pair) -> None:
    reader = pair.reader("--size", "100")
    waiting = pair.writer("--size", "100")
    waiting.type("before")
    assert received(reader, 1) == ["before"]
    assert reader.process
    reader.process.send_signal(signal.SIGSTOP)
    waiting.type_bytes(("x" * 50 + "\n").encode() * 5)
    reader.kill()
    assert waiting.exit() == 1
    assert waiting.errors.all in told_that_the_reader_is_gone(pair)


@pytest.mark.skipif(os.name == "nt", reason="stops a process by a signal")
@pytest.mark.parametrize("build", WIN32)
def test_a_writer_killed_after_the_event_has_woken_it(build: str) -> None:
    """An event that wakes one of several may wake one that dies. The other has to look for room by itself."""
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S, is_traced=True) as stage:
        pair = Pair(stage, "win32")

        def wait_of(actor: Actor, name: str) -> Call | None:
            """The call in which it waits now."""
            last = next((call for call in reversed(stage.calls) if call.lane == actor.lane), None)
            return last if last is not None and (last.event, last.name) == ("enter", name) else None

        def waits_for_a_message(reader: Actor) -> bool:
            """And not for the mutex."""
            filled = next((call.result for call in stage.calls if call.name == "CreateEvent" and call.result), None)
            waiting = wait_of(reader, "WaitForSingleObject")
            return bool(filled and waiting and waiting.arguments["hHandle"]["handle"] == filled["handle"])

        reader = pair.reader("--size", "64")
        assert stage.wait(lambda: waits_for_a_message(reader))
        assert reader.process
        reader.process.send_signal(signal.SIGSTOP)
        first = pair.writer("--size", "64", "fills the ring " + "x" * 25, "y" * 40)
        assert stage.wait(lambda: wait_of(first, "WaitForMultipleObjects") is not None)
        second = pair.writer("--size", "64", "z" * 40)

        def first_is_the_first_to_be_woken() -> bool:
            waits = wait_of(first, "WaitForMultipleObjects"), wait_of(second, "WaitForMultipleObjects")
            return waits[0] is not None and waits[1] is not None and waits[0].time < waits[1].time

        assert stage.wait(first_is_the_first_to_be_woken)
        assert first.process
        first.process.send_signal(signal.SIGSTOP)
        reader.process.send_signal(signal.SIGCONT)
        assert received(reader, 1) == ["fills the ring " + "x" * 25]
        first.kill()
        assert second.exit() == 0
        assert received(reader, 1) == ["z" * 40]


def test_a_writer_that_comes_after_the_readers_end(pair: Pair) -> None:
    reader = pair.reader()
    typing = pair.writer()  # by its handle, the section outlives the reader
    typing.type("before")
    assert received(reader, 1) == ["before"]
    reader.kill()
    late = pair.writer("anyone?")
    assert late.exit() == 1
    assert late.errors.all in told_that_the_reader_is_gone(pair)


@pytest.mark.parametrize("build", WIN32)
def test_a_writer_without_a_reader_is_told_of_sessions(build: str) -> None:
    """Row 18 of the public reports: the reader was a service, whose session has Local\\ names of its own."""
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S) as stage:
        alone = stage.start("SharedMemoryWriter", "--name", stage.unique("ring"), "anyone?")
        assert "error 2 ERROR_FILE_NOT_FOUND" in alone.next_error()
        hint = alone.next_error()
        assert "start SharedMemoryReader first" in hint and "in the same session" in hint and "Local\\" in hint
        assert alone.exit() == 1


def told_that_the_reader_is_gone(pair: Pair) -> list[list[str]]:
    """A reader that has just printed looks for more: it may have been killed in its critical section."""
    gone, died = f"{pair.writer_name}: {GONE}", f"{pair.writer_name}: {pair.died}"
    return [[gone], [died, gone]]


def test_a_new_reader_finds_the_ring_again(pair: Pair) -> None:
    first = pair.reader()
    typing = pair.writer()  # by its handle, the section outlives the reader
    typing.type("first")
    assert received(first, 1) == ["first"]
    first.kill()
    second = pair.stage.start(pair.reader_name, "--name", pair.name)
    assert second.next_line().endswith(", 4096 bytes, found again")
    typing.type("second")
    assert received(second, 1) == ["second"]


def test_a_stranger_writes_nonsense_into_the_header(pair: Pair) -> None:
    reader = pair.reader()
    pair.scribble(12, b"\xff" * 8)
    writer = pair.writer("one", "exit")
    assert writer.exit() == 0
    assert received(reader, 2) == ["one", "exit"]
    assert reader.exit() == 0
    # Who looks first after the stranger has to say so; that may be the reader, before it begins to wait.
    assert [line.partition(": ")[2] for line in writer.errors.all + reader.errors.all] == [DAMAGED]


@pytest.mark.parametrize("length", [0x7FFFFFFF, 0xFFFFFFFF, 6])
def test_a_stranger_writes_a_length_that_cannot_be(pair: Pair, length: int) -> None:
    reader = pair.reader()
    pair.scribble(12, struct.pack("<III", 0, 5, length))
    assert pair.writer("").exit() == 0
    assert reader.next_error() == f"{pair.reader_name}: {DAMAGED}"
    assert pair.writer("next", "exit").exit() == 0
    assert reader.exit() == 0
    # The empty message is lost with the rest, unless the reader had looked before it came.
    assert reader.output.all[-2:] == ["received: next", "received: exit"]
    assert set(reader.output.all[1:-2]) <= {"received: "}
    assert len(reader.errors.all) == 1


def test_a_stranger_writes_no_text(pair: Pair) -> None:
    reader = pair.reader()
    pair.scribble(12, struct.pack("<III", 0, 8, 4) + b"a\x00\xff\x1b")
    assert pair.writer("next", "exit").exit() == 0
    if pair.is_posix:
        assert received(reader, 1) == ["a???"]
    else:
        assert reader.next_error() == f"{pair.reader_name}: a message of 4 bytes is no UTF-8 text"
    assert received(reader, 2) == ["next", "exit"]
    assert reader.exit() == 0


def test_a_writer_that_is_refused_disturbs_nobody(pair: Pair) -> None:
    reader = pair.reader()
    assert pair.writer("--size", "8192", "hello").exit() == 1
    assert pair.writer("exit").exit() == 0
    assert reader.exit() == 0
    assert reader.errors.all == []


def test_something_that_is_no_ring(pair: Pair) -> None:
    reader = pair.reader()
    pair.scribble(0, b"gnir")
    writer = pair.writer("hello")
    assert writer.next_error().endswith(f"{pair.name} holds no ring of messages; choose another --name")
    assert writer.exit() == 1
    assert not reader.has_ended


@pytest.mark.parametrize("arguments, status", [(["--timeout", "0"], 0), (["--timeout", "30", "--count", "1"], 1)])
def test_timeout(pair: Pair, arguments: list[str], status: int) -> None:
    reader = pair.reader(*arguments)
    assert reader.next_line() == f"no message for {arguments[1]} ms"
    assert reader.exit() == status


LOCKED = "the mutex: a process is in its critical section, and does not leave it"


def test_a_time_limit_of_a_writer_holds_for_the_mutex(pair: Pair) -> None:
    """Row 19 of the public reports: somebody stands still where everybody else waits for him."""
    reader = pair.reader()
    holder = pair.holding_writer()
    late = pair.writer("--timeout", "300", "never sent")
    assert late.next_error() == f"{pair.writer_name}: the time is over: 300 ms, waiting for {LOCKED}"
    assert late.exit() == 1
    holder.type("")
    assert holder.exit() == 0
    assert received(reader, 1) == ["never finished"]
    assert pair.writer("--timeout", "30000", "in time", "exit").exit() == 0
    assert received(reader, 2) == ["in time", "exit"]
    assert reader.exit() == 0


def test_a_time_limit_of_the_reader_holds_for_the_mutex(pair: Pair) -> None:
    """Row 19 of the public reports."""
    reader = pair.reader("--timeout", "2000")
    pair.holding_writer()
    assert reader.next_error() == f"{pair.reader_name}: the time is over: 2000 ms, waiting for {LOCKED}"
    assert reader.exit() == 1


@pytest.mark.skipif(os.name == "nt", reason="stops a process by a signal")
def test_a_time_limit_of_a_writer_holds_for_all_its_waits(pair: Pair) -> None:
    """Row 19 of the public reports. It is longer than the time after which the writer looks for room again."""
    reader = pair.reader("--size", "100")
    typing = pair.writer("--size", "100", "--timeout", "1500")
    typing.type("before")
    assert received(reader, 1) == ["before"]
    assert reader.process
    reader.process.send_signal(signal.SIGSTOP)
    typing.type_bytes(("x" * 50 + "\n").encode() * 3)
    # A reader that has just printed looks for more: it may have been stopped in its critical section.
    assert typing.next_error() in [f"{pair.writer_name}: the time is over: 1500 ms, waiting for {what}" for what in
                                   ("room: the ring is full, and its reader takes no message", LOCKED)]
    assert typing.exit() == 1


@pytest.mark.skipif(os.name == "nt", reason="stops a process by a signal")
def test_a_reader_that_only_looks_takes_what_is_there(pair: Pair) -> None:
    first = pair.reader("--count", "2")
    keeps = pair.writer()  # by its handle, the section outlives the reader
    # All four messages are there before the first reader takes two of them and ends. It is stopped while it waits, not
    # while it has the ring.
    still = Stillness(pair.stage.run, pair.stage.toolchain.wine_prefix)
    assert pair.stage.wait(still.is_reached) and first.process
    first.process.send_signal(signal.SIGSTOP)
    assert pair.writer("zero", "one", "two", "three").exit() == 0
    first.process.send_signal(signal.SIGCONT)
    assert received(first, 2) == ["zero", "one"]
    assert first.exit() == 0
    second = pair.stage.start(pair.reader_name, "--name", pair.name, "--timeout", "0", "--count", "2")
    if pair.is_posix:  # at its end the first one has removed the memory
        assert second.next_line().endswith(", 4096 bytes")
        assert second.next_line() == "no message for 0 ms"
        return
    assert second.next_line().endswith(", found again")
    assert received(second, 2) == ["two", "three"]
    assert second.exit() == 0
    keeps.end_input()
    assert keeps.exit() == 0


@pytest.mark.parametrize("arguments, complaint", [
    (["--size", "63"], "--size: '63' is not a whole number from 64 to 16777216"),
    (["--hold"], "--hold: expected a MESSAGE"),
])
def test_wrong_usage(pair: Pair, arguments: list[str], complaint: str) -> None:
    actor = pair.writer(*arguments)
    assert actor.next_error() == f"{pair.writer_name}: {complaint} ({pair.writer_name} --help shows the usage)"
    assert actor.exit() == 2


@pytest.mark.parametrize("name", ["", "a{separator}b", "x" * 300])
def test_a_name_that_cannot_be(pair: Pair, name: str) -> None:
    name = name.format(separator="/" if pair.is_posix else "\\")
    actor = pair.stage.start(pair.reader_name, "--name=" + name)
    complaint = "expected 1 to " if name else "NAME is empty"
    assert actor.next_error().startswith(f"{pair.reader_name}: --name: {complaint}")
    assert actor.exit() == 2


def test_the_longest_name(pair: Pair) -> None:
    longest = 253 if pair.is_posix else 241
    pair.name = pair.name.ljust(longest, "x")
    reader = pair.reader()
    assert pair.writer("exit").exit() == 0
    assert reader.exit() == 0
    longer = pair.stage.start(pair.reader_name, "--name", pair.name + "x")
    assert f"--name: expected 1 to {longest} characters without '" in longer.next_error()
    assert longer.exit() == 2


def test_builds_of_both_character_sets_understand_each_other(win32_stage: Stage) -> None:
    pair = Pair(win32_stage, "win32")
    reader = pair.reader("--count", "1")
    with Stage(TOOLCHAINS["ansi" if win32_stage.toolchain is TOOLCHAINS["unicode"] else "unicode"]) as other:
        assert other.start("SharedMemoryWriter", "--name", pair.name, "한글 é 📬").exit() == 0
    assert received(reader, 1) == ["한글 é 📬"]
    assert reader.exit() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_posix_reader_and_its_memory(posix_pair: Pair, number: signal.Signals) -> None:
    reader = posix_pair.reader()
    assert reader.process and (SHM / posix_pair.name).exists()
    reader.process.send_signal(number)
    assert reader.exit() == -number
    assert not (SHM / posix_pair.name).exists()


def test_nobody_else_may_look_into_the_memory(posix_pair: Pair) -> None:
    posix_pair.reader()
    assert (SHM / posix_pair.name).stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
def test_a_reader_that_starts_while_another_ends() -> None:
    """It has opened the memory, and before it has locked it, the other one removes it: nobody would find it there."""
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S) as stage:  # the sanitizers cannot be traced
        pair = Pair(stage, "posix")
        ending = pair.reader()
        program = [str(stage.toolchain.executable("shared_memory_reader")), "--name", pair.name, "--count", "1"]
        # -D: the reader is our child, and strace is not. It holds the reader up behind its first call, the open.
        strace = ["strace", "-D", "-qq", "-o", str(stage.work / "calls"), "-P", str(SHM / pair.name),
                  "-e", "trace=openat", "-e", "inject=openat:delay_exit=3000000:when=1"]
        with running([*strace, *program], stdout=subprocess.PIPE) as starting:
            def has_opened() -> bool:
                return SHM / pair.name in [path.resolve() for path in Path(f"/proc/{starting.pid}/fd").iterdir()]

            assert stage.wait(has_opened)
            ending.ctrl_c()
            assert ending.was_ended_by_ctrl_c()
            assert not (SHM / pair.name).exists()
            assert starting.stdout
            assert starting.stdout.readline() == f"waiting for messages in /{pair.name}, 4096 bytes\n"
            assert (SHM / pair.name).exists()
            assert pair.writer("found").exit() == 0
            assert starting.stdout.read() == "received: found\n"
            assert starting.wait(DEADLINE_S) == 0


def test_memory_left_by_a_crash_is_found_again_with_its_messages(posix_pair: Pair) -> None:
    posix_pair.reader().kill()
    posix_pair.scribble(12, struct.pack("<III", 0, 10, 6) + b"unread")
    assert (SHM / posix_pair.name).exists()

    late = posix_pair.writer("anyone?")
    assert late.next_error() == f"shared_memory_writer: {GONE}"
    assert late.exit() == 1
    second = posix_pair.stage.start("shared_memory_reader", "--name", posix_pair.name, "--count", "1")
    assert second.next_line() == f"waiting for messages in /{posix_pair.name}, 4096 bytes, found again"
    assert received(second, 1) == ["unread"]
    assert second.exit() == 0
    assert not (SHM / posix_pair.name).exists()


def message(text: bytes) -> bytes:
    """As it lies in the ring."""
    return struct.pack("<I", len(text)) + text


@pytest.mark.parametrize("taken", range(5))
def test_a_reader_killed_while_it_takes_leaves_each_message_once(posix_pair: Pair, taken: int) -> None:
    """Row 26 of the public reports. The states by hand: taking is one store, read_at, so a killed reader leaves one of
    these five, and none in which the end is not where the last message ends."""
    posix_pair.reader().kill()
    texts = [b"one", b"two", b"three", b"four"]
    starts = [sum(len(message(text)) for text in texts[:count]) for count in range(5)]
    posix_pair.scribble(12, struct.pack("<II", starts[taken], starts[4]) + b"".join(map(message, texts)))
    second = posix_pair.stage.start("shared_memory_reader", "--name", posix_pair.name, "--timeout", "0")
    assert second.next_line().endswith("found again")
    assert second.exit() == 0
    assert second.output.all[1:] == [f"received: {text.decode()}" for text in texts[taken:]] + ["no message for 0 ms"]
    assert second.errors.all == []


@pytest.mark.parametrize("read_at, write_at", [(8192, 0), (0, 8192), (8192, 8192), (2**32 - 1, 5), (0, 4097), (0, 3)])
def test_a_ring_that_is_damaged_is_emptied_whole(pair: Pair, read_at: int, write_at: int) -> None:
    """Row 26 of the public reports: no phantom message comes out of it."""
    reader = pair.reader()
    pair.scribble(12, struct.pack("<II", read_at, write_at))
    assert pair.writer("one", "exit").exit() == 0
    assert reader.exit() == 0
    assert reader.output.all[-1] == "received: exit"
    assert set(reader.output.all[1:]) <= {"received: one", "received: exit"}


@pytest.mark.parametrize("content", [b"precious" * 526 + b"12345678", bytes(4216) + b"precious"])
def test_something_else_under_our_name_stays_as_it_is(posix_pair: Pair, content: bytes) -> None:
    """Row 4 of the public reports. Both have the size of a ring."""
    place = SHM / posix_pair.name
    posix_pair.reader().kill()
    size = place.stat().st_size
    content = content[:size - 8] + content[-8:]
    place.write_bytes(content)
    reader = posix_pair.stage.start("shared_memory_reader", "--name", posix_pair.name)
    assert reader.next_error() == (f"shared_memory_reader: /{posix_pair.name} is there, and holds something else than "
                                   "our messages; choose another --name")
    assert reader.exit() == 1
    assert place.read_bytes() == content


@pytest.mark.parametrize("kind", ["fifo", "another user's"])
def test_an_object_that_is_not_ours_is_left_alone(posix_pair: Pair, kind: str) -> None:
    """Row 4 of the public reports."""
    place = SHM / posix_pair.name
    if kind == "fifo":
        os.mkfifo(place)
    else:
        if os.geteuid() != 0:
            pytest.skip("needs root, to give a file away")
        place.write_bytes(bytes(10))
        os.chown(place, 12345, 12345)
    for program, *messages in (["shared_memory_reader"], ["shared_memory_writer", "hello"]):
        actor = posix_pair.stage.start(program, "--name", posix_pair.name, *messages)
        complaint = {"fifo": f"/dev/shm/{posix_pair.name} is there, and is no shared memory",
                     "another user's": f"/{posix_pair.name} belongs to another user (12345)"}[kind]
        assert actor.next_error().startswith(f"{program}: {complaint}")
        assert actor.next_error() == f"{program}: hint: choose another --name"
        assert actor.exit() == 1
    assert place.exists()


def test_an_object_that_has_come_since_is_not_removed(posix_pair: Pair) -> None:
    """Row 4 of the public reports."""
    reader = posix_pair.reader()
    (SHM / posix_pair.name).unlink()
    (SHM / posix_pair.name).write_bytes(b"precious")
    reader.ctrl_c()
    assert reader.was_ended_by_ctrl_c()
    assert (SHM / posix_pair.name).read_bytes() == b"precious"


@pytest.mark.skipif(not Path("/dev/shm").is_mount(), reason="needs a file system of its own at /dev/shm")
def test_memory_that_is_not_there_is_told_with_a_hint(posix_pair: Pair) -> None:
    """Row 16 of the public reports. In a mount namespace of its own, where /dev/shm is small."""
    program = posix_pair.stage.toolchain.executable("shared_memory_reader")
    script = 'mount -t tmpfs -o size=64k none /dev/shm && "$@"; status=$?; ls /dev/shm; exit $status'
    result = subprocess.run(["unshare", "-rm", "sh", "-c", script, "sh", program, "--size", "1000000"],
                            capture_output=True, text=True)
    if "unshare" in result.stderr or "mount" in result.stderr:
        pytest.skip("namespaces are not allowed here")
    assert "posix_fallocate(/ring, 1000128 bytes): error 28 ENOSPC" in result.stderr.splitlines()[0]
    assert 'hint: "df /dev/shm" shows how much there is' in result.stderr.splitlines()[1]
    assert (result.returncode, result.stdout) == (1, "")  # nothing is left


def test_a_shortened_object_ends_both_and_goes(posix_pair: Pair) -> None:
    """Row 6 of the public reports."""
    reader = posix_pair.reader()
    writer = posix_pair.writer()
    writer.type("before")
    assert received(reader, 1) == ["before"]
    os.truncate(SHM / posix_pair.name, 0)
    writer.type("after")
    assert writer.next_error() == "shared_memory_writer: SIGBUS: another program has made the shared memory shorter"
    assert writer.exit() == 1
    reader.ctrl_c()
    assert reader.was_ended_by_ctrl_c()
    assert not (SHM / posix_pair.name).exists()


def test_a_full_ring_whose_reader_stands_still_is_named(posix_pair: Pair) -> None:
    """Row 20 of the public reports."""
    reader = posix_pair.reader("--size", "64")
    assert reader.process
    reader.process.send_signal(signal.SIGSTOP)
    waiting = posix_pair.writer("--size", "64", *["x" * 40] * 3)
    assert waiting.next_error() == ("shared_memory_writer: waiting for room: the ring is full, and its reader, process "
                                    f"{reader.process.pid}, takes no message")
    reader.process.send_signal(signal.SIGCONT)
    assert waiting.exit() == 0


def test_a_reader_killed_while_a_writer_waits_in_vain(posix_pair: Pair) -> None:
    """Nobody wakes that writer any more."""
    reader = posix_pair.reader("--size", "64")
    assert reader.process
    reader.process.send_signal(signal.SIGSTOP)
    waiting = posix_pair.writer("--size", "64", *["x" * 40] * 3)
    assert "waiting for room" in waiting.next_error()
    reader.kill()
    assert waiting.next_error() == f"shared_memory_writer: {GONE}"
    assert waiting.exit() == 1


def test_a_critical_section_that_nobody_leaves_is_named(posix_pair: Pair) -> None:
    """Row 20 of the public reports."""
    reader = posix_pair.reader("--count", "1")
    holder = posix_pair.holding_writer()
    assert reader.next_error() == ("shared_memory_reader: waiting for the mutex: a process is in its critical section, "
                                   "and does not leave it")
    holder.type("")
    assert reader.exit() == 0


def test_memory_left_by_a_crash_with_another_size_is_refused(posix_pair: Pair) -> None:
    posix_pair.reader().kill()
    other = posix_pair.stage.start("shared_memory_reader", "--name", posix_pair.name, "--size", "8192")
    assert "is there already with" in other.next_error()
    assert other.next_error() == ("shared_memory_reader: hint: choose its --size or another --name, "
                                  f"or remove it: rm /dev/shm/{posix_pair.name}")
    assert other.exit() == 1


def test_a_second_posix_reader_is_refused(posix_pair: Pair) -> None:
    first = posix_pair.reader()
    second = posix_pair.stage.start("shared_memory_reader", "--name", posix_pair.name)
    assert first.process
    assert second.next_error() == (f"shared_memory_reader: /{posix_pair.name} has a reader: process "
                                   f"{first.process.pid}; end that one, or choose another --name")
    assert second.exit() == 1
    assert posix_pair.writer("still there", "exit").exit() == 0
    assert received(first, 2) == ["still there", "exit"]


def test_memory_that_a_stranger_makes_shorter(posix_pair: Pair) -> None:
    reader = posix_pair.reader("--timeout", "1000")
    typing = posix_pair.writer()
    typing.type("before")
    assert received(reader, 1) == ["before"]
    os.truncate(SHM / posix_pair.name, 0)
    typing.type("after")
    for actor in (typing, reader):
        assert actor.next_error().endswith(": SIGBUS: another program has made the shared memory shorter")
        assert actor.exit() == 1
