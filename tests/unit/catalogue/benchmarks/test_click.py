from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.catalogue.benchmarks.click import BENCHMARK, RULES, belongs, metadata
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.errors import UsageError
from tests.unit.catalogue.benchmarks.rows import check, real_rows


def test_a_row_with_a_paragraph() -> None:
    check(
        {"id": "PSAT_1", "paragraph": "봄", "question": "뜻은?", "choices": ["가", "나"], "answer": "나"},
        "### 지문: \n봄\n\n### 질문: \n뜻은?",
        ("가", "나"),
        "B",
    )


def subsets_of(identifier: str, question: str = "뜻은?") -> list[str]:
    return [subset for subset in RULES if belongs(subset, {"id": identifier, "question": question})]


@pytest.mark.parametrize(
    ("identifier", "subset"),
    [
        ("Economy_1", "culture_economy"),
        ("geography_1", "culture_geography"),
        ("KHB_1", "culture_history"),
        ("History_1", "culture_history"),
        ("Popular_1", "culture_kpop"),
        ("PSAT_1", "culture_law"),
        ("law_1", "culture_law"),
        ("Politics_1", "culture_politics"),
        ("society_1", "culture_society"),
        ("Tradition_1", "culture_tradition"),
        ("PSE_korean_1", "language_function"),
        ("TK_1_4", "language_grammar"),
        ("TK_1_5", "language_text"),
        ("Kedu_17_3", "language_grammar"),
        ("Kedu_16_3", "language_grammar"),
        ("CSAT_korean_20_10", "language_function"),
        ("CSAT_korean_20_11", "language_grammar"),
        ("CSAT_korean_22_34", "language_text"),
        ("CSAT_korean_23_34", "language_text"),
        ("CSAT_korean_23_35", "language_function"),
    ],
)
def test_an_id_tells_its_subset(identifier: str, subset: str) -> None:
    assert subsets_of(identifier) == [subset]


@pytest.mark.parametrize("word", ["대화", "발화", "질의"])
def test_a_dialogue_of_the_basic_examination_is_of_the_use_of_language(word: str) -> None:
    assert subsets_of("Kedu_16_3", f"다음 {word}는?") == ["language_function"]
    assert subsets_of("Kedu_17_3", f"다음 {word}는?") == ["language_grammar"]


@pytest.mark.parametrize("subset", ["language_text", "language_grammar"])
def test_a_row_that_cannot_be_placed_is_an_error(subset: str) -> None:
    with pytest.raises(UsageError, match=r"^the id 'CSAT_korean_x' does not tell which subset"):
        belongs(subset, {"id": "CSAT_korean_x"})


@given(year=st.integers(14, 20), number=st.integers(1, 45))
def test_a_question_of_an_old_paper_is_of_a_language_subset(year: int, number: int) -> None:
    found = subsets_of(f"CSAT_korean_{year}_{number}")
    assert found
    assert all(subset.startswith("language_") for subset in found)


def test_its_rows_are_told_apart_by_these_rules_alone() -> None:
    assert BENCHMARK.belongs is belongs
    assert set(BENCHMARK.configurations.values()) == {None}
    assert BENCHMARK.configurations.keys() == RULES.keys()
    assert BENCHMARK.splits == {"test": "train"}, "all that its repository has"


def test_a_subset_tells_its_category() -> None:
    assert {metadata(subset)["category"] for subset in RULES} == {"culture", "language"}
    assert metadata("culture_kpop") == {"category": "culture"}
    assert BENCHMARK.metadata is metadata


FOLDERS = {
    **{f"Culture/Korean {kind.title()}": f"culture_{kind}" for kind in ("economy", "geography", "history", "law")},
    **{f"Culture/Korean {kind.title()}": f"culture_{kind}" for kind in ("politics", "society", "tradition")},
    "Culture/Korean Popular": "culture_kpop",
    "Language/Functional": "language_function",
    "Language/Grammar": "language_grammar",
    "Language/Textual": "language_text",
}
"""The publisher's folders, and the subset of their rows."""


def test_the_publishers_rows_are_read_whole_and_placed_as_it_places_them() -> None:
    top = real_rows("rladmstn1714/CLIcK", "Dataset")
    placed: list[tuple[str, str, list[str]]] = []
    for folder, subset in FOLDERS.items():
        for file in sorted((top / folder).glob("*.json")):
            loader = open_items(str(file))
            (name,) = loader.dataset.subsets()
            rows = [row for _, row in loader.dataset.placed_rows(name)]
            for item, row in zip(loader.items(name), rows, strict=True):
                assert item.options is not None
                assert len(item.options) in (4, 5)
                assert item.options["ABCDE".index(item.reference)] == row["answer"].strip()
                assert row["question"].strip() in item.query
                placed.append((str(row["id"]), subset, subsets_of(str(row["id"]), row["question"])))
    assert len(placed) == 1995
    others = [(identifier, subset, found) for identifier, subset, found in placed if found != [subset]]
    # lm-evaluation-harness places it so, too.
    assert others == [("CSAT_korean_13_11", "language_function", ["language_grammar"])]
