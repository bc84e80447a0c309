from __future__ import annotations

from pytest_haerae.report.show.ci import item_properties, suite_properties, workflow_commands
from tests.unit.reports import report_of, samples_of


def test_each_broken_gate_and_each_warning_is_one_workflow_command() -> None:
    report = report_of(samples_of({"a:b,c": "c" * 2 + "w" * 98}), min_accuracy=["0.5", "a:b,c=0.01", "a:b,c=0.9"])
    report["info"]["gates"][0]["detail"] = "100% of\nit"
    assert list(workflow_commands(report)) == [
        "::error title=pytest-haerae gate min-accuracy::failed - 100%25 of%0Ait",
        "::error title=pytest-haerae gate min-accuracy a%3Ab%2Cc::failed - accuracy 0.0200 is below 0.9",
        "::warning title=pytest-haerae a number looks wrong::accuracy below chance: a:b,c (0.020, chance 0.200)",
    ]


def test_a_clean_run_has_no_annotation() -> None:
    assert list(workflow_commands(report_of(samples_of({"a": "c" * 9}), min_accuracy=["0.5"]))) == []


def test_properties_of_the_suite_and_of_an_item() -> None:
    samples = samples_of({"a": "cw", "b": "s"})
    properties = dict(suite_properties(report_of(samples, min_accuracy=["0.9"])))
    assert properties["haerae.accuracy"] == properties["haerae.a.accuracy"] == "0.5"
    assert (properties["haerae.b.n"], properties["haerae.b.accuracy"]) == ("0", "")
    assert properties["haerae.gate.min-accuracy"] == "failed: accuracy 0.5000 is below 0.9"
    assert properties["haerae.complete"] == "true"
    assert dict(item_properties(samples[1].item, samples[1].verdict)) == {
        "haerae_subset": "a",
        "haerae_outcome": "wrong",
        "haerae_prediction": "C",
        "haerae_reference": "B",
    }
