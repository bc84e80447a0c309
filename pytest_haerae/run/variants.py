"""What a run's probes want of its model beside the run's own answers: which items, in which ways, by which keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pytest_haerae.errors import UsageError
from pytest_haerae.run.plan import Plan
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.shards import orders_of_rows, shards_of
from pytest_haerae.run.ways import LeftOut, ProbeName, Way, ways_of
from pytest_haerae.types import Capability, Selected


class Variant(NamedTuple):
    """An item that is asked in another way than the run's own, or a text of rows that it begins; the answer's key."""

    entry: Selected
    way: Way
    key: str

    def kind(self, plan: Plan) -> Capability:
        """What the model is asked for."""
        return "loglikelihood" if self.way.rows else plan.part_of(self.entry.data).kind


@dataclass(frozen=True, slots=True)
class Variants:
    """All that a run's probes ask.

    Attributes:
        asked: One after another for each item, so that a backend finds beside each other what begins alike.
        left_out: Why a probe leaves items out, by their tests.
    """

    asked: Sequence[Variant] = ()
    left_out: dict[ProbeName, dict[str, LeftOut]] = field(default_factory=dict)

    def last(self, own: Iterable[str]) -> Iterator[Sequence[str]]:
        """The keys of each way by itself: a run with neither answer nor error by one of them did not ask in that way.

        Args:
            own: The keys of the run's own answers, which another run of these items has in any case.
        """
        ways: dict[tuple[ProbeName, int], list[str]] = {}
        known = set(own)
        for variant in self.asked:
            if variant.key not in known:
                ways.setdefault((variant.way.probe, variant.way.number), []).append(variant.key)
        yield from ways.values()

    def by_kind(self, plan: Plan) -> dict[Capability, list[Variant]]:
        """What is asked by what the model is asked for."""
        kinds: dict[Capability, list[Variant]] = {}
        for variant in self.asked:
            kinds.setdefault(variant.kind(plan), []).append(variant)
        return kinds


NO_VARIANTS = Variants()
"""Where nothing is probed."""


def variants_of(plan: Plan, questions: Questions, asked: Iterable[Selected]) -> Variants:
    """What a run's probes ask of the items that the run asks.

    Args:
        plan: What is measured.
        questions: Makes the requests.
        asked: The items that the method applies to.

    Raises:
        UsageError: A prompt cannot ask an item.
    """
    config = plan.config
    if config.shuffle_options is None and config.probe_order is None and not config.prompts:
        return NO_VARIANTS
    asked = list(asked)
    found: list[Variant] = []
    left_out: dict[ProbeName, dict[str, LeftOut]] = {}
    for entry in asked:
        for probe, ways in ways_of(plan.part_of(entry.data), entry.item).items():
            known = left_out.setdefault(probe, {})
            if isinstance(ways, str):
                known[entry.nodeid] = ways
            elif probe == "shuffle_options" and not questions.shows(entry, ways[0]):
                known[entry.nodeid] = "not_shown"
            else:
                _refuse_hidden(questions, entry, ways)
                found += [Variant(entry, way, questions.key_of_way(entry, way)) for way in ways]
    for entry, way in _row_orders(asked, config.probe_order or 0):
        found.append(Variant(entry, way, questions.key_of_way(entry, way)))
    return Variants(found, left_out)


def _row_orders(asked: Sequence[Selected], k: int) -> Iterator[tuple[Selected, Way]]:
    """The texts of neighbouring rows: in the data's own order, whose number is 0, and in others."""
    for shard in shards_of(asked) if k else ():
        rows = [entry.item for entry in shard]
        for number, order in enumerate([tuple(range(len(rows))), *orders_of_rows(shard, k)]):
            yield shard[0], Way("row_order", number, rows=tuple(rows[place] for place in order))


def _refuse_hidden(questions: Questions, entry: Selected, ways: Iterable[Way]) -> None:
    """Refuse a prompt that leaves out options which the run's own shows: it would be another question."""
    for way in ways:
        if way.prompt is not None and (label := questions.hidden(entry, way)) is not None:
            raise UsageError(
                f"--prompts: {way.prompt.name} does not show option ({label}) of {entry.item.id}; choose another prompt"
            )
