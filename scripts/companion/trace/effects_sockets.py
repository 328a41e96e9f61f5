"""Sockets of Winsock: who listens where, which two are the ends of one connection, what is under way."""

from __future__ import annotations

from .arguments import handle_value
from .effects_messages import put, take, unput
from .events import Call
from .kernel_object import join
from .kernel_state import IN_BACKLOG, KernelState, hold, release


def _socket(kernel: KernelState, call: Call) -> None:
    found = kernel.new("socket")
    found.set(state="new")
    kernel.open(call.pid, call.result, found)


def _bind(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["s"])
    if found:
        found.set(local=call.arguments["name"])
        found.name = str(call.arguments["name"])


def _listen(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["s"])
    if found:
        found.set(state="listening")


def _own_address(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["s"])
    if found and isinstance(call.arguments["name"], str):
        found.set(local=call.arguments["name"])
        found.name = found.name and call.arguments["name"]


def _connect(kernel: KernelState, call: Call) -> None:
    """The system finishes a connection before the server accepts it: the server's end waits in the backlog."""
    client = kernel.object_of(call.pid, call.arguments["s"])
    address = call.arguments["name"]
    listener = next((one for one in kernel.of_type("socket") if one.value("state") == "listening"
                     and _reaches(str(address), str(one.value("local")))), None)
    if client and listener:
        server = kernel.new("socket", listener.name)
        server.set(state="connected", listener=listener.number, local=listener.value("local"))
        hold(server, IN_BACKLOG)
        join(server, client)


def _connected(kernel: KernelState, call: Call) -> None:
    client = kernel.object_of(call.pid, call.arguments["s"])
    if client:
        client.set(state="connected", remote=call.arguments["name"])
        if client.peer:
            client.set(other=client.peer.number)
            client.peer.set(other=client.number)


def _connect_failed(kernel: KernelState, call: Call) -> None:
    client = kernel.object_of(call.pid, call.arguments["s"])
    if client and client.peer:
        server = client.peer
        kernel.cut(client)
        release(server, IN_BACKLOG)
        kernel.forget(server)


def _accept(kernel: KernelState, call: Call) -> None:
    listener = kernel.object_of(call.pid, call.arguments["s"])
    waiting = [one for one in kernel.of_type("socket") if IN_BACKLOG in one.held_by_system
               and listener and one.value("listener") == listener.number]
    address = call.arguments.get("addr")
    server = next((one for one in waiting if isinstance(address, str) and one.peer
                   and one.peer.value("local") == address), next(iter(waiting), None))
    if server is None:
        server = kernel.new("socket", listener.name if listener else "")
        server.set(state="connected")
    if isinstance(address, str):
        server.set(remote=address)
    kernel.open(call.pid, call.result, server)
    release(server, IN_BACKLOG)


def _send(kernel: KernelState, call: Call) -> None:
    put(kernel, call, kernel.object_of(call.pid, call.arguments["s"]), "buf")


def _send_failed(kernel: KernelState, call: Call) -> None:
    unput(call, kernel.object_of(call.pid, call.arguments["s"]))


def _sent(kernel: KernelState, call: Call) -> None:
    buffer = call.arguments.get("buf")
    if isinstance(call.result, int) and isinstance(buffer, dict) and call.result < int(buffer.get("bytes", 0)):
        unput(call, kernel.object_of(call.pid, call.arguments["s"]), call.result)


def _received(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["s"])
    is_peek = isinstance(call.arguments["flags"], dict) and "MSG_PEEK" in str(call.arguments["flags"]["name"])
    if not is_peek:
        take(kernel, call, found, call.result if isinstance(call.result, int) else 0)


def _shut_down(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["s"])
    how = call.arguments["how"]
    if found and found.peer and isinstance(how, dict) and how["name"] in ("SD_SEND", "SD_BOTH"):
        found.peer.set(other_end="closed")


def _close(kernel: KernelState, call: Call) -> None:
    kernel.close(call.pid, handle_value(call.arguments["s"]))


def _reaches(address: str, listening: str) -> bool:
    """Whether a connection to the first address comes to who listens at the second, which may stand for any host."""
    host, _, port = listening.rpartition(":")
    return address == listening or (host in ("0.0.0.0", "[::]") and address.rpartition(":")[2] == port)


AT_BEGIN = {"connect": _connect, "send": _send}
AT_RETURN = {"socket": _socket, "WSASocket": _socket, "bind": _bind, "listen": _listen, "getsockname": _own_address,
             "connect": _connected, "accept": _accept, "send": _sent, "recv": _received, "shutdown": _shut_down,
             "closesocket": _close}
AT_FAILURE = {"connect": _connect_failed, "send": _send_failed}
