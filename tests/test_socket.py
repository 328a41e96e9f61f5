"""Edge cases of chapter08/10-socket, both sides and each with the other."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import re
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from conftest import DEADLINE_S, TOOLCHAINS, linux_only
from huge_file import make_endless
from companion.play.actor import Actor
from companion.play.stage import Stage
from test_named_pipe import NEWS, REFUSED
from test_trace import returned

SERVERS = ["SocketServer"] + (["socket_server"] if os.name != "nt" else [])
CLIENTS = ["SocketClient"] + (["socket_client"] if os.name != "nt" else [])
HAS_IPV6 = Path("/proc/net/if_inet6").exists() and "00000000000000000000000000000001" in Path(
    "/proc/net/if_inet6").read_text()


@pytest.fixture
def mixed_stage() -> Iterator[Stage]:
    """With the programs of both sides."""
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S) as stage:
        yield stage


def serve(stage: Stage, program: str, *arguments: str) -> tuple[Actor, int]:
    """A server and its port."""
    root = stage.work / "files"
    root.mkdir(exist_ok=True)
    (root / "news.txt").write_bytes(NEWS)
    (stage.work / "secret.txt").write_bytes(b"SECRET")
    actor = stage.start(program, "--port", "0", "--root", "files", *arguments)
    found = re.fullmatch(r"waiting for clients on port (\d+), from (this computer alone|everywhere)", actor.next_line())
    assert found
    return actor, int(found[1])


def call(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S)


def ask(port: int, request: bytes) -> bytes:
    """What comes back, header and all."""
    with call(port) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def assert_still_serves(port: int) -> None:
    assert ask(port, b"news.txt\n") == b"OK %d\n" % len(NEWS) + NEWS


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("server", SERVERS)
def test_a_large_file_arrives_byte_for_byte(mixed_stage: Stage, server: str, client: str) -> None:
    _, port = serve(mixed_stage, server)
    content = secrets.token_bytes(50_000_000)
    (mixed_stage.work / "files/큰 파일").write_bytes(content)
    assert mixed_stage.start(client, "--port", str(port), "--output", "arrived", "큰 파일").exit() == 0
    assert hashlib.sha256((mixed_stage.work / "arrived").read_bytes()).digest() == hashlib.sha256(content).digest()


def test_both_character_sets(win32_stage: Stage) -> None:
    server, port = serve(win32_stage, "SocketServer", "--clients", "1")
    (win32_stage.work / "files/소식.txt").write_bytes("안녕".encode())
    fetching = win32_stage.start("SocketClient", "--port", str(port), "소식.txt")
    assert fetching.next_line() == "안녕"
    assert fetching.exit() == 0
    assert server.next_line() == "client 1: 소식.txt, 6 bytes"
    assert server.exit() == 0


@pytest.mark.parametrize("server", SERVERS)
def test_what_is_refused_and_why(mixed_stage: Stage, server: str) -> None:
    """As on the named pipe: it is the same source."""
    _, port = serve(mixed_stage, server)
    (mixed_stage.work / "files/folder").mkdir()
    for request, reason in REFUSED.items():
        if b"\n" not in request and len(request) < 65_536:
            assert ask(port, request + b"\n").startswith(b"ERROR " + reason.encode()), request
    assert ask(port, b"x" * 300_000 + b"\n") == b"ERROR the request is too long\n"
    assert_still_serves(port)


@pytest.mark.parametrize("server", SERVERS)
def test_hostile_requests(mixed_stage: Stage, server: str) -> None:
    _, port = serve(mixed_stage, server)
    seed = secrets.randbelow(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    words = [b"news.txt", b"..", b"/", b"\\", b"secret.txt", b"\x00", b"\xff", b"\xc0\xaf", b"files", b"NUL", b"C:",
             b".", b" ", b"\r", b"GET / HTTP/1.1", b"x" * 300]
    for _ in range(500):
        request = b"".join(dice.choice(words) for _ in range(dice.randrange(1, 5)))
        answer = ask(port, request + b"\n" + (b"more " * dice.randrange(30)))
        if request == b"news.txt":
            assert answer == b"OK %d\n" % len(NEWS) + NEWS
        else:
            assert re.fullmatch(rb"ERROR [ -~]+\n", answer), request
    assert_still_serves(port)


@pytest.mark.parametrize("server", SERVERS)
def test_a_request_in_pieces(mixed_stage: Stage, server: str) -> None:
    """One send is not one recv."""
    _, port = serve(mixed_stage, server)
    with call(port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"news.txt\n":
            connection.sendall(bytes([byte]))
        assert connection.makefile("rb").read() == b"OK %d\n" % len(NEWS) + NEWS
    with call(port) as connection:  # cut short, it might be the name of another file
        connection.sendall(b"news.txt")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b""


@pytest.mark.parametrize("server", SERVERS)
def test_many_clients_at_once(mixed_stage: Stage, server: str) -> None:
    actor, port = serve(mixed_stage, server, "--clients", "100")
    (mixed_stage.work / "files/large").write_bytes(bytes(1_000_000))
    crowd = [call(port) for _ in range(100)]
    for connection in crowd:
        connection.sendall(b"large\n")
    arrived: list[int] = []
    threads = [threading.Thread(target=lambda one: arrived.append(len(one.makefile("rb").read())), args=[connection])
               for connection in crowd]
    for thread in threads:
        thread.start()
    for thread, connection in zip(threads, crowd, strict=True):
        thread.join()
        connection.close()
    assert arrived == [1_000_000 + len(b"OK 1000000\n")] * 100
    assert actor.exit() == 0


@pytest.mark.parametrize("server", SERVERS)
def test_silent_and_slow_clients_disturb_nobody(mixed_stage: Stage, server: str) -> None:
    actor, port = serve(mixed_stage, server, "--patience", "300")
    (mixed_stage.work / "files/large").write_bytes(bytes(50_000_000))
    silent = [call(port) for _ in range(10)]
    slow = [call(port) for _ in range(10)]
    for connection in slow:
        connection.sendall(b"large\n")
    assert_still_serves(port)
    for _ in range(21):  # each is cut off when its time is over
        actor.next_line()
    for connection in silent + slow:
        connection.close()
    assert_still_serves(port)


@pytest.mark.parametrize("server", SERVERS)
def test_input_that_the_server_does_not_need(mixed_stage: Stage, server: str) -> None:
    """A socket that is closed before all its input was read resets the connection: what is still on its way is lost."""
    actor, port = serve(mixed_stage, server)
    content = secrets.token_bytes(1_000_000)
    (mixed_stage.work / "files/large").write_bytes(content)
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)  # most of the answer waits at the server
        connection.settimeout(DEADLINE_S)
        connection.connect(("127.0.0.1", port))
        connection.sendall(b"large\n" + b"more " * 20_000)  # more than the server takes with the request
        assert actor.next_line() == "client 1: large, 1000000 bytes"
        assert b"".join(iter(lambda: connection.recv(65536), b"")) == b"OK 1000000\n" + content


def test_the_port_is_for_one_server_alone() -> None:
    """SO_EXCLUSIVEADDRUSE. Without it another program could share the port on Windows, and under Wine it cannot."""
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S, is_traced=True) as stage:
        serve(stage, "SocketServer")
        calls = returned(stage, "SocketServer")
    names = [call.name for call in calls]
    assert names.count("setsockopt") == names.count("bind") > 0
    assert {call.arguments["optname"] for call in calls if call.name == "setsockopt"} == {~4}  # SO_REUSEADDR is 4


@linux_only
def test_without_descriptors_for_one_more_it_serves_on(posix_stage: Stage) -> None:
    server, port = serve(posix_stage, "socket_server")
    resource = pytest.importorskip("resource")
    assert server.process
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (12, 12))
    crowd = [call(port) for _ in range(14)]
    assert re.match(r"socket_server: accept\(client \d+\): error 24 EMFILE", server.next_error())
    for connection in crowd:
        connection.close()
    assert_still_serves(port)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("pieces, complaint", [
    ([b"O", b"K 5", b"\n1", b"2345"], None),
    ([b"OK 5\n123"], "the file is not complete: 5 bytes were announced, fewer came"),
    ([b"OK 5\n123456"], "the file is not complete: 5 bytes were announced, more came"),
    ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "the answer does not begin with"),
    ([], "the server went away without an answer"),
])
def test_a_server_that_keeps_no_rules(mixed_stage: Stage, client: str, pieces: list[bytes],
                                      complaint: str | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fetching = mixed_stage.start(client, "--host", "127.0.0.1", "--port", str(listener.getsockname()[1]),
                                     "--output", "arrived")
        connection, _ = listener.accept()
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            assert connection.makefile("rb").readline() == b"news.txt\n"
            for piece in pieces:
                connection.sendall(piece)
        if complaint is None:
            assert fetching.exit() == 0
            assert (mixed_stage.work / "arrived").read_bytes() == b"12345"
        else:
            assert complaint in fetching.next_error()
            assert fetching.exit() == 1
            assert not list(mixed_stage.work.glob("arrived*"))


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's table of sockets")
@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("arguments, address", [([], "0100007F"), (["--any"], "00000000")])
def test_loopback_alone_unless_any(mixed_stage: Stage, server: str, arguments: list[str], address: str) -> None:
    _, port = serve(mixed_stage, server, *arguments)
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    assert [row[1] for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "0A"] == [f"{address}:{port:04X}"]
    assert_still_serves(port)


@pytest.mark.skipif(not HAS_IPV6, reason="this computer has no IPv6")
@pytest.mark.parametrize("server", SERVERS)
def test_ipv6_and_ipv4(mixed_stage: Stage, server: str) -> None:
    _, port = serve(mixed_stage, server)
    for client in CLIENTS:
        for host in ("::1", "127.0.0.1"):
            fetching = mixed_stage.start(client, "--host", host, "--port", str(port), "--output", "arrived")
            assert fetching.exit() == 0, fetching.errors.all


@pytest.mark.parametrize("server", SERVERS)
def test_a_second_server_on_one_port_is_refused(mixed_stage: Stage, server: str) -> None:
    _, port = serve(mixed_stage, server)
    for other in SERVERS:
        second = mixed_stage.start(other, "--port", str(port))
        assert second.next_error().startswith(f"{other}: bind(port {port}, IPv")
        assert second.next_error() == f"{other}: hint: another program has this port; end it, or choose another --port"
        assert second.exit() == 1
    assert_still_serves(port)


@pytest.mark.parametrize("client", CLIENTS)
def test_no_server(mixed_stage: Stage, client: str) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody else gets this port
        taken.bind(("127.0.0.1", 0))
        calling = mixed_stage.start(client, "--host", "127.0.0.1", "--port", str(taken.getsockname()[1]))
        assert "ECONNREFUSED" in calling.next_error()
        server = "SocketServer" if client == "SocketClient" else "socket_server"
        assert f"hint: start {server} first" in calling.next_error()
        assert calling.exit() == 1


@pytest.mark.parametrize("client", CLIENTS)
def test_a_server_that_falls_silent(mixed_stage: Stage, client: str) -> None:
    """As a computer does that has lost its power."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fetching = mixed_stage.start(client, "--host", "127.0.0.1", "--port", str(listener.getsockname()[1]),
                                     "--timeout", "100", "--output", "arrived")
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"OK 5\n123")
            assert re.search("WSAETIMEDOUT|the time is over", fetching.next_error())
            assert fetching.exit() == 1
            assert not list(mixed_stage.work.glob("arrived*"))


