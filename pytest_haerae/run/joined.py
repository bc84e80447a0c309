"""The answers of a file, joined to the items of a run; and what is missing, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pytest_haerae.run.engine import Progress
from pytest_haerae.run.stored_run import StoredRun
from pytest_haerae.run.usage import Usage
from pytest_haerae.run.validation import Malformed, masked, thought_apart, validated_answer
from pytest_haerae.types import Request, Response, Sample, Selected

_SHOWN = 3


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


def called(entry: Selected) -> str:
    """An item by its subset and its id, for messages."""
    return f"{entry.group}: {entry.item.id}"


def _named(entries: Sequence[Selected]) -> str:
    shown = ", ".join(entry.item.id for entry in entries[:_SHOWN]) + (", …" if len(entries) > _SHOWN else "")
    return f"{len(entries):,} item{'s' if len(entries) > 1 else ''} ({shown})"
