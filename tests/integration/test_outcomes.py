from __future__ import annotations

from xml.etree import ElementTree

import pytest

from pytest_haerae.testing import Ledger
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

FLAKY = """
from pytest_haerae.testing import ScriptedBackend

class Flaky(ScriptedBackend):
    methods = frozenset({"generate"})
    ledger = "ledger.txt"

    def answer(self, number, request):
        return "(A)" if number % 2 else "(A) 또는 (B)"

def pytest_haerae_backends():
    return {"flaky": Flaky}
"""
FAILING = '--model-params={"errors": [0,1,2,3,4,5]}'


def test_wrong_answers_have_their_own_category_and_do_not_fail_the_run(
    evaluate: Evaluate, pytester: pytest.Pytester
) -> None:
    result = evaluate("--method=log_likelihood", "--junitxml=junit.xml")
    report = valid_report(pytester.path / ".haerae" / "report.json")
    correct, wrong = report["metrics"]["correct"], report["metrics"]["wrong"]
    assert correct + wrong == 40
    assert wrong > 0
    result.stdout.fnmatch_lines([f"*{correct} passed, {wrong} wrong*"])
    assert "FAILURES" not in result.stdout.str()
    assert result.ret == 0
    failures = list(ElementTree.parse(pytester.path / "junit.xml").iter("failure"))  # noqa: S314 - our own file
    assert len(failures) == wrong
    assert all("reference (" in (failure.get("message") or "") for failure in failures)


def test_last_failed_runs_the_wrong_ones_and_gates_are_not_evaluated(
    evaluate: Evaluate, pytester: pytest.Pytester
) -> None:
    evaluate()
    wrong = valid_report(pytester.path / ".haerae" / "report.json")["metrics"]["wrong"]
    result = evaluate("--lf", "--min-accuracy=0.99")
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert report["metrics"]["n"] == report["metrics"]["wrong"] == wrong
    assert [gate["verdict"] for gate in report["info"]["gates"]] == ["not evaluated"]
    assert result.ret == 0


@pytest.mark.parametrize("options", [["-k", "0003"], ["test_mine.py::test_mine[questions-0003]"]])
def test_a_selection_by_hand_evaluates_no_gate(
    evaluate: Evaluate, pytester: pytest.Pytester, options: list[str]
) -> None:
    assert evaluate(*options, "--min-accuracy=1").ret == 0
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert [gate["verdict"] for gate in report["info"]["gates"]] == ["not evaluated"]
    assert [sample["id"] for sample in report["samples"]] == ["questions-0003"]


def test_stopping_at_the_first_wrong_answer_is_unmeasurable(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    result = evaluate("-x")
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert report["metrics"]["wrong"] == 1
    assert report["info"]["complete"] is False
    assert [gate["verdict"] for gate in report["info"]["gates"]] == ["unmeasurable"]
    assert result.ret == 1


def test_an_ordinary_failure_still_fails_the_run(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_other="def test_other():\n    assert False")
    result = evaluate()
    result.stdout.fnmatch_lines(["*1 failed*"])
    assert result.ret == 1


@pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])
def test_errors_are_not_wrong_answers_and_resume_asks_only_for_them(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    pytester.makeconftest(FLAKY)
    result = evaluate(FAILING, *workers, model="flaky")
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert (report["metrics"]["errors"], report["metrics"]["n"]) == (6, 34)
    assert report["metrics"]["invalid"] == 17
    assert result.ret == 1
    result.stdout.fnmatch_lines(["gate measurable: UNMEASURABLE - 6 of 40 items ended in an error*"])
    assert len(Ledger(pytester.path / "ledger.txt").loads()) == 1
    tolerated = evaluate(FAILING, "--max-error-rate=0.2", *workers, model="flaky")
    report = valid_report(pytester.path / ".haerae" / "report.json")
    assert report["info"]["responses"] == {"computed": 6, "reused": 34}
    assert tolerated.ret == 0


def test_ini_twins_and_prefixed_spellings(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nhaerae_model = random\nhaerae_limit = 3\n")
    evaluate(model=None)
    assert valid_report(pytester.path / ".haerae" / "report.json")["metrics"]["n"] == 3
    evaluate("--haerae-limit=2", "--model_params={}", model=None)
    assert valid_report(pytester.path / ".haerae" / "report.json")["metrics"]["n"] == 2


def test_collect_only_asks_no_model(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(FLAKY)
    assert evaluate("--collect-only", model="flaky").ret == 0
    assert not (pytester.path / "ledger.txt").exists()


def test_a_method_that_the_backend_cannot_serve_is_refused(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(FLAKY)
    result = evaluate("--method=log_likelihood", model="flaky")
    result.stderr.fnmatch_lines(
        ["ERROR: --method=log_likelihood: backend 'flaky' cannot serve it; it serves string_match"]
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert not (pytester.path / "ledger.txt").exists()


def test_a_wrong_answer_without_an_explanation_is_wrong(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        "from pytest_haerae import Verdict\n"
        "from pytest_haerae.scoring import register_scorer\n"
        "@register_scorer('string_match', 'mute')\n"
        "def judge(item, response):\n"
        "    return Verdict('wrong', 'A')\n"
    )
    result = evaluate("--evaluator-params=scorer=mute")
    result.stdout.fnmatch_lines(["*40 wrong*"])
    assert (result.ret, valid_report(pytester.path / ".haerae" / "report.json")["metrics"]["wrong"]) == (0, 40)


def test_without_the_terminals_plugin_gates_hold(evaluate: Evaluate, pytester: pytest.Pytester) -> None:
    """A: ``-p no:terminal`` was an internal error."""
    assert evaluate("-p", "no:terminal", "--min-accuracy=0").ret == 0
    assert evaluate("-p", "no:terminal", "--min-accuracy=1").ret == 1
    assert valid_report(pytester.path / ".haerae/report.json")["metrics"]["n"] == 40
