"""The values that stand among a call's arguments, as Python's."""

from __future__ import annotations

from typing import Any


def handle_value(handle: Any) -> int | None:
    """The number of a handle; None for anything that is no real handle."""
    text = handle.get("handle", "") if isinstance(handle, dict) else ""
    return int(text, 16) if text.startswith("0x") else None


def number(value: Any) -> int:
    """A number or a constant."""
    return int(value["value"] if isinstance(value, dict) else value or 0)


def data_of(value: Any) -> tuple[int, bytes | None]:
    """How many bytes, and the bytes themselves where the trace has all of them."""
    if not isinstance(value, dict) or "bytes" not in value:
        return 0, None
    size = int(value["bytes"])
    if "hex" in value:
        data = bytes.fromhex(value["hex"])
        return size, data if len(data) == size else None
    text = str(value.get("text", ""))
    # The trace shows text as text, whether it was UTF-8 or UTF-16: the number of bytes tells which.
    for encoding in ("utf-8", "utf-16-le"):
        data = text.encode(encoding, "surrogatepass")
        if len(data) == size:
            return size, data
    return size, None


def readable(data: bytes) -> str | None:
    """The text that these bytes are, in UTF-16 or UTF-8; None where they are none."""
    encodings = ("utf-16-le", "utf-8") if len(data) % 2 == 0 and b"\0" in data[1::2] else ("utf-8", "utf-16-le")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(character.isprintable() or character in "\t\r\n" for character in text.removesuffix("\0")):
            return text
    return None


def program_of(application: str | None, command_line: str | None) -> str:
    """The program that CreateProcess starts, without folder and .exe."""
    command = application or command_line or ""
    first = command.split('"')[1] if command.startswith('"') and command.count('"') > 1 else command.split(" ")[0]
    return first.replace("/", "\\").split("\\")[-1].removesuffix(".exe")
