from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_haerae.config.gate_settings import gate_settings
from pytest_haerae.gates.baseline import UNGATED_FALL, BaselineTest, assumed_drops
from pytest_haerae.gates.gate import GateEntry
from pytest_haerae.report.schema import Report
from pytest_haerae.statistics.margins import binary_drops, drop_upper_bound, drops_of, exceeds_p_value, within_p_value
from pytest_haerae.statistics.pairing import Mark, Outline, pair
from pytest_haerae.statistics.power import items_to_detect, rounded_up, smallest_detectable_drop
from pytest_haerae.statistics.tests import holm, mcnemar_one_sided
from tests.unit.reports import benchmarks_of, gates_of, report_of, samples_of


def test_an_improvement_and_a_tie_pass() -> None:
    (better,) = gates_of({"a": "c" * 40}, {"a": "w" * 10 + "c" * 30})
    assert (better["verdict"], better["detail"]) == (
        "passed",
        "change +0.2500 on 40 paired items (0 lost, 10 gained)",
    )
    (same,) = gates_of({"a": "w" * 10 + "c" * 30}, {"a": "w" * 10 + "c" * 30})
    assert (same["verdict"], same["detail"]) == (
        "passed",
        "change +0.0000 on 40 paired items (0 lost, 0 gained): no item changed its outcome",
    )


def test_the_example_of_the_docs_fails() -> None:
    """0.6364 to 0.5517 on 319 items, 85 lost and 58 gained, with a tolerated drop of 0.01."""
    then = "c" * 203 + "w" * 116
    now = "w" * 85 + "c" * 118 + "c" * 58 + "w" * 58
    (gate,) = gates_of({"a": now}, {"a": then}, max_drop="0.01")
    assert (gate["verdict"], gate["detail"]) == (
        "failed",
        "all items: accuracy fell by 0.0846 (85 lost, 58 gained), 0.01 is tolerated",
    )


def test_a_certain_drop_fails_with_its_numbers() -> None:
    (gate,) = gates_of({"a": "w" * 5 + "c" * 35}, {"a": "c" * 40})
    assert gate["verdict"] == "failed"
    assert (gate["value"], gate["threshold"], gate["p_value"]) == (0.125, 0.0, 1 / 32)
    assert gate["detail"] == "all items: accuracy fell by 0.1250 (5 lost, 0 gained), 0 is tolerated"


def test_a_drop_that_may_be_chance_is_inconclusive_and_says_how_large_it_may_be_and_what_would_tell() -> None:
    (gate,) = gates_of({"a": "w" * 4 + "c" * 36}, {"a": "c" * 40})
    assert gate["verdict"] == "inconclusive"
    bound = drop_upper_bound(binary_drops(4, 0, 40), 0.05)
    assert gate["detail"] == (
        "change -0.1000 on 40 paired items (4 lost, 0 gained): the drop may be up to"
        f" {bound:.4f} (95% confidence), 0 is tolerated; about 66 items would tell"
    )
    assert 0.1 < bound < 0.25


@pytest.mark.parametrize(
    ("tolerated", "verdict"),
    [
        ("0.02", "failed"),
        ("0.05", "inconclusive"),
        ("0.08", "inconclusive"),
        ("0.12", "inconclusive"),
        ("0.2", "passed"),
    ],
)
def test_the_tolerated_drop_is_what_is_tested(tolerated: str, verdict: str) -> None:
    now, then = {"a": "w" * 8 + "c" * 92}, {"a": "c" * 100}
    (gate,) = gates_of(now, then, max_drop=tolerated)
    assert gate["verdict"] == verdict
    without_a_test = "failed" if float(tolerated) < 0.08 else "passed"
    assert gates_of(now, then, max_drop=tolerated, significance="1")[0]["verdict"] == without_a_test
    by_test = {
        "failed": exceeds_p_value(binary_drops(8, 0, 100), float(tolerated)) <= 0.05,
        "passed": within_p_value(binary_drops(8, 0, 100), float(tolerated)) <= 0.05,
    }
    assert by_test.get(verdict, not any(by_test.values()))


def test_a_drop_of_just_what_is_tolerated_is_told_by_no_number_of_items() -> None:
    (gate,) = gates_of({"a": "w" * 3 + "c" * 47}, {"a": "c" * 49 + "w"}, max_drop="0.04")
    assert (gate["verdict"], gate["value"]) == ("inconclusive", 0.04)
    assert gate["detail"].endswith("; more items would not tell")


def by_name(now: dict[str, str], then: dict[str, str], **options: Any) -> dict[str, GateEntry]:  # noqa: ANN401
    return {gate["name"]: gate for gate in gates_of(now, then, **options)}


