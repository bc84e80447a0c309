"""Options that are about other options: in another order they would say something else."""

from __future__ import annotations

import re
from functools import lru_cache

from pytest_haerae.data.labels import CIRCLED
from pytest_haerae.types import LETTERS, Item

_JOINED = r"\s*(?:,|/|·|&|와|과|및|또는|이나|하고|랑|\band\b|\bor\b|\bnor\b)\s*"
_ALONE = (
    r"\s*(?:만|모두|전부|둘\s*다|다)?\s*(?:옳(?:다|음)|맞(?:다|음)|정답(?:이다)?|해당(?:된다|한다|됨|함)?|only|both)?"
)
"""What may stand behind labels that are all of an option."""


_RIGHT = (
    r"(?:옳|맞|틀|정답|해당|참|거짓|아니|아님|포함|가능|불가|사실|사용|같|"
    r"적절|적합|부적|타당|올바|바르|정확|잘못|관련|필요|만족)"
)
"""How a predicate begins that says of options whether they are right."""
_ARE = r"\s+(?:are|is)(?:\s+(?:both|all|not))?\s+(?:correct|true|right|false|wrong|incorrect|valid)\b"
_ORDINAL = r"(?:(?:첫|두|세|네|다섯)\s*번째|(?:첫|둘|셋|넷|다섯)째)"


@lru_cache(maxsize=len(LETTERS) + 1)
def _labels_of(n: int) -> re.Pattern[str]:
    """Finds labels of so many options, written as such anywhere in a text, or bare where they are all of it."""
    upper, lower, numbers = LETTERS[:n], LETTERS[:n].lower(), "|".join(map(str, range(1, n + 1)))
    bare, name = rf"[{upper}{lower}]", rf"(?:[{upper}{lower}]|{numbers})"
    written = [
        rf"(?<![A-Za-z0-9가-힣])[(\[]\s*{name}\s*[)\]]",
        rf"[{CIRCLED[:n]}]",
        rf"(?<!\d)(?:{numbers})번(?:\s*(?:[,.·/]|과|와|및|만|이|은|도|모두|또는|이나)|\s*$)",
        rf"\b(?:[Oo]ptions?|[Cc]hoices?|[Aa]nswers?)\s+{name}(?![A-Za-z0-9])",
        rf"(?:보기|선택지|선지)\s*(?:중|의|에서|모두|전부|[(\[]?{name}(?![A-Za-z0-9]))",
        rf"^\s*(?:(?i:both|neither|either|only|오직)\s+)?{bare}(?:{_JOINED}{bare})*{_ALONE}\s*[.]?\s*$",
        rf"^\s*(?:(?i:both|neither|either)\s+)?{bare}(?:{_JOINED}{bare})+"
        rf"(?:(?i:{_ARE})|\s*(?:이|가|은|는|을|를|만|도)?\s*(?:모두|전부|둘\s*다|다)?\s*{_RIGHT})",
    ]
    return re.compile("|".join(written))


@lru_cache(maxsize=len(LETTERS) + 1)
def _numbers_of(n: int) -> re.Pattern[str]:
    """Finds an option that is all numbers of so many options: beside others that are no numbers they are labels."""
    number = rf"(?:{'|'.join(map(str, range(n, 0, -1)))})번?"
    return re.compile(rf"\s*{number}(?:(?:\s*(?:,|와|과|및|\band\b)\s*|(?<=번)\s+){number})+{_ALONE}\s*[.]?\s*")


_NUMBERS = re.compile(r"[\d\s.,/·~:%+-]|와|과|및|and|번")
"""What options are made of that are numbers, and lists of them."""


