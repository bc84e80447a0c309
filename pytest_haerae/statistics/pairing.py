"""Two reports, item by item: what was lost and what was gained."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
"""One entry of a report's `samples`."""

ANSWERED = ("correct", "wrong", "invalid")
"""The outcomes that count in n."""


@dataclass(slots=True)
class PairedCounts:
    """Counts over the items that both reports have an answer for.

    Attributes:
        n: All pairs.
        before: Those that were right in the earlier report.
        after: Those that were right in the later one.
        lost: Ids of the items that went from right to wrong.
        gained: Ids of the items that went from wrong to right.
    """

    n: int = 0
    before: int = 0
    after: int = 0
    lost: list[str] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)

    @property
    def change(self) -> float:
        """Accuracy later minus earlier; 0 without pairs."""
        return (self.after - self.before) / self.n if self.n else 0.0

    @property
    def discordance(self) -> float:
        """The share of pairs that changed, either way; 0 without pairs."""
        return (len(self.lost) + len(self.gained)) / self.n if self.n else 0.0

    def add(self, identifier: str, *, before: bool, after: bool) -> None:
        """Count one pair."""
        self.n += 1
        self.before += before
        self.after += after
        if before and not after:
            self.lost.append(identifier)
        elif after and not before:
            self.gained.append(identifier)


@dataclass(slots=True)
class Pairing:
    """Two reports' items, paired.

    Attributes:
        total: Over all pairs.
        subsets: Over each subset's pairs, in the later report's order.
        unanswered_before: Items of both that the earlier report has only an error for.
        only_before: Items that only the earlier report has.
        only_after: Items that only the later one has.
    """

    total: PairedCounts = field(default_factory=PairedCounts)
    subsets: dict[str, PairedCounts] = field(default_factory=dict)
    unanswered_before: int = 0
    only_before: int = 0
    only_after: int = 0


def item_key(row: Row) -> Hashable:
    """What makes two rows the same item: its id and what it asks for."""
    options = row.get("options")
    return row["id"], row.get("reference"), None if options is None else tuple(options)


def pair_rows(before: Iterable[Row], after: Iterable[Row]) -> Pairing:
    """Pair the rows of two reports; an item that two tests asked counts once."""
    earlier = {item_key(row): row["outcome"] for row in before}
    later = {item_key(row): (row["id"], row["subset"], row["outcome"]) for row in after}
    pairing = Pairing(only_before=len(earlier.keys() - later.keys()), only_after=len(later.keys() - earlier.keys()))
    for key, (identifier, subset, now) in later.items():
        then = earlier.get(key)
        pairing.unanswered_before += then == "error"
        if then in ANSWERED and now in ANSWERED:
            for counts in (pairing.total, pairing.subsets.setdefault(subset, PairedCounts())):
                counts.add(identifier, before=then == "correct", after=now == "correct")
    return pairing
