"""What the answers of a column mean: numbers, labels or texts, decided by all of them together.

One answer alone may be read in two ways: among the options AB, B, A and O the answer A is the third option's text and
the first one's letter. A column is written in one way, so the way that every answer of it can be read in is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_haerae.data.options import plain_label
from pytest_haerae.data.rows import LETTER_ANSWER, GivenAnswer
from pytest_haerae.errors import UsageError
from pytest_haerae.types import LETTERS

Way = Callable[[GivenAnswer], int | None]
"""A way of reading answers: the option's index, or None where an answer cannot be read so."""

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def _as_text(answer: GivenAnswer) -> int | None:
    return answer.options.index(answer.text) if answer.options.count(answer.text) == 1 else None


def _as_label(answer: GivenAnswer) -> int | None:
    """The index by the options' own labels, or else by letters; ``②`` is the second option."""
    text = answer.text
    if answer.labels is not None:
        label = plain_label(text)
        if label in answer.labels:
            return answer.labels.index(label)
    match = LETTER_ANSWER.match(text)
    index = LETTERS.index(match[1].upper()) if match else _CIRCLED.find(text)
    return index if 0 <= index < len(answer.options) else None


def _as_number(start: int) -> Way:
    def read(answer: GivenAnswer) -> int | None:
        text = answer.text
        try:
            number = int(text) if text.isdecimal() else float(text)
        except ValueError:
            return None
        index = number - start
        return int(index) if 0 <= index < len(answer.options) and index == int(index) else None

    return read


_FROM_0, _FROM_1 = _as_number(0), _as_number(1)


def decide(answers: Sequence[GivenAnswer]) -> list[int]:
    """The right options' indexes of answers that stand in one column.

    Args:
        answers: The answers, of one subset.

    Raises:
        UsageError: One cannot be read, or two ways of reading fit and differ; file, row and field are named.
    """
    numbered = {at: answer for at, answer in enumerate(answers) if answer.convention == "numbered"}
    written = {at: answer for at, answer in enumerate(answers) if answer.convention == "written"}
    found = dict(zip(numbered, _numbered(list(numbered.values())), strict=True))
    found |= zip(written, _written(list(written.values())), strict=True)
    return [found[at] for at in range(len(answers))]


def _numbered(answers: Sequence[GivenAnswer]) -> list[int]:
    """Numbers from 1; or else labels, or texts: the way that reads most of them."""
    ways = {"numbers": _FROM_1, "letters": _as_label, "texts of options": _as_text}
    read = {name: [way(answer) for answer in answers] for name, way in ways.items()}
    fitting = {name: indexes for name, indexes in read.items() if None not in indexes}
    if len(fitting) > 1:
        _refuse_contradiction(answers, fitting)
    best = max(read, key=lambda name: len(answers) - read[name].count(None))
    indexes = [index for index in read[best] if index is not None]
    if len(indexes) == len(answers):
        return indexes
    answer = answers[read[best].index(None)]
    count = len(answer.options)
    wanted = f"a number from 1 to {count}" if best == "numbers" else f"one of the options {', '.join(LETTERS[:count])}"
    raise answer.place.error(answer.field, f"{answer.text!r} is not {wanted}")


def _written(answers: Sequence[GivenAnswer]) -> list[int]:
    """Texts or labels; where every one fits as both and they differ, nothing tells which is meant."""
    texts, labels = [_as_text(answer) for answer in answers], [_as_label(answer) for answer in answers]
    all_texts, all_labels = None not in texts, None not in labels
    if all_texts and any(answer.typed for answer in answers):
        counted = {"numbers from 0": _FROM_0, "numbers from 1": _FROM_1}
        read = {name: [way(answer) for answer in answers] for name, way in counted.items()}
        _refuse_contradiction(answers, {"texts of options": texts} | {n: x for n, x in read.items() if None not in x})
    if all_texts and all_labels:
        _refuse_contradiction(answers, {"texts of options": texts, "letters": labels})
    if not all_texts and not all_labels and (counted_so := _by_numbers(answers)):
        return counted_so
    found = []
    for answer, text, label in zip(answers, texts, labels, strict=True):
        if not all_texts and not all_labels and text is not None and label is not None and text != label:
            raise _contradiction(answer, "texts of options", "letters")
        first, second = (label, text) if all_labels and not all_texts else (text, label)
        index = first if first is not None else second
        if index is None:
            raise _unreadable(answer)
        found.append(index)
    return found


def _by_numbers(answers: Sequence[GivenAnswer]) -> list[int] | None:
    """The indexes of a column of numbers that can only count from 0, or only from 1; None where both fit, or neither.

    A 0 says that it counts from 0, the number of the last of all options that it counts from 1.
    """
    fitting = [indexes for way in (_FROM_0, _FROM_1) if None not in (indexes := [way(answer) for answer in answers])]
    return [index for index in fitting[0] if index is not None] if len(fitting) == 1 else None


def _refuse_contradiction(answers: Sequence[GivenAnswer], ways: dict[str, list[int | None]]) -> None:
    first, *others = ways.items()
    for name, indexes in others:
        for answer, one, other in zip(answers, first[1], indexes, strict=True):
            if one != other:
                raise _contradiction(answer, first[0], name)


def _contradiction(answer: GivenAnswer, one: str, other: str) -> UsageError:
    return answer.place.error(
        answer.field,
        f"{answer.text!r} may mean two options: the column can be read as {one} and as {other}; write (A), (B), …",
    )


def _unreadable(answer: GivenAnswer) -> UsageError:
    if _LETTERLIKE(answer.text):
        problem = f"is not one of the options {', '.join(LETTERS[: len(answer.options)])}"
    elif _FROM_0(answer) is not None or _FROM_1(answer) is not None:
        problem = "is neither a letter nor the text of one option; for numbers say --dataset-columns …,answer_start=0 or 1"
    else:
        problem = "is neither a letter nor the text of one option"
    return answer.place.error(answer.field, f"{answer.text!r} {problem}")


_LETTERLIKE = LETTER_ANSWER.match
