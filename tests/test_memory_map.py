"""Edge cases of chapter08/09-memory-map, both sides."""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import BOTH_SIDES, DEADLINE_S, TOOLCHAINS, linux_only
from companion.play.actor import Actor
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain


class Board:
    """A file, and the programs that map it, on one side."""

    def __init__(self, stage: Stage, side: str) -> None:
        self.stage = stage
        self.is_posix = side == "posix"
        self.reader_name = "memory_map_reader" if self.is_posix else "MemoryMapReader"
        self.writer_name = "memory_map_writer" if self.is_posix else "MemoryMapWriter"
        self.path = Path(stage.work) / "게시판.txt"

    def reader(self, *arguments: str) -> Actor:
        return self.stage.start(self.reader_name, *arguments, self.path.name)

    def writer(self, *arguments: str) -> Actor:
        return self.stage.start(self.writer_name, *arguments, self.path.name)

    def write(self, note: str, *arguments: str) -> None:
        actor = self.writer(*arguments)
        actor.type(note)
        actor.end_input()
        assert actor.exit() == 0

    def read(self, *arguments: str) -> list[str]:
        actor = self.reader(*arguments)
        actor.end_input()
        assert actor.exit() == 0, actor.last_words()
        return actor.output.all


@pytest.fixture(params=BOTH_SIDES)
def board(request: pytest.FixtureRequest) -> Iterator[Board]:
    with Stage(TOOLCHAINS[request.param], deadline_s=DEADLINE_S) as stage:
        yield Board(stage, request.param)


def test_a_note_survives_a_killed_writer_although_nothing_was_flushed(board: Board) -> None:
    """The page belongs to the file and not to the process."""
    writer = board.writer()
    writer.next_line()
    writer.type("쓰고 죽는다")
    assert writer.next_line() == "written into memory"
    writer.kill()
    assert board.path.read_bytes().startswith("쓰고 죽는다".encode() + b"\0")
    assert board.read()[1] == "note: 쓰고 죽는다"


def test_what_lies_around_the_note_stays(board: Board) -> None:
    content = random.Random(9).randbytes(300_000)
    board.path.write_bytes(content)
    board.write("kept", "--at", "65535", "--flush")
    assert board.path.read_bytes() == content[:65535] + b"kept\0" + content[65540:]


def test_a_file_is_made_longer_and_the_new_bytes_are_zero(board: Board) -> None:
    board.path.write_bytes(b"start")
    board.write("end", "--at", "70000")
    assert board.path.read_bytes() == b"start" + bytes(69995) + b"end" + bytes(4093)


