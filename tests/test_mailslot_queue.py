"""Edge cases of chapter07/01-mailslot, the POSIX side."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from companion.play.actor import Actor
from companion.play.stage import Stage

WAITING = re.compile(r"waiting for mail on message queue \S+ \(key (0x[0-9a-f]{8}), id (\d+)\)")

pytestmark = pytest.mark.skipif(not Path("/proc/sysvipc/msg").exists(), reason="needs System V message queues")


@pytest.fixture(autouse=True)
def no_queue_stays(posix_stage: Stage) -> Iterator[None]:
    """The stage kills what still runs, and a killed receiver would leave its queue in the system."""
    yield
    for actor in posix_stage.actors.values():
        if actor.process and actor.process.poll() is None:
            actor.process.terminate()
            actor.process.wait()


def receiver(stage: Stage, *arguments: str) -> Actor:
    actor = stage.start("message_queue_receiver", "--name", stage.unique("mailbox"), *arguments)
    assert WAITING.fullmatch(actor.next_line())
    return actor


def sender(stage: Stage, *arguments: str) -> Actor:
    return stage.start("message_queue_sender", "--name", stage.unique("mailbox"), *arguments)


def key(actor: Actor) -> str:
    found = WAITING.fullmatch(actor.output.all[0])
    assert found
    return found[1]


def send_raw(msqid: int, text: bytes) -> None:
    """Calls msgsnd as any other program of this user can."""
    message = struct.pack("l", 1) + text
    assert ctypes.CDLL(None).msgsnd(msqid, message, len(text), 0) == 0


def exists(key: str, table: str = "msg") -> bool:
    """Whether the kernel knows a queue (or a semaphore set, in the table "sem") of that key."""
    rows = Path(f"/proc/sysvipc/{table}").read_text(encoding="ascii").splitlines()[1:]
    return any(int(row.split()[0]) % 2**32 == int(key, 16) for row in rows)


def permissions(key: str, table: str) -> str:
    rows = [row.split() for row in Path(f"/proc/sysvipc/{table}").read_text(encoding="ascii").splitlines()[1:]]
    return next(row[2] for row in rows if int(row[0]) % 2**32 == int(key, 16))


def test_nobody_else_may_send_or_receive(posix_stage: Stage) -> None:
    mail = receiver(posix_stage)
    assert [permissions(key(mail), table) for table in ("msg", "sem")] == ["600", "600"]


def test_messages_as_arguments_arrive_in_order(posix_stage: Stage) -> None:
    mail = receiver(posix_stage, "--count", "4")
    messages = ["한글", "", "a b", "📬"]
    assert sender(posix_stage, *messages).exit() == 0
    assert [mail.next_line() for _ in messages] == [f"received: {message}" for message in messages]
    assert mail.exit() == 0
    assert not exists(key(mail)) and not exists(key(mail), "sem")


@pytest.mark.parametrize("arguments", [[], ["exit", "too late"]])
def test_what_follows_exit_is_not_sent(posix_stage: Stage, arguments: list[str]) -> None:
    mail = receiver(posix_stage, "--count", "2")
    typing = sender(posix_stage, *arguments)
    typing.type("exit")
    typing.type("too late")
    assert typing.exit() == 0
    assert mail.exit() == 0
    assert mail.output.all[1:] == ["received: exit"]


def test_a_message_with_a_nul_shows_all_of_it(posix_stage: Stage) -> None:
    """From a program that is not ours: message_queue_sender has none in its arguments."""
    mail = receiver(posix_stage)
    found = WAITING.fullmatch(mail.output.all[0])
    assert found
    send_raw(int(found[2]), b"exit\0hidden")
    send_raw(int(found[2]), b"\0")
    send_raw(int(found[2]), b"exit")
    assert [mail.next_line() for _ in range(3)] == ["received: exit?hidden", "received: ?", "received: exit"]
    assert mail.exit() == 0


def test_control_characters_stay_off_the_terminal(posix_stage: Stage) -> None:
    mail = receiver(posix_stage, "--count", "1")
    sender(posix_stage, "\x1b[2Jforged\nreceived: line\x7f")
    assert mail.next_line() == "received: ?[2Jforged?received: line?"


def test_a_long_message_arrives_whole(posix_stage: Stage) -> None:
    mail = receiver(posix_stage, "--count", "1")
    assert sender(posix_stage, "긴" * 2700).exit() == 0
    assert mail.next_line() == "received: " + "긴" * 2700


def test_a_message_that_no_queue_takes(posix_stage: Stage) -> None:
    """Row 9 of the public reports: the ones behind it arrive all the same."""
    mail = receiver(posix_stage)
    too_long = sender(posix_stage, "x" * (int(Path("/proc/sys/kernel/msgmax").read_text()) + 1), "next", "exit")
    assert "error 22 EINVAL" in too_long.next_error()
    assert too_long.next_error() == ("message_queue_sender: hint: the message is too long; "
                                     "/proc/sys/kernel/msgmax has the limit")
    assert mail.next_line() == "received: next"
    assert [too_long.exit(), mail.exit()] == [1, 0]


def test_no_receiver(posix_stage: Stage) -> None:
    actor = sender(posix_stage, "anyone?")
    assert re.fullmatch(r"message_queue_sender: msgget\(0x[0-9a-f]{8}\): error 2 ENOENT: .+", actor.next_error())
    assert actor.next_error() == "message_queue_sender: hint: start message_queue_receiver first, with the same --name"
    assert actor.exit() == 1


def test_a_second_receiver_is_refused(posix_stage: Stage) -> None:
    first = receiver(posix_stage, "--count", "1")
    second = posix_stage.start("message_queue_receiver", "--name", posix_stage.unique("mailbox"))
    assert first.process
    assert second.next_error() == (f"message_queue_receiver: the message queue of key {key(first)} has a receiver: "
                                   f"process {first.process.pid}")
    assert second.next_error() == "message_queue_receiver: hint: end that one, or choose another --name"
    assert second.exit() == 1
    assert sender(posix_stage, "still there").exit() == 0
    assert first.next_line() == "received: still there"


def test_a_queue_that_a_killed_receiver_left_is_taken_over_with_its_mail(posix_stage: Stage) -> None:
    first = receiver(posix_stage, "--type", "7")
    assert sender(posix_stage, "unread", "exit").exit() == 0
    first.kill()
    assert exists(key(first))

    second = receiver(posix_stage)
    assert re.fullmatch(rf"message_queue_receiver: a killed receiver has left its message queue \(key {key(first)}, "
                        r"id \d+, messages: 2\): taking it over", second.next_error())
    assert second.next_error() == (f"message_queue_receiver: hint: by hand it would go with: "
                                   f"ipcrm -Q {key(first)} -S {key(first)}")
    assert [second.next_line(), second.next_line()] == ["received: unread", "received: exit"]
    assert second.exit() == 0
    assert not exists(key(first)) and not exists(key(first), "sem")


IPC_CREAT, IPC_RMID = 0o1000, 0


def key_of(name: str) -> int:
    """As message_queue.h makes it."""
    value = 2166136261 ^ os.geteuid()
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


@pytest.fixture(params=["ours", "another user's"])
def stranger_queue(request: pytest.FixtureRequest, posix_stage: Stage) -> Iterator[tuple[int, str]]:
    """A queue of our key that another program has made, with a message in it; a key, and whose it is."""
    libc = ctypes.CDLL(None, use_errno=True)
    key = key_of(posix_stage.unique("mailbox"))
    user = os.geteuid() if request.param == "ours" else 12345
    if user != os.geteuid() and os.geteuid() != 0:
        pytest.skip("needs root, to be another user")
    pid = os.fork()
    if pid == 0:
        os.setuid(user)
        msqid = libc.msgget(ctypes.c_int(key if key < 2**31 else key - 2**32), IPC_CREAT | 0o666)
        os._exit(0 if msqid >= 0 and libc.msgsnd(msqid, struct.pack("l", 1) + b"precious", 8, 0) == 0 else 1)
    assert os.waitpid(pid, 0)[1] == 0
    yield key, request.param
    subprocess.run(["ipcrm", "-Q", hex(key)], check=True)  # which is still there


def test_a_queue_that_another_program_made_is_left_alone(posix_stage: Stage, stranger_queue: tuple[int, str]) -> None:
    """Row 4 of the public reports."""
    key, _ = stranger_queue
    actor = posix_stage.start("message_queue_receiver", "--name", posix_stage.unique("mailbox"))
    assert actor.next_error() == (f"message_queue_receiver: there is a message queue of key 0x{key:08x}, and no "
                                  "receiver has left it: it is another program's")
    assert f"ipcrm -Q 0x{key:08x}" in actor.next_error()
    assert actor.exit() == 1
    assert not exists(hex(key), "sem")


def test_nothing_is_sent_to_another_users_queue(posix_stage: Stage, stranger_queue: tuple[int, str]) -> None:
    """Rows 4 and 22 of the public reports: who has made it reads what is sent."""
    key, whose = stranger_queue
    actor = sender(posix_stage, "hello")
    if whose == "ours":
        assert actor.exit() == 0
        return
    assert actor.next_error() == (f"message_queue_sender: the message queue of key 0x{key:08x} belongs to another user "
                                  "(12345), or to another program")
    assert actor.next_error() == "message_queue_sender: hint: choose another --name"
    assert actor.exit() == 1


@pytest.mark.parametrize("limit, call", [("msgmni 0", "msgget"), ("sem 250_32000_32_0", "semget")])
def test_a_limit_that_is_reached_is_told_with_a_hint(posix_stage: Stage, limit: str, call: str) -> None:
    """Row 16 of the public reports. In an IPC namespace of its own, whose limits are its own."""
    program = posix_stage.toolchain.executable("message_queue_receiver")
    name, value = limit.split()
    value = value.replace("_", " ")
    script = f'echo {value} > /proc/sys/kernel/{name} && "$@"; status=$?; tail -n +2 /proc/sysvipc/sem; exit $status'
    result = subprocess.run(["unshare", "-ri", "sh", "-c", script, "sh", program], capture_output=True, text=True)
    if "unshare" in result.stderr or "/proc/sys" in result.stderr:
        pytest.skip("namespaces are not allowed here")
    assert re.match(rf"message_queue_receiver: {call}\(0x[0-9a-f]{{8}}\): error 28 ENOSPC", result.stderr)
    assert 'hint: "ipcs -l" shows how many the system takes' in result.stderr.splitlines()[1]
    assert (result.returncode, result.stdout) == (1, "")  # and no semaphore is left


def test_a_full_queue_without_a_receiver_is_named(posix_stage: Stage) -> None:
    """Row 20 of the public reports."""
    mail = receiver(posix_stage, "--type", "7")
    filling = sender(posix_stage, "--no-wait", *["x" * 8000] * 100)
    assert filling.exit() == 1
    waiting = sender(posix_stage, "x" * 8000)
    assert waiting.next_error() == (f"message_queue_sender: the message queue of key {key(mail)} is full: "
                                    "waiting for room")
    mail.kill()
    for _ in range(20):  # the next time it says so
        if waiting.next_error().startswith("message_queue_sender: hint: no receiver is alive"):
            break
    assert waiting.errors.all[-1].endswith(f"or remove it: ipcrm -Q {key(mail)} -S {key(mail)}")
    again = receiver(posix_stage)
    assert waiting.exit() == 0
    again.ctrl_c()
    assert again.was_ended_by_ctrl_c()


def test_a_sender_waits_for_room_no_longer_than_its_time_limit(posix_stage: Stage) -> None:
    """Row 19 of the public reports."""
    mail = receiver(posix_stage, "--type", "7")
    assert sender(posix_stage, "--no-wait", *["x" * 8000] * 100).exit() == 1
    waiting = sender(posix_stage, "--timeout", "300", "x" * 8000)
    assert waiting.next_error() == (
        "message_queue_sender: the time is over: 300 ms, waiting for room: the message queue is full")
    assert waiting.exit() == 1
    mail.ctrl_c()
    assert mail.was_ended_by_ctrl_c()


@pytest.mark.parametrize("blocked", [False, True])
def test_a_blocked_signal_does_not_block_the_time_limit(posix_stage: Stage, blocked: bool) -> None:
    """Row 7 of the public reports: a program inherits which signals are blocked."""
    program = posix_stage.toolchain.executable("message_queue_receiver")

    def block() -> None:
        if blocked:
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

    result = subprocess.run([program, "--name", posix_stage.unique("mailbox"), "--timeout", "50"], preexec_fn=block,
                            capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith("no mail for 50 ms\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_receiver_and_its_queue(posix_stage: Stage, number: signal.Signals) -> None:
    mail = receiver(posix_stage)
    assert mail.process
    mail.process.send_signal(number)
    assert mail.exit() == -number
    assert not exists(key(mail)) and not exists(key(mail), "sem")


def test_a_full_queue(posix_stage: Stage) -> None:
    mail = receiver(posix_stage, "--type", "7")
    full = sender(posix_stage, "--no-wait", *["x" * 8000] * 100)
    assert re.fullmatch(r"message_queue_sender: msgsnd\(\d+, 8000 bytes\): error 11 EAGAIN: .+", full.next_error())
    assert full.next_error() == ("message_queue_sender: hint: the queue is full; "
                                 "without --no-wait this program waits for room")
    assert full.exit() == 1

    waiting = sender(posix_stage, "--type", "7")
    waiting.type("there is room for this one")
    assert mail.next_line() == "received: there is room for this one"
    waiting.type("x" * 8000)
    mail.ctrl_c()
    assert "the receiver has ended and removed the queue" in [waiting.next_error(), waiting.next_error()][1]
    assert waiting.exit() == 1


def test_a_queue_removed_by_hand(posix_stage: Stage) -> None:
    mail = receiver(posix_stage)
    subprocess.run(["ipcrm", "-Q", key(mail)], check=True)
    # EIDRM to one that waits; EINVAL where it comes to msgrcv only after the removal.
    assert re.fullmatch(r"message_queue_receiver: msgrcv\(\d+\): error (43 EIDRM|22 EINVAL): .+", mail.next_error())
    assert mail.exit() == 1
    assert not exists(key(mail), "sem")


@pytest.mark.parametrize("arguments, status", [(["--timeout", "0"], 0), (["--timeout", "1"], 0),
                                               (["--timeout", "20", "--count", "1"], 1)])
def test_timeout(posix_stage: Stage, arguments: list[str], status: int) -> None:
    mail = receiver(posix_stage, *arguments)
    assert mail.next_line() == f"no mail for {arguments[1]} ms"
    assert mail.exit() == status
    assert not exists(key(mail))


def test_many_senders_at_once(posix_stage: Stage) -> None:
    senders, messages = 6, 40
    mail = receiver(posix_stage, "--count", str(senders * messages))
    crowd = [sender(posix_stage) for _ in range(senders)]
    for number in range(messages):
        for who, actor in enumerate(crowd):
            actor.type(f"{who} sends {number} 번째")
    for actor in crowd:
        actor.end_input()
    assert mail.exit() == 0
    arrived = [line.removeprefix("received: ") for line in mail.output.all[1:]]
    for who in range(senders):
        expected = [f"{who} sends {number} 번째" for number in range(messages)]
        assert [text for text in arrived if text.startswith(f"{who} ")] == expected


@pytest.mark.parametrize("arguments, complaint", [
    (["message_queue_receiver", "--type", "0"], "--type: '0' is not a whole number from 1 to 2147483647"),
    (["message_queue_receiver", "--timeout", "-1"], "--timeout: '-1' is not a whole number from 0 to 4294967294"),
    (["message_queue_receiver", "hello"], "unexpected 'hello'"),
    (["message_queue_sender", "--type", "0", "hi"], "--type: '0' is not a whole number from 1 to 2147483647"),
    (["message_queue_sender", "--no-wait=yes"], "--no-wait: takes no value, but 'yes' is given"),
])
def test_wrong_usage(posix_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = posix_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2
