"""How an answer is to begin, to end and to be put together."""

from __future__ import annotations

import re

from pytest_haerae.scoring.instructions.registry import Check, instruction

_SIX = re.compile(r"(?<!\*)\*{6}(?!\*)")
_COMMAS = re.compile("[,，、﹐﹑،､]")
_DOUBLE = {'"': '"', "＂": "＂", "“": "”", "„": "“"}
"""Double quotation marks, and what closes each of them."""
_CLOSING = "\"”’'＂"
_ONE_STYLE = str.maketrans("“”„＂‘’", '""""\'\'')


def _words(text: str) -> str:
    """A text in small letters, with one space where there is white space."""
    return " ".join(text.casefold().split())


@instruction("combination:two_responses")
def two_responses(text: str) -> Check:
    """Two different answers with six asterisks between them, which may also stand at the ends."""
    parts = [_words(part) for part in _SIX.split(text)]
    if len(parts) > 1:
        parts = parts[not parts[0] :]
        parts = parts[: len(parts) - (not parts[-1])]
    if not all(parts):
        return Check(followed=False, counted="an empty answer between two dividers")
    different = len(set(parts)) == len(parts)
    words = f"{len(parts)} answers, 2 asked" if different else f"{len(parts)} answers that are not different"
    return Check(len(parts) == len(set(parts)) == 2, words)  # noqa: PLR2004 - as its name says


@instruction("combination:repeat_prompt")
def repeat_prompt(text: str, prompt_to_repeat: str) -> Check:
    """It begins with a text, word by word: capitals and how lines are broken do not count, everything else does."""
    repeated = _words(text).startswith(_words(prompt_to_repeat))
    return Check(repeated, "begins with the request" if repeated else "does not begin with the request")


@instruction("startend:end_checker")
def end_checker(text: str, end_phrase: str) -> Check:
    """It ends with a text: capitals, how lines are broken and closing quotation marks do not count.

    Neither does the style of quotation marks, which the questions' own phrases and models' answers rarely share.
    """
    said, wanted = (_words(each.translate(_ONE_STYLE).strip().rstrip(_CLOSING)) for each in (text, end_phrase))
    ends = said.endswith(wanted)
    return Check(ends, f"{'ends' if ends else 'does not end'} with '{end_phrase}'")


@instruction("startend:quotation")
def quotation(text: str) -> Check:
    """All of it stands in double quotation marks, straight ones or those of Korean typography.

    The published program knows straight ones only, and is content with two of them around nothing. Marks of Korean
    typography tell what stands between two pairs, which is to be white space; straight ones do not.
    """
    said = text.strip()
    closing = _DOUBLE.get(said[0])
    inside = said[1:-1]
    wrapped = closing is not None and len(said) > 1 and said[-1] in (closing, '"') and bool(inside.strip())
    if wrapped and said[0] != closing:
        depth = 1
        for character in inside:
            depth += (character == said[0]) - (character == closing)
            wrapped = wrapped and (depth > 0 or (depth == 0 and (character == closing or character.isspace())))
        wrapped = wrapped and depth > 0
    return Check(wrapped, "in double quotation marks" if wrapped else "not in double quotation marks")


@instruction("punctuation:no_comma")
def no_comma(text: str) -> Check:
    """No comma of any script: also ``，`` and ``、``, which the published program passes over; ``·`` is none."""
    count = len(_COMMAS.findall(text))
    return Check(not count, "no comma" if not count else f"{count} commas, none asked")
