"""The kernel model of POSIX: what it says after each call that strace has written, and that a live process agrees."""

from __future__ import annotations

import itertools
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import DEADLINE_S, SOURCE, TOOLCHAINS, linux_only
from companion.play import lessons, scene
from companion.play.perform import perform
from companion.play.scene import Step
from companion.play.stage import Stage
from companion.play.still import Stillness
from companion.setup.toolchain import is_win32
from companion.show import leftovers
from companion.show.call_text import Reader
from companion.trace.events import Call
from companion.trace.kernel import Kernel
from companion.trace.kernel_object import KernelObject
from companion.trace.kernel_state import Wait
from companion.trace.order import in_order
from companion.trace.strace import Strace

PRINTS = 'write(1, "x", 1) = 1'  # no call of interest: whoever prints has found its output, and so its lane
FORK = "clone(child_stack=NULL, flags=SIGCHLD) = {}"


class Run:
    """A made-up run: lines of strace, one after the other, and the model after them. The programs 100 and 200 are
    traced each by a strace of its own; 101 is a child of 100."""

    def __init__(self, folder: Path) -> None:
        self.kernel = Kernel()
        self.calls: list[Call] = []
        self._folder = folder
        self._straces: dict[int, Strace] = {}
        self._times = itertools.count(1)

    def does(self, pid: int, *lines: str) -> None:
        """Each with readable text: strace -xx writes the bytes."""
        root = pid // 100 * 100
        file = self._folder / str(root)
        trace = self._straces.setdefault(root, Strace(file, f"program_{root}", lambda *_: f"child_{pid}"))
        for line in lines:
            hexadecimal = re.sub(r'"([^"]*)"', lambda text: '"' + "".join(
                f"\\x{byte:02x}" for byte in text[1].encode("utf-8", "surrogateescape")) + '"', line)
            end = "" if line.startswith("+++") or "unfinished" in line else " <0.000001>"
            with file.open("a", encoding="ascii") as output:
                output.write(f"{pid} {next(self._times)}.000000 {hexadecimal}{end}\n")
            for call in in_order(list(trace.poll())):
                self.calls.append(call)
                self.kernel.apply(call)

    def object(self, pid: int, descriptor: int) -> KernelObject:
        found = self.kernel.behind(pid, descriptor)
        assert found
        return found

    def rows(self, pid: int) -> dict[int, bool]:
        """Of each descriptor behind the standard streams, whether exec leaves it open."""
        return {value: row.is_inheritable for value, row in sorted(self.kernel.tables[pid].items()) if value > 2}

    def inbox(self, pid: int, descriptor: int) -> list[bytes | None]:
        inbox = self.object(pid, descriptor).inbox
        assert inbox is not None
        return [chunk.data for chunk in inbox.chunks]

    def wait(self, pid: int) -> Wait:
        found = self.kernel.processes[pid].threads[1].wait
        assert found
        return found


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


# --- descriptors

def test_a_pipe_has_two_ends_and_a_child_has_rows_of_the_same_ones(run: Run) -> None:
    run.does(100, "pipe2([3, 4], O_CLOEXEC) = 0", 'write(4, "ab", 2) = 2', 'write(4, "cde", 3) = 3')
    reading, writing = run.object(100, 3), run.object(100, 4)
    assert (reading.value("end"), writing.value("end"), writing.value("other")) == ("read", "write", reading.number)
    run.does(100, FORK.format(101), "close(4) = 0")
    run.does(101, 'read(3, "abc", 3) = 3')
    assert reading.handles == {(100, 3), (101, 3)} and writing.handles == {(101, 4)}
    assert run.inbox(100, 3) == [b"de"]
    assert [(chunk.data, chunk.writer) for chunk in list(run.kernel.fed.values())[-1]] == [
        (b"ab", "program_100"), (b"c", "program_100")]
    assert "other_end" not in reading.facts
    run.does(101, "+++ exited with 0 +++")
    assert reading.value("other_end") == "closed" and writing not in run.kernel.objects


