"""Answers that a second model grades: asked in a second batch, stored, resumed, and counted apart where unreadable."""

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
    ledger = "grades.txt"

    def number(self, index, request):
        again = "읽을 수 없습니다" in request.context
        return super().number(index, request) + (100 if again else 0)

    def answer(self, number, request):
        question = number % 100
        if question == 2 and Path("broken").exists():
            return Response(error="out of luck")
        if question == 3 or (question == 5 and number < 100):
            return "글쎄요"
        if "답변 A" in request.context:
            new_first = request.context.index("번째 답") < request.context.index("옛 답")
            return "[[A]]" if question != 1 or new_first else "[[B]]"
        if "<기준>" in request.context:
            return "1. 예\\n2. 아니오"
        if "[[7]]" in request.context:
            return f"[[{question + 4}]]"
        return "[[CORRECT]]" if question % 2 else "[[INCORRECT]]"

def pytest_haerae_backends():
    return {"answering": Answering, "grading": Grading}
"""


@pytest.fixture
def grade(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Runs over six free-text questions that one model answers and another one grades."""
    pytester.makeconftest(MODELS)
    write_questions({"rubric": ["짧다", {"criterion": "옳다", "weight": 3}]})

    def run(*options: str, scorer: str = "scorer=judge") -> pytest.RunResult:
        # Named twice, they are a panel.
        named = () if any(option.startswith("--judge=") for option in options) else ("--judge=grading",)
        judge = (*named, f"--evaluator-params={scorer}", "--max-unjudged=0.2")
        return evaluate(*judge, *options, model="answering")

    return run


@MODES
def test_a_second_model_grades_each_answer_once(grade: Evaluate, workers: tuple[str, ...]) -> None:
    """0 and 2 are wrong, 1 and 5 right (5 when asked once more), 3 cannot be read, 4 has no answer."""
    result = grade(*workers)
    assert result.ret == 0
    found = report()
    assert [row["outcome"] for row in found["samples"]] == [
        *("wrong", "correct", "wrong", "unjudged", "invalid", "correct"),
    ]
    metrics = found["metrics"]
    assert (metrics["n"], metrics["correct"], metrics["unjudged"]) == (5, 2, 1)
    assert asked("answers.txt") == Counter(range(ITEMS))
    assert asked("grades.txt") == Counter([0, 1, 2, 3, 5, 103, 105])
    assert found["samples"][5]["judgements"] == ["글쎄요", "[[CORRECT]]"]
    assert found["info"]["judging"]["responses"] == {"computed": 7, "reused": 0}
    assert found["info"]["responses"] == {"computed": 6, "reused": 0}
    result.stdout.fnmatch_lines(["*1 unjudged*"])
    assert "FAILURES" not in result.stdout.str()


@pytest.mark.parametrize("place", [1, 4, 6, 8, 11])
def test_a_run_that_is_killed_goes_on_in_either_batch(grade: Evaluate, place: int) -> None:
    grade("--store=other.sqlite", "--output-file=undisturbed.json")
    for name in ("answers.txt", "grades.txt"):
        Ledger(name).clear()
    options = ["--judge=grading", "--evaluator-params=scorer=judge", "--max-unjudged=0.2"]
    slow = ["--model-params=seconds=0.05", "--judge-params=seconds=0.05"]
    command = [sys.executable, "-m", "pytest", "--model=answering", *options, *slow]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while asked("answers.txt").total() + asked("grades.txt").total() < place:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert grade("--output-file=resumed.json").ret == 0
    both = asked("answers.txt") + Counter({1000 + number: count for number, count in asked("grades.txt").items()})
    assert sum(count - 1 for count in both.values()) <= 1, "what was in flight at the kill, and no more"
    assert parts("resumed.json") == parts("undisturbed.json")


def test_what_the_judge_did_not_answer_is_an_error_and_is_asked_again_alone(grade: Evaluate) -> None:
    Path("broken").touch()
    assert grade().ret == 1
    found = report()
    assert found["samples"][2]["outcome"] == "error"
    assert "could not be judged: out of luck" in found["samples"][2]["error"]
    Path("broken").unlink()
    assert grade().ret == 0
    assert asked("answers.txt") == Counter(range(ITEMS)), "no answer was asked again"
    assert asked("grades.txt")[0] == 1
    assert asked("grades.txt")[2] == 2


def test_too_many_unreadable_verdicts_have_no_score(grade: Evaluate) -> None:
    result = grade("--max-unjudged=0.05")
    assert result.ret == 1
    gates = {gate["name"]: gate for gate in report()["info"]["gates"]}
    assert gates["measurable"]["verdict"] == "unmeasurable"
    assert "1 of 6 items cannot be read (allowed: 5.0%, --max-unjudged)" in gates["measurable"]["detail"]
    # Measured anew: what cannot be read would else stay so for ever.
    grade("--max-unjudged=0.05")
    assert set(asked("grades.txt").values()) == {2}


