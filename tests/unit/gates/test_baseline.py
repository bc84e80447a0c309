from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.config.run_config import gate_settings
from pytest_haerae.gates.baseline import _rounded, assumed_drops
from pytest_haerae.statistics.power import items_to_detect, smallest_detectable_drop
from pytest_haerae.statistics.tests import drop_p_value, holm, mcnemar_one_sided
from tests.unit.reports import gates_of, report_of, samples_of


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


def test_a_baseline_full_of_errors_is_unmeasurable() -> None:
    (gate,) = gates_of({"a": "c" * 40}, {"a": "e" * 20 + "c" * 20})
    assert gate["verdict"] == "unmeasurable"
    assert gate["detail"] == "the baseline has errors for 20 of 40 items (allowed: 0.0%)"
    (gate,) = gates_of({"a": "c" * 40}, {"a": "e" * 20 + "c" * 20}, max_error_rate="0.5")
    assert gate["verdict"] == "passed"


def test_an_item_that_two_tests_asked_counts_once() -> None:
    samples = samples_of({"a": "w" * 4 + "c" * 6})
    baseline = report_of(samples_of({"a": "c" * 10}))
    (gate,) = report_of([*samples, *samples], baseline)["info"]["gates"]
    assert "on 10 paired items (4 lost, 0 gained)" in gate["detail"]


def test_without_a_baseline_a_share_of_changing_items_is_assumed() -> None:
    metrics = report_of(samples_of({"a": "c" * 60, "b": "c" * 40, "c": "ss"}))["metrics"]
    drops = assumed_drops(gate_settings({"max_drop": "0.01"}), metrics)
    assert drops == {
        "total": smallest_detectable_drop(100, discordance=0.2, level=0.05 / 3, margin=0.01),
        "subsets": {
            "a": smallest_detectable_drop(60, discordance=0.2, level=0.05 / 3, margin=0.01),
            "b": smallest_detectable_drop(40, discordance=0.2, level=0.05 / 3, margin=0.01),
        },
        "assumed_discordance": 0.2,
    }
    one = assumed_drops(gate_settings({}), report_of(samples_of({"a": "c" * 60}))["metrics"])
    assert one["total"] == one["subsets"]["a"] == smallest_detectable_drop(60, discordance=0.2, level=0.05)


def test_with_a_baseline_as_many_items_change_as_did() -> None:
    report = report_of(samples_of({"a": "w" * 6 + "c" * 94}), report_of(samples_of({"a": "c" * 98 + "w" * 2})))
    drop = smallest_detectable_drop(100, discordance=0.08, level=0.05)
    assert report["info"]["detectable_drops"] == {"total": drop, "subsets": {"a": drop}, "assumed_discordance": None}


def test_the_most_certain_fall_is_named_first_and_each_group_has_its_own_p_value() -> None:
    then = {"a": "w" * 8 + "c" * 72, "b": "c" * 80}
    report = report_of(samples_of({"a": "c" * 80, "b": "w" * 20 + "c" * 60}), report_of(samples_of(then)))
    (gate,) = report["info"]["gates"]
    assert gate["detail"] == "subset b: accuracy fell by 0.2500 (20 lost, 0 gained); also all items -0.0750"
    total, b, a = holm([mcnemar_one_sided(20, 8), mcnemar_one_sided(20, 0), mcnemar_one_sided(0, 8)])
    assert (gate["value"], gate["p_value"]) == (0.25, b)
    assert report["info"]["changes"] == {
        "total": {"n": 160, "change": -0.075, "lost": 20, "gained": 8, "p_value": total},
        "subsets": {
            "a": {"n": 80, "change": 0.1, "lost": 0, "gained": 8, "p_value": a},
            "b": {"n": 80, "change": -0.25, "lost": 20, "gained": 0, "p_value": b},
        },
    }


def test_the_one_subset_of_a_run_is_the_whole() -> None:
    report = report_of(samples_of({"a": "w" * 5 + "c" * 35}), report_of(samples_of({"a": "c" * 40})))
    changes = report["info"]["changes"]
    assert changes is not None
    assert changes["subsets"]["a"] == changes["total"]
    assert changes["total"]["p_value"] == mcnemar_one_sided(5, 0)


def test_of_several_drops_that_may_be_chance_the_whole_is_told_first() -> None:
    now = {"a": "w" * 4 + "c" * 16, "b": "w" + "c" * 19}
    (gate,) = gates_of(now, dict.fromkeys("ab", "c" * 20))
    assert "; all items: a drop of 0.1250 is too small" in gate["detail"]
    assert gate["detail"].endswith("would tell; so are those of 2 more")


