from __future__ import annotations

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report import words as words_module
from pytest_haerae.report.words import EOJEOL, MORPHEMES, choose_words, eojeol


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("한국의 수도는, “서울”이다.", ["한국의", "수도는", "서울”이다"]),
        ("LG  lg\n1994!", ["lg", "lg", "1994"]),
        (" … — ", []),
        ("", []),
    ],
)
def test_eojeol_are_what_stands_between_white_space(text: str, words: list[str]) -> None:
    assert eojeol(text) == words
    assert choose_words(EOJEOL).keywords(text) == list(dict.fromkeys(words))


def test_morphemes_are_told_apart() -> None:
    pytest.importorskip("kiwipiepy")
    chosen = choose_words(MORPHEMES)
    text = "한국의 수도는 서울이고 LG 트윈스가 이겼다. 한국은 이긴다."
    assert chosen.keywords(text) == ["한국", "수도", "서울", "lg", "트윈스"]
    assert chosen.of(text).count("한국") == 2
    assert "는" not in chosen.of(text), "a particle is no content"


@pytest.mark.parametrize(("installed", "name"), [(True, MORPHEMES), (False, EOJEOL)])
def test_where_none_is_named_it_is_what_is_installed(
    monkeypatch: pytest.MonkeyPatch, installed: bool, name: str
) -> None:
    monkeypatch.setattr(words_module, "find_spec", lambda _: object() if installed else None)
    assert choose_words(None).name == name


def test_a_kind_that_there_is_not_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words_module, "find_spec", lambda _: None)
    with pytest.raises(UsageError, match=r"pip install 'pytest-haerae\[analysis\]'"):
        choose_words(MORPHEMES)
    with pytest.raises(UsageError, match="--words: unknown kind 'morphs': did you mean 'morphemes'"):
        choose_words("morphs")