def test_the_standard_streams_are_the_stages(run: Run) -> None:
    run.does(100, "pipe([3, 4]) = 0", "dup2(4, 1) = 1")
    table = run.kernel.tables[100]
    assert [(value, row.object.type, row.object.name) for value, row in sorted(table.items())] == [
        (0, "standard stream", "input"), (1, "pipe", ""), (2, "standard stream", "error"), (3, "pipe", ""),
        (4, "pipe", "")]
    run.does(100, "dup2(9, 1) = 1")  # 9 was opened by the run-time
    assert run.object(100, 1).type == "standard stream"


def test_duplicates_share_one_description_and_its_position(run: Run) -> None:
    run.does(100, 'openat(AT_FDCWD, "log.txt", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 3', "dup(3) = 4",
             "fcntl(3, F_DUPFD_CLOEXEC, 10) = 10", "dup2(3, 3) = 3", 'openat(AT_FDCWD, "log.txt", O_RDONLY) = 5',
             'write(3, "hello", 5) = 5')
    first, other = run.object(100, 3), run.object(100, 5)
    assert first is run.object(100, 4) is run.object(100, 10) and first.usage_count == 3
    assert (first.value("position"), other.value("position")) == (5, 0)
    assert run.rows(100) == {3: False, 4: True, 5: True, 10: False}
    assert run.kernel.tables[100][3].access == "O_RDWR"
    run.does(100, "lseek(4, 2, SEEK_SET) = 2", 'read(10, "llo", 64) = 3', "close(4) = 0")
    assert first.value("position") == 5 and first.usage_count == 2
    run.does(100, 'openat(AT_FDCWD, "log.txt", O_WRONLY|O_APPEND) = 6', 'write(6, "x", 1) = 1')
    assert run.object(100, 6).facts["position"].certainty == "unknown"


def test_exec_closes_what_says_so(run: Run) -> None:
    run.does(100, "socketpair(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0, [3, 4]) = 0", "fcntl(4, F_SETFD, 0) = 0",
             "pidfd_open(100, 0) = 5", FORK.format(101))
    run.does(101, 'execve("/bin/child", ["child"], 0x7ffd /* 40 vars */) = 0', PRINTS)
    assert run.rows(100) == {3: False, 4: True, 5: False} and run.rows(101) == {4: True}
    number = len(run.calls)
    run.does(101, 'read(3, "ELF", 832) = 3', "close(3) = 0")  # the loader has a descriptor of this number now
    assert len(run.calls) == number
    assert run.rows(101) == {4: True}


# --- processes

def test_a_child_that_has_ended_stays_until_its_parent_asks(run: Run) -> None:
    run.does(100, FORK.format(101), "pidfd_open(101, 0) = 3")
    child = run.object(100, 3)
    assert child.usage_count == 2 and child.value("signaled") is False
    run.does(100, "wait4(101,  <unfinished ...>")
    assert (run.wait(100).what, run.wait(100).objects) == ("signal", [child])
    run.does(101, "+++ exited with 7 +++")
    assert child.held_by_system == ["waits for wait4"] and child.value("exit_code") == 7
    run.does(100, "<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 7}], 0, NULL) = 101")
    assert child.held_by_system == [] and child.value("signaled") is True
    run.does(100, "close(3) = 0")
    assert child not in run.kernel.objects


def test_what_a_program_never_closed_is_known_at_its_end(run: Run) -> None:
    run.does(100, "pipe([3, 4]) = 0", "close(4) = 0", FORK.format(101))
    run.does(101, "+++ killed by SIGKILL +++")
    run.does(100, "+++ exited with 0 +++")
    assert [one.in_words() for one in leftovers.of(run.kernel)] == ["3 pipe was never closed by program_100"]


def test_the_parent_may_know_of_the_end_before_strace_tells_it(run: Run) -> None:
    run.does(100, FORK.format(101), "wait4(-1, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0, NULL) = 101")
    child = run.kernel.processes[101].object
    assert child.value("killed_by") == "SIGKILL" and child.value("exit_code") is None
    run.does(101, "+++ killed by SIGKILL +++")
    assert child.usage_count == 0 and child not in run.kernel.objects


def test_what_nobody_has_waited_for_goes_with_the_parent(run: Run) -> None:
    run.does(100, FORK.format(101))
    child = run.kernel.processes[101].object
    run.does(101, "+++ exited with 0 +++")
    assert child in run.kernel.objects
    run.does(100, "+++ exited with 0 +++")
    assert run.kernel.objects == []