@linux_only
def test_a_client_that_dribbles_is_cut_off(posix_stage: Stage) -> None:
    """Row 5 of the public reports, and its kind: no client keeps a thread and a descriptor for ever."""
    server, port = serve(posix_stage, "socket_server", "--patience", "400")
    with call(port) as slow:
        def is_cut_off() -> bool:
            with contextlib.suppress(OSError):
                slow.send(b"x")
            time.sleep(0.02)  # its pace, well within --patience
            return bool(server.output.unread)

        assert posix_stage.wait(is_cut_off)
        assert server.next_line() == "client 1: gone, or silent for too long, before it had asked"


@pytest.mark.parametrize("client", CLIENTS[1:])
def test_a_server_that_sends_a_byte_now_and_then(mixed_stage: Stage, client: str) -> None:
    """Row 19 of the public reports: each call is short, and still the whole has an end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fetching = mixed_stage.start(client, "--host", "127.0.0.1", "--port", str(listener.getsockname()[1]),
                                     "--timeout", "500", "--output", "arrived")
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"OK 1000000\n")

            def has_ended() -> bool:
                with contextlib.suppress(OSError):  # the client has gone
                    connection.sendall(b"x")
                time.sleep(0.02)  # the pace of a server that is too slow
                return fetching.has_ended

            assert mixed_stage.wait(has_ended)
            assert fetching.next_error() == f"{client}: the time is over: 500 ms, waiting for the answer"
            assert fetching.exit() == 1
            assert not list(mixed_stage.work.glob("arrived*"))


@pytest.mark.parametrize("client", CLIENTS[1:])
def test_a_server_that_takes_nobody(mixed_stage: Stage, client: str) -> None:
    """Row 19 of the public reports: where the queue of listen is full, connect waits."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, contextlib.ExitStack() as stack:
        for _ in range(4):  # more than the queue has room for
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        asking = mixed_stage.start(client, "--host", "127.0.0.1", "--port", str(listener.getsockname()[1]),
                                   "--timeout", "300")
        assert asking.next_error() == f"{client}: the time is over: 300 ms, waiting for the answer"
        assert asking.exit() == 1


