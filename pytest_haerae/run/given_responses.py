"""Answers that were made elsewhere: joined to the items by id, never by order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.backends.given_responses import GivenParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.run.given_options import in_order
from pytest_haerae.run.given_questions import Given, GivenQuestion, match_questions
from pytest_haerae.run.joined import Joined, called
from pytest_haerae.types import Capability, Item, Response, Selected

if TYPE_CHECKING:
    from pytest_haerae.run.plan import Plan
    from pytest_haerae.run.questions import Questions

OPTION = "--responses"
_SHOWN_TEXT = 60


@dataclass(frozen=True, slots=True)
class GivenItem:
    """The answers to one item, as a file has them.

    Attributes:
        name: What the file calls the item: its id, the id of its row, or its key.
        responses: The answers, in the order of `Request.repeat`; None where one is left out.
        place: Where they stand, for messages.
        subset: The item's subset; None where the file does not say it.
        dataset: Its data set, likewise.
        key: Its key, in a report; None in a file that has no content of items, empty in a report of version 1.
        content: Its options and its reference, in a report.
        shown: The text as sent, in a report.
        question: What a file of another program says of its question, by which its item is found in place of its name.
        continuations: The texts whose log-likelihoods the answers have, in their order; None where it is the item's.
    """

    name: str
    responses: tuple[Response | None, ...]
    place: str
    subset: str | None = None
    dataset: str | None = None
    key: str | None = None
    content: tuple[tuple[str, ...] | None, str] | None = None
    shown: str = ""
    question: GivenQuestion | None = None
    continuations: tuple[str, ...] | None = None

    def answers(self, item: Item, repeats: int) -> Sequence[Response]:
        """The answers to an item, its options' log-likelihoods in their order; fewer where some are left out."""
        given = (each for each in self.responses[:repeats] if each is not None)
        if self.continuations is None:
            return list(given)
        return [found for each in given if (found := in_order(each, self.continuations, item)) is not None]


