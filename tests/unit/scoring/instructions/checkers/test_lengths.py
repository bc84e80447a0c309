from __future__ import annotations

import pytest

from tests.unit.scoring.instructions.tables import Case, agrees, cases_of, check


@pytest.mark.parametrize("case", cases_of("lengths"), ids=str)
def test_the_verdicts_are_those_of_the_table(case: Case) -> None:
    agrees(case)


@pytest.mark.parametrize("relation", ["at least", "less than"])
@pytest.mark.parametrize("count", [29, 30, 31])
def test_words_and_sentences_at_their_limits(count: int, relation: str) -> None:
    right = (count >= 30) == (relation == "at least")
    words = check("length_constraints:number_words", " ".join(["낱말"] * count), num_words=30, relation=relation)
    sentences = check("length_constraints:number_sentences", "비가 왔다. " * count, num_sentences=30, relation=relation)
    assert (words.followed, sentences.followed) == (right, right)
    asked = "at least 30 asked" if relation == "at least" else "fewer than 30 asked"
    assert (words.counted, sentences.counted) == (f"{count} words, {asked}", f"{count} sentences, {asked}")


@pytest.mark.parametrize(
    ("paragraph", "begins"),
    [("회사는", True), ("회사가", True), ("회사이다", True), ("회사원은", False), ("회사은", False), ("회사,", True)],
)
def test_a_first_word_may_carry_particles_that_fit_it(paragraph: str, begins: bool) -> None:
    asked = {"num_paragraphs": 1, "nth_paragraph": 1, "first_word": "회사"}
    assert check("length_constraints:nth_paragraph_first_word", f"{paragraph} 바쁘다.", **asked).followed == begins


def test_a_paragraph_that_cannot_be_there_begins_with_nothing() -> None:
    asked = {"num_paragraphs": 1, "nth_paragraph": 3, "first_word": "회사"}
    told = check("length_constraints:nth_paragraph_first_word", "회사는 바쁘다.", **asked)
    assert told == (False, "1 paragraphs, exactly 1 asked; number 3 does not begin with '회사'")
