"""The rooms of scripts/companion: a module knows those of its own room and of the rooms below, and no two know each
other."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter

from conftest import SOURCE

PACKAGE = SOURCE / "scripts/companion"
# From below to above; "" is the door: the command line, and what Meson calls. Show and maintain stand side by side.
LEVELS = {"setup": 0, "trace": 1, "play": 2, "show": 3, "maintain": 3, "": 4}


def imports() -> dict[str, set[str]]:
    """Of each module, by its name within the package: what it imports, wherever in its text that stands."""
    modules = {path.relative_to(PACKAGE).with_suffix("").as_posix().replace("/", "."): path
               for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"}
    found: dict[str, set[str]] = {}
    for name, path in modules.items():
        found[name] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith("companion") for alias in node.names), f"{name}: import companion"
            if not isinstance(node, ast.ImportFrom):
                continue
            assert not (node.module or "").startswith("companion"), f"{name}: from companion import"
            if node.level:
                folder = name.split(".")[:-node.level]
                base = ".".join([*folder, *(node.module or "").split(".")]).strip(".")
                inside = {f"{base}.{alias.name}".strip(".") for alias in node.names}
                found[name] |= {base} if base in modules else inside
        assert found[name] <= set(modules), name
    return found


def room(module: str) -> str:
    return module.rpartition(".")[0]


def test_a_room_knows_only_the_rooms_below() -> None:
    for module, imported in imports().items():
        for other in imported:
            is_below = LEVELS[room(other)] < LEVELS[room(module)]
            assert is_below or room(other) == room(module), f"{module} imports {other}"


def test_no_two_modules_know_each_other() -> None:
    TopologicalSorter(imports()).prepare()  # raises CycleError with the modules


def test_the_rooms_are_those_in_the_list() -> None:
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(LEVELS) - {""}
    assert {path.stem for path in PACKAGE.glob("*.py")} == {"__init__", "__main__", "cli", "play_scene"}
