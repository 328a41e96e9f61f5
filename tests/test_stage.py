"""The stage and the renderers: what happens when a scene goes as written, and when it does not."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import BUILD_ROOT, DEADLINE_S, SOURCE, TOOLCHAINS, linux_only
from companion.play import processes
from companion.play.actor import Mismatch
from companion.play.perform import perform
from companion.play.scene import Scene, parse
from companion.play.stage import Stage
from companion.play.stepping import SteppedStage
from companion.setup.toolchain import Toolchain
from companion.trace.events import Call, Event, Kind
from companion.show import render
from companion.show.terminal import columns as width


def scene(text: str) -> Scene:
    return parse(Path("test.scene"), text)


def play(toolchain: Toolchain, text: str, json: bool = False) -> int:
    return render.play(toolchain, scene(text), json)


@pytest.mark.parametrize("text, expected, cause", [
    ("$ Probe say x\nProbe | [y]\nProbe ! Probe: said\nProbe = 0",
     "expected '[y]', but it printed '[x]'", "something else"),
    ("$ Probe say x\nProbe | [x]\nProbe | [y]\nProbe ! Probe: said\nProbe = 0",
     "it ended with status 0", "Probe: said"),
    ("$ Probe say x y\nProbe | [x]\nProbe ! Probe: said\nProbe = 0",
     "expected no further line, but it printed '[y]'", "more than"),
    ("$ Probe say x\nProbe | [x]\nProbe = 0", "expected no further line, but it printed 'Probe: said'", "more than"),
    ("$ Probe say x\nProbe | [x]\nProbe ! Probe: said\nProbe = 3",
     "expected exit status 3, but it ended with status 0", "said"),
    ("$ Probe lines\nProbe | never\nProbe = 0", "nothing came within", "waits for something"),
    ("$ Probe lines\nProbe = 0", "it still runs after", "waits for input"),
    ("$ Probe say x\nChild | y\nProbe = 0", "no program of that name came", "these were started: Probe"),
    ("$ Probe x\nProbe ! {?text}\nProbe = ^C", "expected exit status ^C, but it ended with status 2", "--help"),
])
def test_a_mismatch_says_what_was_expected_and_seen(win32: Toolchain, text: str, expected: str, cause: str) -> None:
    waits_in_vain = "within" in expected or "after" in expected or "came" in expected
    with Stage(win32, deadline_s=1 if waits_in_vain else DEADLINE_S) as stage, pytest.raises(Mismatch) as mismatch:
        perform(scene(text), stage)
    assert expected in str(mismatch.value)
    assert cause in mismatch.value.cause


def test_leaving_the_stage_ends_what_still_runs(both_sides: tuple[Stage, str]) -> None:
    stage, probe = both_sides
    actor = stage.start(probe, "lines")
    actor.type("ready")
    actor.next_line()
    stage.__exit__()
    assert actor.process and actor.process.returncode is not None
    assert not stage.work.exists()


def test_leaving_the_stage_ends_what_has_outlived_its_parent(both_sides: tuple[Stage, str]) -> None:
    stage, probe = both_sides
    waiting, listing = (("waiting_process", "list_process") if probe == "probe" else ("WaitingProcess", "ListProcess"))
    parent = stage.start(waiting, "--generations", "1")
    child = stage.child(f"{waiting}.2")
    process = child.next_line().split()[1]
    parent.type("")
    assert parent.exit() == 0
    assert stage.start(listing, process).exit() == 0
    stage.__exit__()
    with Stage(stage.toolchain, deadline_s=DEADLINE_S) as other:
        found = other.start(listing, process)
        assert found.exit() == 1
        assert "no process has" in found.next_error()


@linux_only
def test_children_have_the_order_in_which_they_were_started(posix_stage: Stage) -> None:
    """However late one of them prints: the stage may see all of them at once."""
    posix_stage.start("waiting_process", "--generations", "2")
    end = time.monotonic() + DEADLINE_S
    while len(ids := [path.name.split(".")[1] for path in posix_stage._files.glob("waiting_process.*.out")
                      if path.stat().st_size]) < 2:
        assert time.monotonic() < end
    parents = {id: Path(f"/proc/{id}/stat").read_text().rpartition(")")[2].split()[1] for id in ids}
    child, grandchild = sorted(ids, key=lambda id: parents[id] in ids)
    # It gets another time, as from a line.
    posix_stage._files.joinpath(f"waiting_process.{child}.out").chmod(0o600)
    for lane, id in (("waiting_process.2", child), ("waiting_process.3", grandchild)):
        assert posix_stage.child(lane).next_line() == f"process {id} waits"


@linux_only
def test_a_run_leaves_no_message_queue_and_no_shared_memory(posix: Toolchain) -> None:
    """Row 16 of the public reports: the system takes so many of them, and keeps them until somebody removes them."""
    with Stage(posix, deadline_s=DEADLINE_S) as stage:
        line = stage.start("message_queue_receiver", "--name", stage.unique("mailbox")).next_line()
        key = int(line.partition("(key 0x")[2][:8], 16)
        ring = stage.unique("ring")
        stage.start("shared_memory_reader", "--name", ring).next_line()
        assert Path("/dev/shm", ring).exists()
    keys = [int(row.split()[0]) & 0xFFFFFFFF for table in ("msg", "sem")
            for row in Path("/proc/sysvipc", table).read_text().splitlines()[1:]]
    assert key not in keys
    assert not Path("/dev/shm", ring).exists()


@pytest.mark.skipif(os.name == "nt", reason="POSIX programs")
@pytest.mark.parametrize("server", ["named_pipe_server", "unix_socket_server"])
def test_a_run_leaves_nothing_in_the_users_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                          server: str) -> None:
    """Not even when a server is killed."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with Stage(TOOLCHAINS["posix"], deadline_s=DEADLINE_S) as stage:
        actor = stage.start(server, "--name", stage.unique("pipe"))
        actor.next_line()
        actor.kill()
    assert list(tmp_path.iterdir()) == []


