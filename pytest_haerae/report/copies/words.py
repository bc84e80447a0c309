"""Why the verdict on two copies of a model is what it is, in a sentence."""

from __future__ import annotations

from pytest_haerae.report.copies.held import Held
from pytest_haerae.statistics.divergence import ROUNDING
from pytest_haerae.statistics.equivalence import accuracy_at_most, flip_interval, flips_exceed, items_to_tell
from pytest_haerae.statistics.margins import mean_drop


def why(held: Held, margin: float) -> str:
    """Why the verdict is what it is.

    Args:
        held: What was found.
        margin: What is tolerated.
    """
    if held.verdict == "same":
        return _equal(held)
    if held.verdict == "different":
        return _apart(held, margin)
    bounds = " and ".join(_bounds(held))
    if held.verdict == "equivalent":
        return f"{bounds}; {margin:g} is tolerated"
    enough = items_to_tell(held.answers, margin)
    if enough is not None:
        return f"too few items: {bounds}, {margin:g} is tolerated; about {enough:,} items would tell"
    if held.answers.one_sided:
        return f"{held.answers.one_sided} items were answered in one of the two only; ask them again (--rerun errors)"
    return f"{bounds or 'no answer is right or wrong'}, {margin:g} is tolerated; more items would not tell"


def _equal(held: Held) -> str:
    parts = []
    if held.shifts:
        parts.append(f"the log-likelihoods of {len(held.shifts)} items are equal to {ROUNDING:g}")
    if held.outputs:
        parts.append(f"{held.outputs} outputs are equal, character by character")
    alone = len(held.pairing.only_before) + len(held.pairing.only_after)
    return " and ".join(parts) + (f"; {alone:,} more items are in one of the two only" if alone else "")


def _apart(held: Held, margin: float) -> str:
    answers = held.answers
    if flips_exceed(answers, margin):
        low, _ = flip_interval(answers) or (0.0, 0.0)
        return (
            f"{len(held.flipped)} of {answers.n} items have another answer: at least {low:.4f} of all do, {margin:g} "
            "is tolerated"
        )
    return f"accuracy changed by {-mean_drop(answers.drops):+.4f}, {margin:g} is tolerated"


def _bounds(held: Held) -> list[str]:
    """How large both may be, if each item that only one answered were a flip."""
    found = []
    if (interval := flip_interval(held.answers.worst())) is not None:
        found.append(f"up to {interval[1]:.4f} of all items may have another answer")
    if (change := accuracy_at_most(held.answers)) is not None:
        found.append(f"accuracy may differ by up to {change:.4f}")
    return found
