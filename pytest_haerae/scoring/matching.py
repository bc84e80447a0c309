"""The switches of the scorers that compare texts: what of an output is compared, and what does not count in it."""

from __future__ import annotations

import re
import warnings
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from pytest_haerae.scoring.parameters import ScorerParameters
from pytest_haerae.scoring.reading.cleaning import normalise, shortened
from pytest_haerae.scoring.reading.marks import split_reasoning
from pytest_haerae.scoring.reading.traced import Traced
from pytest_haerae.scoring.reading.turns import own_end
from pytest_haerae.types import Item

_MARKER = re.compile(
    r"""
    (?<![가-힣A-Za-z])(?:최종[ ]?)?(?:정답|답변?|(?:final[ ])?answer)  # e.g. '최종 정답:', 'Final answer:'
    [ \t*_\])]{0,4}[:：][ \t*_]{0,4}  # e.g. '정답: ', '**정답**: ', '**Answer:** '
    """,
    re.VERBOSE | re.IGNORECASE,
)


def _one_or_several(given: object) -> object:
    return (given,) if isinstance(given, str) else given


def _compiled(given: object) -> re.Pattern[str]:
    if isinstance(given, re.Pattern):
        return given
    if not isinstance(given, str):
        raise PydanticCustomError("regex", "a regular expression is a text")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(given)
    except (re.error, OverflowError, RecursionError) as error:
        told = {"given": repr(given), "error": str(error)}
        raise PydanticCustomError("regex", "{given} is no regular expression: {error}", told) from None


Regex = Annotated[re.Pattern[str], BeforeValidator(_compiled)]


class MatchParameters(ScorerParameters):
    """What `string_match` compares by; the names are those of HAE-RAE's evaluation toolkit."""

    ignore_case: bool = True
    """Capital and small letters of a free-text answer are the same."""
    ignore_punctuation: bool = True
    """Punctuation of a free-text answer does not count."""
    ignore_numbers: bool = False
    """Digits of a free-text answer do not count."""
    regexes_to_ignore: Annotated[tuple[Regex, ...], BeforeValidator(_one_or_several)] = ()
    """What these match is taken out, of a free-text reference as well."""
    extract_final_answer: bool = False
    """What is read begins behind the last ``정답:``, ``답변:`` or ``Answer:``, where there is one."""

    def are_quick(self) -> bool:
        """A regular expression of somebody else's may take any time."""
        return not self.regexes_to_ignore

    def without_ignored(self, text: str) -> str:
        """A text without what the regular expressions match, one after the other."""
        for pattern in self.regexes_to_ignore:
            text = pattern.sub("", text)
        return text

    def compared(self, text: str) -> str:
        """What of a free text is compared: `normalise` by these switches, without white space."""
        return self._normalised(self.without_ignored(text))

    def compared_in_words(self, text: str) -> str:
        """The like, but white space stays as one space between words."""
        return " ".join(filter(None, map(self._normalised, self.without_ignored(text).split())))

    def _normalised(self, text: str) -> str:
        return normalise(
            text,
            ignore_case=self.ignore_case,
            ignore_punctuation=self.ignore_punctuation,
            ignore_numbers=self.ignore_numbers,
        )

    def read_part(self, text: str, item: Item, *, with_marker: bool = False) -> Traced:
        """What of an output is read: what stands behind the last marker of an answer, where that is asked for.

        What a base model goes on to ask itself is no answer to the item, and has no marker that counts.

        Args:
            text: The output.
            item: The item that it answers.
            with_marker: Whether the marker itself is left there: a letter behind it is a stated one.
        """
        if not self.extract_final_answer:
            return Traced.of(text)
        answered = shortened(split_reasoning(text).answer)
        end = own_end(answered.text, item.query, _first_marked, item.labels)
        markers = [*_MARKER.finditer(answered.text, 0, end)]
        for marker in reversed(markers):
            if answered.text[marker.end() : end].strip():
                return answered.part(marker.start() if with_marker else marker.end(), end)
            end = marker.start()
        return Traced.of(text)

    def left_part(self, text: str, item: Item) -> Traced:
        """`read_part` of a lettered item's output with its marker, without what the regular expressions match."""
        part = self.read_part(text, item, with_marker=True)
        for pattern in self.regexes_to_ignore:
            part = part.sub(pattern, "")
        return part


def _first_marked(text: str) -> int | None:
    match = _MARKER.search(text)
    return match.end() if match else None
