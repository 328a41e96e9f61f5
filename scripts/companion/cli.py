"""The command line: what people type behind scripts/lesson."""

from __future__ import annotations

import argparse
import difflib
import functools
import locale
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

from .maintain import bench, bench_ipc, compilers, lint, mutants, tests
from .play import lessons, scene
from .setup import doctor, packages
from .setup.failure import Failure, WrongUse
from .setup.progress import say
from .setup.build import Build, prepare
from .setup.toolchain import is_win32
from .show import chapter_map, compare, demo, keep, key_calls, record, render, views
from .trace import recording, unrecorded

SOURCE = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the parent process
            setattr(sys, name, open(os.devnull, "w"))
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        signal.signal(number, _end_in_order)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A script's shell starts background commands with SIGINT ignored, and children inherit an ignored signal. But
        # a scene ends programs by Ctrl+C. So it gets a handler that does nothing: handlers are not inherited.
        signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        options = _parser().parse_args(arguments)
        status: int = options.command(options)
        sys.stdout.flush()
        return status
    except Failure as error:
        say(str(error))
        return error.status
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:  # the reader, such as `head`, has closed the pipe
        _discard_output()
        return 128 + 13  # what the shell shows for SIGPIPE
    except OSError as error:  # a full disk, a directory without write permission
        say(str(error))
        _discard_output()
        return 1


