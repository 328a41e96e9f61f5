"""Edge cases of chapter07/02-mailslot-chat, on both sides."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import DEADLINE_S, TOOLCHAINS, WINE, linux_only
from companion.play.actor import Actor
from companion.play.stage import Stage

CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Chat:
    """A stage, and the program of its side."""

    def __init__(self, stage: Stage, program: str) -> None:
        self.stage, self.program = stage, program

    def start(self, me: str, peer: str, *more: str) -> Actor:
        return self.stage.start(self.program, "--me", self.stage.unique(me), "--peer", self.stage.unique(peer), *more)

    def pair(self, *more: str) -> tuple[Actor, Actor]:
        """Two who have met. Alice has more arguments."""
        alice = self.start("alice", "bob", *more)
        self.hears(alice, "waiting for {bob}")
        bob = self.start("bob", "alice")
        self.hears(alice, "{bob} is here")
        self.hears(bob, "{alice} is here")
        return alice, bob

    def hears(self, actor: Actor, line: str) -> None:
        assert actor.next_line() == self.stage.names.fill(line)

    def leaves(self, actor: Actor) -> None:
        actor.type("exit")
        assert actor.exit() == 0


@pytest.fixture(params=TOOLCHAINS)
def chat(request: pytest.FixtureRequest) -> Iterator[Chat]:
    with Stage(TOOLCHAINS[request.param], deadline_s=DEADLINE_S) as stage:
        yield Chat(stage, "mail_chat" if request.param == "posix" else "MailChat")


@pytest.fixture
def win32_chat(win32_stage: Stage) -> Chat:
    return Chat(win32_stage, "MailChat")


def test_200_korean_lines_both_ways_are_neither_lost_nor_reordered(chat: Chat) -> None:
    alice, bob = chat.start("alice", "bob"), chat.start("bob", "alice")  # whoever comes first
    for number in range(200):
        alice.type(f"{number}번째 안녕하세요")
        bob.type(f"{number}번째 반갑습니다 📬")
    # Behind all that each one leaves, which is to lose nothing that is under way.
    said = {alice: [f"{chat.stage.unique('bob')}: {n}번째 반갑습니다 📬" for n in range(200)],
            bob: [f"{chat.stage.unique('alice')}: {n}번째 안녕하세요" for n in range(200)]}

    def heard(actor: Actor) -> list[str]:
        return [line for line in actor.output.all if "번째" in line]

    chat.stage.wait(lambda: all(len(heard(actor)) >= 200 for actor in said))
    for actor, lines in said.items():
        assert heard(actor) == lines
        assert actor.errors.all == []
    alice.type("exit")
    bob.type("exit")
    assert alice.exit() == bob.exit() == 0


def test_what_was_said_before_leaving_arrives(chat: Chat) -> None:
    alice, bob = chat.pair()
    for number in range(50):
        alice.type(f"{number}")
    alice.end_input()
    for number in range(50):
        chat.hears(bob, f"{{alice}}: {number}")
    chat.hears(bob, "{alice} has left; waiting for it to come back")
    assert alice.exit() == 0
    chat.leaves(bob)


def test_what_is_typed_before_the_other_side_comes_waits_for_it(chat: Chat) -> None:
    alice = chat.start("alice", "bob")
    chat.hears(alice, "waiting for {bob}")
    alice.type("첫 줄")
    alice.type("")
    alice.type("셋째 줄")
    bob = chat.start("bob", "alice")
    for line in ("{alice} is here", "{alice}: 첫 줄", "{alice}: ", "{alice}: 셋째 줄"):
        chat.hears(bob, line)
    chat.leaves(alice)


def test_one_who_comes_back_after_a_farewell(chat: Chat) -> None:
    alice, bob = chat.pair()
    chat.leaves(bob)
    chat.hears(alice, "{bob} has left; waiting for it to come back")
    bob = chat.start("bob", "alice")
    chat.hears(alice, "{bob} is here")
    chat.hears(bob, "{alice} is here")
    bob.type("다시 왔어")
    chat.hears(alice, "{bob}: 다시 왔어")
    chat.leaves(alice)
    chat.hears(bob, "{alice} has left; waiting for it to come back")


def test_one_who_was_killed_is_missed(chat: Chat) -> None:
    alice, bob = chat.pair()
    bob.kill()
    chat.hears(alice, "{bob} has left; waiting for it to come back")
    chat.leaves(alice)


def test_what_is_said_to_one_who_was_killed_waits_for_it(chat: Chat) -> None:
    """Alice has not noticed yet: her line goes nowhere, and is sent again."""
    alice, bob = chat.pair()
    bob.kill()
    alice.type("들려?")
    chat.hears(alice, "{bob} has left; waiting for it to come back")
    bob = chat.start("bob", "alice")
    for line in ("{alice} is here", "{alice}: 들려?"):
        chat.hears(bob, line)
    chat.leaves(alice)


@linux_only
def test_waiting_for_the_other_side_takes_no_time(chat: Chat) -> None:
    alice = chat.start("alice", "bob")
    chat.hears(alice, "waiting for {bob}")
    alice.type("첫 줄")
    assert alice.process
    stat = Path(f"/proc/{alice.process.pid}/stat")

    def used_ticks() -> int:
        return sum(int(field) for field in stat.read_text().rpartition(")")[2].split()[11:15])

    before = used_ticks()
    time.sleep(1)  # time in which it must do nothing but look now and then
    assert used_ticks() - before < os.sysconf("SC_CLK_TCK") // 4
    bob = chat.start("bob", "alice")
    for line in ("{alice} is here", "{alice}: 첫 줄"):
        chat.hears(bob, line)
    chat.leaves(alice)


def test_a_farewell_is_answered(win32_chat: Chat) -> None:
    """Whoever leaves waits for the answer, so that nothing is lost that was said meanwhile."""
    stage = win32_chat.stage
    listener = stage.start("MailReceiver", "--name", stage.unique("bob"))
    assert listener.next_line().startswith("waiting for mail")
    alice = win32_chat.start("alice", "bob")
    assert listener.next_line().startswith("received: H")
    assert stage.start("MailSender", "--name", stage.unique("alice"), "L").exit() == 0
    assert listener.next_line() == "received: A"
    assert not alice.has_ended


@linux_only
def test_a_farewell_through_a_socket_is_answered(posix_stage: Stage) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as bob:
        bob.settimeout(DEADLINE_S)
        bob.bind(f"\0mail_chat/{posix_stage.unique('bob')}")
        Chat(posix_stage, "mail_chat").start("alice", "bob")
        assert bob.recv(1024).startswith(b"H")
        bob.sendto(b"L", f"\0mail_chat/{posix_stage.unique('alice')}")
        assert bob.recv(1024) == b"A"


def test_one_who_was_killed_and_is_back_at_once(chat: Chat) -> None:
    """Sooner than anybody looks: then the new one's greeting tells."""
    alice, bob = chat.pair()
    bob.kill()
    bob = chat.start("bob", "alice")
    assert alice.next_line().startswith(chat.stage.names.fill("{bob} has left"))
    chat.hears(alice, "{bob} is here")
    chat.hears(bob, "{alice} is here")
    alice.type("무슨 일이야?")
    chat.hears(bob, "{alice}: 무슨 일이야?")
    chat.leaves(bob)


