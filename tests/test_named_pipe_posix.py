"""Edge cases of chapter08/05-named-pipe, the POSIX side: FIFOs and Unix sockets."""

from __future__ import annotations

import contextlib
import os
import random
import re
import secrets
import signal
import socket
import stat
import subprocess
import time
from pathlib import Path

import pytest
from conftest import DEADLINE_S, TOOLCHAINS, linux_only, running
from huge_file import make_endless
from companion.play.actor import Actor
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain

KINDS = ["named_pipe", "unix_socket"]
NEWS = "오늘의 소식\r\nnews\x1a\x00end".encode()

resource = pytest.importorskip("resource")  # as FIFOs and Unix sockets, not on Windows


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


class MuteServer:
    """A peer of the test's own, which sends what it is told, and else nothing, and never ends."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder, self.is_fifo = folder, kind == "named_pipe"

    def __enter__(self) -> MuteServer:
        if self.is_fifo:
            os.mkfifo(self.folder / "mute.requests")
            self.requests = os.open(self.folder / "mute.requests", os.O_RDWR)
        else:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(str(self.folder / "mute.socket"))
            self.listener.listen()
        self.answer = -1
        return self

    def send(self, data: bytes) -> None:
        try:
            if self.answer < 0 and self.is_fifo:
                pid = os.read(self.requests, 100).split()[0].decode()
                self.answer = os.open(self.folder / f"mute.{pid}.answer", os.O_WRONLY)
            elif self.answer < 0:
                self.answer = self.listener.accept()[0].detach()
            os.write(self.answer, data)
        except BrokenPipeError:
            pass  # the client has gone

    def __exit__(self, *_: object) -> None:
        os.close(self.answer)
        if self.is_fifo:
            os.close(self.requests)
        else:
            self.listener.close()


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
    ("a\u0080", "the name has a control character"),
    ("a\u009f", "the name has a control character"),
    ("COM\u00b9", "the name is that of a device"),
    ("lpt\u00b2.txt", "the name is that of a device"),
    ("LPT\u00b3", "the name is that of a device"),
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


def test_clients_that_dribble_are_cut_off(posix_stage: Stage) -> None:
    """Row 5 of the public reports, and its kind: no client keeps a thread and a descriptor for ever."""
    server, path = serve(posix_stage, "unix_socket", "--patience", "400")
    with call(path) as slow_to_ask:
        def is_cut_off() -> bool:
            with contextlib.suppress(OSError):
                slow_to_ask.send(b"x")
            time.sleep(0.02)  # its pace, well within --patience
            return bool(server.output.unread)

        assert posix_stage.wait(is_cut_off)
        assert server.next_line() == "client 1: gone, or silent for too long, before it had asked"
    with call(path) as slow_to_end:
        slow_to_end.sendall(b"news.txt\n")
        while slow_to_end.recv(4096):
            pass

        def is_closed() -> bool:
            time.sleep(0.02)
            try:
                return slow_to_end.send(b"x") == 0
            except OSError:
                return True

        assert posix_stage.wait(is_closed)


def test_a_file_that_grows_while_it_is_sent(posix_stage: Stage) -> None:
    """As much as was announced is sent, and no more."""
    server, path = serve(posix_stage, "unix_socket")
    large = posix_stage.work / "files/large"
    large.write_bytes(bytes(5_000_000))
    with call(path) as connection:
        connection.sendall(b"large\n")
        answer = connection.recv(100)  # the server waits now: there is no room for all of it
        with large.open("ab") as file:
            file.write(b"more")
        answer += b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer == b"OK 5000000\n" + bytes(5_000_000)
    assert server.next_line() == "client 1: large, 5000000 bytes"


def test_a_file_that_shrinks_while_it_is_sent(posix_stage: Stage) -> None:
    server, path = serve(posix_stage, "unix_socket")
    large = posix_stage.work / "files/large"
    large.write_bytes(bytes(5_000_000))
    with call(path) as connection:
        connection.sendall(b"large\n")
        answer = connection.recv(100)
        os.truncate(large, 1_000_000)
        answer += b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer == b"OK 5000000\n" + bytes(1_000_000)
    assert server.next_line() == "client 1: large has become shorter while it was sent"
    assert_still_serves(posix_stage, "unix_socket")


@linux_only
def test_without_descriptors_for_one_more_it_serves_on(posix_stage: Stage) -> None:
    server, path = serve(posix_stage, "unix_socket")
    assert server.process
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (12, 12))
    crowd = [call(path) for _ in range(14)]
    assert re.match(r"unix_socket_server: accept\(client \d+\): error 24 EMFILE", server.next_error())
    for connection in crowd:
        connection.close()
    assert_still_serves(posix_stage, "unix_socket")


def lay(path: Path, kind: str) -> None:
    """Puts something of that kind under a name that a program takes for its own."""
    if kind == "file":
        path.write_bytes(b"precious")
    elif kind == "link":
        path.symlink_to("nowhere")
    elif kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(str(path))


def next_ids() -> list[int]:
    """The process ids that come next. Behind the largest one the system begins again at 300."""
    last = int(Path("/proc/loadavg").read_text().split()[-1])
    behind = int(Path("/proc/sys/kernel/pid_max").read_text())
    return [number if number < behind else number - behind + 300 for number in range(last, last + 1000)]


def what_lies(path: Path) -> tuple[int, bytes]:
    mode = path.lstat().st_mode
    return stat.S_IFMT(mode), path.read_bytes() if stat.S_ISREG(mode) else b""


@pytest.fixture
def own_runtime_folder(posix_stage: Stage) -> Path:
    return posix_stage.runtime


@pytest.mark.parametrize("kind, program, lies", [
    ("named_pipe", program, lies) for program in ("server", "client", "answer")
    for lies in ("file", "link", "folder", "socket")
] + [("unix_socket", program, lies) for program in ("server", "client") for lies in ("file", "link", "folder", "fifo")])
def test_what_lies_under_our_name_stays_as_it_is(posix_stage: Stage, own_runtime_folder: Path, kind: str, program: str,
                                                 lies: str) -> None:
    """Row 4 of the public reports. For the answer FIFO, whose name has the client's process id, all ids that come
    next are taken."""
    places = [own_runtime_folder / f"news.{'requests' if kind == 'named_pipe' else 'socket'}"]
    if program == "answer":
        assert posix_stage.start("named_pipe_server", "--name", "news").next_line()
        places = [own_runtime_folder / f"news.{pid}.answer" for pid in next_ids()]
    for place in places:
        lay(place, lies)
    before = [what_lies(place) for place in places]

    actor = posix_stage.start(f"{kind}_{'server' if program == 'server' else 'client'}", "--name", "news")
    complaint = actor.next_error()
    words = {"file": "a plain file", "link": "a link", "folder": "a folder", "fifo": "a FIFO", "socket": "a socket"}
    wanted = "a FIFO" if kind == "named_pipe" else "a socket"
    assert any(complaint.endswith(f": {place} is {words[lies]}, not {wanted}") for place in places)
    assert "hint: choose another --name" in actor.next_error()
    assert actor.exit() == 1
    assert len(actor.errors.all) == 2
    assert [what_lies(place) for place in places] == before


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_come_to_lie_under_our_name_is_not_removed(posix_stage: Stage, kind: str) -> None:
    """Row 4 of the public reports."""
    server, path = serve(posix_stage, kind)
    path.unlink()
    path.write_bytes(b"precious")
    server.ctrl_c()
    assert server.was_ended_by_ctrl_c()
    assert path.read_bytes() == b"precious"
    path.unlink()


def test_a_socket_of_another_kind_that_is_in_use_stays(posix_stage: Stage, own_runtime_folder: Path) -> None:
    """Row 4 of the public reports: connect fails, and yet somebody lives there."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(own_runtime_folder / "news.socket"))
        actor = posix_stage.start("unix_socket_server", "--name", "news")
        assert "EPROTOTYPE" in actor.next_error()
        assert actor.exit() == 1
        assert (own_runtime_folder / "news.socket").is_socket()


