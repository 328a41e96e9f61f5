"""Edge cases of chapter08/05-named-pipe, the POSIX side: FIFOs and Unix sockets."""

from __future__ import annotations

import os
import random
import re
import secrets
import socket
import stat
from pathlib import Path

import pytest
from conftest import linux_only
from huge_file import make_endless
from companion.play.actor import Actor
from companion.play.stage import Stage

KINDS = ["named_pipe", "unix_socket"]
NEWS = "오늘의 소식\r\nnews\x1a\x00end".encode()

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs FIFOs and Unix sockets")


def serve(stage: Stage, kind: str, *arguments: str) -> tuple[Actor, Path]:
    """A server and the path on which it serves."""
    root = stage.work / "files"
    root.mkdir(exist_ok=True)
    (root / "news.txt").write_bytes(NEWS)
    (stage.work / "secret.txt").write_bytes(b"SECRET")
    actor = stage.start(f"{kind}_server", "--name", stage.unique("pipe"), "--root", "files", *arguments)
    line = actor.next_line()
    assert line.startswith("waiting for clients on ")
    return actor, Path(line.removeprefix("waiting for clients on "))


def client(stage: Stage, kind: str, *arguments: str) -> Actor:
    return stage.start(f"{kind}_client", "--name", stage.unique("pipe"), *arguments)


def call(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(60)
    connection.connect(str(path))
    return connection


def ask(path: Path, request: bytes) -> bytes:
    """What comes back on a Unix socket, header and all."""
    with call(path) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def assert_still_serves(stage: Stage, kind: str) -> None:
    arrived = stage.work / secrets.token_hex(4)
    assert client(stage, kind, "--output", arrived.name).exit() == 0
    assert arrived.read_bytes() == NEWS


@pytest.mark.parametrize("kind", KINDS)
def test_a_large_file_arrives_byte_for_byte(posix_stage: Stage, kind: str) -> None:
    serve(posix_stage, kind)
    content = secrets.token_bytes(50_000_000)
    (posix_stage.work / "files/큰 파일").write_bytes(content)
    assert client(posix_stage, kind, "--output", "arrived", "큰 파일").exit() == 0
    assert (posix_stage.work / "arrived").read_bytes() == content


@pytest.mark.parametrize("kind", KINDS)
def test_many_clients_at_once(posix_stage: Stage, kind: str) -> None:
    server, path = serve(posix_stage, kind, "--clients", "20")
    crowd = [client(posix_stage, kind, "--output", f"arrived-{number}") for number in range(20)]
    assert [actor.exit() for actor in crowd] == [0] * 20
    assert all((posix_stage.work / f"arrived-{number}").read_bytes() == NEWS for number in range(20))
    assert server.exit() == 0
    assert list(path.parent.glob(f"{posix_stage.unique('pipe')}*")) == []  # no FIFO is left, no socket


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name, reason", [
    ("../secret.txt", "the name has one of"),
    ("/etc/passwd", "the name has one of"),
    ("..\\secret.txt", "the name has one of"),
    ("NUL.txt", "the name is that of a device"),
    ("news.txt.", "the name ends with a dot or a blank"),
    ("..", "the name ends with a dot or a blank"),
    ("", "the name is empty"),
    ("가" * 256, "the name has more than 255 characters"),
    ("가" * 255, "the file cannot be opened"),  # 765 bytes, and Linux counts bytes
    ("\x1b[2J", "the name has a control character"),
    ("link", "that file lies elsewhere"),
    ("folder", "that is not a plain file"),
    ("fifo", "that is not a plain file"),
    ("none", "there is no such file"),
])
def test_what_is_refused_and_why(posix_stage: Stage, kind: str, name: str, reason: str) -> None:
    server, _ = serve(posix_stage, kind, "--clients", "1")
    files = posix_stage.work / "files"
    (files / "link").symlink_to("../secret.txt")
    (files / "folder").mkdir()
    os.mkfifo(files / "fifo")
    refused = client(posix_stage, kind, "--output", "arrived", name)
    assert refused.next_error().startswith(f"{kind}_client: the server refused: {reason}")
    assert refused.exit() == 1
    assert not list(posix_stage.work.glob("arrived*"))
    assert server.exit() == 0


def test_hostile_requests(posix_stage: Stage) -> None:
    _, path = serve(posix_stage, "unix_socket")
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    words = [b"news.txt", b"..", b"/", b"\\", b"secret.txt", b"\x00", b"\xff", b"\xc0\xaf", b"\n", b"files",
             b"etc/passwd", b"x" * 300, b".", b" "]
    for _ in range(1000):
        request = b"".join(dice.choice(words) for _ in range(dice.randrange(1, 5))) + b"\n"
        answer = ask(path, request * (300 if dice.random() < 0.02 else 1))
        if request.startswith(b"news.txt\n"):
            assert answer == b"OK %d\n" % len(NEWS) + NEWS
        else:
            assert re.fullmatch(rb"ERROR [ -~]+\n", answer), request
    assert ask(path, b"x" * 200_000 + b"\n") in (b"", b"ERROR the request is too long\n")
    assert ask(path, b"news.txt") == b""  # cut short: it might have been the name of another file
    assert_still_serves(posix_stage, "unix_socket")


def test_silent_and_slow_clients_disturb_nobody(posix_stage: Stage) -> None:
    server, path = serve(posix_stage, "unix_socket", "--patience", "300")
    (posix_stage.work / "files/large").write_bytes(bytes(5_000_000))
    silent = [call(path) for _ in range(20)]
    slow = [call(path) for _ in range(20)]
    for connection in slow:
        connection.sendall(b"large\n")
    assert_still_serves(posix_stage, "unix_socket")
    for _ in range(41):  # each is cut off when its time is over
        server.next_line()
    for connection in silent + slow:
        connection.close()
    assert_still_serves(posix_stage, "unix_socket")


