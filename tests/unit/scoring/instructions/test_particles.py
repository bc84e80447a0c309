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
        *("엔", "에선", "에겐", "한텐", "으론", "이야말로", "은커녕", "에다가", "이든", "이기도", "이기에", "이어서"),
        *("이었고", "이었던", "입니까", "입니다만", "일수록", "일까", "인데요", "님", "님께서는", "들에겐"),
    ],
)
def test_what_follows_a_noun_leaves_noun(word: str) -> None:
    assert leaves_noun(word, "기업")


@pytest.mark.parametrize(
    "word",
    [
        *("가", "는", "를", "가는", "인들", "집단은", "체", "체는", "인은", "한국", "은행", "엔진", "였고", "든"),
        "abc",
    ],
)
def test_what_makes_another_word_is_none(word: str) -> None:
    assert not leaves_noun(word, "기업")


@pytest.mark.parametrize(
    ("word", "fits"),
    [
        *(("는", True), ("가", True), ("은", False), ("과", False), ("이다", True), ("였고", True), ("였던", True)),
        *(("든", True), ("야말로", True), ("엔", True), ("이야말로", False), ("으론", False), ("입니까", True)),
    ],
)
def test_a_particle_fits_the_sound_before_it(word: str, fits: bool) -> None:
    assert leaves_noun(word, "회사") == fits
    assert leaves_noun("에서", "AI")


@pytest.mark.parametrize(("noun", "behind"), [("글", "씨"), ("손", "님"), ("불", "씨가"), ("물", "론"), ("힘", "든")])
def test_a_word_of_one_syllable_is_no_person(noun: str, behind: str) -> None:
    assert not leaves_noun(behind, noun)
    assert leaves_noun("님은", "선생")
    assert leaves_noun("씨가", "김철수")
