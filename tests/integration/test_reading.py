"""How answers were read is told: in the report for each, in the summary as shares."""

from __future__ import annotations

import pytest

from tests.helpers import valid_report, write_questions
from tests.integration.conftest import Evaluate

BACKEND = """
from pytest_haerae.testing import ScriptedBackend

ANSWERS = ["정답: (A)", "B", "따라서 정답은 (C)입니다.", "(A) 또는 (B)"]

class Talking(ScriptedBackend):
    def answer(self, number, request):
        return "가는 말이 고와야" if "빈칸" in request.context else ANSWERS[number % 4]

def pytest_haerae_backends():
    return {"talking": Talking}
"""


@pytest.fixture(autouse=True)
def talking(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(BACKEND)


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_the_rules_are_in_the_report_and_their_shares_in_the_summary(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    result = evaluate(*workers, model="talking")
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert [sample["rule"] for sample in report["samples"][:4]] == [
        "stated verdict",
        "bare label",
        "stated verdict",
        "several",
    ]
    assert report["info"]["rules"] == {"stated verdict": 20, "bare label": 10, "several": 10}
    assert report["metrics"]["character_f"] is None
    result.stdout.fnmatch_lines(["answers read by: stated verdict 50.0%, bare label 25.0%", "not read: several 25.0%"])


def test_the_strict_mode_takes_only_the_demanded_format(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    result = evaluate('--evaluator-params={"strict": true}', model="talking")
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert report["info"]["rules"] == {"not the demanded format": 20, "demanded format": 10, "bare label": 10}
    assert report["info"]["evaluator_params"] == {"strict": True}
    assert report["metrics"]["invalid"] == 20
    result.stdout.fnmatch_lines(["not read: not the demanded format 50.0%"])


def test_strict_and_another_scorer_are_refused(evaluate: Evaluate) -> None:
    result = evaluate("--evaluator-params=strict=true,scorer=default", model="talking")
    result.stderr.fnmatch_lines(["ERROR: --evaluator-params: strict is a scorer of its own; leave out either it or *"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_free_text_has_its_character_f_score_beside_the_exact_comparison(
    evaluate: Evaluate, pytester: pytest.Pytester
) -> None:
    rows = [{"question": "빈칸을 채우시오.", "answer": answer} for answer in ("가는 말이, 고와야!", "가는 말이 미워도")]
    write_questions(pytester.path, rows)
    result = evaluate(model="talking")
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert [sample["outcome"] for sample in report["samples"]] == ["correct", "wrong"]
    exact, near = (sample["character_f"] for sample in report["samples"])
    assert exact == 1 > near > 0.2
    assert report["metrics"]["character_f"] == (exact + near) / 2
    result.stdout.fnmatch_lines([f"free text: character F-score {(exact + near) / 2:.4f} (mean)"])