_MEANS_ALL = re.compile(
    r"(?<![가-힣])(?:위|이상|앞|상기|아래)\s*(?:의|에)?\s*(?:것|사항|내용|항목|답|예|경우|설명|진술)?들?\s*(?:이|은|의)?\s*"
    r"(?:모두|전부|전체|둘\s*다|다\s*(?:옳|맞|정답|해당|포함|아니|틀))"
    r"|(?<![가-힣])(?:위|이상|앞|상기|아래|다음)\s*(?:의|에)?\s*(?:것|사항|내용|항목|답|예|경우|설명|진술)?들?\s*중"
    r"(?:에|에는|에서)?\s*(?:없|어느|아무|하나도|정답|답이)"
    r"|^\s*(?:모두|전부|둘\s*다|다)\s*(?:다\s*)?(?:옳|맞|정답|해당|틀리|틀림|아니|아님|포함|가능|참|거짓|사용|같|옳지)"
    r"|^\s*(?:모두|전부|둘\s*다|전체)\s*(?:다)?\s*[.]?\s*$"
    rf"|^\s*(?:모두|전부|둘\s*다|다)\s*(?:다\s*)?{_RIGHT}"
    r"|(?<![가-힣])(?:위|이상|앞|상기|아래|다음|보기)\s*(?:의|에|에서)?\s*(?:(?:언급|열거|제시|설명|나열)\S*|말한|나온|있는|든)?\s*"
    r"(?:(?:모든|어느|어떤)\s*(?:것|항목|사항|내용|보기|경우|답|설명|진술|쪽|하나)|모두(?!의)|전부)"
    r"|^\s*(?:어느|어떤)\s*(?:것|쪽|하나)도"
    r"|(?<![가-힣])나머지\s*(?:는|가)?\s*(?:모두|전부|둘|셋|넷|보기|선택지|항목)"
    r"|(?<![가-힣])(?:위|앞|이상|상기|보기)\s*(?:의|에|에서)?\s*(?:두|세|네|다섯|[2-5])\s*가지\s*(?:모두|전부|다(?![가-힣]))"
    rf"|^\s*(?:두|세|네|다섯|[2-5])\s*가지\s*(?:모두|전부|다)\s*(?:{_RIGHT}|[.]?\s*$)|^\s*(?:둘|셋|넷|다섯)\s*다(?![가-힣])"
    r"|(?<![가-힣])다른\s*(?:선택지|보기|선지)|\bboth\s+(?:options|answers|choices)\b"
    r"|^\s*(?:위|앞|상기|보기|선택지|선지)(?:의|에|에는|에서)?\s*(?:보기|답안?|선택지|항목)?\s*(?:중|가운데)?(?:에|에는|에서|에서는)?\s*"
    r"(?:정답|답|옳은\s*것|맞는\s*것|해당\S*)?(?:이|은)?\s*없(?:음|다|습니다)"
    r"|(?<![가-힣])이\s*(?:중|가운데)(?:에|에는|에서|에서는)?\s*(?:정답|답|옳은\s*것|맞는\s*것|해당\S*)?(?:이|은)?\s*없(?:음|다|습니다)"
    rf"|^\s*{_ORDINAL}{_JOINED}{_ORDINAL}|^\s*{_ORDINAL}(?:만|이|가)?\s*{_RIGHT}"
    r"|^\s*(?:정답|답|해당|해당\s*사항|해당(?:하|되)는\s*것|옳은\s*것|맞는\s*것)\s*(?:이|은)?\s*없(?:음|다|습니다)\s*[.]?\s*$"
    r"|\b(?:all|none|any|both|neither|either|some|two|one|each)\s+(?:of\s+)?(?:the\s+)?(?:options?\s+|answers?\s+)?"
    r"(?:above|below|preceding|foregoing)\b"
    r"|\b(?:all|none|any|both|neither|either)\s+of\s+(?:the\s+)?(?:these|those|them|others?|options|answers|choices)\b"
    r"|\b(?:the\s+)?(?:other|previous|preceding)\s+(?:options?|answers?|choices?)\b"
    r"|^\s*(?:all|none|both|neither)(?:\s+(?:are|is)\s+(?:correct|true|right|wrong|false))?\s*[.]?\s*$",
    re.IGNORECASE,
)


@lru_cache(maxsize=len(LETTERS) + 1)
def _hangul_marks_of(n: int) -> re.Pattern[str]:
    syllables, consonants, circled = (
        "가나다라마바사아자차카타파하"[:n],
        "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ"[:n],
        "㉠㉡㉢㉣㉤㉥㉦㉧㉨㉩"[:n],
    )
    return re.compile(rf"(?<![가-힣ㄱ-ㅎ])(?:\([{syllables}]\)|[{circled}{consonants}])(?![가-힣ㄱ-ㅎ])")


@lru_cache(maxsize=1024)
def refer_to_each_other(options: tuple[str, ...], query: str) -> bool:
    """Whether one of some options is about others: ``위의 모두``, ``①과 ②``, ``all of the above``, ``A and B``.

    Rather one too many is called so: a question is left out then, where it would else be asked with options that say
    something else than the data's. Marks such as ``ㄱ`` and ``(가)`` are those of the question where they stand there,
    beside the options.

    Args:
        options: The options' texts, as a tuple.
        query: The question that shows them.
    """
    labels = _labels_of(len(options))
    if any(labels.search(option) or _MEANS_ALL.search(option) for option in options):
        return True
    if not all(_are_numbers(option) for option in options):
        numbers = _numbers_of(len(options))
        if any(numbers.fullmatch(option) for option in options):
            return True
    marks = {mark.strip("()") for option in options for mark in _hangul_marks_of(len(options)).findall(option)}
    if not marks:
        return False
    asked = query
    for option in options:
        asked = asked.replace(option, "")
    return not all(re.search(rf"(?<![가-힣ㄱ-ㅎ]){mark}(?![가-힣ㄱ-ㅎ])", asked) for mark in marks)


def _are_numbers(option: str) -> bool:
    return not _NUMBERS.sub("", option)


def are_about_each_other(item: Item) -> bool:
    """`refer_to_each_other` of an item that has options."""
    return refer_to_each_other(item.options or (), item.query)
