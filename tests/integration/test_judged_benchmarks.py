"""The benchmarks that need a judge, over invented rows in their layouts: asked by their suites, graded, and refused."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.data.hub import HubDataset
from tests.helpers import ROOT, HubRows, valid_report
from tests.integration.conftest import Evaluate
from tests.unit.pictures import PNG

MODELS = """
from pytest_haerae.testing import ScriptedBackend

class Answering(ScriptedBackend):
    takes_images = True

    def answer(self, number, request):
        return f"{number}번째 답"

class Grading(ScriptedBackend):
    def answer(self, number, request):
        text = request.context or request.messages[-1].content
        if "NOT_ATTEMPTED" in text:
            return ("[[CORRECT]]", "[[INCORRECT]]", "[[NOT_ATTEMPTED]]", "[[CORRECT]]")[number % 4]
        if "[[A]]" in text:
            return "[[A]]"
        if "<기준>" in text:
            if "SCORE:" in text:
                return f"SCORE: 0.{25 * (number % 3):02}\\n\\nREASON: 이유"
            return "1. 예 - 이유\\n2. 예 - 이유" if number % 4 == 0 else "1. 예 - 이유\\n2. 아니오 - 이유"
        if "[RESULT]" in text:
            return "Feedback: 좋습니다. [RESULT] 4"
        return f"[[{number % 5 + 1}]]"

def pytest_haerae_backends():
    return {"answering": Answering, "grading": Grading}
