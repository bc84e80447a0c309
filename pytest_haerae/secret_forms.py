"""The forms in which a secret comes back: as it is, escaped, percent-encoded, in base64, in hexadecimal digits."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable
from functools import lru_cache

MASK = "***"

_ESCAPED_AT_MOST = 120
"""Characters of a secret that are looked for one by one in an escaped form; what follows them goes with them."""
_CUT_AT_LEAST, _LINE_AT_LEAST = 4, 16
_WHITESPACE = " \t\r\n"
_REST_OF_BASE64 = r"(?:[A-Za-z0-9+/_\-]|%2[BbFf])*(?:=|%3[Dd]){0,2}"


def mask(text: str, secrets: Iterable[str]) -> str:
    """Replace every form of every secret in a text.

    Args:
        text: Any text.
        secrets: The secrets, plain.
    """
    # The longest first: one may be a part of another. A key in a file has lines, which are as secret as the whole.
    known = {part for secret in secrets for part in (secret, *_lines(secret))}
    for secret in sorted(known, key=lambda one: (-len(one), one)):
        # As it is last of all: what escapes its last character is a part of the form.
        for sign, pattern in _patterns(secret):
            if sign is None or sign in text:
                text = pattern.sub(MASK, text)
        text = text.replace(secret, MASK)
    return text


def _lines(secret: str) -> list[str]:
    lines = secret.split("\n") if "\n" in secret.strip() else []
    return [line for each in lines if len(line := each.strip()) >= _LINE_AT_LEAST and not line.startswith("---")]


def mask_cut(text: str, secrets: Iterable[str]) -> str:
    """Replace what is left of secrets where a text was shortened: ``geheim-7f...9c1e``."""
    known = [secret for secret in secrets if len(secret) > _CUT_AT_LEAST]
    parts = re.split(r"(\.{3}|…)", text)
    for place in range(1, len(parts), 2):
        before, after = parts[place - 1], parts[place + 1]
        head = max((_common(before, secret, head=True) for secret in known), default=0)
        tail = max((_common(after, secret, head=False) for secret in known), default=0)
        parts[place - 1] = before[: len(before) - head] + MASK * bool(head)
        parts[place + 1] = MASK * bool(tail) + after[tail:]
    return "".join(parts)


def _common(text: str, secret: str, *, head: bool) -> int:
    """How much of a secret's head a text ends in, or of its tail begins with; 0 where it is next to nothing."""
    for length in range(len(secret) - 1, _CUT_AT_LEAST - 1, -1):
        if text.endswith(secret[:length]) if head else text.startswith(secret[-length:]):
            return length
    return 0


@lru_cache(maxsize=256)
def _patterns(secret: str) -> tuple[tuple[str | None, re.Pattern[str]], ...]:
    """A secret's other forms, each with a part of it that is quick to look for; None where there is no such part."""
    octets = secret.encode("utf-8", "surrogatepass")
    escaped = _escaped(secret)
    # White space may have become a plus sign or a single space; all other forms have one of three signs.
    signs = (None,) if any(map(str.isspace, secret)) else ("%", "\\", "&")
    found: list[tuple[str | None, re.Pattern[str]]] = [(sign, escaped) for sign in signs]
    for core in _base64_cores(octets):
        plain: str | None = max(re.findall("[A-Za-z0-9]+", core), key=len, default=None)
        found.append((plain, re.compile("".join(map(_digit, core)) + _REST_OF_BASE64)))
    digits = octets.hex()
    found += [(form, re.compile(form)) for form in dict.fromkeys((digits, digits.upper()))]
    return tuple(found)


def _escaped(secret: str) -> re.Pattern[str]:
    """Each character as it is or in one of the ways that JSON, Python, URLs and HTML write it."""
    pattern = "".join(map(_character, secret[:_ESCAPED_AT_MOST]))
    return re.compile(pattern + (r"[^\s\"'<>]*" if len(secret) > _ESCAPED_AT_MOST else ""))


@lru_cache(maxsize=1024)
def _character(character: str) -> str:
    code = ord(character)
    units = character.encode("utf-16-be", "surrogatepass")
    pairs = [units[place : place + 2].hex() for place in range(0, len(units), 2)]
    octets = character.encode("utf-8", "surrogatepass")
    forms = [
        r"\s+" if character in _WHITESPACE else re.escape(character),
        # Once or twice encoded: a URL inside a URL.
        "".join(rf"(?i:%(?:25)*{octet:02x})" for octet in octets),
        "".join(rf"\\+(?i:u{pair})" for pair in pairs),
        rf"&#0*{code};",
        rf"&#(?i:x0*{code:x});",
    ]
    if code > 0xFFFF:  # noqa: PLR2004 - what Python writes with eight digits
        forms.append(rf"\\+(?:U{code:08x}|U{code:08X})")
    if code < 256:  # noqa: PLR2004 - what `\xHH` can say
        forms.append(rf"\\+(?i:x{code:02x})")
    if (entity := html.escape(character)) != character:
        forms.append(re.escape(entity))
    if character in "\"'\\/":
        forms.append(r"\\+" + re.escape(character))
    if character in "\n\r\t":
        forms.append(r"\\+" + {"\n": "n", "\r": "r", "\t": "t"}[character])
    if character == " ":
        forms.append(r"\+")
    return f"(?:{'|'.join(reversed(forms))})"


def _base64_cores(octets: bytes) -> list[str]:
    """The digits that depend on the secret alone, for each of the three places where it may stand in a longer text."""
    found = []
    for before in range(3):
        digits = base64.b64encode(bytes(before) + octets).decode().rstrip("=")
        first, last = -(-8 * before // 6), 8 * (before + len(octets)) // 6
        found.append(digits[first:last])
    return found


def _digit(digit: str) -> str:
    return {"+": r"(?:[+\-]|%2[Bb]|\\u002[Bb])", "/": r"(?:\\?/|_|%2[Ff])"}.get(digit, digit)