def test_the_total_is_tested_alone_and_each_named_subset_has_a_gate_of_its_own() -> None:
    then = dict.fromkeys("abcd", "c" * 40 + "w" * 40)
    now = {**then, "c": "w" * 10 + "c" * 30 + "w" * 40, "d": "c" * 50 + "w" * 30}
    (total,) = gates_of(now, then)
    assert (total["verdict"], total["p_value"]) == ("inconclusive", mcnemar_one_sided(10, 10))
    found = by_name(now, then, max_drop=["c=0", "a=0.1"])
    assert {name: gate["verdict"] for name, gate in found.items()} == {
        "baseline": "inconclusive",
        "baseline c": "failed",
        "baseline a": "passed",
    }
    assert found["baseline"] == total
    assert found["baseline c"]["detail"] == "subset c: accuracy fell by 0.1250 (10 lost, 0 gained), 0 is tolerated"
    assert [found[f"baseline {name}"]["threshold"] for name in "ca"] == [0, 0.1]
    each = by_name(now, then, max_drop=["0.01", "each=0.02", "d=0.3"])
    assert {name: gate["threshold"] for name, gate in each.items()} == {
        "baseline": 0.01,
        "baseline a": 0.02,
        "baseline b": 0.02,
        "baseline c": 0.02,
        "baseline d": 0.3,
    }


def test_holm_asks_more_of_each_of_many_named_subsets_in_both_directions() -> None:
    same = dict.fromkeys("abcdefgh", "c" * 20)
    now, then = ({**same, name: "w" * 5 + "c" * 15} for name in "ab")
    found = by_name(now, then, max_drop="each=0")
    assert (found["baseline a"]["verdict"], found["baseline a"]["p_value"]) == ("inconclusive", 8 / 32)
    assert "(99.4% confidence)" in found["baseline a"]["detail"]
    assert found["baseline b"]["verdict"] == "inconclusive", "5 gained are not enough for one of eight"
    assert found["baseline c"]["verdict"] == "passed"
    alone = by_name(now, then, max_drop=["a=0", "b=0"])
    assert (alone["baseline a"]["p_value"], alone["baseline a"]["verdict"]) == (2 / 32, "inconclusive")
    assert by_name(now, then, max_drop="a=0")["baseline a"]["verdict"] == "failed"
    assert by_name(now, then, max_drop="b=0")["baseline b"]["verdict"] == "passed"


def test_a_subset_that_fell_and_has_no_gate_is_a_warning() -> None:
    then = dict.fromkeys("abc", "c" * 40 + "w" * 40)
    now = {**then, "b": "w" * 10 + "c" * 30 + "w" * 40, "c": "c" * 55 + "w" * 25}
    report = report_of(samples_of(now), report_of(samples_of(then)))
    assert report["info"]["warnings"] == [
        f"{UNGATED_FALL}: b -0.1250 (10 lost, 0 gained); --max-drop SUBSET=X makes a gate of it"
    ]
    gated = report_of(samples_of(now), report_of(samples_of(then)), max_drop="b=0")
    assert gated["info"]["warnings"] == []
    tolerated = report_of(samples_of(now), report_of(samples_of(then)), max_drop="0.12")
    assert tolerated["info"]["warnings"] == []


def test_the_one_subset_of_a_run_is_no_warning_beside_its_total() -> None:
    report = report_of(samples_of({"a": "w" * 9 + "c" * 31}), report_of(samples_of({"a": "c" * 40})))
    assert ([gate["verdict"] for gate in report["info"]["gates"]], report["info"]["warnings"]) == (["failed"], [])


def test_a_named_subset_without_a_pair_is_unmeasurable() -> None:
    found = by_name({"a": "c" * 20, "b": "c" * 20}, {"a": "c" * 20}, max_drop="b=0.1")
    assert (found["baseline"]["verdict"], found["baseline b"]["verdict"]) == ("passed", "unmeasurable")
    assert found["baseline b"]["detail"] == "no item was measured in both runs"


def test_the_numbers_of_an_inconclusive_gate_stand_in_the_changes() -> None:
    report = report_of(samples_of({"a": "w" * 4 + "c" * 36}), report_of(samples_of({"a": "c" * 40})))
    changes = report["info"]["changes"]
    assert changes is not None
    assert changes["total"]["drop_at_most"] == drop_upper_bound(binary_drops(4, 0, 40), 0.05)
    assert changes["total"]["items_to_tell"] == 66
    assert "drop_at_most" not in changes["subsets"]["a"]


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
        "total": smallest_detectable_drop(100, discordance=0.2, level=0.05, margin=0.01),
        "subsets": {
            "a": smallest_detectable_drop(60, discordance=0.2, level=0.05 / 2, margin=0.01),
            "b": smallest_detectable_drop(40, discordance=0.2, level=0.05 / 2, margin=0.01),
        },
        "assumed_discordance": 0.2,
    }
    one = assumed_drops(gate_settings({}), report_of(samples_of({"a": "c" * 60}))["metrics"])
    assert one["total"] == one["subsets"]["a"] == smallest_detectable_drop(60, discordance=0.2, level=0.05)


