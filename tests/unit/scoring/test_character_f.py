from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sacrebleu.metrics.chrf import CHRF

from pytest_haerae.scoring.character_f import LONGEST_COMPARED, character_f

SACREBLEU = CHRF(char_order=6, word_order=0, beta=2)
WORDS = st.text("가나다라마바사아자차", min_size=1, max_size=40)


@given(WORDS, WORDS)
def test_equals_sacrebleu(answer: str, reference: str) -> None:
    assert character_f(answer, reference) == pytest.approx(SACREBLEU.sentence_score(answer, [reference]).score / 100)


@given(WORDS)
def test_is_one_for_equal_texts_and_zero_for_strangers(text: str) -> None:
    assert character_f(text, text) == pytest.approx(1)
    assert character_f("힣" * len(text), text) == 0


def test_falls_with_each_character_that_differs() -> None:
    reference = "가는말이고와야오는말이곱다"
    near, far = character_f("가는말이고와야오는말이밉다", reference), character_f("가는말이곱다", reference)
    assert 1 > near > far > 0


def test_a_runaway_answer_is_compared_in_part() -> None:
    assert character_f("가" * 1_000_000, "나가") == character_f("가" * LONGEST_COMPARED, "나가")
