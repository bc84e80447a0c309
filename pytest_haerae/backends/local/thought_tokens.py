"""How many of the generated tokens a model thought in, where its marks tell its thought from its answer."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from pytest_haerae.thoughts import find_thoughts

_HALF = "\ufffd"
"""What stands for a character of which not all tokens are there."""


def count_thought(text: str, opening: str, tokens: Sequence[int], decode: Callable[[Sequence[int]], str]) -> int | None:
    """Count the tokens that lie between the marks; one that is a mark's in part is none of the thought's.

    Args:
        text: What the model wrote, up to where it was stopped.
        opening: The mark with which the prompt has opened its thought.
        tokens: All tokens that were generated.
        decode: The model's tokenizer, from tokens to their text.

    Returns:
        The number; None where no mark tells a thought, or the tokens do not decode to the text.
    """
    found = find_thoughts(opening + text)
    if not found.thought:
        return None
    whole = decode(tokens)
    if not whole.lstrip().startswith(text.strip().rstrip(_HALF)):
        return None
    # Some tokenizers take the space away before the first word, where an engine keeps it.
    before = len(opening) + (len(text) - len(text.lstrip())) - (len(whole) - len(whole.lstrip()))
    numbers = range(len(tokens) + 1)

    def written(number: int) -> int:
        """How far so many tokens reach, in characters that are whole."""
        return len(decode(tokens[:number]).rstrip(_HALF))

    count = counted = 0
    for start, end in sorted(found.thought):
        opened = 0 if start <= len(opening) else bisect_left(numbers, start - before, key=written)
        first = max(opened, counted)
        if found.unfinished and end == len(opening + text):
            # The text may end in half a character: its tokens are the thought's, too.
            last = min(bisect_left(numbers, end - before, key=written), len(tokens))
        else:
            last = bisect_right(numbers, end - before, key=written) - 1
        counted = max(first, last)
        count += counted - first
    return count
