"""What `scale.py` measures: each kind of data in any size, and the commands that are run over it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.overhead import SUITE
from benchmarks.reports import MAIN

Row = dict[str, Any]
SENTENCE = "세종은 1443년에 훈민정음을 만들고, 1446년에 이를 반포하였다. "
CONTEXTS, OPTION_ITEMS, OUTPUTS = 24, 2000, 24
"""How many items there are where the length of a text is what grows."""
TOKENS_A_SENTENCE = 25
"""Of Gemma's tokenizer, about: an option of 300 tokens has twelve sentences."""
TALKER = """
from pytest_haerae.testing import ScriptedBackend

class Talker(ScriptedBackend):
    methods = frozenset({{"generate"}})

    def answer(self, number, request):
        return {sentence!r} * {times} + "정답: (" + "AB"[number % 2] + ")"

def pytest_haerae_backends():
    return {{"talker": Talker}}
"""


@dataclass(frozen=True)
class Kind:
    """Data that grow in one way.

    Attributes:
        unit: What is counted.
        sizes: Of the whole benchmark, ascending: each about twice the one before.
        tiny: Of a rehearsal.
        prepare: Writes the data of a size into a folder.
        commands: What runs over them, by name: arguments of this interpreter, in which ``{model}`` stands for a
            checkpoint. One after the other in one folder: a later one has what an earlier one wrote.
    """

    unit: str
    sizes: Sequence[int]
    tiny: Sequence[int]
    prepare: Callable[[Path, int], None]
    commands: Mapping[str, Sequence[str]]


def pytest_run(method: str, model: str = "random") -> Sequence[str]:
    """A whole run of pytest."""
    return ("-m", "pytest", "-q", "test_items.py", f"--model={model}", f"--method={method}")


RUNS = {method: pytest_run(method) for method in ("log_likelihood", "string_match")}
VIEW = {"view": ("-c", MAIN, "view", ".haerae/report.json", "--no-open", "--output", "page.html")}
LOCAL = ("-m", "benchmarks.scale_local", "{model}", "questions")


def write(folder: Path, files: Mapping[str, Iterator[Row]]) -> None:
    """Write a suite and its questions: rows by the names of their subsets."""
    (folder / "questions").mkdir(parents=True)
    (folder / "test_items.py").write_text(SUITE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for name, rows in files.items():
        with (folder / "questions" / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def row(number: int, options: Sequence[str] = ("가", "나", "다", "라"), context: str = "") -> Row:
    """A question."""
    about = {"context": context} if context else {}
    return {**about, "question": f"{number}번 문제", "options": list(options), "answer": "AB"[number % 2]}


def write_passages(folder: Path, rows: int) -> None:
    """Questions of which fifty share a passage of 2,000 characters."""
    write(folder, {"all": (row(number, context=_text(number // 50, 2000)) for number in range(rows))})


def write_subsets(folder: Path, subsets: int) -> None:
    """Subsets of eight questions, with Korean names."""
    write(
        folder,
        {f"과목{name:04d}": (row(8 * name + number) for number in range(8)) for name in range(subsets)},
    )


def write_contexts(folder: Path, characters: int) -> None:
    """Questions about a passage each, of so many characters."""
    write(folder, {"all": (row(number, context=_text(number, characters)) for number in range(CONTEXTS))})


def write_options(folder: Path, tokens: int) -> None:
    """Questions with four options of so many tokens."""
    length = tokens * len(SENTENCE) // TOKENS_A_SENTENCE

    def rows() -> Iterator[Row]:
        for number in range(OPTION_ITEMS):
            yield row(number, [_text(4 * number + place, length) for place in range(4)])

    write(folder, {"all": rows()})
    (folder / "text.toml").write_text('template = "{stem}"\ncontinuation = "text"\n', encoding="utf-8")


def write_outputs(folder: Path, characters: int) -> None:
    """Questions, and a backend that says so many characters before it answers."""
    write(folder, {"all": (row(number) for number in range(OUTPUTS))})
    talker = TALKER.format(sentence=SENTENCE, times=characters // len(SENTENCE))
    (folder / "conftest.py").write_text(talker, encoding="utf-8")


def _text(number: int, length: int) -> str:
    """A text of its own, of so many characters."""
    return (f"{number}째 글이다. " + SENTENCE * (length // len(SENTENCE) + 1))[:length].strip()


KINDS: Mapping[str, Kind] = {
    "passages": Kind("row", (25_000, 50_000, 100_000), (50, 100, 200), write_passages, RUNS),
    "subsets": Kind("subset", (500, 1000, 2000), (2, 4, 8), write_subsets, {**RUNS, **VIEW}),
    "options": Kind(
        "token of an option",
        (75, 150, 300),
        (4, 8, 16),
        write_options,
        {
            "log_likelihood": (*RUNS["log_likelihood"], "--prompt=text.toml"),
            **VIEW,
            "outside the model": (*LOCAL, "--prompt", "text.toml"),
        },
    ),
    "contexts": Kind(
        "character of a context",
        (250_000, 500_000, 1_000_000),
        (200, 400, 800),
        write_contexts,
        {**RUNS, **VIEW, "outside the model": (*LOCAL, "--limit", "6")},
    ),
    "outputs": Kind(
        "character of an output",
        (250_000, 500_000, 1_000_000),
        (200, 400, 800),
        write_outputs,
        {"string_match": pytest_run("string_match", "talker"), **VIEW},
    ),
}
"""By name."""
