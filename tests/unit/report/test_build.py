from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_haerae.types import Response, Sample
from tests.unit.reports import report_of, samples_of


def answered(outcomes: str, *responses: Response) -> list[Sample]:
    """Samples of a subset with these responses."""
    samples = samples_of({"a": outcomes})
    return [replace(sample, response=response) for sample, response in zip(samples, responses, strict=True)]


def test_the_parts_and_the_promised_keys_stand_in_their_order() -> None:
    report = report_of(samples_of({"a": "cw"}))
    assert list(report) == ["schema_version", "metrics", "info", "samples"]
    assert list(report["metrics"])[:9] == [
        *("accuracy", "stderr", "ci95", "n", "correct", "wrong", "invalid", "errors", "skipped"),
    ]
    assert list(report["info"])[:8] == [
        *("backend", "model", "model_params", "method", "evaluator_params", "dataset", "dataset_revision"),
        "dataset_fingerprint",
    ]
    assert list(report["samples"][0])[:11] == [
        *("id", "subset", "nodeid", "input", "options", "reference", "prediction", "outcome", "raw_output"),
        *("loglikelihoods", "error"),
    ]


def test_tokens_and_cost_are_sums_of_what_is_known() -> None:
    responses = (
        Response("B", prompt_tokens=10, completion_tokens=2, cost_usd=0.25),
        Response("B", prompt_tokens=5),
        Response(error="HTTP 503"),
    )
    info = report_of(answered("cce", *responses))["info"]
    assert (info["tokens"], info["cost_usd"]) == ({"prompt": 15, "completion": 2}, 0.25)
    nothing = report_of(answered("c", Response("B")))["info"]
    assert (nothing["tokens"], nothing["cost_usd"]) == ({"prompt": None, "completion": None}, None)
    free = report_of(answered("c", Response("B", prompt_tokens=0, cost_usd=0.0)))["info"]
    assert (free["tokens"]["prompt"], free["cost_usd"]) == (0, 0.0)


def test_reasoning_tokens_stand_where_they_are_known() -> None:
    responses = (
        Response("B", completion_tokens=9, reasoning_tokens=7),
        Response("B", completion_tokens=1),
        Response("", completion_tokens=3, reasoning_tokens=3, reasoning="생각", finish_reason="length"),
    )
    report = report_of(answered("ccw", *responses))
    assert report["info"]["tokens"] == {"prompt": None, "completion": 13, "reasoning": 10}
    assert [row["tokens"].get("reasoning") for row in report["samples"]] == [7, None, 3]
    assert [row["reasoning"] for row in report["samples"]] == [None, None, "생각"]


def test_cached_tokens_stand_where_they_are_known() -> None:
    report = report_of(answered("cc", Response("B", prompt_tokens=9, cached_tokens=8), Response("B", prompt_tokens=1)))
    assert report["info"]["tokens"] == {"prompt": 10, "completion": None, "cached": 8}
    assert [row["tokens"].get("cached") for row in report["samples"]] == [8, None]


def test_endings_and_cut_contexts_are_counted() -> None:
    responses = (
        Response("B", finish_reason="stop"),
        Response("B", finish_reason="length", truncated=True),
        Response("B", finish_reason="length"),
    )
    info = report_of(answered("ccc", *responses))["info"]
    assert info["finish_reasons"] == {"a": {"length": 2, "stop": 1}}
    assert info["truncated"] == 1


def test_rules_are_counted_the_most_frequent_first() -> None:
    samples = samples_of({"a": "cciw"})
    rules = ["letter", "verdict", "empty", "verdict"]
    samples = [
        replace(sample, verdict=replace(sample.verdict, rule=rule)) for sample, rule in zip(samples, rules, strict=True)
    ]
    info = report_of(samples)["info"]
    assert list(info["rules"].items()) == [("verdict", 2), ("letter", 1), ("empty", 1)]
    assert info["rules_not_read"] == {"empty": 1}


@pytest.mark.parametrize(("missing", "complete"), [(0, True), (1, False)])
def test_a_run_is_complete_when_nothing_is_missing(missing: int, complete: bool) -> None:
    info = report_of(samples_of({"a": "cw"}), missing=missing, by_hand=True)["info"]
    assert info["complete"] is complete
    assert info["selection"] == {"items": 2 + missing, "by_hand": True}


def test_no_secret_is_in_the_report() -> None:
    params = {"api_key": "secret-key-0", "api_base": "http://user:secret-key-1@localhost/v1", "seed": 1}
    info = report_of(samples_of({"a": "c"}), model_params=params)["info"]
    assert info["model_params"] == {"api_key": "***", "api_base": "http://***@localhost/v1", "seed": 1}
    assert "secret-key" not in str(info)


def test_versions_name_this_package_python_and_pytest() -> None:
    versions = report_of(samples_of({"a": "c"}))["info"]["versions"]
    assert list(versions) == ["pytest_haerae", "python", "pytest"]
    assert versions["pytest"] == pytest.__version__