def test_who_leaves_first_of_two_that_wait_is_of_no_matter(chat: Chat) -> None:
    alice, bob = chat.pair()
    alice.type("exit")
    bob.type("exit")
    assert (alice.exit(), bob.exit(), alice.errors.all, bob.errors.all) == (0, 0, [], [])


def test_no_line_is_taken_for_a_greeting_or_a_farewell(chat: Chat) -> None:
    alice, bob = chat.pair()
    for line in ("L", "A", "H", "Hello", "exit?"):
        alice.type(line)
        chat.hears(bob, f"{{alice}}: {line}")
    chat.leaves(alice)


def test_control_characters_stay_off_the_terminal(chat: Chat) -> None:
    alice, bob = chat.pair()
    alice.type("\x1b[2J\x05\x04 한글")
    chat.hears(bob, "{alice}: ?[2J?? 한글")
    chat.leaves(alice)


def test_a_line_that_is_too_long_is_refused_and_the_next_one_goes(chat: Chat) -> None:
    alice, bob = chat.pair()
    alice.type("x" * 1024)
    alice.type("y" * 1023)
    assert "not sent: that line has 1024 " in alice.next_error()
    chat.hears(bob, "{alice}: " + "y" * 1023)
    chat.leaves(alice)


def test_ctrl_c_ends_one_side_alone(chat: Chat) -> None:
    alice, bob = chat.pair()
    alice.ctrl_c()
    assert alice.was_ended_by_ctrl_c()
    chat.hears(bob, "{alice} has left; waiting for it to come back")
    chat.leaves(bob)


