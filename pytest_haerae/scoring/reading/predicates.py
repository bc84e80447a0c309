"""What a text says of an option that it names: that it is the answer, that it is right, that it is not."""

from __future__ import annotations

import re

from pytest_haerae.types import LETTERS

COPULA = "(?:{})".format(
    "|".join(
        (
            *("입니다만", "입니다", "입니까", "이에요", "예요", "이다", "이며", "이고", "이라고", "이라"),
            *("이므로", "이지만", "이었", "인데", "일", "인", "라고", "(?:임|다|요|네요?|군요|죠|지요)(?![가-힣])"),
        )
    )
)
"""How Korean says "is" behind a label."""
PARTICLE = rf"(?:{COPULA}|번|가|은|는|이|을|를|와|과|로|의|도|만|라|보다|처럼|뿐|에|대신|말고|중|또는|혹은|외|입)"

BEHIND, BEFORE = 40, 28
"""Characters that are looked at behind an option and before it."""

SET_ASIDE_BEHIND = re.compile(
    rf"""
      \W{{0,3}}(?:번)?(?:이|가|은|는|도|을|를)?\s?(?:모두|전부|다)?\s?(?:정답이|답이|정답은|답은)?\s?
      (?:
          아니|아닌|아닙|될\s수\s없|되지\s(?:않|못)  # e.g. '가 아니라 (C)', '는 정답이 아니다', '가 될 수 없는 까닭'
        | 틀렸|틀리|틀립|틀림|틀린\s(?:답|정답|선택)  # e.g. '는 틀렸다', '는 틀린 답'
        | 오답|제외|소거|배제  # e.g. '는 오답', '를 제외하면', '를 소거하면'
        | 말고|대신|보다  # e.g. ' 말고 (C)'
        | 중(?:에|\s|\Z)|가운데|외에  # e.g. ' 중에', ' 외에는'
        | (?:이|일\s?)?라면|이었다면|였다면|일\s경우  # e.g. '라면 어색하다'
        | 처럼|(?:이)?라고\s(?:생각했|생각하(?:지만|기|는|나)|오해|착각|혼동)  # e.g. '라고 생각하지만'
        | 인\s줄  # e.g. '인 줄 알았다'
        | 인\s?것\s같지만|일\s것\s같지만  # e.g. '인 것 같지만'
        | 인\s(?:이유|까닭)|인지|인가\?|일까  # e.g. '인 이유는', '인지', '일까'
      )
    | [^.,\n(]{{1,20}}[이가]\s아니[라고]\s\W?(?:[{LETTERS}](?![A-Za-z])|\d\s?번)  # e.g. ' 경국대전이 아니라 B'
    | ['\"”’)]{{0,3}}\s?(?:와|과)?\s?(?:같은|같이)?\s?(?:의|은|라는|이라는)?\s?(?:형식|형태|양식)  # e.g. "' 형식으로"
    | [^\w,;.\n]{{0,3}}(?:is|are|was|were|would\ be|seems|looks|can)?\s?(?:both|all|also|clearly)?\s?
      (?:
          not\b|n't|n’t  # e.g. ' is not', " isn't"
        | wrong\b|incorrect\b|false\b|excluded\b|ruled\sout  # e.g. ' is clearly wrong', ' was ruled out'
        | the\swrong\b|an?\swrong\b  # e.g. ' is the wrong one'
      )
    """,
    re.VERBOSE | re.IGNORECASE,
)
SET_ASIDE_BEFORE = re.compile(
    r"""
    (?:
        \bnot(?:\sbe)?|n't(?:\sbe)?  # e.g. 'it is not ', "can't be option "
      | \brather\sthan|\binstead\sof|\bthan  # e.g. 'rather than ', 'better than '
      | \bexcept|\bexcluding|\bneither|\bif  # e.g. 'all except ', 'if the answer is '
      | \b(?:might|may|could)\s(?:\w+\s){0,3}think  # e.g. 'one might think the answer is '
      | 오답은?\s?:?|틀린\s답은?\s?:?|만약|가령  # e.g. '오답: ', '만약 정답이 '
    )
    \s?(?:it\sis|it's|(?:that\s)?the\sanswer\s(?:is|were)|정답이|답이)?\s?(?:option|choice)?\s?\W?\Z
    """,
    re.VERBOSE | re.IGNORECASE,
)
IS_THE_ANSWER = re.compile(
    rf"""
      \s?(?:번)?(?:\s?(?:보기|선택지|항목))?(?:이|가|은|는)?\s?(?:바로|가장)?\s?(?:정답|답|해답)
      (?!일\s수|일까|인가|인지|처럼|이라면|이었을|였을)  # not '가 답일 수 있다', '가 정답이었을 것이다'
      (?!이라고\s(?:생각할|생각했|볼|오해|착각)|으로\s(?:보일|볼|오해|착각))  # not '가 정답으로 보일 수 있다'
      \s?(?:{COPULA}|으로|이라|입|임)  # e.g. '가 정답입니다', '번이 답으로'
    | (?:은|는)\s[^.\n]{{0,60}}(?<![오대응])답(?:입니다|이다)  # e.g. '는 이 질문의 답입니다'
    | \W{{0,2}}is\s(?:the|my)\s(?:\w{{1,12}}\s){{0,2}}(?:answer|choice|option)\b  # e.g. ' is the best answer'
    """,
    re.VERBOSE | re.IGNORECASE,
)
IS_RIGHT = re.compile(
    r"""
      \s?(?:번)?(?:\s?(?:보기|선택지|항목))?(?:이|가)\s?
      (?:[^\s,.]{1,12}보다\s)?  # e.g. '가 (A)보다 적절하다'
      (?:가장|더|제일|바로)?\s?(?:맞|옳|적절|알맞|올바|적합|타당)  # e.g. '가 가장 적절하다'
      (?!.{0,6}않|[^.\n]{0,4}다고\s(?:볼|할|생각할)\s수)  # not '가 옳지 않다', '가 적절하다고 볼 수도'
    | \W{0,2}is\s(?:clearly\s|most\s|the\s)*(?:correct|right|best|appropriate)\b  # e.g. ' is clearly correct'
    | \s?(?:번)?(?:을|를)?\s?(?:선택(?!지)|고르|고른|고릅|골라|골랐|택하|택합|택했)  # e.g. '를 고르겠다'
    | \s?(?:번)?(?:이)?(?:라고|로)\s?(?:생각합|생각한|판단|봅|본다|보인|보입|하겠)  # e.g. '라고 생각합니다'
    | 인\s?것\s?같  # e.g. '인 것 같다'
      (?!지만)  # not '인 것 같지만'
    """,
    re.VERBOSE | re.IGNORECASE,
)
AS_AN_ANSWER = re.compile(
    rf"""
      \s?[.!?,:;)\]\"'”’~…]  # e.g. '. 법전이다', ': 법전'
    | \s*(?:\n|\Z)  # e.g. '\n', ''
    | \s?(?:{COPULA}|번|뿐)  # e.g. '입니다', ' 뿐이다'
    | \s[-–—(]\s?(?![\d.\s]{{0,9}}[=+×÷*/])  # e.g. ' - 법전', ' (법전)'
    | \s(?:because|since|rather|instead)\b  # e.g. ' because it is'
    """,
    re.VERBOSE,
)
"""What may follow a bare letter that is an answer, and not a person's or a thing's name."""
CONCLUDES = re.compile(
    rf"""
      (?:번)?\s?(?:{COPULA}|뿐|(?:으로|로)[,\s])  # e.g. '입니다', '번이다', '로 '
    | \s*[.!)\]\"'”’]{{0,3}}\s*(?:\n|\Z)  # e.g. '.', ')'
    | \s?[.,!;](?=\s)  # e.g. '. 그', ', 그'
    | \s?\(  # e.g. ' (법전)'
    | :\s  # e.g. ': 법전'
    | \s(?:because|since|rather|instead|as|for)\b  # e.g. ' because it is'
    | (?:이|가)\s?(?:정답|틀린|잘못|옳지|적절하지|거리가|다른)  # e.g. '가 틀린 설명이다'
    | (?:이|가)?\s남  # e.g. '가 남는다', ' 남는다'
    """,
    re.VERBOSE,
)
"""What may follow an option with which a sentence concludes; that it goes on to talk about it is no conclusion."""
REFUSES = re.compile(
    r"""
      (?:알|할|낼|구할|드릴|정할|고를|풀|답할|판단할)\s수(?:가|는)?\s없  # e.g. '값을 계산할 수 없습니다'
    | (?:정보|조건|그림|자료)[^.\n]{0,20}(?:부족|없|않)  # e.g. '조건이 부족합니다', '그림이 제공되지 않았습니다'
    | \bcan(?:not|'t|\snot)\b  # e.g. "I can't tell", 'I cannot determine'
    | \b(?:(?:un|not\s)able\sto|need\smore|not\sprovided|missing|please\sprovide)\b  # e.g. 'unable to tell'
    | 죄송  # e.g. '죄송합니다만'
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""What says that no answer is given."""
