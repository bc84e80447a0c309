from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, cast

import pytest

from pytest_haerae import Evaluator, UsageError
from pytest_haerae.config.run_config import build_config
from pytest_haerae.gates.compatibility import (
    EarlierInfo,
    Measured,
    check_measurement,
    differences,
    measurement_of,
)
from pytest_haerae.run.plan import make_plan
from tests.unit.reports import benchmarks_of, report_of, samples_of

PLACE = "--baseline base.json"
NOW = report_of(samples_of({"a": "cccc"}))


def changed(**values: object) -> EarlierInfo:
    """What the report says of its run, with other values."""
    return cast(EarlierInfo, {**NOW["info"], **values})


def check(before: EarlierInfo, after: EarlierInfo = NOW["info"]) -> None:
    check_measurement(PLACE, before, Measured.of_report(before), Measured.of_report(after))


def test_another_model_is_the_normal_case() -> None:
    info = changed(model="other", backend="vllm", model_params={"seed": 1})
    check(info)


def test_what_only_the_report_shows_is_no_other_measurement() -> None:
    for params in ({"return_logits": False}, {"strict": False}, {"scorer": "default"}):
        check(changed(evaluator_params=params))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"method": "log_likelihood"}, "its method is 'log_likelihood', this run's is 'string_match'"),
        ({"evaluator_params": {"scorer": "math"}}, "its scorer is 'math', this run's is 'default'"),
        ({"evaluator_params": {"strict": True}}, "its scorer is 'strict', this run's is 'default'"),
        ({"evaluator_params": {"longest": 3}}, "its scorer_params is {'longest': 3}, this run's is {}"),
        ({"prompt": "raw"}, "its prompt is 'raw', this run's is 'answer_letter'"),
        ({"prompt_fingerprint": "0"}, "its prompt_fingerprint is '0', this run's is 'fedcba9876543210'"),
        ({"num_few_shot": 5}, "its num_few_shot is 5, this run's is 0"),
        ({"split": "dev"}, "its split is 'dev', this run's is 'test'"),
    ],
)
def test_another_measurement_is_refused_with_its_field(values: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=f"^{PLACE}: incompatible: {re.escape(message)}$"):
        check(changed(**values))
    (difference,) = differences(measurement_of(changed(**values)), measurement_of(NOW["info"])).items()
    assert message == "its {} is {!r}, this run's is {!r}".format(difference[0], *difference[1])


@pytest.mark.parametrize("params", [{"strict": True}, {"scorer": "math"}, {"scorer": "strict"}, {"strict": False}, {}])
def test_a_report_tells_the_scorer_that_its_run_judged_with(params: dict[str, Any]) -> None:
    config = build_config({"model": "random", "evaluator_params": params}, Path("/somewhere"))
    report = report_of(samples_of({"a": "cc"}), evaluator_params=params)
    assert measurement_of(report["info"])["scorer"] == config.scorer


def test_a_strict_run_is_compared_with_strict_ones_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    evaluator = Evaluator(progress=False, model="random", dataset="sample", subset="history", limit=3)
    strict, baseline = {"strict": True}, tmp_path / "strict.json"
    evaluator.run(evaluator_params=strict, output_file=baseline)
    again = evaluator.run(evaluator_params=strict, baseline=baseline)
    assert [gate["verdict"] for gate in again.info["gates"]] == ["passed"]
    with pytest.raises(UsageError, match="incompatible: its scorer is 'strict', this run's is 'default'"):
        evaluator.run(baseline=baseline)
    assert json.loads(baseline.read_text(encoding="utf-8"))["info"]["evaluator_params"] == strict


def test_an_incomplete_baseline_is_refused() -> None:
    with pytest.raises(UsageError, match="its run is not complete"):
        check(changed(complete=False))


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"method": "log_likelihood", "prompt": "raw"},
        {"evaluator_params": {"strict": True}},
        {"prompt": "letter", "num_few_shot": 3, "split": "dev"},
    ],
)
def test_a_run_is_compatible_with_its_own_report(options: dict[str, Any]) -> None:
    plan = make_plan(build_config({"model": "random", "dataset": "sample", **options}, Path()))
    report = report_of(samples_of({"a": "cc"}), dataset="sample", **options)
    (data,) = plan.parts
    report["info"]["prompt_fingerprint"] = plan.part_of(data).prompt.fingerprint
    measured = Measured.of_plan(plan, {data: "sample"})
    assert measured.of == {"sample": measurement_of(report["info"])}
    assert measured == Measured.of_report(report["info"], ["sample"])


SEVERAL = report_of(benchmarks_of({"kmmlu": {"a": "cc"}, "kobest": {"a": "cc"}}))["info"]


def changed_part(**values: object) -> EarlierInfo:
    """What a report of two benchmarks says, with other values of one of them."""
    parts = {**SEVERAL["benchmarks"], "kobest": {**SEVERAL["benchmarks"]["kobest"], **values}}
    return cast(EarlierInfo, {**SEVERAL, "benchmarks": parts})


def test_of_several_benchmarks_each_is_compared_with_its_own() -> None:
    check(SEVERAL, SEVERAL)
    other = changed_part(prompt="raw")
    without = cast(EarlierInfo, {**SEVERAL, "benchmarks": {"kmmlu": SEVERAL["benchmarks"]["kmmlu"]}})
    check(other, without)
    with pytest.raises(UsageError, match=f"^{PLACE}: incompatible: its prompt of kobest is 'raw', this run's is 'ans"):
        check(other, SEVERAL)


@pytest.mark.parametrize(("dataset", "refused"), [("kobest", True), ("kmmlu", False), ("elsewhere", False)])
def test_a_run_of_one_is_compared_with_the_benchmark_of_its_name(dataset: str, refused: bool) -> None:
    one = Measured.of_report(NOW["info"], [dataset])
    several = Measured.of_report(changed_part(method="log_likelihood"))
    for before, after in ((one, several), (several, one)):
        assert bool(before.differences_to(after)) == refused
