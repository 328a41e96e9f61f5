"""`lesson mutants`, and its list of deliberate changes."""

from __future__ import annotations

import re
from operator import attrgetter
from pathlib import Path

import pytest
from companion.maintain import mutants
from companion.maintain.mutants import Mutant
from companion.setup.build import Build
from companion.setup.failure import Failure
from conftest import SOURCE

LISTED = mutants.load(SOURCE / "tests/mutants.toml")


def test_each_change_has_a_name_of_its_own() -> None:
    names = [mutant.name for mutant in LISTED]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("mutant", LISTED, ids=attrgetter("name"))
def test_a_change_applies_and_its_tests_are_there(mutant: Mutant) -> None:
    text = (SOURCE / mutant.file).read_text(encoding="utf-8")
    assert mutant.mutated(text) != text
    for test in mutant.tests:
        file, _, function = test.partition("::")
        tests = (SOURCE / "tests" / file).read_text(encoding="utf-8")
        assert not function or re.search(rf"^def {re.escape(function.partition('[')[0])}\(", tests, re.MULTILINE), test


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small project: one module and its tests."""
    source = tmp_path / "project"
    (source / "tests").mkdir(parents=True)
    (source / "one.py").write_text("ONE = 1\nTWO = 2\n")
    for folder in ("build", "build-vs", ".git", ".mypy_cache", "tests/__pycache__"):
        (source / folder).mkdir()
        (source / folder / "made.py").write_text("")
    (source / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\n')
    (source / "tests/test_one.py").write_text("import one\ndef test_one():\n    assert one.ONE == 1\n")
    return source


@pytest.fixture
def played(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
           capsys: pytest.CaptureFixture[str]) -> object:
    """Tries changes in that project, where nothing is to be compiled; gives the status and what was printed."""
    monkeypatch.setattr(mutants, "prepare", lambda *builds, tests: True)
    monkeypatch.setattr(Build, "compile", lambda self: False)

    def play(*changes: Mutant) -> tuple[int, str]:
        status = mutants.run(project, tmp_path / "build", list(changes))
        return status, capsys.readouterr().out
    return play


def change(name: str, old: str, new: str, test: str = "test_one.py") -> Mutant:
    return Mutant(name, "one.py", old, new, [test])


def test_a_change_is_noticed_or_survives(played: object, project: Path, tmp_path: Path) -> None:
    assert callable(played)
    status, shown = played(change("wrong", "ONE = 1", "ONE = 3"), change("unseen", "TWO = 2", "TWO = 3"))
    assert status == 1
    assert re.search(r"^noticed +wrong .* test_one\.py::test_one$", shown, re.MULTILINE)
    assert re.search(r"^survived +unseen .* test_one\.py$", shown, re.MULTILINE)
    assert shown.endswith("1 noticed, 1 survived, 0 unclear\n")
    copy = tmp_path / "build/mutants/tree"
    assert (copy / "one.py").read_text() == (project / "one.py").read_text() == "ONE = 1\nTWO = 2\n"
    assert not list(copy.rglob("made.py"))

    assert played(change("wrong", "ONE = 1", "ONE = 3"))[0] == 0


def test_what_cannot_be_told_is_no_success(played: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert callable(played)
    status, shown = played(change("no-python", "ONE = 1", "ONE = ="))
    assert status == 1 and re.search(r"^unclear +no-python .* status \d$", shown, re.MULTILINE)

    with pytest.raises(Failure, match="0 times in one.py"):
        played(change("elsewhere", "THREE", "FOUR"))
    with pytest.raises(Failure, match="2 times in one.py"):
        played(change("both", " = ", " == "))
    with pytest.raises(Failure, match="must pass on the unchanged project"):
        played(change("no-such-test", "ONE = 1", "ONE = 3", "test_two.py"))

    endless = change("endless", "ONE = 1", "import time\ntime.sleep(3600)")
    monkeypatch.setattr(mutants, "_DEADLINE_S", 5.0)
    status, shown = played(endless)
    assert status == 1 and "no end within 5 s" in shown


def test_the_unchanged_project_must_pass(played: object, project: Path) -> None:
    assert callable(played)
    (project / "tests/test_one.py").write_text("def test_one():\n    assert False\n")
    with pytest.raises(Failure, match="must pass on the unchanged project, and do not: test_one.py::test_one"):
        played(change("wrong", "ONE = 1", "ONE = 3"))


def test_the_copy_follows_the_project(project: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    mutants.refresh(copy, project)
    time = (copy / "one.py").stat().st_mtime_ns
    (project / "pyproject.toml").unlink()
    (project / "new.py").write_text("NEW = 1\n")
    mutants.refresh(copy, project)
    assert (copy / "one.py").stat().st_mtime_ns == time
    assert (copy / "new.py").exists() and not (copy / "pyproject.toml").exists()


def test_a_list_with_a_wrong_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.toml").write_text("[[mutant]]\nname = 'x'\nfile = 'y'\nold = 'a'\nnew = 'b'\n")
    with pytest.raises(Failure, match="list.toml: x: file, name, new, old, tests are expected"):
        mutants.load(tmp_path / "list.toml")
