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
    "unlink": "pathname", "unlinkat": "dirfd pathname flags",
}.items()}


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


def _value(argument: str) -> Any:
    argument = re.sub(r"^\w+=", "", argument)
    if argument == "NULL":
        return None
    if re.fullmatch(r"-?\d+", argument):
        return int(argument)
    if argument.startswith("[") and argument.endswith("]") and '"' in argument:
        return [_value(one) for one in split(argument[1:-1])]
    if argument.startswith('"'):
        data = _bytes(argument)
        try:
            text = data.decode("utf-8", "strict" if not argument.endswith("...") else "ignore")
        except UnicodeDecodeError:
            return {"bytes": len(data), "hex": data[:16].hex()}
        return text + ("…" if argument.endswith("...") else "")

    def readable(found: re.Match[str]) -> str:
        return f'"{quoted_text(found[0])}"'

    return {"name": re.sub(r'"(?:\\x[0-9a-f]{2})*"', readable, argument), "value": 0}


def by_name(call: str, texts: list[str], result: Any) -> dict[str, Any]:
    """The arguments of a call by their names, and what it read or wrote as data; `result` is None before it returns."""
    names = CALLS.get(call, [])
    values = [_value(text) for text in texts if text]  # an unfinished call may end with a comma
    arguments = {names[index] if index < len(names) else f"arg{index + 1}": value for index, value in enumerate(values)}
    if call in ("read", "write", "sendto", "recvfrom") and isinstance(arguments.get("buf"), str):
        size = result if isinstance(result, int) and result >= 0 else len(arguments["buf"].encode())
        arguments["buf"] = {"bytes": size, "text": arguments["buf"]}
    if call in ("msgsnd", "msgrcv") and "msgp" in arguments and isinstance(arguments["msgp"], dict):
        found = re.search(r'mtext="(.*)"', arguments["msgp"]["name"], re.DOTALL)
        if found:
            size = result if call == "msgrcv" and isinstance(result, int) else len(found[1].encode())
            text = found[1].encode()[:size].decode("utf-8", "ignore")  # strace shows the whole buffer
            arguments["msgp"] = {"bytes": size, "text": text}
    return arguments
