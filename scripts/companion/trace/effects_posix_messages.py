"""Pipes, FIFOs and sockets of POSIX: which end is whose, and what lies in them to be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from . import effects_sockets
from .arguments import data_of
from .descriptors import made_by, passed_by, text_of
from .effects_messages import deliver, ends_of_pipe, take, take_back
from .effects_posix import give, moved
from .events import Call
from .kernel_object import Inbox, KernelObject, join
from .kernel_state import KernelState, hold, release

_IN_MESSAGE = "in a message"
_MESSAGES = ("SOCK_DGRAM", "SOCK_SEQPACKET")
_HOW = {"SHUT_RD": "SD_RECEIVE", "SHUT_WR": "SD_SEND", "SHUT_RDWR": "SD_BOTH"}


# --- pipes, and pairs of sockets

def _pipe(kernel: KernelState, call: Call) -> None:
    give(kernel, call, list(ends_of_pipe(kernel)))


def _pair(kernel: KernelState, call: Call) -> None:
    left, right = _new_socket(kernel, call), _new_socket(kernel, call)
    for one, other in ((left, right), (right, left)):
        one.set(state="connected", other=other.number)
    join(left, right)
    give(kernel, call, [left, right])


def _new_socket(kernel: KernelState, call: Call) -> KernelObject:
    found = kernel.new("socket")
    found.set(state="new", reads_messages=text_of(call.arguments["type"]).startswith(_MESSAGES))
    return found


# --- reading and writing

def _written(kernel: KernelState, call: Call) -> tuple[KernelObject | None, Any]:
    """Where the bytes of a call go, and the bytes."""
    found = kernel.behind(call.pid, call.arguments.get("fd", call.arguments.get("sockfd")))
    if call.name == "sendmsg":
        return found.peer if found else None, call.arguments["msg"].get("data")
    address = _address(call.arguments.get("dest_addr"))
    if address:
        return next((one for one in kernel.of_type("socket") if one.value("local") == address), None), \
            call.arguments["buf"]
    return found.peer if found else None, call.arguments["buf"]


def _write(kernel: KernelState, call: Call) -> None:
    receiver, value = _written(kernel, call)
    if receiver is None:
        return
    passed = [kernel.behind(call.pid, number) for number in passed_by(call.arguments)]
    objects = tuple(one for one in passed if one)
    for one in objects:
        hold(one, _IN_MESSAGE)
    deliver(kernel, call, receiver, value, descriptors=objects)


def _wrote(kernel: KernelState, call: Call) -> None:
    receiver, value = _written(kernel, call)
    if receiver and isinstance(call.result, int) and call.result < data_of(value)[0]:
        take_back(call, receiver, call.result)
    if isinstance(call.result, int):
        moved(kernel.behind(call.pid, call.arguments.get("fd")), call.result)


def _write_failed(kernel: KernelState, call: Call) -> None:
    receiver, _ = _written(kernel, call)
    if receiver:
        take_back(call, receiver)


def _read(kernel: KernelState, call: Call) -> None:
    found = kernel.behind(call.pid, call.arguments.get("fd", call.arguments.get("sockfd")))
    if "MSG_PEEK" in text_of(call.arguments.get("flags")):
        return
    take(kernel, call, found, call.result)
    moved(found, call.result)
    if call.name == "recvmsg":
        passed = [one for chunk in kernel.fed.get(call.key, []) for one in chunk.descriptors]
        give(kernel, call, passed)
        for one in passed:
            release(one, _IN_MESSAGE)
            kernel.forget(one)


# --- sockets: as those of Winsock, whose calls have other names for their arguments

def _as_winsock(call: Call) -> Call:
    address = _address(call.arguments.get("addr")) or None
    how = _HOW.get(text_of(call.arguments.get("how")), "")
    made = made_by(call.name, call.arguments, call.result) if call.event == "return" else {}
    result: Any = call.result
    for number, is_closed in made.items():
        result = {"handle": hex(number), "inherit": not is_closed}
    return replace(call, result=result, arguments={"s": {"handle": hex(call.arguments["sockfd"])}, "name": address,
                                                   "addr": address, "how": {"name": how}})


def _address(value: Any) -> str:
    """127.0.0.1:4000, [::1]:4000, /run/user/0/news.socket or @an-abstract-name; empty where there is none."""
    text = text_of(value)
    path, port = re.search(r'sun_path=(@?)"(.*)"', text), re.search(r"port=htons\((\d+)\)", text)
    host = re.search(r'inet_addr\("([\d.]+)"\)', text) or re.search(r'inet_pton\(AF_INET6, "([\w:.]+)"', text)
    if path:
        return path[1] + path[2]
    if host and port:
        return f"[{host[1]}]:{port[1]}" if ":" in host[1] else f"{host[1]}:{port[1]}"
    return ""


def _socket(kernel: KernelState, call: Call) -> None:
    found = _new_socket(kernel, call)
    if text_of(call.arguments["type"]).startswith("SOCK_DGRAM"):
        found.inbox = Inbox(keeps_messages=True, loses_rest=True)  # anybody may send to it
    give(kernel, call, [found])


def _like(table: Mapping[str, Callable[[KernelState, Call], None]], name: str) -> Callable[[KernelState, Call], None]:
    """What Winsock does in this call."""
    def effect(kernel: KernelState, call: Call) -> None:
        table[name](kernel, _as_winsock(call))

    return effect


_WRITES = ("write", "sendto", "sendmsg")
_WINSOCK = effects_sockets.AT_RETURN

AT_BEGIN = dict.fromkeys(_WRITES, _write) | {"connect": _like(effects_sockets.AT_BEGIN, "connect")}
AT_RETURN = dict.fromkeys(_WRITES, _wrote) | dict.fromkeys(("read", "recvfrom", "recvmsg"), _read) | {
    "pipe": _pipe, "pipe2": _pipe, "socketpair": _pair, "socket": _socket, "accept4": _like(_WINSOCK, "accept"),
} | {name: _like(_WINSOCK, name) for name in ("bind", "listen", "connect", "accept", "getsockname", "shutdown")}
AT_FAILURE = dict.fromkeys(_WRITES, _write_failed) | {"connect": _like(effects_sockets.AT_FAILURE, "connect")}
