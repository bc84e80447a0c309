from __future__ import annotations

import pytest

from pytest_haerae.scoring import language
from pytest_haerae.scoring.instructions.registry import Malformed
from tests.unit.scoring.instructions.tables import Case, agrees, cases_of, check


@pytest.mark.parametrize("case", cases_of("letters"), ids=str)
def test_the_verdicts_are_those_of_the_table(case: Case) -> None:
    if case.name.startswith("language:"):
        pytest.importorskip("langdetect")
    agrees(case)


def test_letters_of_the_wrong_kind_are_counted() -> None:
    assert check("change_case:english_capital", "HELLO wo 가") == (False, "5 of 8 letters are Latin capitals")
    assert check("change_case:english_lowercase", "hello WO") == (False, "5 of 7 letters are Latin small letters")


def test_without_langdetect_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "find_spec", lambda name: None)
    with pytest.raises(Malformed, match=r"'language' 'ko': .* not installed: pip install 'pytest-haerae\[language\]'"):
        check("language:response_language", "안녕하세요.", language="ko")


def test_a_language_that_there_is_not_is_refused() -> None:
    pytest.importorskip("langdetect")
    with pytest.raises(Malformed, match="unknown language 'kor': did you mean 'ko'"):
        check("language:response_language", "안녕하세요.", language="kor")
