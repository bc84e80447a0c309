"""The options of an item in other orders: labels stay where they are, what they stand for moves."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import permutations

from pytest_haerae.data.labels import CIRCLED
from pytest_haerae.types import LETTERS, Item

Order = tuple[int, ...]
"""For each place the option, by its place in the data's order, that stands there."""

_FEW = 720
"""So many circles of options, at most, are listed; of more some are drawn."""
_MARKS: tuple[Sequence[str], ...] = (
    *(tuple(pattern.format(letter) for letter in LETTERS) for pattern in ("({})", "[{}]", "{}.", "{})", "{}:")),
    *(tuple(pattern.format(letter.lower()) for letter in LETTERS) for pattern in ("({})", "{}.", "{})", "{}:")),
    *(tuple(pattern.format(number) for number in range(1, 27)) for pattern in ("({})", "{}.", "{})", "{}:", "{}번")),
    CIRCLED,
    *(tuple(pattern.format(name) for name in "가나다라마바사아자차카타파하") for pattern in ("({})", "{}.", "{})")),
    *(tuple(pattern.format(name) for name in "ㄱㄴㄷㄹㅁㅂㅅㅇㅈㅊㅋㅌㅍㅎ") for pattern in ("({})", "{}.", "{})")),
)
"""How options are marked in a question, whatever the item's own labels."""


def orders_of(item: Item, k: int) -> list[Order]:
    """Orders of an item's options, the data's own first; all there are where `k` is more than that.

    The orders that follow first turn the data's order round, each by another number of places, then do the same to
    another one, and so on: after each turn of the circle every option has stood at every place as often. Which come
    first is drawn by a seed that is the item's own, so that they are the same in each run and on each machine.

    Args:
        item: An item with options.
        k: How many, at least 1.
    """
    n = len(item.options or ())
    drawn = random.Random("\x00".join((item.subset, item.query, *(item.options or ()))))  # noqa: S311 - no secret
    found: list[Order] = []
    for circle in _circles(n, drawn):
        turns = list(range(n))
        # The data's order is the first of all; of another circle any of its turns may be.
        turns = [0, *drawn.sample(turns[1:], n - 1)] if not found else drawn.sample(turns, n)
        found += [tuple(circle[turn:] + circle[:turn]) for turn in turns[: k - len(found)]]
        if len(found) >= k:
            break
    return found


def _circles(n: int, drawn: random.Random) -> Iterator[Order]:
    """Orders that no turning makes the same, the data's first, each once."""
    first = tuple(range(n))
    yield first
    if math.factorial(n - 1) <= _FEW:
        others = [(0, *rest) for rest in permutations(first[1:])][1:]
        yield from drawn.sample(others, len(others))
        return
    seen = {first}
    while len(seen) < math.factorial(n - 1):
        circle = (0, *drawn.sample(first[1:], n - 1))
        if circle not in seen:
            seen.add(circle)
            yield circle


def reordered(item: Item, order: Order) -> Item | None:
    """An item with its options in another order, also in its query; None where that shows them in no known way.

    In the query the options' texts change places, and nothing else: their labels and what stands around them stay. A
    query that shows none of the options stays as it is.

    Args:
        item: An item with options.
        order: The order.
    """
    options, labels = item.options or (), item.labels or ()
    query = _rewritten(item.query, options, order)
    if query is None:
        return None
    reference = labels[order.index(labels.index(item.reference))]
    return replace(item, query=query, options=tuple(options[place] for place in order), reference=reference)


def _rewritten(query: str, options: Sequence[str], order: Order) -> str | None:
    found = _shown(query, tuple(options))
    if found is None:
        return None
    text, end = "", 0
    for (start, stop), place in zip(found, order, strict=bool(found)):
        text += query[end:start] + options[place]
        end = stop
    return text + query[end:]


@lru_cache(maxsize=64)
def _shown(query: str, options: tuple[str, ...]) -> tuple[tuple[int, int], ...] | None:
    """Where the options' texts stand in a query, one after another behind their marks.

    Returns:
        None where they stand there in another way, or twice; nothing where none of them does.
    """
    found = [(start, spans) for marks in _MARKS for start, spans in _behind(marks, query, options)]
    if len(found) == 1:
        start, spans = found[0]
        # A second list, in a form that is not known, would go on in the data's order.
        others = query[:start] + "\n" + query[spans[-1][1] :]
        return None if all(_stands_in(others, option) for option in options) else spans
    return None if found or any(option in query for option in options) else ()


def _stands_in(text: str, option: str) -> bool:
    """Whether an option's text begins a word or a number of a text."""
    return re.search(rf"(?<![가-힣A-Za-z0-9.]){re.escape(option)}(?![0-9])", text) is not None


def own_labels(options: Sequence[str]) -> bool:
    """Whether all of some options begin with labels of their own, such as ``A.`` or ``1)``: these would move along."""
    return len(options) > 1 and any(_begin_with(marks[: len(options)], options) for marks in _MARKS)


def _begin_with(marks: Sequence[str], options: Sequence[str]) -> bool:
    """Whether each option begins with another one of some marks; a number (1.5) or a sequence of marks does not."""
    begun = {
        mark for option in options for mark in marks if re.match(rf"\s*{re.escape(mark)}(?!\d)\s*[^\s→⇒>~,·-]", option)
    }
    return len(begun) == len(options)


def _behind(
    marks: Sequence[str], query: str, options: Sequence[str]
) -> Iterator[tuple[int, tuple[tuple[int, int], ...]]]:
    """Each place of a query where options stand in their order behind such marks, and where the options' texts are."""
    start = query.find(marks[0])
    while start >= 0 and len(options) <= len(marks):
        spans: list[tuple[int, int]] = []
        end = start
        for mark, option in zip(marks, options, strict=False):
            between = _BETWEEN.match(query, end)
            place = end if not spans else between.end() if between else -1
            text = _skip(query, place + len(mark))
            if place < 0 or not query.startswith(mark, place) or not query.startswith(option, text):
                break
            end = text + len(option)
            spans.append((text, end))
        alone = (start == 0 or query[start - 1].isspace()) and (end == len(query) or query[end] in " \t\r\n,/;")
        if len(spans) == len(options) and alone:
            yield start, tuple(spans)
        start = query.find(marks[0], start + 1)


def _skip(query: str, place: int) -> int:
    while place < len(query) and query[place] in " \t":
        place += 1
    return place


_BETWEEN = re.compile(r"[ \t]*(?:[,/;]\s*|\s)\s*")
"""What stands between an option and the mark of the next one."""
