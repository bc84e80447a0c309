"""``--min-hangul``: the gate on the share of Hangul in what was generated, in a run and on its report."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_haerae.doors.command_line.main import main
from tests.helpers import valid_report
from tests.integration.always import MODES, REPORT, asked, verdicts
from tests.integration.conftest import Evaluate

SPEAKS = """
from pytest_haerae.testing import ScriptedBackend

class Speaks(ScriptedBackend):
    ledger = "ledger.txt"

    def answer(self, number, request):
        return {answer}

def pytest_haerae_backends():
    return {{"speaks": Speaks}}
"""
ENGLISH_NOW_AND_THEN = '"The answer is (B)" if number % 4 == 0 else "정답은 (B)입니다."'


@pytest.fixture
def speaks(evaluate: Evaluate, pytester: pytest.Pytester) -> Evaluate:
    """Run the suite with a backend that answers every fourth question in English."""
    pytester.makeconftest(SPEAKS.format(answer=ENGLISH_NOW_AND_THEN))
    return lambda *options, **how: evaluate(*options, model="speaks", **how)


@MODES
def test_the_gate_holds_or_fails_and_asks_for_its_number(speaks: Evaluate, workers: tuple[str, ...]) -> None:
    held = speaks("--min-hangul=0.75", "--min-hangul=questions=0.7", *workers)
    assert held.ret == 0
    assert verdicts() == {"min-hangul": "passed", "min-hangul questions": "passed"}
    failed = speaks("--min-hangul=0.8", *workers)
    assert failed.ret == 1
    failed.stdout.fnmatch_lines(["gate min-hangul: FAILED - share of Hangul 0.7500 is below 0.8 (40 of 40 items*"])
    report = valid_report(REPORT)
    shares = [row["hangul"] for row in report["samples"]]
    assert sorted(set(shares)) == [0, 1]
    assert sum(shares) / len(shares) == report["metrics"]["hangul"]["value"]
    assert report["info"]["evaluator_params"] == {"further_metrics": ["hangul"]}


def test_answers_without_letters_do_not_pass(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(SPEAKS.format(answer='"(B)"'))
    result = evaluate("--min-hangul=0", model="speaks")
    assert result.ret == 1
    assert verdicts() == {"min-hangul": "unmeasurable"}
    result.stdout.fnmatch_lines(["gate min-hangul: UNMEASURABLE - none of the 40 items has letters*"])
    assert main(["gate", str(REPORT), "--min-hangul=0"]) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--min-hangul=0.8", "--method=log_likelihood"), "--min-hangul: method log_likelihood writes no answer"),
        (("--min-hangul=80",), "--min-hangul: "),
        (("--min-hangul=question=0.5",), "--min-hangul: unknown subset 'question': did you mean 'questions'"),
    ],
)
def test_what_cannot_be_gated_is_refused_before_anything_is_asked(
    speaks: Evaluate, options: tuple[str, ...], said: str
) -> None:
    result = speaks(*options, inprocess=True)
    assert result.ret == 4
    assert said in result.stderr.str() + result.stdout.str()
    assert not Path("ledger.txt").exists() or not asked()


def test_a_selection_by_hand_is_not_judged(speaks: Evaluate) -> None:
    assert speaks("--min-hangul=1", "-k", "000").ret == 0
    assert verdicts() == {"min-hangul": "not evaluated"}


def test_a_report_is_judged_again_and_one_without_the_number_is_measured(
    speaks: Evaluate, capsys: pytest.CaptureFixture[str]
) -> None:
    gates = ["--min-hangul=0.8", "--min-hangul=questions=0.1"]
    speaks(*gates)
    capsys.readouterr()
    assert main(["gate", str(REPORT), *gates, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["gates"] == valid_report(REPORT)["info"]["gates"]
    speaks("--output-file=plain.json")
    assert main(["gate", "plain.json", "--min-hangul=0.7"]) == 4
    assert "pytest-haerae rejudge plain.json --min-hangul=X" in capsys.readouterr().err
    assert main(["rejudge", "plain.json", "--min-hangul=0.7"]) == 0
    assert main(["gate", "plain.rejudged.json", "--min-hangul=0.7"]) == 0