@linux_only
def test_a_process_that_ends_while_one_looks_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stat below /proc/ID then fails in ways that pathlib does not know, and none is needed."""
    stat = os.stat

    def ended(path: str | Path, **options: object) -> os.stat_result:
        if re.match(r"/proc/\d", str(path)):
            raise ProcessLookupError(path)
        return stat(path, **options)  # type: ignore[arg-type]

    mark = f"LESSON_TEST={tmp_path}".encode()
    with subprocess.Popen(["cat"], env=os.environ | {"LESSON_TEST": str(tmp_path)}, stdin=subprocess.PIPE) as process:
        monkeypatch.setattr(os, "stat", ended)
        assert [found.name for found in processes.with_variable(mark)] == [str(process.pid)]
        monkeypatch.undo()
        process.communicate()
    assert processes.with_variable(mark) == []


@linux_only
def test_a_process_in_the_middle_of_exec_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its environ is empty for a moment: here, at the first look at each process."""
    read, seen = Path.read_bytes, set()

    def read_bytes(path: Path) -> bytes:
        if path.name != "environ" or path in seen:
            return read(path)
        seen.add(path)
        return b""

    mark = f"LESSON_TEST={tmp_path}".encode()
    with subprocess.Popen(["cat"], env=os.environ | {"LESSON_TEST": str(tmp_path)}, stdin=subprocess.PIPE) as process:
        monkeypatch.setattr(Path, "read_bytes", read_bytes)
        assert [found.name for found in processes.with_variable(mark)] == [str(process.pid)]
        process.communicate()


