"""Edge cases of chapter08/05-named-pipe, the Win32 side: the servers and clients that have a header. The book's pair is
in test_named_pipe_book.py."""

from __future__ import annotations

import hashlib
import os
import random
import re
import secrets
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import DEADLINE_S, TOOLCHAINS, WIN32, linux_only, wine_differs
from huge_file import make_endless
from companion.maintain import bench
from companion.play.actor import Actor
from companion.play.stage import Stage
from test_trace import returned

SERVERS = ["NamedPipe_ServerThread", "NamedPipe_ServerOverlapped", "NamedPipe_ServerCompletion"]
ONE = SERVERS[0]  # where any of them will do
NEWS = "오늘의 소식\r\nnews\x1a\x00end".encode()  # no text mode may touch it


@pytest.fixture
def unicode_stage() -> Iterator[Stage]:
    """For what takes long and has nothing to do with TCHARs."""
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S) as stage:
        yield stage


def serve(stage: Stage, program: str, *arguments: str, root: Path | None = None) -> Actor:
    """A server, with the folder "files" as its root; beside that folder lies what must never come out."""
    if root is None:
        root = stage.work / "files"
        root.mkdir(exist_ok=True)
        (root / "news.txt").write_bytes(NEWS)
        (stage.work / "secret.txt").write_bytes(b"SECRET")
    actor = stage.start(program, "--name", stage.unique("pipe"), "--root", stage.toolchain.host_path(program, root),
                        *arguments)
    assert actor.next_line() == rf"waiting for clients on \\.\pipe\{stage.unique('pipe')}"
    return actor


def client(stage: Stage, *arguments: str) -> Actor:
    return stage.start("NamedPipe_Fetch", "--name", stage.unique("pipe"), *arguments)


def stranger(stage: Stage, what: str, *arguments: str) -> Actor:
    """A program that keeps to no rules of ours."""
    return stage.start("PipeStranger", what, stage.unique("pipe"), *arguments)


def ask(stage: Stage, requests: list[bytes]) -> list[list[bytes]]:
    """The messages that come back for each request."""
    actor = stranger(stage, "ask")
    actor.type_bytes(b"".join(request.hex().encode() + b"\n" for request in requests))
    actor.end_input()
    assert actor.exit() == 0
    answers: list[list[bytes]] = [[]]
    for line in actor.output.all:
        word, _, text = line.partition(" ")
        if word == "end":
            assert text == "109", "an answer ends with end of file"
            answers.append([])
        elif word == "message":
            answers[-1].append(bytes.fromhex(text))
    assert len(answers) == len(requests) + 1
    return answers[:-1]


def assert_still_serves(stage: Stage) -> None:
    assert ask(stage, [b"news.txt"]) == [[b"OK %d\n" % len(NEWS), NEWS]]


@pytest.mark.parametrize("program", SERVERS)
def test_a_large_file_arrives_byte_for_byte(unicode_stage: Stage, program: str) -> None:
    folder = unicode_stage.work / "large"
    folder.mkdir()
    content = secrets.token_bytes(50_000_000)
    (folder / "큰 파일.bin").write_bytes(content)
    serve(unicode_stage, program, root=folder)
    assert client(unicode_stage, "--output", "arrived", "큰 파일.bin").exit() == 0
    assert hashlib.sha256((unicode_stage.work / "arrived").read_bytes()).digest() == hashlib.sha256(content).digest()


@pytest.mark.parametrize("size", [0, 1, 65535, 65536, 65537, 131072])
def test_sizes_around_a_chunk(unicode_stage: Stage, size: int) -> None:
    server = serve(unicode_stage, ONE, "--clients", "1")
    content = secrets.token_bytes(size)
    (unicode_stage.work / "files/news.txt").write_bytes(content)
    assert client(unicode_stage, "--output", "arrived").exit() == 0
    assert (unicode_stage.work / "arrived").read_bytes() == content
    assert server.next_line() == f"client 1: news.txt, {size} bytes"


