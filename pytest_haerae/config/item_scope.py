"""Which items of a subset a run is about: those with certain values in their columns, or a sample of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict

from pytest_haerae.config.parsing import parse_integer
from pytest_haerae.data.cells import is_missing, nfc, plain
from pytest_haerae.data.metadata import written
from pytest_haerae.errors import UsageError

SCOPE_PARAMS = ("where", "sample", "by", "seed")
"""The parameters of ``--dataset-params`` that say it."""
_PLACE = "--dataset-params"


class ItemScope(BaseModel):
    """What ``--dataset-params`` says of the items that are asked. Built by `read_item_scope`.

    Attributes:
        where: Columns of the rows, and the values of which a row has one in each of them; of every row without any.
        sample: How many items of a subset are drawn; None for all.
        by: The column whose values are represented in the sample as in all; None for none.
        seed: What decides which items are drawn.
    """

    model_config = ConfigDict(frozen=True)

    where: dict[str, tuple[str, ...]] = {}
    sample: int | None = None
    by: str | None = None
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """As a report names it, and as it may be typed again; empty where all items are asked."""
        shown: dict[str, Any] = {"where": {name: list(values) for name, values in self.where.items()}}
        drawn = {} if self.sample is None else {"sample": self.sample, "by": self.by, "seed": self.seed}
        return {name: value for name, value in {**shown, **drawn}.items() if value not in ({}, None)}


def read_item_scope(params: Mapping[str, Any]) -> ItemScope:
    """Read the parameters of a data set that choose items; the others are left alone.

    Args:
        params: The value of ``--dataset-params``.

    Raises:
        UsageError: One is malformed, or says how to draw a sample where none is.
    """
    where, sample, by, seed = (params.get(name) for name in SCOPE_PARAMS)
    if sample is None and (by is not None or seed is not None):
        name = "by" if by is not None else "seed"
        raise UsageError(f"{_PLACE}: {name} says how a sample is drawn, and there is none: add sample=N")
    if by is not None and not (isinstance(by, str) and by.strip()):
        raise UsageError(f"{_PLACE}: by is the name of a column, not {by!r:.80}")
    return ItemScope(
        where=_where(where),
        sample=None if sample is None else parse_integer(f"{_PLACE}: sample", sample, 1),
        by=None if by is None else nfc(by),
        seed=0 if seed is None else parse_integer(f"{_PLACE}: seed", seed, 0),
    )


def _where(given: Any) -> dict[str, tuple[str, ...]]:  # noqa: ANN401 - any JSON value
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise UsageError(f'{_PLACE}: where has columns and their values, {{"category": ["law"]}}, not {given!r:.80}')
    return {nfc(str(column)): _values(column, values) for column, values in given.items()}


def _values(column: Any, given: Any) -> tuple[str, ...]:  # noqa: ANN401 - any JSON value
    given = plain(given)
    values = [plain(value) for value in given] if isinstance(given, list | tuple) else [given]
    if any(map(is_missing, values)):
        raise UsageError(f"{_PLACE}: where: {column}: blank values cannot be chosen; take them out of {given!r:.80}")
    texts = [nfc(written(value)) for value in values if isinstance(value, str | int | float)]
    if not texts or len(texts) < len(values):
        raise UsageError(f"{_PLACE}: where: {column} is a value or a list of values, not {given!r:.80}")
    return tuple(dict.fromkeys(texts))
