"""Rows of .csv and .tsv files: one record a row, or a refusal that names the line.

A cell may be quoted, as RFC 4180 and spreadsheets do it. Many a .tsv file is written without any quoting instead: then
a line is a record, whatever quotes stand in it. Which of the two a file is, all of its lines decide.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_haerae.data.places import RowPlace
from pytest_haerae.errors import UsageError

Record = tuple[int, list[str]]
"""The line that a record begins on, from 1, and its cells."""


class MalformedRecord(Exception):  # noqa: N818 - it is worded where it is caught
    """A record that quoting does not explain.

    Attributes:
        line: The line where its quote opens, from 1.
        problem: What is wrong.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line
        self.problem = problem


def read_separated(text: str, path: Path, separator: str) -> Iterator[tuple[RowPlace, dict[str, Any]]]:
    """Read a table's rows with their places; blank ones are passed over.

    Args:
        text: The file's text, with its own line ends.
        path: The file, for messages.
        separator: What stands between two cells.

    Raises:
        UsageError: A quote is not closed, a row has more cells than the header, or the header repeats a name.
    """
    # Questions with long passages exceed the csv module's default limit of 128 KiB a field.
    csv.field_size_limit(1 << 30)
    separator = _separator(text, separator)
    records = iter(_records(text, path, separator))
    header: list[str] | None = None
    source, number, width = str(path), 0, -1
    for line, record in records:
        cells: list[Any] = record
        if header is None and line == 1 and _SEPARATOR_LINE.match(separator.join(record)):
            continue
        if len(record) != width or not record[0] or record[0].isspace():
            if not any(map(str.strip, record)):
                continue
            if header is None:
                header = _header(record, f"{path}, line {line}")
                width = len(header)
                continue
            if len(record) != width:
                cells = _fitted(record, header, RowPlace(source, number + 1, line))
        number += 1
        # Without a header yet, no record has as many cells as `width`.
        yield RowPlace(source, number, line), dict(zip(header or (), cells, strict=True))


def _separator(text: str, usual: str) -> str:
    """What stands between the cells: the usual, or what the header or Excel's line ``sep=;`` has in its place."""
    named = _SEPARATOR_LINE.match(text[:6])
    if named:
        return named["separator"]
    header = text.lstrip()[:10_000].splitlines()[:1]
    others = [other for other in "\t;," if header and usual not in header[0] and other in header[0]]
    return others[0] if len(others) == 1 else usual


def _header(cells: Sequence[str], place: str) -> list[str]:
    names = [name.strip() for name in cells]
    while names and not names[-1]:
        names.pop()
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise UsageError(f"{place}: the header has the column '{repeated[0]}' twice")
    return names


def _fitted(cells: list[str], header: Sequence[str], place: RowPlace) -> list[Any]:
    """A row's cells, one a column: blank ones behind the last column are dropped, missing ones are None."""
    extra = [cell for cell in cells[len(header) :] if cell.strip()]
    if extra:
        raise UsageError(
            f"{place}: has {len(cells)} cells, and the header {len(header)} columns; behind the last stands"
            f" {extra[0][:40]!r}. Quote a cell that has the separator in it"
        )
    missing: list[Any] = [None] * (len(header) - len(cells))
    return [*cells[: len(header)], *missing]


def _records(text: str, path: Path, separator: str) -> Iterable[Record]:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if '"' not in text:
        return _by_lines(_lines(text), separator)
    records: list[Record] = []
    doubtful: list[Record] = []
    try:
        records = _quoted(text, separator)
        doubtful = _doubtful(records, text, separator)
        if not doubtful:
            return records
        opened = _open_quote(_lines(text), doubtful[0][0], separator)
        problem = MalformedRecord(opened, "opens here closes on a later line")
    except MalformedRecord as error:
        problem = error
    aligned = _is_one_record_a_line(text, separator)
    if aligned and separator == "\t" and not _DOUBLED.search(text):
        return _by_lines(_lines(text), separator)
    whole = all(len(cells) >= len(records[0][1]) for _, cells in doubtful)
    if doubtful and whole and (not aligned or _is_quoting_known(records, doubtful, text, separator)):
        return records
    raise UsageError(
        f"{path}, line {problem.line}: the quote that {problem.problem}; close it, or write a quote inside of a quoted"
        ' cell twice ("")'
    )


def _by_lines(lines: Sequence[str], separator: str) -> list[Record]:
    return [(number, line.split(separator)) for number, line in enumerate(lines, 1)]