@pytest.mark.parametrize("program", SERVERS)
def test_200_clients_at_once_and_nothing_is_left_of_them(unicode_stage: Stage, program: str) -> None:
    serve(unicode_stage, program, "--patience", "600000")  # on a busy machine they take long to connect
    contents = [secrets.token_bytes(20_000 * number) for number in range(5)]
    for number, content in enumerate(contents):
        (unicode_stage.work / f"files/file-{number}").write_bytes(content)

    (unicode_stage.work / "files/large").write_bytes(bytes(1_000_000))

    def belongings() -> dict[str, int]:
        words = stranger(unicode_stage, "count", "large").next_line().split()
        return {name: int(number) for name, number in zip(words[::2], words[1::2], strict=True)}

    expected_left = belongings()
    assert (crowd := stranger(unicode_stage, "together", "200", "5")).exit() == 0
    expected = []
    for number in range(200):
        answer = b"OK %d\n" % len(contents[number % 5]) + contents[number % 5]
        expected.append(f"{number}: {len(answer)} bytes {zlib.crc32(answer):08x} end 109")
    assert sorted(crowd.output.all) == sorted(expected)

    # The last ones are cleared away a moment after they have their answer.
    assert unicode_stage.wait(lambda: belongings() == expected_left)


@linux_only
@pytest.mark.parametrize("program", SERVERS)
def test_memory_is_given_back(unicode_stage: Stage, program: str) -> None:
    """What one crowd has left is enough for the next: a server keeps nothing of a client that has gone."""
    server = serve(unicode_stage, program, "--patience", "600000")
    (unicode_stage.work / "files/file-0").write_bytes(bytes(100_000))
    assert server.process
    status = Path(f"/proc/{server.process.pid}/status")

    def used_bytes() -> int:
        return int(re.findall(r"RssAnon:\s*(\d+) kB", status.read_text())[0]) * 1024

    most = 0
    for _ in range(2):
        assert stranger(unicode_stage, "together", "100", "1").exit() == 0
        most = max(most, used_bytes())
    assert stranger(unicode_stage, "together", "100", "1").exit() == 0
    # Each client has a buffer of 65536 bytes; the last ones are given back a moment after they have their answer.
    assert unicode_stage.wait(lambda: used_bytes() - most < 100 * 65536 / 2)


@pytest.mark.parametrize("program", SERVERS)
@pytest.mark.parametrize("arguments, remote", [([], "PIPE_REJECT_REMOTE_CLIENTS"), (["--remote"], "")])
def test_flags_that_wine_does_not_show(program: str, arguments: list[str], remote: str) -> None:
    """Wine does the same with and without them. So the recorded calls have to tell."""
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S, is_traced=True) as stage:
        serve(stage, program, *arguments)
        assert client(stage).exit() == 0
        first, second = [call for call in returned(stage, program) if call.name == "CreateNamedPipe"]
        opened = [call for call in returned(stage, "NamedPipe_Fetch") if call.name == "CreateFile"]
    assert "FILE_FLAG_FIRST_PIPE_INSTANCE" in first.arguments["dwOpenMode"]["name"]
    assert "FILE_FLAG_FIRST_PIPE_INSTANCE" not in second.arguments["dwOpenMode"]["name"]
    for made in (first, second):
        assert ("PIPE_REJECT_REMOTE_CLIENTS" in made.arguments["dwPipeMode"]["name"]) == bool(remote)
    assert "SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION" in opened[0].arguments["dwFlagsAndAttributes"]["name"]


@pytest.mark.parametrize("program", SERVERS)
def test_hostile_requests(unicode_stage: Stage, program: str) -> None:
    """Nothing but the files of the folder comes back, and the server lives on."""
    serve(unicode_stage, program)
    inside = {b"news.txt": NEWS, b"other": b"inside: other", "한글.txt".encode(): b"inside: korean"}
    for name, content in inside.items():
        (unicode_stage.work / "files" / name.decode()).write_bytes(content)
    (unicode_stage.work / "files/folder").mkdir()
    (unicode_stage.work / "files/folder/news.txt").write_bytes(b"SECRET")

    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    words = [*inside, b"..", b"/", b"\\", b"secret.txt", b"folder", b"C:", b"Z:", b"NUL", b"con", b"COM1", b".", b" ",
             b":$DATA", b"\\\\?\\", b"\\\\.\\pipe\\", b"\x00", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"%2e%2e",
             b"~1", b"*", b"?", b"\n", b"\r\n", b"A" * 300, "가".encode() * 90, b"etc/passwd"]

    def request() -> bytes:
        parts = [dice.choice(words) if dice.random() < 0.8 else dice.randbytes(dice.randrange(12))
                 for _ in range(dice.randrange(1, 5))]
        return b"".join(parts) * (10_000 if dice.random() < 0.01 else 1)

    requests = [request() for _ in range(600)]
    for asked, answer in zip(requests, ask(unicode_stage, requests), strict=True):
        assert answer, asked
        header = answer[0]
        if header.startswith(b"OK "):
            # As Windows sees it, NEWS.TXT is news.txt.
            content = b"".join(answer[1:])
            assert content in inside.values() and header == b"OK %d\n" % len(content), asked
        else:
            assert re.fullmatch(rb"ERROR [ -~]+\n", header) and len(answer) == 1, asked
    assert_still_serves(unicode_stage)


