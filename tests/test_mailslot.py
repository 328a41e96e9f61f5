"""Edge cases of chapter07/01-mailslot, the Win32 side."""

from __future__ import annotations

import os
import re

import pytest
from conftest import TOOLCHAINS, wine_differs
from companion.play.actor import Actor
from companion.play.stage import Stage


def receiver(stage: Stage, *arguments: str, name: str = "mailbox") -> Actor:
    actor = stage.start("MailReceiver", "--name", stage.unique(name), *arguments)
    assert actor.next_line() == rf"waiting for mail on \\.\mailslot\{stage.unique(name)}"
    return actor


def sender(stage: Stage, *arguments: str, name: str = "mailbox") -> Actor:
    return stage.start("MailSender", "--name", stage.unique(name), *arguments)


def stranger(stage: Stage, hexadecimal: str) -> None:
    """A program that writes plain bytes into the mailbox."""
    assert stage.start("Probe", "write", rf"\\.\mailslot\{stage.unique('mailbox')}", hexadecimal).exit() == 0


def test_messages_as_arguments_arrive_in_order(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "4")
    messages = ["한글", "a b", "*", "📬 é"]
    assert sender(win32_stage, *messages).exit() == 0
    assert [mail.next_line() for _ in messages] == [f"received: {message}" for message in messages]
    assert mail.exit() == 0


def test_end_of_input_ends_the_sender_alone(win32_stage: Stage) -> None:
    mail = receiver(win32_stage)
    typing = sender(win32_stage)
    typing.type("첫 줄")
    typing.end_input()
    assert typing.exit() == 0
    assert mail.next_line() == "received: 첫 줄"
    assert sender(win32_stage, "exit").exit() == 0
    assert mail.exit() == 0


def test_prompt_is_for_people_only(win32_stage: Stage) -> None:
    receiver(win32_stage)
    typing = sender(win32_stage)
    typing.type("exit")
    typing.exit()
    assert typing.output.all == []


@pytest.mark.parametrize("arguments", [[], ["exit", "too late"]])
def test_what_follows_exit_is_not_sent(win32_stage: Stage, arguments: list[str]) -> None:
    mail = receiver(win32_stage, "--count", "2")
    typing = sender(win32_stage, *arguments)
    typing.type("exit")
    typing.type("too late")
    assert typing.exit() == 0
    assert mail.exit() == 0
    assert mail.output.all[1:] == ["received: exit"]


def test_two_at_once_try_the_rules_on_one_name(win32_stage: Stage) -> None:
    slot = win32_stage.unique("rules")
    receiver(win32_stage, name="rules")
    late = win32_stage.start("MailRules", "--name", slot)
    assert late.exit() == 1
    assert late.errors.all[0].startswith(rf"MailRules: CreateMailslot(\\.\mailslot\{slot}): error 183 ")


def test_a_slot_in_a_folder(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "1", name=r"taxes\bob")
    assert sender(win32_stage, "hi", name=r"taxes\bob").exit() == 0
    assert mail.next_line() == "received: hi"