def test_a_scale_has_scores_between(grade: Evaluate) -> None:
    assert grade(scorer="scorer=judge,template=score_ko").ret == 0
    found = report()
    scores = [row.get("score") for row in found["samples"]]
    assert scores == [
        pytest.approx(share) if share is not None else None for share in (3 / 9, 4 / 9, 5 / 9, None, None, 8 / 9)
    ]
    assert found["metrics"]["score"]["mean"] == pytest.approx((3 + 4 + 5 + 8) / 9 / 4)
    assert [row["outcome"] for row in found["samples"]] == [
        *("wrong", "wrong", "wrong", "unjudged", "invalid", "correct"),
    ]
    assert grade("--no-resume", scorer="scorer=judge,template=score_ko,passes_from=5").ret == 0
    assert report()["samples"][1]["outcome"] == "correct"


def test_a_checklist_counts_weights(grade: Evaluate) -> None:
    assert grade(scorer="scorer=judge,template=checklist_ko").ret == 0
    found = report()
    assert found["samples"][0]["score"] == 0.25
    assert found["samples"][0]["rule"] == "1 of 2 criteria"


def test_both_orders_take_a_bias_out(grade: Evaluate, pytester: pytest.Pytester) -> None:
    """The judge calls the first answer better but for question 1, whose new answer it prefers in both orders."""
    grade("--output-file=old.json", "--store=old.sqlite")
    old = json.loads(Path("old.json").read_text(encoding="utf-8"))
    for row in old["samples"]:
        row["raw_output"] = "옛 답"
    Path("old.json").write_text(json.dumps(old), encoding="utf-8")
    Ledger("grades.txt").clear()
    assert grade(scorer="scorer=judge,template=pairwise_ko,against=old.json").ret == 0
    found = report()
    assert found["samples"][0]["score"] == 0.5
    assert found["samples"][0]["rule"] == "the orders disagree"
    assert (found["samples"][1]["score"], found["samples"][1]["outcome"]) == (1.0, "correct")
    assert found["samples"][1]["rule"] == "both orders agree"
    orders = [row.get("order_scores") for row in found["samples"]]
    assert orders == [[1, 0], [1, 1], [1, 0], None, None, [1, 0]], "the judge's own words"
    flips = found["metrics"]["flips"]
    assert (flips["n"], flips["rate"], flips["first"]) == (4, 0.75, pytest.approx((1 + 0.5 + 1 + 1) / 4))
    assert asked("grades.txt")[0] == 2


def test_a_baseline_of_another_judge_is_refused(grade: Evaluate) -> None:
    assert grade("--output-file=base.json").ret == 0
    assert grade("--baseline=base.json", "--no-resume").ret == 0
    result = grade("--baseline=base.json", "--judge=random")
    assert result.ret == 4
    result.stderr.fnmatch_lines(["*incompatible: its judge is 'grading', this run's is 'random random(seed=0)'*"])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--evaluator-params=scorer=judge"], "*scorer=judge: a second model grades*none is named: add --judge=NAME*"),
        (["--judge=grading"], "*--judge=grading: no scorer of this run asks it*scorer=judge*"),
        (["--judge-params=a=1"], "*--judge-params: no model is named that takes them: add --judge=NAME*"),
        (["--judge=gradign", "--evaluator-params=scorer=judge"], "*--judge: unknown backend 'gradign'*'grading'*"),
        (
            ["--judge=grading", "--judge-params=secnods=1", "--evaluator-params=scorer=judge"],
            "*--judge-params of grading: *seconds*",
        ),
        (["--judge=grading", "--evaluator-params=scorer=judge,template=score_kr"], "*template: *score_ko*"),
        (["--judge=grading", "--evaluator-params=scorer=judge,template=pairwise_ko"], "*needs against=REPORT.json*"),
        (["--judge=grading", "--evaluator-params=scorer=judge,against=x.json"], "*leave against out*"),
        (["--judge=grading", "--evaluator-params=scorer=judge,template=score_ko,passes_from=11"], "*from 1 to 10*"),
        (
            ["--judge=function", "--judge-params=path=json:lods", "--evaluator-params=scorer=judge"],
            "*--judge=function: path=json:lods: unknown function 'lods': did you mean 'loads'*",
        ),
        (
            ["--judge=grading", "--evaluator-params=scorer=judge,template=mine.toml"],
            "*mine.toml*there is no such file*",
        ),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_asked(
    grade: Evaluate, evaluate: Evaluate, options: list[str], words: str
) -> None:
    result = evaluate(*options, model="answering")
    assert result.ret == 4
    result.stderr.fnmatch_lines([words])
    assert not Path("answers.txt").exists()


