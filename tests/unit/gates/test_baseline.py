from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.gates.baseline import COMPARED, check_items, check_settings, measured_settings
from tests.unit.reports import report_of, samples_of

PLACE = "--baseline base.json"
NOW = report_of(samples_of({"a": "cccc"}))
FINGERPRINTS = NOW["info"]["subset_fingerprints"]


def test_another_model_is_the_normal_case() -> None:
    info = {**NOW["info"], "model": "other", "backend": "vllm", "model_params": {"seed": 1}}
    check_settings(PLACE, info, measured_settings(NOW["info"]))
    check_items(PLACE, NOW, NOW["samples"], FINGERPRINTS)


@pytest.mark.parametrize("field", COMPARED)
def test_another_measurement_is_refused_with_its_field(field: str) -> None:
    info = {**NOW["info"], field: "other"}
    if field == "scorer":
        info = {**NOW["info"], "evaluator_params": {"scorer": "other"}}
    with pytest.raises(UsageError, match=f"^{PLACE}: incompatible: its {field} is 'other', this run's is "):
        check_settings(PLACE, info, measured_settings(NOW["info"]))


def test_an_incomplete_baseline_is_refused() -> None:
    with pytest.raises(UsageError, match="its run is not complete"):
        check_settings(PLACE, {**NOW["info"], "complete": False}, measured_settings(NOW["info"]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "s0-9999"}, "it has no item s0-0002"),
        ({"reference": "E"}, "item s0-0002 has other data there"),
        ({"options": ["가", "나"]}, "item s0-0002 has other data there"),
        (
            {"input": "다른 질문"},
            "item s0-0002 has another input there, and its subset's dataset_fingerprint is 'other'",
        ),
    ],
)
def test_other_data_are_refused_with_the_item(change: dict[str, Any], message: str) -> None:
    samples = [dict(row) for row in NOW["samples"]]
    samples[2] |= change
    info = {**NOW["info"], "subset_fingerprints": {"a": "other"}}
    with pytest.raises(UsageError, match=message):
        check_items(PLACE, {"info": info, "samples": samples}, NOW["samples"], FINGERPRINTS)


def test_the_same_data_may_be_shown_in_another_way() -> None:
    samples = [{**row, "input": f"[user]\n{row['input']}"} for row in NOW["samples"]]
    check_items(PLACE, {"info": NOW["info"], "samples": samples}, NOW["samples"], FINGERPRINTS)


def test_a_baseline_may_have_more_than_the_scope() -> None:
    check_items(PLACE, NOW, NOW["samples"][:2], {"a": "of a longer file"})
