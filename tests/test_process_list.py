"""Edge cases of chapter08/06-process-list. Only processes that the test started itself are ever ended."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import BOTH_SIDES, DEADLINE_S, TOOLCHAINS, linux_only, running
from companion.play.actor import Actor
from companion.play.stage import Stage
from companion.setup.toolchain import Toolchain

HEADING = "      id   parent  threads  name"


@dataclass
class Side:
    """The programs of one build, and victims under names that nobody else uses."""

    stage: Stage
    lister: str
    killer: str
    victim: str

    @property
    def is_posix(self) -> bool:
        return self.victim == "waiting_process"

    @property
    def has_options(self) -> bool:
        """Whether these are the programs in beyond/, or their counterparts."""
        return self.lister in ("ProcessTree", "process_tree")

    def show(self, *arguments: str) -> Actor:
        return self.stage.start(self.lister, *arguments)

    def kill(self, *arguments: str) -> Actor:
        return self.stage.start(self.killer, *arguments)

    def file_name(self, name: str) -> str:
        return name if self.is_posix else name + ".exe"

    def start_copy(self, program: str, name: str, *arguments: str) -> Actor:
        """A program under another name."""
        toolchain = self.stage.toolchain
        copy = self.stage.work / self.file_name(name)
        if not copy.exists():
            shutil.copy(toolchain.executable(program), copy)
        self.stage.toolchain = Copies(self.stage.work, toolchain.wine_prefix, toolchain.system(program))
        try:
            return self.stage.start(name, *arguments)
        finally:
            self.stage.toolchain = toolchain

    def start(self, name: str, *arguments: str) -> tuple[Actor, str]:
        """A victim under a name of its own, which has said its id."""
        actor = self.start_copy(self.victim, name, *arguments)
        found = re.fullmatch(r"process (\d+) waits", actor.next_line())
        assert found
        return actor, found[1]

    def names(self, *arguments: str) -> list[str]:
        """What the lister shows, without ids."""
        actor = self.show(*arguments)
        actor.exit()
        if not self.has_options:
            return [re.sub(r" +\d+$", "", line).lstrip(" ") for line in actor.output.all]
        assert actor.output.all[:1] in ([], [HEADING])
        return [line[28:] for line in actor.output.all[1:]]


class Copies(Toolchain):
    """Programs of one system under names that do not tell which."""

    def __init__(self, folder: Path, wine_prefix: Path, system: str) -> None:
        super().__init__(folder, wine_prefix)
        self._system = system

    def system(self, program: str) -> str:
        return self._system

    def executable(self, program: str) -> Path:
        return self.build_dir / (program if self._system == "posix" else program + ".exe")


BOOK = {"win32": ("ListProcess", "KillProcess", "WaitingProcess"),
        "posix": ("list_process", "kill_process", "waiting_process")}
BEYOND = {"win32": ("ProcessTree", "KillTree", "WaitingProcess"),
          "posix": ("process_tree", "kill_tree", "waiting_process")}


def side_of(build: str, programs: dict[str, tuple[str, str, str]], stage: Stage) -> Side:
    return Side(stage, *programs["posix" if build == "posix" else "win32"])


@pytest.fixture(params=[(build, programs) for programs in (BOOK, BEYOND) for build in BOTH_SIDES],
                ids=[f"{build}-{name}" for name in ("book", "beyond") for build in BOTH_SIDES])
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    build, programs = request.param
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S) as stage:
        yield side_of(build, programs, stage)


@pytest.fixture(params=BOTH_SIDES)
def beyond(request: pytest.FixtureRequest) -> Iterator[Side]:
    with Stage(TOOLCHAINS[request.param], deadline_s=DEADLINE_S) as stage:
        yield side_of(request.param, BEYOND, stage)


@pytest.fixture(params=[BOOK, BEYOND], ids=["book", "beyond"])
def posix_side(request: pytest.FixtureRequest, posix_stage: Stage) -> Side:
    return side_of("posix", request.param, posix_stage)


def lives(actor: Actor) -> bool:
    assert actor.process
    return actor.process.poll() is None


def test_the_lister_lists_itself(side: Side) -> None:
    actor = side.show()
    assert actor.exit() == 0
    lines = actor.output.all
    if side.has_options:
        assert lines.pop(0) == HEADING
        rows = [re.fullmatch(r" *(\d+) +\d+ +\d+  (.+)", line) for line in lines]
        found = [(int(row[1]), row[2]) for row in rows if row]
        assert [id for id, _ in found] == sorted({id for id, _ in found})
    else:
        rows = [re.fullmatch(r" *(.+) +(\d+)", line) for line in lines]
        found = [(int(row[2]), row[1]) for row in rows if row]
        own = side.file_name(side.lister)
        assert any(line == f"{own:>25} {id:>5}" for line in lines for id, _ in found)
    assert len(found) == len(lines)
    assert side.file_name(side.lister) in [name.strip() for _, name in found]


def test_the_life_of_a_process(side: Side) -> None:
    """Found by a part of its name, ended by its name, while another one lives."""
    one, two = side.stage.unique("victim"), side.stage.unique("twin")
    victim, id = side.start(one)
    twin, _ = side.start(two)
    assert side.names(one[3:]) == side.names(id) == [side.file_name(one)]

    killing = side.kill(one)
    assert killing.exit() == 0
    assert killing.output.all == [f"ended: {side.file_name(one)} (process {id})"]
    assert victim.exit() == (-15 if side.is_posix else 0 if os.name == "posix" else 1)  # Wine does not hand on the 1
    assert side.names(one) == []
    assert lives(twin)
    twin.type("")
    assert twin.exit() == 0


def test_an_id_means_one_process(side: Side) -> None:
    name = side.stage.unique("twins")
    (one, id), (two, _) = side.start(name), side.start(name)
    killing = finished(side.kill(id))
    assert killing.output.all == [f"ended: {side.file_name(name)} (process {id})"]
    one.exit()
    assert lives(two)
    assert side.kill(id).exit() == 1


def waiting(stage: Stage, name: str, count: int) -> list[str]:
    """The ids of so many processes that wait, the parent before its child."""
    lines = [stage.child(name if number == 1 else f"{name}.{number}").next_line() for number in range(1, count + 1)]
    return [line.split()[1] for line in lines]


def test_a_job_ends_with_its_owner(win32_stage: Stage) -> None:
    """Row 8 of the public reports: also when the owner is killed, and one of the processes is an orphan."""
    owner = win32_stage.start("RunInJob", "--generations", "2")
    first, second, third = waiting(win32_stage, "WaitingProcess", 3)
    assert owner.next_line() == f"process {first} is in the job, and so is all that comes of it: Enter ends them"
    assert win32_stage.start("KillProcess", second).exit() == 0
    owner.kill()

    def are_gone() -> bool:
        return all(win32_stage.start("ListProcess", id).exit() == 1 for id in (first, third))

    assert win32_stage.wait(are_gone)


@pytest.mark.parametrize("build", [build for build in BOTH_SIDES if build != "posix"])
def test_nothing_runs_before_it_belongs_to_the_job(build: str) -> None:
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S, is_traced=True) as stage:
        owner = stage.start("RunInJob")
        owner.type("")
        assert owner.exit() == 0
        assert owner.output.all[-1] == "processes ended: 1"
        calls = [call for call in stage.calls if call.lane == "RunInJob" and call.event == "return"]
        names = [call.name for call in calls]
        wanted = ["CreateJobObject", "SetInformationJobObject", "CreateProcess", "AssignProcessToJobObject",
                  "ResumeThread"]
        assert [name for name in names if name in wanted] == wanted
        create = next(call for call in calls if call.name == "CreateProcess")
        assert "CREATE_SUSPENDED" in str(create.arguments["dwCreationFlags"])


@linux_only
def test_a_subreaper_ends_its_orphans(posix_stage: Stage) -> None:
    """Row 8 of the public reports. What had ended before, and has had no parent to wait for it, does not count."""
    reaper = posix_stage.start("run_as_reaper", "--generations", "6")
    ids = waiting(posix_stage, "waiting_process", 7)
    for middle in (ids[1], ids[2], ids[4]):
        assert posix_stage.start("kill_process", middle).exit() == 0
    reaper.type("")
    assert reaper.exit() == 0
    assert reaper.output.all[-1] == "processes ended: 4"
    assert not any(Path(f"/proc/{id}").exists() for id in ids)


def states(ids: list[str]) -> str:
    return "".join(Path(f"/proc/{id}/stat").read_text().rpartition(")")[2].split()[0] for id in ids)


@linux_only
def test_ctrl_c_leaves_nobody_stopped(posix_stage: Stage) -> None:
    """Row 23 of the public reports: what kill_tree has stopped and not ended yet would stand still for ever."""
    tree = posix_stage.start("waiting_process", "--stubborn", "--generations", "2")
    first = tree.next_line().split()[1]
    ids = [first, *(posix_stage.child(f"waiting_process.{number}").next_line().split()[1] for number in (2, 3))]
    killing = posix_stage.start("kill_tree", "--tree", "--grace", "3600000", first)
    # The first one has got its SIGTERM, and goes on, since it ignores that.
    assert posix_stage.wait(lambda: sorted(states(ids)) == ["S", "T", "T"])
    killing.ctrl_c()
    assert killing.was_ended_by_ctrl_c()
    assert "T" not in states(ids)
    tree.type("")
    assert tree.exit() == 0


@linux_only
@pytest.mark.parametrize("program, arguments", [
    ("list_process", []), ("process_tree", []), ("kill_process", ["nosuch"]), ("kill_tree", ["nosuch"])])
def test_without_descriptors_nobody_says_that_there_is_no_process(posix: Toolchain, program: str,
                                                                  arguments: list[str]) -> None:
    """Row 5 of the public reports: /proc can be opened, and no file in it."""
    resource = pytest.importorskip("resource")

    def have_four() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))

    result = subprocess.run([posix.executable(program), *arguments], preexec_fn=have_four, capture_output=True,
                            text=True, timeout=DEADLINE_S,
                            env=os.environ | {"ASAN_OPTIONS": "detect_leaks=0"})  # which needs descriptors
    assert re.fullmatch(program + r": open\(/proc/\d+/stat\): error 24 EMFILE: .+\n", result.stderr)
    assert (result.returncode, result.stdout) == (1, "")


def test_dry_run_ends_nothing(beyond: Side) -> None:
    name = beyond.stage.unique("victim")
    victim, id = beyond.start(name)
    looking = finished(beyond.kill("--dry-run", name))
    assert looking.output.all == [f"would end: {beyond.file_name(name)} (process {id})"]
    assert beyond.names(name) == [beyond.file_name(name)]
    assert lives(victim)


def test_twins_of_one_name(side: Side) -> None:
    name = side.stage.unique("twins")
    (one, id_one), (two, id_two) = side.start(name), side.start(name)

    refused = side.kill(name)
    assert refused.exit() == 1
    assert refused.errors.all[0] == (f"{side.killer}: '{name}' may be any of 2 processes; "
                                     "give an id, or --all to end all of them:")
    assert {line.split("(process ")[1] for line in refused.errors.all[1:]} == {id_one + ")", id_two + ")"}
    assert refused.output.all == []
    assert lives(one) and lives(two)

    both = side.kill("--all", *[name] * (2 if side.has_options else 1))
    assert both.exit() == 0
    assert len(both.output.all) == 2
    one.exit(), two.exit()


def test_nobody_of_that_name(side: Side) -> None:
    name = side.stage.unique("nobody")
    nobody = side.kill(name)
    assert nobody.next_error() == f"{side.killer}: there is no process '{name}'"
    assert nobody.exit() == 1
    listed = side.show(name)
    assert listed.next_error() == f"{side.lister}: no process has '{name}' as its id or in its name"
    assert listed.exit() == 1


def test_exit_status_tells_none_some_or_all(beyond: Side) -> None:
    name = beyond.stage.unique("some")
    beyond.start(name)
    some = beyond.kill(beyond.stage.unique("nobody"), name)
    assert some.next_error() == f"{beyond.killer}: there is no process '{beyond.stage.unique('nobody')}'"
    assert some.exit() == 3
    assert beyond.kill(name).exit() == 1


def test_names_as_the_system_compares_them(side: Side) -> None:
    name = side.stage.unique("Case")
    if side.is_posix:
        side.start(name)
        assert side.kill(name.lower()).exit() == 1
    else:
        for wanted in (name.upper(), name.lower() + ".EXE", name + ".exe"):
            victim, _ = side.start(name)
            assert side.kill(wanted).exit() == 0
            victim.exit()
        side.start(name)
        assert side.kill(name + ".ex").exit() == 1
        assert side.names(name.upper()) == [name + ".exe"]
    assert side.kill(name[:-1]).exit() == 1
    assert side.kill(side.file_name(name)).exit() == 0


def test_long_and_korean_names(side: Side) -> None:
    korean, long = side.stage.unique("프로세스 목록"), side.stage.unique("x" * 100 + " (y) ")
    side.start(korean)
    side.start(long)
    assert side.names("프로세스 목록-" + side.stage.run) == [side.file_name(korean)]
    assert side.names(long) == [side.file_name(long)]
    assert side.kill(korean).exit() == 0
    assert side.kill(long).exit() == 0


@pytest.mark.skipif(os.name == "nt", reason="no such file name there")
def test_a_name_with_control_characters_stays_off_the_terminal_and_is_json(posix_side: Side) -> None:
    side = posix_side
    run = "run" + side.stage.run  # which alone may be digits, and those would be an id
    name = "a\x1b[2J\n\"\\\t" + run
    side.start(name)
    assert side.names(run) == [f'a?[2J?"\\\t{run}']
    if side.has_options:
        actor = finished(side.show("--json", run))
        assert [process["name"] for process in json.loads("\n".join(actor.output.all))] == [name]
    killing = finished(side.kill(name))
    assert killing.next_line().startswith('ended: a?[2J?"')


def test_json(beyond: Side) -> None:
    actor = beyond.show("--json")
    assert actor.exit() == 0
    processes = json.loads("\n".join(actor.output.all))
    assert {"name", "id", "parent", "threads", "depth"} == set(processes[0])
    assert beyond.file_name(beyond.lister) in [process["name"] for process in processes]
    nothing = beyond.show("--json", beyond.stage.unique("nobody"))
    assert nothing.exit() == 1
    assert json.loads("\n".join(nothing.output.all)) == []


def test_tree(beyond: Side) -> None:
    name = beyond.stage.unique("family")
    parent, parent_id = beyond.start(name, "--generations", "2")
    ids = [parent_id, *(beyond.stage.child(f"{name}.{number}").next_line().split()[1] for number in (2, 3))]

    processes = json.loads("\n".join(finished(beyond.show("--tree", "--json", parent_id)).output.all))
    family = [process for process in processes if process["name"] == beyond.file_name(name)]
    assert sorted(str(process["id"]) for process in family) == sorted(ids)
    assert [process["parent"] for process in family[1:]] == [process["id"] for process in family[:2]]
    depth = family[0]["depth"]
    assert [process["depth"] for process in family] == [depth, depth + 1, depth + 2]
    shown = beyond.names("--tree", parent_id)
    assert [line for line in shown if name in line] == [
        "  " * process["depth"] + beyond.file_name(name) for process in family]

    killing = finished(beyond.kill("--tree", str(family[1]["id"])))
    assert sorted(line.split("(process ")[1] for line in killing.output.all) == sorted(
        f"{process['id']})" for process in family[1:])
    assert lives(parent)
    assert beyond.names(name) == [beyond.file_name(name)]


def test_nothing_survives_that_was_started_meanwhile(beyond: Side) -> None:
    """Row 8 of the public reports: a process that starts others as fast as they are ended."""
    program = "spawner" if beyond.is_posix else "Spawner"
    for turn in range(3):
        name = beyond.stage.unique(f"spawner{turn}")
        beyond.start_copy(program, name).next_line()
        try:
            killing = beyond.kill("--tree", "--all", beyond.file_name(name))
            assert killing.exit() == 0, killing.errors.all
            assert killing.errors.all == []
            assert beyond.names(name) == []
        finally:
            beyond.kill("--tree", "--all", beyond.file_name(name)).exit()


def test_a_child_outlives_its_parent(side: Side) -> None:
    name = side.stage.unique("family")
    _, parent_id = side.start(name, "--generations", "1")
    child_id = side.stage.child(f"{name}.2").next_line().split()[1]
    finished(side.kill(parent_id))
    assert side.names(child_id) == [side.file_name(name)]
    finished(side.kill(child_id))


def finished(actor: Actor) -> Actor:
    assert actor.exit() == 0
    return actor


def test_it_never_means_itself(side: Side) -> None:
    name = side.stage.unique("killer")
    refused = side.start_copy(side.killer, name, name)
    assert refused.exit() == 1
    if side.has_options:
        assert refused.errors.all[0].endswith("is this program itself; only --force ends it")
    else:
        assert refused.errors.all == [f"{name}: there is no process '{name}'"]


@pytest.mark.skipif(os.name == "nt", reason="the command prompt's test does it there")
def test_it_refuses_who_started_it(posix_stage: Stage) -> None:
    refused = posix_stage.start("kill_tree", "--dry-run", str(os.getpid()))
    assert refused.next_error().endswith("has started this program; only --force ends it")
    assert refused.exit() == 1
    assert posix_stage.start("kill_tree", "--dry-run", "--force", str(os.getpid())).exit() == 0


def test_it_refuses_the_system(beyond: Side) -> None:
    name = "2" if beyond.is_posix else "services"
    if beyond.is_posix and "kthreadd" not in Path("/proc/2/comm").read_text():
        pytest.skip("a container without the kernel's threads")
    refused = beyond.kill("--dry-run", name)
    assert refused.exit() == 1
    assert "belongs to the system; only --force ends it" in refused.next_error()


def test_a_process_that_ignores_sigterm_is_killed(posix_side: Side) -> None:
    side = posix_side
    name = side.stage.unique("deaf")
    victim, id = side.start(name, "--stubborn")
    killing = side.kill("--grace", "50", id)
    assert killing.next_error() == (f"{side.killer}: {name} (process {id}) did not end within 50 ms of SIGTERM: "
                                    "sending SIGKILL")
    assert killing.exit() == 0
    assert victim.exit() == -9


DEAF = ("import signal; signal.signal(signal.SIGTERM, lambda *_: print('asked', flush=True)); print(flush=True)\n"
        "while True: signal.pause()")


@contextlib.contextmanager
def deaf_and_second(command: list[str]) -> Iterator[tuple[subprocess.Popen[str], subprocess.Popen[str]]]:
    """A process that says when it gets SIGTERM, and goes on; and one with a larger id, so that its turn comes later."""
    with contextlib.ExitStack() as stack:
        while True:
            deaf = stack.enter_context(running([sys.executable, "-c", DEAF], stdout=subprocess.PIPE))
            assert deaf.stdout and deaf.stdout.readline() == "\n"
            second = stack.enter_context(running(command, stdin=subprocess.PIPE))
            if deaf.pid < second.pid:
                break  # else the ids have begun anew between them
        yield deaf, second


def start_with_id(id: int, program: str, *arguments: str) -> None:
    """Starts a program whose process has this id, which must be free."""
    ids = (ctypes.c_int * 1)(id)
    clone_args = struct.pack("10Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, ctypes.addressof(ids), 1)
    # PyDLL: this thread keeps Python's lock, and so has it in the child.
    result = ctypes.PyDLL(None, use_errno=True).syscall(435, clone_args, len(clone_args))
    if result == 0:
        os.execvp(program, [program, *arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), "clone3")


@linux_only
@pytest.mark.parametrize("how", ["exec", "the same id"])
def test_a_process_that_is_another_one_by_now_lives_on(posix_stage: Stage, how: str) -> None:
    """kill_tree has read its list, and waits for the first one's end. Meanwhile the second one becomes another."""
    name = "sh" if how == "exec" else "sleep"
    command = ["sh", "-c", "read -r line; exec sleep 600"] if how == "exec" else ["sleep", "600"]
    with deaf_and_second(command) as (deaf, second):
        comm = Path(f"/proc/{second.pid}/comm")
        assert posix_stage.wait(lambda: comm.read_text() == name + "\n")
        killing = posix_stage.start("kill_tree", "--grace", "60000", str(deaf.pid), str(second.pid))
        assert deaf.stdout and deaf.stdout.readline() == "asked\n"
        if how == "exec":
            assert second.stdin
            second.send_signal(signal.SIGCONT)  # kill_tree may have stopped it
            second.stdin.write("\n")
            second.stdin.flush()
        else:
            second.kill()
            second.wait()
            try:
                start_with_id(second.pid, *command)
            except PermissionError:
                pytest.skip("only root chooses the id of a process")
        try:
            assert posix_stage.wait(lambda: comm.read_text() == "sleep\n")
            deaf.kill()
            assert killing.next_error() == f"kill_tree: {name} (process {second.pid}) has ended by itself"
            assert killing.exit() == 3
            assert comm.read_text() == "sleep\n"
        finally:
            if how != "exec":
                os.kill(second.pid, signal.SIGKILL)
                os.waitpid(second.pid, 0)


