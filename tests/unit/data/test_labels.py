from __future__ import annotations

import pytest

from pytest_haerae.data.labels import LABELLINGS, other_number, own_labels, plain_label, position, split_label


@pytest.mark.parametrize(
    "label", ["B", "b", "(B)", "B.", "B)", "Ｂ", "（Ｂ）", "[b]", "Ⓑ", "⒝", "option_b", "Option B", "보기 B", "정답: B"]
)
def test_b5_a_letter_is_the_same_label_however_it_is_written(label: str) -> None:
    assert plain_label(label) == "B"
    assert position(label) == 1


@pytest.mark.parametrize(
    "label", ["2번", "(2)", "2)", "2.", "⑵", "⒉", "②", "②번", "２번", "보기 2", "option_2", "(나)", "ㄴ."]
)
def test_b5_a_number_that_is_a_label_counts_from_1(label: str) -> None:
    assert position(label) == 1


@pytest.mark.parametrize(
    "label", ["2", "２", "0번", "나", "ㄴ", "②③", "AB", "A, B", "2.5", "-2", "", "2번과 3번", "Ⅱ", "서울"]
)
def test_what_may_be_a_text_or_counts_from_nobody_knows_where_is_no_label(label: str) -> None:
    assert position(label) is None


@pytest.mark.parametrize("labelling", LABELLINGS)
def test_labels_stand_for_themselves(labelling: tuple[str, ...]) -> None:
    assert tuple(map(plain_label, labelling)) == labelling


def test_a_number_has_another_way_of_writing_it() -> None:
    assert [other_number(label) for label in ("②", "2", "0", "21", "A")] == ["2", "②", None, None, None]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("A. 서울", ("A", "서울")),
        ("(b) 서울", ("B", "서울")),
        ("② 서울", ("②", "서울")),
        ("2) 서울", ("2", "서울")),
        ("2번 서울", ("2", "서울")),
        ("ㄱ. 서울", ("ㄱ", "서울")),
        ("2.5", None),
        ("1:2", None),
        ("A", None),
        ("서울", None),
        ("A형 간염", None),
    ],
)
def test_a_label_before_a_text(text: str, parts: tuple[str, str] | None) -> None:
    assert split_label(text) == parts


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (("B. 부산", "A. 서울"), ("B", "A")),
        (("1) 가", "2) 나"), ("1", "2")),
        (("A. 가", "A. 나"), None),
        (("A. 가", "C. 나"), None),
        (("A. 가", "나"), None),
        (("1.5", "2.5"), None),
    ],
)
def test_options_carry_their_own_labels_where_these_count(
    texts: tuple[str, ...], labels: tuple[str, ...] | None
) -> None:
    assert own_labels(texts) == labels
