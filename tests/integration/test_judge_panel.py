"""Answers that several models grade, one after another: each stored and resumed by itself, and combined."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from pytest_haerae.testing import Ledger
from tests.integration.conftest import Evaluate
from tests.integration.judged import ITEMS, MODES, asked, haerae, parts, report, write_questions

pytestmark = pytest.mark.slow

MODELS = """
from pathlib import Path

from pytest_haerae import Response
from pytest_haerae.testing import ScriptedBackend

class Answering(ScriptedBackend):
    ledger = "answers.txt"

    def answer(self, number, request):
        return f"{number}번째 답" if number != 4 else ""

class Grading(ScriptedBackend):
    def number(self, index, request):
        again = "읽을 수 없습니다" in request.context
        return super().number(index, request) + (100 if again else 0)

    def answer(self, number, request):
        question = number % 100
        if question in self.unreadable:
            return "글쎄요"
        if question == 2 and self.ledger == "lax.txt" and Path("broken").exists():
            return Response(error="out of luck")
        if "답변 A" in request.context:
            new_first = request.context.index("번째 답") < request.context.index("옛 답")
            return "[[A]]" if self.ledger == "strict.txt" or new_first else "[[B]]"
        if "[[7]]" in request.context:
            return f"[[{question + self.adds}]]"
        return "[[CORRECT]]" if question in self.right else "[[INCORRECT]]"

class Strict(Grading):
    ledger, unreadable, right, adds = "strict.txt", (3,), (1,), 2

class Lax(Grading):
    ledger, unreadable, right, adds = "lax.txt", (3, 5), (1, 2), 5

class Third(Grading):
    ledger, unreadable, right, adds = "third.txt", (), (1, 2, 5), 4

def pytest_haerae_backends():
    return {"answering": Answering, "strict": Strict, "lax": Lax, "third": Third}
"""
LEDGERS = ("answers.txt", "strict.txt", "lax.txt")


@pytest.fixture
def grade(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs over six free-text questions that one model answers and two others grade."""
    pytester.makeconftest(MODELS)
    write_questions()

    def run(*options: str, judge: str = "strict,lax", scorer: str = "scorer=judge") -> pytest.RunResult:
        grading = (f"--judge={judge}", f"--evaluator-params={scorer}", "--max-unjudged=0.2")
        return evaluate(*grading, *options, model="answering")

    return run


@MODES
def test_each_judge_is_asked_all_and_the_majority_decides(grade: Evaluate, workers: tuple[str, ...]) -> None:
    """Both call 1 right, one of two 2; of 3 neither can be read, of 5 one; 4 has no answer."""
    result = grade(*workers)
    assert result.ret == 0
    found = report()
    outcomes = [row["outcome"] for row in found["samples"]]
    assert outcomes == ["wrong", "correct", "wrong", "unjudged", "invalid", "wrong"]
    assert asked("answers.txt") == Counter(range(ITEMS))
    assert asked("strict.txt") == Counter([0, 1, 2, 3, 5, 103])
    assert asked("lax.txt") == Counter([0, 1, 2, 3, 5, 103, 105])
    assert found["samples"][2]["panel"] == [
        {"judge": "strict", "outcome": "wrong", "judgements": ["[[INCORRECT]]"]},
        {"judge": "lax", "outcome": "correct", "judgements": ["[[CORRECT]]"]},
    ]
    assert [each["outcome"] for each in found["samples"][5]["panel"]] == ["wrong", "unjudged"]
    assert "panel" not in found["samples"][4]
    info, panel = found["info"], found["metrics"]["panel"]
    assert "judge" not in info
    assert [(judge["name"], judge["backend"]) for judge in info["judges"]] == [("strict", "strict"), ("lax", "lax")]
    computed = {name: took["responses"]["computed"] for name, took in info["judging"]["judges"].items()}
    assert (computed, info["judging"]["responses"]["computed"]) == ({"strict": 6, "lax": 7}, 13)
    assert panel["judges"] == {
        "strict": {"accuracy": 1 / 4, "n": 4, "unjudged": 1},
        "lax": {"accuracy": 2 / 3, "n": 3, "unjudged": 2},
    }
    # Of the three items that both judged, they agree on two: 1 - 5 * 2 / (2 * 3 * 3).
    assert panel["alpha"] == pytest.approx(1 - 5 * 2 / (2 * 9))
    result.stdout.fnmatch_lines(
        [
            "*graded by strict: 6 responses computed, 0 reused; alone: accuracy 0.2500, n = 4*",
            "*graded by lax: 7 responses computed*",
            "*the judges agree by Krippendorff's alpha 0.444 (nominal)*",
        ]
    )
    if workers:
        grade("--store=other.sqlite", "--output-file=serial.json")
        assert parts("serial.json") == parts(".haerae/report.json")


