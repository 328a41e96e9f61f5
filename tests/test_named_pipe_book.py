"""Edge cases of the book's pair in chapter08/05-named-pipe, and its wire: the book's own listings talk to either of
them. The peers in tests/peers do on the wire what the listings do."""

from __future__ import annotations

import os
import random
import re
import secrets
import zlib

import pytest
from conftest import DEADLINE_S, TOOLCHAINS, wine_differs
from huge_file import make_endless
from companion.play.actor import Actor
from companion.play.stage import Stage
from test_named_pipe import NEWS, REFUSED, stranger, unicode_stage
from test_trace import returned

__all__ = ["unicode_stage"]  # the fixture
PIECE = 1024  # the book's client has room for no more in one message
NOTHING = "NamedPipe_Client: nothing came: the file is empty, or the server has refused it"


def serve(stage: Stage, *arguments: str) -> Actor:
    root = stage.work / "files"
    root.mkdir(exist_ok=True)
    (root / "news.txt").write_bytes(NEWS)
    (stage.work / "secret.txt").write_bytes(b"SECRET")
    actor = stage.start("NamedPipe_Server", "--name", stage.unique("pipe"), "--root", "files", *arguments)
    assert actor.next_line() == rf"waiting for clients on \\.\pipe\{stage.unique('pipe')}"
    return actor


def client(stage: Stage, *arguments: str) -> Actor:
    return stage.start("NamedPipe_Client", "--name", stage.unique("pipe"), *arguments)


def fetched(actor: Actor) -> bytes:
    """The bytes that a client has printed."""
    assert actor.exit() == 0, actor.errors.all
    return actor.output.path.read_bytes()


def tchars(stage: Stage, text: str) -> bytes:
    return text.encode("utf-8" if stage.toolchain is TOOLCHAINS["ansi"] else "utf-16-le", "surrogatepass")


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
            assert text == "233", "the server has disconnected the pipe"
            answers.append([])
        elif word == "message":
            answers[-1].append(bytes.fromhex(text))
    assert len(answers) == len(requests) + 1
    return answers[:-1]


def assert_still_serves(stage: Stage) -> None:
    assert ask(stage, [tchars(stage, "news.txt\0")]) == [[NEWS]]


@pytest.mark.parametrize("how", ["terminated", "bare", "whole"])
def test_the_books_client_asks_our_server(win32_stage: Stage, how: str) -> None:
    server = serve(win32_stage, "--clients", "2")
    (win32_stage.work / "files/소식.txt").write_bytes(NEWS)
    content = secrets.token_bytes(3 * PIECE + 1)
    (win32_stage.work / "files/large").write_bytes(content)
    name = win32_stage.unique("pipe")
    assert fetched(win32_stage.start("BookPipeClient", name, "소식.txt", how)) == NEWS
    assert server.next_line() == f"client 1: 소식.txt, {len(NEWS)} bytes"
    assert fetched(win32_stage.start("BookPipeClient", name, "large", how)) == content
    assert server.exit() == 0


def test_a_books_client_that_takes_characters_for_bytes(unicode_stage: Stage) -> None:
    """Of "news.txt" it sends 9 bytes, which are "news" and half a character."""
    server = serve(unicode_stage)
    assert fetched(unicode_stage.start("BookPipeClient", unicode_stage.unique("pipe"), "news.txt", "half")) == b""
    assert server.next_error().startswith("NamedPipe_Server: client 1: CreateFile(news): error 2 ERROR_FILE_NOT_FOUND:")
    assert_still_serves(unicode_stage)


