from __future__ import annotations

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring import language
from pytest_haerae.scoring.language import check_language, is_in


@pytest.fixture
def detecting() -> None:
    pytest.importorskip("langdetect")


@pytest.mark.usefixtures("detecting")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("정답은 두 번째 선택지입니다. 이유는 다음과 같습니다.", "ko"),
        ("The answer is the second option for the following reason.", "en"),
        ("<think>The answer is the second option.</think>정답은 두 번째 선택지입니다.", "ko"),
    ],
)
def test_an_answer_is_in_one_language(text: str, found: str) -> None:
    assert [code for code in ("ko", "en", "ja") if is_in(code, text)] == [found]


@pytest.mark.usefixtures("detecting")
@pytest.mark.parametrize("text", ["", "42", "…", "<think>생각"])
def test_what_cannot_be_told_is_in_none(text: str) -> None:
    assert not any(is_in(code, text) for code in ("ko", "en"))


@pytest.mark.usefixtures("detecting")
def test_the_same_text_has_the_same_language_each_time() -> None:
    text = "KOSPI index는 today 3% 상승 and the won fell"
    assert len({tuple(is_in(code, text) for code in ("ko", "en", "de")) for _ in range(20)}) == 1


@pytest.mark.usefixtures("detecting")
def test_an_unknown_language_is_one_line() -> None:
    check_language("ko")
    with pytest.raises(UsageError, match="--evaluator-params: target_lang: unknown language 'kor': did you mean 'ko'"):
        check_language("kor")


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"language_penalize .*: pip install 'pytest-haerae\[language\]'"):
        check_language("ko")