@dataclass(frozen=True)
class GivenResponses:
    """A file of answers.

    Attributes:
        path: The file.
        model: What the model is called that made them.
        items: What it has.
        chat: Whether the model was asked in chats.
    """

    path: Path
    model: str
    items: Sequence[GivenItem] = field(repr=False)
    chat: bool = False

    @property
    def place(self) -> str:
        """What messages begin with."""
        return f"{OPTION} {self.path}"

    @property
    def parameters(self) -> GivenParameters:
        """What stands for those of a model."""
        return GivenParameters(file=self.path, label=self.model, chat=self.chat)

    def join(self, plan: Plan, questions: Questions, asked: Sequence[Selected], keys: Sequence[str]) -> Joined:
        """Find the answers to items.

        Args:
            plan: How they are judged.
            questions: What is asked, and what data sets are called.
            asked: The items that the method applies to.
            keys: The keys of their answers, item by item.

        Raises:
            UsageError: The file has no answer of such a kind or to none of the items, one of its rows is of several
                items, or an item is a conversation.
        """
        if turns := next((entry for entry in asked if entry.item.turns), None):
            raise UsageError(
                f"{self.place}: {called(turns)} is a conversation, whose answers are not read from files; leave its"
                " subset out (--subset)"
            )
        for kind in {plan.part_of(entry.data).kind for entry in asked}:
            self._check_kind(kind)
        datasets = {item.dataset for item in self.items if item.dataset}
        several = len(datasets) > 1 or len({entry.data for entry in asked}) > 1
        named: dict[str, list[GivenItem]] = {}
        for item in self.items:
            for name in {item.name, item.key or item.name} if item.question is None else ():
                named.setdefault(name, []).append(item)
        matches = self._matches(asked, questions)
        k = plan.config.repeats
        joined = Joined(self.place)
        owners: dict[int, Selected] = {}
        for place, entry in enumerate(asked):
            found = matches.get(place) or self._find(entry, named, questions, several=several)
            own = keys[k * place : k * (place + 1)]
            if isinstance(found, GivenItem):
                if (other := owners.setdefault(id(found), entry)) is not entry:
                    raise UsageError(
                        f"{self.place}: {found.place}: '{found.name}' is of {called(other)} and of {called(entry)};"
                        " add a column subset, or dataset"
                    )
                given = found.answers(entry.item, k)
                if (most := len(found.responses)) > k:
                    joined.unread = joined.unread[0] + 1, max(joined.unread[1], most)
                if len(given) == k:
                    if found.shown and found.shown != questions.shown(entry):
                        joined.reworded.append(entry)
                    joined.answers.update(zip(own, given, strict=True))
                    continue
                # Whose options cannot be told is another question, too.
                found = "other" if found.continuations else "absent"
            (joined.other if found == "other" else joined.absent).append(entry)
            joined.missing.add(entry.nodeid)
        joined.unused = len(self.items) - len(owners)
        if asked and not owners:
            raise UsageError(
                f"{self.place}: it has none of this run's {len(asked):,} items{self._why_none(joined, asked)}"
            )
        return joined

    def _matches(self, asked: Sequence[Selected], questions: Questions) -> Mapping[int, GivenItem | str]:
        """The rows of another program's file by the places of their items; ``other`` as in `_find`."""
        items = [item for item in self.items if item.question is not None]
        if not items:
            return {}
        given = [Given(item.question or GivenQuestion(), item.name, item.place, item.subset) for item in items]
        matches = match_questions(given, asked, questions, self.place)
        return {place: items[number] for place, number in matches.given.items()} | dict.fromkeys(matches.other, "other")

    def _check_kind(self, kind: Capability) -> None:
        every = [each for item in self.items for each in item.responses if each is not None and each.error is None]
        if kind == "loglikelihood" and every and not any(each.loglikelihoods for each in every):
            raise UsageError(
                f"{self.place}: it has no log-likelihoods, which --method=log_likelihood reads; a report has them whose"
                " run scored options (and had return_logits not false)"
            )
        if kind == "generate" and every and all(each.text is None for each in every):
            raise UsageError(
                f"{self.place}: it has no texts, which --method=string_match reads; take --method=log_likelihood"
            )

    def _find(
        self, entry: Selected, named: Mapping[str, Sequence[GivenItem]], questions: Questions, *, several: bool
    ) -> GivenItem | str:
        """The row of an item; ``other`` where its id has another content there, ``absent`` where there is none."""
        item = entry.item
        candidates = {
            id(row): row
            for name in (item.key, item.id, _row_id(item.key))
            for row in named.get(name, ())
            if row.subset in (None, item.subset, entry.group)
            and (not several or row.dataset in (None, questions.name_of(entry)))
        }
        rows = [row for row in candidates.values() if _is_of(row, entry, questions)]
        if len(rows) > 1:
            places = " and ".join(row.place for row in rows[:2])
            raise UsageError(f"{self.place}: {called(entry)} stands there twice: {places}; keep one")
        if rows:
            return rows[0]
        return "other" if candidates else "absent"

    def _why_none(self, joined: Joined, asked: Sequence[Selected]) -> str:
        if joined.other:
            return f"; {called(joined.other[0])} has other data there (question, options or reference)"
        if not self.items:
            return "; it is empty"
        first, own = self.items[0], asked[0].item
        if first.subset is not None and all(first.subset not in (each.item.subset, each.group) for each in asked):
            return f": {first.place} is of subset {first.subset!r}, they are of {asked[0].group!r}"
        if first.question is None:
            return f": it names '{first.name}', they are like '{own.id}'"
        said, asks = (" ".join(text.split())[:_SHOWN_TEXT] for text in ((*first.question.texts, "")[0], own.query))
        return f": {first.place} asks {said!r}, they are like {asks!r}"


def _is_of(row: GivenItem, entry: Selected, questions: Questions) -> bool:
    """Whether a row is of an item: where it has the item's content, that has to be the same."""
    item = entry.item
    if row.key is None:
        return True
    if row.content != (item.options, item.reference):
        return False
    return row.key == item.key if row.key else row.shown == questions.shown(entry)


def _row_id(key: str) -> str:
    """The id that an item's row has, by its key; empty where it has none."""
    return key.rpartition("@")[0]
