"""scripts/lesson from outside: what a person and a script get from it."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from companion.maintain import tests
from companion.setup import packages, tested, toolchain as toolchains, wineserver
from companion.setup.progress import StepTooLong
from conftest import BUILD_ROOT, DEADLINE_S, SOURCE, TOOLCHAINS, linux_only

LESSON = [str(SOURCE / "scripts" / ("lesson.cmd" if os.name == "nt" else "lesson")), "--build-dir", str(BUILD_ROOT)]


def lesson(*arguments: str, stdin: bytes = b"", cwd: Path | None = None, env: dict[str, str] | None = None,
           timeout_s: float = DEADLINE_S) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*LESSON, *arguments], input=stdin, capture_output=True, timeout=timeout_s, check=False,
                          cwd=cwd, env=env)


def errors_of_the_programs(result: subprocess.CompletedProcess[bytes]) -> list[str]:
    """`lesson` itself speaks of a step only where it takes long."""
    return [line for line in result.stderr.decode().splitlines() if not line.startswith("lesson: ")]


def test_list() -> None:
    shown = lesson("list").stdout.decode()
    assert "Chapter 7" in shown
    assert "  mailslot             Mailslot" in shown
    assert "    book: section 02, listings 7-2, 7-3\n" in shown
    assert "MailReceiver MailSender" in shown


def test_list_speaks_the_users_language() -> None:
    assert "메일슬롯" in lesson("list", env=os.environ | {"LC_ALL": "ko_KR.UTF-8"}).stdout.decode()
    assert "메일슬롯" not in lesson("list", env=os.environ | {"LC_ALL": "C.UTF-8"}).stdout.decode()


@pytest.mark.parametrize("character_set", ["--unicode", "--ansi"])
def test_run_as_json(character_set: str) -> None:
    result = lesson("run", "mailslot", "--json", character_set)
    events = [json.loads(line) for line in result.stdout.decode().splitlines()]
    assert result.returncode == 0
    assert {"program": "MailReceiver", "text": "received: 안녕하세요"}.items() <= events[[
        event.get("text") for event in events].index("received: 안녕하세요")].items()
    assert events[-1] == {"event": "end"}


def test_run_as_text_from_another_folder(tmp_path: Path) -> None:
    result = lesson("run", "mailslot", "no-receiver", cwd=tmp_path)
    assert result.returncode == 0
    assert "ERROR_FILE_NOT_FOUND" in result.stdout.decode()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX programs")
def test_run_in_the_background_of_a_script() -> None:
    """Where a shell has Ctrl+C ignored; the scene presses it all the same."""
    command = [*LESSON, "run", "mailslot-chat", "sockets"]
    result = subprocess.run(["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *command], capture_output=True,
                            timeout=DEADLINE_S, check=False)
    assert (result.returncode, errors_of_the_programs(result)) == (0, [])


@pytest.mark.parametrize("arguments, complaint", [
    (["run", "mailslott"], "mailslot"),
    (["run", "mailslot", "delivery"], "deliver"),
    (["exec", "MailRecever"], "MailReceiver"),
    (["exec", "nothing-like-it"], "nothing-like-it"),
    (["bench", "named-pip"], "named-pipe"),
    (["bench", "named-pipe", "--against", "ipc.csv"], "--against"),
    (["mutants", "scene-statu"], "scene-status"),
    (["ru", "mailslot"], "run"),
    (["run"], "LESSON"),
    (["run", "mailslot", "--unicode", "--ansi"], "--ansi"),
    ([], "COMMAND"),
])
def test_wrong_usage(arguments: list[str], complaint: str) -> None:
    result = lesson(*arguments)
    assert result.returncode == 2
    assert complaint in result.stderr.decode()
    assert "Traceback" not in result.stderr.decode()
    assert result.stdout == b""


@pytest.mark.parametrize("command", ["", *"list run demo trace exec test lint mutants bench setup doctor".split()])
def test_help(command: str) -> None:
    result = lesson(*command.split(), "--help")
    assert result.returncode == 0
    assert result.stdout.decode().startswith("usage: lesson")


def test_exec_passes_everything_through(tmp_path: Path) -> None:
    result = lesson("exec", "Probe", "say", "--help", "한글 📬", "a b", "", cwd=tmp_path)
    assert result.stdout.decode().splitlines() == ["[--help]", "[한글 📬]", "[a b]", "[]"]
    assert errors_of_the_programs(result) == ["Probe: said"]
    assert result.returncode == 0

    assert lesson("exec", "Probe", "lines", stdin="줄\n".encode()).stdout.decode().splitlines() == ["1 [줄]", "end"]
    assert lesson("exec", "Probe", "fail", "5").returncode == 1
    assert lesson("exec", "MailReceiver", "--nonsense").returncode == 2


def test_exec_starts_programs_in_the_callers_folder(tmp_path: Path) -> None:
    assert lesson("exec", "Probe", "child", "redirected", cwd=tmp_path).returncode == 0
    assert "[child]" in (tmp_path / "redirected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("character_set", ["--unicode", "--ansi"])
def test_two_terminals(character_set: str) -> None:
    """The issue's own words: one terminal each, a message as argument."""
    name = f"two-terminals{character_set}-{os.getpid()}"
    command = [*LESSON, character_set, "exec"]
    with subprocess.Popen([*command, "MailReceiver", "--name", name, "--count", "1"], stdout=subprocess.PIPE,
                          stdin=subprocess.DEVNULL) as receiver:
        assert receiver.stdout
        assert receiver.stdout.readline().decode().startswith("waiting")
        assert lesson(character_set, "exec", "MailSender", "--name", name, "한글").returncode == 0
        assert receiver.stdout.readline().decode().rstrip() == "received: 한글"
        assert receiver.wait(DEADLINE_S) == 0