def test_a_stopped_child_has_not_ended(run: Run) -> None:
    run.does(100, FORK.format(101), "wait4(101, [{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTSTP}], WUNTRACED, NULL) = 101")
    assert not run.kernel.processes[101].has_ended
    run.does(100, "waitid(P_PID, 101, {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=101, si_status=3}, WEXITED, NULL)"
             " = 0")
    assert run.kernel.processes[101].object.value("exit_code") == 3


def test_each_thread_waits_for_itself(run: Run) -> None:
    run.does(100, "pipe([3, 4]) = 0", "clone3({flags=CLONE_VM|CLONE_FILES|CLONE_THREAD}, 88) = 102",
             "read(3,  <unfinished ...>")
    run.does(102, 'write(4, "x", 1 <unfinished ...>')
    threads = run.kernel.processes[100].threads
    assert {number: thread.call.name for number, thread in threads.items() if thread.call} == {1: "read", 2: "write"}
    assert threads[1].wait and threads[1].wait.objects == [run.object(100, 3)]
    run.does(102, "<... write resumed>) = 1", "+++ exited with 0 +++")
    assert threads[2].object.value("signaled") is True and threads[1].wait
    keys = [call.key for call in run.calls if call.name == "write"]
    assert keys[0] == keys[1] == (100, 2, 1)


# --- FIFOs, queues, semaphores, memory

def test_a_fifo_has_one_buffer_for_all_that_have_it_open(run: Run) -> None:
    name = '"/tmp/news"'
    run.does(100, f"mknodat(AT_FDCWD, {name}, S_IFIFO|0600) = 0", f"openat(AT_FDCWD, {name}, O_RDONLY <unfinished ...>")
    fifo = run.kernel.of_type("fifo")[0]
    assert (run.wait(100).what, run.wait(100).objects) == ("client", [fifo])
    for number, text in ((200, "one"), (300, "two")):
        run.does(number, f"openat(AT_FDCWD, {name}, O_WRONLY) = 3", f'write(3, "{text}", 3) = 3')
    run.does(100, "<... openat resumed>) = 3")
    assert run.inbox(100, 3) == [b"one", b"two"]
    run.does(200, "close(3) = 0")
    assert "other_end" not in run.object(100, 3).facts
    run.does(300, "+++ exited with 0 +++")
    assert run.object(100, 3).value("other_end") == "closed" and run.inbox(100, 3) == [b"one", b"two"]
    run.does(200, f"openat(AT_FDCWD, {name}, O_WRONLY) = 3")
    assert "other_end" not in run.object(100, 3).facts
    run.does(200, "close(3) = 0")
    run.does(100, f"unlink({name}) = 0", "close(3) = 0")
    assert run.kernel.of_type("fifo") == []


def test_what_lies_in_a_fifo_is_lost_when_nobody_has_it_open(run: Run) -> None:
    run.does(100, 'mknod("f", S_IFIFO|0600) = 0', 'open("f", O_RDWR) = 3', 'write(3, "x", 1) = 1')
    assert run.inbox(100, 3) == [b"x"]
    run.does(100, "close(3) = 0", 'open("f", O_RDONLY|O_NONBLOCK) = 3')
    assert run.inbox(100, 3) == []


def test_a_message_of_a_type_is_taken_out_of_a_queue(run: Run) -> None:
    run.does(100, "msgget(0x69be, IPC_CREAT|0600) = 7", 'msgsnd(7, {mtype=1, mtext="first"}, 5, 0) = 0',
             'msgsnd(7, {mtype=2, mtext="other"}, 5, 0) = 0')
    run.does(200, "msgget(0x69be, 000) = 7")
    queue, = run.kernel.of_type("message queue")
    run.does(200, 'msgrcv(7, {mtype=2, mtext="other\0\0\0"}, 8, 2, 0) = 5')
    assert queue.inbox and [(chunk.data, chunk.type) for chunk in queue.inbox.chunks] == [(b"first", 1)]
    assert [chunk.data for chunk in list(run.kernel.fed.values())[-1]] == [b"other"]
    assert run.calls[-1].arguments["msgp"] == {"bytes": 5, "text": "other", "type": 2}  # not the whole buffer
    run.does(200, "msgrcv(7,  <unfinished ...>")
    assert run.wait(200).objects == [queue]
    run.does(100, "msgctl(7, IPC_RMID, NULL) = 0")
    assert queue not in run.kernel.objects
    run.does(100, "msgget(0x69be, IPC_CREAT|0600) = 7")
    assert run.kernel.of_type("message queue") != [queue]