REFUSED = {
    b"": "the name is empty",
    b"../secret.txt": "the name has one of",
    b"..\\secret.txt": "the name has one of",
    b"./news.txt": "the name has one of",
    b"/etc/passwd": "the name has one of",
    b"C:\\windows\\win.ini": "the name has one of",
    b"C:news.txt": "the name has one of",
    b"\\\\server\\share\\file": "the name has one of",
    b"\\\\?\\C:\\file": "the name has one of",
    b"\\\\.\\pipe\\other": "the name has one of",
    b"news.txt:stream": "the name has one of",
    b"news.txt::$DATA": "the name has one of",
    b"news.*": "the name has one of",
    b"news.tx?": "the name has one of",
    b"news.tx<": "the name has one of",
    b".": "the name ends with a dot or a blank",
    b"..": "the name ends with a dot or a blank",
    b"news.txt.": "the name ends with a dot or a blank",
    b"news.txt ": "the name ends with a dot or a blank",
    b"news.txt. .": "the name ends with a dot or a blank",
    **{name.encode(): "the name is that of a device" for name in [
        "CON", "con", "NUL.txt", "nul.a.b", "Aux", "PRN.x", "COM1", "com9.log", "LPT0", "COM¹", "LPT²", "lpt³.txt",
        "CONIN$", "conout$.x", "NUL .txt", "NUL  ."[:-1] + ".x"]},
    b"news.txt\x00": "the name has a control character",
    b"news.txt\x00.jpg": "the name has a control character",
    b"news.txt\n": "the name has a control character",
    b"\x1b[2J": "the name has a control character",
    b"a\x7f": "the name has a control character",
    "a\u0080".encode(): "the name has a control character",
    "a\u0085".encode(): "the name has a control character",
    "a\u009f".encode(): "the name has a control character",
    b"\xff": "the name is not UTF-8",
    b"..\xc0\xafsecret.txt": "the name is not UTF-8",
    b"\xed\xa0\x80": "the name is not UTF-8",
    b"\xf0\x9f\x93": "the name is not UTF-8",
    "news.txt".encode("utf-16-le"): "the name has a control character",
    b"x" * 256: "the name has more than 255 characters",
    "📬".encode() * 128: "the name has more than 255 characters",
    b"x" * 65_536: "the name has more than 255 characters",
    b"x" * 65_537: "the request is too long",
    b"x" * 1_000_000: "the request is too long",
    b"x" * 255: "there is no such file",
    b"COM": "there is no such file",
    b"COM10": "there is no such file",
    b"console.txt": "there is no such file",
    b"...a": "there is no such file",
    "없는 파일".encode(): "there is no such file",
    b"folder": "that is not a plain file",
}


@pytest.mark.parametrize("program", SERVERS)
def test_what_is_refused_and_why(win32_stage: Stage, program: str) -> None:
    serve(win32_stage, program)
    (win32_stage.work / "files/folder").mkdir()
    for (request, reason), answer in zip(REFUSED.items(), ask(win32_stage, list(REFUSED)), strict=True):
        assert len(answer) == 1 and answer[0].startswith(f"ERROR {reason}".encode()), (request[:40], answer)
        assert answer[0].endswith(b"\n") and answer[0].count(b"\n") == 1
    assert_still_serves(win32_stage)


def test_names_of_all_kinds(win32_stage: Stage) -> None:
    serve(win32_stage, ONE)
    names = ["한글 이름.txt", "📬", ".hidden", "a b", "x" * 150, "'quotes' & 100%~!", "no-ending"]
    for name in names:
        (win32_stage.work / "files" / name).write_bytes(b"inside " + name.encode())
    answers = ask(win32_stage, [name.encode() for name in names])
    assert [b"".join(answer[1:]) for answer in answers] == [b"inside " + name.encode() for name in names]


