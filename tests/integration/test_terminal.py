"""What the terminal shows of a run: while it asks, of each test, and of wrong items at the end."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pytest_haerae.report.show.layout import display_width
from tests.integration.always import ITEMS, MODES, WRONG
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

BACKEND = """
import os
from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Chosen(ScriptedBackend):
    methods = frozenset({"generate"})

    def answer(self, number, request):
        seconds, said = number / 4, os.environ.get("SAID", "생각해 보면 정답: (A)입니다.")
        if said == "mixed":
            said = ["(A)", "(A) 또는 (B)", "모르겠", "error"][number % 4]
        if said == "error":
            return Response(error=f"HTTP 500 after {number} tries")
        reason = "length" if said == "모르겠" else "stop"
        return Response(text=said, latency_seconds=seconds, prompt_tokens=300, completion_tokens=8, cost_usd=0.25,
                        finish_reason=reason)

def pytest_haerae_backends():
    return {"chosen": Chosen}
"""
LINE = re.compile(r"^  (?:lost: )?[\w-]+-\d{4} (wrong|invalid|cut):", re.MULTILINE)
RED, YELLOW, GREEN, RESET = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[0m"


@pytest.fixture
def chosen(evaluate: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Evaluate:
    """Run the suite with a backend that says what the variable SAID says, in a terminal of 60 columns."""
    monkeypatch.setenv("COLUMNS", "60")
    pytester.makeconftest(BACKEND)

    def run(*options: str, model: str | None = "chosen", inprocess: bool = False) -> pytest.RunResult:
        return evaluate(*options, model=model, inprocess=inprocess)

    return run


def listed(result: pytest.RunResult) -> Counter[str]:
    """How many items of each outcome are listed at the end."""
    return Counter(LINE.findall(result.stdout.str()))


@MODES
def test_verbose_shows_what_was_asked_and_said_and_the_words_that_were_read(
    chosen: Evaluate, workers: tuple[str, ...]
) -> None:
    result = chosen("-v", *workers)
    assert listed(result) == {"wrong": 5}
    lines = result.outlines
    begin = next(number for number, line in enumerate(lines) if LINE.match(line))
    end = next(number for number, line in enumerate(lines) if LINE.match(line) and number > begin)
    shown = [line.strip() for line in lines[begin + 1 : end]]
    assert shown.index("prompt:") < shown.index("options:") < shown.index("output:")
    assert any(line.startswith("| ### 질문:") or "번 문제" in line for line in shown)
    assert "(A) 가 <- prediction" in shown
    assert "(B) 나 <- reference" in shown
    assert shown[-1] == "| 생각해 보면 »정답: (A)입니다.«"
    assert max(map(display_width, lines[begin:end])) <= 60


def test_verbose_shows_log_likelihoods(chosen: Evaluate) -> None:
    result = chosen("-v", "--method=log_likelihood", model="random")
    assert re.search(r"^    \(A\) -\d+\.\d{4} 가", result.stdout.str(), re.MULTILINE)


def test_very_verbose_shows_all(chosen: Evaluate) -> None:
    assert listed(chosen("-vv")) == {"wrong": WRONG}


MIXED = {"wrong": 0, "invalid": 10, "cut": 10}
"""Of forty items: those with number 0 modulo 4 are answered A, which is right, and a quarter are errors."""


@pytest.mark.parametrize(
    ("letters", "outcomes"),
    [
        ("-rw", ["wrong"]),
        pytest.param("-rf", ["wrong"], marks=pytest.mark.server),
        ("-rfE", ["wrong"]),
        ("-ri", ["invalid"]),
        pytest.param("-rc", ["cut"], marks=pytest.mark.server),
        ("-ra", ["wrong", "invalid", "cut"]),
        pytest.param("-rA", ["wrong", "invalid", "cut"], marks=pytest.mark.server),
        pytest.param("-rNi", ["invalid"], marks=pytest.mark.server),
    ],
)
def test_a_letter_lists_all_items_of_its_outcome(
    chosen: Evaluate, monkeypatch: pytest.MonkeyPatch, letters: str, outcomes: list[str]
) -> None:
    for said, numbers in (("(A)", {"wrong": WRONG}), ("mixed", MIXED)):
        monkeypatch.setenv("SAID", said)
        wanted = {outcome: numbers[outcome] for outcome in outcomes if numbers.get(outcome)}
        every = {outcome: number for outcome, number in numbers.items() if number}
        found = listed(chosen(letters, "--max-error-rate=1"))
        assert found == wanted if wanted else found.total() == 5 <= sum(every.values())


@pytest.mark.parametrize("options", [[], ["--disable-warnings", "-rsp"]], ids=" ".join)
def test_where_nobody_asks_for_all_five_are_listed(chosen: Evaluate, options: list[str]) -> None:
    """Warnings are `w`, too, and always on."""
    result = chosen(*options)
    assert listed(result) == {"wrong": 5}
    assert "30 items answered wrong; 5 listed (-ra: all, -v: more):" in result.outlines


def write_two_subsets(folder: Path) -> None:
    (folder / "questions.jsonl").unlink()
    data = folder / "quiz"
    data.mkdir()
    for name, letters in (("first", "AAABBB"), ("second", "ABBB")):
        rows = [
            {"question": f"{name} {number}번 문제는?", "options": ["가", "나"], "answer": letter}
            for number, letter in enumerate(letters)
        ]
        (data / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    suite = (folder / "test_mine.py").read_text(encoding="utf-8")
    (folder / "test_mine.py").write_text(suite.replace("questions.jsonl", "quiz"), encoding="utf-8")


@MODES
def test_what_was_lost_is_listed_first_and_one_of_each_subset_before_a_second(
    chosen: Evaluate, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    write_two_subsets(pytester.path)
    monkeypatch.setenv("SAID", "(B)")
    assert chosen("--baseline-write=base.json").ret == 0
    monkeypatch.setenv("SAID", "(A)")
    for options, number in (((), 5), (("-rw",), 6)):
        result = chosen("--baseline=base.json", "--max-drop=1", *options, *workers)
        names = re.findall(r"^  (lost: )?(\w+-\d{4}) wrong", result.stdout.str(), re.MULTILINE)
        order = ["first-0003", "second-0001", "first-0004", "second-0002", "first-0005", "second-0003"]
        assert names == [("lost: ", name) for name in order[:number]]
    assert "items answered wrong: 6, 6 of them right in the baseline" in result.outlines


@MODES
def test_outcomes_and_verdicts_of_gates_have_their_colours(
    chosen: Evaluate, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SAID", "mixed")
    gates = ["--min-accuracy=0.1", "--min-accuracy=questions=0.9", "--max-error-rate=1"]
    text = chosen("--color=yes", *gates, *workers).stdout.str()
    for letter in "ic":
        assert f"{YELLOW}{letter}{RESET}" in text
    assert f"{RED}E{RESET}" in text
    assert f"{GREEN}gate min-accuracy: PASSED" in text
    assert f"{RED}gate min-accuracy questions: FAILED" in text
    monkeypatch.setenv("SAID", "(A)")
    text = chosen(
        "--color=yes", "--min-accuracy=0.9", "-k", "questions", "--deselect=test_mine.py::test_mine[questions-0000]"
    ).stdout.str()
    assert f"{RED}w{RESET}" in text
    assert f"{YELLOW}gate min-accuracy: NOT EVALUATED" in text


@MODES
@pytest.mark.parametrize("options", [["-ra"], ["-rfE"]], ids=" ".join)
def test_equal_errors_are_shown_once_with_their_number(
    chosen: Evaluate, monkeypatch: pytest.MonkeyPatch, options: list[str], workers: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SAID", "error")
    result = chosen(*options, *workers)
    assert result.ret == 1
    text = result.stdout.str()
    ((name, number),) = re.findall(r"^40 items alike: questions-(\d+): HTTP 500 after (\d+) tries$", text, re.MULTILINE)
    assert int(name) == int(number)
    if not workers:  # of two workers, the first that arrives
        assert name == "0000"
    assert len(re.findall("HTTP 500 after", text)) == 1
    result.stdout.fnmatch_lines(["ERROR test_mine.py::test_mine?questions-" + name + "? - 40 items*"])
    result.stdout.fnmatch_lines(["*40 errors in*"])


def test_durations_are_those_of_answers_and_of_tests_apart(chosen: Evaluate) -> None:
    result = chosen("--durations=3", "--durations-min=0.0")
    lines = result.outlines
    begin = next(number for number, line in enumerate(lines) if "slowest 3 answers" in line)
    assert lines[begin + 1 : begin + 4] == [
        f"{number / 4:.2f}s answer   test_mine.py::test_mine[questions-{number:04d}]" for number in (39, 38, 37)
    ]
    tests = lines[next(number for number, line in enumerate(lines) if "slowest 3 durations" in line) + 1 :][:3]
    assert all(float(line.partition("s ")[0]) < 5 for line in tests), "a test looks its answer up"


def test_a_backend_that_does_not_say_has_no_slowest_answers(chosen: Evaluate) -> None:
    assert "answers ===" not in chosen("--durations=3", "--durations-min=0.0", model="random").stdout.str()


def test_plain_lines_say_how_it_stands_and_quiet_says_nothing(chosen: Evaluate) -> None:
    (line,) = [line for line in chosen().outlines if line.startswith("haerae") and "40/40" in line]
    assert ("acc 0.250" in line, len(line) < 60) == (True, True)
    assert "40/40" in chosen("-q").stdout.str()
    assert "haerae" not in chosen("-q", "-q").stdout.str()


def in_a_terminal(columns: int, *options: str) -> str:
    """What pytest writes where its output is a terminal."""
    pty = pytest.importorskip("pty", reason="there are no such terminals here")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "pytest", "--model=chosen", *options]
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": "xterm"}
    written = b""
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower, env=environment) as process:
        os.close(follower)
        try:
            while part := os.read(leader, 65536):
                written += part
        except OSError:  # Linux tells the end so
            pass
        finally:
            os.close(leader)
    assert process.returncode == 0
    return written.decode()


@pytest.mark.parametrize("columns", [40, pytest.param(60, marks=pytest.mark.server), 80])
@MODES
def test_the_live_line_is_rewritten_and_fits(chosen: Evaluate, columns: int, workers: tuple[str, ...]) -> None:
    text = in_a_terminal(columns, *workers)
    lines = [part for part in re.split(r"[\r\n]", text) if re.search(r"\d+/40\b", part) and "haerae" in part]
    assert lines
    plain = [re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line) for line in lines]
    assert max(map(display_width, plain)) < columns
    assert all(("acc 0.250" in plain[-1], "40/40" in plain[-1]))
    if columns == 80:
        assert "10.0000 USD" in plain[-1]
    assert "40/40" not in in_a_terminal(columns, "-q", "-q", *workers)


@pytest.mark.parametrize("columns", [40, pytest.param(60, marks=pytest.mark.server)])
@pytest.mark.parametrize("options", [["-v"], ["-vv"]], ids=" ".join)
def test_no_line_of_an_item_is_wider_than_a_narrow_terminal(
    chosen: Evaluate, monkeypatch: pytest.MonkeyPatch, columns: int, options: list[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("SAID", "가나다라마바사 " * 30 + "\x1b[2J::error::정답: (A)")
    lines = chosen(*options).outlines
    begin = next(number for number, line in enumerate(lines) if "items answered wrong" in line)
    end = next(number for number, line in enumerate(lines) if line.startswith("run them again"))
    assert max(map(display_width, lines[begin:end])) <= columns
    assert "\x1b" not in "".join(lines)
    assert sum(bool(LINE.match(line)) for line in lines) == (5 if options == ["-v"] else ITEMS - 10)
