"""What Korean writes behind a noun in the same word: particles, and the forms of `이다`, `하다` and `되다`."""

from __future__ import annotations

import re

_STACKED = (
    *(
        "에",
        "에서",
        "에게",
        "에게서",
        "께",
        "한테",
        "한테서",
        "더러",
        "보고",
        "까지",
        "부터",
        "마다",
        "조차",
        "마저",
        "밖에",
    ),
    *(
        "만",
        "뿐",
        "와",
        "과",
        "랑",
        "이랑",
        "하고",
        "로",
        "으로",
        "로서",
        "로써",
        "으로서",
        "으로써",
        "보다",
        "처럼",
        "같이",
    ),
    *("만큼", "대로", "마냥", "서"),
)
"""Particles that others may follow: ``에게는``."""
_LAST = (
    *("은", "는", "이", "가", "을", "를", "의", "도", "께서", "나", "이나", "라도", "이라도", "나마", "이나마", "든지"),
    *("이든지", "야", "이야", "아", "여", "이여", "요", "이요", "커녕", "이다", "다", "입니다", "이었다", "였다"),
    *(
        "이었습니다",
        "였습니다",
        "예요",
        "이에요",
        "이며",
        "며",
        "이고",
        "고",
        "인",
        "일",
        "인가",
        "인지",
        "이지만",
        "지만",
    ),
    *("이면", "면", "이라면", "라면", "이란", "란", "이라는", "라는", "이라고", "라고", "이라", "라", "이라서", "라서"),
    *(
        "이니",
        "니",
        "이니까",
        "니까",
        "이자",
        "자",
        "죠",
        "이죠",
        "지",
        "이지",
        "임",
        "이므로",
        "므로",
        "이기",
        "이거나",
    ),
    *("거나", "던", "이던", "인데", "이구나", "구나", "네", "이네"),
    *("엔", "에선", "에겐", "한텐", "께선", "으론", "야말로", "이야말로", "은커녕", "는커녕", "에다", "에다가"),
    *("이든", "든", "이라기보다", "라기보다", "이지요", "지요", "이네요", "네요", "이군요", "군요"),
)
"""Particles and forms of `이다` that end a word."""


def _one_of(forms: tuple[str, ...]) -> str:
    return "|".join(sorted(forms, key=lambda form: (-len(form), form)))


_FORMS = rf"들?(?:{_one_of(_STACKED)}){{0,3}}(?:{_one_of(_LAST)})?"
_COPULA = r"""
      (?:이었|였)[가-힣]* | 입니(?:다|까)[가-힣]*  # e.g. '였고', '이었던', '입니다만'
    | 이기(?:도|에|는|만|까지|때문에) | 이어(?:서|도|야) | 일(?:수록|까|까요|지도|지라도)
    | 인(?:데|데도|데요|가요|지라|만큼|지는|지도|지를)
"""
"""Forms of `이다` that have more behind them than the table above has."""
_ONLY = re.compile(rf"{_FORMS}|{_COPULA}", re.VERBOSE)
_OF_A_PERSON = re.compile(rf"[님씨]{_FORMS}")
"""What is said to a person, behind words of some length: ``선생님께서``, but ``글씨`` is no ``글``."""
_VERB = re.compile(
    "하(?:는|며|고|여|였|지|게|기|던|자|면|니|려|세요|십)|한(?:다|$)|할|해|했|합니다|함|되(?:는|며|고|어|었|지|게|기|면)|된|될|돼|됐|됩니다|됨"
)
"""How forms of `하다` and `되다` begin, which make a verb of a noun: ``사랑하는``."""
_BEHIND_VOWELS, _BEHIND_CONSONANTS = (*"가는를와였든", "야말로"), (*"은을과", "이야말로", "으론")
_FINALS = 28


def leaves_noun(text: str, noun: str) -> bool:
    """Whether what stands behind a noun in its word leaves it the same noun: ``들에게는``; also where it is empty.

    Those that are written otherwise behind a consonant than behind a vowel have to fit: ``기업가`` is no ``기업``.

    Args:
        text: What stands behind the noun, in NFC.
        noun: The noun, in NFC.
    """
    if "가" <= noun[-1] <= "힣" and text:
        ends_in_vowel = (ord(noun[-1]) - ord("가")) % _FINALS == 0
        if text.startswith(_BEHIND_CONSONANTS if ends_in_vowel else _BEHIND_VOWELS):
            return False
    if len(noun) > 1 and _OF_A_PERSON.fullmatch(text):
        return True
    return _ONLY.fullmatch(text) is not None or _VERB.match(text) is not None
