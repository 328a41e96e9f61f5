"""Mailslots, pipes and files: which end is whose, and what lies in them to be read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .arguments import data_of, number
from .effects_handles import asked_access
from .events import Call
from .kernel_object import Chunk, Inbox, KernelObject, join
from .kernel_state import KernelState, hold, release

_PENDING, _MORE_DATA, _PIPE_CONNECTED = 997, 234, 535
_READS_MESSAGES = 2  # PIPE_READMODE_MESSAGE
_CALLS = "calls"  # CallNamedPipe has an end of a pipe, and no handle to it


def put(kernel: KernelState, call: Call, found: KernelObject | None, buffer: str) -> None:
    """A program writes to this end: it can be read at the other one."""
    if found and found.peer:
        deliver(kernel, call, found.peer, call.arguments.get(buffer))


def deliver(kernel: KernelState, call: Call, receiver: KernelObject, value: Any, **more: Any) -> None:
    """What a program has written lies in an object."""
    if receiver.inbox is not None:
        size, data = data_of(value)
        receiver.inbox.put(Chunk(size, data, call.lane, call.number, **more))
        _serve_pending(receiver)


def take(kernel: KernelState, call: Call, found: KernelObject | None, size: int) -> None:
    """A program has read so many bytes."""
    if found and found.inbox:
        kernel.fed[call.key] = found.inbox.take(size)


def unput(call: Call, found: KernelObject | None, written: int = 0) -> None:
    """The write has failed, or was made in part."""
    if found and found.peer:
        take_back(call, found.peer, written)


def take_back(call: Call, receiver: KernelObject, written: int = 0) -> None:
    inbox = receiver.inbox
    if inbox and inbox.chunks and (inbox.chunks[-1].writer, inbox.chunks[-1].number) == (call.lane, call.number):
        last = inbox.chunks.pop()
        if written:
            inbox.put(replace(last, size=written, data=last.data[:written] if last.data else None))


def _serve_pending(found: KernelObject) -> None:
    """A read that is under way takes what has come, as soon as it is there."""
    while found.inbox and found.inbox.chunks and found.value("pending_reads"):
        first, *rest = found.value("pending_reads")
        found.inbox.take(first)
        found.infer("pending_reads", rest, "a read under way takes what comes")
        if not rest:
            del found.facts["pending_reads"]


def _add_pending(found: KernelObject | None, size: int) -> None:
    if found and found.inbox:
        found.set(pending_reads=[*(found.value("pending_reads") or []), size])
        _serve_pending(found)


# --- making and opening

def _create_mailslot(kernel: KernelState, call: Call) -> None:
    found = kernel.new("mailslot", call.arguments["lpName"])
    found.inbox = Inbox(keeps_messages=True, loses_rest=True)
    found.set(end="server")
    kernel.open(call.pid, call.result, found)


def ends_of_pipe(kernel: KernelState) -> tuple[KernelObject, KernelObject]:
    """A new pipe: the end that reads, and the one that writes."""
    reading, writing = kernel.new("pipe"), kernel.new("pipe")
    reading.set(end="read", other=writing.number)
    writing.set(end="write", other=reading.number)
    reading.inbox = Inbox(keeps_messages=False)
    reading.peer, writing.peer = writing, reading
    return reading, writing


def _create_pipe(kernel: KernelState, call: Call) -> None:
    reading, writing = ends_of_pipe(kernel)
    kernel.open(call.pid, call.arguments["hReadPipe"], reading)
    kernel.open(call.pid, call.arguments["hWritePipe"], writing)


def _create_named_pipe(kernel: KernelState, call: Call) -> None:
    found = kernel.new("named_pipe", call.arguments["lpName"])
    found.set(end="server", state="listening",
              reads_messages=bool(number(call.arguments["dwPipeMode"]) & _READS_MESSAGES))
    kernel.open(call.pid, call.result, found)


def _create_file(kernel: KernelState, call: Call) -> None:
    name = call.arguments["lpFileName"] or ""
    kind = _type_of_file(name)
    found = kernel.new(kind, name)
    if kind == "mailslot":
        found.set(end="client")
        found.peer = next((one for one in kernel.of_type(kind) if one.value("end") == "server"
                           and _tail(one.name) == _tail(name)), None)
    elif kind == "named_pipe":
        _connect(kernel, found)
    kernel.open(call.pid, call.result, found, access=asked_access(call))


def _type_of_file(name: str) -> str:
    lower = name.lower().replace("/", "\\")
    if lower.startswith("\\\\") and "\\mailslot\\" in lower:
        return "mailslot"
    if lower.startswith("\\\\") and "\\pipe\\" in lower:
        return "named_pipe"
    return "console" if lower in ("conin$", "conout$", "con") else "file"


def _tail(name: str) -> str:
    """Without the computer: "pipe\\news"."""
    return name.lower().replace("/", "\\").split("\\", 3)[-1]


# --- connections of named pipes

def _instances(kernel: KernelState, name: str) -> list[KernelObject]:
    return [one for one in kernel.of_type("named_pipe")
            if one.value("end") == "server" and _tail(one.name) == _tail(name)]


def _connect(kernel: KernelState, client: KernelObject) -> None:
    client.set(end="client", reads_messages=False)  # whatever the type of the pipe is
    free = [one for one in _instances(kernel, client.name) if one.value("state") == "listening"]
    if not free:
        return
    server = free[0]
    join(server, client)
    server.facts.pop("other_end", None)
    if len(free) == 1:
        server.set(state="connected", other=client.number)
        client.set(other=server.number)
    else:
        for one, other in ((server, client), (client, server)):
            one.infer("other", other.number, f"the first of {len(free)} free instances")
        server.infer("state", "connected", f"the first of {len(free)} free instances")


def _connected(kernel: KernelState, call: Call) -> None:
    """ConnectNamedPipe has met a client: the one that the model has given to this instance, or to another one."""
    server = kernel.object_of(call.pid, call.arguments["hNamedPipe"])
    if not server:
        return
    if server.peer is None:
        for other in _instances(kernel, server.name):
            if other.peer and other.facts["state"].reason:
                client, other.peer, server.inbox = other.peer, None, other.inbox
                other.inbox = None
                other.set(state="listening")
                join(server, client)
                break
    server.set(state="connected")
    if server.peer:
        server.set(other=server.peer.number)
        server.peer.set(other=server.number)


def _connect_failed(kernel: KernelState, call: Call) -> None:
    server = kernel.object_of(call.pid, call.arguments["hNamedPipe"])
    if server and _error(call) == _PIPE_CONNECTED:
        _connected(kernel, call)
    elif server and _error(call) == _PENDING and not server.peer:
        server.set(state="listening")


def _listens_again(kernel: KernelState, call: Call) -> None:
    server = kernel.object_of(call.pid, call.arguments["hNamedPipe"])
    if server and server.value("state") == "disconnected":
        server.set(state="listening")


def _set_mode(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hNamedPipe"])
    if found and call.arguments["lpMode"] is not None:
        found.set(reads_messages=bool(number(call.arguments["lpMode"]) & _READS_MESSAGES))
        if found.inbox:
            found.inbox.keeps_messages = found.value("reads_messages")


def _disconnect(kernel: KernelState, call: Call) -> None:
    server = kernel.object_of(call.pid, call.arguments["hNamedPipe"])
    if not server:
        return
    if server.peer:
        server.peer.set(other_end="disconnected")
        server.peer.peer, server.peer.inbox = None, None
        server.peer.facts.pop("other", None)
    server.peer, server.inbox = None, None
    server.facts.pop("other", None)
    server.set(state="disconnected")


# --- reading and writing

def _write(kernel: KernelState, call: Call) -> None:
    put(kernel, call, kernel.object_of(call.pid, call.arguments.get("hFile")), "lpBuffer")


def _wrote(kernel: KernelState, call: Call) -> None:
    size, written = data_of(call.arguments.get("lpBuffer"))[0], call.arguments.get("lpNumberOfBytesWritten")
    if isinstance(written, int) and written < size:
        unput(call, kernel.object_of(call.pid, call.arguments["hFile"]), written)


def _write_failed(kernel: KernelState, call: Call) -> None:
    if _error(call) != _PENDING:
        unput(call, kernel.object_of(call.pid, call.arguments["hFile"]))


def _read(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments.get("hFile"))
    count = call.arguments.get("lpNumberOfBytesRead")
    size = count if isinstance(count, int) else data_of(call.arguments.get("lpBuffer"))[0]
    if not isinstance(count, int) and not size and found and found.inbox:
        size = min(found.inbox.size, number(call.arguments["nNumberOfBytesToRead"]))
    take(kernel, call, found, size)


def _read_failed(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hFile"])
    if _error(call) == _MORE_DATA:
        take(kernel, call, found, data_of(call.arguments.get("lpBuffer"))[0])
    elif _error(call) == _PENDING:
        _add_pending(found, number(call.arguments["nNumberOfBytesToRead"]))


def _read_ex(kernel: KernelState, call: Call) -> None:
    _add_pending(kernel.object_of(call.pid, call.arguments["hFile"]), number(call.arguments["nNumberOfBytesToRead"]))


def _cancelled(kernel: KernelState, call: Call) -> None:
    found = kernel.object_of(call.pid, call.arguments["hFile"])
    if found:
        found.facts.pop("pending_reads", None)


def _transact(kernel: KernelState, call: Call) -> None:
    put(kernel, call, kernel.object_of(call.pid, call.arguments["hNamedPipe"]), "lpInBuffer")


def _transacted(kernel: KernelState, call: Call) -> None:
    if call.has_succeeded or _error(call) == _MORE_DATA:
        client = kernel.object_of(call.pid, call.arguments["hNamedPipe"])
        take(kernel, call, client, data_of(call.arguments.get("lpOutBuffer"))[0])
    else:
        unput(call, kernel.object_of(call.pid, call.arguments["hNamedPipe"]))


def _call_pipe(kernel: KernelState, call: Call) -> None:
    client = kernel.new("named_pipe", call.arguments["lpNamedPipeName"])
    hold(client, _CALLS)
    client.was_open = True
    _connect(kernel, client)
    kernel.calling[call.pid, call.tid] = client
    put(kernel, call, client, "lpInBuffer")


def _called_pipe(kernel: KernelState, call: Call) -> None:
    client = kernel.calling.pop((call.pid, call.tid), None)
    if client:
        take(kernel, call, client, data_of(call.arguments.get("lpOutBuffer"))[0])
        release(client, _CALLS)
        kernel.cut(client)
        kernel.forget(client)


def _error(call: Call) -> int:
    return int((call.error or {}).get("number", 0))


AT_BEGIN = {"WriteFile": _write, "TransactNamedPipe": _transact, "CallNamedPipe": _call_pipe,
            "ConnectNamedPipe": _listens_again}
AT_RETURN = {
    "CreateMailslot": _create_mailslot, "CreatePipe": _create_pipe, "CreateNamedPipe": _create_named_pipe,
    "CreateFile": _create_file, "SetNamedPipeHandleState": _set_mode, "ConnectNamedPipe": _connected,
    "DisconnectNamedPipe": _disconnect,
    "WriteFile": _wrote, "WriteFileEx": _write, "ReadFile": _read, "ReadFileEx": _read_ex, "CancelIo": _cancelled,
    "CancelIoEx": _cancelled, "TransactNamedPipe": _transacted, "CallNamedPipe": _called_pipe,
}
AT_FAILURE = {"ConnectNamedPipe": _connect_failed, "WriteFile": _write_failed, "ReadFile": _read_failed,
              "TransactNamedPipe": _transacted, "CallNamedPipe": _called_pipe}