def test_with_a_baseline_as_many_items_change_as_did() -> None:
    report = report_of(samples_of({"a": "w" * 6 + "c" * 94}), report_of(samples_of({"a": "c" * 98 + "w" * 2})))
    drop = smallest_detectable_drop(100, discordance=0.08, level=0.05)
    assert report["info"]["detectable_drops"] == {"total": drop, "subsets": {"a": drop}, "assumed_discordance": None}


def test_each_group_has_its_own_p_value() -> None:
    then = {"a": "w" * 8 + "c" * 72, "b": "c" * 80}
    report = report_of(samples_of({"a": "c" * 80, "b": "w" * 20 + "c" * 60}), report_of(samples_of(then)))
    (gate,) = report["info"]["gates"]
    assert gate["detail"] == "all items: accuracy fell by 0.0750 (20 lost, 8 gained), 0 is tolerated"
    total, (b, a) = mcnemar_one_sided(20, 8), holm([mcnemar_one_sided(20, 0), mcnemar_one_sided(0, 8)])
    assert (gate["value"], gate["p_value"]) == (0.075, total)
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


@pytest.mark.parametrize("margin", [0.0, 0.03])
def test_so_many_items_would_tell_of_a_drop_beyond_the_tolerated_one(margin: float) -> None:
    (gate,) = gates_of({"a": "w" * 4 + "c" * 36}, {"a": "c" * 40}, max_drop=str(margin))
    told = re.search(r"about ([\d,]+) items would tell$", gate["detail"])
    assert told, gate["detail"]
    assert int(told[1].replace(",", "")) == rounded_up(items_to_detect(0.1, discordance=0.1, level=0.05, margin=margin))


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
    assert drops["total"] == smallest_detectable_drop(200, discordance=0.05, level=0.05)
    assert drops["subsets"]["a"] == smallest_detectable_drop(100, discordance=0.1, level=0.05 / 2)


def test_a_gate_that_does_not_fail_has_the_drop_the_tolerated_one_and_the_p_value_of_a_larger_drop() -> None:
    for lost, gained, verdict in ((3, 1, "inconclusive"), (0, 4, "passed")):
        now, then = "w" * lost + "c" * (40 - lost), "c" * (40 - gained) + "w" * gained
        (gate,) = gates_of({"a": now}, {"a": then}, max_drop="0.01")
        assert gate["verdict"] == verdict
        assert (gate["value"], gate["threshold"]) == ((lost - gained) / 40, 0.01)
        assert gate["p_value"] == exceeds_p_value(binary_drops(lost, gained, 40), 0.01)


def test_what_can_be_detected_is_a_drop_beyond_the_tolerated_one() -> None:
    before = report_of(samples_of({"a": "c" * 98 + "w" * 2}))
    drops = report_of(samples_of({"a": "w" * 6 + "c" * 94}), before, max_drop="0.02")["info"]["detectable_drops"]
    assert drops is not None
    assert drops["total"] == smallest_detectable_drop(100, discordance=0.08, level=0.05, margin=0.02)
    assert drops["total"] != smallest_detectable_drop(100, discordance=0.08, level=0.05)


def several(parts: dict[str, dict[str, str]], then: dict[str, dict[str, str]], **options: Any) -> Report:  # noqa: ANN401
    return report_of(benchmarks_of(parts), report_of(benchmarks_of(then)), **options)


def test_of_several_benchmarks_one_that_fell_fails_the_gate_and_is_named() -> None:
    then = {name: dict.fromkeys("ab", "c" * 20 + "w" * 20) for name in ("kmmlu", "kobest", "click")}
    now = {**then, "kobest": {"a": "w" * 6 + "c" * 14 + "w" * 20, "b": "w" * 6 + "c" * 14 + "w" * 20}}
    report = several(now, {**then, "click": dict.fromkeys("ab", "c" * 10 + "w" * 30)})
    gates = {gate["name"]: gate for gate in report["info"]["gates"]}
    assert {name: gate["verdict"] for name, gate in gates.items()} == {
        "baseline": "inconclusive",
        "baseline kmmlu": "passed",
        "baseline kobest": "failed",
        "baseline click": "passed",
    }
    assert gates["baseline kobest"]["value"] == 12 / 80
    assert (
        gates["baseline kobest"]["detail"]
        == "benchmark kobest: accuracy fell by 0.1500 (12 lost, 0 gained), 0 is tolerated"
    )
    changes = report["info"]["changes"]
    assert changes is not None
    assert {name: (each["n"], each["lost"]) for name, each in changes["benchmarks"].items()} == {
        "kmmlu": (80, 0),
        "kobest": (80, 12),
        "click": (80, 0),
    }


