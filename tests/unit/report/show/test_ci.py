from __future__ import annotations

from xml.etree import ElementTree

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


HOSTILE = "a\x1b[2J\n::error::b\x00\u202e\ud83d"


def test_properties_are_well_formed_and_annotations_one_line_whatever_names_hold() -> None:
    samples = samples_of({HOSTILE: "cw"})
    report = report_of(samples, min_accuracy=[f"{HOSTILE}=0.9"])
    properties = [*suite_properties(report), *item_properties(samples[0].item, samples[0].verdict)]
    element = ElementTree.Element("properties")
    for name, value in properties:
        ElementTree.SubElement(element, "property", name=name, value=value)
    again = ElementTree.fromstring(ElementTree.tostring(element, encoding="utf-8"))  # noqa: S314 - made here
    assert [(part.get("name"), part.get("value")) for part in again] == properties
    assert ("haerae_subset", r"a\x1b[2J\n::error::b\x00\u202e\ud83d") in properties
    (command,) = workflow_commands(report)
    assert command.startswith(r"::error title=pytest-haerae gate min-accuracy a\x1b[2J%0A%3A%3Aerror%3A%3Ab\x00")
    assert len(command.splitlines()) == 1
