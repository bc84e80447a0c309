from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.data.keys import Keys, content_hash, identifier_of

ROWS = st.lists(st.tuples(st.sampled_from([None, "a", "a#2", "a@1", "b"]), st.sampled_from("가나")), max_size=12)


def keys(rows: list[tuple[str | None, str]]) -> list[str]:
    made = Keys()
    return [made.of(identifier, query, None, "x") for identifier, query in rows]


@given(ROWS, ROWS)
def test_no_two_items_of_a_subset_have_one_key_and_a_grown_file_keeps_the_earlier_ones(
    rows: list[tuple[str | None, str]], more: list[tuple[str | None, str]]
) -> None:
    found = keys([*rows, *more])
    assert len(set(found)) == len(found)
    assert found[: len(rows)] == keys(rows)


def test_an_id_with_another_content_is_told_apart_by_content_and_an_equal_row_by_number() -> None:
    first, equal, other, again = keys([("p1", "가"), ("p1", "가"), ("p1", "나"), ("p1", "나")])
    assert (first, equal) == (f"p1@{content_hash('가', None, 'x')}", f"{first}#2")
    assert other == f"p1@{content_hash('나', None, 'x')}"
    assert again == f"{other}#2"


def test_a_row_without_an_id_keeps_its_key_wherever_it_stands() -> None:
    one, two = keys([(None, "가"), (None, "나")])
    assert keys([(None, "나"), (None, "가"), (None, "가")]) == [two, one, f"{one}#2"]


@pytest.mark.parametrize(
    ("value", "identifier"),
    [
        (7, "7"),
        (7.0, "7"),
        (" q-1 ", "q-1"),
        (0, "0"),
        (None, None),
        (float("nan"), None),
        ("", None),
        ("nan", None),
        (True, None),
        (["a"], None),
        ({}, None),
    ],
)
def test_an_id_is_a_text_or_a_number(value: object, identifier: str | None) -> None:
    assert identifier_of({"id": value}) == identifier
    assert identifier_of({"ID": value}) is None


def test_a_hash_is_of_query_options_and_reference() -> None:
    one = content_hash("가", ("a", "b"), "A")
    others = [("나", ("a", "b"), "A"), ("가", ("a", "c"), "A"), ("가", None, "A"), ("가", ("a", "b"), "B")]
    assert one not in {content_hash(*other) for other in others}
    assert len(one) == 16
    assert content_hash("가", ["a", "b"], "A") == one
