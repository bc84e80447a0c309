"""The items of a subset that a run is about, where its rows are chosen by their columns or a sample is drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from hashlib import blake2b

from pytest_haerae.config.item_scope import ItemScope
from pytest_haerae.data.metadata import NO_VALUE, value_of, written
from pytest_haerae.errors import UsageError, unknown
from pytest_haerae.types import Item

ANY = "*"
"""What a value may end in that stands for all that begin so."""
_PLACE = "--dataset-params"
_WHOLE = re.compile(r"-?[0-9]+\.0+")
_LISTED = 30
"""Values that a message has room for."""


def scoped(items: Sequence[Item], scope: ItemScope) -> list[Item]:
    """The items of a subset that are in scope, in their order.

    A sample is drawn by a hash of each item's key and the seed. Without `by` it does not depend on other rows: with the
    same seed a larger one holds the smaller.

    Args:
        items: All items of the subset.
        scope: Which of them are meant.
    """
    found = chosen(items, scope)
    if scope.sample is None or scope.sample >= len(found):
        return found
    drawn = {item.key for item in _draw(found, scope, scope.sample)}
    return [item for item in found if item.key in drawn]


def chosen(items: Sequence[Item], scope: ItemScope) -> list[Item]:
    """The items that have the values that are wanted, of which a sample may be drawn; the arguments are `scoped`'s."""
    wanted = {column: [_folded(value) for value in values] for column, values in scope.where.items()}
    return [item for item in items if all(_has(item, column, values) for column, values in wanted.items())]


def check_item_scope(scope: ItemScope, datasets: Mapping[str, Sequence[Item]]) -> None:
    """Refuse a column that a data set does not have, a value that no item has, and columns that none has together.

    Args:
        scope: Which items are meant.
        datasets: By the names of the data sets that the run is about, all items of their subsets.

    Raises:
        UsageError: With the nearest match, or with the data sets that have the column: another would vanish from the
            run, and its gates with it.
    """
    items = [item for those in datasets.values() for item in those]
    columns = {name: {column for item in those for column in item.metadata} for name, those in datasets.items()}
    for said, column in [*(("where", column) for column in scope.where), *([("by", scope.by)] if scope.by else [])]:
        having = [name for name, known in columns.items() if column in known]
        if not having:
            raise UsageError(f"{_PLACE}: {said}: {unknown('column', column, set().union(*columns.values()))}")
        lacking = [name for name in columns if name not in having]
        if lacking:
            raise UsageError(
                f"{_PLACE}: {said}: {lacking[0]} has no column '{column}': name only the data sets, or the tests of"
                f" those, that have it: {', '.join(having)}"
            )
    for column, values in scope.where.items():
        known = {value for item in items for value in _values(item, column)} - {NO_VALUE}
        folded = [_folded(value) for value in known]
        for value in values:
            if not any(_fits(each, _folded(value)) for each in folded):
                raise UsageError(f"{_PLACE}: where: {column}: {_unknown_value(value, sorted(known))}")
    if items and not chosen(items, scope):
        raise UsageError(f"{_PLACE}: where: no item has {' and '.join(scope.where)} as named at once")


def _unknown_value(value: str, known: Sequence[str]) -> str:
    if len(known) <= _LISTED:
        return unknown("value", value, known)
    nearest = get_close_matches(value, known, n=1, cutoff=0.5)
    hint = f": did you mean '{nearest[0]}'?" if nearest else "."
    return f"unknown value '{value}'{hint} The column has {len(known):,} values, such as '{known[0]}'"


def _has(item: Item, column: str, wanted: Sequence[str]) -> bool:
    return any(value != NO_VALUE and _fits(_folded(value), each) for value in _values(item, column) for each in wanted)


def _folded(value: str) -> str:
    """A value without case; a whole number without decimals, as a CSV file of a column with gaps may have them."""
    return value.partition(".")[0] if _WHOLE.fullmatch(value) else value.casefold()


def _fits(value: str, wanted: str) -> bool:
    """Whether a value is the one that is wanted, or begins so; both are folded."""
    return value.startswith(wanted.removesuffix(ANY)) if wanted.endswith(ANY) else value == wanted


def _values(item: Item, column: str) -> Iterator[str]:
    """The value of a column; of a list, its parts."""
    value = item.metadata.get(column)
    yield from map(written, value if isinstance(value, list) else [value])


def _draw(items: Sequence[Item], scope: ItemScope, count: int) -> list[Item]:
    """So many of the items; with `by` each of its values has its share, to less than one item.

    Which values have one more than the whole part of their share is drawn, too: one in N steps through the values, from
    a place that the seed decides, takes each item equally often, whatever its value.
    """
    if scope.by is None:
        return sorted(items, key=lambda item: _lot(item.key, scope.seed))[:count]
    groups: dict[str, list[Item]] = {}
    for item in items:
        groups.setdefault(value_of(item.metadata, scope.by), []).append(item)
    order = [
        item
        for value in sorted(groups, key=lambda value: _lot(value, scope.seed))
        for item in sorted(groups[value], key=lambda item: _lot(item.key, scope.seed))
    ]
    start = int.from_bytes(_lot("", scope.seed), "big") % len(order)
    return [order[(number * len(order) + start) // count] for number in range(count)]


def _lot(key: str, seed: int) -> bytes:
    return blake2b(f"{seed}\0{key}".encode(), digest_size=16).digest()
