"""Makes the recorders of a trace from their table:

    trace_calls.py TABLE LIBRARY=HEADER,SOURCE...

SOURCE gets the recorders of the calls of one LIBRARY of Windows, HEADER what routes a program's calls to them; trace.h
and trace_sockets.h include it. A call that takes text has two recorders, of its W form and of its A form.

The comments in the table say how a call is described. A parameter without a colon is shown as TYPES below says for its
type, one with a colon as

    a set of constants      by their names; out_SET when the call writes the value
    process                 a handle that may be one of a process, with its id
    handles(COUNT)          an array of handles
    made(TYPE)              a new handle
    made_in(PROCESS)        a new handle in that process
    data(BYTES)             the data that the call takes
    read(BYTES, ROOM)       the data that it gives: *BYTES of them, at most ROOM
    received(ROOM)          the same, where the result is their number
    chars(COUNT), read_chars(COUNT, ROOM)      the same as data and read, where characters are counted
    out_text, out_result_text(ROOM)    the text that it gives; in the latter case if the result is less than ROOM
    buffers(COUNT), out_buffers(COUNT, READ)   the data in the buffers of WSASend and WSARecv
    startup(FLAGS), attribute_value(ATTRIBUTE, BYTES), address, out_address, large      by their fields
    start(TRAMPOLINE), start_parameter         what a new thread is to run, and what it is given
    thread                  a handle of a thread, with its id
    given                   whether it is NULL or 0
    pointer                 an address, which tells whether two are the same
    skip                    not at all
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

# How a parameter of this type is shown. What begins with out_ is known after the call.
TYPES = {
    "HANDLE": "handle", "SOCKET": "socket", "BOOL": "bool", "LPCTSTR": "text", "LPTSTR": "text", "PCSTR": "text",
    "WSAEVENT": "handle", "LPSECURITY_ATTRIBUTES": "security", "LPOVERLAPPED": "overlapped",
    "LPWSAOVERLAPPED": "overlapped", "LARGE_INTEGER": "large_value",
    "LPPROC_THREAD_ATTRIBUTE_LIST": "pointer",
    "LPDWORD": "out_number", "PDWORD": "out_number", "PULONG": "out_number", "LPLONG": "out_number",
    "PSIZE_T": "out_number", "PLARGE_INTEGER": "out_large",
    "unsigned*": "out_number", "LPPROCESS_INFORMATION": "out_process_information",
    "LPPROCESSENTRY32": "out_process_entry",
} | dict.fromkeys(["DWORD", "UINT", "ULONG", "LONG", "int", "INT", "long", "SIZE_T", "WORD", "GROUP",
                   "unsigned"], "number")

# The types of a call that has two forms, in its W form and in its A form. The plain name is one of the two.
FORMS = {
    "LPCTSTR": ("LPCWSTR", "LPCSTR"), "LPTSTR": ("LPWSTR", "LPSTR"), "LPTCH": ("LPWCH", "LPCH"),
    "LPSTARTUPINFO": ("LPSTARTUPINFOW", "LPSTARTUPINFOA"),
    "LPPROCESSENTRY32": ("LPPROCESSENTRY32W", "LPPROCESSENTRY32"),
    "LPWSAPROTOCOL_INFO": ("LPWSAPROTOCOL_INFOW", "LPWSAPROTOCOL_INFOA"),
}

# What may stand behind a prototype; the comments in the table say what it means.
WORDS = {"asks_local", "asks_peer", "blocks", "ends_process", "ends_runtime", "ends_thread", "fails", "made",
         "may_exist", "plain_is_ansi", "shows"}

POINTERS = {"LPVOID", "LPWCH", "LPCH"}
FAILED = {"BOOL": "FALSE", "HANDLE": "NULL"} | dict.fromkeys(POINTERS, "NULL")


@dataclass
class Parameter:
    type: str
    name: str
    kind: str
    operands: list[str]


@dataclass
class Call:
    library: str
    result: str
    name: str
    parameters: list[Parameter]
    words: dict[str, list[str]] = field(default_factory=dict)
    form: str = ""  # "W" or "A", where the call has both

    @property
    def function(self) -> str:
        """What the form is called."""
        return self.name if self.form == "A" and "plain_is_ansi" in self.words else self.name + self.form

    @property
    def gives(self) -> bool:
        """Whether it has a result."""
        return self.result not in ("void", "noreturn")

    def text(self, pointer: str) -> str:
        """A text of this call, as the functions of the recorders take it."""
        return f"trace_{'wide' if self.form == 'W' else 'ansi'}({pointer})"

    def forms(self) -> list[Call]:
        """The W form and the A form, or the call itself where it has only one."""
        has_text = {self.result, *(one.type for one in self.parameters)} & set(FORMS)
        if not has_text and not any(one.kind in ("chars", "read_chars") for one in self.parameters):
            return [self]
        return [replace(self, form=form, result=_in_form(self.result, number),
                        parameters=[replace(one, type=_in_form(one.type, number)) for one in self.parameters])
                for number, form in enumerate("WA")]


def _in_form(of: str, number: int) -> str:
    return FORMS[of][number] if of in FORMS else of


@dataclass
class Constants:
    name: str
    are_flags: bool
    members: list[str]


class TableError(Exception):
    pass


_WORD = re.compile(r"(\w+)(?:\(([^)]*)\))?")
_PARAMETER = re.compile(r"(?P<type>(?:const )?\w+\*?) (?P<name>\w+)(?::(?P<kind>\w+)(?:\((?P<operands>[^)]*)\))?)?")
_CALL = re.compile(r"(?P<result>\w+) (?P<name>\w+)\((?P<parameters>(?:[^()]|\([^()]*\))*)\)(?P<words>.*)")


def read(path: Path) -> tuple[list[Call], dict[str, Constants]]:
    calls: list[Call] = []
    constants: dict[str, Constants] = {}
    library = ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if found := re.fullmatch(r"(flags|values) (\w+): (.+)", line):
            constants[found[2]] = Constants(found[2], found[1] == "flags", found[3].split())
        elif found := re.fullmatch(r"library (\w+)", line):
            library = found[1]
        elif found := _CALL.fullmatch(line):
            try:
                if found["name"] in {call.name for call in calls}:
                    raise TableError(f"{found['name']} stands here twice")
                calls.append(_call(library, found))
            except TableError as error:
                raise TableError(f"{path}:{number}: {error}") from error
        else:
            raise TableError(f"{path}:{number}: expected a prototype, 'flags', 'values' or 'library', found {line!r}")
    return calls, constants


def _call(library: str, found: re.Match[str]) -> Call:
    parameters = []
    for text in re.split(r", (?![^(]*\))", found["parameters"]) if found["parameters"] else []:
        one = _PARAMETER.fullmatch(text)
        if not one:
            raise TableError(f"expected 'TYPE NAME' or 'TYPE NAME:KIND', found {text!r}")
        kind = one["kind"] or TYPES.get(one["type"])
        if kind is None:
            raise TableError(f"{one['type']} {one['name']}: this type needs a kind behind the name")
        parameters.append(Parameter(one["type"], one["name"], kind, _operands(one["operands"])))
    words = {word[1]: _operands(word[2]) for word in _WORD.finditer(found["words"])}
    if unknown := set(words) - WORDS:
        raise TableError(f"unknown word {unknown.pop()!r}")
    return Call(library, found["result"], found["name"], parameters, words)


def _operands(text: str | None) -> list[str]:
    return text.split(", ") if text else []


def prototype(call: Call) -> str:
    parameters = "".join(f", {one.type} {one.name}" for one in call.parameters)
    result = "_Noreturn void" if call.result == "noreturn" else call.result
    return f"{result} trace_{call.name}{call.form}(trace_place place{parameters})"


def recorder(call: Call, constants: dict[str, Constants]) -> str:
    real = _real(call)
    before: list[str] = []
    after: list[str] = []
    for one in call.parameters:
        if one.kind in ("skip", "start"):
            continue
        if _is_written(one):
            after.append(f"        if ({one.name} != NULL) {{\n            trace_fill(&call, {len(after)});\n"
                         f"            {_written(call, one, constants)}\n        }}\n")
            before.append(f'    trace_later(&call, "{one.name}", {one.name} != NULL);\n')
        else:
            before.append(f"    {_taken(call, one, constants)}\n")

    if call.result == "noreturn":
        return _last_recorder(call, before)
    text = f"{prototype(call)}\n{{\n"
    text += f'    trace_call call;\n\n    if (!trace_is_on || !trace_begin(&call, "{call.name}", place))'
    text += f"\n        return {real};\n" if call.gives else f" {{\n        {real};\n        return;\n    }}\n"
    text += "".join(before)
    text += f"    trace_enter(&call, {_bool('blocks' in call.words)});\n"
    if "ends_process" in call.words:
        code, process = call.words["ends_process"]
        text += (f"    if ({process} == GetCurrentProcess()) {{\n        trace_result(&call);\n"
                 f"        trace_process_end(&call, {code});\n    }}\n")
    text += _real_call(call)
    text += f"    trace_leave(&call, {_success(call)}, {_bool('may_exist' in call.words)});\n"
    if any(one.kind == "start" for one in call.parameters):
        text += f"    trace_started(start, {_success(call)});\n"
    if after:
        # From the last to the first, since what is filled in moves what stands behind it.
        text += "    if (trace_has_output(&call)) {\n" + "".join(reversed(after)) + "    }\n"
    text += "    trace_result(&call);\n"
    if call.gives:
        text += f"    {_result(call, constants)}\n"
    for word in ("local", "peer"):
        if f"asks_{word}" in call.words:
            text += f'    if ({_success(call)})\n        trace_{word}(&call, {call.words[f"asks_{word}"][0]});\n'
    return text + "    trace_end(&call);\n" + ("    return result;\n" if call.gives else "") + "}\n"


def _last_recorder(call: Call, before: list[str]) -> str:
    """Of a call that does not return: the line is written before it."""
    (word, (code,)), = call.words.items()
    # A demo does not halt for the C run-time, by which the library ends a program, too.
    enter = "" if call.library == "runtime" else "        trace_enter(&call, false);\n"
    given = "".join(f"    {line}" for line in before)
    return (f"{prototype(call)}\n{{\n    trace_call call;\n\n"
            f'    if (trace_is_on && trace_begin(&call, "{call.name}", place)) {{\n{given}{enter}'
            "        trace_result(&call);\n"
            f"        trace_{word.removeprefix('ends_')}_end(&call, (DWORD){code});\n    }}\n    {_real(call)};\n"
            "    for (;;) { /* not every compiler knows that it does not return */\n    }\n}\n")


def _real(call: Call) -> str:
    """The call itself."""
    return f"{call.function}({', '.join(one.name for one in call.parameters)})"


def _real_call(call: Call) -> str:
    """The same with the trace on."""
    given = {one.kind: one for one in call.parameters}
    result = f"{call.result} result = " if call.gives else ""
    if "start" not in given:
        return f"    {result}{_real(call)};\n"
    passed = {"start": f"trace_run_{given['start'].operands[0]}", "start_parameter": "start"}
    real = f"{call.function}({', '.join(passed.get(one.kind, one.name) for one in call.parameters)})"
    return (f"    trace_start *start = trace_make_start(&call, (void (*)(void)){given['start'].name}, "
            f"{given['start_parameter'].name});\n    {result}{real};\n")


def _is_written(one: Parameter) -> bool:
    return one.kind.startswith("out_") or one.kind in ("read", "read_chars", "received", "made", "made_in")


def _success(call: Call) -> str:
    if not call.gives:
        return "true"
    failed = call.words["fails"][0] if "fails" in call.words else FAILED.get(call.result)
    return "true" if failed is None else "result == 0" if failed == "nonzero" else f"result != {failed}"


def _taken(call: Call, one: Parameter, constants: dict[str, Constants]) -> str:
    """Shows what the caller gives, before the call."""
    name, kind, operands = one.name, one.kind, one.operands
    if kind in constants:
        value = f"{name} == NULL ? 0 : *{name}" if one.type.startswith("LP") else name
        return f'trace_constant(&call, "{name}", &{kind}_names, (DWORD)({value}));'
    if kind == "text":
        return f'trace_text(&call, "{name}", {call.text(name)});'
    if kind == "number":
        return f'trace_number(&call, "{name}", (LONGLONG){name});'
    if kind in ("given", "start_parameter"):
        return f'trace_given(&call, "{name}", {name} != 0);'
    if kind == "large":
        return f'trace_number(&call, "{name}", {name} == NULL ? 0 : {name}->QuadPart);'
    if kind == "large_value":
        return f'trace_number(&call, "{name}", {name}.QuadPart);'
    if kind == "socket":
        return f'trace_handle(&call, "{name}", (HANDLE){name});'
    if kind == "chars":
        return f'trace_chars(&call, "{name}", {call.text(name)}, {operands[0]});'
    if kind == "data":
        return f'trace_data(&call, "{name}", {name}, (size_t){operands[0]});'
    if kind == "buffers":
        return f'trace_buffers(&call, "{name}", {name}, {operands[0]}, MAXDWORD);'
    if kind == "startup":
        # The two forms of the structure differ in the types of texts that are not shown.
        return f'trace_startup(&call, "{name}", (const STARTUPINFOW *){name}, {operands[0]});'
    rest = "".join(f", {operand}" for operand in operands)
    return f'trace_{kind}(&call, "{name}", {name}{rest});'


def _written(call: Call, one: Parameter, constants: dict[str, Constants]) -> str:
    """Shows what the call has written, after it."""
    name, kind, operands = one.name, one.kind.removeprefix("out_"), one.operands
    if kind in constants:
        return f"trace_constant(&call, NULL, &{kind}_names, *{name});"
    if kind == "number":
        return f"trace_number(&call, NULL, (LONGLONG)*{name});"
    if kind == "large":
        return f"trace_number(&call, NULL, {name}->QuadPart);"
    if kind == "made":
        return f'trace_made(&call, NULL, *{name}, "{operands[0]}", no_text);'
    if kind == "made_in":
        return f"trace_made_in(&call, NULL, *{name}, {operands[0]});"
    if kind == "read":
        return f"trace_data(&call, NULL, {name}, trace_count({', '.join(operands)}));"
    if kind == "read_chars":
        return f"trace_chars(&call, NULL, {call.text(name)}, trace_count({', '.join(operands)}));"
    if kind == "received":
        return f"trace_data(&call, NULL, {name}, (size_t)result);"
    if kind == "pointer":
        return f"trace_pointer(&call, NULL, *{name});"
    if kind == "buffers":
        return f"trace_buffers(&call, NULL, {name}, {operands[0]}, {operands[1]} == NULL ? 0 : *{operands[1]});"
    if kind == "text":
        return f"trace_text(&call, NULL, {call.text(name)});"
    if kind == "result_text":
        return f"trace_text(&call, NULL, {call.text(f'result < {operands[0]} ? {name} : NULL')});"
    if kind == "process_entry":
        return (f"trace_process_entry(&call, NULL, {call.text(f'{name}->szExeFile')}, {name}->th32ProcessID, "
                f"{name}->th32ParentProcessID);")
    return f"trace_{kind}(&call, NULL, {name});"


def _result(call: Call, constants: dict[str, Constants]) -> str:
    if "made" in call.words:
        kind, *name = call.words["made"]
        value = "result" if call.result == "HANDLE" else "(HANDLE)result"
        return f'trace_made(&call, "result", {value}, "{kind}", {call.text(name[0]) if name else "no_text"});'
    shows = call.words.get("shows", [""])[0]
    if shows in constants:
        return f'trace_constant(&call, "result", &{shows}_names, result);'
    if shows:
        value = "(HANDLE)result" if shows == "handle" else "result"
        return f'trace_{shows}(&call, "result", {value});'
    kind = {"BOOL": "bool", "HANDLE": "handle"}.get(call.result, "pointer" if call.result in POINTERS else "number")
    return f'trace_{kind}(&call, "result", result);'


def _bool(value: bool) -> str:
    return "true" if value else "false"


def header(calls: list[Call]) -> str:
    """Function-like macros: a name without a parenthesis behind it stays the function of Windows. Windows' own macros
    make CreateFileW or CreateFileA of CreateFile, so these two names are enough."""
    text = "/* Made by trace_calls.py from trace_calls.txt. */\n\n"
    macros = "\n/* The recorders themselves make the real calls. */\n#ifndef TRACE_RECORDERS\n"
    for call in calls:
        for form in call.forms():
            passed = "TRACE_HERE, __VA_ARGS__" if call.parameters else "TRACE_HERE"
            macro = (f"#define {form.function}({'...' if call.parameters else ''}) "
                     f"trace_{form.name}{form.form}({passed})\n")
            text += _only_where_it_is(form, f"{prototype(form)};\n")
            macros += _only_where_it_is(form, macro)
    return f"{text}{macros}#endif\n"


def _only_where_it_is(form: Call, text: str) -> str:
    """With UNICODE there is no name for an A form that has the plain name."""
    return text if form.function.endswith(form.form) else f"#ifndef UNICODE\n{text}#endif\n"


def source(calls: list[Call], constants: dict[str, Constants], header_file: str) -> str:
    text = "/* Made by trace_calls.py from trace_calls.txt. */\n#define TRACE_RECORDERS\n"
    text += '#include "trace_record.h"\n\n#include <tlhelp32.h>\n#include <ws2tcpip.h>\n\n'
    text += f'#include "{header_file}"\n'
    body = "\n".join(_only_where_it_is(form, recorder(form, constants)) for call in calls for form in call.forms())
    for one in constants.values():
        if f"&{one.name}_names," not in body:
            continue
        members = "".join(f'    {{(DWORD){member}, "{member}"}},\n' for member in one.members)
        text += f"\nstatic const trace_name {one.name}_list[] = {{\n{members}}};\n"
        text += (f"static const trace_names {one.name}_names = {{{one.name}_list, {len(one.members)}, "
                 f"{_bool(one.are_flags)}}};\n")
    return f"{text}\n{body}"


def main(table: str, *made: str) -> None:
    calls, constants = read(Path(table))
    for one in made:
        library, header_file, source_file = re.split("[=,]", one, maxsplit=2)
        chosen = [call for call in calls if call.library == library]
        Path(header_file).write_text(header(chosen), encoding="utf-8")
        Path(source_file).write_text(source(chosen, constants, Path(header_file).name), encoding="utf-8")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except TableError as error:
        sys.exit(str(error))