@wine_differs("Wine does not find out the final path of a file where it has more than 260 characters", "8.0", "10.0")
def test_the_longest_name(unicode_stage: Stage) -> None:
    serve(unicode_stage, ONE)
    folder = unicode_stage.work / "files"
    # On Windows a whole path has less than 260 characters, unless a setting of the system allows more.
    longest = 259 - len(f"{folder}\\") if os.name == "nt" else 255
    (folder / ("x" * longest)).write_bytes(b"inside")
    assert ask(unicode_stage, [b"x" * longest]) == [[b"OK 6\n", b"inside"]]


def test_a_file_that_somebody_has_open_for_writing(win32_stage: Stage) -> None:
    serve(win32_stage, ONE)
    writing = win32_stage.start("MemoryMapWriter", "files/news.txt")
    assert writing.next_line()
    assert ask(win32_stage, [b"news.txt"])[0][0].startswith(b"OK ")
    assert not writing.has_ended


@pytest.mark.skipif(os.name == "nt", reason="to make a link takes a privilege there")
def test_what_only_looks_like_a_file_of_the_folder(win32_stage: Stage) -> None:
    serve(win32_stage, ONE)
    files = win32_stage.work / "files"
    (files / "link-out").symlink_to("../secret.txt")
    (files / "link-in").symlink_to("news.txt")
    (files / "link-nowhere").symlink_to("nothing")
    (files / "device").symlink_to("/dev/zero")
    os.mkfifo(files / "fifo")
    answers = ask(win32_stage, [b"link-out", b"link-in", b"link-nowhere", b"device", b"fifo"])
    assert answers[0] == [b"ERROR that file lies elsewhere\n"]
    assert answers[1] == [b"OK %d\n" % len(NEWS), NEWS]
    assert [len(answer) for answer in answers[2:]] == [1, 1, 1]
    assert all(answer[0].startswith(b"ERROR ") for answer in answers[2:])
    assert_still_serves(win32_stage)


@pytest.mark.parametrize("program", SERVERS)
def test_silent_slow_and_killed_clients_disturb_nobody(unicode_stage: Stage, program: str) -> None:
    server = serve(unicode_stage, program)
    (unicode_stage.work / "files/large").write_bytes(bytes(5_000_000))
    silent = stranger(unicode_stage, "hold", "70")  # more than one thread can wait for with events
    slow = stranger(unicode_stage, "hold", "20", "large")
    assert silent.next_line() == slow.next_line() == "holding"
    assert_still_serves(unicode_stage)

    silent.kill()
    slow.kill()
    for _ in range(91):
        server.next_line()
    gone = [line for line in server.output.all if line.endswith("gone before it had its answer")]
    assert len(gone) == 90
    assert_still_serves(unicode_stage)


@pytest.mark.parametrize("program", SERVERS)
def test_a_client_that_does_nothing_is_cut_off(unicode_stage: Stage, program: str) -> None:
    server = serve(unicode_stage, program, "--patience", "500")
    (unicode_stage.work / "files/large").write_bytes(bytes(5_000_000))
    silent = stranger(unicode_stage, "hold", "1")
    assert server.next_line() == "client 1: cut off, it did nothing for too long"
    deaf = stranger(unicode_stage, "hold", "1", "large")
    assert server.next_line() == "client 2: cut off, it did nothing for too long"
    assert_still_serves(unicode_stage)
    for actor in (silent, deaf):
        actor.end_input()
        assert actor.exit() == 0


def test_nobody_is_cut_off_early(unicode_stage: Stage) -> None:
    """The timer looks at all clients at once. Whoever came just before has his whole time before him all the same."""
    server = serve(unicode_stage, ONE, "--patience", "2000")
    begun = []
    for _ in range(4):
        begun.append(time.monotonic())
        assert stranger(unicode_stage, "hold", "1").next_line() == "holding"
    for _ in begun:
        cut_off = re.fullmatch(r"client (\d): cut off, it did nothing for too long", server.next_line())
        assert cut_off
        assert time.monotonic() - begun[int(cut_off[1]) - 1] >= 2