def test_a_name_has_one_owner(chat: Chat) -> None:
    alice = chat.start("alice", "bob")
    chat.hears(alice, "waiting for {bob}")
    other = chat.start("alice", "carol")
    assert other.exit() == 1
    assert other.errors.all[-1] == (f"{chat.program}: hint: another program has this name; "
                                    "end it, or choose another --me")


@pytest.mark.parametrize("arguments, complaint", [
    ([], "--me NAME is missing"),
    (["--me", "a"], "--peer NAME is missing"),
    (["--me", "a", "--peer", "a"], "--me and --peer are both 'a', but a conversation takes two"),
    (["--me", "a", "--peer", "b", "hello"], "unexpected 'hello'"),
])
def test_wrong_usage(chat: Chat, arguments: list[str], complaint: str) -> None:
    actor = chat.stage.start(chat.program, *arguments)
    assert actor.next_error() == f"{chat.program}: {complaint} ({chat.program} --help shows the usage)"
    assert actor.exit() == 2
    assert actor.output.all == []


def test_a_name_that_is_too_long(chat: Chat) -> None:
    actor = chat.stage.start(chat.program, "--me", "x" * 300, "--peer", "b")
    assert "--me, --peer: a s" in actor.next_error()
    assert actor.exit() == 2


def test_to_a_mailslot_alice_and_Alice_are_one(win32_chat: Chat) -> None:
    actor = win32_chat.stage.start("MailChat", "--me", "alice", "--peer", "Alice")
    assert actor.next_error().startswith("MailChat: --me and --peer are both 'alice', but a conversation takes two (")
    assert actor.exit() == 2


def test_one_who_does_not_answer_a_farewell_is_left_all_the_same(win32_chat: Chat) -> None:
    stage = win32_chat.stage
    silent = stage.start("MailReceiver", "--name", stage.unique("bob"))
    assert silent.next_line().startswith("waiting for mail")
    alice = win32_chat.start("alice", "bob")
    assert silent.next_line().startswith("received: H")
    win32_chat.leaves(alice)
    assert silent.next_line() == "received: L"
    assert alice.errors.all == []


@pytest.mark.skipif(os.name == "nt", reason="stops a process by a signal")
def test_one_who_is_stopped_does_not_keep_the_other_from_leaving(chat: Chat) -> None:
    """Its slot is there; so each look for it found it alive, and the wait began anew."""
    alice, bob = chat.pair()
    assert bob.process
    bob.process.send_signal(signal.SIGSTOP)
    chat.leaves(alice)
    assert alice.errors.all == []
    bob.process.send_signal(signal.SIGCONT)
    chat.hears(bob, "{alice} has left; waiting for it to come back")


def test_a_time_limit_for_one_who_does_not_come(chat: Chat) -> None:
    """Row 19 of the public reports."""
    alice = chat.start("alice", "bob", "--timeout", "300")
    chat.hears(alice, "waiting for {bob}")
    alice.type("hello?")
    assert alice.next_error() == chat.stage.names.fill(
        f"{chat.program}: the time is over: 300 ms, waiting for {{bob}} to come")
    assert alice.exit() == 1


@pytest.mark.skipif(os.name == "nt", reason="stops a process by a signal")
@pytest.mark.parametrize("limit_ms", [400, 1500])
def test_a_time_limit_for_one_who_is_stopped(chat: Chat, limit_ms: int) -> None:
    """Rows 19 and 21 of the public reports. Windows' mailslots take all; Wine's and a socket have an end."""
    alice, bob = chat.pair("--timeout", str(limit_ms))
    assert bob.process
    bob.process.send_signal(signal.SIGSTOP)
    alice.type_bytes(("x" * 900 + "\n").encode() * 4000)
    if chat.program == "MailChat" and WINE not in ("", "8.0"):  # takes all, as Windows does
        alice.type("exit")
        alice.exit()
        assert not any("to read what has been sent" in error for error in alice.errors.all)
        return
    assert alice.next_error() == chat.stage.names.fill(
        f"{chat.program}: the time is over: {limit_ms} ms, waiting for {{bob}} to read what has been sent; "
        "is it stopped?")
    assert alice.exit() == 1
    bob.process.send_signal(signal.SIGCONT)
    line = bob.next_line()
    while line != chat.stage.names.fill("{alice} has left; waiting for it to come back"):
        assert line == chat.stage.names.fill("{alice}: ") + "x" * 900  # whole, or not at all
        line = bob.next_line()