@pytest.mark.parametrize("lies", ["fifo", "link", "folder", "socket"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_output_that_is_no_plain_file_is_not_replaced(posix_stage: Stage, kind: str, lies: str) -> None:
    """Row 4 of the public reports. As root, --output /dev/null would have taken the device's place."""
    serve(posix_stage, kind)
    output = posix_stage.work / "arrived"
    lay(output, lies)
    before = what_lies(output)
    fetching = client(posix_stage, kind, "--output", "arrived")
    assert fetching.next_error() == f"{kind}_client: arrived is there, and is no plain file: it is not replaced"
    assert fetching.exit() == 1
    assert what_lies(output) == before
    assert [path.name for path in posix_stage.work.glob("arrived*")] == ["arrived"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_part_file_that_is_there_stays(posix_stage: Stage, kind: str) -> None:
    """Row 4 of the public reports."""
    serve(posix_stage, kind)
    places = [posix_stage.work / f"arrived.{pid}.part" for pid in next_ids()]
    for place in places:
        place.write_bytes(b"precious")
    fetching = client(posix_stage, kind, "--output", "arrived")
    assert re.fullmatch(rf"{kind}_client: fopen\(arrived\.\d+\.part\): error 17 EEXIST: File exists",
                        fetching.next_error())
    assert fetching.exit() == 1
    assert all(place.read_bytes() == b"precious" for place in places)


@linux_only
def test_without_threads_for_one_more_nobody_is_dropped(posix: Toolchain) -> None:
    """Row 5 of the public reports. A limit of memory stands for one of threads, which root does not have: there is no
    room for the stack of one more. Not the build with the sanitizers, which need terabytes of addresses."""
    with Stage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S) as stage:
        server, path = serve(stage, "unix_socket")
        assert server.process
        status = Path(f"/proc/{server.process.pid}/status").read_text()
        in_use = int(re.findall(r"VmSize:\s*(\d+) kB", status)[0]) * 1024
        limit = in_use + 20_000_000  # two stacks of 8 MB
        resource.prlimit(server.process.pid, resource.RLIMIT_AS, (limit, limit))
        crowd = [call(path) for _ in range(12)]
        assert re.match(r"unix_socket_server: pthread_create\(client \d+\): error 1[12] E(AGAIN|NOMEM)",
                        server.next_error())
        assert "is served on" in server.next_error()
        for connection in crowd:  # each of them in turn, as soon as others leave
            connection.sendall(b"news.txt\n")
            connection.shutdown(socket.SHUT_WR)
        for connection in crowd:
            assert b"".join(iter(lambda: connection.recv(65536), b"")).endswith(NEWS)
            connection.close()


@linux_only
def test_a_server_without_descriptors_says_so_once_and_does_not_spin(posix_stage: Stage) -> None:
    """Row 5 of the public reports."""
    server, path = serve(posix_stage, "unix_socket", "--clients", "15")
    assert server.process
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (12, 12))
    crowd = [call(path) for _ in range(14)]
    server.next_error()
    server.next_error()
    ticks = sum(int(field) for field in Path(f"/proc/{server.process.pid}/stat").read_text().split()[13:15])
    time.sleep(1.5)  # time in which it must do nothing
    used = sum(int(field) for field in Path(f"/proc/{server.process.pid}/stat").read_text().split()[13:15]) - ticks
    assert used <= os.sysconf("SC_CLK_TCK") // 2
    posix_stage.look()
    assert server.errors.unread == []
    for connection in crowd:
        connection.close()
    assert_still_serves(posix_stage, "unix_socket")
    assert server.exit() == 0  # a failed accept is no client


@linux_only
def test_a_fifo_server_without_descriptors_goes_on(posix_stage: Stage) -> None:
    """Row 5 of the public reports."""
    server, _ = serve(posix_stage, "named_pipe")
    assert server.process
    used = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
    for room, outcome in ((used, "no answer, since this server cannot open one more file"),
                          (used + 1, "refused, the server is short of descriptors or memory; ask again later")):
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (room, 100))
        asking = client(posix_stage, "named_pipe", "--timeout", "300")
        assert server.next_line().endswith(outcome)
        assert asking.exit() == 1
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (100, 100))
    assert_still_serves(posix_stage, "named_pipe")


