"""Edge cases of chapter08/06-process-list. Only processes that the test started itself are ever ended."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import BOTH_SIDES, DEADLINE_S, TOOLCHAINS
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
        return self.lister == "list_process"

    def list(self, *arguments: str) -> Actor:
        return self.stage.start(self.lister, *arguments)

    def kill(self, *arguments: str) -> Actor:
        return self.stage.start(self.killer, *arguments)

    def file_name(self, name: str) -> str:
        return name if self.is_posix else name + ".exe"

    def start(self, name: str, *arguments: str) -> tuple[Actor, str]:
        """A victim under a name of its own, which has said its id."""
        toolchain = self.stage.toolchain
        copy = self.stage.work / self.file_name(name)
        if not copy.exists():
            shutil.copy(toolchain.executable(self.victim), copy)
        with_copies = Copies(toolchain, self.stage.work)
        self.stage.toolchain = with_copies
        try:
            actor = self.stage.start(name, *arguments)
        finally:
            self.stage.toolchain = toolchain
        found = re.fullmatch(r"process (\d+) waits", actor.next_line())
        assert found
        return actor, found[1]

    def names(self, *arguments: str) -> list[str]:
        """What the lister shows, without ids."""
        actor = self.list(*arguments)
        actor.exit()
        assert actor.output.all[:1] in ([], [HEADING])
        return [line[28:] for line in actor.output.all[1:]]


class Copies(Toolchain):
    """The same build, with its programs looked for in another folder."""

    def __init__(self, toolchain: Toolchain, folder: Path) -> None:
        self.__dict__ |= toolchain.__dict__
        self._folder = folder

    def system(self, program: str) -> str:
        return "windows" if os.name == "nt" else "posix" if self.name == "sanitize" else "wine"

    def executable(self, program: str) -> Path:
        return self._folder / (program if self.system(program) == "posix" else program + ".exe")


@pytest.fixture(params=BOTH_SIDES)
def side(request: pytest.FixtureRequest) -> Iterator[Side]:
    names = ("list_process", "kill_process", "waiting_process") if request.param == "posix" else (
        "ListProcess", "KillProcess", "WaitingProcess")
    with Stage(TOOLCHAINS[request.param], deadline_s=DEADLINE_S) as stage:
        yield Side(stage, *names)


def lives(actor: Actor) -> bool:
    assert actor.process
    return actor.process.poll() is None


def test_the_lister_lists_itself(side: Side) -> None:
    actor = side.list()
    assert actor.exit() == 0
    lines = actor.output.all
    assert lines[0] == HEADING
    assert all(re.fullmatch(r" *\d+ +\d+ +\d+  .+", line) for line in lines[1:])
    assert any(line.endswith("  " + side.file_name(side.lister)) for line in lines)
    ids = [int(line.split()[0]) for line in lines[1:]]
    assert ids == sorted(set(ids))


def test_the_life_of_a_process(side: Side) -> None:
    """Found by a part of its name, spared by --dry-run, ended by its name, while its twin lives."""
    one, two = side.stage.unique("victim"), side.stage.unique("twin")
    victim, id = side.start(one)
    twin, _ = side.start(two)
    assert side.names(one[3:]) == [side.file_name(one)]

    looking = side.kill("--dry-run", one)
    assert looking.exit() == 0
    assert looking.output.all == [f"would end: {side.file_name(one)} (process {id})"]
    assert side.names(one) == [side.file_name(one)]

    killing = side.kill(one)
    assert killing.exit() == 0
    assert killing.output.all == [f"ended: {side.file_name(one)} (process {id})"]
    assert victim.exit() == (-15 if side.is_posix else 0 if os.name == "posix" else 1)  # Wine does not hand on the 1
    assert side.names(one) == []
    assert lives(twin)
    twin.type("")
    assert twin.exit() == 0


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

    both = side.kill("--all", name, name)
    assert both.exit() == 0
    assert len(both.output.all) == 2
    one.exit(), two.exit()


def test_exit_status_tells_none_some_or_all(side: Side) -> None:
    name = side.stage.unique("some")
    side.start(name)
    some = side.kill(side.stage.unique("nobody"), name)
    assert some.next_error() == f"{side.killer}: there is no process '{side.stage.unique('nobody')}'"
    assert some.exit() == 3
    assert side.kill(name).exit() == 1


def test_names_as_the_system_compares_them(side: Side) -> None:
    name = side.stage.unique("Case")
    side.start(name)
    if side.is_posix:
        assert side.kill("--dry-run", name.lower()).exit() == 1
        assert side.kill("--dry-run", name[:-1]).exit() == 1
    else:
        for wanted in (name.upper(), name.lower() + ".EXE", name + ".exe"):
            assert side.kill("--dry-run", wanted).exit() == 0
        assert side.kill("--dry-run", name[:-1]).exit() == 1
        assert side.kill("--dry-run", name + ".ex").exit() == 1
        assert side.names(name.upper()) == [name + ".exe"]
    assert side.kill(side.file_name(name)).exit() == 0


def test_long_and_korean_names(side: Side) -> None:
    korean, long = side.stage.unique("프로세스 목록"), side.stage.unique("x" * 100 + " (y) ")
    side.start(korean)
    side.start(long)
    assert side.names("프로세스 목록-" + side.stage.run) == [side.file_name(korean)]
    assert side.names(long) == [side.file_name(long)]
    assert side.kill(korean, long).exit() == 0


@pytest.mark.skipif(os.name == "nt", reason="no such file name there")
def test_a_name_with_control_characters_stays_off_the_terminal_and_is_json(posix_stage: Stage) -> None:
    side = Side(posix_stage, "list_process", "kill_process", "waiting_process")
    run = "run" + side.stage.run  # which alone may be digits, and those would be an id
    name = "a\x1b[2J\n\"\\\t" + run
    side.start(name)
    assert side.names(run) == [f'a?[2J?"\\\t{run}']
    actor = side.list("--json", run)
    assert actor.exit() == 0
    assert [process["name"] for process in json.loads("\n".join(actor.output.all))] == [f'a?[2J?"\\\t{run}']
    assert side.kill(name).exit() == 0


def test_json(side: Side) -> None:
    actor = side.list("--json")
    assert actor.exit() == 0
    processes = json.loads("\n".join(actor.output.all))
    assert {"name", "id", "parent", "threads", "depth"} == set(processes[0])
    assert side.file_name(side.lister) in [process["name"] for process in processes]
    nothing = side.list("--json", side.stage.unique("nobody"))
    assert nothing.exit() == 1
    assert json.loads("\n".join(nothing.output.all)) == []


def test_tree(side: Side) -> None:
    name = side.stage.unique("family")
    parent, parent_id = side.start(name, "--generations", "2")
    ids = [parent_id, *(side.stage.child(f"{name}.{number}").next_line().split()[1] for number in (2, 3))]

    processes = json.loads("\n".join(finished(side.list("--tree", "--json", parent_id)).output.all))
    family = [process for process in processes if process["name"] == side.file_name(name)]
    assert sorted(str(process["id"]) for process in family) == sorted(ids)
    assert [process["parent"] for process in family[1:]] == [process["id"] for process in family[:2]]
    depth = family[0]["depth"]
    assert [process["depth"] for process in family] == [depth, depth + 1, depth + 2]
    shown = side.names("--tree", parent_id)
    assert [line for line in shown if name in line] == [
        "  " * process["depth"] + side.file_name(name) for process in family]

    killing = finished(side.kill("--tree", str(family[1]["id"])))
    assert sorted(line.split("(process ")[1] for line in killing.output.all) == sorted(
        f"{process['id']})" for process in family[1:])
    assert lives(parent)
    assert side.names(name) == [side.file_name(name)]


def finished(actor: Actor) -> Actor:
    assert actor.exit() == 0
    return actor


def test_it_refuses_itself(side: Side) -> None:
    refused = side.kill("--dry-run", "--all", side.killer)  # other tests may run one at this moment
    assert refused.exit() in (1, 3)
    assert any(line.endswith("is this program itself; only --force ends it") for line in refused.errors.all)


@pytest.mark.skipif(os.name == "nt", reason="the command prompt's test does it there")
def test_it_refuses_who_started_it(posix_stage: Stage) -> None:
    refused = posix_stage.start("kill_process", "--dry-run", str(os.getpid()))
    assert refused.next_error().endswith("has started this program; only --force ends it")
    assert refused.exit() == 1
    assert posix_stage.start("kill_process", "--dry-run", "--force", str(os.getpid())).exit() == 0


def test_it_refuses_the_system(side: Side) -> None:
    name = "2" if side.is_posix else "services"
    if side.is_posix and "kthreadd" not in Path("/proc/2/comm").read_text():
        pytest.skip("a container without the kernel's threads")
    refused = side.kill("--dry-run", name)
    assert refused.exit() == 1
    assert "belongs to the system; only --force ends it" in refused.next_error()


def test_a_process_that_does_not_listen_is_killed(posix_stage: Stage) -> None:
    side = Side(posix_stage, "list_process", "kill_process", "waiting_process")
    name = side.stage.unique("deaf")
    victim, id = side.start(name, "--stubborn")
    killing = side.kill("--grace", "50", id)
    assert killing.next_error() == (f"kill_process: {name} (process {id}) did not end within 50 ms of SIGTERM: "
                                    "sending SIGKILL")
    assert killing.exit() == 0
    assert victim.exit() == -9


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
    (["ListProcess", "a", "b"], "unexpected 'b'"),
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
