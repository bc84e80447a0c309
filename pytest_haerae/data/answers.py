"""What the answers of a column mean: numbers, labels or texts, decided by all of them together.

One answer alone may be read in two ways: among the options AB, B, A and O the answer A is the third option's text and
the first one's letter. A column is written in one way, so the way that every answer of it can be read in is meant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pytest_haerae.data.labels import CIRCLED, other_number, own_labels, plain_label, position, split_label
from pytest_haerae.data.rows import LETTER_ANSWER, GivenAnswer
from pytest_haerae.errors import UsageError
from pytest_haerae.types import LETTERS

Way = Callable[[GivenAnswer], int | None]
"""A way of reading answers: the option's index, or None where an answer cannot be read so."""


def _as_text(answer: GivenAnswer) -> int | None:
    return answer.options.index(answer.text) if answer.options.count(answer.text) == 1 else None


def _as_label(answer: GivenAnswer) -> int | None:
    """The index by the options' own labels, or else by letters; ``②`` is the second option."""
    text = answer.text
    labels = own_labels(answer.options) if answer.labels is None else answer.labels
    if labels is not None:
        label = plain_label(text)
        for name in (label, other_number(label)):
            if name in labels:
                return labels.index(name)
    match = LETTER_ANSWER.match(text)
    index = LETTERS.index(match[1].upper()) if match else CIRCLED.find(text) if len(text) == 1 else -1
    return index if 0 <= index < len(answer.options) else None


def _as_nearly(answer: GivenAnswer) -> int | None:
    """The index of what can only mean one option: a label written otherwise, one before its text, another case."""
    index = position(answer.text)
    if index is not None and plain_label(answer.text) in answer.options:
        return None  # ``(가)`` among the options 나 and 가: the label of one, and the text of another.
    if index is None:
        index = _label_and_text(answer)
    if index is None:
        folded = [option.casefold() for option in answer.options]
        index = folded.index(answer.text.casefold()) if folded.count(answer.text.casefold()) == 1 else None
    return index if index is not None and 0 <= index < len(answer.options) else None


def _label_and_text(answer: GivenAnswer) -> int | None:
    """The index by ``B. 부산`` or ``② 부산``, where the second option is 부산."""
    parts = split_label(answer.text)
    if parts is None or answer.options.count(parts[1]) != 1:
        return None
    name, index = parts[0], answer.options.index(parts[1])
    labels = answer.labels or ()
    named = labels.index(name) if name in labels else position(f"({name})")
    # A number may count from 0 where its text says so.
    return index if named == index or (name.isdecimal() and int(name) == index) else None


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
    conventions = {answer.convention for answer in answers}
    if conventions == {"numbered"}:
        return _numbered(answers)
    if conventions <= {"written"}:
        return _written(answers)
    found: dict[int, int] = {}
    for convention, read in (("numbered", _numbered), ("written", _written)):
        these = {at: answer for at, answer in enumerate(answers) if answer.convention == convention}
        found |= zip(these, read(list(these.values())), strict=True)
    return [found[at] for at in range(len(answers))]


def _read_all(answers: Sequence[GivenAnswer], way: Way) -> list[int] | None:
    """The indexes of all answers in one way of reading; None where one of them cannot be read so."""
    found = []
    for answer in answers:
        index = way(answer)
        if index is None:
            return None
        found.append(index)
    return found


def _numbered(answers: Sequence[GivenAnswer]) -> list[int]:
    """Numbers from 1; or else labels, or texts: the way that reads all of them."""
    ways = {"numbers": _FROM_1, "letters": _as_label, "texts of options": _as_text}
    fitting = {name: indexes for name, way in ways.items() if (indexes := _read_all(answers, way)) is not None}
    if fitting:
        _refuse_contradiction(answers, fitting)
        return next(iter(fitting.values()))
    # The way that reads most of them is meant, and the first that it does not read is the mistake.
    read = {name: [way(answer) for answer in answers] for name, way in ways.items()}
    best = max(read, key=lambda name: len(answers) - read[name].count(None))
    answer = answers[read[best].index(None)]
    count = len(answer.options)
    if best == "numbers" and (nearly := _read_all(answers, _as_nearly)):
        return nearly
    wanted = f"a number from 1 to {count}" if best == "numbers" else f"one of the options {', '.join(LETTERS[:count])}"
    from_0 = best == "numbers" and _read_all(answers, _FROM_0) is not None
    way_out = "; where they count from 0, say --dataset-columns …,answer_start=0" if from_0 else ""
    raise answer.place.error(answer.field, f"{answer.text!r} is not {wanted}{way_out}")


def _written(answers: Sequence[GivenAnswer]) -> list[int]:
    """Texts or labels; where every one fits as both and they differ, nothing tells which is meant."""
    texts, labels = _read_all(answers, _as_text), _read_all(answers, _as_label)
    if texts is not None:
        ways = {"texts of options": texts}
        if labels is not None:
            ways["letters"] = labels
        if any(answer.typed for answer in answers):
            counted = {"numbers from 0": _read_all(answers, _FROM_0), "numbers from 1": _read_all(answers, _FROM_1)}
            ways |= {name: indexes for name, indexes in counted.items() if indexes is not None}
        _refuse_contradiction(answers, ways)
        return texts
    if labels is not None:
        return labels
    return _by_numbers(answers) or [_either(answer) for answer in answers]


def _either(answer: GivenAnswer) -> int:
    """An answer of a column that is neither all texts nor all labels: what can only be read as one of the two."""
    text, label = _as_text(answer), _as_label(answer)
    if text is not None and label is not None and text != label:
        raise _contradiction(answer, "texts of options", "letters")
    index = text if text is not None else label if label is not None else _as_nearly(answer)
    if index is None:
        raise _unreadable(answer)
    return index


def _by_numbers(answers: Sequence[GivenAnswer]) -> list[int] | None:
    """The indexes of a column of numbers that can only count from 0, or only from 1; None where both fit, or neither.

    A 0 says that it counts from 0, the number of the last of all options that it counts from 1.
    """
    fitting = [indexes for way in (_FROM_0, _FROM_1) if (indexes := _read_all(answers, way)) is not None]
    return fitting[0] if len(fitting) == 1 else None


def _refuse_contradiction(answers: Sequence[GivenAnswer], ways: dict[str, list[int]]) -> None:
    (name, indexes), *others = ways.items()
    for other, differing in others:
        if differing != indexes:
            at = next(at for at, index in enumerate(indexes) if index != differing[at])
            raise _contradiction(answers[at], name, other)


def _contradiction(answer: GivenAnswer, one: str, other: str) -> UsageError:
    return answer.place.error(
        answer.field,
        f"{answer.text!r} may mean two options: the column can be read as {one} and as {other}; write (A), (B), …",
    )


def _unreadable(answer: GivenAnswer) -> UsageError:
    if answer.options.count(answer.text) > 1:
        problem = "is the text of several options; write (A), (B), …"
    elif _LETTERLIKE(answer.text):
        problem = f"is not one of the options {', '.join(LETTERS[: len(answer.options)])}"
    elif answer.labels and answer.labels[-1].isdecimal() and answer.text.isdecimal():
        problem = f"is not a number from {answer.labels[0]} to {answer.labels[-1]}"
    elif _FROM_0(answer) is not None or _FROM_1(answer) is not None:
        problem = (
            "is neither a letter nor the text of one option; for numbers say --dataset-columns …,answer_start=0 or 1"
        )
    else:
        problem = "is neither a letter nor the text of one option"
    return answer.place.error(answer.field, f"{answer.text!r} {problem}")


_LETTERLIKE = LETTER_ANSWER.match
