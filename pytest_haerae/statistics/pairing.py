"""Two reports, item by item: which rows are of the same item, what was lost and what was gained."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.types import Outcome

ANSWERED = ("correct", "wrong", "invalid", "cut")
"""The outcomes that count in n."""


class PairedRow(TypedDict):
    """What pairing reads of an entry of a report's `samples`."""

    id: Annotated[str, Field(pattern="^[ -~]+$")]
    """ASCII, stable across runs and machines."""
    subset: str
    input: str
    """The text as sent; of a chat, its messages in one text."""
    options: list[str] | None
    """The options' texts; null for a free-text item."""
    reference: str
    """The right option's letter, or the right text of a free-text item."""
    outcome: Outcome


Row = TypeVar("Row", bound=PairedRow)


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


def item_key(row: PairedRow) -> Hashable:
    """What makes two rows the same item: its subset, its id, and what it asks for.

    Where one report has several inputs by one such key, as two files with the same ids give them, each is an item of
    its own: `pair_rows` and `match_rows` then tell them apart by their `input`. Elsewhere `input` does not matter: a
    chat API is sent the same question in another form than a base model.
    """
    options = row["options"]
    return row["subset"], row["id"], row["reference"], None if options is None else tuple(options)


def change_of(before: Outcome, after: Outcome) -> str:
    """``g`` for an item gained against the earlier report, ``l`` for a lost one, ``=`` for neither.

    ``-`` where one of the two was not measured.
    """
    if before not in ANSWERED or after not in ANSWERED:
        return "-"
    was_right, right = before == "correct", after == "correct"
    return "=" if right == was_right else "g" if right else "l"


def pair_rows(before: Iterable[PairedRow], after: Iterable[PairedRow]) -> Pairing:
    """Pair the rows of two reports; an item that two tests asked counts once, as it was asked last.

    Args:
        before: The earlier report's samples, gone over once.
        after: The later one's, gone over once.
    """
    old = [(_mark(row), row["outcome"]) for row in before]
    new = [(_mark(row), (row["id"], row["subset"], row["outcome"])) for row in after]
    old_items, new_items = _identify([mark for mark, _ in old], [mark for mark, _ in new])
    earlier = dict(zip(old_items, (outcome for _, outcome in old), strict=True))
    later = dict(zip(new_items, (entry for _, entry in new), strict=True))
    pairing = Pairing(only_before=len(earlier.keys() - later.keys()), only_after=len(later.keys() - earlier.keys()))
    for item, (identifier, subset, now) in later.items():
        then = earlier.get(item)
        pairing.unanswered_before += then == "error"
        if then in ANSWERED and now in ANSWERED:
            for counts in (pairing.total, pairing.subsets.setdefault(subset, PairedCounts())):
                counts.add(identifier, before=then == "correct", after=now == "correct")
    return pairing


def match_rows(before: Iterable[Row], after: Iterable[PairedRow]) -> list[Row | None]:
    """For each row of the later report the earlier one's row of the same item; None where it has none.

    The pairs are those that `pair_rows` counts.
    """
    old = list(before)
    old_items, new_items = _identify([_mark(row) for row in old], [_mark(row) for row in after])
    earlier = dict(zip(old_items, old, strict=True))
    return [earlier.get(item) for item in new_items]


_Mark = tuple[Hashable, int]
"""A row's key and the hash of its text; the text itself would be a second copy of the data."""


def _mark(row: PairedRow) -> _Mark:
    return item_key(row), hash(row["input"])


def _identify(before: Sequence[_Mark], after: Sequence[_Mark]) -> tuple[list[Hashable], list[Hashable]]:
    """What each row's item is known by in both reports: its key, or key and text where one key is used for several."""
    reused = _reused(before) | _reused(after)
    old, new = ([mark if mark[0] in reused else mark[0] for mark in marks] for marks in (before, after))
    return old, new


def _reused(marks: Iterable[_Mark]) -> set[Hashable]:
    first: dict[Hashable, int] = {}
    return {key for key, text in marks if first.setdefault(key, text) != text}
