"""The scorer `ifeval`: an answer is right that follows every instruction of its question."""

from __future__ import annotations

from pytest_haerae.errors import ScorerFailure
from pytest_haerae.scoring.instructions import IFEVAL
from pytest_haerae.scoring.instructions.following import answer_of, check_strictly
from pytest_haerae.scoring.instructions.registry import read_reference
from pytest_haerae.scoring.parameters import ScorerParameters
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.scoring.string_match import empty_rule
from pytest_haerae.types import Item, Outcome, Response, Verdict

_RULE = "instructions"
"""The rule that a report names."""


class InstructionParameters(ScorerParameters):
    """It has none of its own: what is asked stands in the rows."""

    def refusal(self, item: Item) -> str | None:
        """The item's reference is no list of instructions."""
        try:
            read_reference(item.reference)
        except ValueError:
            return (
                f"scorer {IFEVAL} checks instructions, and its row has none: its columns are prompt,"
                " instruction_id_list and kwargs"
            )
        return None


@register_scorer("string_match", IFEVAL, parameters=InstructionParameters)
def judge_instructions(item: Item, response: Response, parameters: InstructionParameters) -> Verdict:
    """Check each instruction of a question: an answer that follows them all as it stands is right.

    That is IFEval's accuracy of prompts, strictly. An output that reached its limit is cut, whatever it follows so far.

    Args:
        item: An item whose reference is a list of instructions.
        response: Its response with a text.
        parameters: None of its own.

    Raises:
        ScorerFailure: The item has another reference.
    """
    try:
        asked = read_reference(item.reference)
    except ValueError:
        raise ScorerFailure("the reference is no list of instructions") from None
    text, cut = answer_of(response)
    if cut or not text.strip():
        outcome: Outcome = "cut" if cut else "invalid"
        words = "the output ended before the answer did" if cut else "there is no answer"
        return Verdict(
            outcome, None, f"{item.id} {outcome}: {words}", "no whole answer" if cut else empty_rule(response)
        )
    checks = check_strictly(text, asked)
    told = [(each.instruction.name, check) for each, check in zip(asked, checks, strict=True)]
    missed = [f"{name}: {check.counted}" for name, check in told if not check.followed]
    prediction = f"{len(asked) - len(missed)} of {len(asked)} instructions followed"
    if missed:
        return Verdict("wrong", prediction, f"{item.id} wrong: not followed: {'; '.join(missed)}", _RULE)
    followed = "; ".join(f"{name}: {check.counted}" for name, check in told)
    return Verdict("correct", prediction, f"{item.id} correct: {followed}", _RULE)
