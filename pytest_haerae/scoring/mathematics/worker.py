"""What runs in the process of `process.py`: a line with two formulas in, a word out."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

from math_verify import parse, verify

MEMORY = 4 << 30
"""Bytes of address space: a formula that needs more is no answer to a question of a school book."""


def read(text: str) -> list[Any]:
    """A formula's values; none where it is no formula. The text is LaTeX, or words with a number in them."""
    for form in (f"${text}$", text):
        found: list[Any] = parse(form, fallback_mode="no_fallback", parsing_timeout=None)
        if found:
            return found
    return []


def compare(answer: str, reference: str) -> str:
    """Compare two formulas by value."""
    wanted = read(reference)
    if not wanted:
        return "no reference"
    given = read(answer)
    if not given:
        return "no answer"
    return "equal" if verify(wanted, given, timeout_seconds=None) else "different"


def main() -> None:
    """Answer line by line until the input ends."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # no such limits here
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        answer, reference = json.loads(line)
        try:
            said = compare(answer, reference)
        except Exception:  # the parser's and sympy's are of any kind; nothing could be read
            said = "no answer"
        sys.stdout.write(said + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