@pytest.mark.parametrize("kind", KINDS)
def test_a_log_on_a_full_disk_does_not_end_a_server(posix_stage: Stage, kind: str) -> None:
    """Row 5 of the public reports."""
    (posix_stage.work / "news.txt").write_bytes(NEWS)
    environment = os.environ | {"XDG_RUNTIME_DIR": str(posix_stage.runtime)}
    program = posix_stage.toolchain.executable(f"{kind}_server")
    with open("/dev/full", "wb") as full, subprocess.Popen(
            [program, "--name", posix_stage.unique("pipe"), "--clients", "2"], cwd=posix_stage.work, stdout=full,
            stderr=subprocess.PIPE, env=environment, text=True) as server:
        assert server.stderr
        assert "write(standard output): error 28 ENOSPC" in server.stderr.readline()  # it serves now
        for _ in range(2):
            assert_still_serves(posix_stage, kind)
        assert server.wait(DEADLINE_S) == 0
        assert len(server.stderr.readlines()) == 1  # the hint, and no more


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_is_full_leaves_nothing(posix_stage: Stage, kind: str) -> None:
    """Row 5 of the public reports: the limit on a file's size stands for the end of the disk."""
    serve(posix_stage, kind)
    (posix_stage.work / "files/large").write_bytes(bytes(5_000_000))
    program = posix_stage.toolchain.executable(f"{kind}_client")
    fetching = subprocess.run(["sh", "-c", 'ulimit -f 1000; exec "$@"', "sh", program, "--name",
                               posix_stage.unique("pipe"), "--output", "arrived", "large"],
                              cwd=posix_stage.work, capture_output=True, text=True,
                              env=os.environ | {"XDG_RUNTIME_DIR": str(posix_stage.runtime)})
    assert re.match(rf"{kind}_client: write\(arrived\.\d+\.part\): error 27 EFBIG", fetching.stderr)
    assert fetching.returncode == 1
    assert not list(posix_stage.work.glob("arrived*"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("kind", KINDS)
def test_a_screen_that_takes_nothing(posix_stage: Stage, kind: str) -> None:
    """So little that it stays in the C library's buffer, unless that is emptied and the result looked at."""
    serve(posix_stage, kind)
    program = posix_stage.toolchain.executable(f"{kind}_client")
    with open("/dev/full", "wb") as full:
        fetching = subprocess.run([program, "--name", posix_stage.unique("pipe")], stdout=full, stderr=subprocess.PIPE,
                                  text=True, env=os.environ | {"XDG_RUNTIME_DIR": str(posix_stage.runtime)})
    assert re.match(rf"{kind}_client: write\(standard output\): error 28 ENOSPC", fetching.stderr)
    assert fetching.returncode == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("what", ["no part file", "a folder"])
def test_a_name_that_cannot_be_given_at_the_end(posix_stage: Stage, own_runtime_folder: Path, kind: str,
                                                what: str) -> None:
    """All bytes have come, and still the file is not there."""
    with MuteServer(own_runtime_folder, kind) as server:
        fetching = posix_stage.start(f"{kind}_client", "--name", "mute", "--output", "arrived")
        server.send(b"OK 5\n123")
        assert posix_stage.wait(lambda: bool(list(posix_stage.work.glob("arrived.*.part"))))
        if what == "a folder":
            (posix_stage.work / "arrived").mkdir()
        else:
            next(posix_stage.work.glob("arrived.*.part")).unlink()
        server.send(b"45")
    complaint = "arrived is there, and is no plain file: it is not replaced"
    if what == "no part file":
        complaint = r"rename\(arrived\.\d+\.part, arrived\): error 2 ENOENT"
    assert fetching.exit() == 1
    assert any(re.match(f"{kind}_client: {complaint}", line) for line in fetching.errors.all)
    assert not list(posix_stage.work.glob("arrived.*"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_client_that_a_signal_ends_leaves_no_part_file(posix_stage: Stage, kind: str, number: int) -> None:
    """Row 23 of the public reports."""
    _, path = serve(posix_stage, kind)
    make_endless(posix_stage.work / "files/endless")
    for _ in range(5):
        fetching = client(posix_stage, kind, "--output", "arrived", "endless")
        assert posix_stage.wait(lambda: bool(list(posix_stage.work.glob("arrived.*.part"))))
        assert fetching.process
        fetching.process.send_signal(number)
        assert fetching.exit() == -number
        assert not list(posix_stage.work.glob("arrived*"))
        assert not list(path.parent.glob(f"{path.stem}.*.answer"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sent", [b"", b"OK 5\n123"])
def test_a_server_that_falls_silent(posix_stage: Stage, own_runtime_folder: Path, kind: str, sent: bytes) -> None:
    """Row 19 of the public reports."""
    with MuteServer(own_runtime_folder, kind) as server:
        asking = posix_stage.start(f"{kind}_client", "--name", "mute", "--timeout", "300", "--output", "arrived")
        server.send(sent)
        assert re.search("the time is over: 300 ms|was busy for 300 ms", asking.next_error())
        assert asking.exit() == 1
        assert not list(posix_stage.work.glob("arrived*"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_sends_a_byte_now_and_then(posix_stage: Stage, own_runtime_folder: Path, kind: str) -> None:
    """Row 19 of the public reports: each call is short, and still the whole has an end."""
    with MuteServer(own_runtime_folder, kind) as server:
        asking = posix_stage.start(f"{kind}_client", "--name", "mute", "--timeout", "500", "--output", "arrived")
        server.send(b"OK 1000000\n")

        def has_ended() -> bool:
            server.send(b"x")
            time.sleep(0.02)  # the pace of a server that is too slow
            return asking.has_ended

        assert posix_stage.wait(has_ended)
        assert asking.next_error() == f"{kind}_client: the time is over: 500 ms, waiting for the answer"
        assert asking.exit() == 1
        assert not list(posix_stage.work.glob("arrived*"))


def test_a_server_that_takes_nobody(posix_stage: Stage, own_runtime_folder: Path) -> None:
    """Row 19 of the public reports: connect waits where the queue of listen is full."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(own_runtime_folder / "mute.socket"))
        listener.listen(0)
        with call(own_runtime_folder / "mute.socket"):
            asking = posix_stage.start("unix_socket_client", "--name", "mute", "--timeout", "300")
            assert "EAGAIN" in asking.next_error()
            assert asking.next_error() == "unix_socket_client: hint: the server took nobody for 300 ms"
            assert asking.exit() == 1


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


def test_a_plain_file_is_no_answer_fifo(posix_stage: Stage) -> None:
    """The server writes to nothing else, whatever lies under the name."""
    server, path = serve(posix_stage, "named_pipe")
    answer = path.with_name(f"{posix_stage.unique('pipe')}.{os.getpid()}.answer")
    answer.write_bytes(b"precious")
    try:
        with path.open("wb", buffering=0) as fifo:
            fifo.write(b"%d news.txt\n" % os.getpid())
        assert server.next_line() == "client 1: gone before it had its answer"
        assert answer.read_bytes() == b"precious"
    finally:
        answer.unlink()
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


@pytest.mark.parametrize("lies", ["folder", "fifo", "socket"])
def test_what_another_user_has_made_is_not_used(posix_stage: Stage, own_runtime_folder: Path, lies: str) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to give a file away")
    place = own_runtime_folder
    if lies != "folder":
        place = own_runtime_folder / f"news.{'requests' if lies == 'fifo' else 'socket'}"
        lay(place, lies)
    os.chown(place, 12345, 12345)
    for program in ("server", "client"):
        actor = posix_stage.start(f"{'unix_socket' if lies == 'socket' else 'named_pipe'}_{program}", "--name", "news")
        complaint = actor.next_error().partition(": ")[2]
        if lies == "folder":
            assert complaint == f"{place} is not a folder of yours alone"
        else:
            assert complaint == f"{place} is a {'FIFO' if lies == 'fifo' else 'socket'} of another user (12345)"
        assert actor.exit() == 1
    assert place.exists()


def test_under_nohup_a_hangup_ends_nothing(posix_stage: Stage) -> None:
    """What was ignored when the program began stays ignored, although others of its kind are handled."""
    program = posix_stage.toolchain.executable("unix_socket_server")
    command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", str(program), "--name", posix_stage.unique("pipe")]
    with running(command, cwd=posix_stage.work, env=os.environ | {"XDG_RUNTIME_DIR": str(posix_stage.runtime)},
                 stdout=subprocess.PIPE) as server:
        assert server.stdout
        path = Path(server.stdout.readline().strip().removeprefix("waiting for clients on "))
        server.send_signal(signal.SIGHUP)
        with call(path) as connection:
            connection.sendall(b"none\n")
            assert connection.recv(100) == b"ERROR there is no such file\n"
        server.terminate()
        assert server.wait(DEADLINE_S) == -signal.SIGTERM
    assert not path.exists()


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
    (["named_pipe_server", "--name", "a/b"], "--name: a name has no slash"),
    (["named_pipe_client", "x" * 5000], "FILE: a request has 4096 bytes at most"),
    (["unix_socket_client", "a\nb"], "FILE: a name with a line feed in it cannot be asked for"),
    (["unix_socket_server", "--name", "x" * 200], "--name: the path of a Unix socket has less than 108 bytes"),
    (["unix_socket_server", "--patience", "0"], "--patience: '0' is not a whole number from 1 to 2147483647"),
])
def test_wrong_usage(posix_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = posix_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2
