"""The text of scenes: what it means, and that a mistake is told with file, line and what was expected there."""

from __future__ import annotations

from pathlib import Path

import pytest
from companion.play.scene import Names, SceneError, parse, transcript
from companion.trace.events import Kind

DELIVER = r"""
# en: First
# en: and more.
# ko: 먼저.
$ MailReceiver --name {mailbox} "two words" \\.\mailslot\x
MailReceiver | waiting on \\.\mailslot\{mailbox}
$ mail_sender
$ mail_sender x
mail_sender.2 < 안녕
mail_sender.2 ^Z
mail_sender.2 ! an error
ChildProcess | printed by a child
mail_sender < exit
mail_sender = 0
mail_sender.2 = 1
MailReceiver ^C
MailReceiver = ^C
MailReceiver | after its end
"""


def test_parse() -> None:
    scene = parse(Path("x.scene"), DELIVER)
    assert scene.lanes == ["MailReceiver", "mail_sender", "mail_sender.2", "ChildProcess"]
    assert scene.programs == ["MailReceiver", "mail_sender", "ChildProcess"]
    first = scene.steps[0]
    assert (first.kind, first.number) == (Kind.START, 5)
    assert first.arguments == ["--name", "{mailbox}", "two words", r"\\.\mailslot\x"]
    assert first.narration == {"en": "First and more.", "ko": "먼저."}
    assert " ".join(step.kind.value for step in scene.steps) == "$ | $ $ < ^Z ! | < = = ^C = |"


@pytest.mark.parametrize("text, line, expected", [
    ("", 1, "expected '$ PROGRAM', found an empty scene"),
    ("# en: just talk", 1, "expected a step after the narration"),
    ("# fr: bonjour\n$ A\nA = 0", 1, "expected narration, '# en: ...' or '# ko: ...'"),
    ("# at: A X\n# en: x\n$ A\nA = 0", 1,
     "expected narration, '# en: ...' or '# ko: ...', or its place, '# before: PROGRAM CALL' or '# after: "),
    ("# after: A X\n$ A\nA = 0", 2, "expected narration, '# en: ...' or '# ko: ...', for 'after: A X', found a step"),
    ("# after: A X\n# before: A X\n# en: x\n$ A\nA = 0", 2, "expected one call for a narration, found 'after: A X'"),
    ("$", 1, "expected a program's name after '$', found ''"),
    ("$ ./A", 1, "expected a program's name after '$', found './A'"),
    ('$ A "open', 1, "expected a command line: No closing quotation"),
    ("$ A\nA : hello\nA = 0", 2,
     "expected '$ PROGRAM', '# en:', '# ko:', or a program's name and one of | ! < = ^C ^Z"),
    ("$ A\nA |hello\nA = 0", 2, "expected '$ PROGRAM'"),
    ("$ A\nA.1 | hello\nA = 0", 2, "expected '$ PROGRAM'"),
    ("$ A\nB < hello\nA = 0", 2, "expected a program that '$' has started, found B"),
    ("$ A\nA.2 < hello\nA = 0", 2, "expected a program that '$' has started, found A.2"),
    ("$ A\nA = zero", 2, "expected an exit status, a number or ^C, found 'zero'"),
    ("$ A\nA =", 2, "expected an exit status, a number or ^C, found ''"),
    ("$ A\nA ^C now\nA = 0", 2, "expected nothing after ^C, found 'now'"),
    ("$ A\nA = 0\nA < more", 3, "expected nothing but lines of A after its exit status, found '<'"),
    ("$ A\nA = 0\nA = 0", 3, "expected nothing but lines of A after its exit status, found '='"),
    ("$ A\nA | hello", 1, "expected an exit status of A ('A = 0') further down, found none"),
])
def test_a_mistake_is_told_with_its_place(text: str, line: int, expected: str) -> None:
    with pytest.raises(SceneError) as error:
        parse(Path("bad.scene"), text)
    assert str(error.value).startswith(f"bad.scene:{line}: {expected}")


def test_names_are_unique_to_the_run() -> None:
    assert Names("1").fill("--name {box}") == "--name box-1"
    assert Names("2").fill("--name {box}") == "--name box-2"
    assert Names("1").match("made {box}", "made box-1")
    assert not Names("1").match("made {box}", "made box-2")


def test_a_wildcard_stays_what_it_was() -> None:
    names = Names("1")
    assert names.match("handle {?handle} of {?pid}", "handle 0x1a of 77")
    assert names.match("again {?handle}", "again 0x1a")
    assert not names.match("again {?handle}", "again 0x1b")
    assert names.fill("kill {?pid} not {?other}") == "kill 77 not {?other}"
    assert names.match("{?a}={?a}", "x=x")
    assert not Names("1").match("{?a}={?a}", "x=y")


def test_a_wildcard_that_did_not_match_is_forgotten() -> None:
    names = Names("1")
    assert not names.match("handle {?handle} closed", "handle 5 opened")
    assert names.match("handle {?handle} opened", "handle 6 opened")


def test_what_is_no_placeholder_is_text() -> None:
    assert Names("1").match('{"a": [1.5]} (x|y)* {A} {}', '{"a": [1.5]} (x|y)* {A} {}')
    assert not Names("1").match("a.c", "abc")
    names = Names("1")
    assert names.match("{?text}", "{box} {?x}")
    assert names.match("<{?text}>", "<{box} {?x}>")


def test_transcript() -> None:
    scene = "# en: a\n# ko: b\n$ A --name {box}\n\nA | {box} {?pid}\nA = 0\n"
    assert transcript(scene) == "$ A --name box\nA | box ...\nA = 0"
