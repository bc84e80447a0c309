from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_haerae.data.separated import read_separated
from pytest_haerae.errors import UsageError

# The shapes of KorNLI's and KorSTS' files: no quoting at all, quotes as in prose.
UNQUOTED = [
    ('"오," 그가 말했다. 그리고 갔다.', "그는 갔다.", "1"),
    ("그는 말했다.", '"예"라고 쓴 셔츠', "2"),
    ('"닫는 따옴표가 없다', "없다.", "3"),
    ("문장", "끝에만 있다.'\"", "4"),
    ('"전부 따옴표"', "문장", "5"),
    ('5" 화면', '"', "6"),
]


def rows(text: str, separator: str = ",") -> list[tuple[int | None, dict[str, str]]]:
    name = "a.csv" if separator == "," else "a.tsv"
    return [(place.line, row) for place, row in read_separated(text, Path(name), separator)]


def read_or_refusal(text: str, separator: str) -> list[tuple[int | None, dict[str, str]]] | str:
    try:
        return rows(text, separator)
    except UsageError as error:
        return str(error)


def joined(records: Sequence[tuple[str, ...]], separator: str = "\t") -> str:
    return "".join(separator.join(record) + "\n" for record in [("one", "two", "label"), *records])


def test_b1_a_tsv_without_quoting_has_one_record_a_line() -> None:
    assert [tuple(row.values()) for _, row in rows(joined(UNQUOTED), "\t")] == UNQUOTED


def cells_of(text: str) -> list[list[str]] | None:
    """The records that quoting makes of a text, None where it makes none."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True))
    except csv.Error:
        return None


def quotes_a_quote(cell: str) -> bool:
    """Whether only quoting explains a cell: it is quoted, and a quote in it stands twice."""
    return cell.startswith('"') and '"' in str(cells_of(cell) or "")


@given(st.lists(st.tuples(*[st.text('가나 ".,', min_size=1).filter(str.strip)] * 3), min_size=1, max_size=6))
@example([('""', '""', '" "'), ("가", "나", "다")])
@example([('""', '""', '" "'), ('"가"나', "나", "다")])
@example([("가", "가", '"'), ("가", "가", '"'), ("가", "가", '""""')])
@example([("가", "가", '"'), ("가", '"', '""""')])
def test_b1_every_line_of_an_unquoted_tsv_is_a_row_or_the_file_is_refused(records: list[tuple[str, ...]]) -> None:
    found = read_or_refusal(joined(records), "\t")
    every = list(range(2, len(records) + 2))
    # A writer that quotes each cell writes a blank row so; it is none only where the other rows are not quoted.
    blank = [line for line in every if all(re.fullmatch('" *"', cell) for cell in records[line - 2])]
    if not any(quotes_a_quote(cell) for record in records for cell in record):
        assert not isinstance(found, str), found
        assert [line for line, _ in found] in (every, [line for line in every if line not in blank])
    elif isinstance(found, str):
        assert re.match(r"a\.tsv, (line|row \d \(line) \d", found)
    else:
        # Such a file is no unquoted one: its rows are those that quoting makes of it.
        quoted = [tuple(cells) for cells in cells_of(joined(records)) or () if any(map(str.strip, cells))]
        assert [tuple(row.values()) for _, row in found] == quoted[1:]