def _doubtful(records: Sequence[Record], text: str, separator: str) -> list[Record]:
    """The records that may be several, as they go on over line ends; between tabs also those that lack cells.

    Tabs hardly stand in a text, so that a tab in a quoted cell is rather one between two cells.
    """
    lines = text.count("\n") + (not text.endswith("\n"))
    if len(records) == lines and separator != "\t":
        return []
    width = len(records[0][1]) if records else 0
    ends = [line for line, _ in records[1:]] + [lines + 1]
    return [
        record
        for record, end in zip(records, ends, strict=True)
        if end > record[0] + 1 or (separator == "\t" and record[1] and len(record[1]) < width)
    ]


_SEPARATOR_LINE = re.compile(r"^sep=(?P<separator>[,;\t|])\s*$", re.MULTILINE)
_SPACED = re.compile(r'^ +".*" *$', re.DOTALL)
_DOUBLED = re.compile(r'(?:^|\t)"(?:[^"\t\r\n]|"")*""(?:[^"\t\r\n]|"")*"(?=\t|\r|\n|$)', re.MULTILINE)
"""A cell that only quoting explains: it is quoted, and a quote inside of it is doubled."""


def _lines(text: str) -> list[str]:
    """The lines without their ends; no other character ends one than those of RFC 4180."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _is_one_record_a_line(text: str, separator: str) -> bool:
    """Whether each line by itself has as many cells as the others, and more than one."""
    lines = _lines(text.rstrip("\n"))
    counts = {line.count(separator) for line in lines}
    return len(counts) == 1 and counts != {0}


def _is_quoting_known(records: Sequence[Record], doubtful: Sequence[Record], text: str, separator: str) -> bool:
    """Whether whoever wrote the file quotes cells: then one that goes on over lines is meant to."""
    if '""' in text:
        return True
    lines, doubted = _lines(text), {line for line, _ in doubtful}
    return any(line not in doubted and cells != lines[line - 1].split(separator) for line, cells in records if cells)


def _quoted(text: str, separator: str) -> list[Record]:
    """The records of a file whose cells may be quoted.

    Raises:
        MalformedRecord: A quote is not closed, or something follows it before the cell ends.
    """
    try:
        reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator, strict=True)
        # Most files have one record a line, which is told sooner by the sums.
        cells_of = list(reader)
        if len(cells_of) == reader.line_num:
            return _without_spaced(list(enumerate(cells_of, 1)), text, separator)
    except csv.Error:
        pass  # It is read again, line by line, to find where it begins.
    records: list[Record] = []
    start = 1
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator, strict=True)
    try:
        for cells in reader:
            records.append((start, cells))
            start = reader.line_num + 1
    except csv.Error as error:
        at = _open_quote(_lines(text), start, separator)
        ended = "unexpected end" in str(error)
        problem = "opens here is never closed" if ended else "opens here is closed inside of its cell"
        raise MalformedRecord(at, problem) from None
    return _without_spaced(records, text, separator)


def _without_spaced(records: list[Record], text: str, separator: str) -> list[Record]:
    """Refuse a quote behind a space, which quotes nothing and is hardly meant as a part of its cell."""
    if f'{separator} "' not in text and '\n "' not in text:
        return records
    lines = _lines(text)
    ends = [line for line, _ in records[1:]] + [len(lines) + 1]
    for (line, cells), end in zip(records, ends, strict=True):
        for cell in filter(_SPACED.match, cells):
            # As it stands in the file: a quoted cell may well hold a space and a text in quotes.
            written = separator.join(("", "\n".join(lines[line - 1 : end - 1]), ""))
            if f"{separator}{cell}{separator}" in written:
                raise MalformedRecord(line, "stands behind a space does not quote its cell")
    return records


def _open_quote(lines: Sequence[str], start: int, separator: str) -> int:
    """The line on which the last quote opens that the record from line `start` cannot close."""
    opened, quoted, at_begin = start, False, True
    for number in range(start, len(lines) + 1):
        line = lines[number - 1]
        place = 0
        while place < len(line):
            sign = line[place]
            if quoted:
                if sign == '"' and line[place + 1 : place + 2] == '"':
                    place += 1
                elif sign == '"':
                    quoted = False
                    if line[place + 1 : place + 2] not in ("", separator):
                        return opened
            elif sign == separator:
                at_begin = True
                place += 1
                continue
            elif sign == '"' and at_begin:
                quoted, opened = True, number
            at_begin = False
            place += 1
        if not quoted:
            return opened
    return opened