@pytest.mark.parametrize("program", SERVERS)
def test_clients_that_come_and_go_at_once(unicode_stage: Stage, program: str) -> None:
    serve(unicode_stage, program)
    hasty = stranger(unicode_stage, "ask")
    hasty.type_bytes(b"close\n" * 50)
    hasty.end_input()
    assert hasty.exit() == 0
    assert_still_serves(unicode_stage)


def test_a_busy_pipe_is_waited_for(win32_stage: Stage) -> None:
    """Of these servers none is ever busy for long. So the book's has to serve, whose answer has no header."""
    serve(win32_stage, "NamedPipe_Server")
    busy = stranger(win32_stage, "hold", "1")
    assert busy.next_line() == "holding"
    hurried = client(win32_stage, "--timeout", "50")
    assert hurried.next_error() == rf"NamedPipe_Fetch: \\.\pipe\{win32_stage.unique('pipe')} was busy for 50 ms"
    assert hurried.exit() == 1

    patient = client(win32_stage)
    busy.end_input()
    assert re.search("does not begin with|went away without an answer", patient.next_error())
    assert patient.exit() == 1


@pytest.mark.parametrize("messages", [[], [b"OK 5\n"], [b"OK 5\n", b"123"]])
def test_a_server_that_falls_silent(win32_stage: Stage, messages: list[bytes]) -> None:
    """The time limit holds for the whole exchange, and nothing is left of it."""
    server = stranger(win32_stage, "mute", *(message.hex() for message in messages))
    assert server.next_line() == "ready"
    fetching = client(win32_stage, "--timeout", "3000", "--output", "arrived")
    assert fetching.next_error() == "NamedPipe_Fetch: the time is over: 3000 ms, waiting for the answer"
    assert re.search("fewer came" if messages else "went away without an answer", fetching.next_error())
    assert fetching.exit() == 1
    assert not list(win32_stage.work.glob("arrived*"))
    assert server.exit() == 0


def test_a_call_to_a_server_that_falls_silent(win32_stage: Stage) -> None:
    """Row 19 of the public reports: CallNamedPipe itself has no limit for the answer."""
    server = stranger(win32_stage, "mute")
    assert server.next_line() == "ready"
    calling = win32_stage.start("CallPipe", "--name", win32_stage.unique("pipe"), "--timeout", "2000")
    assert calling.next_error() == "CallPipe: the time is over: 2000 ms, waiting for the answer"
    assert calling.exit() == 1
    assert server.exit() == 0


def one_instance(stage: Stage) -> Actor:
    server = stage.start("OneInstanceServer", stage.unique("pipe"))
    assert server.next_line() == "ready"
    return server


def test_between_two_instances_there_is_no_pipe(win32_stage: Stage) -> None:
    """Row 12 of the public reports. The server has closed its one instance and makes it anew."""
    server = one_instance(win32_stage)
    assert client(win32_stage).next_line() == "abcd"
    assert server.next_line() == "closed"
    early = client(win32_stage, "--timeout", "60000")
    hurried = client(win32_stage, "--timeout", "100")
    assert "error 2 ERROR_FILE_NOT_FOUND" in hurried.next_error()
    assert hurried.exit() == 1
    server.type("again")
    assert early.next_line() == "abcd"
    assert early.exit() == 0


@pytest.mark.parametrize("program", ["NamedPipe_Client", "NamedPipe_Fetch", "CallPipe"])
@pytest.mark.parametrize("build", WIN32)
def test_who_waits_for_an_instance_that_goes_waits_on(build: str, program: str) -> None:
    """Row 12 of the public reports. The one instance is closed while WaitNamedPipe waits for it, and made anew."""
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S, is_traced=True) as stage:
        server = one_instance(stage)
        busy = stranger(stage, "hold", "1")
        assert busy.next_line() == "holding"
        waiting = stage.start(program, "--name", stage.unique("pipe"))

        def waits() -> bool:
            last = next((call for call in reversed(stage.calls) if call.lane == program), None)
            return last is not None and (last.event, last.name) in (("enter", "WaitNamedPipe"),
                                                                    ("enter", "CallNamedPipe"))

        assert stage.wait(waits)
        busy.end_input()
        assert server.next_line() == "closed"
        server.type("again")
        assert server.next_line() == "ready"
        if program == "CallPipe":  # asks twice
            assert waiting.next_line() == "CallNamedPipe: OK 5"
            assert server.next_line() == "closed"
            server.type("again")
            assert waiting.next_line() == "TransactNamedPipe: OK 5"
        assert waiting.exit() == 0
        assert [line for line in waiting.errors.all if not line.endswith("is busy: waiting")] == []