@linux_only
def test_without_descriptors_for_one_more_it_serves_on(posix_stage: Stage) -> None:
    server, path = serve(posix_stage, "unix_socket")
    resource = pytest.importorskip("resource")
    assert server.process
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (12, 12))
    crowd = [call(path) for _ in range(14)]
    assert re.match(r"unix_socket_server: accept\(client \d+\): error 24 EMFILE", server.next_error())
    for connection in crowd:
        connection.close()
    assert_still_serves(posix_stage, "unix_socket")


@pytest.mark.parametrize("garbage", [
    b"\n", b"news.txt\n", b"0 news.txt\n", b"99999999999999999999 news.txt\n", b"-1 news.txt\n", b"1 news.txt\n",
    b"../x news.txt\n", b"x" * 5000 + b"\n", b"\xff\x00\n", b"12 ",
])
def test_garbage_in_the_fifo(posix_stage: Stage, garbage: bytes) -> None:
    """Including the process id of one who has no FIFO for an answer, and half a line."""
    server, path = serve(posix_stage, "named_pipe", "--patience", "50")
    with path.open("wb", buffering=0) as fifo:
        fifo.write(garbage)
    assert server.next_line() != ""
    assert_still_serves(posix_stage, "named_pipe")


def test_a_client_that_does_not_read_its_fifo(posix_stage: Stage) -> None:
    server, path = serve(posix_stage, "named_pipe", "--patience", "50")
    (posix_stage.work / "files/large").write_bytes(bytes(5_000_000))
    answer = path.with_name(f"{posix_stage.unique('pipe')}.{os.getpid()}.answer")
    os.mkfifo(answer)
    deaf = os.open(answer, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with path.open("wb", buffering=0) as fifo:
            fifo.write(b"%d large\n" % os.getpid())
        assert server.next_line() == "client 1: gone, or not reading for too long"
    finally:
        os.close(deaf)
        answer.unlink()
    assert_still_serves(posix_stage, "named_pipe")


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_server_of_one_name_is_refused(posix_stage: Stage, kind: str) -> None:
    serve(posix_stage, kind)
    second = posix_stage.start(f"{kind}_server", "--name", posix_stage.unique("pipe"))
    assert second.exit() == 1
    assert "another server" in second.errors.all[-1]
    assert_still_serves(posix_stage, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_killed_server_left_is_taken_over(posix_stage: Stage, kind: str) -> None:
    server, path = serve(posix_stage, kind)
    server.kill()
    assert path.exists()
    late = client(posix_stage, kind)
    assert late.next_error().startswith(f"{kind}_client: ")
    assert late.next_error() == f"{kind}_client: hint: start {kind}_server first, with the same --name"
    assert late.exit() == 1
    again, _ = serve(posix_stage, kind)
    assert_still_serves(posix_stage, kind)
    again.ctrl_c()
    assert again.was_ended_by_ctrl_c()
    assert not path.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_killed_server_leaves_no_half_file(posix_stage: Stage, kind: str) -> None:
    server, path = serve(posix_stage, kind)
    make_endless(posix_stage.work / "files/news.txt")
    fetching = client(posix_stage, kind, "--output", "arrived")
    assert posix_stage.wait(lambda: bool(list(posix_stage.work.glob("arrived.*.part"))))
    server.kill()
    assert "fewer came" in fetching.next_error()
    assert fetching.exit() == 1
    assert not list(posix_stage.work.glob("arrived*"))
    path.unlink()


def test_the_folder_of_the_names_is_ours_alone(posix_stage: Stage) -> None:
    folder = posix_stage.work / "open"
    folder.mkdir()
    folder.chmod(0o777)
    for program in ("named_pipe_server", "unix_socket_client"):
        actor = posix_stage.start(program, environment={"XDG_RUNTIME_DIR": str(folder)})
        assert actor.next_error() == f"{program}: {folder} is not a folder of yours alone"
        assert actor.exit() == 1


def test_nobody_else_may_ask(posix_stage: Stage) -> None:
    _, fifo = serve(posix_stage, "named_pipe")
    assert stat.S_IMODE(fifo.stat().st_mode) == 0o600
    assert stat.S_IMODE(fifo.parent.stat().st_mode) == 0o700


def test_a_busy_fifo(posix_stage: Stage) -> None:
    server, path = serve(posix_stage, "named_pipe")
    assert server.process
    with path.open("wb", buffering=0) as fifo:
        fifo.write(b"12")  # half a request, for which the server waits
        hurried = client(posix_stage, "named_pipe", "--timeout", "50")
        assert hurried.next_error() == f"named_pipe_client: {path} was busy for 50 ms"
        assert hurried.exit() == 1


@pytest.mark.parametrize("arguments, complaint", [
    (["named_pipe_server", "--name", "a/b"], "--name: a name is not empty and has no slash"),
    (["named_pipe_client", "--name", ""], "--name: a name is not empty and has no slash"),
    (["named_pipe_client", "x" * 5000], "FILE: a request has 4096 bytes at most"),
    (["unix_socket_client", "a\nb"], "FILE: a name with a line feed in it cannot be asked for"),
    (["unix_socket_server", "--name", "x" * 200], "--name: the path of a Unix socket has less than 108 bytes"),
    (["unix_socket_server", "--patience", "0"], "--patience: '0' is not a whole number from 1 to 2147483647"),
])
def test_wrong_usage(posix_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = posix_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2
