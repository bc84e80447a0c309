"""Which item a question of another program's file is: told by what it asks, never by its place there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pytest_haerae.data.cells import nfc
from pytest_haerae.data.labels import plain_label, position
from pytest_haerae.data.places import RowPlace
from pytest_haerae.data.rows import Row
from pytest_haerae.errors import UsageError
from pytest_haerae.types import LETTERS, Item, Selected

if TYPE_CHECKING:
    from pytest_haerae.run.questions import Questions

_HEADING = re.compile(
    r"^[#*\s]*(?:지문|질문|문제|선택지|보기|정답|답|passage|question|options|choices|answer)\s*:|"
    r"#{2,}\s*(?:지문|질문|선택지|정답)\s*:?",
    re.IGNORECASE | re.MULTILINE,
)
"""``### 질문:`` in front of a question, ``정답:`` behind it, …: every program has its own."""
_LABEL = re.compile(r"^\s*(?:\([A-Z]\)|[A-Z][.:)](?=\s)|[①-⑳])")
_LEAST = 8
"""Characters, without spaces, of a text that is looked for inside another."""


@dataclass(frozen=True, slots=True)
class GivenQuestion:
    """What a file of another program says of a question.

    Attributes:
        texts: The question as it stands there, in the forms in which the item may have it; prompts that end in it, too.
        options: Its options, or what they are called; None where the file does not say them.
        references: What is right; empty where the file does not say it, several where any of them is.
        row: The row of the data set that it was made of; None where the file has none.
        is_named: Whether its name was given by whoever made the data, and no number in the order of asking.
    """

    texts: tuple[str, ...] = ()
    options: tuple[str, ...] | None = None
    references: tuple[str, ...] = ()
    row: Row | None = None
    is_named: bool = False


class Given(NamedTuple):
    """A question of a file.

    Attributes:
        question: What the file says of it.
        name: What the file calls it.
        place: Where it stands.
        subset: Its subset; None where the file does not say it.
    """

    question: GivenQuestion
    name: str
    place: str
    subset: str | None


class Matches(NamedTuple):
    """Which question is which item.

    Attributes:
        given: The number of the question, by the place of its item.
        other: The places of items whose question stands there with another reference or other options.
    """

    given: Mapping[int, int]
    other: frozenset[int]


def match_questions(given: Sequence[Given], asked: Sequence[Selected], questions: Questions, where: str) -> Matches:
    """Find the items of questions.

    In that order: by the row that a question was made of, which is read as the data set's own are; by its text, which
    is the item's or ends in it, where options and reference agree; by its name, where its text does at least not
    contradict. Questions and items that are equal in all of this are interchangeable, and go together in their order.

    Args:
        given: The questions.
        asked: The items.
        questions: What is asked.
        where: What messages begin with.

    Raises:
        UsageError: A question stands there more often than it is asked, or is of items that are not equal.
    """
    finder = _Finder(given, asked, questions)
    groups: dict[tuple[int, ...], list[int]] = {}
    other: set[int] = set()
    for number in range(len(given)):
        found, unlike = finder.places_of(number)
        if found:
            groups.setdefault(tuple(found), []).append(number)
        other.update(unlike)
    matched: dict[int, int] = {}
    for places, numbers in groups.items():
        _check_told_apart([given[number] for number in numbers], [asked[place] for place in places], where)
        matched.update(zip(places, _by_name(numbers, places, given, asked), strict=False))
    return Matches(matched, frozenset(other - matched.keys()))


def _check_told_apart(given: Sequence[Given], entries: Sequence[Selected], where: str) -> None:
    """Refuse questions that may be of several items, unless it does not matter which of them they are."""
    called = [f"{entry.group}: {entry.item.id}" for entry in entries]
    if len(given) > len(entries):
        places = " and ".join(each.place for each in given[:2])
        raise UsageError(f"{where}: {called[0]} stands there twice: {places}; keep one")
    contents = {(entry.item.options, entry.item.reference) for entry in entries}
    groups = {entry.group for entry in entries}
    if len(contents) > 1 or (len(groups) > 1 and len(given) < len(entries)):
        way_out = "name one of them by --subset" if len(groups) > 1 else "the file does not say which"
        raise UsageError(f"{where}: {given[0].place}: is of {' and of '.join(called[:2])}; {way_out}")


def _by_name(
    numbers: Sequence[int], places: Sequence[int], given: Sequence[Given], asked: Sequence[Selected]
) -> Iterable[int]:
    """Equal questions in the order of equal items: those first that have an item's name, the others as they come."""
    if len(places) == 1 or not any(given[number].question.is_named for number in numbers):
        return numbers
    left = list(numbers)
    named = {
        place: number for place in places for number in numbers if given[number].name in _names_of(asked[place].item)
    }
    for number in named.values():
        left.remove(number)
    ordered = (named[place] if place in named else left.pop(0) if left else -1 for place in places)
    return [number for number in ordered if number >= 0]


