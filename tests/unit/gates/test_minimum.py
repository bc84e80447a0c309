from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_haerae.config.gate_settings import Minimum, gate_settings
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.gate import Gate
from pytest_haerae.gates.minimum import check_gated_subsets, judge_minimum, judge_suites
from pytest_haerae.statistics.scores import make_metrics
from pytest_haerae.types import Selected, Terms
from tests.unit.reports import benchmarks_of, gates_of, report_of, samples_of


def always(entry: Selected) -> bool:
    """The method applies to each item."""
    return True


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
    assert judge_minimum(Minimum(subset=subset, threshold=threshold), METRICS) == gate


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


def test_a_suites_gate_is_about_the_items_that_it_asks() -> None:
    easy, hard, told = (
        Terms("test_a.py::easy", (), 0.5),
        Terms("test_a.py::hard", (), 0.5),
        Terms("test_a.py::told", ("c",)),
    )
    said = [(easy,), (easy, hard), (hard, told), (hard,), (), (told,)]
    samples = [
        replace(sample, selected=replace(sample.selected, terms=terms))
        for sample, terms in zip(samples_of({"a": "cwccww"}), said, strict=True)
    ]
    selection = [sample.selected for sample in samples]
    assert judge_suites(selection, samples, always) == [
        Gate("min-accuracy test_a.py::easy", "passed", 0.5, 0.5, None, "accuracy 0.5000 is at least 0.5"),
        Gate("min-accuracy test_a.py::hard", "passed", 2 / 3, 0.5, None, "accuracy 0.6667 is at least 0.5"),
    ]
    assert judge_suites(selection, samples[1:], always)[0].verdict == "failed"
    missing = Gate("min-accuracy test_a.py::easy", "unmeasurable", None, 0.5, None, "no item was measured")
    assert judge_suites(selection, samples[2:], always)[0] == missing
    assert judge_suites(selection[4:], samples, always) == []


@pytest.mark.parametrize(
    ("outcomes", "applies", "verdict", "detail"),
    [
        ("sss", "sss", "not evaluated", "all of its items were skipped: no GPU"),
        ("ssc", "ssc", "passed", "accuracy 1.0000 is at least 0.5"),
        ("sse", "sse", "unmeasurable", "no item was measured"),
        # The method applies to none of them: nobody skipped the suite.
        ("sss", "", "unmeasurable", "no item was measured"),
    ],
)
def test_a_suite_that_is_skipped_takes_its_gate_out(outcomes: str, applies: str, verdict: str, detail: str) -> None:
    terms = (Terms("t", (), 0.5),)
    samples = [
        replace(
            sample,
            selected=replace(sample.selected, terms=terms),
            verdict=replace(sample.verdict, explanation="no GPU"),
        )
        for sample in samples_of({"a": outcomes})
    ]
    selection = [sample.selected for sample in samples]
    (gate,) = judge_suites(selection, samples, lambda entry: bool(applies))
    assert (gate.name, gate.verdict, gate.detail, gate.threshold) == ("min-accuracy t", verdict, detail, 0.5)


def test_a_gate_of_nothing_is_one() -> None:
    (sample,) = samples_of({"a": "w"})
    selected = replace(sample.selected, terms=(Terms("t", (), 0.0),))
    (gate,) = judge_suites([selected], [replace(sample, selected=selected)], always)
    assert (gate.verdict, gate.threshold) == ("passed", 0.0)


def test_a_gate_may_hold_one_of_several_benchmarks_or_its_subset() -> None:
    metrics = make_metrics(benchmarks_of({"kmmlu": {"Law": "cccw", "Math": "w"}, "kobest": {"boolq": "ww"}}))
    found = {
        name: judge_minimum(Minimum(subset=name, threshold=0.5), metrics)
        for name in ("kmmlu", "kmmlu/Law", "kmmlu/Math", "kobest", None)
    }
    assert {name: (gate.verdict, gate.value) for name, gate in found.items()} == {
        "kmmlu": ("passed", 0.6),
        "kmmlu/Law": ("passed", 0.75),
        "kmmlu/Math": ("failed", 0.0),
        "kobest": ("failed", 0.0),
        None: ("failed", 3 / 7),
    }
    assert found["kmmlu/Law"].name == "min-accuracy kmmlu/Law"


def test_a_subset_without_its_benchmark_is_told_which_there_is() -> None:
    settings = gate_settings({"min_accuracy": ["Law=0.5"]})
    with pytest.raises(UsageError, match="unknown subset 'Law': did you mean 'kmmlu/Law'"):
        check_gated_subsets(settings, ["kmmlu/Law", "kmmlu/Math", "kmmlu"])
