from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.config.item_scope import ItemScope
from pytest_haerae.data.layouts import make_items
from pytest_haerae.errors import UsageError
from pytest_haerae.run.scoped_items import check_item_scope, scoped
from pytest_haerae.types import Item


def items_of(*metadata: dict[str, Any]) -> list[Item]:
    rows = [{"question": f"{number}번?", "answer": "봄", **more} for number, more in enumerate(metadata)]
    return list(make_items("s", rows, "made-up", {}, known_layouts()))


LEVELS = items_of(*({"level": "hard" if number % 5 == 0 else "easy"} for number in range(50)))
TOPICS = items_of(
    {"topics": ["Science/Math", "Culture"], "year": 2019},
    {"topics": ["Science/Physics"], "year": 2020},
    {"topics": ["culture"]},
)


def indexes(items: list[Item]) -> list[int]:
    return [item.index for item in items]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({}, [0, 1, 2]),
        ({"topics": ("Culture",)}, [0, 2]),
        ({"topics": ("science/*",)}, [0, 1]),
        ({"topics": ("Science",)}, []),
        ({"topics": ("Science/*",), "year": ("2020",)}, [1]),
        ({"year": ("2019", "2020")}, [0, 1]),
        ({"year": ("*",)}, [0, 1]),
    ],
)
def test_an_item_has_one_of_the_values_in_each_column(where: dict[str, tuple[str, ...]], found: list[int]) -> None:
    assert indexes(scoped(TOPICS, ItemScope(where=where))) == found


@pytest.mark.parametrize("wanted", ["2019", "2019.0"])
def test_a_number_is_the_same_with_and_without_decimals(wanted: str) -> None:
    items = items_of({"year": "2019.0"}, {"year": 2019}, {"year": "2019"}, {"year": "2019.5"}, {"year": "2019.0b"})
    scope = ItemScope(where={"year": (wanted,)})
    check_item_scope(scope, {"made-up": items})
    assert indexes(scoped(items, scope)) == [0, 1, 2]


def test_items_keep_what_they_are_known_by() -> None:
    scope = ItemScope(where={"level": ("hard",)})
    assert [(item.id, item.key) for item in scoped(LEVELS, scope)] == [(each.id, each.key) for each in LEVELS[::5]]


def test_a_sample_is_the_same_each_time_in_order_and_another_with_another_seed() -> None:
    drawn = [indexes(scoped(LEVELS, ItemScope(sample=10, seed=seed))) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] == sorted(drawn[0])
    assert drawn[0] != drawn[2]
    assert len(drawn[0]) == 10
    assert scoped(LEVELS, ItemScope(sample=50)) == scoped(LEVELS, ItemScope(sample=99)) == LEVELS


@given(st.integers(1, 49), st.integers(0, 9))
def test_a_larger_sample_holds_the_smaller(count: int, seed: int) -> None:
    smaller, larger = (scoped(LEVELS, ItemScope(sample=size, seed=seed)) for size in (count, count + 1))
    assert {item.key for item in smaller} < {item.key for item in larger}


def test_a_sample_does_not_depend_on_rows_that_it_leaves_out() -> None:
    drawn = scoped(LEVELS, ItemScope(sample=10))
    kept = {item.key for item in drawn}
    fewer = [item for item in LEVELS if item.key in kept or item.index % 2]
    assert {item.key for item in scoped(fewer, ItemScope(sample=10))} == kept


@given(st.lists(st.sampled_from("abcd"), min_size=2, max_size=40), st.data())
def test_each_value_has_its_share_to_less_than_one_item(values: list[str], data: st.DataObject) -> None:
    items = items_of(*({"level": value} for value in values))
    count = data.draw(st.integers(1, len(items)))
    drawn = Counter(item.metadata["level"] for item in scoped(items, ItemScope(sample=count, by="level")))
    assert drawn.total() == count
    for value, there in Counter(values).items():
        assert abs(drawn[value] - count * there / len(values)) < 1


def test_over_the_seeds_each_item_is_drawn_equally_often_however_rare_its_value() -> None:
    items = items_of(*({"level": level} for level in ["a"] * 5 + ["b"] * 5 + ["c", "d"]))
    seeds = 1000
    drawn = Counter(
        item.index for seed in range(seeds) for item in scoped(items, ItemScope(sample=3, by="level", seed=seed))
    )
    # Five standard deviations of a draw with the probability 3 / 12.
    assert all(abs(drawn[item.index] - seeds / 4) < 5 * (seeds * 3 / 16) ** 0.5 for item in items)


def test_items_without_a_value_are_a_group_of_the_sample() -> None:
    items = items_of(*({"level": "hard"} if number < 5 else {} for number in range(10)))
    drawn = scoped(items, ItemScope(sample=4, by="level"))
    assert sum("level" in item.metadata for item in drawn) == 2


@pytest.mark.parametrize(
    ("scope", "said"),
    [
        (
            ItemScope(where={"topic": ("x",)}),
            "where: unknown column 'topic': did you mean 'topics'? Valid: topics, year",
        ),
        (ItemScope(sample=1, by="yaer"), "by: unknown column 'yaer': did you mean 'year'? Valid: topics, year"),
        (
            ItemScope(where={"topics": ("Cultur",)}),
            "where: topics: unknown value 'Cultur': did you mean 'Culture'? Valid: Culture, Science/Math,"
            " Science/Physics, culture",
        ),
        (
            ItemScope(where={"year": ("2019",), "topics": ("Science/Physics",)}),
            "where: no item has year and topics as named at once",
        ),
    ],
)
def test_what_no_item_has_is_refused_with_the_nearest(scope: ItemScope, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_item_scope(scope, {"topics": TOPICS})
    assert str(caught.value) == f"--dataset-params: {said}"


def test_of_many_values_the_nearest_is_named() -> None:
    items = items_of(*({"topic": f"topic-{number:03d}"} for number in range(40)))
    with pytest.raises(UsageError) as caught:
        check_item_scope(ItemScope(where={"topic": ("topic-0077",)}), {"topics": items})
    said = "--dataset-params: where: topic: unknown value 'topic-0077': did you mean 'topic-0"
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith("'? The column has 40 values, such as 'topic-000'")


def test_what_some_item_has_is_taken() -> None:
    scope = ItemScope(where={"topics": ("SCIENCE/*",), "year": ("2019",)}, sample=1, by="year")
    check_item_scope(scope, {"topics": TOPICS})


@pytest.mark.parametrize(
    ("scope", "said"),
    [(ItemScope(where={"year": ("2019",)}), "where"), (ItemScope(sample=1, by="year"), "by")],
)
def test_a_data_set_without_the_column_is_refused(scope: ItemScope, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_item_scope(scope, {"topics": TOPICS, "levels": LEVELS, "more": TOPICS})
    way_out = "name only the data sets, or the tests of those, that have it: topics, more"
    assert str(caught.value) == f"--dataset-params: {said}: levels has no column 'year': {way_out}"


def test_data_sets_that_have_the_column_need_not_have_the_value() -> None:
    earlier = items_of({"year": 1999})
    check_item_scope(ItemScope(where={"year": ("2019",)}), {"topics": TOPICS, "earlier": earlier})