def _discard_output() -> None:
    """Python writes what is still buffered when it ends; that would fail again, with a traceback."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _end_in_order(number: int, frame: FrameType | None) -> None:
    """Ends as Ctrl+C does, through the context managers that end what was started."""
    raise SystemExit(128 + number)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lesson", allow_abbrev=False,
                                     description="Small programs that talk to each other, for chapters 7 and 8 of the "
                                     "book. Every command sets up what it needs first, and says what it does.")
    _add_common_options(parser, build_dir=SOURCE / "build", unicode=True)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, function: object, help: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, allow_abbrev=False, help=help, description=help)
        # Accepted after the command too; without a default there, which would overwrite a value given before it.
        _add_common_options(command, build_dir=argparse.SUPPRESS, unicode=argparse.SUPPRESS)
        command.set_defaults(command=function)
        return command

    show_list = add("list", _list, "Lists the lessons, their places in the book, their programs and scenes.")
    show_list.add_argument("--markdown", action="store_true", help="as the chapter map in README.md")
    show_list.add_argument("--language", choices=("ko", "en"), help="of the list (default: the system's)")

    run = add("run", _run, "Plays a scene of a lesson and shows what each program prints.")
    run.add_argument("lesson", metavar="LESSON", help="its name, as `lesson list` shows it")
    run.add_argument("scene", metavar="SCENE", nargs="?", help="its name (default: the lesson's main scene)")
    run.add_argument("--json", action="store_true", help="one JSON object a line, for scripts")
    run.add_argument("--calls", action="store_true", help="with the system calls, between the lines where they come")
    run.add_argument("--compare", action="store_true", help="plays the POSIX counterpart too, and shows both together")

    trace = add("trace", _trace, "Plays a scene and shows every call that its programs make.")
    trace.add_argument("lesson", metavar="LESSON", help="its name, or a FILE.jsonl with a recording")
    trace.add_argument("scene", metavar="SCENE", nargs="?", help="its name (default: the lesson's main scene)")
    trace.add_argument("--format", choices=(*views.FORMATS, "json"), default="text",
                       help="a table (the default), a Mermaid sequence diagram, a Trace Event file for ui.perfetto.dev "
                       "and chrome://tracing, or json: a recording to be kept, with all that happened and what each "
                       "call has changed")
    trace.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to write it (default: standard output)")

    show = add("demo", _demo, "Plays a scene step by step: before each call all programs stand still, until you press "
               "Enter.")
    show.add_argument("lesson", metavar="LESSON")
    show.add_argument("scene", metavar="SCENE", nargs="?", help="its name (default: the lesson's main scene)")
    show.add_argument("--all", action="store_true",
                      help="halts before every call, not only before those that the lesson is about")
    show.add_argument("--auto", type=float, metavar="SECONDS", help="goes on by itself; 0 as fast as it can")
    show.add_argument("--language", choices=("ko", "en"), help="of the narration (default: the system's)")

    start = add("exec", _exec, "Starts one program in this terminal. All that follows PROGRAM is passed on to it.")
    # PARSER: takes the first positional argument and everything after it, options included.
    start.add_argument("program", metavar="PROGRAM", nargs=argparse.PARSER, help="its name, and its arguments")

    test = add("test", _test, "Runs the tests, all or those of which the name contains a NAME.")
    test.add_argument("names", metavar="NAME", nargs="*")
    test.add_argument("--compiler", choices=compilers.COMPILERS,
                      help="builds the Win32 programs with this one, warnings as errors, and plays the scenes with "
                      "them where Wine can; for Linux")

    add("lint", _lint, "Checks the form of the sources: clang-format, mypy and flake8.")

    mutate = add("mutants", _mutants, "Breaks one thing at a time in a copy, and sees whether the tests notice it.")
    mutate.add_argument("names", metavar="NAME", nargs="*", help="of changes in tests/mutants.toml (default: all)")

    measure = add("bench", _bench, "Measures how fast something is, beside what it is to be compared with.")
    measure.add_argument("name", metavar="NAME", help=f"what to measure: {', '.join(bench.BENCHES)}")
    measure.add_argument("--against", metavar="FILE", type=Path, help="the ipc.csv of an earlier run of ipc: shows "
                         "this run divided by that one, figure by figure")

    add("setup", _setup, "Does all set-up that `run` and `exec` need, and nothing else.")
    add("doctor", _doctor, "Shows what is there, in which version, and how to get what is missing.")
    return parser


def _add_common_options(parser: argparse.ArgumentParser, build_dir: object, unicode: object) -> None:
    parser.add_argument("--build-dir", type=Path, metavar="DIR", default=build_dir,
                        help="where to build, and to keep the Wine prefix (default: build in the project)")
    text = parser.add_mutually_exclusive_group()
    text.add_argument("--unicode", dest="unicode", action="store_true", default=unicode,
                      help="Win32 programs with UTF-16 text (the default)")
    text.add_argument("--ansi", dest="unicode", action="store_false", default=unicode,
                      help="Win32 programs with the \"A\" functions and UTF-8 text")


def _list(options: argparse.Namespace) -> int:
    language = options.language or _language()
    complete, problems = lessons.survey(SOURCE)
    if options.markdown:
        print(chapter_map.as_table(complete, SOURCE, language), end="")
    else:
        print(chapter_map.as_list(complete, language), end="")
    if problems:
        raise lessons.LessonError(problems)
    return 0


def _run(options: argparse.Namespace) -> int:
    if options.compare and (options.json or options.calls):
        raise WrongUse("--compare has calls on both sides by itself; it goes with neither --calls nor --json.")
    lesson, chosen = _lesson_and_scene(options)
    scenes = [chosen, _posix_counterpart(lesson)] if options.compare else [chosen]
    build = Build(SOURCE, options.build_dir, options.unicode)
    _prepare_scenes(build, lesson, scenes, is_traced=options.calls or options.compare)
    if options.compare:
        return compare.compare(build, *scenes)
    return render.play(build, chosen, json=options.json, calls=options.calls)


def _trace(options: argparse.Namespace) -> int:
    text = _kept(options) if options.lesson.endswith(".jsonl") else _recorded(options)
    if text is None:
        return 1
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return 0


def _kept(options: argparse.Namespace) -> str:
    """What a file with a recording says."""
    if options.scene:
        raise WrongUse("A recording is of one scene: no SCENE is expected behind its file.")
    entries = recording.read(Path(options.lesson))
    if options.format == "json":
        return recording.to_text(entries)
    return views.rendered(record.Recording("", [], recording.calls(entries)), options.format)


def _recorded(options: argparse.Namespace) -> str | None:
    """What a run tells; None where it was not as the scene says."""
    lesson, chosen = _lesson_and_scene(options)
    build = Build(SOURCE, options.build_dir, options.unicode)
    if options.format == "json":
        _prepare_steps(build, lesson, chosen)
        return keep.record(build, lesson.name, chosen)
    _prepare_scenes(build, lesson, [chosen], is_traced=True)
    recorded = record.record(build, chosen)
    if recorded is None:
        return None
    for program, call in unrecorded.of(build, [call.lane for call in recorded.calls]):
        say(unrecorded.in_words(program, call))
    return views.rendered(recorded, options.format)


def _demo(options: argparse.Namespace) -> int:
    lesson, chosen = _lesson_and_scene(options)
    if options.auto is None and not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WrongUse("There is no terminal to press Enter at. With --auto SECONDS the demo goes on by itself.")
    if options.auto is not None and not 0 <= options.auto <= 3600:
        raise WrongUse("--auto: a number of seconds from 0 to 3600 is expected.")
    build = Build(SOURCE, options.build_dir, options.unicode)
    _prepare_steps(build, lesson, chosen)
    language = options.language or _language()
    return demo.play(build, chosen, f"{lesson.title[language]}  ·  {chosen.path.stem}", language, options.auto,
                     None if options.all else key_calls.KeyCalls(lesson))


def _lesson_and_scene(options: argparse.Namespace) -> tuple[lessons.Lesson, scene.Scene]:
    folders = lessons.folders(SOURCE)
    lesson = lessons.load(folders[_known(options.lesson, folders, "lesson")])
    scenes = {path.stem: path for path in lesson.scenes}
    path = scenes[_known(options.scene, scenes, f"scene of {lesson.name}")] if options.scene else lesson.scenes[0]
    return lesson, scene.load(path)


def _posix_counterpart(lesson: lessons.Lesson) -> scene.Scene:
    """The scene that lesson.toml names, or the first one that only POSIX programs play."""
    by_name = {path.stem: scene.load(path) for path in lesson.scenes}
    if lesson.posix_scene:
        return by_name[lesson.posix_scene]
    for found in by_name.values():
        if not any(map(is_win32, found.programs)):
            return found
    raise WrongUse(f"{lesson.name} has no scene of POSIX programs.")


def _prepare_scenes(build: Build, lesson: lessons.Lesson, scenes: list[scene.Scene], is_traced: bool) -> None:
    has_posix = any(not is_win32(program) for chosen in scenes for program in chosen.programs)
    prepare(build, programs=lesson.needed_by(program for chosen in scenes for program in chosen.programs),
            needs=packages.TO_TRACE_POSIX if is_traced and has_posix and os.name != "nt" else ())


def _prepare_steps(build: Build, lesson: lessons.Lesson, chosen: scene.Scene) -> None:
    """For a scene that is seen step by step."""
    if any(map(is_win32, chosen.programs)):
        prepare(build, programs=[*lesson.needed_by(chosen.programs), "Stepper"])
    else:  # a recording of strace
        _prepare_scenes(build, lesson, [chosen], is_traced=True)


def _exec(options: argparse.Namespace) -> int:
    name, *arguments = options.program
    build = Build(SOURCE, options.build_dir, options.unicode)
    lesson = lessons.of_program(SOURCE, name)
    if lesson is None:  # a program of the tests, or none
        prepare(build, programs=[])
        _known(name, build.all_programs(), "program")
    prepare(build, programs=lesson.needed_by([name]) if lesson else [name])
    command = build.command(name, arguments)
    if os.name == "nt":
        # Ctrl+C reaches the program too, and its exit status is the result.
        signal.signal(signal.SIGINT, lambda number, frame: None)
        return subprocess.call(command, env=build.environment())
    sys.stdout.flush()
    os.execve(command[0], command, build.environment())


def _test(options: argparse.Namespace) -> int:
    if options.compiler:
        return compilers.run(options.compiler, SOURCE, options.build_dir, options.unicode, options.names)
    return tests.run(SOURCE, options.build_dir, options.names)


def _lint(options: argparse.Namespace) -> int:
    return lint.run(SOURCE, options.build_dir)


def _mutants(options: argparse.Namespace) -> int:
    by_name = {mutant.name: mutant for mutant in mutants.load(SOURCE / "tests/mutants.toml")}
    chosen = [by_name[_known(name, by_name, "change")] for name in options.names] or list(by_name.values())
    return mutants.run(SOURCE, options.build_dir, chosen)


def _bench(options: argparse.Namespace) -> int:
    measure = bench.BENCHES[_known(options.name, bench.BENCHES, "benchmark")]
    build = Build(SOURCE, options.build_dir, options.unicode)
    if options.against:
        if measure is not bench_ipc.run:
            raise WrongUse(f"--against compares two runs of ipc, and {options.name} compares within one.")
        measure = functools.partial(bench_ipc.run, earlier=bench_ipc.read_table(options.against))
    prepare(build)
    measure(build)
    return 0


def _setup(options: argparse.Namespace) -> int:
    build = Build(SOURCE, options.build_dir, options.unicode)
    say("all is ready" if prepare(build) else "nothing was to do: all is ready")
    return 0


def _doctor(options: argparse.Namespace) -> int:
    return doctor.report(SOURCE, options.build_dir)


def _language() -> str:
    """Korean where the system's language is Korean, else English."""
    names = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    names.append(locale.setlocale(locale.LC_CTYPE, None))  # on Windows, where the environment has none: Korean_Korea
    return "ko" if next(filter(None, names), "").lower().startswith("ko") else "en"


def _known(name: str, names: Iterable[str], kind: str) -> str:
    """The name itself, if it is among the names; else WrongUse with those that are similar."""
    all_names = list(names)
    if name in all_names:
        return name
    by_folded = {known.casefold(): known for known in all_names}
    near = [by_folded[folded] for folded in difflib.get_close_matches(name.casefold(), by_folded, cutoff=0.5)]
    offer = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(all_names) or 'none'}."
    raise WrongUse(f"There is no {kind} {name!r}. {offer}")
