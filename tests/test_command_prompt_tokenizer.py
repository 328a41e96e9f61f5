"""A bounded search, by libFuzzer, for a line that the command prompt's tokenizer does not survive."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import DEADLINE_S, SOURCE

RUNS = 50000
SEEDS = ['echo "a b" c\\" \\\\\\\\"', "a < b | c > d &", "가 | 나 >> 다"]


def compile_with_clang(directory: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["clang", "-g", "-O1", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all",
                           *arguments, "-o", str(directory / "fuzz")], capture_output=True)


def test_no_line_breaks_the_tokenizer(tmp_path: Path) -> None:
    (tmp_path / "empty.c").write_text("int LLVMFuzzerTestOneInput(void);\n"
                                      "int LLVMFuzzerTestOneInput(void) { return 0; }\n")
    if not shutil.which("clang") or compile_with_clang(tmp_path, str(tmp_path / "empty.c")).returncode != 0:
        pytest.skip("needs clang and its libFuzzer")

    lesson = SOURCE / "chapter08/07-command-prompt/shared"
    sources = [SOURCE / "tests/fuzz/tokenizer.c", lesson / "parser.c", lesson / "tokenizer.c"]
    made = compile_with_clang(tmp_path, f"-I{SOURCE}/common/posix", f"-I{lesson}", *map(str, sources))
    assert made.returncode == 0, made.stderr.decode()

    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, seed in enumerate(SEEDS):
        (corpus / str(number)).write_text(seed, encoding="utf-8")
    search = subprocess.run([str(tmp_path / "fuzz"), f"-runs={RUNS}", f"-max_total_time={DEADLINE_S:.0f}", "-seed=1",
                             "-max_len=200", str(corpus)], capture_output=True, cwd=tmp_path)
    assert search.returncode == 0, search.stderr.decode(errors="replace")
