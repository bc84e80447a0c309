from __future__ import annotations

import pytest

from pytest_haerae.config.run_config import MinimumAccuracy, gate_settings
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.gate import Gate
from pytest_haerae.gates.minimum import check_gated_subsets, judge_minimum
from tests.unit.reports import gates_of, report_of, samples_of

METRICS = report_of(samples_of({"a": "ccccw", "b": "cwwww", "c": "ss"}))["metrics"]


@pytest.mark.parametrize(
    ("subset", "threshold", "gate"),
    [
        (None, 0.5, Gate("min-accuracy", "passed", 0.5, 0.5, None, "accuracy 0.5000 is at least 0.5")),
        (None, 0.51, Gate("min-accuracy", "failed", 0.5, 0.51, None, "accuracy 0.5000 is below 0.51")),
        ("a", 0.8, Gate("min-accuracy a", "passed", 0.8, 0.8, None, "accuracy 0.8000 is at least 0.8")),
        ("b", 0.3, Gate("min-accuracy b", "failed", 0.2, 0.3, None, "accuracy 0.2000 is below 0.3")),
        ("c", 0.0, Gate("min-accuracy c", "unmeasurable", None, 0.0, None, "no item was measured")),
        ("d", 0.0, Gate("min-accuracy d", "unmeasurable", None, 0.0, None, "no item was measured")),
    ],
)
def test_the_accuracy_of_the_whole_or_of_one_subset(subset: str | None, threshold: float, gate: Gate) -> None:
    assert judge_minimum(MinimumAccuracy(subset=subset, threshold=threshold), METRICS) == gate


def test_a_subset_without_a_measured_item_is_unmeasurable() -> None:
    (gate,) = gates_of({"a": "s" * 4, "b": "c" * 4}, min_accuracy=["a=0.1"])
    assert (gate["verdict"], gate["detail"]) == ("unmeasurable", "no item was measured")
    (gate,) = gates_of({"a": "s" * 4}, {"a": "s" * 4})
    assert gate["verdict"] == "unmeasurable"


def test_a_gate_on_an_unknown_subset_is_refused() -> None:
    with pytest.raises(UsageError, match="--min-accuracy: unknown subset 'histry': did you mean 'history'"):
        check_gated_subsets(gate_settings({"min_accuracy": "histry=0.4"}), ["history", "csat_geo"])


def test_a_gate_on_the_whole_or_on_a_subset_in_scope_is_accepted() -> None:
    for minimum in ("0.4", "history=0.4"):
        check_gated_subsets(gate_settings({"min_accuracy": minimum}), ["history", "csat_geo"])
