from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.report.schema import SampleRow
from pytest_haerae.statistics.pairing import change_of, identify, mark_of, match, match_rows, pair_rows
from pytest_haerae.types import Outcome
from tests.unit.reports import benchmarks_of, report_of, sample

OUTCOMES: tuple[Outcome, ...] = ("correct", "wrong", "invalid", "error", "skipped")


@pytest.mark.parametrize(("now", "then"), list(itertools.product(OUTCOMES, OUTCOMES)))
def test_an_item_is_gained_or_lost_only_where_both_runs_measured_it(now: Outcome, then: Outcome) -> None:
    sign = change_of(then, now)
    if {now, then} & {"error", "skipped"}:
        assert sign == "-"
    else:
        assert sign == {(True, False): "g", (False, True): "l"}.get((now == "correct", then == "correct"), "=")


def test_other_data_are_another_item() -> None:
    rows = [sample(0), sample(1), sample(2), sample(3), sample(4)]
    other = [
        sample(0),
        sample(1, options=["x", "y", "z"]),
        sample(2, reference="A"),
        sample(4, subset="b", id="x", key="x"),
    ]
    assert match_rows(other, rows) == [other[0], None, None, None, None]
    assert match_rows([], rows) == [None] * 5
    pairing = pair_rows(other, rows)
    assert (pairing.total.n, len(pairing.only_before), len(pairing.only_after)) == (1, 3, 4)


def test_the_text_does_not_matter_where_the_id_tells_the_item() -> None:
    chat = [sample(number, input=f"[user]\n{number}") for number in range(3)]
    plain = [sample(number) for number in range(3)]
    assert match_rows(chat, plain) == chat
    assert pair_rows(chat, plain).total.n == 3


def two_files(outcomes: str) -> list[SampleRow]:
    """Rows of two files that use the same ids, as two folders with a file of one name give them."""
    words: dict[str, Outcome] = {"c": "correct", "w": "wrong"}
    return [
        sample(
            number,
            dataset=f"{folder}/questions.jsonl",
            input=f"{folder}: {number}",
            outcome=words[outcomes[place * 20 + number]],
        )
        for place, folder in enumerate("ab")
        for number in range(20)
    ]


def test_items_of_two_files_with_the_same_ids_are_told_apart() -> None:
    before, after = two_files("c" * 40), two_files("c" * 20 + "w" * 20)
    pairing = pair_rows(before, after)
    assert (pairing.total.n, len(pairing.total.lost), len(pairing.total.gained)) == (40, 20, 0)
    assert match_rows(before, after) == before
    # The other way round, and where one report alone has them twice.
    assert pair_rows(after, before).total.gained == [f"csat_geo-{number:04d}" for number in range(20)]
    assert pair_rows(before[:20], after).total.n == 20
    assert pair_rows(after, before[:20]).total.gained == []
    assert pair_rows(before, after[20:]).total.lost == [f"csat_geo-{number:04d}" for number in range(20)]


def test_an_item_that_was_asked_twice_counts_once() -> None:
    before = [sample(0, outcome="correct"), sample(1, outcome="correct")]
    after = [sample(0, outcome="wrong"), sample(1, outcome="correct")] * 3
    pairing = pair_rows(before, after)
    assert (pairing.total.n, pairing.total.lost, pairing.only_after) == (2, ["csat_geo-0000"], [])


def test_what_only_one_report_answered_is_counted_apart() -> None:
    before = [sample(0, outcome="error"), sample(1, outcome="correct"), sample(2, outcome="skipped")]
    after = [sample(0, outcome="correct"), sample(1, outcome="error"), sample(2, outcome="correct")]
    pairing = pair_rows(before, after)
    assert (pairing.total.n, pairing.unanswered_before) == (0, 1)
    assert pairing.subsets == {}


@st.composite
def reports(draw: st.DrawFn) -> list[SampleRow]:
    """Rows whose ids, keys, subsets and texts are few, so that they meet; of either schema version."""
    small, older = st.integers(0, 2), draw(st.booleans())
    return [
        sample(
            draw(small),
            id=f"x-{draw(small)}",
            subset="ab"[draw(st.integers(0, 1))],
            key="" if older else f"k{draw(small)}",
            dataset=f"{draw(small)}.jsonl",
            input=f"text {draw(small)}",
            outcome=draw(st.sampled_from(OUTCOMES)),
        )
        for _ in range(draw(st.integers(0, 8)))
    ]


@given(reports(), reports())
def test_matching_and_counting_are_one_pairing(before: Sequence[SampleRow], after: Sequence[SampleRow]) -> None:
    pairing, matched = pair_rows(before, after), match_rows(before, after)
    signs = [
        change_of(then["outcome"], now["outcome"]) for now, then in zip(after, matched, strict=True) if then is not None
    ]
    measured = len(signs) - signs.count("-")
    assert pairing.total.n <= measured
    _, items = identify([mark_of(row) for row in before], [mark_of(row) for row in after])
    if len(set(items)) == len(after):
        assert (pairing.total.n, len(pairing.total.gained), len(pairing.total.lost)) == (
            measured,
            signs.count("g"),
            signs.count("l"),
        )
    assert sum(counts.n for counts in pairing.subsets.values()) == pairing.total.n
    places = match([mark_of(row) for row in before], [mark_of(row) for row in after])
    found = [change_of(before[old]["outcome"], after[new]["outcome"]) for old, new in places]
    assert len(found) - found.count("-") == pairing.total.n
    assert (found.count("g"), found.count("l")) == (len(pairing.total.gained), len(pairing.total.lost))


def test_items_without_options_are_told_apart_by_their_reference() -> None:
    free = [sample(number, options=None, reference=f"답 {number}") for number in range(3)]
    assert match_rows(free, free) == free
    other = [sample(number, options=None, reference="다른 답") for number in range(3)]
    assert match_rows(other, free) == [None] * 3
    assert match_rows([sample(0)], [sample(0, options=None)]) == [None]


def test_of_several_benchmarks_each_is_counted_and_named() -> None:
    before = report_of(benchmarks_of({"kmmlu": {"a": "cccc", "b": "cc"}, "kobest": {"a": "wwww"}}))
    after = report_of(benchmarks_of({"kmmlu": {"a": "cccw", "b": "cc"}, "kobest": {"a": "wwwc"}}))
    found = pair_rows(before["samples"], after["samples"], several=True)
    assert list(found.subsets) == ["kmmlu/a", "kmmlu/b", "kobest/a"]
    counts = {name: (each.n, len(each.lost), len(each.gained)) for name, each in found.benchmarks.items()}
    assert counts == {"kmmlu": (6, 1, 0), "kobest": (4, 0, 1)}
    assert (found.total.n, found.total.change) == (10, 0.0)


@pytest.mark.parametrize("several_then", [False, True])
def test_a_run_of_one_and_one_of_several_pair_what_both_have(several_then: bool) -> None:
    alone = report_of(benchmarks_of({"kmmlu": {"a": "cccc"}}))
    both = report_of(benchmarks_of({"kmmlu": {"a": "wccc"}, "kobest": {"a": "wwww"}}))
    before, after = (both, alone) if several_then else (alone, both)
    found = pair_rows(before["samples"], after["samples"], several=not several_then)
    others = len(found.only_before), len(found.only_after)
    assert (found.total.n, others) == (4, (4, 0) if several_then else (0, 4))
    assert list(found.subsets) == ["a" if several_then else "kmmlu/a"]
