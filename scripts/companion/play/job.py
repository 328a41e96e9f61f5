"""A run's processes in a job object of Windows: it ends whatever was started in it, also what has outlived its parent.

`taskkill /T` follows parents, so it misses a program whose parent has ended. Documented calls alone ("Job Objects",
"Traversing the Thread List" at learn.microsoft.com). The structures have types of fixed size, since those of
ctypes.wintypes have other sizes on Linux: so tests/test_windows.py can compare them with what a C compiler makes.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

CREATE_SUSPENDED = 0x4  # of CreateProcess; Python's subprocess has no name for it

_EXTENDED_LIMIT_INFORMATION = 9
_KILL_ON_JOB_CLOSE = 0x2000
_PROCESS_TERMINATE, _PROCESS_SET_QUOTA = 0x1, 0x100
_SNAP_THREAD = 0x4
_THREAD_SUSPEND_RESUME = 0x2
_INVALID_HANDLE = ctypes.c_void_p(-1).value
_FAILED = 0xFFFFFFFF  # what ResumeThread returns
_STATUS = 1  # of a program that is ended, as with taskkill

_HANDLE, _DWORD, _LONG, _SIZE = ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int32, ctypes.c_size_t


class BasicLimits(ctypes.Structure):
    """JOBOBJECT_BASIC_LIMIT_INFORMATION"""

    _fields_ = [
        ("PerProcessUserTimeLimit", ctypes.c_int64), ("PerJobUserTimeLimit", ctypes.c_int64), ("LimitFlags", _DWORD),
        ("MinimumWorkingSetSize", _SIZE), ("MaximumWorkingSetSize", _SIZE), ("ActiveProcessLimit", _DWORD),
        ("Affinity", _SIZE), ("PriorityClass", _DWORD), ("SchedulingClass", _DWORD)]


class ExtendedLimits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION"""

    _fields_ = [
        ("BasicLimitInformation", BasicLimits), ("IoInfo", ctypes.c_uint64 * 6), ("ProcessMemoryLimit", _SIZE),
        ("JobMemoryLimit", _SIZE), ("PeakProcessMemoryUsed", _SIZE), ("PeakJobMemoryUsed", _SIZE)]


class ThreadEntry(ctypes.Structure):
    """THREADENTRY32"""

    _fields_ = [
        ("dwSize", _DWORD), ("cntUsage", _DWORD), ("th32ThreadID", _DWORD), ("th32OwnerProcessID", _DWORD),
        ("tpBasePri", _LONG), ("tpDeltaPri", _LONG), ("dwFlags", _DWORD)]


# Without these types ctypes takes a handle for an int of 32 bits.
_RESULTS = {
    "CreateJobObjectW": _HANDLE, "CreateToolhelp32Snapshot": _HANDLE, "OpenProcess": _HANDLE, "OpenThread": _HANDLE,
    "ResumeThread": _DWORD}
_ARGUMENTS: dict[str, list[Any]] = {
    "SetConsoleCtrlHandler": [ctypes.c_void_p, ctypes.c_int],
    "CreateJobObjectW": [ctypes.c_void_p, ctypes.c_wchar_p],
    "SetInformationJobObject": [_HANDLE, ctypes.c_int, ctypes.c_void_p, _DWORD],
    "AssignProcessToJobObject": [_HANDLE, _HANDLE],
    "TerminateJobObject": [_HANDLE, _DWORD],
    "OpenProcess": [_DWORD, ctypes.c_int, _DWORD],
    "CreateToolhelp32Snapshot": [_DWORD, _DWORD],
    "Thread32First": [_HANDLE, ctypes.c_void_p],
    "Thread32Next": [_HANDLE, ctypes.c_void_p],
    "OpenThread": [_DWORD, ctypes.c_int, _DWORD],
    "ResumeThread": [_HANDLE],
    "CloseHandle": [_HANDLE],
}


class Job:
    """Ends all its processes with itself. If this Python ends in another way, Windows closes it, and they end, too."""

    def __init__(self, kernel32: Any = None) -> None:
        self._kernel32 = kernel32 or _load()
        # A runner of CI may have been started with Ctrl+C ignored, which children inherit: ours shall take it.
        self._call("SetConsoleCtrlHandler", None, 0)
        self._job = self._call("CreateJobObjectW", None, None)
        limits = ExtendedLimits()
        limits.BasicLimitInformation.LimitFlags = _KILL_ON_JOB_CLOSE
        self._call("SetInformationJobObject", self._job, _EXTENDED_LIMIT_INFORMATION, ctypes.byref(limits),
                   ctypes.sizeof(limits))

    def take(self, pid: int) -> None:
        """Puts a process that was started suspended into the job, and lets it run: so all that it starts is in it."""
        process = self._call("OpenProcess", _PROCESS_TERMINATE | _PROCESS_SET_QUOTA, 0, pid)
        self._call("AssignProcessToJobObject", self._job, process)
        self._call("CloseHandle", process)
        self._resume(pid)

    def end(self) -> None:
        if self._job:
            self._call("TerminateJobObject", self._job, _STATUS)
            self._call("CloseHandle", self._job)
            self._job = 0

    def _resume(self, pid: int) -> None:
        """Popen keeps no handle to the thread, so it is looked for: a suspended program has no other yet."""
        snapshot = self._call("CreateToolhelp32Snapshot", _SNAP_THREAD, 0)
        entry = ThreadEntry(dwSize=ctypes.sizeof(ThreadEntry))
        self._call("Thread32First", snapshot, ctypes.byref(entry))
        while entry.th32OwnerProcessID != pid:
            self._call("Thread32Next", snapshot, ctypes.byref(entry))
        self._call("CloseHandle", snapshot)
        thread = self._call("OpenThread", _THREAD_SUSPEND_RESUME, 0, entry.th32ThreadID)
        self._call("ResumeThread", thread)
        self._call("CloseHandle", thread)

    def _call(self, name: str, *arguments: Any) -> int:
        result: int | None = getattr(self._kernel32, name)(*arguments)
        is_failed = result in (_INVALID_HANDLE, _FAILED) if name in ("CreateToolhelp32Snapshot", "ResumeThread") else (
            not result)
        if is_failed or result is None:
            raise _error(name)
        return result


def _load() -> Any:
    if sys.platform == "win32":
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        for name, arguments in _ARGUMENTS.items():
            function = getattr(kernel32, name)
            function.argtypes, function.restype = arguments, _RESULTS.get(name, ctypes.c_int)
        return kernel32
    raise AssertionError("there is no kernel32")


def _error(name: str) -> OSError:
    if sys.platform != "win32":
        return OSError(name)
    error = ctypes.WinError(ctypes.get_last_error())
    error.filename = name
    return error