def refused(evaluate: Evaluate, scorer: str) -> str:
    """What is said of a run that is refused before its model is asked: one line."""
    result = evaluate("--judge=grading", f"--evaluator-params=scorer=judge,{scorer}", model="answering", inprocess=True)
    assert result.ret == 4
    assert not Path("answers.txt").exists()
    (line,) = [line for line in result.errlines if line.strip()]
    return line


def test_a_column_without_criteria_is_named_before_anything_is_asked(grade: Evaluate, evaluate: Evaluate) -> None:
    line = refused(evaluate, "template=checklist_ko,rubric=rubrik")
    words = "questions-0000: judge template checklist_ko: the item's row has no criteria in a column 'rubrik'"
    assert f"{words}: --evaluator-params rubric=COLUMN names another (it has rubric)" in line
    assert "(all 6 items, questions.jsonl)" in line


def test_rows_that_lack_the_criteria_of_others_are_counted(grade: Evaluate, evaluate: Evaluate) -> None:
    rows = [json.loads(line) for line in Path("questions.jsonl").read_text(encoding="utf-8").splitlines()]
    rows[2]["rubric"], rows[4]["rubric"] = "", None
    Path("questions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    line = refused(evaluate, "template=checklist_ko")
    assert "questions-0002" in line
    assert "(2 of 6 items, questions.jsonl)" in line


def test_a_report_of_other_items_is_named_before_anything_is_asked(grade: Evaluate, evaluate: Evaluate) -> None:
    row = {"subset": "others", "id": "others-0000", "key": "k", "raw_output": "옛 답"}
    Path("other.json").write_text(json.dumps({"samples": [row]}), encoding="utf-8")
    line = refused(evaluate, "template=pairwise_ko,against=other.json")
    assert "--evaluator-params against=other.json: it has none of this run's 6 items: it names 'k'" in line
    assert "they are like 'questions-0000' of questions" in line


def test_a_profile_names_the_judge(grade: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyprojecttoml(
        '[tool.pytest-haerae.models.strict]\nmodel = "grading"\nmodel_params = {seconds = 0.01}\n'
    )
    assert grade("--judge=strict").ret == 0
    assert report()["info"]["judge"] == {"backend": "grading", "model": None, "model_params": {"seconds": 0.01}}


def test_drawn_answers_are_labelled_and_correct_the_score(grade: Evaluate, pytester: pytest.Pytester) -> None:
    """Forty answers, of which the judge calls every second right; people agree but for two."""
    rows = [{"question": f"{number}번 문제는?", "answer": "정답"} for number in range(10, 50)]
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    Path("questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = grade()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*how often the judge is right was not looked at: label 20 graded answers*"])
    drawn = haerae("label", ".haerae/report.json", "-n", "25", "--output", "labels.csv")
    assert drawn.returncode == 0, drawn.stderr
    again = haerae("label", ".haerae/report.json", "--output", "labels.csv")
    assert (again.returncode, "is there already" in again.stderr) == (4, True)
    found = list(csv.DictReader(Path("labels.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert len(found) == 25
    assert {row["label"] for row in found} == {""}
    assert "judgement" not in found[0]
    by_id = {row["id"]: row for row in report()["samples"]}
    for place, row in enumerate(found):
        right = by_id[row["id"]]["outcome"] == "correct"
        row["label"] = "correct" if right != (place in (3, 4)) else "wrong"
    with Path("labels.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(found[0]))
        writer.writeheader()
        writer.writerows(found)
    for ledger in ("answers.txt", "grades.txt"):
        Ledger(ledger).clear()
    result = grade("--reuse", "--judge-labels=labels.csv")
    assert result.ret == 0
    assert not asked("answers.txt") + asked("grades.txt")
    check = report()["metrics"]["judge"]
    assert (check["source"], check["labels"], check["left_out"]) == ("random sample", 25, 0)
    assert check["correction"]["method"] == "prediction_powered"
    low, high = check["correction"]["ci95"]
    assert low < check["correction"]["accuracy"] < high
    result.stdout.fnmatch_lines(
        ["*the judge beside 25 labels (random sample): sensitivity *", "corrected for the judge's*"]
    )
    assert "was not looked at" not in result.stdout.str()
    *kept, last = Path("labels.csv").read_text(encoding="utf-8-sig").splitlines()
    Path("labels.csv").write_text("\n".join([*kept, last.rpartition(",")[0] + ","]), encoding="utf-8")
    grade("--reuse", "--judge-labels=labels.csv")
    assert report()["metrics"]["judge"]["correction"] is None, "people may have left out what is hard to tell"
