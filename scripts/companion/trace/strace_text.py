"""The text of strace: which calls it is asked for, and how their arguments become the values of an event."""

from __future__ import annotations

import re
from typing import Any

# The names of the arguments, from the manual pages. strace is asked for these calls and no others; the ? lets it do
# without those that this machine's kernel does not have.
CALLS = {name: arguments.split() for name, arguments in {
    "msgget": "key msgflg", "msgsnd": "msqid msgp msgsz msgflg", "msgrcv": "msqid msgp msgsz msgtyp msgflg",
    "msgctl": "msqid cmd buf", "semget": "key nsems semflg", "semop": "semid sops nsops",
    "semtimedop": "semid sops nsops timeout", "semctl": "semid semnum cmd arg",
    "socket": "domain type protocol", "socketpair": "domain type protocol sv", "bind": "sockfd addr addrlen",
    "listen": "sockfd backlog", "accept": "sockfd addr addrlen", "accept4": "sockfd addr addrlen flags",
    "connect": "sockfd addr addrlen", "sendto": "sockfd buf len flags dest_addr addrlen",
    "recvfrom": "sockfd buf len flags src_addr addrlen", "sendmsg": "sockfd msg flags", "recvmsg": "sockfd msg flags",
    "shutdown": "sockfd how", "pipe": "pipefd", "pipe2": "pipefd flags", "mknod": "pathname mode dev",
    "mknodat": "dirfd pathname mode dev", "open": "pathname flags mode", "openat": "dirfd pathname flags mode",
    "read": "fd buf count", "write": "fd buf count", "close": "fd", "dup": "oldfd", "dup2": "oldfd newfd",
    "dup3": "oldfd newfd flags", "fork": "", "vfork": "", "clone": "", "clone3": "", "execve": "pathname argv envp",
    "wait4": "pid wstatus options rusage", "waitid": "idtype id infop options rusage", "kill": "pid sig",
    "pidfd_open": "pid flags", "pidfd_send_signal": "pidfd sig info flags", "poll": "fds nfds timeout",
    "ppoll": "fds nfds timeout sigmask sigsetsize", "mmap": "addr length prot flags fd offset",
    "munmap": "addr length", "msync": "addr length flags", "ftruncate": "fd length", "fsync": "fd",
    "unlink": "pathname", "unlinkat": "dirfd pathname flags", "fcntl": "fd op arg", "lseek": "fd offset whence",
    "memfd_create": "name flags", "getsockname": "sockfd addr addrlen",
}.items()}
SHOWN_BYTES = 4096  # of a string or of data; what is longer is cut

_GIVEN_DATA = {"write": "buf", "sendto": "buf", "msgsnd": "msgp"}  # as many bytes as the third argument says
_TAKEN_DATA = {"read": "buf", "recvfrom": "buf", "msgrcv": "msgp"}  # as many as the result says


def split(text: str) -> list[str]:
    """The arguments; a comma inside quotes or brackets separates nothing."""
    parts, depth, is_quoted, start = [], 0, False, 0
    for index, character in enumerate(text):
        if character == '"':
            is_quoted = not is_quoted  # -xx writes a quote inside as \x22
        elif not is_quoted and character in "([{":
            depth += 1
        elif not is_quoted and character in ")]}":
            depth -= 1
        elif not is_quoted and not depth and character == ",":
            parts.append(text[start:index].strip())
            start = index + 1
    return [*parts, text[start:].strip()] if text.strip() else []


def _bytes(quoted: str) -> bytes:
    return bytes(int(byte, 16) for byte in re.findall(r"\\x([0-9a-f]{2})", quoted))


def quoted_text(quoted: str) -> str:
    """What stands between quotes, where -xx writes each byte as \\x and two digits."""
    return _bytes(quoted).decode("utf-8", "replace")


def _data(quoted: str, size: int | None = None) -> dict[str, Any]:
    """So many of these bytes, as the trace of Win32 has them: as text where they are text."""
    data = _bytes(quoted)[:size]
    size = len(data) + quoted.endswith("...") if size is None else size  # how long that was nobody knows
    is_cut = quoted.endswith("...") and len(data) < size
    end = {"cut": True} if is_cut else {}
    try:
        return {"bytes": size, "text": data.decode("utf-8", "ignore" if is_cut else "strict")} | end
    except UnicodeDecodeError:
        return {"bytes": size, "hex": data.hex()} | end


def _value(argument: str) -> Any:
    argument = re.sub(r"^\w+=", "", argument)
    if argument == "NULL":
        return None
    if re.fullmatch(r"-?\d+", argument):
        return int(argument)
    if argument.startswith("[") and argument.endswith("]") and '"' in argument:
        return [_value(one) for one in split(argument[1:-1])]
    if argument.startswith('"'):
        data = _data(argument)
        return data["text"] + "…" * data.get("cut", False) if "text" in data else data

    def readable(found: re.Match[str]) -> str:
        return f'"{quoted_text(found[0])}"'

    return {"name": re.sub(r'"(?:\\x[0-9a-f]{2})*"', readable, argument), "value": 0}


def by_name(call: str, texts: list[str], result: Any) -> dict[str, Any]:
    """The arguments of a call by their names, and what it read or wrote as data; `result` is None before it returns."""
    names = CALLS.get(call, [])
    values = [_value(text) for text in texts if text]  # an unfinished call may end with a comma
    arguments = {names[index] if index < len(names) else f"arg{index + 1}": value for index, value in enumerate(values)}
    name = _GIVEN_DATA.get(call, _TAKEN_DATA.get(call, ""))
    if name in arguments:
        size = result if call in _TAKEN_DATA and isinstance(result, int) and result >= 0 else None
        if call in _GIVEN_DATA and len(texts) > 2 and texts[2].isdigit():
            size = int(texts[2])
        arguments[name] = _message(texts[1], size) or arguments[name]
    if call in ("sendmsg", "recvmsg") and isinstance(arguments.get("msg"), dict):
        arguments["msg"]["data"] = _data("".join(re.findall(r'iov_base=("(?:\\x[0-9a-f]{2})*"(?:\.\.\.)?)', texts[1])),
                                         result if call == "recvmsg" else None)
    return arguments


def _message(text: str, size: int | None) -> dict[str, Any] | None:
    """The data of a call; with the type of a message in a queue. None where it is no data, but an address."""
    found = re.match(r'(?:{mtype=(?P<type>\d+), mtext=)?(?P<data>"(?:\\x[0-9a-f]{2})*"(?:\.\.\.)?)', text)
    if not found:
        return None
    kind = {"type": int(found["type"])} if found["type"] else {}
    return _data(found["data"], size) | kind  # of a queue strace shows the whole buffer
