from __future__ import annotations

import pytest

from pytest_haerae.scoring.reading.mentions import (
    Group,
    ends_of,
    find_letters,
    find_numbers,
    find_texts,
    join,
)
from pytest_haerae.scoring.reading.options import options_of
from tests.helpers import lettered

OPTIONS = options_of(lettered(options=("훈민정음", "경국대전", "삼국사기", "동의보감", "A형 혈액")))


def groups(text: str) -> list[Group]:
    return join(text, find_letters(text, OPTIONS), OPTIONS)


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("(B)", "B"),
        ("정답은 B입니다", "B"),
        ("보기 c", "C"),
        ("A book", ""),
        ("the choice a reader makes", ""),
        ("A is right", "A"),
        ("USB, C++, U.S.A", ""),
        ("(H)", ""),
        ("A형 혈액은 (B)", "B"),
        ("f(a), 3 A, A = 2, 70°C", ""),
        ("A-D 중 (B)~(E)", ""),
    ],
)
def test_letters(text: str, labels: str) -> None:
    assert "".join(mention.label for mention in find_letters(text, OPTIONS)) == labels


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("2번", "B"),
        ("(3)", "C"),
        ("두 번째 선택지", "B"),
        ("the fifth option", "E"),
        ("3번 문제", ""),
        ("9번", ""),
        ("1. 하나", ""),
        ("2. 경국대전", "B"),
        ("f(1)과 3 × (2)", ""),
        ("1~5번", ""),
        ("1. 하나\n2. 둘", ""),
    ],
)
def test_numbers(text: str, labels: str) -> None:
    assert "".join(mention.label for mention in find_numbers(text, OPTIONS)) == labels


def test_texts() -> None:
    assert [mention.label for mention in find_texts("경국대전과 동의 보감", OPTIONS)] == ["B", "D"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("(A) 또는 (B)", [("A", "B")]),
        ("(A), (C) and (D)", [("A", "C", "D")]),
        ("(A)\n(B)", [("A",), ("B",)]),
        ("(A) 훈민정음, (C)는 책이다", [("A",), ("C",)]),
        ("(A) 훈민정음 또는 (B) 경국대전", [("A", "B")]),
    ],
)
def test_mentions_that_are_joined_are_one_group(text: str, labels: list[tuple[str, ...]]) -> None:
    assert [group.labels for group in groups(text)] == labels


@pytest.mark.parametrize(
    ("text", "set_aside"),
    [
        ("(A)가 아니라 (B)이다", [True, False]),
        ("not (A) but (B)", [True, False]),
        ("(A)보다 (B)", [True, False]),
        ("(A)라면 어색하다", [True]),
        ("(B)입니다", [False]),
    ],
)
def test_what_the_text_denies_or_supposes_is_set_aside(text: str, set_aside: list[bool]) -> None:
    assert [group.set_aside for group in groups(text)] == set_aside


def test_what_the_text_talks_about_is_its_topic() -> None:
    assert [group.topic for group in groups("(A)는 책이고, 답은 (B)")] == [True, False]


def test_a_group_reaches_over_its_own_text() -> None:
    text = "정답: (B) 경국대전이다"
    (group,) = groups(text)
    assert (text[group.start : group.end], group.plain) == ("(B) 경국대전", False)


@pytest.mark.parametrize("count", [0, 1, 100, 101, 5000])
def test_of_very_many_places_the_first_and_the_last_are_kept(count: int) -> None:
    kept = ends_of(list(range(count)))
    assert len(kept) == min(count, 100)
    assert kept == sorted(set(kept))
    assert not count or (kept[0], kept[-1]) == (0, count - 1)
