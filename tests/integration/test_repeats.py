"""Several answers to each item: asked once each, kept, raised, and told by all outputs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

DRAWING = """
from zlib import crc32

from pytest_haerae.testing import ScriptedBackend

class Drawing(ScriptedBackend):
    ledger = "ledger.txt"

    def number(self, index, request):
        return 100 * int(self.numbered.findall(request.context)[-1]) + request.repeat

    def answer(self, number, request):
        return "정답: (" + "AABC"[crc32(str(number).encode()) % 4] + ")"

def pytest_haerae_backends():
    return {"drawing": Drawing}
"""
SUITE = """
import pytest
from pytest_haerae import assert_correct

@pytest.mark.haerae(dataset="questions.jsonl")
def test_mine(haerae_verdict, haerae_response, haerae_responses):
    assert haerae_response in haerae_responses
    print("answers:", len(haerae_responses), len({response.text for response in haerae_responses}))
    assert_correct(haerae_verdict)
"""
ITEMS = 6
PIECE = 12
"""A quarter of 48 requests, which each of two replicas is given first."""
MODES = pytest.mark.parametrize("workers", [(), ("-n2",)], ids=["serial", "xdist"])


@pytest.fixture
def drawing(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs over six questions with a model that draws each of its answers."""
    pytester.makeconftest(DRAWING)
    rows = [
        {"question": f"{number}번 문제는?", "options": ["가", "나", "다"], "answer": "A"} for number in range(ITEMS)
    ]
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    Path("questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    Path("test_mine.py").write_text(SUITE, encoding="utf-8")

    def run(*options: str, model: str = "drawing") -> pytest.RunResult:
        return evaluate(*options, model=model)

    return run


def asked() -> Counter[int]:
    return Counter(Ledger("ledger.txt").asked())


def asked_at_last() -> Counter[int]:
    """What was asked once nobody asks any more: replicas learn a moment later that their run was killed."""
    deadline, found = time.monotonic() + 60, Counter[int]()
    while found != (now := asked()):
        assert time.monotonic() < deadline
        found = now
        time.sleep(1)
    return found


def parts(path: str) -> str:
    report = valid_report(Path(path))
    return json.dumps([report["metrics"], report["samples"]])


def kill_after(answers: int, *options: str) -> None:
    """Start a run and kill it when so many requests were asked."""
    command = [sys.executable, "-m", "pytest", "--model=drawing", "--model-params=seconds=0.05", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while asked().total() < answers:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.wait()


@MODES
def test_more_answers_are_asked_for_and_none_twice(drawing: Evaluate, workers: tuple[str, ...]) -> None:
    """Killed, gone on with, raised, killed again: as an undisturbed run, and each answer asked once."""
    drawing("--repeats=12", "--store=other.sqlite", "--output-file=undisturbed.json")
    Ledger("ledger.txt").clear()
    kill_after(20, "--repeats=4", *workers)
    assert drawing("--repeats=4", *workers).ret == 0
    # The one that was asked when the run was killed may have been asked again.
    assert (set(asked().values()) <= {1, 2}, asked().total() <= ITEMS * 4 + 1) == (True, True)
    before = asked()
    result = drawing("--repeats=12", "--output-file=raised.json", *workers)
    result.stdout.fnmatch_lines(["haerae: goes on from an earlier run: 24 stored, 48 asked"])
    assert asked() - before == Counter({100 * item + answer: 1 for item in range(ITEMS) for answer in range(4, 12)})
    assert parts("raised.json") == parts("undisturbed.json")


def test_replicas_are_asked_as_one_model_is(drawing: Evaluate) -> None:
    pytest.importorskip("ray")
    drawing("--repeats=4", "--output-file=one.json", "--store=other.sqlite")
    Ledger("ledger.txt").clear()
    assert drawing("--repeats=2").ret == 0
    assert drawing("--repeats=4", "--replicas=2", "--output-file=two.json").ret == 0
    assert set(asked().values()) == {1}
    assert asked().total() == ITEMS * 4
    assert parts("two.json") == parts("one.json")


def test_eight_answers_are_killed_and_raised_to_32_on_two_replicas(drawing: Evaluate) -> None:
    pytest.importorskip("ray")
    drawing("--repeats=32", "--output-file=undisturbed.json", "--store=other.sqlite")
    Ledger("ledger.txt").clear()
    kill_after(20, "--repeats=8", "--replicas=2")
    before = asked_at_last()
    result = drawing("--repeats=32", "--replicas=2", "--output-file=raised.json")
    (line,) = (line for line in result.outlines if line.startswith("haerae: goes on from an earlier run: "))
    stored, computed = map(int, re.findall(r"\d+", line))
    assert (stored > 0, stored + computed) == (True, 32 * ITEMS)
    # What the replicas still had to hand over when the run was killed is asked again, and nothing else.
    in_flight = before.total() - stored
    assert 0 <= in_flight <= 2 * PIECE
    assert len(asked()) == 32 * ITEMS
    assert asked().total() == 32 * ITEMS + in_flight
    assert parts("raised.json") == parts("undisturbed.json")


def test_as_many_answers_again_are_measured_again_and_fewer_too(drawing: Evaluate) -> None:
    for repeats, computed, reused in ((4, 24, 0), (4, 24, 0), (2, 12, 0), (3, 6, 12)):
        drawing(f"--repeats={repeats}")
        found = valid_report(Path(".haerae/report.json"))["info"]["responses"]
        assert found == {"computed": computed, "reused": reused}, repeats


@MODES
def test_the_report_has_each_answer_and_what_they_come_to(drawing: Evaluate, workers: tuple[str, ...]) -> None:
    result = drawing("--repeats=4", "--report-md=report.md", "--pass-if=any", "-rA", *workers)
    report = valid_report(Path(".haerae/report.json"))
    right = [sum(answer["outcome"] == "correct" for answer in row["answers"]) for row in report["samples"]]
    assert report["metrics"]["accuracy"] == pytest.approx(sum(right) / 4 / ITEMS)
    assert report["metrics"]["correct"] == sum(count > 0 for count in right)
    assert report["metrics"]["repeats"]["k"] == 4
    assert report["metrics"]["subsets"]["questions"]["repeats"] == report["metrics"]["repeats"]
    passed = [row["outcome"] == "correct" for row in report["samples"]]
    result.assert_outcomes(passed=sum(passed))
    for row, count in zip(report["samples"], right, strict=True):
        assert row["explanation"].startswith(f"{count} of 4 answers right (any)")
        assert row["raw_output"] in [answer["raw_output"] for answer in row["answers"]]
    assert any(len({answer["raw_output"] for answer in row["answers"]}) > 1 for row in report["samples"])
    assert report["info"]["rules"] == {"stated verdict": 24}
    words = f"4 answers an item: pass@1 {report['metrics']['accuracy']:.3f}, pass@2 "
    assert words in result.stdout.str()
    assert words in Path("report.md").read_text(encoding="utf-8").replace("@<!-- -->", "@")
    assert "answers: 4 " in result.stdout.str()


def test_an_item_that_lacks_an_answer_is_an_error_and_is_completed_later(drawing: Evaluate) -> None:
    broken = "--model-params=errors=[203]"
    assert drawing("--repeats=4", broken).ret == 1
    report = valid_report(Path(".haerae/report.json"))
    assert (report["metrics"]["errors"], report["metrics"]["n"]) == (1, ITEMS - 1)
    (row,) = [row for row in report["samples"] if row["outcome"] == "error"]
    assert [answer["error"] is None for answer in row["answers"]] == [True, True, True, False]


FREE = """
from pytest_haerae.testing import ScriptedBackend

class Poet(ScriptedBackend):
    def answer(self, number, request):
        return "하늘 아래 첫 동네"[: 2 + 2 * request.repeat]

def pytest_haerae_backends():
    return {"poet": Poet}
"""


def test_free_text_has_a_best_score_among_its_answers(drawing: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(FREE)
    answers = ("하늘", "하늘 아래", "땅")
    rows = [{"question": f"{number}번 빈칸은?", "answer": answer} for number, answer in enumerate(answers)]
    Path("questions.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    result = drawing("--repeats=3", "--report-html=report.html", model="poet")
    report = valid_report(Path(".haerae/report.json"))
    best = report["metrics"]["repeats"]["best_at"]
    assert {each["n"] for each in best.values()} == {3}
    assert best["1"]["mean"] == pytest.approx(report["metrics"]["character_f"])
    # Two references are among the three answers, and the third has nothing in common with them.
    assert best["3"]["mean"] == pytest.approx(2 / 3)
    assert best["1"]["mean"] < best["2"]["mean"] < best["3"]["mean"]
    assert "scores of 3 items between right and wrong: best@1 " in result.stdout.str()
    assert "best@3" in Path("report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--repeats=0"], "--repeats"),
        (["--repeats=viel"], "--repeats"),
        (["--repeats=2", "--method=log_likelihood"], "log_likelihood has one answer an item"),
        (["--pass-if=most"], "--pass-if"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(drawing: Evaluate, options: list[str], words: str) -> None:
    result = drawing(*options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str() + result.stdout.str()
    assert not asked()
