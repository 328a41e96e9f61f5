"""How a call reads: as a person would write it in C, with the values that it had."""

from __future__ import annotations

import itertools
import re
from typing import Any

from ..trace.arguments import handle_value
from ..trace.events import Call
from ..trace.kernel import Kernel
from ..trace.kernel_object import KernelObject


# Arguments with process ids or lengths of paths: they differ in another run or another folder.
_VOLATILE = {"dwProcessId": "ID", "dwThreadId": "ID", "th32ProcessID": "ID", "th32ParentProcessID": "ID",
             "ClientProcessId": "ID", "ServerProcessId": "ID", "pid": "ID", "szExeFile": "…",
             "lpdwSize": "…", "cchFilePath": "…", "pServiceName": "PORT"}
_GIVES_DATA = {"ReadFile", "recv", "TransactNamedPipe", "CallNamedPipe"}
_SHOWN_CHARACTERS = 200  # of a text
_SHOWN_BYTES = 16  # of other data
_GIVES_ID = {"fork", "wait4", "GetProcessId"}


class Reader:
    """Turns calls into text. Names that were made unique for the run lose their suffix."""

    def __init__(self, kernel: Kernel, run: str = "", hides_ids: bool = False, hides_handles: bool = False) -> None:
        self.kernel = kernel
        self._run = run
        self._hides_ids = hides_ids  # of processes, which differ from run to run
        self._hides_handles = hides_handles  # their values; their objects are named instead
        self._ids: set[str] = set()
        self._handle_names: dict[int, dict[int, str]] = {}  # by process, then by object

    def learn(self, call: Call) -> None:
        """Remembers the id of its process, for hides_ids."""
        self._ids.add(str(call.pid))

    def call(self, call: Call, is_short: bool = False) -> str:
        """CreateFile("\\\\.\\mailslot\\mailbox", GENERIC_WRITE, ...); in short without what is NULL, 0 or unknown."""
        values = [self.value(call, value, name) for name, value in call.arguments.items()
                  if not is_short or value not in (None, {}, 0, {"handle": "NULL"})]
        return f"{call.name}({', '.join(values)})"

    def arguments(self, call: Call) -> list[tuple[str, str]]:
        return [(name, self.value(call, value, name)) for name, value in call.arguments.items()]

    def result(self, call: Call) -> str:
        """The result: TRUE, 0x44, error 2 ERROR_FILE_NOT_FOUND."""
        text = "" if call.result is None else self.value(call, call.result)
        if call.error:
            failed = f"error {call.error['number']} {call.error.get('name', '')}".rstrip()
            has_result = call.result not in (None, False, -1) and not _is_no_handle(call.result)
            return f"{text}, {failed}" if has_result else failed
        return text

    def outcome(self, call: Call) -> str:
        """The result in one line, with what the call has written: TRUE, "안녕하세요" (10 bytes)."""
        parts = [self.result(call)]
        for name, value in call.arguments.items():
            is_data = isinstance(value, dict) and "bytes" in value
            if is_data and call.name in _GIVES_DATA and name != "lpInBuffer":
                parts.append(self.value(call, value))
        return ", ".join(filter(None, parts))

    def returned(self, call: Call, is_continued: bool, is_short: bool = False) -> str:
        """The whole call with its result; only the result if its entry has been shown before."""
        outcome = self.outcome(call) if is_continued else self.result(call)
        text = f"← {call.name}" if is_continued else f"→ {self.call(call, is_short)}"
        return f"{text} = {outcome}" if outcome else text

    def value(self, call: Call, value: Any, name: str = "") -> str:
        if value is None:
            return "NULL"
        if self._hides_ids and name in _VOLATILE and value != {}:
            return _VOLATILE[name]
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int):
            return "ID" if self._hides_ids and call.name in _GIVES_ID and str(value) in self._ids else str(value)
        if isinstance(value, str):
            value = value.rpartition("/")[2] if call.name == "execve" else value
            value = self._without_handles(call, value) if name == "lpCommandLine" else value
            return f'"{self.text(_cut(value), _made_by(call))}"'
        if isinstance(value, list):
            return "{" + ", ".join(self.value(call, one) for one in value) + "}"
        if "handle" in value:
            return self.handle(call, value)
        if "bytes" in value:
            text = f'"{self.text(_cut(value["text"]))}"' if "text" in value else _spaced(value.get("hex", ""),
                                                                                         value["bytes"])
            return f"{text} ({value['bytes']} byte{'' if value['bytes'] == 1 else 's'})"
        if "value" in value:
            name = str(value["name"])
            # strace names structures with all that is in them.
            return self.text(re.sub(r'"[^"]*"', lambda found: f'"{_cut(found[0][1:-1])}"', name)
                             ) if call.is_posix else name
        if "given" in value or "pointer" in value or not value:
            return "…"
        return "{" + ", ".join(f"{member} = {self.value(call, one, member)}" for member, one in value.items()) + "}"

    def handle(self, call: Call, value: dict[str, Any]) -> str:
        text = str(value["handle"])
        if not self._hides_handles or handle_value(value) is None:
            return text
        found = self.kernel.object_of(call.pid, value)
        return self._handle_name(call.pid, found) if found else "handle"

    def _handle_name(self, pid: int, found: KernelObject) -> str:
        """mailslot, event, event 2: the first number that no other object has to which the process has a handle."""
        names = self._handle_names.setdefault(pid, {})
        known = {entry.object.number for entry in self.kernel.tables.get(pid, {}).values()} | {found.number}
        for number in set(names) - known:
            del names[number]
        if found.number not in names:
            kind = found.type.replace("_", " ")
            choices = itertools.chain([kind], (f"{kind} {number}" for number in itertools.count(2)))
            names[found.number] = next(name for name in choices if name not in names.values())
        return names[found.number]

    def _without_handles(self, call: Call, command_line: str) -> str:
        """A number on the command line of a child that inherits the handle with this number tells it that handle."""
        table = self.kernel.tables.get(call.pid, {})
        inherited = [str(value) for value, entry in table.items() if entry.is_inheritable]
        if not self._hides_handles or not call.arguments.get("bInheritHandles") or not inherited:
            return command_line
        return re.sub(rf"(?<![\w.])({'|'.join(inherited)})(?![\w.])", "HANDLE", command_line)

    def text(self, text: str, no_ids: frozenset[str] = frozenset()) -> str:
        """Harmless on a terminal, and without what differs from run to run. Numbers in no_ids are no ids here."""
        if self._run:
            text = text.replace(f"-{self._run}", "")
        text = re.sub(r'"?(?:[A-Za-z]:)?[\\/](?:[^"\s]*[\\/])?(\w+)\.exe"?', r"\1", text)
        text = re.sub(r"(?:[A-Za-z]:)?[\\/][^\s\"]*companion-\w+[\\/]work[\\/]?", "", text)
        text = text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t")
        ids = self._ids - no_ids
        if self._hides_ids and ids:
            text = re.sub(rf"(?<![\w.])({'|'.join(ids)})(?![\w.])", "ID", text)
        if self._hides_ids:
            text = re.sub(r"((?:\d+\.){3}\d+|\]):\d{4,5}\b", r"\1:PORT", text)  # the system chose it
        if self._hides_handles:
            text = re.sub(r"\b0x[0-9a-fA-F]+\b", "HANDLE", text)  # as format_handle of common/ writes it
        return "".join(character if character.isprintable() else "?" for character in text)


def _is_no_handle(value: Any) -> bool:
    return isinstance(value, dict) and value.get("handle") in ("NULL", "INVALID_HANDLE_VALUE")


def _made_by(call: Call) -> frozenset[str]:
    """The ids that the call has given. Its own command line was there before: such a number in it is no id."""
    made = call.arguments.get("lpProcessInformation")
    return frozenset(str(value) for value in made.values()) if isinstance(made, dict) else frozenset()


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS or text[_SHOWN_CHARACTERS:] == "…" \
        else text[:_SHOWN_CHARACTERS] + "…"


def _spaced(hexadecimal: str, count: int) -> str:
    hexadecimal = hexadecimal[:2 * _SHOWN_BYTES]
    text = " ".join(hexadecimal[i:i + 2] for i in range(0, len(hexadecimal), 2))
    return text + (" …" if count > len(hexadecimal) // 2 else "")