@pytest.mark.parametrize("program", ["NamedPipe_Client", "NamedPipe_Fetch"])
def test_a_busy_pipe_that_goes_is_waited_for(win32_stage: Stage, program: str) -> None:
    """Row 12 of the public reports: what was there a moment ago comes back, also without a limit."""
    server = one_instance(win32_stage)
    busy = stranger(win32_stage, "hold", "1")
    assert busy.next_line() == "holding"
    waiting = win32_stage.start(program, "--name", win32_stage.unique("pipe"))
    if program == "NamedPipe_Client":
        assert waiting.next_error().endswith("is busy: waiting")
    else:  # which waits without a word
        assert client(win32_stage, "--timeout", "300").exit() == 1
    busy.end_input()
    assert server.next_line() == "closed"
    assert stranger(win32_stage, "serve").next_line() == "ready"  # so the waiting one has met no pipe in between
    assert waiting.exit() in (0, 1)
    assert not any("error 2" in line for line in waiting.errors.all)


@pytest.mark.skipif(os.name == "nt", reason="there the first instance is refused")
@pytest.mark.parametrize("program", [*SERVERS, "NamedPipe_Server"])
def test_a_server_without_room_for_an_instance_goes_on(unicode_stage: Stage, program: str) -> None:
    """Row 1 of the public reports: a limit that somebody else has set is reached. Who is connected is served, and so is
    everybody else, as soon as there is room."""
    name = unicode_stage.unique("pipe")
    squatter = unicode_stage.start("PipeSquatter", name, "2")
    assert squatter.next_line() == "ready"
    server = serve(unicode_stage, program)
    asker = "NamedPipe_Client" if program == "NamedPipe_Server" else "NamedPipe_Fetch"
    for number in (1, 2):
        asking = unicode_stage.start(asker, "--name", name, "--timeout" if asker == "NamedPipe_Fetch" else "--name",
                                     "60000" if asker == "NamedPipe_Fetch" else name)
        assert asking.exit() == 0
        assert server.next_line() == f"client {number}: news.txt, {len(NEWS)} bytes"
        squatter.end_input()
    assert not server.has_ended
    assert any("CreateNamedPipe(" in line and "error 231 ERROR_PIPE_BUSY" in line for line in server.errors.all)
    assert len(server.errors.all) <= 4


@pytest.mark.parametrize("program", [*SERVERS, "NamedPipe_Server"])
def test_a_name_that_somebody_else_has(unicode_stage: Stage, program: str) -> None:
    """Row 10 of the public reports: a hint, as MailReceiver gives one. Under Wine the limit alone makes it fail."""
    name = unicode_stage.unique("pipe")
    assert unicode_stage.start("PipeSquatter", name, "1").next_line() == "ready"
    second = unicode_stage.start(program, "--name", name)
    assert re.search("error (5 ERROR_ACCESS_DENIED|231 ERROR_PIPE_BUSY)", second.next_error())
    assert second.next_error() == (
        f"{program}: hint: another program has a pipe of this name; end it, or choose another --name")
    assert second.exit() == 1


def test_a_file_that_takes_too_long(unicode_stage: Stage) -> None:
    """Also where there is always something to read."""
    serve(unicode_stage, ONE)
    make_endless(unicode_stage.work / "files/news.txt")
    fetching = client(unicode_stage, "--timeout", "3000", "--output", "arrived")
    assert fetching.next_error() == "NamedPipe_Fetch: the time is over: 3000 ms, waiting for the answer"
    assert "fewer came" in fetching.next_error()
    assert fetching.exit() == 1
    assert not list(unicode_stage.work.glob("arrived*"))


def test_ctrl_c_leaves_no_half_file(win32_stage: Stage) -> None:
    server = serve(win32_stage, ONE)
    make_endless(win32_stage.work / "files/large")
    fetching = client(win32_stage, "--output", "arrived", "large")
    assert win32_stage.wait(lambda: bool(list(win32_stage.work.glob("arrived.*.part"))))
    fetching.ctrl_c()
    assert fetching.was_ended_by_ctrl_c()
    assert not list(win32_stage.work.glob("arrived*"))
    assert server.next_line() == "client 1: gone before it had its answer"
    assert_still_serves(win32_stage)


