from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.config.run_config import gate_settings
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.judge import Completeness, check_gated_subsets
from tests.unit.reports import report_of, samples_of


def gates_of(now: dict[str, str], then: dict[str, str] | None = None, **options: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - options as typed
    baseline = report_of(samples_of(then)) if then else None
    found: list[dict[str, Any]] = report_of(samples_of(now), baseline, **options)["info"]["gates"]
    return found


def test_an_improvement_and_a_tie_pass() -> None:
    for now in ("c" * 40, "w" * 10 + "c" * 30):
        (gate,) = gates_of({"a": now}, {"a": "w" * 10 + "c" * 30})
        assert gate["verdict"] == "passed"
        assert "too small to tell" not in gate["detail"]


def test_a_certain_drop_fails_with_its_numbers() -> None:
    (gate,) = gates_of({"a": "w" * 5 + "c" * 35}, {"a": "c" * 40})
    assert gate["verdict"] == "failed"
    assert (gate["value"], gate["threshold"], gate["p_value"]) == (0.125, 0.0, 1 / 32)
    assert gate["detail"] == "all items: accuracy fell by 0.1250 (5 lost, 0 gained)"


def test_a_drop_that_may_be_chance_passes_and_says_how_many_items_would_tell() -> None:
    (gate,) = gates_of({"a": "w" * 4 + "c" * 36}, {"a": "c" * 40})
    assert gate["verdict"] == "passed"
    assert gate["detail"] == (
        "change -0.1000 on 40 paired items (4 lost, 0 gained); all items: a drop of 0.1000 is too small to tell from"
        " chance on 40 items (p = 0.062); about 66 items would tell"
    )


def test_the_tolerated_drop_is_what_is_tested() -> None:
    now, then = {"a": "w" * 8 + "c" * 92}, {"a": "c" * 100}
    assert gates_of(now, then)[0]["verdict"] == "failed"
    for tolerated in ("0.02", "0.05", "0.08"):
        (gate,) = gates_of(now, then, max_drop=tolerated)
        assert gate["verdict"] == "passed", tolerated
        assert ("too small to tell" in gate["detail"]) == (tolerated != "0.08")
    assert gates_of(now, then, max_drop="0.05", significance="1")[0]["verdict"] == "failed"


def test_one_subset_alone_fails_the_gate_and_is_named() -> None:
    then = dict.fromkeys("abcd", "c" * 40 + "w" * 40)
    (gate,) = gates_of({**then, "c": "w" * 20 + "c" * 20 + "w" * 40}, then, significance="0.001")
    assert gate["verdict"] == "failed"
    assert gate["detail"].startswith("all items: accuracy fell by 0.0625 (20 lost, 0 gained); also subset c -0.2500")
    (gate,) = gates_of({**then, "c": "w" * 10 + "c" * 30 + "w" * 40, "d": "c" * 50 + "w" * 30}, then)
    assert gate["detail"] == "subset c: accuracy fell by 0.1250 (10 lost, 0 gained)"


def test_holm_asks_more_of_each_of_many_subsets() -> None:
    same = dict.fromkeys("abcdefgh", "c" * 20)
    now, then = ({**same, name: "w" * 5 + "c" * 15} for name in "ab")
    (gate,) = gates_of(now, then)
    assert gate["verdict"] == "passed"
    assert "subset a: a drop of 0.2500 is too small to tell from chance on 20 items (p = 0.28)" in gate["detail"]
    assert gates_of({"a": now["a"]}, {"a": then["a"]})[0]["verdict"] == "failed"


@pytest.mark.parametrize(
    ("options", "verdict"), [({"by_hand": True}, "not evaluated"), ({"missing": 1}, "unmeasurable"), ({}, "passed")]
)
def test_partial_and_incomplete_runs_never_pass(options: dict[str, Any], verdict: str) -> None:
    gates = gates_of({"a": "c" * 40}, {"a": "c" * 40}, min_accuracy=["0.5"], **options)
    assert {gate["verdict"] for gate in gates} == {verdict}
    assert [gate["name"] for gate in gates][:2] == ["min-accuracy", "baseline"]


def test_errors_above_the_tolerated_share_are_unmeasurable() -> None:
    now = {"a": "e" * 2 + "c" * 38}
    gates = gates_of(now, min_accuracy=["0.5"])
    assert [(gate["name"], gate["verdict"]) for gate in gates] == [
        ("min-accuracy", "unmeasurable"),
        ("measurable", "unmeasurable"),
    ]
    assert [gate["verdict"] for gate in gates_of(now, min_accuracy=["0.5"], max_error_rate="0.05")] == ["passed"]


def test_a_baseline_full_of_errors_is_unmeasurable() -> None:
    (gate,) = gates_of({"a": "c" * 40}, {"a": "e" * 20 + "c" * 20})
    assert gate["verdict"] == "unmeasurable"
    assert gate["detail"] == "the baseline has errors for 20 of 40 items (allowed: 0.0%)"
    (gate,) = gates_of({"a": "c" * 40}, {"a": "e" * 20 + "c" * 20}, max_error_rate="0.5")
    assert gate["verdict"] == "passed"


def test_a_subset_without_a_measured_item_is_unmeasurable() -> None:
    (gate,) = gates_of({"a": "s" * 4, "b": "c" * 4}, min_accuracy=["a=0.1"])
    assert (gate["verdict"], gate["detail"]) == ("unmeasurable", "no item was measured")
    (gate,) = gates_of({"a": "s" * 4}, {"a": "s" * 4})
    assert gate["verdict"] == "unmeasurable"


def test_an_item_that_two_tests_asked_counts_once() -> None:
    samples = samples_of({"a": "w" * 4 + "c" * 6})
    baseline = report_of(samples_of({"a": "c" * 10}))
    (gate,) = report_of([*samples, *samples], baseline)["info"]["gates"]
    assert "on 10 paired items (4 lost, 0 gained)" in gate["detail"]


def test_a_report_says_how_complete_it_is() -> None:
    samples = samples_of({"a": "cewc"})
    assert Completeness.of_report(report_of(samples, by_hand=True)) == Completeness(True, 0, 1, 4)
    assert Completeness.of_report(report_of(samples, missing=2)) == Completeness(False, 2, 1, 6)
    older = report_of(samples, missing=2)
    del older["info"]["selection"]
    assert Completeness.of_report(older).missing == 1


def test_a_gate_on_an_unknown_subset_is_refused() -> None:
    with pytest.raises(UsageError, match="--min-accuracy: unknown subset 'histry': did you mean 'history'"):
        check_gated_subsets(gate_settings({"min_accuracy": "histry=0.4"}), ["history", "csat_geo"])
