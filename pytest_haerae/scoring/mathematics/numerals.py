"""Numbers as people write them: digits with separators, fractions, mixed numbers, Korean numerals, with a unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

LONGEST_NUMBER = 200
"""Characters of a number with its unit: what is longer is compared by who reads formulas, in a process of its own."""

_SMALL, _LARGE = {"십": 10, "백": 100, "천": 1000}, {"만": 10**4, "억": 10**8, "조": 10**12}
_DIGITS = {word: value for value, word in enumerate("영일이삼사오육칠팔구")} | {"공": 0, "륙": 6}
_NATIVE_TENS = {
    word: 10 * (place + 1)
    for place, word in enumerate(["열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔"])
} | {"스무": 20}
_NATIVE_ONES = {
    word: place + 1 for place, word in enumerate(["하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉"])
} | {
    "한": 1,
    "두": 2,
    "세": 3,
    "네": 4,
}
_NATIVE = re.compile(rf"(?P<tens>{'|'.join(_NATIVE_TENS)})?[ ]?(?P<ones>{'|'.join(_NATIVE_ONES)})?")

COUNTERS = (
    "개월|개국|개|명|마리|권|장|대|원|달러|센트|유로|엔|위안|시간|시|분|초|일|년|월|주|살|세|점|번|회|차례|가지|쌍|줄|칸|층|"
    "자루|송이|그루|켤레|벌|병|컵|잔|봉지|상자|묶음|조각|사람|인|도|미터|센티미터|킬로미터|밀리미터|그램|킬로그램|리터|"
    "밀리리터|제곱미터|제곱센티미터|세제곱센티미터|퍼센트|프로|배|정거장|홉|되|말|섬|동이|냥|돈|근|관|평|자|치|푼|리|톤|"
    "단계|번째|째|등|위|바퀴|걸음|판|통|군데|곳|팀|반|학년|쪽|페이지|문제|문항|경우|가구|채|척|편|곡|송|다스|손|축|쾌|접|두름"
)
"""Korean words for what is counted, which may stand behind a number."""
UNIT = re.compile(
    rf"""
    \s*
    (?:
        (?:{COUNTERS})(?:의\s[가-힣]{{1,10}})?  # e.g. '개', '개의 사과'
      | (?:\\?%p?|%?포인트|[°℃℉]C?|\^\{{?\\circ\}}?C?)  # e.g. '%', '°'
      | (?:[kcmdMGµ]?(?:m|g|L|l|W|Hz|Pa|J|N|V|A|s|mol)|min|h|hr|hours?|minutes?|seconds?|days?|years?|ha|t|USD|KRW|
          won|km|dollars?|cents?|percent|degrees?|units?|cm|mm)
        (?:\s?\^\{{?-?\d\}}?)?(?:\s?/\s?[a-zA-Z]{{1,3}}(?:\^\{{?\d\}}?)?)?  # e.g. 'cm^2', 'km/h'
      | (?<=\s)(?!and\b|or\b|over\b)[a-z]{{3,14}}  # e.g. 'meters', 'apples'
    )
    \s*
    """,
    re.VERBOSE,
)
_MONEY = re.compile(r"\A(?P<sign>[-+]?)\s?(?:US\s?\$|USD|KRW|\\?\$|₩|￦|€|£|¥|\\(?=\d))\s?")
_APPROXIMATELY = re.compile(
    r"\A(?:섭씨\s|화씨\s|약|대략|총|모두|정확히|approximately|about|exactly|roughly|\\approx|~|=)\s?"
)
_NEGATIVE = re.compile(r"\A(?:마이너스|음의|영하)\s?(?=\d)")
_NAME = re.compile(r"\A(?:[A-Za-z]|\\[a-z]+)(?:_\{?\w\}?)?\s?(?:=|\\approx)\s?")
_NUMBER = r"(?:\d+(?:\.\d+)?|\.\d+)"
_DECIMAL = re.compile(rf"[-+]?\s?{_NUMBER}(?:[eE][-+]?\d{{1,3}})?")
_POWER = re.compile(
    rf"(?P<factor>[-+]?{_NUMBER})?\s?(?P<times>\\times|\\cdot|\*|x)?\s?10\s?\^\s?\{{?(?P<power>[-+]?\d{{1,3}})\}}?"
)
_QUOTIENT = re.compile(
    rf"(?P<sign>[-+]?)\s?(?:(?P<whole>\d+)(?:\s|과\s?|와\s?))?(?P<above>{_NUMBER})\s?/\s?(?P<below>{_NUMBER})"
)
_FRACTION = re.compile(
    r"(?P<sign>[-+]?)\s?(?P<whole>\d+)?\s?\\frac\s?\{\s?(?P<above>-?\d+)\s?\}\s?\{\s?(?P<below>-?\d+)\s?\}"
)
_PART_OF = re.compile(
    r"(?P<sign>[-+]|마이너스\s?)?(?:(?P<whole>[\d가-힣]+?)\s?(?:과|와|하고)\s?)?(?P<below>[\d가-힣]+?)\s?분의\s?(?P<above>[-+]?[\d가-힣]+)"
)
_SCALED = re.compile(
    r"(?P<sign>[-+]?)(?P<terms>(?:[\d,]+(?:\.\d+)?[ ]?(?:[십백천]?[만억조]|[십백천])[ ]?)+(?:\d[\d,]*)?)"
)
_TERM = re.compile(r"([\d,]+(?:\.\d+)?)[ ]?([십백천]?)([만억조]?)")
_GROUPS = re.compile(r"(?<![\d.])(?P<first>\d{1,3})(?P<separator>[ ,'_])\d{3}(?:(?P=separator)\d{3})*(?![\d])")
_DOTTED = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{3}){2,}(?![\d.])")


@dataclass(frozen=True, slots=True)
class Number:
    """A number; `percent` where a percent sign stands behind it."""

    value: Fraction
    percent: bool = False


def join_thousands(text: str) -> str:
    """Digits without what separates their thousands: ``1 000``, ``1,000``, ``1'000`` and ``1.000.000``."""
    text = _GROUPS.sub(lambda match: re.sub(r"[ ,'_]", "", match[0]), text)
    return _DOTTED.sub(lambda match: match[0].replace(".", ""), text)


