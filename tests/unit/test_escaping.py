from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.escaping import annotation, block, cell, line, markdown, page, shown, visible

HOSTILE = st.text(
    alphabet=st.sampled_from("a가 :#[]@=+-|`\\<>&'\"\t\n\r\x00\x1b\x7f\x85\x9b\u200b\u202e\u2028\ufeff\ud83d\U000e0041")
)


def test_what_is_unseen_is_what_the_unicode_database_says() -> None:
    """Controls, format characters (bidi, zero-width, tags), separators, halves of pairs, noncharacters, fillers."""
    later = {*range(0x13430, 0x13440), 0x0890, 0x0891}
    for code in range(sys.maxunicode + 1):
        unseen = unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp") or code in (0x3164, 0xFFA0)
        unseen = unseen or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
        if code not in later:
            assert (visible(chr(code)) != chr(code)) == unseen, hex(code)


@given(HOSTILE)
def test_a_line_is_one_line_that_nothing_obeys_and_passes_twice(text: str) -> None:
    shown = line(text)
    assert len(shown.splitlines()) <= 1
    assert not re.search("[\x00-\x1f\x7f-\x9f\u200b\u202e\ud800-\udfff\U000e0041]", shown)
    assert not shown.lstrip().startswith("::a")
    assert line(shown) == shown
    assert visible(visible(text)) == visible(text)
    assert block(block(text)) == block(text)
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J지움", r"\x1b[2J지움"),
        ("a\n::error::x", r"a\n::error::x"),
        ("::error::x", r"\::error::x"),
        ("subset ::set-output name=a::b", r"subset \::set-output name=a::b"),
        ("test_a.py::test_b[c]", "test_a.py::test_b[c]"),
        ("a::b :: c", "a::b :: c"),
        ("x ##[error]y ##vso[task.setvariable]z", r"x #\#[error]y #\#vso[task.setvariable]z"),
        ("가\u202e나\u200b다\u3164라", r"가\u202e나\u200b다\u3164라"),
        ("한글 café 漢字 👍🏽", "한글 café 漢字 👍🏽"),
        (7, "7"),
    ],
)
def test_a_line_says_in_words_what_is_not_to_be_seen(text: object, shown: str) -> None:
    assert line(text) == shown


def test_a_block_keeps_its_lines_and_colours() -> None:
    assert (
        block("a\n  ::error::b\n\x1b[31mred\x1b[0m \x1b[2J\t\r")
        == "a\n  \\::error::b\n\x1b[31mred\x1b[0m \\x1b[2J\t\\r"
    )


@pytest.mark.parametrize(
    "text", ["-2", "+3.5", "-1,000", "-.5", "-1e-3", "+20%", "", "가-나", "a=1", "'quoted' - text", "(-2)"]
)
def test_numbers_and_words_are_cells_as_they_are(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|'/C calc'!A0", "-서울", "@SUM(A1)", "\t=1", "\r=1", " =1", "-2+3", "＝1", "－", "--", "'=1"],
)
def test_no_cell_is_a_formula_and_the_string_can_be_had_back(text: str) -> None:
    assert cell(text) == f"'{text}"


@given(HOSTILE)
def test_cells_have_no_control_characters_and_differ_where_strings_do(text: str) -> None:
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]", cell(text))
    assert not re.match("[=@\t\r]", cell(text))
    assert not re.search("[\x00-\x08\x1b\x9b\ud83d]", page(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("`code` ```", r"\`code\` \`\`\`"),
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)\>"),
        ("@someone a@b", "@<!-- -->someone a@<!-- -->b"),
        ("#12 GH", r"\#<!-- -->12 GH"),
        ("[a](http://b.c) www.d.e", r"\[a\](http\://b.c) www\.d.e"),
        ("![x](y) $a$ &lt; R&D", r"\!\[x\](y) \$a\$ &amp;lt; R&amp;D"),
        ("가\n\n# 나", r"가 \#<!-- --> 나"),
        ("\x1b\u202e", r"\\x1b\\u202e"),
    ],
)
def test_markdown_shows_a_string_as_it_is(text: str, shown: str) -> None:
    assert markdown(text) == shown


def test_an_annotation_is_one_line_and_its_title_ends_where_it_should() -> None:
    assert annotation("100%\r\na\rb\nc\x1b[2J") == r"100%25%0Aa%0Ab%0Ac\x1b[2J"
    assert annotation("a:b,c::d", title=True) == "a%3Ab%2Cc%3A%3Ad"
    assert annotation("a::b") == "a::b"


def test_a_value_is_shown_short_on_one_line_and_never_fails() -> None:
    class Written:
        def __repr__(self) -> str:
            return "a\x1b[2J\nb\u202ec"

    assert shown("x" * 1000) == "'" + "x" * 79 + "…"
    assert shown(10**5000) == "a int that cannot be shown"
    assert shown(Written()) == r"a\x1b[2J\nb\u202ec"