class _Finder:
    """Looks items up by what a question says."""

    def __init__(self, given: Sequence[Given], asked: Sequence[Selected], questions: Questions) -> None:
        self._given, self._asked = given, asked
        self._keys: dict[str, list[int]] = {}
        self._texts: dict[str, list[int]] = {}
        self._named: dict[str, list[int]] = {}
        for place, entry in enumerate(asked):
            self._keys.setdefault(entry.item.key, []).append(place)
            self._texts.setdefault(bare(entry.item.query), []).append(place)
            for name in _names_of(entry.item):
                self._named.setdefault(name, []).append(place)
        self._read = self._rows(questions)

    def _rows(self, questions: Questions) -> Mapping[int, list[int]]:
        """The items of the questions whose rows can be read as those of the data set are."""
        rows = {number: each for number, each in enumerate(self._given) if each.question.row is not None}
        found: dict[int, list[int]] = {}
        for data in dict.fromkeys(entry.data for entry in self._asked) if rows else ():
            placed = [(RowPlace(each.place, number), each.question.row or {}) for number, each in rows.items()]
            try:
                items = questions.read_rows(data, placed)
            except UsageError:  # The rows were changed before they were asked, or are those of other data.
                continue
            for number, item in zip(rows, items, strict=True):
                places = [place for place in self._keys.get(item.key, ()) if self._asked[place].data == data]
                found.setdefault(number, []).extend(places)
        return found

    def places_of(self, number: int) -> tuple[list[int], list[int]]:
        """The items that a question is, and those that it would be with another reference or other options."""
        each = self._given[number]
        if of_row := self._in_subset(self._read.get(number, ()), each):
            return of_row, []
        unlike: list[int] = []
        for places, is_whole in self._candidates(each.question):
            own = self._in_subset(places, each)
            agreed = [place for place in own if _agree(each.question, self._asked[place].item, must_tell=not is_whole)]
            if agreed:
                return agreed, []
            unlike += own
        if each.question.is_named:
            named = self._named.get(each.name, ())
            agreed = [place for place in named if _is_likely(each.question, self._asked[place].item)]
            return agreed[:1], [] if agreed else [*unlike, *named]
        return [], unlike

    def _in_subset(self, places: Sequence[int], given: Given) -> list[int]:
        entries = ((place, self._asked[place]) for place in places)
        return [place for place, entry in entries if given.subset in (None, entry.item.subset, entry.group)]

    def _candidates(self, question: GivenQuestion) -> Iterator[tuple[list[int], bool]]:
        """The items whose text a question has, as a whole or at its end."""
        for text in question.texts:
            lines = bare_lines(text)
            for start in range(len(lines)):
                if places := self._texts.get("".join(lines[start:])):
                    yield places, start == 0
                    break


def bare(text: str) -> str:
    """A question without what programs put around it: headings, the options' labels, all spaces."""
    return "".join(bare_lines(text))


def bare_lines(text: str) -> list[str]:
    """The lines of a `bare` question that have something."""
    lines = _HEADING.sub("", nfc(text)).split("\n")
    found = ["".join(_LABEL.sub("", line).split()) for line in lines]
    found = [line for line in found if line]
    while found and not (last := found[-1].rstrip(":")):
        found.pop()
    return [*found[:-1], last] if found else []


def _names_of(item: Item) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in (item.id, item.key, item.key.rpartition("@")[0]) if name))


def _agree(question: GivenQuestion, item: Item, *, must_tell: bool) -> bool:
    """Whether options and reference are the item's; what is not said agrees, unless they have to tell."""
    if not question.references or not item.reference:
        return not must_tell and _options_agree(question, item)
    right = any(_is_reference(text, item) for text in question.references)
    return right and _options_agree(question, item)


def _is_likely(question: GivenQuestion, item: Item) -> bool:
    """Whether a question that has the item's name is the item: something it says has to be the item's."""
    if not _agree(question, item, must_tell=True):
        return False
    if question.options is not None and _are_options(question.options, item):
        return True
    own = bare(item.query)
    return any(
        min(len(own), len(text)) >= _LEAST and (own in text or text in own) for text in map(bare, question.texts)
    )


def _options_agree(question: GivenQuestion, item: Item) -> bool:
    given = question.options
    if given is None:
        return True
    if _are_labels(given, len(item.options or ())):
        return _shows_options(question.texts, item)
    return _are_options(given, item)


def _are_options(given: Sequence[str], item: Item) -> bool:
    own = item.options
    return own is not None and [nfc(option).strip() for option in given] == [option.strip() for option in own]


def _shows_options(texts: Sequence[str], item: Item) -> bool:
    """Whether texts have the options that an item's own question does not have: questions may begin alike."""
    query, said = bare(item.query), "\n".join(map(bare, texts))
    return all(option in query or option in said for option in map(bare, item.options or ()))


def _are_labels(given: Sequence[str], count: int) -> bool:
    """Whether options are called A, B, … there: some programs name five whatever a question has."""
    return len(given) >= count and [plain_label(each) for each in given] == list(LETTERS[: len(given)])


def _is_reference(text: str, item: Item) -> bool:
    text = nfc(text).strip()
    if item.options is None or item.labels is None:
        return "".join(text.split()) == "".join(item.reference.split())
    index = item.labels.index(item.reference)
    if text in item.options:
        return item.options.index(text) == index
    return plain_label(text) == item.reference or position(text) == index