def test_enter_ends_the_victim_and_the_killer_finds_nobody(side: Side) -> None:
    name = side.stage.unique("gone")
    victim, id = side.start(name)
    victim.type("")
    assert victim.exit() == 0
    late = side.kill(name)
    assert late.next_error() == f"{side.killer}: there is no process '{name}'"
    assert late.exit() == 1


@pytest.mark.parametrize("arguments, complaint", [
    (["KillProcess"], "PID|NAME is missing"),
    (["KillProcess", "--al", "x"], "unknown option '--al', did you mean --all?"),
    (["KillProcess", "a", "b"], "unexpected 'b'"),
    (["ListProcess", "a", "b"], "unexpected 'b'"),
    (["ListProcess", "--tree"], "unknown option '--tree'; if it is no option, put -- before it"),
    (["KillTree"], "PID|NAME is missing"),
    (["ProcessTree", "--jso"], "unknown option '--jso', did you mean --json?"),
    (["list_process", "a", "b"], "unexpected 'b'"),
    (["kill_tree", "--grace", "-1", "x"], "--grace: '-1' is not a whole number from 0 to 3600000"),
    (["kill_process", "--grace", "soon", "x"], "--grace: 'soon' is not a whole number from 0 to 3600000"),
    (["WaitingProcess", "--generations", "21"], "--generations: '21' is not a whole number from 1 to 20"),
])
def test_wrong_usage(arguments: list[str], complaint: str) -> None:
    build = "unicode" if arguments[0][0].isupper() else "posix"
    if build not in TOOLCHAINS:
        pytest.skip("POSIX programs are not built on Windows")
    with Stage(TOOLCHAINS[build], deadline_s=DEADLINE_S) as stage:
        actor = stage.start(*arguments)
        assert actor.next_error() == f"{arguments[0]}: {complaint} ({arguments[0]} --help shows the usage)"
        assert actor.exit() == 2