def test_our_client_asks_the_books_server(win32_stage: Stage) -> None:
    text = "오늘의 소식\n".encode()  # as text: the book's server changes line ends
    large = b"line of sixteen\n" * (3 * PIECE // 16)  # whole messages, after which an empty one comes
    (win32_stage.work / "news.txt").write_bytes(text)
    (win32_stage.work / "큰 파일").write_bytes(large)
    server = win32_stage.start("BookPipeServer", win32_stage.unique("pipe"), "4")
    assert server.next_line() == "ready"
    assert fetched(client(win32_stage)) == text
    assert server.next_line() == "ready"
    assert fetched(client(win32_stage, "큰 파일")) == large

    assert server.next_line() == "ready"
    missing = client(win32_stage, "없는 파일")  # waits as long as the server runs, which keeps the connection
    assert server.next_line() == "ready"
    assert not missing.has_ended
    server.kill()
    assert missing.next_error() == NOTHING
    assert missing.exit() == 1


def test_two_character_sets_do_not_understand_each_other(win32_stage: Stage) -> None:
    """Which the book's protocol cannot tell. The server lives on."""
    server = serve(win32_stage)
    with Stage(TOOLCHAINS["ansi" if win32_stage.toolchain is TOOLCHAINS["unicode"] else "unicode"]) as other:
        fetching = other.start("NamedPipe_Client", "--name", win32_stage.unique("pipe"))
        assert fetching.next_error() == NOTHING
        assert fetching.exit() == 1
    assert_still_serves(win32_stage)
    assert not server.has_ended


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 1_000_000])
def test_sizes_around_a_piece(unicode_stage: Stage, size: int) -> None:
    server = serve(unicode_stage, "--clients", "1")
    content = secrets.token_bytes(size)
    (unicode_stage.work / "files/news.txt").write_bytes(content)
    answer = ask(unicode_stage, [tchars(unicode_stage, "news.txt\0")])[0]
    assert b"".join(answer) == content
    assert [len(message) for message in answer[:-1]] == [PIECE] * (len(answer) - 1)
    assert server.next_line() == f"client 1: news.txt, {size} bytes"


def test_an_empty_file_looks_like_a_refusal(win32_stage: Stage) -> None:
    server = serve(win32_stage, "--clients", "1")
    (win32_stage.work / "files/news.txt").write_bytes(b"")
    fetching = client(win32_stage)
    assert fetching.next_error() == NOTHING
    assert fetching.exit() == 1
    assert server.next_line() == "client 1: news.txt, 0 bytes"


@pytest.mark.parametrize("messages", [[b"a" * 5000], [b"a"], [b"", b"a", b"", b"b" * PIECE], [b"ERROR no file\n"]])
def test_any_message_is_content(unicode_stage: Stage, messages: list[bytes]) -> None:
    """Also one that is longer than the client's buffer, an empty one, and an error."""
    server = stranger(unicode_stage, "serve", *(message.hex() for message in messages))
    assert server.next_line() == "ready"
    assert fetched(client(unicode_stage)) == b"".join(messages)


def test_a_killed_server_looks_like_the_end_of_the_file(unicode_stage: Stage) -> None:
    server = serve(unicode_stage)
    make_endless(unicode_stage.work / "files/news.txt")
    fetching = client(unicode_stage)
    assert unicode_stage.wait(lambda: fetching.output.path.stat().st_size > 0)
    server.kill()
    assert fetching.exit() == 0
    assert fetching.errors.all == []


def test_names_of_all_kinds(win32_stage: Stage) -> None:
    serve(win32_stage)
    names = ["한글 이름.txt", "📬", ".hidden", "a b", "x" * 150, "'quotes' & 100%~!", "no-ending"]
    for name in names:
        (win32_stage.work / "files" / name).write_bytes(b"inside " + name.encode())
    answers = ask(win32_stage, [tchars(win32_stage, name) for name in names])
    assert [b"".join(answer) for answer in answers] == [b"inside " + name.encode() for name in names]