@pytest.mark.parametrize("place", [3, 8, 13, 17])
def test_a_run_that_is_killed_goes_on_in_each_judges_pass(grade: Evaluate, place: int) -> None:
    grade("--store=other.sqlite", "--output-file=undisturbed.json")
    for name in LEDGERS:
        Ledger(name).clear()
    options = ["--judge=slow_strict,slow_lax", "--evaluator-params=scorer=judge", "--max-unjudged=0.2"]
    Path("pyproject.toml").write_text(
        "[tool.pytest-haerae.models]\n"
        'slow_strict = {model = "strict", model_params = {seconds = 0.05}}\n'
        'slow_lax = {model = "lax", model_params = {seconds = 0.05}}\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "--model=answering", *options, "--model-params=seconds=0.05"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while sum(asked(name).total() for name in LEDGERS) < place:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert grade("--output-file=resumed.json").ret == 0
    assert sum(count - 1 for name in LEDGERS for count in asked(name).values()) <= 1, "what was in flight, and no more"
    assert parts("resumed.json") == parts("undisturbed.json")


def test_what_one_judge_does_not_answer_is_an_error_and_asked_of_it_alone_again(grade: Evaluate) -> None:
    Path("broken").touch()
    assert grade().ret == 1
    row = report()["samples"][2]
    assert (row["outcome"], [each["outcome"] for each in row["panel"]]) == ("error", ["wrong", "error"])
    assert "lax: " in row["error"]
    assert "out of luck" in row["error"]
    Path("broken").unlink()
    assert grade().ret == 0
    assert (asked("lax.txt")[2], asked("lax.txt")[0]) == (2, 1)
    assert set(asked("strict.txt").values()) == {1}


def test_scores_have_their_mean_and_one_threshold(grade: Evaluate) -> None:
    """`score_ko` is right from 7: 5 has 7 of one and 9 of the other, the rest less or nothing."""
    assert grade(judge="strict,third", scorer="scorer=judge,template=score_ko").ret == 0
    found = report()
    scores = [row.get("score") for row in found["samples"]]
    # 3 is read of the third alone: 7.
    means = [(number + 3 - 1) / 9 for number in range(ITEMS)]
    means[3] = (7 - 1) / 9
    expected = [None if number == 4 else pytest.approx(share) for number, share in enumerate(means)]
    assert scores == expected
    outcomes = [row["outcome"] for row in found["samples"]]
    assert outcomes == ["wrong", "wrong", "wrong", "correct", "invalid", "correct"]
    assert found["metrics"]["panel"]["level"] == "interval"


def test_pairs_tell_each_judges_flips(grade: Evaluate) -> None:
    """The strict judge calls whatever stands first the better, the lax one the new answer."""
    grade("--output-file=old.json", "--store=old.sqlite")
    old = json.loads(Path("old.json").read_text(encoding="utf-8"))
    for row in old["samples"]:
        row["raw_output"] = "옛 답"
    Path("old.json").write_text(json.dumps(old), encoding="utf-8")
    result = grade(scorer="scorer=judge,template=pairwise_ko,against=old.json")
    flips = {name: each["flips"] for name, each in report()["metrics"]["panel"]["judges"].items()}
    assert (flips["strict"]["rate"], flips["strict"]["first"], flips["lax"]["rate"]) == (1, 1, 0)
    assert report()["samples"][0]["score"] == 0.75
    assert report()["samples"][0]["outcome"] == "correct"
    result.stdout.fnmatch_lines(["*the better of two answers changes with their order in 100.0%*"])


def test_a_baseline_of_another_panel_is_refused(grade: Evaluate) -> None:
    assert grade("--output-file=base.json").ret == 0
    assert grade("--baseline=base.json", judge="lax,strict").ret == 0, "their order decides nothing"
    for judge, now in (("strict", "'strict'"), ("strict,third", "'strict, third'")):
        result = grade("--baseline=base.json", judge=judge)
        assert result.ret == 4
        result.stderr.fnmatch_lines([f"*incompatible: its judge is 'lax, strict', this run's is {now}*"])


def test_labels_correct_the_panels_verdict(grade: Evaluate) -> None:
    rows = [{"question": f"{number}번 문제는?", "answer": "정답"} for number in range(10, 50)]
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    Path("questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert grade().ret == 0
    drawn = haerae("label", ".haerae/report.json", "-n", "25", "--output", "labels.csv")
    assert drawn.returncode == 0, drawn.stderr
    found = list(csv.DictReader(Path("labels.csv").read_text(encoding="utf-8-sig").splitlines()))
    by_id = {row["id"]: row for row in report()["samples"]}
    with Path("labels.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows({**row, "label": by_id[row["id"]]["outcome"]} for row in found)
    assert grade("--reuse", "--judge-labels=labels.csv").ret == 0
    check = report()["metrics"]["judge"]
    assert (check["labels"], check["source"], check["left_out"]) == (25, "random sample", 0)


def test_a_report_is_judged_anew_by_its_own_panel(grade: Evaluate, pytester: pytest.Pytester) -> None:
    """By profiles of chance, which states no verdict: what a conftest.py has is not the command's."""
    pytester.makepyprojecttoml(
        '[tool.pytest-haerae.models]\none = {model = "random"}\ntwo = {model = "random", model_params = {seed = 2}}\n'
    )
    assert grade("--max-unjudged=1", judge="one,two").ret == 0
    assert "--judge=one,two" in report()["info"]["rerun_options"]
    done = haerae("rejudge", ".haerae/report.json", "--max-unjudged=1", "--output-file=again.json")
    assert done.returncode == 0, done.stderr
    assert report("again.json")["info"]["judges"] == report()["info"]["judges"]
    assert [each["name"] for each in report()["info"]["judges"]] == ["one", "two"]


def test_parameters_are_one_judges(grade: Evaluate) -> None:
    result = grade("--judge-params=seconds=0.1")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*--judge-params: they are one judge's, and --judge names 2 (strict, lax)*profile*"])
    assert not Path("answers.txt").exists()
