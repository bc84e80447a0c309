"""The scorer ``first_letter``: the letter that an answer begins with, whatever follows.

Some published tables were made so, those of `chat-letter` among the protocols: hsr87/evaluate-llm-on-korean-dataset
takes quotation marks out and looks at the first character. It misreads sentences (``A가 아니라 B``): it is for
repeating such a table, and for nothing else.
"""

from __future__ import annotations

from pytest_haerae.scoring.reading.choice import EMPTY, ONLY_REASONING, UNFINISHED_REASONING, Reading
from pytest_haerae.scoring.reading.marks import split_reasoning
from pytest_haerae.scoring.registry import register_scorer
from pytest_haerae.scoring.string_match import judge_reading
from pytest_haerae.types import Item, Response, Verdict

_IGNORED = " \t\r\n\"'"
"""What may stand before the letter."""


@register_scorer("string_match", "first_letter", quick=True)
def judge_first_letter(item: Item, response: Response) -> Verdict:
    """Compare the capital letter that the answer begins with, as some published tables do.

    Args:
        item: A lettered or free-text item.
        response: Its response with a text.
    """
    return judge_reading(item, response, _read)


def _read(text: str, item: Item) -> Reading:
    split = split_reasoning(text)
    answered = split.answer.stripped()
    if not answered.text:
        return Reading(None, UNFINISHED_REASONING if split.unfinished else ONLY_REASONING if text.strip() else EMPTY)
    start = len(answered.text) - len(answered.text.lstrip(_IGNORED))
    letter = answered.text[start : start + 1]
    if letter not in (item.labels or ()):
        return Reading(None, "begins with no letter")
    begin, end = answered.place(start, start + 1)
    return Reading(letter, "first letter", text[begin:end], begin)
