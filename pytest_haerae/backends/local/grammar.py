"""A grammar in llama.cpp's notation (GBNF) for a text that is one of several."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPECIAL = re.compile(r'["\\]|[\x00-\x1f\x7f-\x9f]')
"""What ends a literal, begins an escape, or is no character to be seen; all others stand for themselves, as UTF-8."""


def grammar_of(choices: Iterable[str]) -> str:
    """The grammar: ``root ::= "A" | "B"``.

    Args:
        choices: The texts, none of them empty.
    """
    return "root ::= " + " | ".join(f'"{_SPECIAL.sub(_escaped, choice)}"' for choice in choices)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    return f"\\{character}" if character in '"\\' else f"\\x{ord(character):02X}"