"""


NUMBERS = range(8)


def pictured_rows() -> list[dict[str, Any]]:
    """Invented rows of HAERAE-VISION."""
    told = {"images": [{"bytes": PNG, "path": None}], "checklist": ["1. 이름을 밝혔나요?", "2. 근거가 있나요?"]}
    return [
        {
            "question_idx": n,
            "question_original": f"{n}번 이거?",
            "question_explicit": f"{n}번 나무의 이름은?",
            "category": "가나"[n % 2],
            "source": "kin",
            **told,
        }
        for n in NUMBERS
    ]


def rows_of(repository: str, configuration: str | None) -> list[dict[str, Any]]:
    """Invented rows, as many as eight."""
    numbers = NUMBERS
    if repository == "bzantium/KoSimpleQA":
        return [{"topic": "가나"[n % 2], "problem": f"{n}번 문제는?", "answer": "답", "urls": ""} for n in numbers]
    if repository == "amphora/HRC":
        return [{"question": f"{n}번?", "answer": "답", "source": "지어냄", "category": "수"} for n in numbers]
    if repository == "HAERAE-HUB/K2-Eval":
        return [{"instruction": f"{n}번 지시", "subject": "Art", "ability": "Writing"} for n in numbers]
    if configuration == "Human Annotations":
        marks = {"model": "m", "time1": 1, "time2": 1, "healthy?": None}
        return [
            {"uuid": str(n), "instruction": f"{n}번 지시", "response": "답", "score1": 4, "score2": 5 - n % 2, **marks}
            for n in numbers
        ]
    if configuration == "Pointwise":
        return [{"judge_query": f"{n}번 [RESULT]", "response": "답", "final_score": n % 5 + 1.0} for n in numbers]
    return [{"judge_query": f"{n}번 [[A]] [[B]]", "winner": "AB"[n % 2]} for n in numbers]


@pytest.fixture(autouse=True)
def hub(monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> None:
    def load(self: HubDataset, configuration: str | None) -> HubRows:
        name = self.repository.name
        return HubRows(pictured_rows() if name.endswith("VISION") else rows_of(name, configuration))

    monkeypatch.setattr(HubDataset, "_load", load)
    shutil.copytree(ROOT / "suites", pytester.path / "suites", ignore=shutil.ignore_patterns("__pycache__"))
    pytester.makeconftest(MODELS)


def run(evaluate: Evaluate, name: str, *options: str, model: str = "answering") -> pytest.RunResult:
    return evaluate(f"suites/{name}", f"--dataset={name}", *options, model=model, inprocess=True)


def report(path: str = ".haerae/report.json") -> dict[str, Any]:
    return valid_report(Path(path))


@pytest.mark.parametrize("name", ["kosimpleqa", "k2_eval", "hrc", "haerae_vision"])
def test_without_a_judge_it_is_one_line_that_names_the_option(evaluate: Evaluate, name: str) -> None:
    result = run(evaluate, name)
    assert result.ret == 4
    (line,) = [line for line in result.errlines if line.strip()]
    assert f"--dataset={name}: a second model grades the answers and none is named: add --judge=NAME" in line


def test_kosimpleqa_counts_what_is_not_attempted_apart(evaluate: Evaluate) -> None:
    result = run(evaluate, "kosimpleqa", "--judge=grading", "--by=topic")
    assert result.ret == 0, result.outlines + result.errlines
    metrics = report()["metrics"]
    assert (metrics["correct"], metrics["wrong"], metrics["invalid"]) == (4, 2, 2)
    assert report()["info"]["rules"] == {"CORRECT": 4, "INCORRECT": 2, "NOT_ATTEMPTED": 2}
    assert metrics["correct_given_attempted"]["value"] == pytest.approx(4 / 6)
    assert metrics["simpleqa_f1"]["value"] == pytest.approx(2 * 4 / (8 + 6))
    result.stdout.fnmatch_lines(["*simpleqa_f1 0.5714 (*"])
    assert set(metrics["by"]["topic"]) == {"가", "나"}


def test_k2_eval_has_scores_of_one_to_five_without_references(evaluate: Evaluate) -> None:
    result = run(evaluate, "k2_eval", "--judge=grading")
    assert result.ret == 0, result.outlines + result.errlines
    samples = report()["samples"]
    assert [row["score"] for row in samples] == [number % 5 / 4 for number in range(8)]
    assert [row["outcome"] for row in samples] == ["correct" if number % 5 + 1 >= 4 else "wrong" for number in range(8)]
    run(evaluate, "k2_eval", "--judge=grading", "--evaluator-params=passes_from=5", "--reuse")
    assert report()["metrics"]["correct"] == 1, "the template stays, and the rest is the user's"


def test_k2_eval_cannot_be_compared_with_a_reference(evaluate: Evaluate) -> None:
    result = run(evaluate, "k2_eval", "--evaluator-params=scorer=default")
    assert result.ret == 4
    assert "generation-0000" in "\n".join(result.outlines + result.errlines)


def test_hrc_is_graded_against_its_reference(evaluate: Evaluate) -> None:
    assert run(evaluate, "hrc", "--judge=grading").ret == 0
    assert report()["metrics"]["n"] == 8
    assert run(evaluate, "hrc", "--evaluator-params=scorer=default", "--no-resume").ret == 0, "needs no judge"


def test_haerae_vision_is_held_against_its_checklists_in_both_wordings(evaluate: Evaluate) -> None:
    result = run(evaluate, "haerae_vision", "--judge=grading", "--apply-chat-template", "--by=category")
    assert result.ret == 0, result.outlines + result.errlines
    found = report()
    subsets = found["metrics"]["subsets"]
    assert {name: (score["n"], score["correct"]) for name, score in subsets.items()} == {
        "original": (8, 2),
        "explicit": (8, 2),
    }
    assert found["metrics"]["score"]["mean"] == pytest.approx((2 + 6 / 2) / 8)
    assert set(found["metrics"]["by"]["category"]) == {"가", "나"}
    assert [len(row["images"]) for row in found["samples"]] == [1] * 16
    assert "haerae_vision: published numbers are of another judge" in result.stdout.str()
    scored = ["--subset=explicit", "--evaluator-params=template=checklist_score_ko", "--reuse"]
    assert run(evaluate, "haerae_vision", "--judge=grading", "--apply-chat-template", *scored).ret == 0
    assert [row["score"] for row in report()["samples"]] == [0.25 * (number % 3) for number in range(8)]


def test_haerae_vision_is_not_asked_without_its_images(evaluate: Evaluate) -> None:
    result = run(evaluate, "haerae_vision", "--judge=grading", "--apply-chat-template", model="grading")
    assert result.ret == 4
    assert "original: its items have images (original-0000 is the first)" in "\n".join(result.errlines)


def test_kudge_asks_the_judge_as_the_model_and_its_report_makes_labels(evaluate: Evaluate) -> None:
    result = run(evaluate, "kudge", model="grading")
    assert result.ret == 0, result.outlines + result.errlines
    found = report()
    subsets = found["metrics"]["subsets"]
    assert set(subsets) == {"Pointwise", "Pairwise", "Pairwise-False", "Human-Annotations"}
    assert subsets["Pairwise"]["correct"] == 4
    assert subsets["Pointwise"]["correct"] == [abs(number % 5 + 1 - 4) < 1 for number in range(8)].count(True)
    # As the documentation makes labels of it: who passes, by the judge and by people, in the ends of the scale.
    rows = [row for row in found["samples"] if row["subset"] == "Human-Annotations" and row["prediction"]]
    verdicts = [[5 if float(row[side]) >= 4.5 else 1 for side in ("prediction", "reference")] for row in rows]
    with Path("labels.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("judge", "label"), *verdicts])
    options = ["--judge=grading", "--judge-labels=labels.csv", "--no-resume"]
    assert run(evaluate, "k2_eval", *options).ret == 0
    check = report()["metrics"]["judge"]
    assert (check["source"], check["labels"]) == ("elsewhere", 8)
    assert (check["error"]["right"], check["error"]["wrong"]) == (4, 4)
    assert check["correction"]["score"] is None, "scores between have no sensitivity"


def test_the_authors_file_of_kosimpleqa_is_read_as_any_file(evaluate: Evaluate) -> None:
    rows = [
        {"id": n, "category": "가", "answer_type": "수", "content": f"{n}번 문제는?", "answer": "답"} for n in range(4)
    ]
    Path("authors.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    options = ["--prompt=raw", "--evaluator-params=scorer=judge,further_metrics=simpleqa_f1", "--by=category"]
    result = evaluate(
        "suites", "--dataset=./authors.json", "--judge=grading", *options, model="answering", inprocess=True
    )
    assert result.ret == 0, result.outlines + result.errlines
    metrics = report()["metrics"]
    assert (metrics["correct"], metrics["wrong"], metrics["invalid"]) == (2, 1, 1)
    assert metrics["simpleqa_f1"]["value"] == pytest.approx(2 * 2 / (4 + 3))
    assert "correct_given_attempted" not in metrics, "nobody asked for it here"