def test_both_character_sets_understand_each_other(win32_stage: Stage) -> None:
    serve(win32_stage, ONE)
    (win32_stage.work / "files/소식.txt").write_bytes(NEWS)
    with Stage(TOOLCHAINS["ansi" if win32_stage.toolchain is TOOLCHAINS["unicode"] else "unicode"]) as other:
        name = win32_stage.unique("pipe")
        assert other.start("NamedPipe_Fetch", "--name", name, "--output", "받은 소식", "소식.txt").exit() == 0
        assert (other.work / "받은 소식").read_bytes() == NEWS


@pytest.mark.parametrize("messages, complaint", [
    ([b"OK 5\n", b"123"], "the file is not complete: 5 bytes were announced, fewer came"),
    ([b"OK 5\n"], "the file is not complete: 5 bytes were announced, fewer came"),
    ([b"OK 5\n", b"123456"], "the file is not complete: 5 bytes were announced, more came"),
    ([b"OK 0\n", b"1"], "the file is not complete: 0 bytes were announced, more came"),
    ([], "the server went away without an answer"),
    ([b"OK 5"], "the server went away without an answer"),
    ([b"ERROR no\x1b[2J \xff\n"], "the server refused: no?[2J ?"),
    ([b"ERROR \n"], "the answer does not begin with"),
    ([b"OK \n"], "the answer does not begin with"),
    ([b"OK -5\n", b"12345"], "the answer does not begin with"),
    ([b"OK 99999999999999999999\n"], "the answer does not begin with"),
    ([b"OK 5 \n", b"12345"], "the answer does not begin with"),
    ([b"x" * 3000], "the answer does not begin with"),
    ([b"plain text\n"], "the answer does not begin with"),
])
def test_a_server_that_keeps_no_rules(unicode_stage: Stage, messages: list[bytes], complaint: str) -> None:
    """Nothing is left but what was there before."""
    (unicode_stage.work / "kept").write_bytes(b"old")
    server = stranger(unicode_stage, "serve", *(message.hex() for message in messages))
    assert server.next_line() == "ready"
    fetching = client(unicode_stage, "--output", "kept")
    assert fetching.next_error().startswith(f"NamedPipe_Fetch: {complaint}")
    assert fetching.exit() == 1
    assert (unicode_stage.work / "kept").read_bytes() == b"old"
    assert [path.name for path in unicode_stage.work.iterdir()] == ["kept"]


@pytest.mark.parametrize("messages", [
    [b"OK 5\n12345"], [b"O", b"K", b" 5", b"\n1", b"2345"], [b"OK 5\n", b"", b"12345"],
])
def test_message_borders_carry_no_meaning(unicode_stage: Stage, messages: list[bytes]) -> None:
    server = stranger(unicode_stage, "serve", *(message.hex() for message in messages))
    assert server.next_line() == "ready"
    fetching = client(unicode_stage)
    assert fetching.next_line() == "12345"
    assert fetching.exit() == 0


@pytest.mark.parametrize("program", SERVERS)
def test_a_killed_server_leaves_no_half_file(unicode_stage: Stage, program: str) -> None:
    server = serve(unicode_stage, program)
    make_endless(unicode_stage.work / "files/news.txt")
    fetching = client(unicode_stage, "--output", "arrived")
    assert unicode_stage.wait(lambda: bool(list(unicode_stage.work.glob("arrived.*.part"))))
    server.kill()
    assert "fewer came" in fetching.next_error()
    assert fetching.exit() == 1
    assert [path.name for path in unicode_stage.work.glob("arrived*")] == []


@wine_differs("Wine lets a second program make a first instance", "8.0", "10.0")
@pytest.mark.parametrize("program", SERVERS)
def test_a_second_server_of_one_name_is_refused(unicode_stage: Stage, program: str) -> None:
    serve(unicode_stage, program)
    with Stage(unicode_stage.toolchain, deadline_s=DEADLINE_S) as other:
        second = other.start(program, "--name", unicode_stage.unique("pipe"))
        assert other.wait(lambda: second.has_ended or bool(second.output.all))
        assert second.output.all == []
        assert "error 5 ERROR_ACCESS_DENIED" in second.next_error()
        assert second.exit() == 1