def test_where_the_whole_did_not_fall_the_largest_drop_is_told() -> None:
    then = {"b": "c" * 20, "a": "c" * 20, "c": "w" * 6 + "c" * 14}
    (gate,) = gates_of({"b": "w" * 2 + "c" * 18, "a": "w" * 4 + "c" * 16, "c": "c" * 20}, then)
    assert gate["verdict"] == "passed"
    assert "; subset a: a drop of 0.2000 is too small" in gate["detail"]
    assert gate["detail"].endswith("would tell; so are those of 1 more")


@pytest.mark.parametrize("margin", [0.0, 0.03])
def test_so_many_items_would_tell_of_a_drop_beyond_the_tolerated_one(margin: float) -> None:
    (gate,) = gates_of({"a": "w" * 4 + "c" * 36}, {"a": "c" * 40}, max_drop=str(margin))
    told = re.search(r"about ([\d,]+) items would tell$", gate["detail"])
    assert told, gate["detail"]
    assert int(told[1].replace(",", "")) == _rounded(items_to_detect(0.1, discordance=0.1, level=0.05, margin=margin))


@given(st.integers(1, 10**9))
def test_an_estimate_has_two_digits_and_is_rounded_up(count: int) -> None:
    rounded = _rounded(count)
    digits = len(str(count))
    assert count <= rounded < count + max(1, 10 ** (digits - 2))
    assert str(rounded)[2:].strip("0") == ""


@pytest.mark.parametrize(
    ("then", "detail"),
    [
        ("s" * 40, "no item was measured in both runs"),
        ("e" + "c" * 39, "the baseline has errors for 1 of 40 items (allowed: 0.0%)"),
    ],
)
def test_what_cannot_be_measured_has_no_value_and_keeps_its_threshold(then: str, detail: str) -> None:
    (gate,) = gates_of({"a": "c" * 40}, {"a": then}, max_drop="0.01")
    assert gate == {
        "name": "baseline",
        "verdict": "unmeasurable",
        "value": None,
        "threshold": 0.01,
        "p_value": None,
        "detail": detail,
    }


def test_each_of_several_tests_finds_what_is_left_of_the_level_finds() -> None:
    now, then = {"a": "w" * 10 + "c" * 90, "b": "c" * 100}, dict.fromkeys("ab", "c" * 100)
    drops = report_of(samples_of(now), report_of(samples_of(then)))["info"]["detectable_drops"]
    assert drops is not None
    assert drops["total"] == smallest_detectable_drop(200, discordance=0.05, level=0.05 / 3)
    assert drops["subsets"]["a"] == smallest_detectable_drop(100, discordance=0.1, level=0.05 / 3)


def test_a_failed_gate_names_every_group_that_fell() -> None:
    (gate,) = gates_of(dict.fromkeys("ab", "w" * 15 + "c" * 5), dict.fromkeys("ab", "c" * 20))
    fell = "all items: accuracy fell by 0.7500 (30 lost, 0 gained); also subset a -0.7500, subset b -0.7500"
    assert (gate["name"], gate["detail"]) == ("baseline", fell)


def test_a_passed_gate_has_the_drop_the_tolerated_one_and_the_p_value_of_the_whole() -> None:
    for lost, gained in ((3, 1), (1, 3)):
        now, then = "w" * lost + "c" * (40 - lost), "c" * (40 - gained) + "w" * gained
        (gate,) = gates_of({"a": now}, {"a": then}, max_drop="0.01")
        assert gate["verdict"] == "passed"
        assert (gate["value"], gate["threshold"]) == ((lost - gained) / 40, 0.01)
        assert gate["p_value"] == drop_p_value(lost, gained, 40, 0.01)


def test_what_can_be_detected_is_a_drop_beyond_the_tolerated_one() -> None:
    before = report_of(samples_of({"a": "c" * 98 + "w" * 2}))
    drops = report_of(samples_of({"a": "w" * 6 + "c" * 94}), before, max_drop="0.02")["info"]["detectable_drops"]
    assert drops is not None
    assert drops["total"] == smallest_detectable_drop(100, discordance=0.08, level=0.05, margin=0.02)
    assert drops["total"] != smallest_detectable_drop(100, discordance=0.08, level=0.05)