def read_number(text: str) -> Number | None:
    """The number that a whole text is, be there a name before it, a currency, a unit or a percent sign.

    Args:
        text: The text in the notation of `notation.plain_notation`.
    """
    text = text.strip()
    if len(text) > LONGEST_NUMBER:
        return None
    text = _NAME.sub("", _APPROXIMATELY.sub("", text))
    text = _APPROXIMATELY.sub("", text)
    text = join_thousands(_MONEY.sub(r"\g<sign>", text))
    text = _NEGATIVE.sub("-", text)
    value = _value(text)
    if value is not None:
        return Number(value)
    for end in _unit_starts(text):
        # "이 문제" is this question, and not two of them.
        value = None if text[:end].strip() == "이" else _value(text[:end].strip())
        if value is not None:
            return Number(value, percent=text[end:].strip() in ("%", "\\%", "퍼센트", "프로", "percent"))
    return None


def _unit_starts(text: str) -> list[int]:
    """Where a unit may begin that ends the text, the longest unit first."""
    return [start for start in range(max(1, len(text) - 20), len(text)) if UNIT.fullmatch(text, start)]


def _value(text: str) -> Fraction | None:
    text = text.strip()
    for read in (_decimal, _quotient, _fraction, _power, _part_of, _scaled, _in_words):
        value = read(text)
        if value is not None:
            return value
    return None


def _decimal(text: str) -> Fraction | None:
    return Fraction(text.replace(" ", "")) if _DECIMAL.fullmatch(text) else None


def _quotient(text: str) -> Fraction | None:
    match = _QUOTIENT.fullmatch(text)
    return _signed(match["sign"], match["whole"], match["above"], match["below"]) if match else None


def _fraction(text: str) -> Fraction | None:
    match = _FRACTION.fullmatch(text)
    return _signed(match["sign"], match["whole"], match["above"], match["below"]) if match else None


def _signed(sign: str | None, whole: str | None, above: str, below: str) -> Fraction | None:
    if not Fraction(below):
        return None
    value = Fraction(whole or 0) + Fraction(above) / Fraction(below)
    return -value if sign and sign != "+" else value


def _power(text: str) -> Fraction | None:
    match = _POWER.fullmatch(text)
    if match is None or (match["factor"] is None) != (match["times"] is None):
        return None
    return Fraction(match["factor"] or 1) * Fraction(10) ** int(match["power"])


def _part_of(text: str) -> Fraction | None:
    match = _PART_OF.fullmatch(text)
    if match is None:
        return None
    whole, above, below = (_count(match[name] or "0") for name in ("whole", "above", "below"))
    if whole is None or above is None or not below:
        return None
    return -(whole + above / below) if match["sign"] and match["sign"] != "+" else whole + above / below


def _count(text: str) -> Fraction | None:
    return Fraction(text) if re.fullmatch(r"[-+]?\d+", text) else _in_words(text)


def _scaled(text: str) -> Fraction | None:
    """The sum of a Korean numeral's terms: 만, 억 and 조 scale all that stands before them up to the last of these."""
    match = _SCALED.fullmatch(text)
    if match is None:
        return None
    total = section = Fraction(0)
    for number, small, large in _TERM.findall(match["terms"]):
        section += Fraction(number.replace(",", "") or 1) * _SMALL.get(small, 1)
        if large:
            total, section = total + section * _LARGE[large], Fraction(0)
    return -(total + section) if match["sign"] == "-" else total + section


def _in_words(text: str) -> Fraction | None:
    """``이십사``, ``삼만 오천``, ``열두``, ``스물셋``."""
    negative = text.startswith("-")
    text = text.removeprefix("-").strip()
    if not text:
        return None
    if text == "절반":
        return Fraction(1, 2)
    native = _NATIVE.fullmatch(text)
    if native:
        value = Fraction(_NATIVE_TENS.get(native["tens"], 0) + _NATIVE_ONES.get(native["ones"], 0))
        return -value if negative else value
    total = section = digit = 0
    for character in text.replace(" ", ""):
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
        elif character in _SMALL:
            section, digit = section + (digit or 1) * _SMALL[character], 0
        elif character in _LARGE:
            total, section, digit = total + (section + digit or 1) * _LARGE[character], 0, 0
        else:
            return None
    return Fraction(-(total + section + digit) if negative else total + section + digit)