def test_timeout_without_mail(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--timeout", "0")
    assert mail.next_line() == "no mail for 0 ms"
    assert mail.exit() == 0


def test_timeout_before_the_count_is_reached_is_a_failure(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--timeout", "50", "--count", "1")
    assert mail.next_line() == "no mail for 50 ms"
    assert mail.exit() == 1


def test_control_characters_stay_off_the_terminal(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "1")
    sender(win32_stage, "\x1b[2J\x07forged\nreceived: line\u202e\x7f")
    assert mail.next_line() == "received: ?[2J?forged?received: line??"
    assert mail.exit() == 0


def test_an_empty_message_is_a_message(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "3")
    assert sender(win32_stage, "", "between", "").exit() == 0
    assert [mail.next_line() for _ in range(3)] == ["received: ", "received: between", "received: "]
    assert mail.exit() == 0


def test_a_stranger_sends_half_a_character(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "2")
    stranger(win32_stage, "610062")
    sender(win32_stage, "next")
    if win32_stage.toolchain is TOOLCHAINS["unicode"]:
        assert mail.next_line() == "received: a"
        assert mail.next_error() == ("MailReceiver: that message had 3 bytes, but a character has 2: "
                                     "the last byte is left out")
    else:
        assert mail.next_line() == "received: a?b"
    assert mail.next_line() == "received: next"
    assert mail.exit() == 0


def test_a_stranger_sends_no_text_at_all(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "2")
    stranger(win32_stage, "1b00d83dff00fffe80c0")
    sender(win32_stage, "next")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", mail.next_line())
    assert mail.next_line() == "received: next"
    assert mail.exit() == 0


def test_builds_of_both_character_sets_misunderstand_each_other_safely(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "2")
    name = win32_stage.unique("mailbox")
    with Stage(TOOLCHAINS["ansi" if win32_stage.toolchain is TOOLCHAINS["unicode"] else "unicode"]) as other:
        assert other.start("MailSender", "--name", name, "한글 text").exit() == 0
    sender(win32_stage, "next")
    assert mail.next_line().startswith("received: ")
    assert mail.next_line() == "received: next"
    assert mail.exit() == 0


@wine_differs("Wine does not enforce the size that CreateMailslot was given", "8.0", "10.0")
def test_a_message_longer_than_the_slot_allows_is_refused_at_the_sender(win32_stage: Stage) -> None:
    receiver(win32_stage)
    assert sender(win32_stage, "x" * 1025).exit() == 1


@wine_differs("Wine takes a longer message into the slot, and then ReadFile refuses it: error 122", "10.0")
def test_a_message_longer_than_the_buffer_does_no_harm(win32_stage: Stage) -> None:
    mail = receiver(win32_stage)
    sender(win32_stage, "x" * 1025).exit()
    sender(win32_stage, "next", "exit").exit()
    assert mail.exit() == 0
    assert mail.output.all[-2:] == ["received: next", "received: exit"]


@wine_differs("Wine takes a message of any size", "10.0")
@pytest.mark.parametrize("program", ["MailSender", "MailBroadcast"])
def test_a_message_that_is_refused_keeps_none_of_the_others_back(win32_stage: Stage, program: str) -> None:
    """Row 9 of the public reports. Windows refuses what is longer than the slot takes; Wine what is longer than the
    buffer of a socket of Linux."""
    mail = receiver(win32_stage, "--count", "2")
    sending = win32_stage.start(program, "--name", win32_stage.unique("mailbox"))
    size = 400_000 * (2 if win32_stage.toolchain is TOOLCHAINS["unicode"] else 1)
    for line in ("before", "x" * 400_000, "after"):
        sending.type(line)
    sending.end_input()
    assert sending.exit() == 1
    assert [mail.next_line(), mail.next_line()] == ["received: before", "received: after"]
    assert mail.exit() == 0
    slot = rf"\\.\mailslot\{win32_stage.unique('mailbox')}"
    assert len(sending.errors.all) == 1
    assert sending.errors.all[0].startswith(f"{program}: WriteFile({slot}, {size} bytes): error ")


@pytest.mark.skipif(os.name == "nt", reason="the sender is refused there")
def test_a_message_one_character_too_long(win32_stage: Stage) -> None:
    """It fills the buffer to its last character, where the terminator belongs."""
    mail = receiver(win32_stage)
    assert sender(win32_stage, "x" * 513, "exit").exit() == 0
    assert mail.next_line() == "received: " + "x" * 512
    assert "that message was longer than" in mail.next_error()
    assert mail.next_line() == "received: exit"
    assert mail.exit() == 0


def test_many_senders_at_once(win32_stage: Stage) -> None:
    senders, messages = 6, 40
    mail = receiver(win32_stage, "--count", str(senders * messages))
    crowd = [sender(win32_stage) for _ in range(senders)]
    for number in range(messages):
        for who, actor in enumerate(crowd):
            actor.type(f"{who} sends {number} 번째")
    for actor in crowd:
        actor.end_input()
    assert [actor.exit() for actor in crowd] == [0] * senders
    assert mail.exit() == 0

    arrived = [line.removeprefix("received: ") for line in mail.output.all[1:]]
    for who in range(senders):
        expected = [f"{who} sends {number} 번째" for number in range(messages)]
        assert [text for text in arrived if text.startswith(f"{who} ")] == expected


def test_ctrl_c_ends_the_receiver_and_its_slot(win32_stage: Stage) -> None:
    mail = receiver(win32_stage)
    mail.ctrl_c()
    assert mail.was_ended_by_ctrl_c()
    late = sender(win32_stage, "anyone?")
    assert "error 2 ERROR_FILE_NOT_FOUND" in late.next_error()
    assert late.exit() == 1


def test_ctrl_c_ends_the_sender_alone(win32_stage: Stage) -> None:
    mail = receiver(win32_stage)
    typing = sender(win32_stage)
    typing.type("before")
    assert mail.next_line() == "received: before"
    typing.ctrl_c()
    assert typing.was_ended_by_ctrl_c()
    assert sender(win32_stage, "after", "exit").exit() == 0
    assert mail.next_line() == "received: after"


def test_a_killed_receiver_frees_the_name(win32_stage: Stage) -> None:
    receiver(win32_stage).kill()
    again = win32_stage.start("MailReceiver", "--name", win32_stage.unique("mailbox"), "--count", "1")
    assert again.next_line().startswith("waiting")
    assert sender(win32_stage, "hi").exit() == 0
    assert again.exit() == 0


@wine_differs("under Wine a sender's handle keeps the name of a slot whose owner has ended", "8.0", "10.0")
def test_a_senders_handle_keeps_no_slot(win32_stage: Stage) -> None:
    """Only handles that CreateMailslot gave count, and their copies."""
    mail = receiver(win32_stage)
    typing = sender(win32_stage)
    typing.type("before")
    assert mail.next_line() == "received: before"
    mail.kill()
    again = receiver(win32_stage, "--count", "1")
    assert sender(win32_stage, "hi").exit() == 0
    assert again.exit() == 0


@wine_differs("under Wine a write succeeds although nobody has the slot any more", "8.0", "10.0")
def test_writing_after_the_receiver_was_killed_fails(win32_stage: Stage) -> None:
    mail = receiver(win32_stage)
    typing = sender(win32_stage)
    typing.type("before")
    assert mail.next_line() == "received: before"
    mail.kill()
    typing.type("after")
    typing.end_input()
    assert typing.exit() == 1


def test_a_receiver_killed_while_many_write_does_no_harm(win32_stage: Stage) -> None:
    mail = receiver(win32_stage)
    crowd = [sender(win32_stage) for _ in range(3)]
    for actor in crowd:
        actor.type("before")
    for _ in crowd:
        mail.next_line()
    mail.kill()  # Wine lets them write on until a buffer is full, so not too much of it
    for number in range(10):
        for actor in crowd:
            actor.type(f"message {number}")
    for actor in crowd:
        actor.end_input()
    assert all(actor.exit() in (0, 1) for actor in crowd)


def test_every_computer_is_addressed_by_a_star(win32_stage: Stage) -> None:
    """Wine knows no remote slot; Windows sends datagrams, or refuses them where remote mailslots are off."""
    star = sender(win32_stage, "--to", "*", "to all")
    if star.exit() == 1:
        assert re.match(r"MailSender: CreateFile\(\\\\\*\\mailslot\\mailbox-\w+\): error \d+ ", star.next_error())


@pytest.mark.parametrize("arguments, complaint", [
    (["MailReceiver", "--timeout", "soon"], "--timeout: 'soon' is not a whole number from 0 to 4294967294"),
    (["MailReceiver", "--timeout", "4294967295"], "--timeout: '4294967295' is not a whole number from 0 to 4294967294"),
    (["MailReceiver", "--count", "0"], "--count: '0' is not a whole number from 1 to 4294967295"),
    (["MailReceiver", "--name"], "--name: NAME is missing"),
    (["MailReceiver", "hello"], "unexpected 'hello'"),
    (["MailReceiver", "--naem", "x"], "unknown option '--naem', did you mean --name?"),
    (["MailReceiver", "--name", "x" * 300], "--name: a slot's whole name has less than 260 characters"),
    (["MailSender", "--name", "x" * 300, "hi"], "--name, --to: a slot's whole name has less than 260 characters"),
    (["MailBroadcast", "--timeout", "0"], "--timeout: '0' is not a whole number from 1 to 4294967294"),
    (["MailBroadcast", "hi"], "--name NAME is missing"),
    (["MailBroadcast", "--name", "x" * 300, "hi"], "--name: a slot's whole name has less than 260 characters"),
    (["MailSenderEndless", "--limit", "0"], "--limit: '0' is not a whole number from 1 to 100000"),
    (["MailSenderEndless", "hi"], "unexpected 'hi'"),
])
def test_wrong_usage(win32_stage: Stage, arguments: list[str], complaint: str) -> None:
    actor = win32_stage.start(*arguments)
    assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
    assert actor.exit() == 2
    assert actor.output.all == []


def broadcast(stage: Stage, names: list[str], *messages: str) -> Actor:
    options = [option for name in names for option in ("--name", stage.unique(name))]
    return stage.start("MailBroadcast", *options, *messages)


def test_a_broadcast_reaches_several_receivers(win32_stage: Stage) -> None:
    names = ["빨강", "blue", "green"]
    mails = [receiver(win32_stage, "--count", "3", name=name) for name in names]
    typing = broadcast(win32_stage, names)
    for number in range(3):
        typing.type(f"{number} 모두에게")
    typing.end_input()
    assert typing.exit() == 0
    for mail in mails:
        assert [mail.next_line() for _ in range(3)] == [f"received: {number} 모두에게" for number in range(3)]
        assert mail.exit() == 0


def test_who_cannot_be_reached_is_named_and_keeps_nothing_from_the_others(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "1", name="here")
    sending = broadcast(win32_stage, ["gone", "here", "never"], "hello")
    assert sending.exit() == 1
    errors = [line for line in sending.errors.all if "hint" not in line]
    assert [line.split(")")[0] for line in errors] == [
        rf"MailBroadcast: CreateFile(\\.\mailslot\{win32_stage.unique(name)}" for name in ("gone", "never")]
    assert mail.next_line() == "received: hello"
    assert mail.exit() == 0


def test_nobody_to_reach_ends_a_broadcast_before_anything_is_typed(win32_stage: Stage) -> None:
    typing = broadcast(win32_stage, ["gone", "never"])
    assert typing.exit() == 1
    assert len(typing.errors.all) == 4


@wine_differs("under Wine a write succeeds although nobody has the slot any more", "8.0", "10.0")
def test_one_of_several_receivers_that_goes_is_named(win32_stage: Stage) -> None:
    leaving, staying = (receiver(win32_stage, name=name) for name in ("leaving", "staying"))
    typing = broadcast(win32_stage, ["leaving", "staying"])
    typing.type("before")
    assert leaving.next_line() == staying.next_line() == "received: before"
    leaving.kill()
    typing.type("after")
    typing.end_input()
    assert staying.next_line() == "received: after"
    assert typing.exit() == 1


@wine_differs("Wine takes messages for an owner that was killed without any limit", "10.0")
def test_a_broadcast_waits_for_nobody_longer_than_its_limit(win32_stage: Stage) -> None:
    """Row 21 of the public reports: under Wine a write waits when the buffer of a slot is full whose owner was killed.
    On Windows it fails at once."""
    gone = receiver(win32_stage, name="gone")
    typing = broadcast(win32_stage, ["gone"], "--timeout", "1500")
    typing.type("before")
    assert gone.next_line() == "received: before"
    gone.kill()
    typing.type_bytes(("x" * 200 + "\n").encode() * 4000)
    typing.end_input()
    assert typing.exit() == 1
    slot = rf"\\.\mailslot\{win32_stage.unique('gone')}"
    assert typing.errors.all[0].startswith((
        f"MailBroadcast: {slot} has not taken a message within 1500 ms: it gets no more",
        f"MailBroadcast: WriteFile({slot}, "))


def test_more_slots_than_there_is_room_for(win32_stage: Stage) -> None:
    actor = win32_stage.start("MailBroadcast", *(f"--name=slot{number}" for number in range(65)), "hi")
    assert actor.next_error().startswith("MailBroadcast: --name: 'slot64' is one too many; it may be given 64 times (")
    assert actor.exit() == 2


def test_a_broadcast_ends_with_exit(win32_stage: Stage) -> None:
    mails = [receiver(win32_stage, name=name) for name in ("red", "blue")]
    typing = broadcast(win32_stage, ["red", "blue"])
    typing.type("exit")
    typing.type("too late")
    assert typing.exit() == 0
    for mail in mails:
        assert mail.exit() == 0
        assert mail.output.all[1:] == ["received: exit"]


# What the book's listings do on the wire (tests/peers): each of them against ours.

def book_sender(stage: Stage, *arguments: str) -> Actor:
    return stage.start("BookMailSender", stage.unique("mailbox"), *arguments)


def test_the_books_sender_and_our_receiver(win32_stage: Stage) -> None:
    mail = receiver(win32_stage)
    typing = book_sender(win32_stage)
    for line in ("안녕하세요", "hi there", "", "a  b"):
        typing.type(line)
        assert mail.next_line() == f"received: {line}"
    typing.type("exit")
    assert mail.next_line() == "received: exit"
    assert mail.exit() == 0
    assert not typing.has_ended  # it has sent "exit" and a line break, and compares that with "exit"
    assert mail.errors.all == []


def test_the_books_sender_never_ends_and_our_receiver_bears_it(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "201")
    typing = book_sender(win32_stage, "200")
    typing.type("끝없이")
    typing.end_input()
    assert mail.exit() == 0
    assert mail.output.all[1:] == ["received: 끝없이"] * 201
    assert typing.exit() == 0  # the peer has a limit, which the book's has not


def test_our_sender_and_the_books_receiver(win32_stage: Stage) -> None:
    mail = win32_stage.start("BookMailReceiver", win32_stage.unique("mailbox"))
    assert mail.next_line() == "ready"
    typing = sender(win32_stage)
    for line in ("안녕하세요", ", ", "mailslot", "exit"):
        typing.type(line)
    assert typing.exit() == 0
    assert mail.exit() == 0
    assert mail.output.all[1:] == ["안녕하세요, mailslotend"]  # our messages have no line break that it could print


@pytest.mark.parametrize("sent, shown", [
    ("hi\n", "hi"), ("hi\r\n", "hi"), ("\n", ""), ("hi\n\n", "hi?"), ("hi\r", "hi?"), ("\r", "?"), ("a\nb\n", "a?b"),
    ("x" * 511 + "\n", "x" * 511),
])
def test_a_line_break_at_the_end_belongs_to_the_line(win32_stage: Stage, sent: str, shown: str) -> None:
    mail = receiver(win32_stage, "--count", "1")
    assert sender(win32_stage, sent).exit() == 0
    assert mail.next_line() == f"received: {shown}"
    assert mail.exit() == 0
    assert mail.errors.all == []


@pytest.mark.parametrize("last", ["exit\n", "exit\r\n"])
def test_exit_with_a_line_break_ends_the_receiver(win32_stage: Stage, last: str) -> None:
    mail = receiver(win32_stage)
    for no_exit in ("exit\nexit", "exit now\n", "exit\n\n", "\nexit"):
        assert sender(win32_stage, no_exit).exit() == 0
    assert sender(win32_stage, last).exit() == 0
    assert mail.exit() == 0
    assert mail.output.all[1:] == ["received: exit?exit", "received: exit now", "received: exit?", "received: ?exit",
                                   "received: exit"]


def test_the_endless_sender_repeats_its_last_line_until_its_limit(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "50")
    typing = win32_stage.start("MailSenderEndless", "--name", win32_stage.unique("mailbox"), "--limit", "50")
    typing.type("첫 줄")
    typing.type("마지막 줄")
    typing.end_input()
    assert typing.exit() == 1
    assert mail.exit() == 0
    assert mail.output.all[1:] == ["received: 첫 줄"] + ["received: 마지막 줄"] * 49
    assert typing.errors.all == ["MailSenderEndless: stopped by --limit after 50 messages"]


def test_the_endless_sender_has_a_limit_of_its_own(win32_stage: Stage) -> None:
    mail = receiver(win32_stage, "--count", "1000")
    typing = win32_stage.start("MailSenderEndless", "--name", win32_stage.unique("mailbox"))
    typing.end_input()
    assert typing.exit() == 1
    assert typing.errors.all == ["MailSenderEndless: stopped by --limit after 1000 messages"]
    assert mail.exit() == 0


def test_exit_does_not_end_the_endless_sender(win32_stage: Stage) -> None:
    mail = receiver(win32_stage)
    typing = win32_stage.start("MailSenderEndless", "--name", win32_stage.unique("mailbox"), "--limit", "2")
    typing.type("exit")
    assert typing.next_line() == "sent 5 characters"
    assert mail.exit() == 0
    typing.type("exit")
    assert typing.exit() == 1  # by its limit; on Windows by WriteFile, since the slot has gone with its receiver
