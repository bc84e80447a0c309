"""Two reports side by side, as far as causes are looked for in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pytest_haerae.backends.api.scoring import Echo
from pytest_haerae.escaping import shown
from pytest_haerae.report.copies.traces import Trace
from pytest_haerae.report.schema import Info
from pytest_haerae.statistics.divergence import Shift

FEWEST = 2
"""Items that a pattern is seen in, at least."""
_DECIMALS = 6


@dataclass(frozen=True)
class Copies:
    """Two reports, as far as causes are looked for.

    Attributes:
        before: What the earlier one, A, says of its run.
        after: What the later one, B, says.
        pairs: The items that both have.
        shifts: How far apart the items' options are.
        differing: The settings of the measurement in which they differ.
    """

    before: Info
    after: Info
    pairs: Sequence[tuple[Trace, Trace]]
    shifts: Sequence[Shift] = ()
    differing: Mapping[str, tuple[object, object]] = field(default_factory=dict)

    @cached_property
    def counted(self) -> list[tuple[float, float]]:
        """Tokens of the prompts of the items that both sent in the same words, uncut, and counted alike."""
        echo = [Echo.detail in (info.get("method_detail") or "") for info in (self.before, self.after)]
        found: list[tuple[float, float]] = []
        for before, after in self.pairs:
            old, new = before.prompt_tokens, after.prompt_tokens
            scored = before.loglikelihoods is not None or after.loglikelihoods is not None
            alike = (before.input, before.chat) == (after.input, after.chat) and (not scored or echo[0] == echo[1])
            if not alike or not old or not new or before.truncated or after.truncated:
                continue
            # An echo counts the prompt with each option.
            texts = before.options if scored and echo[0] else 1
            found.append((old, old + (new - old) / texts))
        return found

    @cached_property
    def cut_at(self) -> tuple[str, float, int] | None:
        """Which report has no prompt above so many tokens, where the other has, and how many items that is of."""
        sides = [("A", [(new, old) for old, new in self.counted]), ("B", self.counted)]
        for name, counts in sides:
            most = max((cut for _, cut in counts), default=0)
            longer = [whole for whole, _ in counts if whole > most]
            at_most = all(cut == min(whole, most) for whole, cut in counts)
            # Prompts of one length that all lack as much need not be cut.
            if len(longer) >= FEWEST and at_most and len({whole for whole, _ in counts}) > 1:
                return name, most, len(longer)
        return None

    @cached_property
    def tokens_apart(self) -> set[float]:
        """By how many tokens prompts in the same words are longer in B; nothing where one of the two was cut."""
        if self.cut_at or len(self.counted) < FEWEST:
            return set()
        return {round(new - old, _DECIMALS) for old, new in self.counted}


def items(count: int) -> str:
    """So many items, in words."""
    return f"{count:,} item{'' if count == 1 else 's'}"


def quoted(value: object) -> str:
    """A setting's value in a sentence."""
    return "not set" if value is None else shown(value)