def test_the_benchmarks_totals_are_a_first_family_and_the_subsets_a_second() -> None:
    then = {name: dict.fromkeys("abcdefgh", "c" * 20) for name in ("kmmlu", "kobest")}
    now = {**then, "kobest": {**then["kobest"], "a": "w" * 7 + "c" * 13}}
    changes = several(now, then)["info"]["changes"]
    assert changes is not None
    total, kobest, kmmlu = (2**-7, 2**-7, 1.0)
    first = holm([total, kmmlu, kobest])
    assert changes["total"]["p_value"] == pytest.approx(first[0])
    assert changes["benchmarks"]["kobest"]["p_value"] == pytest.approx(first[2])
    assert changes["subsets"]["kobest/a"]["p_value"] == pytest.approx(16 * 2**-7)


def test_a_baseline_of_one_of_the_benchmarks_judges_that_one() -> None:
    alone = report_of(benchmarks_of({"kmmlu": {"a": "c" * 20, "b": "c" * 20}}))
    report = report_of(
        benchmarks_of({"kmmlu": {"a": "w" * 9 + "c" * 11, "b": "c" * 20}, "kobest": {"a": "w" * 20}}), alone
    )
    (gate,) = report["info"]["gates"]
    assert gate["verdict"] == "failed"
    assert gate["detail"].startswith(
        "all items: accuracy fell by 0.2250 (9 lost, 0 gained), 0 is tolerated; not in the baseline:"
    )
    assert gate["detail"].endswith("not in the baseline: 20 items (kobest/s0-0000, kobest/s0-0001, kobest/s0-0002, …)")


def test_what_can_be_detected_is_told_of_benchmarks_too() -> None:
    parts = {name: dict.fromkeys("ab", "c" * 100 + "w" * 100) for name in ("kmmlu", "kobest")}
    without = report_of(benchmarks_of(parts))["info"]["detectable_drops"]
    against = several(parts, parts)["info"]["detectable_drops"]
    for drops in (without, against):
        assert set(drops["benchmarks"]) == {"kmmlu", "kobest"}
    assert without["total"] is not None
    assert without["benchmarks"]["kmmlu"] is not None
    assert without["total"] < without["benchmarks"]["kmmlu"], "fewer items find only larger drops"


def test_a_benchmark_and_a_subset_of_it_may_tolerate_a_drop_of_their_own() -> None:
    then = {name: dict.fromkeys("ab", "c" * 60 + "w" * 20) for name in ("kmmlu", "kobest")}
    now = {**then, "kobest": {"a": "w" * 12 + "c" * 48 + "w" * 20, "b": "c" * 60 + "w" * 20}}
    report = several(now, then, max_drop=["0.01", "kobest=0.2", "kobest/a=0.05"])
    found = {gate["name"]: (gate["verdict"], gate["threshold"]) for gate in report["info"]["gates"]}
    assert found == {
        "baseline": ("failed", 0.01),
        "baseline kmmlu": ("passed", 0.01),
        "baseline kobest": ("passed", 0.2),
        "baseline kobest/a": ("failed", 0.05),
    }


def outlines(shares: list[float]) -> list[Outline]:
    """Items with several answers, of which these shares are right."""
    return [
        Outline(Mark("d", "a", f"k{number}", f"a-{number}", 0, 0), "correct" if share > 0.5 else "wrong", share)
        for number, share in enumerate(shares)
    ]


@pytest.mark.parametrize(
    ("after", "margin", "verdict"),
    [
        ([0.5] * 40 + [1.0] * 60, "0.01", "failed"),
        ([0.75] * 8 + [1.0] * 92, "0.03", "inconclusive"),
        ([0.75] * 8 + [1.0] * 92, "0.2", "passed"),
        ([1.0] * 100, "0", "passed"),
    ],
)
def test_of_several_answers_an_item_the_shares_of_right_ones_are_judged(
    after: list[float], margin: str, verdict: str
) -> None:
    test = BaselineTest(gate_settings({"max_drop": margin}), pair(outlines([1.0] * 100), outlines(after)))
    (gate,) = test.gates()
    assert gate.verdict == verdict
    assert gate.value == pytest.approx(1 - sum(after) / 100)
    assert gate.p_value == exceeds_p_value(drops_of(1 - share for share in after), float(margin))
