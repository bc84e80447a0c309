"""Scorers of one's own that raise, hang or return what is no verdict: they cost their items, never the report."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

from pytest_haerae.scoring import registry
from tests.helpers import valid_report
from tests.integration.conftest import Evaluate

pytestmark = pytest.mark.slow

CONFTEST = """
import re, sys, time
from pytest_haerae import Verdict
from pytest_haerae.scoring import register_scorer

asked = []

def on(numbers, otherwise=lambda: Verdict("correct", "A")):
    def decorate(act):
        @register_scorer("string_match", act.__name__)
        def judge(item, response):
            asked.append(item.index)
            return act(item) if item.index in numbers else otherwise()
        return judge
    return decorate

@on({3, 7})
def careless(item):
    raise KeyError(item.reference + "\\x1b[2J\\n::error::")

@on({3, 7})
def leaving(item):
    sys.exit(0)

@on({3, 7})
def sleepy(item):
    time.sleep(60)

@on({3, 7})
def endless(item):
    re.match(r"(a+)+$", "a" * 60 + "b")

@on({3, 7})
def misspelt(item):
    return Verdict("Correct", "A")

@on({3, 7})
def infinite(item):
    return Verdict("correct", "A", margin=float("inf"))

@on(range(40))
def broken(item):
    raise ValueError(f"no way to judge {item.id} at {item.index}.5")

@on(range(40))
def asleep(item):
    time.sleep(60)

@register_scorer("string_match", "unsteady")
def unsteady(item, response):
    asked.append(item.index)
    if len(asked) % 3 == 0:
        raise ValueError("every third")
    return Verdict("correct", "A")
"""
SAID = {
    "careless": "raised KeyError: ",
    "leaving": "raised SystemExit: 0",
    "sleepy": "gave no verdict within 0.2 s (--evaluator-params time_limit)",
    "endless": "gave no verdict within 0.2 s (--evaluator-params time_limit)",
    "misspelt": "unknown outcome 'Correct': did you mean 'correct'? Valid: correct, cut, error, invalid, ",
    "infinite": "margin is a finite number or None, not inf",
}
WORKERS = pytest.mark.parametrize("workers", [[], ["-n2"]], ids=["serial", "xdist"])


@pytest.fixture(autouse=True)
def scorers(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(CONFTEST)


def report_of(pytester: pytest.Pytester) -> dict[str, Any]:
    return valid_report(pytester.path / ".haerae" / "report.json")


@pytest.mark.parametrize("scorer", SAID)
def test_a_scorer_that_fails_on_some_items_costs_those_items(
    evaluate: Evaluate, pytester: pytest.Pytester, scorer: str
) -> None:
    """Faults A6 and D5: the run ended without a report, or the items vanished from n and the gate passed."""
    result = evaluate(f"--evaluator-params=scorer={scorer},time_limit=0.2", "--min-accuracy=0.9")
    report = report_of(pytester)
    assert (report["metrics"]["n"], report["metrics"]["errors"]) == (38, 2)
    assert {gate["verdict"] for gate in report["info"]["gates"]} == {"unmeasurable"}
    assert result.ret == 1
    failed = [sample for sample in report["samples"] if sample["outcome"] == "error"]
    for sample, number in zip(failed, (3, 7), strict=True):
        assert sample["explanation"].startswith(f"scorer {scorer}, item questions-000{number}: {SAID[scorer]}")
        assert sample["explanation"].isprintable()
    assert "\x1b[2J" not in result.stdout.str()
    assert not any(line.startswith("::error::") for line in result.outlines)


@WORKERS
def test_what_is_tolerated_is_tolerated_of_scorers_too(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    result = evaluate("--evaluator-params=scorer=careless", "--max-error-rate=0.05", "--min-accuracy=0.9", *workers)
    assert [gate["verdict"] for gate in report_of(pytester)["info"]["gates"]] == ["passed"]
    assert result.ret == 0


@WORKERS
def test_a_scorer_that_says_something_else_each_time_is_asked_once(
    evaluate: Evaluate, pytester: pytest.Pytester, workers: list[str]
) -> None:
    result = evaluate("--evaluator-params=scorer=unsteady", "--max-error-rate=0.5", *workers)
    report = report_of(pytester)
    assert [sample["outcome"] for sample in report["samples"]] == ["correct", "correct", "error"] * 13 + ["correct"]
    assert result.ret == 0
    result.assert_outcomes(passed=27, errors=13)


@pytest.mark.parametrize(
    ("scorer", "shown"),
    [
        (
            "broken",
            [
                "40 items alike: scorer broken, item questions-0000: raised ValueError: no way to judge questions-0000"
                " at 0.5 *"
            ],
        ),
        (
            "asleep",
            [f"scorer asleep, item questions-000{number}: gave no verdict within 0.1 s *" for number in range(3)]
            + [
                "37 items alike: scorer asleep, item questions-0003: not asked: it reached its time limit of 0.1 s on 3"
                " items in a row*"
            ],
        ),
    ],
)
def test_a_scorer_that_fails_on_all_items_is_one_line_with_their_number(
    evaluate: Evaluate, pytester: pytest.Pytester, scorer: str, shown: list[str]
) -> None:
    result = evaluate(f"--evaluator-params=scorer={scorer},time_limit=0.1")
    result.assert_outcomes(errors=40)
    result.stdout.fnmatch_lines(shown)
    more = 40 - len(shown)
    result.stdout.fnmatch_lines([f"{more + 1} items alike: *"])
    assert len([line for line in result.outlines if re.match(r"(\d+ items alike: )?scorer ", line)]) == len(shown)
    assert len([line for line in result.outlines if line.startswith("ERROR ")]) == len(shown)
    assert report_of(pytester)["metrics"]["errors"] == 40


def test_the_time_limit_is_no_difference_between_a_report_and_its_baseline(
    evaluate: Evaluate, pytester: pytest.Pytester
) -> None:
    assert evaluate("--output-file=before.json").ret == 0
    assert evaluate("--baseline=before.json", "--evaluator-params=time_limit=5").ret == 0
    assert report_of(pytester)["info"]["gates"][0]["verdict"] == "passed"


def test_a_run_in_this_process_leaves_no_scorer_of_a_module_that_is_gone(evaluate: Evaluate) -> None:
    """A test that changed such a module found out nothing: the scorer was of another one of the same name."""
    assert evaluate("--evaluator-params=scorer=math", "--collect-only", inprocess=True).ret == 0
    judges = [scorer.judge for scorer in registry._SCORERS.values()]
    own = [judge for judge in judges if judge.__module__.startswith("pytest_haerae.")]
    assert own
    loaded = {id(vars(module)) for name, module in sys.modules.items() if name.startswith("pytest_haerae.")}
    assert not [judge for judge in own if id(judge.__globals__) not in loaded]