@pytest.mark.parametrize("client, server", list(zip(CLIENTS, SERVERS)))
def test_a_client_that_ctrl_c_ends_leaves_no_part_file(mixed_stage: Stage, client: str, server: str) -> None:
    """Row 23 of the public reports."""
    _, port = serve(mixed_stage, server)
    make_endless(mixed_stage.work / "files/endless")
    for _ in range(5):
        fetching = mixed_stage.start(client, "--port", str(port), "--output", "arrived", "endless")
        assert mixed_stage.wait(lambda: bool(list(mixed_stage.work.glob("arrived.*.part"))))
        fetching.ctrl_c()
        assert fetching.was_ended_by_ctrl_c()
        assert not list(mixed_stage.work.glob("arrived*"))


@pytest.mark.parametrize("client, server", list(zip(CLIENTS, SERVERS)))
def test_a_folder_is_not_replaced(mixed_stage: Stage, client: str, server: str) -> None:
    """Row 4 of the public reports."""
    _, port = serve(mixed_stage, server)
    (mixed_stage.work / "arrived").mkdir()
    fetching = mixed_stage.start(client, "--port", str(port), "--output", "arrived")
    assert fetching.next_error() == f"{client}: arrived is there, and is no plain file: it is not replaced"
    assert fetching.exit() == 1
    assert [path.name for path in mixed_stage.work.glob("arrived*")] == ["arrived"]


