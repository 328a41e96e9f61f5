"""Edge cases of chapter08/08-shared-memory, both sides."""

from __future__ import annotations

import os
import signal
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import BOTH_SIDES, DEADLINE_S, TOOLCHAINS, WIN32
from companion.play.actor import Actor
from companion.play.stage import Stage

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
        """A stranger writes into the ring; offset 0 is its magic number, 12 read_at, 16 used, 20 the first message."""
        if self.is_posix:
            with (SHM / self.name).open("r+b") as file:
                content = file.read()
                file.seek(content.index(struct.pack("<III", 0x676E6972, 1, 4096)) + offset)
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
    assert actor.next_error().startswith(f"{pair.reader_name}: --name: expected 1 to ")
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
