from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.data.option_orders import orders_of, own_labels, reordered
from pytest_haerae.data.rows import lettered_query
from pytest_haerae.types import LETTERS, Item
from tests.helpers import lettered

TEXTS = st.lists(
    st.text("가나다라 abc(A)12.,①\n", min_size=1, max_size=12).map(str.strip).filter(bool),
    min_size=2,
    max_size=6,
    unique=True,
)


def item_of(options: tuple[str, ...], query: str | None = None, reference: str = "B") -> Item:
    asked = lettered_query("옳은 것은?", options) if query is None else query
    return Item("s-0000", "s", 0, asked, options, tuple(LETTERS[: len(options)]), reference)


@pytest.mark.parametrize("n", range(2, 9))
def test_the_orders_are_distinct_and_begin_with_the_datas(n: int) -> None:
    item = item_of(tuple(f"글{number}" for number in range(n)))
    for k in (1, 2, n, n + 1, 3 * n):
        orders = orders_of(item, k)
        assert orders[0] == tuple(range(n))
        assert len(orders) == len(set(orders)) == min(k, math.factorial(n))
        assert all(sorted(order) == list(range(n)) for order in orders)


@pytest.mark.parametrize("n", range(2, 7))
def test_every_option_stands_at_every_place_as_evenly_as_can_be(n: int) -> None:
    item = item_of(tuple(f"글{number}" for number in range(n)))
    for k in range(1, min(3 * n, math.factorial(n)) + 1):
        stands = Counter((place, option) for order in orders_of(item, k) for place, option in enumerate(order))
        counts = [stands[place, option] for place in range(n) for option in range(n)]
        assert max(counts) - min(counts) <= 1, k


def test_more_than_there_are_is_all_there_are() -> None:
    assert len(orders_of(item_of(("가", "나", "다")), 1000)) == 6
    assert len(orders_of(item_of(tuple("가나다라마바사아자")), 30)) == 30


def test_the_orders_are_the_items_own_wherever_it_stands() -> None:
    items = [item_of(("가", "나", "다", "라", "마"), f"{number}: (A) 가") for number in range(20)]
    orders = [orders_of(item, 3) for item in items]
    assert [orders_of(replace(item, id="t-0009", index=9), 3) for item in items] == orders
    assert len({tuple(each) for each in orders}) > 5


@given(TEXTS, st.integers(2, 7), st.data())
def test_contents_move_and_move_back(texts: list[str], k: int, data: st.DataObject) -> None:
    item = item_of(tuple(texts), reference=LETTERS[data.draw(st.integers(0, len(texts) - 1))])
    right = item.options[LETTERS.index(item.reference)] if item.options else ""
    for order in orders_of(item, k):
        other = reordered(item, order)
        if other is None:
            continue
        assert other.options is not None
        # Labels stay, contents move, and what is right is the same text.
        assert other.options[LETTERS.index(other.reference)] == right
        assert other.query == lettered_query("옳은 것은?", other.options)
        assert replace(other, query=item.query, options=item.options, reference=item.reference) == item
        assert reordered(other, tuple(order.index(place) for place in range(len(order)))) in (item, None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("문제\n(A) 가\n(B) 나\n정답:", "문제\n(A) 나\n(B) 가\n정답:"),
        ("문제 A. 가 B. 나", "문제 A. 나 B. 가"),
        ("문제\n① 가  ② 나\n답", "문제\n① 나  ② 가\n답"),
        ("문제\n1) 가, 2) 나", "문제\n1) 나, 2) 가"),
        ("문제\n 1번 가\n\n 2번 나", "문제\n 1번 나\n\n 2번 가"),
        ("(a)가\n(b)나", "(a)나\n(b)가"),
        ("가만 묻는다.\n\n(A) 가\n(B) 나", "가만 묻는다.\n\n(A) 나\n(B) 가"),
        ("선택지가 없는 질문", "선택지가 없는 질문"),
    ],
)
def test_the_texts_change_places_in_the_query_and_nothing_else(before: str, after: str) -> None:
    changed = reordered(
        item_of(("가", "나"), before) if "없는" not in before else item_of(("하나", "둘"), before), (1, 0)
    )
    assert changed is not None
    assert (changed.query, changed.reference) == (after, "A")


@pytest.mark.parametrize(
    "query",
    [
        "가 아니면 나?",
        "(A) 가\n(B) 다",
        "(A) 나\n(B) 가",
        "(A) 가\n(B) 나\n\n다시: (A) 가\n(B) 나",
        "(A) 가장\n(B) 나",
        "(A) 가\n(B) 나무",
        "- 가\n- 나",
        "옳은 것은? ①가②나\n(A) 가\n(B) 나",
        "옳은 것은? ① 가 ② 나.\n(A) 가\n(B) 나",
        "옳은 것은?\n**A.** 가\n**B.** 나\n(A) 가\n(B) 나",
        "옳은 것은?\n- A) 가\n- B) 나\n(A) 가\n(B) 나",
        "옳은 것은? (1. 가 2. 나)\n(A) 가\n(B) 나",
    ],
)
def test_a_query_that_is_not_understood_is_not_touched(query: str) -> None:
    assert reordered(item_of(("가", "나"), query), (1, 0)) is None


@pytest.mark.parametrize(
    "options",
    [
        ("A. 서울", "B. 부산"),
        ("1. 서울", "2. 부산"),
        ("1) 서울", "2) 부산"),
        ("1. 5", "2. 7"),
        ("B: 서울", "A: 부산"),
        ("가. 서울", "나. 부산"),
        ("①서울", "②부산"),
    ],
)
def test_labels_in_the_options_texts_are_found(options: tuple[str, ...]) -> None:
    assert own_labels(options)


@pytest.mark.parametrize(
    "options",
    [
        ("1.5", "2.5"),
        ("(가)→(나)", "(나)→(가)"),
        ("(가)", "(나)"),
        ("A. 서울", "부산"),
        ("A. 서울", "A. 부산"),
        ("서울", "부산"),
        (),
    ],
)
def test_options_without_labels_have_none(options: tuple[str, ...]) -> None:
    assert not own_labels(options)


def test_options_that_differ_in_spaces_alone_are_told_apart() -> None:
    other = reordered(lettered(), (1, 2, 3, 4, 0))
    assert other is not None
    assert "(B) 나무쌓기\n(C) 나무 쌓기\n" in other.query
    assert other.reference == "A"
