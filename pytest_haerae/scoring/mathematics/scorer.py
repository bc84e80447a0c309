"""Free answers of mathematics: the last stated answer is compared by value, so that 1/2 and 0.5 are equal."""

from __future__ import annotations

from importlib.util import find_spec

from pytest_haerae.errors import UsageError
from pytest_haerae.scoring.finish import limit_reached
from pytest_haerae.scoring.mathematics.characters import PlainText
from pytest_haerae.scoring.mathematics.equality import same_value
from pytest_haerae.scoring.mathematics.finding import find_answer
from pytest_haerae.scoring.mathematics.sentences import is_value
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.scoring.string_match import judge_string_match, short
from pytest_haerae.types import Item, Outcome, Response, Verdict


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
    cut = limit_reached(response.finish_reason)
    reference = PlainText(item.reference).text
    found = find_answer(response.text or "", item.query, cut=cut, words=not is_value(reference))
    if found is None and cut:
        explanation = f"{item.id} cut: the output ended at its limit before an answer, reference {item.reference}"
        return Verdict("cut", None, explanation, "no answer")
    if found is None:
        explanation = f"{item.id} invalid: no final answer was found, reference {item.reference}"
        return Verdict("invalid", None, explanation, "no answer")
    try:
        outcome = same_value(found.answer, reference)
    except OSError as error:
        return Verdict("error", explanation=f"{item.id}: math-verify cannot be started: {error}")
    if outcome is None:
        explanation = f"{item.id} invalid: {short(found.answer)!r} cannot be evaluated, reference {item.reference}"
        return Verdict("invalid", None, explanation, "no formula")
    verb = "correct" if outcome else "wrong"
    explanation = (
        f"{item.id} {verb}: answered {short(found.answer)!r}, reference {item.reference}, read by {found.rule}"
    )
    decided: Outcome = "correct" if outcome else "wrong"
    return Verdict(decided, found.answer, explanation, found.rule, why=found.why, why_start=found.why_start)