def test_a_time_limit_counts_from_each_line(chat: Chat) -> None:
    alice, bob = chat.pair("--timeout", "5000")
    for number in range(100):
        alice.type(f"{number}")
        chat.hears(bob, f"{{alice}}: {number}")
    chat.leaves(alice)


def test_mail_from_a_stranger_does_no_harm(win32_chat: Chat) -> None:
    alice, bob = win32_chat.pair()
    slot = rf"\\.\mailslot\{win32_chat.stage.unique('bob')}"
    for hexadecimal in ("1b00d83dff00fffe80c0", "61", "00", "540000006200", "48", "4800", ""):
        assert win32_chat.stage.start("Probe", "write", slot, hexadecimal).exit() == 0
    alice.type("그래도 이야기는 계속된다")
    bob_heard = ""
    while not bob_heard.endswith("그래도 이야기는 계속된다"):
        bob_heard = bob.next_line()
    assert not any(CONTROL.search(line) for line in bob.output.all + bob.errors.all)
    win32_chat.leaves(alice)


def test_a_forged_farewell_holds_words_back_but_loses_none(win32_chat: Chat) -> None:
    """Everybody can write into a slot, an L too. Bob's next start tells Alice and him that both are there."""
    alice, bob = win32_chat.pair()
    assert win32_chat.stage.start("MailSender", "--name", win32_chat.stage.unique("bob"), "L").exit() == 0
    win32_chat.hears(bob, "{alice} has left; waiting for it to come back")
    alice.type("나 여기 있어")
    win32_chat.hears(bob, "{alice}: 나 여기 있어")
    win32_chat.leaves(bob)


@pytest.fixture
def posix_chat(posix_stage: Stage) -> Chat:
    return Chat(posix_stage, "mail_chat")


def send_as(user: int, name: str, messages: list[bytes]) -> int:
    """Sends to a chat from a process of another user, and gives its id."""
    pid = os.fork()
    if pid == 0:
        os.setuid(user)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stranger:
            for message in messages:
                stranger.sendto(message, b"\0mail_chat/" + name.encode())
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    return pid


@linux_only
def test_a_message_of_another_user_is_not_shown(posix_chat: Chat) -> None:
    """Row 22 of the public reports."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to be another user")
    alice, bob = posix_chat.pair()
    name = posix_chat.stage.unique("bob")
    pid = send_as(12345, name, [b"Ttransfer the money", b"L", b"Hforged"])
    assert bob.next_error() == f"mail_chat: a message of another user (12345, process {pid}) is not shown"
    send_as(os.geteuid(), name, [b"Tfrom this user"])
    posix_chat.hears(bob, "{alice}: from this user")
    alice.type("그래도 이야기는 계속된다")
    posix_chat.hears(bob, "{alice}: 그래도 이야기는 계속된다")
    assert len(bob.errors.all) == 1  # one word for all three
    posix_chat.leaves(alice)


@linux_only
def test_a_peer_that_stands_still_is_named(posix_chat: Chat) -> None:
    """Row 20 of the public reports."""
    alice, bob = posix_chat.pair()
    assert bob.process
    bob.process.send_signal(signal.SIGSTOP)
    for number in range(1000):
        alice.type(f"{number} {'x' * 900}")
    assert alice.next_error() == posix_chat.stage.names.fill(
        "mail_chat: waiting: {bob} does not read what has been sent; is it stopped?")
    bob.process.send_signal(signal.SIGCONT)
    alice.type("exit")
    assert alice.exit() == 0
    assert [line.split()[1] for line in bob.output.all[1:1001]] == [str(number) for number in range(1000)]


@linux_only
def test_without_descriptors_the_chat_goes_on(posix_chat: Chat) -> None:
    """Row 5 of the public reports."""
    alice, bob = posix_chat.pair()
    resource = pytest.importorskip("resource")
    for actor in (alice, bob):
        assert actor.process
        resource.prlimit(actor.process.pid, resource.RLIMIT_NOFILE, (3, 3))
    bob.kill()
    posix_chat.hears(alice, "{bob} has left; waiting for it to come back")
    posix_chat.start("bob", "alice")
    posix_chat.hears(alice, "{bob} is here")
    assert alice.errors.all == []
