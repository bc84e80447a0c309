"""Free answers of mathematics: the last stated answer is compared by value, so that 1/2 and 0.5 are equal."""

from __future__ import annotations

import re
from fractions import Fraction
from importlib.util import find_spec

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.mathematics.process import compare
from pytest_haerae.scoring.reading.cleaning import normalise, shorten, strip_reasoning, unify_characters
from pytest_haerae.scoring.reading.turns import own_part
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.scoring.string_match import judge_string_match, short
from pytest_haerae.types import Item, Response, Verdict

LONGEST_ANSWER = 300
"""Characters of a final answer: a number, a formula, a list of them; what is longer is a text, not an answer."""
_EXACT_TO = Fraction(1, 2_000_000)
"""Half a unit of the sixth decimal, to which math-verify compares as well."""

_BOX = re.compile(r"\\(?:boxed|fbox)\s*\{")
_STATEMENT = re.compile(
    r"(?:정답|최종\s?답|(?<![가-힣])답변?|\banswer\b)[ \t*]*(?:은|는|:|=|is\b)[ \t:*]*(?P<text>[^\n]*[\d\\][^\n]*)",
    re.IGNORECASE,
)
_FORMULA = re.compile(r"\$+([^$]+)\$+|\\\((.+?)\\\)|\\\[(.+?)\\\]")
_ENDING = re.compile(r"(?:이?입니다|이다|이에요|예요)?[ \t.!*。]*\Z")
_NUMBER = re.compile(r"(?<![\w.])[-+−]?\d[\d,]*(?:\.\d+)?(?:/\d+)?")
_PLAIN = re.compile(
    r"(?P<above>[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:(?<=\d)[eE][-+]?\d{1,2})?)(?:/(?P<below>\d+))?"
)
_SMALL, _LARGE = {"": 1, "십": 10, "백": 100, "천": 1000}, {"만": 10**4, "억": 10**8, "조": 10**12}
_SCALED = re.compile(
    r"(?P<sign>[-+]?)(?P<terms>(?:[\d,]+(?:\.\d+)?[ ]?(?:[십백천]?[만억조]|[십백천])[ ]?)+(?:\d[\d,]*)?)[ 가-힣]*"
)
_TERM = re.compile(r"([\d,]+(?:\.\d+)?)[ ]?([십백천]?)([만억조]?)")


def require_math_verify() -> None:
    """Refuse a run that could not compare its answers.

    Raises:
        UsageError: math-verify is not installed; names the extra.
    """
    if find_spec("math_verify") is None:
        raise UsageError(
            "scorer math compares formulas with math-verify, which is not installed: pip install 'pytest-haerae[math]'"
        )


@register_scorer("string_match", "math", require=require_math_verify)
def judge_mathematics(item: Item, response: Response) -> Verdict:
    """Compare the final answer of a text with the reference, by value; lettered items are judged by their letters.

    Args:
        item: A free-text item whose reference is a number or a formula.
        response: Its response with a text.
    """
    if item.options is not None:
        return judge_string_match(item, response)
    found = final_answer(response.text or "", item.query)
    if found is None:
        explanation = f"{item.id} invalid: no final answer was found, reference {item.reference}"
        return Verdict("invalid", None, explanation, "no answer")
    answer, rule = found
    try:
        outcome = _compare(answer, item.reference)
    except OSError as error:
        return Verdict("error", explanation=f"{item.id}: math-verify cannot be started: {error}")
    if outcome is None:
        explanation = f"{item.id} invalid: {short(answer)!r} cannot be evaluated, reference {item.reference}"
        return Verdict("invalid", None, explanation, "no formula")
    verb = "correct" if outcome else "wrong"
    explanation = f"{item.id} {verb}: answered {short(answer)!r}, reference {item.reference}, read by {rule}"
    return Verdict("correct" if outcome else "wrong", answer, explanation, rule)


def final_answer(text: str, query: str) -> tuple[str, str] | None:
    r"""The last stated answer of a text: the last ``\boxed{…}`` or ``정답: …``, or else the last number.

    Args:
        text: The model's output.
        query: The item's query.

    Returns:
        The answer as it is written, without spaces around it, and the rule that read it; None where there is none.
    """
    answered = own_part(unify_characters(shorten(strip_reasoning(text))), query, _first_statement)
    boxes = [(place, content, "box") for place, content in _boxes(answered) if content]
    stated = [(match.start(), _statement(match["text"]), "statement") for match in _STATEMENT.finditer(answered)]
    numbers = [(match.start(), match[0].rstrip(","), "last number") for match in _NUMBER.finditer(answered)]
    candidates = sorted(boxes + [entry for entry in stated if entry[1]]) or numbers
    if not candidates or len(candidates[-1][1]) > LONGEST_ANSWER:
        return None
    return candidates[-1][1:]


def _first_statement(text: str) -> int | None:
    return min((match.start() for pattern in (_BOX, _STATEMENT) if (match := pattern.search(text))), default=None)


def _boxes(text: str) -> list[tuple[int, str]]:
    r"""The place and the content of each ``\boxed{…}``, braces inside it counted; one that is cut off is none."""
    found = []
    for match in _BOX.finditer(text):
        depth = 1
        for position in range(match.end(), min(len(text), match.end() + 2 * LONGEST_ANSWER)):
            depth += {"{": 1, "}": -1}.get(text[position], 0)
            if depth == 0:
                found.append((match.start(), text[match.end() : position].strip()))
                break
    return found


def _statement(text: str) -> str:
    """What a statement states: its last formula between dollars, or all of it without the sentence's ending."""
    formulas = list(_FORMULA.finditer(text))
    if formulas:
        return next(part for part in formulas[-1].groups() if part).strip()
    return _ENDING.sub("", text).strip(" *`")


def _compare(answer: str, reference: str) -> bool | None:
    """Whether two answers have the same value; None where that of `answer` cannot be had."""
    given, wanted = _plain_number(answer), _plain_number(reference)
    if given is not None and wanted is not None:
        return abs(given - wanted) < _EXACT_TO
    result = compare(answer, reference)
    if result == "no reference":
        return normalise(answer) == normalise(reference)
    return None if result == "no answer" else result == "equal"


def _plain_number(text: str) -> Fraction | None:
    """A number in digits, with thousands' commas, decimals, an exponent, a denominator, or in words: ``3만 5천 원``."""
    text = text.strip().strip("$").strip().replace("−", "-")
    match = _PLAIN.fullmatch(text)
    if match and any(character.isdigit() for character in match["above"]):
        below = int(match["below"] or 1)
        return Fraction(match["above"].replace(",", "")) / below if below else None
    scaled = _SCALED.fullmatch(text)
    return _scaled_number(scaled["terms"]) * (-1 if scaled["sign"] == "-" else 1) if scaled else None


def _scaled_number(terms: str) -> Fraction:
    """The sum of a Korean numeral's terms: 만, 억 and 조 scale all that stands before them up to the last of these."""
    total = section = Fraction(0)
    for number, small, large in _TERM.findall(terms):
        section += Fraction(number.replace(",", "")) * _SMALL[small]
        if large:
            total, section = total + section * _LARGE[large], Fraction(0)
    return total + section
