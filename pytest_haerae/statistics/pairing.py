"""Two reports, item by item: which rows are of the same item, what was lost and what was gained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple, NotRequired, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from pytest_haerae.statistics.answer_row import AnswerRow
from pytest_haerae.statistics.margins import drop_of
from pytest_haerae.types import Outcome, grouped

ANSWERED = ("correct", "wrong", "invalid", "cut")
"""The outcomes that count in n."""


class PairedRow(TypedDict):
    """What pairing reads of an entry of a report's `samples`."""

    id: Annotated[str, Field(pattern="^[ -~]+$")]
    """ASCII: the subset's slug and the row's number."""
    subset: str
    input: str
    """The text as sent; of a chat, its messages in one text."""
    options: list[str] | None
    """The options' texts; null for a free-text item."""
    reference: str
    """The right option's letter, or the right text of a free-text item."""
    outcome: Outcome
    dataset: str
    """The data set that the item is from; of a local one its path, below the rootdir where it lies there."""
    key: str
    """What the item is known by in its subset, wherever its row stands; empty in a report of schema version 1."""
    answers: NotRequired[list[AnswerRow]]
    """Each answer, where several were asked for; what else is said is that of the first that came to the outcome of
    the item, and `tokens` are those of all."""
    hangul: NotRequired[Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]]
    """The share of Hangul in the letters of its answers, mean of all; where it was asked for and they have letters."""


Row = TypeVar("Row", bound=PairedRow)


@dataclass(slots=True)
class PairedCounts:
    """Counts over the items that both reports have an answer for.

    Attributes:
        n: All pairs.
        before: Those that were right in the earlier report; of several answers to an item the share that was.
        after: Those that were right in the later one, likewise.
        lost: What the items are called that went from right to wrong.
        gained: What those are called that went from wrong to right.
        drops: How many items fell by how much; of several answers to an item by the share that was right.
    """

    n: int = 0
    before: float = 0
    after: float = 0
    lost: list[str] = field(default_factory=list)
    gained: list[str] = field(default_factory=list)
    drops: Counter[float] = field(default_factory=Counter)

    @property
    def change(self) -> float:
        """Accuracy later minus earlier; 0 without pairs."""
        return (self.after - self.before) / self.n if self.n else 0.0

    @property
    def discordance(self) -> float:
        """The share of pairs that changed, either way; 0 without pairs."""
        return (len(self.lost) + len(self.gained)) / self.n if self.n else 0.0

    def add(self, identifier: str, before: Outline, after: Outline) -> None:
        """Count one pair."""
        self.n += 1
        self.before += before.share
        self.after += after.share
        change = change_of(before.outcome, after.outcome)
        if change == "l":
            self.lost.append(identifier)
        elif change == "g":
            self.gained.append(identifier)
        self.drops[drop_of(before.share, after.share)] += 1


@dataclass(slots=True)
class Pairing:
    """Two reports' items, paired. Items are called by their ids, with their benchmark where there are several.

    Attributes:
        total: Over all pairs.
        subsets: Over each subset's pairs, in the later report's order.
        benchmarks: Over each benchmark's pairs, where the later report is of several.
        unanswered_before: Items of both that the earlier report has only an error for.
        unmeasured_after: The items that were measured in the earlier report and not in the later one, which has
            them: skipped there, or ended in an error.
        only_before: The items that only the earlier report has.
        only_after: Those that only the later one has.
    """

    total: PairedCounts = field(default_factory=PairedCounts)
    subsets: dict[str, PairedCounts] = field(default_factory=dict)
    benchmarks: dict[str, PairedCounts] = field(default_factory=dict)
    unanswered_before: int = 0
    unmeasured_after: list[str] = field(default_factory=list)
    only_before: list[str] = field(default_factory=list)
    only_after: list[str] = field(default_factory=list)


def change_of(before: Outcome, after: Outcome) -> str:
    """``g`` for an item gained against the earlier report, ``l`` for a lost one, ``=`` for neither.

    ``-`` where one of the two was not measured.
    """
    if before not in ANSWERED or after not in ANSWERED:
        return "-"
    was_right, right = before == "correct", after == "correct"
    return "=" if right == was_right else "g" if right else "l"


def pair_rows(before: Iterable[PairedRow], after: Iterable[PairedRow], *, several: bool = False) -> Pairing:
    """Pair the rows of two reports, as `pair` does."""
    return pair(map(outline_of, before), map(outline_of, after), several=several)


def pair(before: Iterable[Outline], after: Iterable[Outline], *, several: bool = False) -> Pairing:
    """Pair the samples of two reports; an item that two tests asked counts once, as it was asked last.

    Args:
        before: The earlier report's samples, gone over once.
        after: The later one's, gone over once.
        several: Whether the later one is of several benchmarks, so that its subsets are named with theirs.
    """
    old, new = list(before), list(after)
    old_items, new_items = identify([sample.mark for sample in old], [sample.mark for sample in new])
    earlier = dict(zip(old_items, old, strict=True))
    later = dict(zip(new_items, new, strict=True))
    # A run of one is told from which benchmark of an earlier run of several the items are that it has not.
    before_several = several or (_has_several(old) and not _has_several(new))
    pairing = Pairing()
    pairing.only_before += [
        sample.mark.called(several=before_several) for item, sample in earlier.items() if item not in later
    ]
    for item, now in later.items():
        mark, identifier = now.mark, now.mark.called(several=several)
        if item not in earlier:
            pairing.only_after.append(identifier)
            continue
        then = earlier[item]
        pairing.unanswered_before += then.outcome == "error"
        if then.outcome in ANSWERED and now.outcome not in ANSWERED:
            pairing.unmeasured_after.append(identifier)
        if then.outcome in ANSWERED and now.outcome in ANSWERED:
            benchmark = mark.dataset if several else ""
            groups = [pairing.total, pairing.subsets.setdefault(grouped(benchmark, mark.subset), PairedCounts())]
            groups += [pairing.benchmarks.setdefault(benchmark, PairedCounts())] if several else []
            for counts in groups:
                counts.add(identifier, then, now)
    return pairing


