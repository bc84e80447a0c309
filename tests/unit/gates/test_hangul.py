from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from pytest_haerae.config.gate_settings import Minimum
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.compatibility import EarlierInfo
from pytest_haerae.gates.gate import Gate, GateVerdict
from pytest_haerae.gates.hangul import check_hangul_gates, check_told, judge_hangul
from pytest_haerae.statistics.pairing import Mark, Outline
from pytest_haerae.statistics.scores import Metrics, metrics_of_outlines
from pytest_haerae.types import Outcome
from tests.unit.fakes import everything, prepared, question


def outline(subset: str, outcome: Outcome, hangul: float | None, dataset: str = "d") -> Outline:
    return Outline(Mark(dataset, subset, "", "", 0, 0), outcome, None, hangul)


SAMPLES = [
    *(outline("a", "correct", share) for share in (1.0, 0.5, None)),
    *(outline("b", "wrong", share) for share in (0.25, 0.25)),
    outline("c", "invalid", None),
    outline("d", "error", 0.9),
]
METRICS = metrics_of_outlines(SAMPLES)
NO_LETTERS = "none of the 1 items has letters whose share of Hangul could be told"


@pytest.mark.parametrize(
    ("subset", "threshold", "verdict", "value", "detail"),
    [
        (None, 0.5, "passed", 0.5, "share of Hangul 0.5000 is at least 0.5 (4 of 6 items have letters)"),
        (None, 0.51, "failed", 0.5, "share of Hangul 0.5000 is below 0.51 (4 of 6 items have letters)"),
        ("a", 0.75, "passed", 0.75, "share of Hangul 0.7500 is at least 0.75 (2 of 3 items have letters)"),
        ("b", 0.3, "failed", 0.25, "share of Hangul 0.2500 is below 0.3 (2 of 2 items have letters)"),
        ("c", 0.0, "unmeasurable", None, NO_LETTERS),
        ("d", 0.0, "unmeasurable", None, "no item was measured"),
        ("e", 0.0, "unmeasurable", None, "no item was measured"),
    ],
)
def test_the_mean_share_of_the_whole_or_of_one_subset(
    subset: str | None, threshold: float, verdict: GateVerdict, value: float | None, detail: str
) -> None:
    name = f"min-hangul {subset}" if subset else "min-hangul"
    expected = Gate(name, verdict, value, threshold, None, detail)
    assert judge_hangul(Minimum(subset=subset, threshold=threshold), METRICS) == expected
    assert expected.fails() == (verdict != "passed")


def test_one_of_several_benchmarks_may_be_held() -> None:
    samples = [outline("a", "correct", 1.0, "kmmlu"), outline("a", "correct", 0.0, "kobest")]
    metrics = metrics_of_outlines(samples, several=True)
    found = {name: judge_hangul(Minimum(subset=name, threshold=0.5), metrics).value for name in ("kmmlu", "kobest/a")}
    assert found == {"kmmlu": 1.0, "kobest/a": 0.0}


@pytest.mark.parametrize("gate", ["0.5", "questions=0.5"])
def test_items_that_are_not_answered_in_words_have_no_such_gate(tmp_path: Path, gate: str) -> None:
    ready = prepared(tmp_path, [question(0)], min_hangul=gate)
    check_hangul_gates(ready.plan, everything(ready))
    (part,) = ready.plan.parts.values()
    object.__setattr__(part, "config", part.config.model_copy(update={"method": "log_likelihood"}))
    check_hangul_gates(ready.plan, [])
    with pytest.raises(UsageError, match="--min-hangul: method log_likelihood writes no answer"):
        check_hangul_gates(ready.plan, everything(ready))


def info(*metrics: str, **benchmarks: str) -> EarlierInfo:
    told = {"evaluator_params": {"further_metrics": list(metrics)}}
    parts = {name: {"evaluator_params": {"further_metrics": metric}} for name, metric in benchmarks.items()}
    return cast(EarlierInfo, {**told, **({"benchmarks": parts} if parts else {})})


PLAIN = metrics_of_outlines(SAMPLES[5:])


@pytest.mark.parametrize(
    ("said", "metrics", "samples"),
    [(info(), PLAIN, SAMPLES), (info("hangul"), PLAIN, []), (info(x="macro_f1", y="hangul"), PLAIN, SAMPLES[5:6])],
)
def test_a_report_that_tells_it_is_judged(said: EarlierInfo, metrics: Metrics, samples: list[Outline]) -> None:
    check_told(said, metrics, samples, "r.json")


@pytest.mark.parametrize(
    ("said", "metrics"),
    [(info(), PLAIN), (info("macro_f1"), PLAIN), (info(x="macro_f1"), PLAIN), (info("hangul"), METRICS)],
)
def test_a_report_that_does_not_is_refused_with_the_way_to_one_that_does(said: EarlierInfo, metrics: Metrics) -> None:
    with pytest.raises(UsageError, match=r"--min-hangul: r\.json .* pytest-haerae rejudge r\.json --min-hangul=X"):
        check_told(said, metrics, SAMPLES[5:6], "r.json")