def test_what_is_refused_and_why(win32_stage: Stage) -> None:
    """By the rule of the other servers; what follows a terminator does not count."""
    server = serve(win32_stage)
    (win32_stage.work / "files/folder").mkdir()
    refused = {name.decode(): reason for name, reason in REFUSED.items()
               if re.fullmatch(rb"[^\x00\xff\xc0\xed\xf0]*", name) and len(name) <= 256}
    assert ask(win32_stage, [tchars(win32_stage, name) for name in refused]) == [[]] * len(refused)
    said = [server.next_line() for reason in refused.values() if reason.startswith("the name ")]
    assert [re.sub(r"^client \d+: refused, ", "", line) for line in said] == [
        line for line in (full_reason(reason) for reason in refused.values()) if line.startswith("the name ")]
    assert_still_serves(win32_stage)


def full_reason(reason: str) -> str:
    return 'the name has one of / \\ : * ? " < > |' if reason == "the name has one of" else reason


def test_hostile_requests(win32_stage: Stage) -> None:
    """Nothing but the files of the folder comes back, and the server lives on."""
    serve(win32_stage)
    inside = {"news.txt": NEWS, "other": b"inside: other", "한글.txt": b"inside: korean"}
    for name, content in inside.items():
        (win32_stage.work / "files" / name).write_bytes(content)
    (win32_stage.work / "files/folder").mkdir()
    (win32_stage.work / "files/folder/news.txt").write_bytes(b"SECRET")

    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    words = [tchars(win32_stage, word) for word in [
        *inside, "..", "/", "\\", "secret.txt", "folder", "C:", "Z:", "NUL", "con", "COM1", ".", " ", ":$DATA",
        "\\\\?\\", "\\\\.\\pipe\\", "\0", "\ud800", "\udc00", "%2e%2e", "~1", "*", "?", "\n", "A" * 300, "etc/passwd"]]

    def request() -> bytes:
        parts = [dice.choice(words) if dice.random() < 0.8 else dice.randbytes(dice.randrange(12))
                 for _ in range(dice.randrange(1, 5))]
        return b"".join(parts) * (10_000 if dice.random() < 0.01 else 1)

    for answer in ask(win32_stage, [request() for _ in range(300)]):
        assert b"".join(answer) in (b"", *inside.values())
    assert_still_serves(win32_stage)


@pytest.mark.skipif(os.name == "nt", reason="to make a link takes a privilege there")
def test_what_lies_in_the_folder_is_given_out(win32_stage: Stage) -> None:
    """A link, too, wherever it leads: the page says so, and the servers with a header do not follow it."""
    serve(win32_stage)
    (win32_stage.work / "files/link-out").symlink_to("../secret.txt")
    (win32_stage.work / "files/link-nowhere").symlink_to("nothing")
    assert ask(win32_stage, [tchars(win32_stage, name) for name in ("link-out", "link-nowhere", "folder")]) == [
        [b"SECRET"], [], []]
    assert_still_serves(win32_stage)


def test_one_client_after_another_and_nothing_is_left_of_them(unicode_stage: Stage) -> None:
    serve(unicode_stage)
    contents = [secrets.token_bytes(5_000 * number) for number in range(5)]
    for number, content in enumerate(contents):
        (unicode_stage.work / f"files/file-{number}").write_bytes(content)
    (unicode_stage.work / "files/large").write_bytes(bytes(1_000_000))

    def belongings() -> str:
        return stranger(unicode_stage, "count", "large", "book").next_line()

    expected_left = belongings()
    assert (crowd := stranger(unicode_stage, "crowd", "60", "5")).exit() == 0
    expected = [f"{number}: {len(contents[number % 5])} bytes {zlib.crc32(contents[number % 5]):08x} end 233"
                for number in range(60)]
    assert sorted(crowd.output.all) == sorted(expected)
    assert belongings() == expected_left


