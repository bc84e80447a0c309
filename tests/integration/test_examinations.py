"""A benchmark whose questions are of examinations: which are passed is told wherever a run's numbers are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.helpers import ROOT, valid_report
from tests.unit.fakes import write_rows

SHEET = {
    "변호사": {"공법": "1111100000", "민사법": "1111111100", "형사법": "1111100000"},
    "세무사": {"재정학": "1111111111", "세법학개론": "1110000000", "회계학개론": "1111100000"},
    "관세사": {"관세법개론": "1111000000", "무역영어": "1111111100"},
    "의사": {"의학총론": "1111111111", "의학각론": "111111111e"},
}
"""Invented answers, question by question: right, wrong, or ended in an error."""
EXPECTED = {
    "변호사": ("passed", (50 + 80 + 50) / 3),
    "세무사": ("failed", 60),
    "관세사": ("passed", (40 + 80) / 2),
    "의사": ("unmeasured", None),
}
"""Worked out by hand: 180 / 3 with nothing below 40; 180 / 3 with a 30; 40 and 60 are just enough; an error."""
MODEL = """
from pathlib import Path

from pytest_haerae import Benchmark, Examination, Response, register_benchmark
from pytest_haerae.testing import ScriptedBackend

class Sitting(ScriptedBackend):
    def answer(self, number, request):
        if "오류" in request.context:
            return Response(error="HTTP 503")
        return "A" if "맞힘" in request.context else "B"

def pytest_haerae_backends():
    return {"sitting": Sitting}

RULE = Examination("licence", "subject", least_each=40, least_average=60)
ROWS = Path(__file__).parent / "rows"
register_benchmark(Benchmark(name="exams", folder=ROWS, examination=RULE))
"""
WORDS = {"1": "맞힘", "0": "틀림", "e": "오류"}
Run = Callable[..., pytest.RunResult]


def rows() -> list[dict[str, Any]]:
    return [
        {
            "question": f"{licence} {subject} {number}번: {WORDS[letter]}?",
            "options": ["가", "나", "다", "라"],
            "answer": "A",
            "licence": licence,
            "subject": subject,
        }
        for licence, subjects in SHEET.items()
        for subject, letters in subjects.items()
        for number, letter in enumerate(letters)
    ]


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Ask the sheet's questions, of a benchmark of the user's own."""
    pytester.makeconftest(MODEL)
    write_rows(pytester.path / "rows" / "exams.jsonl", rows())
    shutil.copytree(ROOT / "suites", pytester.path / "suites", ignore=shutil.ignore_patterns("__pycache__"))

    def start(*options: str) -> pytest.RunResult:
        named = ("suites", "--dataset=exams", "--model=sitting", "--max-error-rate=0.1")
        return pytester.runpytest_subprocess(*named, *options)

    return start


def report(pytester: pytest.Pytester, name: str = "report.json") -> dict[str, Any]:
    return valid_report(pytester.path / ".haerae" / name)


def test_a_sheet_worked_out_by_hand_is_told_everywhere(run: Run, pytester: pytest.Pytester) -> None:
    result = run("--report-md=summary.md", "--report-html=page.html")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*examinations: 2 of 4 passed, 1 unmeasured (40 in each subject, 60 on average)*",
            "*passed     변호사: 60.0 on average, least 50.0 (공법)",
            "*failed     세무사: 60.0 on average; below 40: 세법학개론 30.0",
            "*passed     관세사: 60.0 on average, least 40.0 (관세법개론)",
            "*unmeasured 의사: 1 of 20 questions has no answer",
        ]
    )
    found = report(pytester)["metrics"]["examinations"]
    assert {name: (each["verdict"], each["average"]) for name, each in found.items()} == EXPECTED
    assert found["의사"]["subjects"]["의학각론"] == {"mark": None, "n": 9, "questions": 10}
    markdown = (pytester.path / "summary.md").read_text(encoding="utf-8")
    assert "| ❌ failed | 세무사 | 60.0 | 60.0 on average; below 40: 세법학개론 30.0 |" in markdown
    page = (pytester.path / "page.html").read_text(encoding="utf-8")
    assert '<span class="lost"><bdi class="data">세법학개론</bdi> 30.0</span>' in page
    assert run("-n2", "--output-file=.haerae/workers.json").ret == 0
    assert report(pytester, "workers.json")["metrics"] == report(pytester)["metrics"]


@pytest.mark.parametrize("options", [["--limit=30"], ["-k", "not exams-0089"]], ids=["limit", "by hand"])
def test_what_was_not_asked_whole_is_not_passed(run: Run, pytester: pytest.Pytester, options: list[str]) -> None:
    assert run(*options).ret == 0
    found = report(pytester)["metrics"]["examinations"]
    verdicts = {name: each["verdict"] for name, each in found.items()}
    whole = {"변호사"} if options == ["--limit=30"] else {"변호사", "세무사", "관세사"}
    assert verdicts == {name: EXPECTED[name][0] if name in whole else "unmeasured" for name in SHEET}


def test_answers_made_elsewhere_sit_it_too(run: Run, pytester: pytest.Pytester) -> None:
    run()
    whole = report(pytester)
    answers = [{"id": each["id"], "response": each["raw_output"] or "A"} for each in whole["samples"]]
    text = "".join(json.dumps(answer, ensure_ascii=False) + "\n" for answer in answers)
    (pytester.path / "answers.jsonl").write_text(text, encoding="utf-8")
    result = pytester.runpytest_subprocess("suites", "--dataset=exams", "--responses=answers.jsonl")
    assert result.ret == 0
    verdicts = {name: each["verdict"] for name, each in report(pytester)["metrics"]["examinations"].items()}
    assert verdicts == {name: "passed" if name == "의사" else EXPECTED[name][0] for name in SHEET}