@given(
    st.lists(st.tuples(*[st.text("가\",\n' ", max_size=8)] * 3), min_size=1, max_size=6),
    st.sampled_from(",\t"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n"]),
)
@example([("", "", ", "), (",", ' "\n"', "")], ",", csv.QUOTE_ALL, "\n")
def test_b1_what_a_writer_quoted_is_read_as_it_was_written_or_refused(
    records: list[tuple[str, ...]], separator: str, quoting: int, end: str
) -> None:
    kept = [record for record in records if any(cell.strip() for cell in record)]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([("one", "two", "label"), *records])
    found = read_or_refusal(out.getvalue(), separator)
    if isinstance(found, str):
        # Only where each line of the file would be a row by itself.
        assert "the quote that opens here closes on a later line" in found
        assert quoting == csv.QUOTE_MINIMAL
    else:
        assert [tuple(row.values()) for _, row in found] == kept


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('q,a\n1,2\n"수도는?,서울\n3,4\n', 3),
        ('q,a\n"여러\n줄","서울"\n부산은?,"부산\n3,4\n', 4),
        ('q,a\n"여러\n줄","서울\n3,4\n', 3),
        ('q,a\n"오" 하고 말했다,서울\n', 2),
        ('q,a\n1,"서울\n2,대전\n3,6"\n4,5\n', 2),
        ('q,a\n1, "부산"\n', 2),
        ('q,a\n1,2\n "부산",2\n', 3),
        ('q\ta\n"여러\n줄"\t"오" 한다\n', 3),
        ('q\ta\tb\n1\t"가""나"\t3\n1\t"오" 한다\t3\n', 3),
    ],
)
def test_b1_a_quote_that_is_not_closed_is_refused_with_the_line_where_it_opens(text: str, line: int) -> None:
    with pytest.raises(UsageError, match=rf"a\.[ct]sv, line {line}: the quote that"):
        rows(text, "\t" if "\t" in text else ",")


def test_a_quoted_cell_may_go_on_over_lines() -> None:
    text = 'q,a\r\n"하나,\r\n\r\n""둘""",서울\r\n셋,넷\r\n'
    assert rows(text) == [(2, {"q": '하나,\n\n"둘"', "a": "서울"}), (5, {"q": "셋", "a": "넷"})]


def test_b4_a_row_with_more_cells_than_the_header_is_refused() -> None:
    with pytest.raises(UsageError, match=r"a\.csv, row 2 \(line 3\): has 3 cells, and the header 2 .* stands '5'"):
        rows("q,a\n1,2\n3,4,5\n")


@pytest.mark.parametrize("header", ["q,a,q", " q,a,q "])
def test_b4_a_header_that_repeats_a_column_is_refused(header: str) -> None:
    with pytest.raises(UsageError, match=r"a\.csv, line 1: the header has the column 'q' twice"):
        rows(f"{header}\n1,2,3\n")


@pytest.mark.parametrize("empty", [",,,,", "  ,,", ",", "", '"",""', " "])
def test_b5_rows_and_columns_that_a_spreadsheet_leaves_empty_are_none(empty: str) -> None:
    assert rows(f"q,a,,\n{empty}\n1,2,,,,\n{empty}\n3\n{empty}\n") == [
        (3, {"q": "1", "a": "2"}),
        (5, {"q": "3", "a": None}),
    ]


def test_no_other_character_ends_a_line() -> None:
    assert rows("q,a\n1\u2028\x0b\x0c\x85,2\n") == [(2, {"q": "1\u2028\x0b\x0c\x85", "a": "2"})]


def test_a_quoted_cell_that_begins_with_a_space_and_a_quote_is_sound() -> None:
    assert rows('q,a,b\n" ""가""",나, x\n') == [(2, {"q": ' "가"', "a": "나", "b": " x"})]


@pytest.mark.parametrize("head", ["", "sep=;\n"])
def test_b5_a_table_with_semicolons_tabs_or_commas_in_place_of_the_usual_is_read(head: str) -> None:
    expected = [{"question": "가, 나", "answer": "다"}]
    assert [row for _, row in read_separated(f"{head}question;answer\n가, 나;다\n", Path("a.csv"), ",")] == expected
    assert [row for _, row in read_separated("question\tanswer\n가, 나\t다\n", Path("a.csv"), ",")] == expected
    assert [row for _, row in read_separated('question,answer\n"가, 나",다\n', Path("a.tsv"), "\t")] == expected


def test_excels_line_with_the_separator_is_no_row_and_lines_are_counted_with_it() -> None:
    ((place, row),) = read_separated("sep=,\r\nquestion,answer\r\n가,나\r\n", Path("a.csv"), ",")
    assert (str(place), row) == ("a.csv, row 1 (line 3)", {"question": "가", "answer": "나"})


def test_a_header_with_the_usual_separator_is_never_read_by_another() -> None:
    ((_, row),) = read_separated("question,a;b\n가,나\n", Path("a.csv"), ",")
    assert row == {"question": "가", "a;b": "나"}
    ((_, row),) = read_separated("question\n가;나\n", Path("a.csv"), ",")
    assert row == {"question": "가;나"}