def test_everybody_waits_for_a_stubborn_client(win32_stage: Stage) -> None:
    server = serve(win32_stage)
    (win32_stage.work / "files/large").write_bytes(bytes(5_000_000))
    requests: list[list[str]] = [[], ["news.txt"], ["large"]]  # ReadFile, FlushFileBuffers and WriteFile wait
    for arguments in requests:
        stubborn = win32_stage.start("StubbornClient", "--name", win32_stage.unique("pipe"), *arguments)
        assert stubborn.next_line().startswith("connected")
        waiting = client(win32_stage)
        assert waiting.next_error() == rf"NamedPipe_Client: \\.\pipe\{win32_stage.unique('pipe')} is busy: waiting"
        stubborn.kill()
        assert fetched(waiting) == NEWS
        assert server.next_line().endswith(f"news.txt, {len(NEWS)} bytes")


def test_clients_that_come_and_go_at_once(win32_stage: Stage) -> None:
    serve(win32_stage)
    hasty = stranger(win32_stage, "ask")
    hasty.type_bytes(b"close\n" * 50)
    hasty.end_input()
    assert hasty.exit() == 0
    assert_still_serves(win32_stage)


@wine_differs("Wine lets a second program make a first instance", "8.0", "10.0")
def test_a_second_server_of_one_name_is_refused(unicode_stage: Stage) -> None:
    serve(unicode_stage)
    with Stage(unicode_stage.toolchain, deadline_s=DEADLINE_S) as other:
        second = other.start("NamedPipe_Server", "--name", unicode_stage.unique("pipe"))
        assert other.wait(lambda: second.has_ended or bool(second.output.all))
        assert second.output.all == []
        assert "error 5 ERROR_ACCESS_DENIED" in second.next_error()
        assert second.exit() == 1


def test_flags_that_wine_does_not_show() -> None:
    """Wine does the same with and without them. So the recorded calls have to tell."""
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S, is_traced=True) as stage:
        server = serve(stage, "--clients", "1")
        assert fetched(client(stage)) == NEWS
        assert server.exit() == 0
        first, second = [call for call in returned(stage, "NamedPipe_Server") if call.name == "CreateNamedPipe"]
        opened = [call for call in returned(stage, "NamedPipe_Client") if call.name == "CreateFile"]
    assert "FILE_FLAG_FIRST_PIPE_INSTANCE" in first.arguments["dwOpenMode"]["name"]
    assert "FILE_FLAG_FIRST_PIPE_INSTANCE" not in second.arguments["dwOpenMode"]["name"]
    for made in (first, second):
        assert "PIPE_REJECT_REMOTE_CLIENTS" in made.arguments["dwPipeMode"]["name"]
    assert "SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION" in opened[0].arguments["dwFlagsAndAttributes"]["name"]


def test_ctrl_c_ends_a_server(win32_stage: Stage) -> None:
    server = serve(win32_stage)
    server.ctrl_c()
    assert server.was_ended_by_ctrl_c()


@pytest.mark.parametrize("arguments, complaint", [
    (["NamedPipe_Server", "--clients", "0"], "--clients: '0' is not a whole number from 1 to 4294967295"),
    *[(["NamedPipe_Server", "--name", name],
       "--name: a pipe's name has no backslash, and the whole of it has 256 characters at most")
      for name in (r"a\b", "x" * 248)],
    (["NamedPipe_Server", "news.txt"], "unexpected 'news.txt'"),
    (["NamedPipe_Client", "a", "b"], "unexpected 'b'"),
    (["StubbornClient", "a", "b"], "unexpected 'b'"),
    *[([program, "--name", "x" * 248], "--name: a pipe's whole name has 256 characters at most")
      for program in ("NamedPipe_Client", "StubbornClient")],
])
def test_wrong_usage(win32_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = win32_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2


def test_a_root_that_is_none(win32_stage: Stage) -> None:
    (win32_stage.work / "file").write_bytes(b"")
    for root in ("file", "missing"):
        failing = win32_stage.start("NamedPipe_Server", "--root", root)
        assert failing.next_error().startswith(f"NamedPipe_Server: SetCurrentDirectory({root}): error ")
        assert failing.exit() == 1