def test_setup_has_nothing_to_do() -> None:
    assert "nothing was to do" in lesson("setup").stderr.decode()


def test_doctor_finds_all_there() -> None:
    result = lesson("doctor")
    assert result.returncode == 0, result.stdout.decode()
    assert "meson" in result.stdout.decode().lower()


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_page_claims_the_runs_that_were_made(page: str) -> None:
    told = re.findall(r"(Debian \w+) ?\(Wine ([\d.]+)\)", re.sub(r"\s+", " ", (SOURCE / page).read_text("utf-8")))
    assert told == [(run.system, run.wine) for run in tested.RUNS]
    assert {run.date for run in tested.RUNS} == set(re.findall(r"\d{4}-\d\d-\d\d", (SOURCE / page).read_text("utf-8")))


@pytest.mark.parametrize("release, system, words", [
    ({"ID": "debian", "VERSION_ID": "12", "PRETTY_NAME": "Debian GNU/Linux 12 (bookworm)"}, "Debian 12",
     "all tests passed"),
    ({"ID": "debian", "PRETTY_NAME": "Debian GNU/Linux forky/sid"}, "Debian unstable", "all tests passed"),
    ({"ID": "ubuntu", "VERSION_ID": "24.04", "PRETTY_NAME": "Ubuntu 24.04.1 LTS"}, "Ubuntu 24.04.1 LTS", "not yet run"),
])
def test_doctor_knows_where_the_tests_were_run(monkeypatch: pytest.MonkeyPatch, release: dict[str, str], system: str,
                                               words: str) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)
    assert tested.this_system() == system
    assert words in tested.about(system)


@pytest.mark.parametrize("name, expected", [
    ("anonymous-pipe", ["anonymous-pipe", "anonymous_pipe"]),
    ("mailslot", ["mailslot"]),
    ("no-lesson", ["no-lesson"]),
])
def test_a_lessons_name_means_all_of_its_tests(name: str, expected: list[str]) -> None:
    assert tests.keywords(name, ["mailslot", "anonymous-pipe"]) == expected


def test_test_refuses_a_name_that_no_test_has() -> None:
    result = lesson("test", "no_test_has_this_name", timeout_s=10 * DEADLINE_S)  # it asks three builds, and all tests
    assert result.returncode == 2
    assert "no_test_has_this_name" in result.stderr.decode()


def closed_streams() -> None:
    for descriptor in (0, 1, 2):
        os.close(descriptor)


@pytest.mark.skipif(os.name == "nt", reason="Wine alone")
def test_a_program_under_wine_whose_streams_are_closed() -> None:
    """Row 24 of the public reports: one in four never ended, and held up all others of the prefix."""
    toolchain = TOOLCHAINS["unicode"]
    for _ in range(20):
        subprocess.run(toolchain.command("Probe", ["say", "x"]), env=toolchain.environment(), check=True,
                       timeout=DEADLINE_S, preexec_fn=closed_streams, close_fds=True)


@linux_only
def test_the_wineserver_of_a_prefix_is_found(tmp_path: Path) -> None:
    """The real one, whose name depends on the system."""
    prefix = TOOLCHAINS["unicode"].wine_prefix
    server = wineserver.find(prefix)
    assert server and wineserver.advice(prefix).startswith(
        f"Look at the wineserver of this prefix, process {server.name};")
    assert wineserver.find(tmp_path) is None


@linux_only
def test_a_name_that_the_system_has_cut_within_a_character_is_no_wineserver(tmp_path: Path) -> None:
    """It keeps 15 bytes of a program's name; a Korean character has three."""
    program = shutil.copy("/bin/cat", tmp_path / "a한글로된이름")
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as running:
        assert running.stdin and running.stdout
        running.stdin.write(b"x")
        assert running.stdout.read(1) == b"x"  # it is past exec, which gives it its name
        name = Path(f"/proc/{running.pid}/comm").read_bytes()
        assert name == "a한글로된이름".encode()[:15] + b"\n"
        with pytest.raises(UnicodeDecodeError):
            name.decode()
        assert wineserver.find(tmp_path) is None
        running.stdin.close()


@linux_only
def test_a_wineserver_that_stands_still(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 25 of the public reports: there is a limit, and the process to look at is named. Stopped is a process of that
    name, which waits in the folder of a prefix that no Wine knows."""
    prefix = tmp_path / "prefix"
    prefix.mkdir()
    status = prefix.stat()
    folder = Path(f"/tmp/.wine-{os.getuid()}/server-{status.st_dev:x}-{status.st_ino:x}")
    folder.mkdir(parents=True)
    server = shutil.copy("/bin/sleep", tmp_path / "wineserver")
    try:
        with subprocess.Popen([server, "600"], cwd=folder) as standing:
            os.kill(standing.pid, signal.SIGSTOP)
            (silent := tmp_path / "wine").write_text("#!/bin/sh\nexec sleep 600\n", encoding="ascii")
            silent.chmod(0o755)
            monkeypatch.setattr(packages, "WINE", silent)
            monkeypatch.setattr(toolchains, "_START_LIMIT_S", 1.0)
            with pytest.raises(StepTooLong) as late:
                toolchains.Toolchain(tmp_path, prefix).start_wine(tmp_path / "log").finish()
            standing.kill()
    finally:
        folder.rmdir()
    assert str(late.value).startswith(
        f"starting Wine: has not ended within 1 s.\nThe wineserver of this prefix, process {standing.pid}, is stopped: "
        f"kill -CONT {standing.pid} lets it go on, ")
