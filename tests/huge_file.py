"""Files so long that nobody gets to their end, and that take no room on the disk."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

ENDLESS_BYTES = 50_000_000_000
FSCTL_SET_SPARSE = 0x900C4


def make_endless(path: Path) -> None:
    with path.open("wb") as file:
        if sys.platform == "win32":
            _make_sparse(file)
        file.truncate(ENDLESS_BYTES)


if sys.platform == "win32":
    def _make_sparse(file: IO[bytes]) -> None:
        """NTFS gives a file all its room as soon as it is lengthened, unless it is asked not to."""
        import ctypes
        import msvcrt
        from ctypes import wintypes

        control = ctypes.WinDLL("kernel32", use_last_error=True).DeviceIoControl
        control.argtypes = [wintypes.HANDLE, wintypes.DWORD, wintypes.LPVOID, wintypes.DWORD, wintypes.LPVOID,
                            wintypes.DWORD, wintypes.LPDWORD, wintypes.LPVOID]
        returned = wintypes.DWORD()
        if not control(msvcrt.get_osfhandle(file.fileno()), FSCTL_SET_SPARSE, None, 0, None, 0, ctypes.byref(returned),
                       None):
            raise ctypes.WinError(ctypes.get_last_error())
