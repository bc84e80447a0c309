"""The answers of a table: a row an answer, with the item's id and what was answered."""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

from pytest_haerae.catalogue.datasets import known_layouts
from pytest_haerae.data.cells import cell_text, is_missing, nfc, plain
from pytest_haerae.data.keys import ID_COLUMN, identifier_of
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.tables import read_placed_rows
from pytest_haerae.errors import UsageError
from pytest_haerae.run.given_responses import OPTION, GivenItem, GivenResponses
from pytest_haerae.types import Response

SUFFIXES = (".jsonl", ".csv", ".tsv", ".parquet")
OF_ANSWERS, OF_DATA_TOO = ("response", "output"), ("answer", "text")
ANSWERS = (*OF_ANSWERS, *OF_DATA_TOO)
"""The columns of which the first that is there has the answers; the last two are columns of data, too."""
KEY, SUBSET, DATASET, REPEAT = "key", "subset", "dataset", "repeat"

_Item = tuple[str, str | None, str | None]
"""An item's name, its subset and its data set."""


def takes(path: Path) -> bool:
    """Whether a file is a table by its name."""
    return path.suffix.lower() in SUFFIXES


def read(path: Path, columns: Mapping[str, Any]) -> GivenResponses:
    """Read a table.

    Args:
        path: The file.
        columns: What ``--dataset-columns`` says of the run's data.

    Raises:
        UsageError: A row is malformed, has an answer that an earlier one has, or is one of data, with its reference.
    """
    answers: dict[_Item, dict[int, Response | None]] = {}
    places: dict[tuple[_Item, int], RowPlace] = {}
    known: set[frozenset[str]] = set()
    separated = path.suffix.lower() in (".csv", ".tsv")
    try:
        for place, row in read_placed_rows(path):
            if (names := frozenset(row)) not in known:
                known.add(names)
                _refuse_data(names, columns, place)
            item, number = _item_of(row, place), _repeat(row, place)
            if (earlier := places.setdefault((item, number), place)) is not place:
                again = "" if number == 0 else f" with repeat {number}"
                raise UsageError(
                    f"{place}: the id '{item[0]}'{again} stands in row {earlier.number}, too; keep one, or tell"
                    f" answers to one item apart by a column {REPEAT} (0, 1, …)"
                )
            answers.setdefault(item, {})[number] = _response(row, place, separated=separated)
    except UsageError as error:
        raise UsageError(f"{OPTION} {error}") from None
    items = [
        GivenItem(
            item[0],
            tuple(given.get(number) for number in range(max(given) + 1)),
            f"row {places[item, min(given)].number}",
            item[1],
            item[2],
        )
        for item, given in answers.items()
    ]
    return GivenResponses(path, path.name, items)


def _refuse_data(names: frozenset[str], columns: Mapping[str, Any], place: RowPlace) -> None:
    """Refuse a row with a question whose answer may be the reference: all of a model's answers would be right."""
    field = _field(names)
    question, reference = (str(columns.get(name)) for name in ("question", "answer"))
    mapped = question in names and field == reference
    known = field in OF_DATA_TOO and any(len(needed) > 1 and needed <= names for needed, _ in known_layouts())
    if mapped or known:
        raise UsageError(
            f"{place}: looks like data: beside a question its column {field} may hold what is right; answers are read"
            f" from a column {' or '.join(OF_ANSWERS)}, and without a question from {' or '.join(OF_DATA_TOO)}, too"
        )


def _field(names: Container[str]) -> str | None:
    """The column that has the answers."""
    return next((name for name in ANSWERS if name in names), None)


def _item_of(row: Mapping[str, Any], place: RowPlace) -> _Item:
    name = identifier_of(dict(row)) or _text(row, KEY, place)
    if name is None:
        raise UsageError(f"{place}: it does not say of which item it is; a column {ID_COLUMN} (or {KEY}) does")
    return name, _text(row, SUBSET, place), _text(row, DATASET, place)


def _text(row: Mapping[str, Any], field: str, place: RowPlace) -> str | None:
    return nfc(cell_text(row.get(field), field, place)).strip() or None


def _repeat(row: Mapping[str, Any], place: RowPlace) -> int:
    value = plain(row.get(REPEAT))
    if is_missing(value):
        return 0
    text = str(value).removesuffix(".0")
    if not (text.isascii() and text.isdecimal() and int(text) < _MOST_REPEATS):
        raise place.error(REPEAT, f"is {value!r}, not a number from 0")
    return int(text)


_MOST_REPEATS = 100_000


def _response(row: Mapping[str, Any], place: RowPlace, *, separated: bool) -> Response | None:
    """An answer; None where the cell is null, for which tables of separated values have an empty cell alone."""
    field = _field(row)
    if field is None:
        raise UsageError(f"{place}: it has no answer; a column {', '.join(ANSWERS[:-1])} or {ANSWERS[-1]} has it")
    value = row[field]
    if value is None or (separated and value == ""):
        return None
    # A text is what was answered, also where a cell of data would say nothing by it.
    text = value if isinstance(value, str) else cell_text(value, field, place)
    reasoning = row.get("reasoning")
    return Response(
        text,
        reasoning=reasoning if isinstance(reasoning, str) and reasoning else None,
        finish_reason=_text(row, "finish_reason", place),
    )
