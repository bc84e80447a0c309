from __future__ import annotations

import pytest

from pytest_haerae.scoring.instructions.particles import leaves_noun


@pytest.mark.parametrize(
    "word",
    [
        "하는",
        "했다",
        "되는",
        "한",
        "은",
        "이",
        "을",
        "에서는",
        "들에게도",
        "으로부터의",
        "입니다",
        "이라는",
        "처럼",
        "",
    ],
)
def test_what_follows_a_noun_leaves_noun(word: str) -> None:
    assert leaves_noun(word, "기업")


@pytest.mark.parametrize("word", ["가", "는", "를", "가는", "인들", "집단은", "체", "한국", "은행", "abc"])
def test_what_makes_another_word_is_none(word: str) -> None:
    assert not leaves_noun(word, "기업")


@pytest.mark.parametrize(("word", "fits"), [("는", True), ("가", True), ("은", False), ("과", False), ("이다", True)])
def test_a_particle_fits_the_sound_before_it(word: str, fits: bool) -> None:
    assert leaves_noun(word, "회사") == fits
    assert leaves_noun("에서", "AI")