@linux_only
def test_a_crowd_at_one_address_does_not_keep_the_other_waiting(posix_stage: Stage) -> None:
    """Row 5 of the public reports, and its kind: no client keeps others out."""
    if not HAS_IPV6:
        pytest.skip("needs IPv6")
    server, port = serve(posix_stage, "socket_server")
    assert server.process
    server.process.send_signal(signal.SIGSTOP)
    crowd = [socket.create_connection(("::1", port)) for _ in range(200)]
    with call(port) as other:
        other.sendall(b"news.txt\n")
        server.process.send_signal(signal.SIGCONT)
        assert re.match("client [23]: news.txt", server.next_line())
    for connection in crowd:
        connection.close()


# Under Wine a killed server's connection now and then outlives it, in the wineserver, until that ends too.
@pytest.mark.parametrize("server", SERVERS[-1:])
def test_a_killed_server_leaves_no_half_file(mixed_stage: Stage, server: str) -> None:
    actor, port = serve(mixed_stage, server)
    make_endless(mixed_stage.work / "files/news.txt")
    fetching = mixed_stage.start(CLIENTS[0], "--port", str(port), "--output", "arrived")
    assert mixed_stage.wait(lambda: bool(list(mixed_stage.work.glob("arrived.*.part"))))
    actor.kill()
    assert fetching.exit() == 1
    assert "fewer came" in fetching.errors.all[-1]
    assert not list(mixed_stage.work.glob("arrived*"))