def test_a_read_whose_end_was_put_too_early_gets_what_is_written_then(run: Run) -> None:
    run.does(100, "msgget(0x69be, IPC_CREAT|0600) = 7", 'msgrcv(7, {mtype=1, mtext="late"}, 8, 0, 0) = 4',
             "pipe([3, 4]) = 0", 'read(3, "abc", 8) = 3', 'write(4, "a", 1) = 1', 'write(4, "bcd", 3) = 3',
             'msgsnd(7, {mtype=1, mtext="late"}, 4, 0) = 0')
    assert [[chunk.data for chunk in got] for got in run.kernel.fed.values()] == [[b"late"], [b"a", b"bc"]]
    assert run.inbox(100, 3) == [b"d"]
    assert not run.kernel.of_type("message queue")[0].inbox.chunks  # type: ignore[union-attr]


def test_semaphores_count_and_are_undone(run: Run) -> None:
    run.does(100, "semget(0x69be, 2, IPC_CREAT|IPC_EXCL|0600) = 9")
    found, = run.kernel.of_type("semaphores")
    assert found.value("values") == [0, 0]
    run.does(100, "semctl(9, 1, SETVAL, 0x3) = 0", "semtimedop(9, [{sem_num=0, sem_op=0, sem_flg=IPC_NOWAIT}, "
             "{sem_num=0, sem_op=1, sem_flg=SEM_UNDO}, {sem_num=1, sem_op=-1, sem_flg=0}], 3, NULL) = 0")
    assert found.value("values") == [1, 2]
    run.does(100, "+++ exited with 0 +++")
    assert found.value("values") == [0, 2] and found.facts["values"].certainty == "inferred"
    run.does(200, "semget(0x69be, 0, 000) = 9", "semctl(9, 0, IPC_RMID, NULL) = 0")
    assert found not in run.kernel.objects


def test_shared_memory_is_one_for_all_that_open_its_name(run: Run) -> None:
    opened = 'openat(AT_FDCWD, "/dev/shm/ring", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 3'
    mapped = "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_SHARED, 3, 0) = 0x7f01"
    for number in (100, 200):
        run.does(number, opened, mapped, "close(3) = 0")
    memory, = run.kernel.of_type("shared memory")
    assert memory.held_by_system == ["has a name", "mapped by 100", "mapped by 200"] and not memory.handles
    run.does(100, FORK.format(101))
    assert "mapped by 101" in memory.held_by_system
    run.does(101, 'execve("/bin/child", ["child"], 0x7ffd /* 40 vars */) = 0', PRINTS)
    assert "mapped by 101" not in memory.held_by_system
    run.does(100, 'unlink("/dev/shm/ring") = 0', "munmap(0x7f01, 4096) = 0")
    assert memory in run.kernel.objects
    run.does(300, opened)
    assert run.object(300, 3) is not memory  # the name is free again
    run.does(200, "+++ exited with 0 +++")
    assert memory not in run.kernel.objects


# --- sockets

def test_a_connection_waits_until_the_server_accepts_it(run: Run) -> None:
    address = '{sa_family=AF_INET, sin_port=htons(4000), sin_addr=inet_addr("127.0.0.1")}'
    run.does(100, "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 3", f"bind(3, {address}, 16) = 0",
             "listen(3, 8) = 0")
    run.does(200, "socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3", f"connect(3, {address}, 16) = 0",
             'sendto(3, "hello", 5, MSG_NOSIGNAL, NULL, 0) = 5')
    client = run.object(200, 3)
    assert client.value("remote") == "127.0.0.1:4000" and client.peer
    assert client.peer.held_by_system == ["waits for accept"]
    run.does(100, "accept4(3, NULL, NULL, SOCK_CLOEXEC) = 4", 'recvfrom(4, "he", 2, MSG_PEEK, NULL, NULL) = 2')
    assert run.object(100, 4) is client.peer and run.inbox(100, 4) == [b"hello"] and run.rows(100)[4] is False
    run.does(100, 'read(4, "hello", 64) = 5', 'write(4, "bye", 3) = 3')
    assert run.inbox(100, 4) == [] and run.inbox(200, 3) == [b"bye"]
    run.does(200, "shutdown(3, SHUT_WR) = 0")
    assert run.object(100, 4).value("other_end") == "closed"
    run.does(100, "+++ exited with 0 +++")
    assert client.value("other_end") == "closed" and run.inbox(200, 3) == [b"bye"]


