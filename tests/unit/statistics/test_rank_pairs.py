from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pytest_haerae.statistics.margins import change_interval, change_p_value
from pytest_haerae.statistics.pairing import Mark, Outline, pair
from pytest_haerae.statistics.rank_pairs import ALL, Columns, PairedModels, Part, pair_all, splitting_items
from pytest_haerae.types import Outcome, grouped

OUTCOMES: tuple[Outcome, ...] = ("correct", "wrong", "invalid", "cut", "error", "skipped", "unjudged")


@st.composite
def outlines(draw: st.DrawFn, keyed: bool = True, datasets: tuple[str, ...] = ("d",)) -> list[Outline]:
    """The samples of a report, of which some items may be missing or asked twice."""
    found = []
    for dataset in datasets:
        for number in draw(st.lists(st.integers(0, 9))):
            mark = Mark(dataset, "ab"[number % 2], f"k{number}" if keyed else "", f"x-{number:04d}", number, number)
            right = draw(st.sampled_from((None, None, 0.0, 0.25, 1 / 3, 1.0)))
            found.append(Outline(mark, draw(st.sampled_from(OUTCOMES)), right))
    return found


KINDS = st.one_of(
    st.lists(outlines(), min_size=2, max_size=4),
    st.lists(outlines(keyed=False), min_size=2, max_size=4),
    st.lists(outlines(datasets=("d", "e")), min_size=2, max_size=3),
    st.lists(st.one_of(outlines(), outlines(keyed=False)), min_size=2, max_size=4),
    st.lists(st.one_of(outlines(), outlines(datasets=("d", "e"))), min_size=2, max_size=4),
)


@given(KINDS, st.booleans())
def test_every_pair_is_what_pairing_makes_of_the_two(reports: list[list[Outline]], several: bool) -> None:
    # Where each report has one data set, an item is the same whatever that is called, and has one name here.
    datasets = [{sample.mark.dataset for sample in samples} for samples in reports]
    assume(not several or len(set().union(*datasets)) == 1 or all(len(each) > 1 for each in datasets))
    found = pair_all(reports, Columns(reports, several=several), several=several)
    for one, other in itertools.combinations(range(len(reports)), 2):
        # As `compare` has them where the second one's report comes first.
        pairing = pair(reports[other], reports[one], several=several)
        expected = {ALL: pairing.total}
        expected |= {Part("subset", name): counts for name, counts in pairing.subsets.items()}
        expected |= {Part("benchmark", name): counts for name, counts in pairing.benchmarks.items()}
        expected = {part: counts for part, counts in expected.items() if counts.n}
        ours = {part: pairs[one, other] for part, pairs in found.items() if (one, other) in pairs}
        assert ours.keys() == expected.keys()
        for part, counts in expected.items():
            assert ours[part].n == counts.n
            assert ours[part].drops == counts.drops
            assert (ours[part].first_only, ours[part].second_only) == (len(counts.gained), len(counts.lost))
            assert ours[part].difference == pytest.approx(counts.change)
            assert ours[part].p_value == pytest.approx(change_p_value(counts.drops))
            assert ours[part].interval == pytest.approx(change_interval(counts.drops))


def samples(outcomes: str, subset: str = "a") -> list[Outline]:
    words: dict[str, Outcome] = {"c": "correct", "w": "wrong", "e": "error"}
    marks = (Mark("d", subset, f"k{number}", f"{subset}-{number:04d}", 0, 0) for number in range(len(outcomes)))
    return [Outline(mark, words[sign]) for mark, sign in zip(marks, outcomes, strict=True)]


def test_a_part_has_the_items_of_its_subset_or_benchmark() -> None:
    one = samples("cw") + samples("ccc", "b")
    columns = Columns([one, samples("w", "b")], several=True)
    assert columns.parts() == {
        ALL: [0, 1, 2, 3, 4],
        Part("benchmark", "d"): [0, 1, 2, 3, 4],
        Part("subset", grouped("d", "a")): [0, 1],
        Part("subset", grouped("d", "b")): [2, 3, 4],
    }
    assert columns.places == [[0, 1, 2, 3, 4], [-1, -1, 0, -1, -1]]
    assert columns.right(2) == [True, False]
    assert columns.right(0) == [True, None]


def test_an_error_is_neither_right_nor_wrong() -> None:
    columns = Columns([samples("ce"), samples("ec")], several=False)
    assert [columns.right(number) for number in (0, 1)] == [[True, None], [None, True]]
    assert columns.pairs() == {}


def test_without_items_there_is_no_difference() -> None:
    assert PairedModels().difference == 0.0


@given(st.lists(st.text("cwe", min_size=30, max_size=30), min_size=2, max_size=4), st.integers(1, 12))
def test_items_that_split_are_few_and_show_each_pair_that_there_is(reports: list[str], most: int) -> None:
    columns = Columns([samples(outcomes) for outcomes in reports], several=False)
    taken = splitting_items(columns, most)
    assert len(taken) == len(set(taken)) <= most
    pairs = list(itertools.permutations(range(len(reports)), 2))

    def shown(numbers: list[int]) -> Counter[tuple[int, int]]:
        return Counter(
            (one, other)
            for number in numbers
            for one, other in pairs
            if columns.right(number)[one] and columns.right(number)[other] is False
        )

    assert all(shown([number]) for number in taken), "each splits some pair"
    if len(taken) < most:
        every, few = shown(list(range(30))), shown(taken)
        enough = max(1, most // len(pairs))
        assert all(few[each] >= min(enough, every[each]) for each in pairs)


def test_items_that_split_are_of_all_subsets() -> None:
    one, other = samples("c" * 20) + samples("c" * 20, "b"), samples("w" * 20) + samples("w" * 20, "b")
    columns = Columns([one, other], several=False)
    assert splitting_items(columns, 8) == [0, 1, 20, 21]
