r"""What strings from elsewhere pass on their way out: one function for each kind of output.

Names of files and subsets, answers, and a server's words may hold whatever somebody put there: sequences that a
terminal obeys, line ends, marks that turn the writing direction, characters that nobody sees, halves of surrogate
pairs, lines that a CI runner takes for commands, formulas. Ordinary text, Hangul included, stays as it is. `line`,
`block` and `visible` change nothing in what they gave: a string may pass them twice.
"""

from __future__ import annotations

import re

UNSEEN = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f"
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001\U000e0020-\U000e007f"
) + "".join(chr(plane << 16 | 0xFFFE) + chr(plane << 16 | 0xFFFF) for plane in range(1, 17))
"""As the inside of a character class: what is invisible or turns the text around it, and what no file may hold.

Source: the Unicode Character Database, general categories Cf, Cs, Zl and Zp, the noncharacters, and the Hangul fillers,
which are letters that look like a space.
"""
_CONTROLS = "\x00-\x1f\x7f-\x9f"
_LINE = re.compile(f"[{_CONTROLS}{UNSEEN}]")
_BLOCK = re.compile(f"(?![\t\n]|\x1b\\[[0-9;]*m)[{_CONTROLS}{UNSEEN}]")
_CELL = re.compile("(?![\t\n\r])[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_COMMAND = re.compile(r"(?<!\S)::(?=[A-Za-z])|##(?=\[|vso\[|teamcity\[)")
"""What a CI runner obeys in a job's output: of GitHub Actions at a line's begin, after spaces, or its older form and
that of Azure Pipelines anywhere; of TeamCity."""

_MARKDOWN = re.compile(r"[\\`*_{}\[\]<>#|~!$^]|&(?=[#\w])|@(?=\w)|:(?=//)|(?<=\bwww)\.", re.IGNORECASE)
_FORMULA = re.compile(r"'*[ \u00a0\u3000]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+\-]?(?:\d+(?:[.,]\d+)*\.?|\.\d+)(?:[eE][+\-]?\d+)?%?")


def line(text: object) -> str:
    r"""A string as a part of one line of a terminal or a log: what is not to be seen, or obeyed, is written out.

    ``\x1b``, ``\n`` and ``\u202e`` stand for themselves in these words; ``::error::`` at the line's begin is
    ``\::error::``.
    """
    return _COMMAND.sub(_broken, visible(text))


def block(text: object) -> str:
    """As `line`, of several lines, such as a traceback: line ends, tabs and colours stay."""
    return "\n".join(_COMMAND.sub(_broken, part) for part in _BLOCK.sub(_written_out, str(text)).split("\n"))


def visible(text: object) -> str:
    """A string as a name or a value in an XML attribute or an annotation: one line, nothing in it unseen."""
    return _LINE.sub(_written_out, str(text))


def shown(value: object, longest: int = 80) -> str:
    """A value in a message: one line, cut where it is long; by its kind where it cannot be written.

    Args:
        value: Whatever somebody else's code gave.
        longest: Characters of it.
    """
    try:
        text = repr(value)
    except Exception:  # its own words raise, too
        return f"a {type(value).__name__} that cannot be shown"
    return visible(text if len(text) <= longest else f"{text[:longest]}…")


def markdown(text: object) -> str:
    r"""A string as one line of Markdown that shows it as it is, also in a table: no markup, mention or link.

    GitHub finds ``@names`` and ``#numbers`` after the backslashes are gone; a comment in between hides them from it.
    """
    return _MARKDOWN.sub(_marked_down, visible(" ".join(str(text).split())))


def cell(text: str) -> str:
    r"""A string as a cell of a table that a spreadsheet opens: none is a formula.

    Source: OWASP, "CSV Injection": ``=``, ``+``, ``-``, ``@``, a tab or a carriage return begin a formula; an
    apostrophe before it makes it text. Numbers (``-2``, ``+3.5``, ``-1,000``) stay as they are. Whoever needs the
    string again takes one apostrophe off where it stands before such a character. Control characters are written out;
    line ends inside a cell, and what is merely unseen, are data and stay.
    """
    shown = _CELL.sub(_written_out, text)
    return f"'{shown}" if _FORMULA.match(shown) and not _NUMBER.fullmatch(shown.strip()) else shown


def page(text: object) -> str:
    """A string as text of an HTML page, before its markup is escaped: HTML has no control characters."""
    return _CELL.sub(_written_out, str(text))


def annotation(text: object, *, title: bool = False) -> str:
    """A string as the message, or the title, of a workflow command of GitHub Actions.

    Source: GitHub's documentation, "Workflow commands for GitHub Actions": ``%`` and line ends as percent codes, in
    properties such as the title also ``:`` and ``,``.
    """
    lines = (visible(part) for part in re.split(r"\r\n|\r|\n", str(text).replace("%", "%25")))
    shown = "%0A".join(lines)
    return shown.replace(":", "%3A").replace(",", "%2C") if title else shown


def _written_out(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


def _broken(match: re.Match[str]) -> str:
    return r"\::" if match[0] == "::" else r"#\#"


def _marked_down(match: re.Match[str]) -> str:
    character = match[0]
    if character == "@":
        return "@<!-- -->"
    if character == "&":
        return "&amp;"
    return rf"\{character}<!-- -->" if character == "#" else rf"\{character}"


def first_line(text: str | None) -> str:
    """The first line of a text that may not be there, such as a docstring."""
    return (text or "").strip().partition("\n")[0]