@linux_only
def test_a_process_without_environment_is_not_waited_for() -> None:
    """It was started with an empty one, or has ended and nobody has asked for its status."""
    with subprocess.Popen(["sh", "-c", "echo; read -r line"], env=dict[str, str](), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as process:
        assert process.stdout and process.stdout.readline()
        folder = Path("/proc", str(process.pid))
        assert (folder / "environ").read_bytes() == b""
        assert processes._has(folder, b"LESSON_TEST=") is False
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert processes._has(folder, b"LESSON_TEST=") is False


@linux_only
def test_a_program_started_while_a_run_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process may start another after it was found and before it is ended."""
    run = tmp_path.name
    environment = os.environ | {"COMPANION_RUN": run}
    started = [subprocess.Popen(["sleep", "60"], env=environment)]
    kill = os.kill

    def start_and_kill(pid: int, number: int) -> None:
        if len(started) < 3:
            started.append(subprocess.Popen(["sleep", "60"], env=environment))
        kill(pid, number)

    monkeypatch.setattr(os, "kill", start_and_kill)
    try:
        processes.Processes(run).end()
        assert [process.wait(DEADLINE_S) for process in started] == [-signal.SIGKILL] * 3
    finally:
        for process in started:
            process.kill()
            process.wait()


def told(lane: str, pid: int, event: str, name: str = "", **more: Any) -> Event:
    call = Call(event, more.pop("time", 0.0), pid, pid, lane, name, **more)
    return Event(call.time, Kind.CALL, lane, name, call)


@linux_only
@pytest.mark.parametrize("flags, resumed", [(0, None), ({"name": "CREATE_SUSPENDED", "value": 4}, "ResumeThread")])
def test_nobody_goes_on_before_a_child_has_begun(flags: object, resumed: str | None,
                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that makes its first call a moment later would else make it behind another step in each run."""
    made = {"hProcess": {"handle": "0x30", "type": "process", "pid": 20},
            "hThread": {"handle": "0x34", "type": "thread", "tid": 20}, "dwProcessId": 20, "dwThreadId": 20}
    create = {"lpApplicationName": None, "lpCommandLine": "Worker 100", "dwCreationFlags": flags,
              "bInheritHandles": False, "lpStartupInfo": {}, "lpProcessInformation": made}
    with SteppedStage(TOOLCHAINS["unicode"]) as stage:
        monkeypatch.setattr(stage._stillness, "is_reached", lambda: True)
        stage.heard(told("Parent", 10, "start"))
        assert stage._is_still()
        stage.heard(told("Parent", 10, "return", "CreateProcess", arguments=create, result=True))
        assert stage._is_still() == bool(resumed)
        if resumed:
            stage.take_in()
            stage.heard(told("Parent", 10, "return", resumed, arguments={"hThread": {"handle": "0x34"}}, result=1))
            assert not stage._is_still()
        stage.heard(told("Worker", 20, "start"))
        assert stage._is_still()


class Noting(SteppedStage):
    """Keeps what has returned or written, in the order in which it is told."""

    def __init__(self, toolchain: Toolchain) -> None:
        super().__init__(toolchain)
        self.seen: list[str] = []

    def has_happened(self, call: Call) -> None:
        super().has_happened(call)
        if call.event == "return" or call.name == "WriteFile":
            self.seen.append(f"{call.event} {call.name}" if call.lane == "Writer" else call.lane)


def test_threads_that_go_on_at_the_same_time_are_told_in_one_order() -> None:
    """Reader and Other are woken by Writer, and note it in either order; a read never comes before what it has read."""
    slot = {"handle": "0x30", "type": "mailslot", "name": "slot"}
    mail = {"hFile": {"handle": "0x40"}, "lpBuffer": {"bytes": 2, "text": "hi"}, "nNumberOfBytesToWrite": 2,
            "lpNumberOfBytesWritten": 2, "lpOverlapped": None}
    read = mail | {"hFile": {"handle": "0x30"}, "nNumberOfBytesToRead": 2, "lpNumberOfBytesRead": 2}
    orders = []
    for late, early in (("Reader", "Other"), ("Other", "Reader")):
        stage = Noting(TOOLCHAINS["unicode"])
        pids = {"Reader": 10, "Other": 20, "Writer": 30}
        for lane, pid in pids.items():
            stage.heard(told(lane, pid, "start"))
        for lane in ("Reader", "Other"):
            named = slot | {"name": rf"\\.\mailslot\{lane}"}
            stage.heard(told(lane, pids[lane], "return", "CreateMailslot", arguments={"lpName": named["name"]},
                             result=named))
            stage.heard(told(lane, pids[lane], "enter", "ReadFile", number=2,
                             arguments=read | {"lpBuffer": {}}))
        for value, lane in (("0x40", "Reader"), ("0x44", "Other")):
            stage.heard(told("Writer", 30, "return", "CreateFile", arguments={"lpFileName": rf"\\.\mailslot\{lane}"},
                             result={"handle": value, "type": "mailslot", "name": rf"\\.\mailslot\{lane}"}))
        stage.take_in()
        stage.heard(told(early, pids[early], "return", "ReadFile", number=2, time=1.0, begin=0.5, arguments=read,
                         result=True))
        stage.heard(told(late, pids[late], "return", "ReadFile", number=2, time=1.1, begin=0.5, arguments=read,
                         result=True))
        for number, value in ((3, "0x40"), (4, "0x44")):
            stage.heard(told("Writer", 30, "return", "WriteFile", number=number, time=number, begin=number,
                             arguments=mail | {"hFile": {"handle": value}}, result=True))
        stage.take_in()
        orders.append(stage.seen[-6:])
    assert orders[0] == orders[1] == ["enter WriteFile", "Reader", "return WriteFile",
                                      "enter WriteFile", "Other", "return WriteFile"]


@linux_only
def test_the_server_of_wine_outlives_the_run_that_started_it(tmp_path: Path) -> None:
    """It takes that program's environment with it, and other runs have their programs in it."""
    run = tmp_path.name
    server = subprocess.Popen([shutil.copy("/bin/sleep", tmp_path / "wineserver64"), "60"],
                              env=os.environ | {"COMPANION_RUN": run})
    try:
        processes.Processes(run).end()
        assert server.poll() is None
    finally:
        server.kill()
        server.wait()


@linux_only
def test_an_interrupted_command_ends_its_programs(tmp_path: Path) -> None:
    """A person who presses Ctrl+C in the middle of `lesson run` leaves nothing behind."""
    mark = f"LESSON_TEST={tmp_path}".encode()
    text = "$ probe lines\nprobe | never\nprobe = 0"
    program = ("import sys; from pathlib import Path; from companion import cli; from companion.show import render;"
               "from companion.play.scene import parse;"
               "import signal; signal.signal(signal.SIGTERM, cli._end_in_order);"
               "from companion.setup.build import Build;"
               f"build = Build(Path({str(SOURCE)!r}), Path({str(BUILD_ROOT)!r}), True, sanitize=True);"
               f"render.play(build, parse(Path('x.scene'), {text!r}))")
    for number in (signal.SIGINT, signal.SIGTERM):
        environment = os.environ | {"PYTHONPATH": str(SOURCE / "scripts"), "LESSON_TEST": str(tmp_path)}
        with subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as command:
            assert command.stdout and b"$ probe" in command.stdout.readline()
            assert len(processes.with_variable(mark)) >= 1
            command.send_signal(number)
            command.wait(DEADLINE_S)
        assert processes.with_variable(mark) == []


GOOD = "$ Probe lines\nProbe < 한글\nProbe | {?n} [한글]\nProbe ^Z\nProbe | end\nProbe = 0"
BAD = "$ Probe lines\nProbe < 한글\nProbe | other\nProbe ^Z\nProbe | end\nProbe = 0"


def test_the_deadline_of_a_stepped_stage_is_for_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that makes many calls is not late. Here each seems to take 20 seconds."""
    steps = 0

    class Slow(SteppedStage):
        def _step(self) -> None:
            nonlocal steps
            super()._step()
            steps += 1

    monkeypatch.setattr("companion.play.stage.time.monotonic", lambda: time.perf_counter() + 20 * steps)
    with Slow(TOOLCHAINS["unicode"]) as stage:
        stage.deadline_s = DEADLINE_S
        receiver = stage.start("MailReceiver", "--name", stage.unique("slot"), "--count", "8")
        receiver.next_line()
        sender = stage.start("MailSender", "--name", stage.unique("slot"), *map(str, range(8)))
        assert (sender.exit(), receiver.exit()) == (0, 0)
        assert 20 * steps > 3 * DEADLINE_S


def test_plain_text(win32: Toolchain, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(win32, GOOD) == 0
    lines = [line.split(maxsplit=1)[1] for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "Probe $ Probe lines"
    assert lines[1] == "Probe < 한글"
    assert sorted(lines[2:]) == sorted([f"Probe | {2 if win32 is TOOLCHAINS['unicode'] else 6} [한글]", "Probe ^Z",
                                        "Probe | end", "Probe = 0"])


def test_plain_text_of_a_scene_that_goes_wrong(win32: Toolchain, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(win32, BAD) == 1
    report = capsys.readouterr().err.splitlines()
    count = 2 if win32 is TOOLCHAINS["unicode"] else 6
    assert f"test.scene:3: Probe: expected 'other', but it printed '{count} [한글]'" in report
    assert [line for line in report if line.startswith("likely cause: ")]
    assert "  expected | other" in report
    assert f"  seen     | {count} [한글]" in report


def test_json(win32: Toolchain, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(win32, GOOD, json=True) == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert events[0]["event"] == "start" and events[0]["text"] == "Probe lines"
    assert {event["event"] for event in events} == {"start", "typed", "line", "end_input", "exit", "end"}
    assert events[-1] == {"event": "end"}
    assert [event["status"] for event in events if event["event"] == "exit"] == [0]
    times = [event["time"] for event in events[:-1]]
    assert times == sorted(times)


def test_json_of_a_scene_that_goes_wrong(win32: Toolchain, capsys: pytest.CaptureFixture[str]) -> None:
    assert play(win32, BAD, json=True) == 1
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["event"], last["program"], last["line"], last["expected"]) == ("mismatch", "Probe", 3, "'other'")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("columns, is_side_by_side", [(80, True), (30, False)])
def test_lanes(win32: Toolchain, monkeypatch: pytest.MonkeyPatch, columns: int, is_side_by_side: bool) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    first = "$ Probe say " + "가" * 40 + "\nProbe | [" + "가" * 40 + "]\nProbe ! Probe: said\nProbe = 0\n"
    assert play(win32, first + "$ Probe say b\nProbe.2 | [b]\nProbe.2 ! Probe: said\nProbe.2 = 0") == 0
    shown = terminal.getvalue()
    assert "\033[36m" in shown and "\033[33m" in shown  # each lane its own colour
    line_of_second = next(line for line in shown.splitlines() if "[b]" in line)
    if is_side_by_side:
        assert "Probe.2" in shown.splitlines()[0]
        assert line_of_second.index("[b]") > columns // 2
        assert all(width(_without_colours(line)) <= columns for line in shown.splitlines())
    else:
        assert "Probe.2 | [b]" in line_of_second


def _without_colours(text: str) -> str:
    import re
    return re.sub(r"\033\[\d*m", "", text)


@pytest.mark.parametrize("variable, value", [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_colours_when_not_wanted(win32: Toolchain, monkeypatch: pytest.MonkeyPatch, variable: str,
                                    value: str) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv(variable, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    assert play(win32, GOOD) == 0
    assert "\033" not in terminal.getvalue()


def test_a_full_pipe_holds_only_its_writer_up(both_sides: tuple[Stage, str]) -> None:
    """A pipe that waits when it is full, as those of Windows do; others of the run go on."""
    stage, probe = both_sides
    actor = stage.start("waiting_process" if probe == "probe" else "WaitingProcess", "--child")
    assert actor.next_line().endswith("waits")
    assert actor.process and actor.process.stdin and os.get_blocking(actor.process.stdin.fileno())
    begin = time.monotonic()
    for _ in range(100):
        actor.type_bytes(b"x" * 10_000)
    actor.end_input()
    other = stage.start(probe, "lines")
    other.type("first")
    assert other.next_line().endswith("[first]")
    other.end_input()
    assert other.exit() == 0
    stage.__exit__()
    assert time.monotonic() - begin < DEADLINE_S


def test_what_is_typed_into_a_full_pipe_arrives_as_the_program_reads(both_sides: tuple[Stage, str]) -> None:
    stage, probe = both_sides
    actor = stage.start(probe, "lines")
    for number in range(3000):
        actor.type(f"{number} " + "x" * 200)
    actor.end_input()
    assert actor.exit() == 0
    assert [line.split("[")[1].split()[0] for line in actor.output.all[:-1]] == [str(n) for n in range(3000)]


def test_a_program_that_reads_nothing_does_not_block_the_stage(win32_stage: Stage) -> None:
    actor = win32_stage.start("Probe", "say", "x")
    begin = time.monotonic()
    actor.type_bytes(b"x" * 10_000_000)
    assert time.monotonic() - begin < DEADLINE_S
    assert actor.exit() == 0