@pytest.mark.parametrize("program", SERVERS)
def test_ctrl_c_ends_a_server(mixed_stage: Stage, program: str) -> None:
    """While it waits: see anonymous-pipe's page for what Wine does when a client's thread is just ending."""
    actor, _ = serve(mixed_stage, program)
    actor.ctrl_c()
    assert actor.was_ended_by_ctrl_c()


@pytest.mark.parametrize("arguments, complaint", [
    (["SocketServer", "--port", "65536"], "--port: '65536' is not a whole number from 0 to 65535"),
    (["SocketServer", "news.txt"], "unexpected 'news.txt'"),
    (["SocketClient", "--port", "0"], "--port: '0' is not a whole number from 1 to 65535"),
    (["SocketClient", "a\nb"], "FILE: a name with a line feed in it cannot be asked for"),
    (["SocketClient", "--timeout", "0"], "--timeout: '0' is not a whole number from 1 to 2147483647"),
    (["SocketBorders", "x"], "unexpected 'x'"),
])
def test_wrong_usage(win32_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = win32_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2


@contextmanager
def odd_server(answers: bool) -> Iterator[int]:
    """A port where one byte comes in a quarter of a second, or nobody is let in, since the queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=8 if answers else 0) as listener:
        port = listener.getsockname()[1]
        over = threading.Event()

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"OK 1000000\n")
                while not over.wait(0.25):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        waiting = [socket.socket() for _ in range(4)]
        dripping = threading.Thread(target=drip)
        if answers:
            dripping.start()
        else:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            over.set()
            if answers:
                dripping.join()
            for one in waiting:
                one.close()


@pytest.mark.parametrize("client", CLIENTS)
def test_the_time_limit_is_for_all_of_it(mixed_stage: Stage, client: str) -> None:
    """Row 19 of the public reports: a server that always sends a little cannot stretch it."""
    with odd_server(answers=True) as port:
        fetching = mixed_stage.start(client, "--host", "127.0.0.1", "--port", str(port), "--timeout", "2000",
                                     "--output", "arrived")
        assert fetching.next_error() == f"{client}: the time is over: 2000 ms, waiting for the answer"
        assert fetching.exit() == 1
    assert list(mixed_stage.work.iterdir()) == []


@linux_only
@pytest.mark.parametrize("client", CLIENTS)
def test_the_time_limit_is_for_the_connection_too(mixed_stage: Stage, client: str) -> None:
    """Row 19 of the public reports. On Linux a queue that is full leaves connect waiting."""
    with odd_server(answers=False) as port:
        fetching = mixed_stage.start(client, "--host", "127.0.0.1", "--port", str(port), "--timeout", "1000")
        assert re.search("the time is over: 1000 ms|error 10060 WSAETIMEDOUT", fetching.next_error())
        assert fetching.exit() == 1
