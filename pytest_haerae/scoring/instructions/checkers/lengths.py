"""How long an answer is to be: in words, sentences and paragraphs."""

from __future__ import annotations

import re

from pytest_haerae.scoring.instructions.particles import leaves_noun
from pytest_haerae.scoring.instructions.registry import Check, instruction
from pytest_haerae.scoring.instructions.relations import Relation, compared, exactly
from pytest_haerae.scoring.instructions.sentences import split_sentences
from pytest_haerae.scoring.instructions.words import count_words

_DIVIDER = re.compile(r"(?<!\S)\*{3}(?!\S)")
_EMPTY_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_OPENERS = " \t#>*_`~\"'“‘「『《〈([（［"
_CLOSERS = "*_`~\"'”’」』》〉)]）］"
_LATIN = re.compile(r"[A-Za-z0-9]")
_HANGUL = re.compile(r"[가-힣]*")


@instruction("length_constraints:number_words")
def number_words(text: str, num_words: int, relation: Relation) -> Check:
    """So many words: what stands between white space (어절), as IFEval-Ko counts them.

    IFEval-Ko counts signs and emojis that stand alone, too (``*`` of a list, ``—``); here they are no words, and
    neither are the numbers of a list.
    """
    return compared(count_words(text), relation, num_words, "words")


@instruction("length_constraints:number_sentences")
def number_sentences(text: str, num_sentences: int, relation: Relation) -> Check:
    """So many sentences, as `split_sentences` finds them: the published programs have rules of English or of marks."""
    return compared(len(split_sentences(text)), relation, num_sentences, "sentences")


@instruction("length_constraints:number_paragraphs")
def number_paragraphs(text: str, num_paragraphs: int) -> Check:
    """Exactly so many paragraphs, with ``***`` between them; it may also stand before the first and behind the last.

    The asterisks stand alone, with white space around them: the published program also divides at those of
    ``***bold italics***``. An empty paragraph between two others is one too many.
    """
    parts = [part.strip() for part in _DIVIDER.split(text)]
    if not parts[0]:
        parts = parts[1:]
    if parts and not parts[-1]:
        parts = parts[:-1]
    if not all(parts):
        return Check(followed=False, counted="an empty paragraph")
    return exactly(len(parts), num_paragraphs, "paragraphs")


@instruction("length_constraints:nth_paragraph_first_word")
def nth_paragraph_first_word(text: str, num_paragraphs: int, nth_paragraph: int, first_word: str) -> Check:
    """Exactly so many paragraphs, with empty lines between them, one of which begins with a word.

    A Korean word may carry particles (``기업은`` begins with ``기업``, ``기업가`` is another word), and stand in quotes
    or emphasis. Empty lines at the ends, or several of them, make no paragraph: the published program counts from the
    wrong one then.
    """
    paragraphs = [part for part in _EMPTY_LINES.split(text.strip()) if part.strip()]
    there = 0 < nth_paragraph <= len(paragraphs)
    begins = there and _begins_with(paragraphs[nth_paragraph - 1], first_word)
    counted = exactly(len(paragraphs), num_paragraphs, "paragraphs")
    words = f"number {nth_paragraph} {'begins' if begins else 'does not begin'} with '{first_word}'"
    return Check(counted.followed and begins, f"{counted.counted}; {words}")


def _begins_with(paragraph: str, word: str) -> bool:
    said = " ".join(paragraph.lstrip(_OPENERS).split())
    wanted = " ".join(word.split())
    if not said.casefold().startswith(wanted.casefold()):
        return False
    rest = said[len(wanted) :]
    if _LATIN.match(rest) and _LATIN.match(wanted[-1]):
        return False
    behind = _HANGUL.match(rest.lstrip(_CLOSERS))
    return leaves_noun(behind[0] if behind else "", wanted)