@pytest.mark.parametrize("program", SERVERS)
def test_ctrl_c_ends_a_server(unicode_stage: Stage, program: str) -> None:
    """While it waits: see anonymous-pipe's page for what Wine does when a client's thread is just ending."""
    server = serve(unicode_stage, program)
    server.ctrl_c()
    assert server.was_ended_by_ctrl_c()


def test_an_output_that_cannot_be_written(win32_stage: Stage) -> None:
    serve(win32_stage, ONE)
    fetching = client(win32_stage, "--output", r"no-such-folder\arrived")
    assert fetching.next_error().startswith(r"NamedPipe_Fetch: fopen(no-such-folder\arrived.")
    assert fetching.exit() == 1
    assert_still_serves(win32_stage)


def test_a_header_alone(win32_stage: Stage) -> None:
    """CallPipe reads one message and leaves the rest."""
    serve(win32_stage, ONE)
    (win32_stage.work / "files/large").write_bytes(bytes(5_000_000))
    for name, header in (("news.txt", f"OK {len(NEWS)}"), ("large", "OK 5000000"),
                         ("없는 것", "ERROR there is no such file")):
        calling = win32_stage.start("CallPipe", "--name", win32_stage.unique("pipe"), name)
        assert calling.next_line() == f"CallNamedPipe: {header}"
        assert calling.next_line() == f"TransactNamedPipe: {header}"
        assert calling.exit() == 0
    assert_still_serves(win32_stage)


def test_a_call_that_nobody_answers(win32_stage: Stage) -> None:
    calling = win32_stage.start("CallPipe", "--name", win32_stage.unique("pipe"))
    assert "error 2 ERROR_FILE_NOT_FOUND" in calling.next_error()
    assert calling.next_error() == "CallPipe: hint: start NamedPipe_ServerThread first, with the same --name"
    assert calling.exit() == 1


def test_the_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    """That it measures, not how fast anything is."""
    bench.named_pipe(TOOLCHAINS["unicode"], megabytes=1, rounds=1)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[1] for line in lines[1:-1]] == [
        "bare loop, 64 KiB", "bare loop, 4 KiB", "bare loop, 1 KiB", "NamedPipe_Server", *SERVERS]
    assert all(re.search(r"\d MB/s +\d+\.\d\d$", line) for line in lines[1:-1])
    assert re.fullmatch(r"The best server, \w+, reaches \d+\.\d\d of the bare 64 KiB loop\.", lines[-1])


@pytest.mark.parametrize("arguments, complaint", [
    *[([server, *arguments], complaint) for server in SERVERS for arguments, complaint in [
        (["--clients", "0"], "--clients: '0' is not a whole number from 1 to 4294967295"),
        (["--patience", "0"], "--patience: '0' is not a whole number from 1 to 2147483647"),
        (["--name", r"a\b"], "--name: a pipe's name has no backslash"),
        (["--name", "x" * 248], "--name: a pipe's whole name has 256 characters at most"),
        (["news.txt"], "unexpected 'news.txt'"),
    ]],
    (["CallPipe", "--timeout", "0"], "--timeout: '0' is not a whole number from 1 to 4294967294"),
    (["PipeModes", "--name", "x" * 200], "--name: NAME has less than 190 characters"),
    (["NamedPipe_Fetch", "a", "b"], "unexpected 'b'"),
    (["NamedPipe_Fetch", "--timeout", "0"], "--timeout: '0' is not a whole number from 1 to 4294967294"),
    (["NamedPipe_Fetch", "--timeout", "4294967295"],
     "--timeout: '4294967295' is not a whole number from 1 to 4294967294"),
    (["NamedPipe_Fetch", "--server", "x" * 300], "--name, --server: a pipe's whole name has 256 characters at most"),
])
def test_wrong_usage(win32_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = win32_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2


def test_a_root_that_is_none(win32_stage: Stage) -> None:
    (win32_stage.work / "file").write_bytes(b"")
    assert win32_stage.start(ONE, "--root", "file").next_error().startswith(
        f"{ONE}: --root: file is not a folder")
    missing = win32_stage.start(ONE, "--root", "missing")
    assert missing.next_error().startswith(f"{ONE}: CreateFile(missing): error 2 ERROR_FILE_NOT_FOUND: ")
    assert missing.exit() == 1
