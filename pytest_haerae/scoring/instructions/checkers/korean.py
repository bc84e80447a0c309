"""What only Korean answers can be asked: IFEval has none of these, data of one's own may."""

from __future__ import annotations

import re
from typing import Literal

from pytest_haerae.scoring.instructions.registry import Check, instruction
from pytest_haerae.scoring.instructions.relations import Relation, compared
from pytest_haerae.scoring.instructions.sentences import (
    NOUNS_LIKE_VERBS,
    split_sentences,
    without_closers,
    without_quotations,
)
from pytest_haerae.scoring.instructions.words import count_syllables

SpeechLevel = Literal["존댓말", "반말"]
_IN_BIEUP = "".join(map(chr, range(ord("갑"), ord("힣"), 28)))
"""The syllables that end in ㅂ: ``합니다`` is polite, ``아니다`` is not."""
_POLITE = re.compile(f"(?:.요|.죠|[{_IN_BIEUP}](?:니다|니까|시다|디다)|시오|소서)$")
_PLAIN = re.compile(
    """
    (?: 다|어|아|해|여|야|지|네|자|라|냐|니|군|구나|걸|게|래|워|와|줘|돼|봐|려|까|데|거든|잖아|았음|었음
      | 둬|뻐|져|겨|켜|쳐|춰|꿔|셔|껴|(?<!벌)써  # e.g. '예뻐', '그만둬'
      | ^(?:.*지)?마 | ^커 | ^(?:일어|나|돌아|들어)?서  # e.g. '하지마', but no '치마', '스티커', '순서'
      | ^(?:.*[아어여려라져녀]|나|지나|떠나|다|건너|오)?가  # e.g. '돌아가', but no '작가'
    )$
    """,
    re.VERBOSE,
)
_NO_VERBS = re.compile(
    """
      (?:영|언|단|용|검색)어 | .*(?:국|본|랑스|시아|트남)어 | .*(?:웨|디|케|투)어
    | (?:의|과|글|숫|문|남|여|환|저|독|기|학|투|모|상|피|액|혼|왕|제|부|탁|전|한)자
    | .*(?:사용|소비|기술|관리|노동|연구|참가|개발|담당|운전|지도|신청|작성|보호|근로|생산|공급|투|참여|응답|과학)자
    | .*(?:대상|수상|후보|지원|가입|구매|판매|이용|운영|설계|번역|사업|장애|전문|기획|관계|피해|발표|진행|방문|여행)자
    | (?:편|반|먼|가|휴|잡|토|공|단)지 | .*(?:메시|이미|페이|아버|강아|에너|소시|패키|브리|목적|여행|관광)지
    | .*(?:나|메)라 | .*머니 | 언니 | [가무집]게 | .*(?:미|노|빨)래 | (?:아|고|모|본|원|유)래 | .*가운데
    | .*(?:시|리|니|비)아 | [고소유육]아 | 올해 | 새해 | [동서남]해 | .*분야 | .*(?:파|타|샤)워 | (?:참|기|대|급)여
    | .*(?:고|배|격|우|염)려 | 하나
    | 안녕 | 그래  # e.g. '안녕', which is said at either level
    """,
    re.VERBOSE,
)
"""Words that end as a verb does, and are none, beside those of `NOUNS_LIKE_VERBS`."""
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
    is_noun = NOUNS_LIKE_VERBS.fullmatch(last) or _NO_VERBS.fullmatch(last)
    if not last or is_noun or (len(words) == 1 and last in _ALONE):
        return None
    if _POLITE.search(last):
        return "존댓말"
    return "반말" if _PLAIN.search(last) else None