@pytest.mark.parametrize("size, views", [(65535, 1), (65536, 1), (65537, 2), (200_000, 4)])
def test_a_large_file_piece_by_piece(board: Board, size: int, views: int) -> None:
    board.path.write_bytes((b"x" * 99 + b"\n") * (size // 100) + b"y" * (size % 100))
    lines = board.read("--view", "65536", "--at", str(size - 5))
    assert lines[0] == f"{board.path.name}: {size} bytes; line breaks: {size // 100}; views: {views}"
    assert lines[1].startswith("note: ")


def test_a_note_that_a_stranger_wrote_is_shown_harmlessly(board: Board) -> None:
    board.path.write_bytes(b"\x1b[2Jforged\n")
    assert board.read()[1] == "note: ?[2Jforged?"
    board.path.write_bytes(b"\xff\xfe")
    stranger = board.reader()
    stranger.end_input()
    assert stranger.exit() == 0
    if not board.is_posix:
        assert stranger.errors.all == ["MemoryMapReader: the note is no UTF-8 text"]


def test_a_note_that_is_too_long_changes_nothing(board: Board) -> None:
    writer = board.writer()
    writer.type("first")
    writer.type("x" * 4096)
    writer.type("y" * 4095)
    writer.end_input()
    assert writer.exit() == 0
    assert writer.errors.all == [f"{board.writer_name}: the note of 4096 bytes is too long: 4095 is the limit"]
    assert board.path.read_bytes() == b"y" * 4095 + b"\0"


def test_a_note_behind_the_end(board: Board) -> None:
    board.path.write_bytes(b"short")
    reader = board.reader("--at", "5")
    assert reader.next_error() == f"{board.reader_name}: the file ends before 5; there is no note"
    assert reader.exit() == 1


def test_no_such_file(board: Board) -> None:
    for actor in (board.reader(), board.writer("--shrink")):
        assert "error 2 " in actor.next_error()
        assert actor.exit() == 1
    assert not board.path.exists()


def test_a_view_that_cannot_begin_there(board: Board) -> None:
    reader = board.reader("--view", "65537")
    unit = os.sysconf("SC_PAGESIZE") if board.is_posix else 65536
    assert reader.next_error() == (f"{board.reader_name}: --view: a view begins at a multiple of {unit}, which 65537 "
                                   f"is not ({board.reader_name} --help shows the usage)")
    assert reader.exit() == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let anybody shorten a mapped file")
def test_a_file_that_another_process_shrinks(board: Board) -> None:
    board.path.write_bytes(b"note\0" + bytes(100_000))
    reader = board.reader()
    reader.next_line()
    assert reader.next_line() == "note: note"
    os.truncate(board.path, 0)
    reader.type("")
    if board.is_posix:
        assert reader.next_error() == ("memory_map_reader: SIGBUS: the file is shorter now, and this part of it is "
                                       "gone")
        reader.end_input()
        assert reader.exit() == 1
    else:
        assert "a page of the mapped file cannot be accessed (exception 0xC0000005)" in reader.next_error()
        assert reader.exit() == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows does not let anybody shorten a mapped file")
def test_a_note_for_a_file_that_another_process_has_shrunk(board: Board) -> None:
    writer = board.writer()
    writer.next_line()
    os.truncate(board.path, 0)
    writer.type("too late")
    if board.is_posix:
        assert writer.next_error() == "memory_map_writer: SIGBUS: the file is shorter now, and the note is not written"
        os.truncate(board.path, 4096)
        writer.type("again")
        writer.end_input()
        assert writer.exit() == 1  # since one note is not written
        assert board.path.read_bytes() == b"again".ljust(4096, b"\0")
    else:
        assert "a page of the mapped file cannot be accessed (exception 0xC0000005)" in writer.next_error()
        assert writer.exit() == 1
        assert board.path.read_bytes() == b""


def in_a_small_tmpfs(script: str, *arguments: str) -> list[str]:
    """What a script prints in a mount namespace of its own, in a folder on a disk of 64 KiB."""
    mount = "mount -t tmpfs -o size=64k none /mnt && cd /mnt || exit 99\n"
    result = subprocess.run(["unshare", "-rm", "sh", "-c", mount + script, "sh", *arguments], capture_output=True,
                            text=True, timeout=DEADLINE_S)
    if result.returncode == 99 or "unshare" in result.stderr:
        pytest.skip("namespaces are not allowed here")
    return result.stdout.splitlines()


@linux_only
def test_a_file_for_which_the_disk_has_no_room(posix: Toolchain) -> None:
    """Row 6 of the public reports."""
    program = str(posix.executable("memory_map_writer"))
    said = in_a_small_tmpfs('head -c 100000 /dev/zero > full 2>&-\n"$1" board.txt 2>&1 < /dev/null; echo $?', program)
    assert re.fullmatch(r"memory_map_writer: posix_fallocate\(board.txt\): error 28 ENOSPC: .*", said[0])
    assert said[1:] == ["1"]


@linux_only
def test_a_hole_for_which_the_disk_has_no_room(posix: Toolchain) -> None:
    """Row 6 of the public reports: somebody has cut the file and made it as long again, and filled the disk."""
    program = str(posix.executable("memory_map_writer"))
    script = """mkfifo keys said
"$1" board.txt < keys > said 2>&1 & exec 3> keys 4< said
read line <&4
truncate -s 0 board.txt; truncate -s 4096 board.txt; head -c 100000 /dev/zero > full 2>&-
echo 'not written' >&3; exec 3>&-; cat <&4; wait $!; echo $?"""
    assert in_a_small_tmpfs(script, program) == [
        "memory_map_writer: SIGBUS: the disk is full or broken, and the note is not written", "1"]


@linux_only
@pytest.mark.parametrize("program", ["memory_map_reader", "memory_map_writer"])
@pytest.mark.parametrize("kind", ["fifo", "folder", "device"])
def test_what_is_no_plain_file_is_not_opened(posix_stage: Stage, program: str, kind: str) -> None:
    """Row 4 of the public reports. To open a FIFO would wait."""
    if kind == "fifo":
        os.mkfifo(posix_stage.work / kind)
    elif kind == "folder":
        (posix_stage.work / kind).mkdir()
    else:
        (posix_stage.work / kind).symlink_to("/dev/zero")
    actor = posix_stage.start(program, kind)
    assert actor.next_error() == f"{program}: {kind} is no plain file"
    assert actor.exit() == 1


def copy(stage: Stage, source: str, target: str) -> Actor:
    actor = stage.start("MemoryMapCopy", source, target)
    actor.exit()
    return actor


@pytest.mark.parametrize("size", [0, 1, 65536, 16777216, 16777217])
def test_a_copy_is_the_same_byte_for_byte(win32_stage: Stage, size: int) -> None:
    source, target = Path(win32_stage.work) / "from", Path(win32_stage.work) / "to"
    content = random.Random(size).randbytes(size)
    source.write_bytes(content)
    target.write_bytes(b"older and longer" * 100)
    actor = copy(win32_stage, "from", "to")
    assert actor.exit() == 0 and actor.errors.all == []
    assert len(actor.output.all) == 2
    assert all(line.endswith(f" {size} bytes, all the same") for line in actor.output.all)
    assert target.read_bytes() == content == source.read_bytes()
    assert sorted(os.listdir(win32_stage.work)) == ["from", "to"]


@pytest.mark.parametrize("target", ["from", "folder/../from", "link"])
def test_a_file_is_not_copied_onto_itself(win32_stage: Stage, target: str) -> None:
    source = Path(win32_stage.work) / "from"
    source.write_bytes(b"precious")
    os.link(source, source.with_name("link"))
    source.with_name("folder").mkdir()
    actor = copy(win32_stage, "from", target)
    assert actor.next_error() == f"MemoryMapCopy: from and {target} are the same file"
    assert actor.exit() == 1
    assert source.read_bytes() == b"precious"


def test_a_copy_that_fails_leaves_nothing(win32_stage: Stage) -> None:
    work = Path(win32_stage.work)
    (work / "from").write_bytes(b"content")
    (work / "folder").mkdir()
    for source, target in (("nothing", "to"), ("from", "folder"), ("from", "no-folder/to"), ("folder", "to")):
        actor = copy(win32_stage, source, target)
        assert actor.exit() == 1
        assert actor.next_error().startswith("MemoryMapCopy: ")
    assert sorted(os.listdir(work)) == ["folder", "from"]


def test_what_was_left_under_the_name_of_the_part_is_not_overwritten(win32_stage: Stage) -> None:
    work = Path(win32_stage.work)
    (work / "from").write_bytes(b"content")
    (work / "to.part").write_bytes(b"precious")
    actor = copy(win32_stage, "from", "to")
    assert actor.next_error().startswith("MemoryMapCopy: CreateFile(to.part): error 80 ERROR_FILE_EXISTS: ")
    assert actor.next_error() == ("MemoryMapCopy: hint: a copy that was killed leaves it behind; delete it, unless it "
                                  "is a file of yours")
    assert actor.exit() == 1
    assert (work / "to.part").read_bytes() == b"precious"


def test_how_long_a_path_may_be_is_up_to_the_system(win32_stage: Stage) -> None:
    """Of ours there is no limit. To the "A" functions, and on Windows unless a setting says otherwise, a path has 259
    characters at most."""
    (Path(win32_stage.work) / "from").write_bytes(b"content")
    actor = copy(win32_stage, "from", "./" * 200 + "to")
    if actor.exit() == 0:
        assert (Path(win32_stage.work) / "to").read_bytes() == b"content"
    else:
        assert os.name == "nt" or win32_stage.toolchain is TOOLCHAINS["ansi"]
        assert actor.next_error().startswith("MemoryMapCopy: CreateFile(./././")


def test_ctrl_c_leaves_no_half_copy(win32_stage: Stage) -> None:
    work = Path(win32_stage.work)
    with (work / "from").open("wb") as file:
        file.truncate(200_000_000)
    actor = win32_stage.start("MemoryMapCopy", "from", "to")
    assert win32_stage.wait(lambda: (work / "to.part").exists() or actor.has_ended)
    actor.ctrl_c()
    if actor.exit() == 1:
        assert actor.next_error().startswith("MemoryMapCopy: copy to to.part: error 1223 ERROR_CANCELLED: ")
        assert os.listdir(work) == ["from"]
    else:  # it was faster than Ctrl+C
        assert (work / "to").stat().st_size == 200_000_000


@linux_only
def test_a_program_is_a_mapped_file_itself(posix_stage: Stage) -> None:
    """As the page says: its code without the right to write, its data a private copy, the view shared."""
    (Path(posix_stage.work) / "board.txt").write_text("a note\n", encoding="utf-8")
    reader = posix_stage.start("memory_map_reader", "board.txt")
    reader.next_line()
    assert reader.process
    lines = Path(f"/proc/{reader.process.pid}/maps").read_text(encoding="utf-8").splitlines()
    maps = {(Path(line.split(None, 5)[5]).name, line.split()[1]) for line in lines if "/" in line}
    assert {("memory_map_reader", "r-xp"), ("memory_map_reader", "rw-p"), ("board.txt", "r--s")} <= maps
    reader.end_input()
    assert reader.exit() == 0
