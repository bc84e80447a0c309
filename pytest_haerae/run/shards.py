"""Neighbouring rows as one text, in the data's own order and in others: what a test for a memorised order scores."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from itertools import groupby

from pytest_haerae.data.option_orders import Order
from pytest_haerae.data.passages import passage_of
from pytest_haerae.data.texts import is_text_alone
from pytest_haerae.types import Item, Selected

LEAST_UNITS = 4
"""Rows of a shard, those that share a passage counted as one: fewer have hardly any other orders."""
ENOUGH_CHARACTERS = 2000
"""Characters at which a shard ends, so that it is no longer than a window of a few thousand tokens."""
_BETWEEN = "\n\n"


def shards_of(asked: Sequence[Selected]) -> Iterator[list[Selected]]:
    """Neighbouring rows of each subset, in the data's order, as many as make a text that is long enough.

    Rows at a subset's end that are too few are left out, and so are conversations.

    Args:
        asked: Items in the order in which they are asked.
    """
    by_row = {(entry.data, entry.item.subset, entry.item.index): entry for entry in asked if not entry.item.turns}
    for _, rows in groupby(by_row.values(), key=lambda entry: (entry.data, entry.item.subset)):
        shard: list[Selected] = []
        characters = 0
        for entry in rows:
            if shard and entry.item.index != shard[-1].item.index + 1:
                shard, characters = [], 0
            shard.append(entry)
            characters += len(text_of(entry.item))
            if characters >= ENOUGH_CHARACTERS and _is_enough(shard):
                yield shard
                shard, characters = [], 0
        if _is_enough(shard):
            yield shard


def _is_enough(shard: Sequence[Selected]) -> bool:
    return len(_units_of(shard)) >= LEAST_UNITS


def _units_of(shard: Sequence[Selected]) -> list[list[int]]:
    """The places of rows that stay together, since they share a passage: apart they are less likely in any case."""
    units: list[list[int]] = []
    last = None
    for place, entry in enumerate(shard):
        passage = passage_of(entry.item.query)
        if passage is not None and passage == last:
            units[-1].append(place)
        else:
            units.append([place])
        last = passage
    return units


def orders_of_rows(shard: Sequence[Selected], k: int) -> list[Order]:
    """Other orders of a shard's rows than the data's, each once, drawn by what the rows are; at most `k`.

    Neighbouring rows that share a passage stay as they stand to each other.
    """
    units = _units_of(shard)
    drawn = random.Random(joined([entry.item for entry in shard], range(len(shard))))  # noqa: S311 - no secret
    seen = {tuple(range(len(shard)))}
    found: list[Order] = []
    while len(found) < min(k, math.factorial(len(units)) - 1):
        order = tuple(place for unit in drawn.sample(units, len(units)) for place in unit)
        if order not in seen:
            seen.add(order)
            found.append(order)
    return found


def joined(rows: Sequence[Item], order: Sequence[int]) -> str:
    """Rows in an order as one text, with their right answers, as few-shot examples stand before a question."""
    return _BETWEEN.join(text_of(rows[place]) for place in order)


def text_of(item: Item) -> str:
    """A row as it may have been read in training: what it asks and what is right."""
    if is_text_alone(item) and item.options:
        return item.options[0]
    return f"{item.query} ({item.reference})" if item.options else f"{item.query} {item.reference}"