def test_nobody_accepts_at_a_socket_that_is_closed(run: Run) -> None:
    address = '{sa_family=AF_UNIX, sun_path="/tmp/news"}'
    run.does(100, "socket(AF_UNIX, SOCK_STREAM, 0) = 3", f"bind(3, {address}, 110) = 0", "listen(3, 8) = 0")
    run.does(200, "socket(AF_UNIX, SOCK_STREAM, 0) = 3", f"connect(3, {address}, 110) = 0")
    run.does(100, "close(3) = 0")
    assert run.object(200, 3).value("other_end") == "closed" and len(run.kernel.of_type("socket")) == 1


def test_a_datagram_goes_to_an_address(run: Run) -> None:
    for number in (100, 200):
        run.does(number, "socket(AF_UNIX, SOCK_DGRAM, 0) = 3",
                 f'bind(3, {{sa_family=AF_UNIX, sun_path=@"chat/{number}"}}, 25) = 0')
    to = '{sa_family=AF_UNIX, sun_path=@"chat/200"}'
    run.does(100, f'sendto(3, "one", 3, 0, {to}, 25) = 3', f'sendto(3, "two", 3, 0, {to}, 25) = 3')
    run.does(100, f'sendto(3, "gone", 4, 0, {to}, 25) = -1 EAGAIN (Resource temporarily unavailable)')
    assert run.inbox(200, 3) == [b"one", b"two"]
    run.does(200, 'recvmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="one", iov_len=64}], msg_iovlen=1, '
             "msg_controllen=0, msg_flags=0}, 0) = 3")
    assert run.inbox(200, 3) == [b"two"]


def test_a_message_may_hand_on_a_descriptor(run: Run) -> None:
    message = ('{{msg_name=NULL, msg_namelen=0, msg_iov=[{{iov_base="d", iov_len=1}}], msg_iovlen=1, msg_control='
               "[{{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[{}]}}], msg_controllen=24, "
               "msg_flags=0}}")
    run.does(100, "socketpair(AF_UNIX, SOCK_SEQPACKET, 0, [3, 4]) = 0", FORK.format(101),
             'memfd_create("shared", MFD_CLOEXEC) = 5', 'write(5, "text", 4) = 4',
             f"sendmsg(3, {message.format(5)}, 0) = 1")
    memory = run.object(100, 5)
    run.does(100, "close(5) = 0")
    assert memory.usage_count == 1 and memory.held_by_system == ["in a message"]
    run.does(101, f"recvmsg(4, {message.format(6)}, MSG_CMSG_CLOEXEC) = 1")
    assert run.object(101, 6) is memory and memory.usage_count == 1 and memory.value("position") == 4
    assert run.rows(101) == {3: True, 4: True, 6: False}


# --- data

def test_data_is_whole_up_to_4_kib_and_views_cut_it(run: Run) -> None:
    text = "한" * 1000
    run.does(100, "pipe([3, 4]) = 0", f'write(4, "{text}", 3000) = 3000', 'write(4, "\udcff\udcfe", 2) = 2',
             'write(4, "' + "\udcff" * 40 + '", 40) = 40', 'write(4, "' + "x" * 4096 + '"..., 5000) = 5000')
    assert run.inbox(100, 3) == [text.encode(), b"\xff\xfe", b"\xff" * 40, None]
    assert [chunk.size for chunk in run.object(100, 3).inbox.chunks] == [3000, 2, 40, 5000]  # type: ignore[union-attr]
    assert run.calls[-1].arguments["buf"] == {"bytes": 5000, "text": "x" * 4096, "cut": True}
    shown = [Reader(run.kernel).call(call) for call in run.calls if call.name == "write" and call.event == "return"]
    assert shown == [f'write(4, "{"한" * 200}…" (3000 bytes), 3000)', "write(4, ff fe (2 bytes), 2)",
                     f"write(4, {'ff ' * 16}… (40 bytes), 40)", f'write(4, "{"x" * 200}…" (5000 bytes), 5000)']


