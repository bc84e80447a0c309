"""Answers that were made elsewhere: joined to the items by id, never by order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_haerae.backends.given_responses import GivenParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.run.engine import Progress
from pytest_haerae.run.given_questions import Given, GivenQuestion, in_order, match_questions
from pytest_haerae.run.stored_run import StoredRun
from pytest_haerae.run.usage import Usage
from pytest_haerae.run.validation import Malformed, masked, thought_apart, validated_answer
from pytest_haerae.types import Capability, Item, Request, Response, Sample, Selected

if TYPE_CHECKING:
    from pytest_haerae.run.plan import Plan
    from pytest_haerae.run.questions import Questions

OPTION = "--responses"
_SHOWN = 3
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
                f"{self.place}: {_called(turns)} is a conversation, whose answers are not read from files; leave its"
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
                        f"{self.place}: {found.place}: '{found.name}' is of {_called(other)} and of {_called(entry)};"
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
            raise UsageError(f"{self.place}: {_called(entry)} stands there twice: {places}; keep one")
        if rows:
            return rows[0]
        return "other" if candidates else "absent"

    def _why_none(self, joined: Joined, asked: Sequence[Selected]) -> str:
        if joined.other:
            return f"; {_called(joined.other[0])} has other data there (question, options or reference)"
        if not self.items:
            return "; it is empty"
        first, own = self.items[0], asked[0].item
        if first.question is None:
            return f": it names '{first.name}', they are like '{own.id}'"
        said, asks = (" ".join(text.split())[:_SHOWN_TEXT] for text in ((*first.question.texts, "")[0], own.query))
        return f": {first.place} asks {said!r}, they are like {asks!r}"


@dataclass(slots=True)
class Joined:
    """The answers of a file that items of a run have.

    Attributes:
        place: What messages begin with.
        answers: By the keys of their requests.
        absent: The items that have none, or not as many as are asked for.
        other: Those whose id has another content there.
        missing: The tests of both.
        reworded: Those that were asked in other words there than this run would ask them in.
        unused: How many items of the file are none of the run's.
        unread: Of how many items the file has more answers than are asked for, and the most that one has.
    """

    place: str = ""
    answers: dict[str, Response] = field(default_factory=dict)
    absent: list[Selected] = field(default_factory=list)
    other: list[Selected] = field(default_factory=list)
    missing: set[str] = field(default_factory=set)
    reworded: list[Selected] = field(default_factory=list)
    unused: int = 0
    unread: tuple[int, int] = (0, 0)

    def answer(
        self, stored: StoredRun, usage: Usage, keys: Sequence[str], requests: Sequence[Request], progress: Progress
    ) -> Mapping[str, Response]:
        """Answer requests, and keep the answers: other processes read them in the store.

        Args:
            stored: The run in the store.
            usage: Counts them.
            keys: The keys of the requests.
            requests: What is asked.
            progress: Told nothing: nobody waits for them.

        Returns:
            One response a key; an error where the file has none.
        """
        found: dict[str, Response] = {}
        for place, key in enumerate(keys):
            response = self.answers.get(key) or Response(error=f"no answer to it in {self.place}")
            if response.error is None:
                try:
                    response = masked(validated_answer(requests[place], response))
                except Malformed as error:
                    response = Response(error=f"{self.place} has {error}")
            stored.store.put(stored.number, key, response)
            found[key] = thought_apart(response)
        usage.reused += sum(response.error is None for response in found.values())
        return found

    def warnings(self) -> list[str]:
        """What is missing, counted and named, in lines."""
        found = [f"{self.place}: no answer to {_named(self.absent)}"] if self.absent else []
        if self.other:
            found.append(
                f"{self.place}: other data there (question, options or reference), so not taken: {_named(self.other)}"
            )
        if self.reworded:
            found.append(
                f"{self.place}: {_named(self.reworded)} asked in other words there than shown here; name the --prompt,"
                " the few-shot examples and the --system-prompt by which the answers were given"
            )
        return found

    def present(self, samples: Sequence[Sample]) -> Sequence[Sample]:
        """Samples without those of items that have no answer here: there is no record of them."""
        return [each for each in samples if each.nodeid not in self.missing] if self.missing else samples

    def notes(self) -> list[str]:
        """What else is to be known, in lines."""
        found = []
        if self.unused:
            others = f"{self.unused:,} other item{'s' * (self.unused > 1)}"
            found.append(f"{self.place}: answers to {others}, which this run is not about")
        if self.unread[0]:
            items, most = self.unread
            found.append(
                f"{self.place}: up to {most:,} answers to {items:,} item{'s' * (items > 1)}, of which not all are read;"
                f" --repeats={most} reads them"
            )
        return found


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


def _called(entry: Selected) -> str:
    return f"{entry.group}: {entry.item.id}"


def _named(entries: Sequence[Selected]) -> str:
    shown = ", ".join(entry.item.id for entry in entries[:_SHOWN]) + (", …" if len(entries) > _SHOWN else "")
    return f"{len(entries):,} item{'s' if len(entries) > 1 else ''} ({shown})"
