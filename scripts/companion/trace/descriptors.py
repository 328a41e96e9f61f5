"""Which descriptors a call of POSIX makes, and which of them exec closes."""

from __future__ import annotations

import re
from typing import Any

# A new descriptor is the result; of those with flags, exec closes it where they say so.
_GIVES_ONE = {"socket", "accept", "accept4", "dup", "dup2", "dup3", "open", "openat", "pidfd_open", "memfd_create"}
_GIVES_SEVERAL = {"pipe": "pipefd", "pipe2": "pipefd", "socketpair": "sv"}
_CLOSED_BY_EXEC = re.compile(r"\b(O|SOCK|MFD|F_DUPFD|MSG_CMSG)_CLOEXEC\b")


def made_by(name: str, arguments: dict[str, Any], result: Any) -> dict[int, bool]:
    """The descriptors that this successful call has made, and of each whether exec closes it."""
    texts = [text_of(value) for value in arguments.values()]
    is_closed = name == "pidfd_open" or any(_CLOSED_BY_EXEC.search(text) for text in texts)
    if name in _GIVES_ONE or (name == "fcntl" and texts[1].startswith("F_DUPFD")):
        if name == "dup2" and arguments["oldfd"] == result:
            return {}  # it stays as it is
        return {result: is_closed} if isinstance(result, int) else {}
    if name in _GIVES_SEVERAL:
        return dict.fromkeys(numbers(arguments.get(_GIVES_SEVERAL[name])), is_closed)
    if name == "recvmsg":
        return dict.fromkeys(passed_by(arguments), is_closed)
    return {}


def flag_of(name: str, arguments: dict[str, Any]) -> bool | None:
    """Whether exec closes the descriptor from now on, as fcntl(F_SETFD) has said; None for any other call."""
    if name != "fcntl" or text_of(arguments.get("op")) != "F_SETFD":
        return None
    return "FD_CLOEXEC" in text_of(arguments.get("arg"))


def passed_by(arguments: dict[str, Any]) -> list[int]:
    """The descriptors that sendmsg and recvmsg hand on."""
    found = re.search(r"cmsg_type=SCM_RIGHTS, cmsg_data=(\[[\d, ]*\])", text_of(arguments.get("msg")))
    return numbers(found[1]) if found else []


def numbers(value: Any) -> list[int]:
    """The numbers in a list: [3, 4]."""
    return [int(number) for number in re.findall(r"\d+", text_of(value))]


def text_of(value: Any) -> str:
    """What strace has written for an argument."""
    return str(value.get("name", "")) if isinstance(value, dict) else "" if value is None else str(value)
