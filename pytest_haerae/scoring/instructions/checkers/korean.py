"""What only Korean answers can be asked: IFEval has none of these, data of one's own may."""

from __future__ import annotations

import re
from typing import Literal

from pytest_haerae.scoring.instructions.registry import Check, instruction
from pytest_haerae.scoring.instructions.relations import Relation, compared
from pytest_haerae.scoring.instructions.sentences import split_sentences, without_closers, without_quotations
from pytest_haerae.scoring.instructions.words import count_syllables

SpeechLevel = Literal["존댓말", "반말"]
_IN_BIEUP = "".join(map(chr, range(ord("갑"), ord("힣"), 28)))
"""The syllables that end in ㅂ: ``합니다`` is polite, ``아니다`` is not."""
_POLITE = re.compile(f"(?:.요|.죠|[{_IN_BIEUP}](?:니다|니까|시다|디다)|시오|소서)$")
_PLAIN = re.compile(
    "(?:다|어|아|해|여|야|지|네|자|라|냐|니|군|구나|걸|게|래|워|와|줘|돼|봐|려|까|데|거든|잖아|았음|었음)$"
)
_NO_VERBS = re.compile(
    """
      (?:한국|영|일본|중국|독일|외국|언|단|용|검색)어 | (?:의|과|글|숫|문|남|여|환|저|독|기|학|투)자
    | (?:편|반|먼|가)지 | .*나라 | 카메라 | .*머니 | 언니 | [가무]게 | (?:필|중|수|주|소|개|강)요 | 바다 | 아시아 | 하나
    | 안녕 | 그래  # e.g. '안녕', which is said at either level
    """,
    re.VERBOSE,
)
"""Words that end as a verb does, and are none."""
_ALONE = ("네", "아니", "와", "자", "야", "어", "아")
"""What is said alone at either level."""
_MARKS = " \t.!?。！？…．｡~,\x00"


@instruction("korean:number_syllables")
def number_syllables(text: str, num_syllables: int, relation: Relation) -> Check:
    """So many syllables of Hangul (음절): digits, Latin letters and single letters of Hangul are none."""
    return compared(count_syllables(text), relation, num_syllables, "syllables")


@instruction("korean:speech_level")
def speech_level(text: str, level: SpeechLevel) -> Check:
    """Every sentence ends at one level of speech, polite (존댓말) or plain (반말), and one of them at least shows it.

    The level is that of the last word's ending: `-요` and `-니다` are polite, `-다`, `-어`, `-자` and the like plain.
    Sentences that end in no verb say nothing, and what others are quoted to say does not count.
    """
    levels = [_level_of(sentence) for sentence in split_sentences(text)]
    polite, plain = levels.count("존댓말"), levels.count("반말")
    right, other = (polite, plain) if level == "존댓말" else (plain, polite)
    return Check(right > 0 and other == 0, f"{polite} polite and {plain} plain sentences, all asked in {level}")


def _level_of(sentence: str) -> SpeechLevel | None:
    told = without_quotations(sentence)
    # A sentence that is a quotation as a whole is the answer's own.
    told = told if any(map(str.isalnum, told)) else sentence
    words = without_closers(told).rstrip(_MARKS).split()
    last = without_closers(words[-1]).rstrip(_MARKS) if words else ""
    if not last or _NO_VERBS.fullmatch(last) or (len(words) == 1 and last in _ALONE):
        return None
    if _POLITE.search(last):
        return "존댓말"
    return "반말" if _PLAIN.search(last) else None