# --- the model against live processes

POSIX_SCENES = [path for lesson in lessons.find_all(SOURCE) for path in lesson.scenes
                if not any(map(is_win32, scene.load(path).programs))]
CLOSED_BY_EXEC = 0o2000000


class ComparedStage(Stage):
    """Before each step of a scene, when all programs wait, it holds the model against /proc."""

    differences: list[str]
    compared = 0

    def before(self, step: Step) -> None:
        if not self.actors or not self.wait(self._is_still):
            return
        known = len(self.calls)
        try:
            differences, compared = self._compare(step)
        except OSError:
            return  # one has just ended
        # In the middle of exec a process is not found, and all seem to stand still.
        if self._is_still() and len(self.calls) == known:
            self.differences += differences
            self.compared += compared

    def _is_still(self) -> bool:
        is_reached = Stillness(self.run, self.toolchain.wine_prefix).is_reached()
        self.look()
        begun = {call.lane for call in self.calls if call.event == "start"}
        return is_reached and all(lane in begun for lane, actor in self.actors.items() if actor.process)

    def _compare(self, step: Step) -> tuple[list[str], int]:
        kernel = Kernel()
        differences: list[str] = []
        compared = 0
        for call in in_order(self.calls):
            kernel.apply(call)
        places: dict[int, str] = {}  # of each pipe and socket of the model, what /proc calls it
        for pid, table in kernel.tables.items():
            live = {int(link.name): str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
            if not live:
                continue  # it was killed at this moment, and strace has not told it yet
            where = f"line {step.number}, {kernel.processes[pid].lane}: "
            differences += [f"{where}{number} is open: {live[number]}" for number in live.keys() - table.keys()
                            if not is_of_the_runtime(live[number])]
            for number, row in table.items():
                compared += 1
                if number not in live:
                    differences.append(f"{where}{number} is closed, and was {row.object.type}")
                    continue
                info = dict(re.findall(r"^(\w+):\s*(\S+)", Path(f"/proc/{pid}/fdinfo/{number}").read_text("ascii"),
                                       re.MULTILINE))
                told: list[tuple[Any, Any]] = [(row.is_inheritable, not int(info["flags"], 8) & CLOSED_BY_EXEC)]
                if row.object.value("position") is not None:
                    told.append((row.object.value("position"), int(info["pos"])))
                if row.object.type in ("pipe", "socket"):
                    told.append((places.setdefault(row.object.number, live[number]), live[number]))
                    told.append((row.object.type, live[number].partition(":")[0]))
                if row.object.type == "process":
                    told.append((row.object.number, kernel.process(int(info["Pid"])).object.number))
                    told.append((live[number], "anon_inode:[pidfd]"))
                if row.object.type in ("file", "shared memory", "fifo") and row.object.name != ".":
                    told.append((Path(row.object.name).name, Path(live[number].removesuffix(" (deleted)")).name))
                differences += [f"{where}{number}: {model} is {found}" for model, found in told if model != found]
        return differences, compared


def is_of_the_runtime(place: str) -> bool:
    """What the stage or the C library has opened, not the program."""
    return "/lanes/" in place or place.startswith(("/dev/null", "/usr/", "/proc/"))


@linux_only
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not there")
@pytest.mark.parametrize("path", POSIX_SCENES, ids=lambda path: f"{path.parents[1].name[3:]}/{path.stem}")
def test_the_rows_of_the_model_are_the_descriptors_of_the_live_process(path: Path) -> None:
    with ComparedStage(TOOLCHAINS["unicode"], deadline_s=DEADLINE_S, is_traced=True) as stage:
        stage.differences = []
        perform(scene.load(path), stage)
    assert stage.differences == []
    if not stage.compared:
        pytest.skip("its programs never wait for anything that the scene does")
