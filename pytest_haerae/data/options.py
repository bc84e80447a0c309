"""The options of a question, in every shape that data sets write them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pytest_haerae.data.cells import MISSING, cell_text, is_missing, is_number, nfc, plain, unusable_character
from pytest_haerae.data.labels import LABELLINGS, plain_label
from pytest_haerae.data.literals import parse_literal
from pytest_haerae.data.places import RowPlace
from pytest_haerae.types import LETTERS

_TEXT_NAMES = ("text", "texts", "option", "options", "choice", "choices", "value", "values", "content", "contents")
_LABEL_NAMES = ("label", "labels", "letter", "letters", "key", "keys", "id", "ids", "index", "idx", "number", "no")
_BRACKETS = {"[": "]", "(": ")", "{": "}"}
_PAIR = 2
_WAY_OUT = 'write ["…", "…"], or … | …'


class Choices(NamedTuple):
    """The options of one question.

    Attributes:
        texts: Their texts, in the order of their labels.
        labels: What the data call them, normalised; None where nothing but their order does.
        numbers: Whether they are all written as numbers.
    """

    texts: tuple[str, ...]
    labels: tuple[str, ...] | None = None
    numbers: bool = False


def read_choices(value: Any, field: str, place: RowPlace) -> Choices:  # noqa: ANN401 - a cell
    """Read the options of one cell.

    Lists and arrays; the same as JSON, as a Python literal or as numpy prints it; texts joined by ``|``; texts and
    labels in two lists or in a structure each; and a mapping of labels to texts.

    Raises:
        UsageError: The cell is none of these, or an option is missing.
    """
    value = plain(value)
    if is_missing(value):
        raise place.error(field, f"has 0 options; 2 to {len(LETTERS)} are possible")
    if isinstance(value, str):
        value = _parsed(value.strip(), field, place)
    if isinstance(value, Mapping):
        return _of_mapping(value, field, place)
    if isinstance(value, list | tuple):
        if all(type(part) is str for part in value):
            return Choices(check_options(tuple([_plain_text(part) for part in value]), field, place))
        parts = [plain(part) for part in value]
        if parts and all(isinstance(part, Mapping) for part in parts):
            return _of_structures(parts, field, place)
        if parts and all(isinstance(part, list | tuple) and len(part) == _PAIR for part in parts):
            return _labelled([(part[0], part[1]) for part in parts], field, place)
        return Choices(_texts(parts, field, place), None, all(map(is_number, parts)))
    raise place.error(field, f"{cell_text(value, field, place)[:40]!r} is not a list")


def check_options(options: tuple[str, ...], field: str, place: RowPlace) -> tuple[str, ...]:
    """Refuse fewer than two options, more than there are letters, and empty ones."""
    if not 2 <= len(options) <= len(LETTERS):  # noqa: PLR2004 - a choice needs two
        several = "" if len(options) == 1 else "s"
        raise place.error(field, f"has {len(options)} option{several}; 2 to {len(LETTERS)} are possible")
    if not all(options):
        raise place.error(field, f"option {LETTERS[options.index('')]} is empty")
    return options


def _parsed(text: str, field: str, place: RowPlace) -> Any:  # noqa: ANN401 - a list, a tuple or a mapping
    closed = _BRACKETS.get(text[0]) == text[-1] or text.startswith(("array(", "['", '["'))
    if not closed and not (text[0] in "[{" and "|" not in text):
        if "|" not in text:
            return _quoted(text, field, place)
        return text.split("|")
    try:
        value = parse_literal(text)
    except ValueError as error:
        # "(1)|(2)": brackets that are the options' own.
        if "|" in text and text[1:2] not in ("'", '"'):
            return text.split("|")
        raise place.error(field, f"{text[:40]!r} {error}; {_WAY_OUT}") from None
    problem = unusable_character(value) if "\\" in text else None
    if problem:
        raise place.error(field, f"has {problem}")
    if isinstance(value, set):
        raise place.error(field, f"{text[:40]!r} is a set, which has no order")
    return value if isinstance(value, Mapping | list | tuple) else [value]


def _quoted(text: str, field: str, place: RowPlace) -> list[Any]:
    """Options in quotes with commas between them, ``"부산", "서울"``: the one text without a ``|`` that is several."""
    if text[0] in "'\"" and text[-1] == text[0]:
        try:
            value = parse_literal(f"[{text}]")
        except ValueError:
            value = []
        if isinstance(value, list) and len(value) > 1:
            return value
    raise place.error(field, f"has 1 option, {text[:40]!r}; {_WAY_OUT}")


def _texts(values: Sequence[Any], field: str, place: RowPlace) -> tuple[str, ...]:
    return check_options(tuple(_text(value, field, place) for value in values), field, place)


def _text(value: Any, field: str, place: RowPlace) -> str:  # noqa: ANN401 - a cell
    return nfc(cell_text(value, field, place)).strip()


def _plain_text(text: str) -> str:
    stripped = nfc(text).strip()
    return "" if stripped in MISSING else stripped


def _of_mapping(value: Mapping[Any, Any], field: str, place: RowPlace) -> Choices:
    """``{"text": [...], "label": [...]}``, ``{"text": [...]}`` or ``{"A": …, "B": …}``."""
    names = {str(name).strip().lower(): name for name in value}
    lists = {name: plain(value[key]) for name, key in names.items()}
    if any(isinstance(part, list | tuple) for part in lists.values()):
        texts = [name for name in lists if name in _TEXT_NAMES]
        labels = [name for name in lists if name in _LABEL_NAMES]
        if len(texts) != 1 or len(labels) > 1 or len(names) != len(value) or len(texts) + len(labels) != len(names):
            raise place.error(field, f"the keys {_shown(value)} are not text and label")
        if not labels:
            return read_choices(lists[texts[0]], field, place)
        columns = lists[texts[0]], lists[labels[0]]
        if not all(isinstance(column, list | tuple) for column in columns) or len(columns[0]) != len(columns[1]):
            raise place.error(field, "has not as many labels as texts")
        return _labelled(list(zip(columns[1], columns[0], strict=True)), field, place)
    return _labelled(list(value.items()), field, place, trailing=True)


def _of_structures(parts: Sequence[Mapping[Any, Any]], field: str, place: RowPlace) -> Choices:
    """``[{"label": "A", "text": …}, …]``, ``[{"text": …}, …]`` or ``[{"A": …}, {"B": …}]``."""
    keys = list(parts[0])
    if any(set(part) != set(keys) for part in parts):
        if all(len(part) == 1 for part in parts):
            return _labelled([pair for part in parts for pair in part.items()], field, place)
        raise place.error(field, "its structures have different keys")
    texts = [key for key in keys if str(key).lower() in _TEXT_NAMES]
    labels = [key for key in keys if str(key).lower() in _LABEL_NAMES]
    if len(texts) != 1 or len(labels) > 1 or len(texts) + len(labels) != len(keys):
        raise place.error(field, f"the keys {_shown(keys)} are not text and label")
    if not labels:
        values = [part[texts[0]] for part in parts]
        return Choices(_texts(values, field, place), None, all(map(is_number, values)))
    return _labelled([(part[labels[0]], part[texts[0]]) for part in parts], field, place)


def _labelled(pairs: Sequence[tuple[Any, Any]], field: str, place: RowPlace, *, trailing: bool = False) -> Choices:
    """Options in the order of their labels, which have to be counted without a gap.

    Args:
        pairs: A label and its text each.
        field: The field they stand in.
        place: The row.
        trailing: Whether the last ones may be empty, as where one column has the keys of all rows.
    """
    found = {plain_label(_text(label, field, place)): text for label, text in pairs}
    for labelling in LABELLINGS:
        labels = labelling[: len(found)]
        if len(found) == len(pairs) and set(labels) == set(found):
            values = [found[label] for label in labels]
            while trailing and values and is_missing(values[-1]):
                values.pop()
            texts = _texts(values, field, place)
            return Choices(texts, labels[: len(texts)], all(map(is_number, values)))
    raise place.error(field, f"the labels {_shown([label for label, _ in pairs])} are not A, B, … or 1, 2, …")


def _shown(names: Any) -> str:  # noqa: ANN401 - some names
    return ", ".join(str(name) for name in names)[:80]