def match_rows(before: Iterable[Row], after: Iterable[PairedRow]) -> list[Row | None]:
    """For each row of the later report the earlier one's row of the same item; None where it has none.

    The pairs are those that `pair_rows` counts.
    """
    old = list(before)
    old_items, new_items = identify([mark_of(row) for row in old], [mark_of(row) for row in after])
    earlier = dict(zip(old_items, old, strict=True))
    return [earlier.get(item) for item in new_items]


def match(before: Sequence[Mark], after: Sequence[Mark]) -> list[tuple[int, int]]:
    """The places in both reports of the items that both have, in the later one's order, as `pair` pairs them.

    Args:
        before: What tells the earlier report's rows.
        after: What tells those of the later one.
    """
    old, new = ({item: place for place, item in enumerate(items)} for items in identify(before, after))
    return [(old[item], place) for item, place in new.items() if item in old]


class Mark(NamedTuple):
    """What tells a row's item, without its texts: they would be a second copy of the data."""

    dataset: str
    subset: str
    key: str
    id: str
    content: int
    """Hash of the options and the reference."""
    input: int
    """Hash of the text as sent."""

    def called(self, *, several: bool) -> str:
        """What people are told of the item: its id, with its benchmark in a report of several."""
        return grouped(self.dataset if several else "", self.id)


class Outline(NamedTuple):
    """A sample without its texts: which item it is of, and how it was judged."""

    mark: Mark
    outcome: Outcome
    right: float | None = None
    """The share of right answers where the item has several; None where the outcome is that of the only one."""
    hangul: float | None = None
    """The share of Hangul in its answers; None where it was not asked for, or they have no letters."""

    @property
    def share(self) -> float:
        """The share of its answers that are right."""
        return float(self.outcome == "correct") if self.right is None else self.right


def outline_of(row: PairedRow) -> Outline:
    """A row without its texts."""
    answers = row.get("answers")
    right = sum(answer["outcome"] == "correct" for answer in answers) / len(answers) if answers else None
    return Outline(mark_of(row), row["outcome"], right, row.get("hangul"))


def mark_of(row: PairedRow) -> Mark:
    """What tells a row's item."""
    content = content_hash(row["options"], row["reference"])
    return Mark(row["dataset"], row["subset"], row["key"], row["id"], content, hash(row["input"]))


def content_hash(options: Sequence[str] | None, reference: str) -> int:
    """Hash of an item's options and reference, of this process alone."""
    return hash((reference, None if options is None else tuple(options)))


def identify(before: Sequence[Mark], after: Sequence[Mark]) -> tuple[list[Hashable], list[Hashable]]:
    """What each row's item is known by in both reports; see `identify_all`."""
    old, new = identify_all((before, after))
    return old, new


def identify_all(reports: Sequence[Sequence[Mark]]) -> list[list[Hashable]]:
    """What each row's item is known by in all of some reports.

    An item is its data set, its subset and its key, with the same options and reference. The data set counts where a
    report has several: the one data set of a report may lie elsewhere tomorrow. The text as sent does not count: a
    chat API is sent the same question in another form than a base model.

    Reports of schema version 1 have no keys. Where one of some is of that version, rows pair by id where subset,
    options, reference and text agree. Those that are all of that version pair by id, subset, options and reference;
    where one such id has several texts, as two files with the same ids give them, the text counts, too.
    """
    if all(mark.key for marks in reports for mark in marks):
        several = has_several(*reports)
        return _by(lambda mark: (mark.dataset if several else "", mark.subset, mark.key, mark.content), reports)
    if any(mark.key for marks in reports for mark in marks):
        return _by(lambda mark: (*_named(mark), mark.input), reports)
    reused = set[Hashable]().union(*map(_reused, reports))
    return _by(lambda mark: (named, mark.input) if (named := _named(mark)) in reused else named, reports)


def _has_several(samples: Iterable[Outline]) -> bool:
    return has_several(sample.mark for sample in samples)


def has_several(*reports: Iterable[Mark]) -> bool:
    """Whether one of some reports is about several data sets."""
    return any(len({mark.dataset for mark in marks}) > 1 for marks in reports)


def _by(name: Callable[[Mark], Hashable], reports: Iterable[Sequence[Mark]]) -> list[list[Hashable]]:
    return [[name(mark) for mark in marks] for marks in reports]


def _named(mark: Mark) -> tuple[str, str, int]:
    return mark.subset, mark.id, mark.content


def _reused(marks: Iterable[Mark]) -> set[Hashable]:
    first: dict[Hashable, int] = {}
    return {named for mark in marks if first.setdefault(named := _named(mark), mark.input) != mark.input}
