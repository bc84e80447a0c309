"""How an answer is to be laid out: in lists, sections, emphasis, JSON, with a title."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from typing import Any

from pytest_haerae.scoring.instructions.registry import Check, instruction
from pytest_haerae.scoring.instructions.relations import at_least, exactly

_BULLET = re.compile(
    r"""
      ^[^\S\n]*
      (?:
          [*+-][^\S\n]+(?=\S)(?![*+-][^\S\n]*(?:[*+-][^\S\n]*)*$)  # e.g. '* 사과', '- **사과**', but no '* * *'
        | -(?=[가-힣]) | \*(?=[가-힣])(?![^*\n]*\*)  # e.g. '-사과', '*사과', but no '-5도' and no '*강조* 글'
      )
    """,
    re.VERBOSE | re.MULTILINE,
)
_OPTIONS = (
    *("제 답변은 예입니다.", "제 답변은 아니요입니다.", "제 답변은 아마도입니다."),
    *("내 대답은 예입니다.", "내 대답은 아니요입니다.", "내 대답은 아마도입니다."),
    *("My answer is yes.", "My answer is no.", "My answer is maybe."),
)
"""What IFEval-Ko and IFEval let choose from; neither's rows repeat it."""
_EMPHASIS = re.compile(r"(?<![\\*])(\*{1,3})(?![\s*])[^*\n]+(?<![\s\\])\1(?!\*)")
_FENCED = re.compile(r"\A(`{3,}|~{3,})[^\S\n]*\w*[^\S\n]*\n?(.*?)\1\Z", re.DOTALL)
_BYTE_ORDER_MARK = "\ufeff"
_TITLE = re.compile(r"<<(?=[^\S\n]*[^\s<>])[^\n]*?>>")


@instruction("detectable_format:number_bullet_lists")
def number_bullet_lists(text: str, num_bullets: int) -> Check:
    """Exactly so many entries of Markdown's unnumbered lists: ``*``, ``-`` or ``+``, white space, and a text.

    Before Hangul the white space may be missing, as Koreans also write lists: ``-사과``.

    The published program also counts lines that begin with emphasis (``*강조*``), rules (``---``) and negative numbers,
    and no ``+``.
    """
    return exactly(len(_BULLET.findall(text)), num_bullets, "entries of a list")


@instruction("detectable_format:constrained_response")
def constrained_response(text: str) -> Check:
    """One of three answers stands there, as the question spells them, and no other of them.

    The published program is content with an answer that states several.
    """
    said = " ".join(unicodedata.normalize("NFKC", text).split())
    stated = [option for option in _OPTIONS if option in said]
    words = f"stated: {', '.join(stated)}" if stated else "none of the answers to choose from"
    return Check(len(stated) == 1, words)


@instruction("detectable_format:number_highlighted_sections")
def number_highlighted_sections(text: str, num_highlights: int) -> Check:
    """At least so many stretches of a line in Markdown's emphasis: ``*강조*``, with one asterisk or up to three.

    As Markdown has it, no white space follows the opening asterisks or stands before the closing ones: the published
    program also takes ``2 * 3 * 4``, and the bullet of a list for an opening one.
    """
    return at_least(len(_EMPHASIS.findall(text)), num_highlights, "highlighted sections")


@instruction("detectable_format:multiple_sections")
def multiple_sections(text: str, section_spliter: str, num_sections: int) -> Check:
    """At least so many sections, each of which begins with a line such as ``섹션 1``, with a number of its own.

    The published program also counts what a sentence says of a section (``섹션 1과 섹션 2``), and a number twice.
    """
    numbers = {int(number) for number in _heading(section_spliter).findall(text)}
    return at_least(len(numbers), num_sections, "sections")


@instruction("detectable_format:json_format")
def json_format(text: str) -> Check:
    """All of it is one JSON value, in a fence of code or without one.

    As JSON is specified: the published program also takes ``NaN``, which Python alone reads.
    """
    said = text.strip().removeprefix(_BYTE_ORDER_MARK).strip()
    fenced = _FENCED.match(said)
    value = (fenced[2] if fenced else said).strip().removeprefix(_BYTE_ORDER_MARK)
    try:
        json.loads(value, parse_constant=_refuse, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return Check(followed=False, counted="no JSON")
    return Check(followed=True, counted="JSON")


@instruction("detectable_format:title")
def title(text: str) -> Check:
    """A title stands somewhere in two angle brackets on each side: ``<<제목>>``; ``《제목》`` is another mark."""
    found = _TITLE.search(text)
    return Check(found is not None, "a title" if found else "no title in << >>")


@lru_cache(maxsize=256)
def _heading(word: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:[^\w\n]|_|\d{{1,2}}[.)])*{re.escape(word)}[^\S\n]?(\d{{1,9}})(?![^\W_])", re.MULTILINE)


def _refuse(constant: str) -> Any:  # noqa: ANN401 - it returns nothing
    raise ValueError(constant)
