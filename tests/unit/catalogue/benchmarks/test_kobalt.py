from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.catalogue.benchmarks.kobalt import BENCHMARK, CLASSES, belongs, split_question
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.data.places import RowPlace
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import check, read_one, real_rows

PLACE = RowPlace("made-up", 1)
TEN = tuple(f"{number}번" for number in range(1, 11))
DIALOGUE = "다음 대화에서 B의 뜻은?\n\nA: 밥 먹었어?\nB: 벌써 세 시야."


def listed(options: tuple[str, ...], sign: str = ":") -> str:
    return "\n".join(f"{letter}{sign} {option}" for letter, option in zip("ABCDEFGHIJ", options, strict=False))


def row(question: str, answer: str = "J", **more: object) -> dict[str, object]:
    told = {"ID": "a1", "Class": "Phonetics/Phonology", "Subclass": "Assimilation", "Level": 2}
    return {**told, "Question": question, "Answer": answer, **more}


def test_a_row_is_split_into_its_question_and_ten_options() -> None:
    item = read_one(row(f"소리가 바뀌는 것은?\n\n{listed(TEN)}\n", Sampling_YN=0))
    assert (item.options, item.reference) == (TEN, "J")
    assert item.query.startswith("### 질문: \n소리가 바뀌는 것은?\n\n### 선택지: \n(A) 1번\n(B) 2번\n")
    assert item.metadata == {
        "ID": "a1",
        "Class": "Phonetics/Phonology",
        "Subclass": "Assimilation",
        "Level": 2,
        "Sampling_YN": 0,
    }


def test_a_dialogue_before_the_options_is_a_part_of_the_question() -> None:
    check(row(f"{DIALOGUE}\n\n{listed(TEN[:5])}", "C"), f"### 질문: \n{DIALOGUE}", TEN[:5], "C")


@pytest.mark.parametrize("sign", [":", "\N{FULLWIDTH COLON}", ".", ")"])
def test_an_option_goes_on_in_lines_without_a_letter(sign: str) -> None:
    options = ("첫째\n둘째 줄", "나: 다", "다")
    assert split_question(f"뜻은?\n{listed(options, sign)}", "Question", PLACE) == ("뜻은?", options)


TEXT = st.text("가나다 \nABCxyz:.)", min_size=1, max_size=12).map(str.strip).filter(bool)


@given(st.lists(st.text("가나다 xyz:", min_size=1).map(str.strip).filter(bool), min_size=2, max_size=10), TEXT)
def test_what_is_written_in_lines_is_found_again_or_refused(options: list[str], question: str) -> None:
    text = f"{question}\n{listed(tuple(options))}"
    try:
        found = split_question(text, "Question", PLACE)
    except UsageError:
        assert re.search(r"^\s*A[:.)]", question, re.MULTILINE), "a list before the options that may be meant"
    else:
        assert found == (question, tuple(options))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("뜻은?\n1) 가\n2) 나", "has no lines of options, such as 'A: …' and 'B: …'"),
        ("뜻은? A: 가 B: 나 C: 다", "has no lines of options"),
        ("뜻은?\nA: 가\nB: 나\nD: 라", "cannot be split: the line 'D:' is behind the options, and not next"),
        ("뜻은?\nA: 가\nB: 나\nC) 다", "cannot be split: the line 'C)' is behind the options, and not next"),
        ("뜻은?\nA: 가\nB: 나\nc: 다", "cannot be split: the line 'c:' is behind the options, and not next"),
        ("뜻은?\nA: 가\nB: 나\n\n※ 단, 밤이다.", "cannot be split: the line '※' is behind the options, and not next"),
        (f"{DIALOGUE}\n\nA: 가\nB: 나", "cannot be split: two lists of lines go from A to B or on"),
        ("뜻은?\nA: 가\nB:\nC: 다", "option B is empty"),
        ("A: 가\nB: 나", "has options and no question"),
        ("", "is empty"),
    ],
)
def test_what_cannot_be_split_is_refused_with_its_row(question: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_one(row(question, "A"))
    assert str(caught.value).startswith("made-up, row 1, field 'Question': ")
    assert said in str(caught.value)


def test_any_space_may_stand_before_a_letter() -> None:
    text = "뜻은?\nA: 가\n\N{IDEOGRAPHIC SPACE}B: 나\n\N{NO-BREAK SPACE}C\N{NO-BREAK SPACE}: 다"
    assert split_question(text, "Question", PLACE) == ("뜻은?", ("가", "나", "다"))


def test_the_publishers_rows_have_ten_options() -> None:
    """An option in a form that nobody thought of would be a part of the one before it, and the answer A to I right."""
    text = f"뜻은?\n{listed(TEN[:9])}\n열째는 10번"
    with pytest.raises(UsageError, match="row 1, field 'Question': has 9 options, from A to I, and not ten"):
        read_one(row(text, "A", Sampling_YN=0))
    assert len(read_one(row(text, "A")).options or ()) == 9


def test_the_publishers_rows_are_read_whole() -> None:
    loader = open_items(str(real_rows("snunlp/KoBALT-700", "data/train.jsonl")))
    (subset,) = loader.dataset.subsets()
    items, rows = loader.items(subset), list(loader.dataset.rows(subset))
    assert len(items) == len(rows) == 700
    for item, row in zip(items, rows, strict=True):
        assert item.options is not None
        *question, written = row["Question"].strip().rpartition("\nA:")
        assert item.query.startswith(f"### 질문: \n{question[0].strip()}\n\n### 선택지: \n(A) ")
        assert [f"{letter}: {option}" for letter, option in zip("ABCDEFGHIJ", item.options, strict=True)] == [
            re.sub(r"^(.) *: *", r"\1: ", line).strip() for line in f"A:{written}".split("\n") if line.strip()
        ]
        assert item.reference == row["Answer"]
    counts = Counter(subset for subset in CLASSES for row in rows if belongs(subset, row))
    assert counts.total() == 700
    assert set(counts) == set(CLASSES)


@pytest.mark.parametrize("answer", ["D", "가", "1,2"])
def test_an_answer_that_is_no_option_is_refused(answer: str) -> None:
    with pytest.raises(UsageError, match=r"row 1, field 'Answer': .* is not one of the options A, B, C"):
        read_one(row(f"뜻은?\n{listed(TEN[:3])}", answer))


def test_a_row_is_of_the_subset_of_its_class() -> None:
    assert [subset for subset in CLASSES if belongs(subset, row(""))] == ["Phonetics-Phonology"]
    assert [subset for subset in CLASSES if belongs(subset, row("", Class="Syntax"))] == ["Syntax"]
    with pytest.raises(UsageError, match=r"^the class 'Syntaxx' is none of Morphology, Phonetics"):
        belongs("Syntax", row("", Class="Syntaxx"))


def test_it_is_read_at_a_pinned_revision_whose_split_has_a_name_of_its_own() -> None:
    assert BENCHMARK.revision == "30c30a431066508e6bef77cfa6d6059b85b12f0d"
    assert BENCHMARK.splits == {"test": "raw"}
    assert set(BENCHMARK.configurations.values()) == {"kobalt_v1"}
