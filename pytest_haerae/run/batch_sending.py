"""Sending requests to a provider's batch endpoint so that none is sent twice, whatever ends the process."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_haerae.backends.batches import BatchEndpoint, NoSuchBatch, Unlisted, Unsettled
from pytest_haerae.errors import UsageError
from pytest_haerae.interrupts import holdable_interrupts
from pytest_haerae.run.intents import Intent, Intents
from pytest_haerae.run.provider import LABEL, Provider
from pytest_haerae.run.store import Store
from pytest_haerae.run.turns import turn
from pytest_haerae.types import Request

_TRIES = 2
"""How often a batch is asked for that was not made, as the provider's list says."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A batch that is waited for.

    Attributes:
        intent: Its intent.
        batch: The provider's id of it.
        owed: The keys of this run that it owes the answers to.
    """

    intent: Intent
    batch: str
    owed: frozenset[str]


class Sender:
    """Attaches to the batches that are open, and sends what is in none of them.

    What is about to be sent is stored before it is sent, and what the provider calls it before anybody waits for it.
    Where that was lost on its way, the batch is found in the provider's list, by its metadata or its file.

    Args:
        store: Where intents and answers are kept.
        run: The run's number there.
        provider: Whom to send to.
        tell: Tells people a line.
        send_again: Send what may have been sent already, where nobody can tell whether it was.
    """

    def __init__(
        self, store: Store, run: int, provider: Provider, tell: Callable[[str], None], *, send_again: bool
    ) -> None:
        self._store, self._run, self._provider, self._tell = store, run, provider, tell
        self._send_again = send_again
        self._intents = Intents(store)

    def send(self, keys: Sequence[str], request_of: Callable[[str], Request]) -> list[Flight]:
        """Have requests answered, each by one batch.

        One process does this at a time: an intent without a batch is then of one that has ended, and not of one that is
        about to send it.

        Args:
            keys: The requests' keys.
            request_of: The request of a key.

        Raises:
            UsageError: The provider refuses, or whether something was sent cannot be found out.
        """
        with turn(self._store.path, "batches", self._tell, does="is sending batches"):
            missing = dict.fromkeys(keys)
            flights: list[Flight] = []
            for intent in self._intents.about(missing):
                if (flight := self._attached(intent, missing)) is not None:
                    flights.append(flight)
                    for key in flight.owed:
                        del missing[key]
            for lines in _in_batches(self._provider.endpoint, list(missing), request_of):
                flights.append(self._sent(lines))
        return flights

    def end(self, flight: Flight) -> None:
        """Forget a batch: its answers are stored."""
        self._intents.end(flight.intent)

    def _attached(self, intent: Intent, missing: Mapping[str, None]) -> Flight | None:
        """The batch of an intent, where it owes something that is missing: not what its own run has by now."""
        has = {key for key, _ in self._store.get_many(intent.run, intent.requests)}
        if all(key in has for key in intent.requests):
            # The process ended between the last answer and this.
            self._intents.end(intent)
            return None
        owed = frozenset(key for key in intent.requests if key in missing and key not in has)
        batch = self._found(intent) if owed else None
        if batch is None:
            return None
        self._tell(f"haerae: attached again to the batch {batch} of {len(intent.requests)} requests")
        return Flight(intent, batch, owed)

    def _found(self, intent: Intent) -> str | None:
        """The batch that an intent became; None where there is none, and the intent is forgotten."""
        batch = intent.batch
        if batch is not None:
            try:
                self._provider.get(batch)
            except NoSuchBatch as error:
                self._refuse_doubt(intent, f"the provider does not know the batch {batch} ({error})")
                batch = None
        elif intent.file is not None and (batch := self._looked_for(intent)) is not None:
            self._intents.sent(intent, batch)
        if batch is None:
            self._intents.end(intent)
        return batch

    def _looked_for(self, intent: Intent) -> str | None:
        try:
            return self._provider.find(intent)
        except Unlisted as error:
            self._refuse_doubt(intent, f"it cannot be found in the provider's list ({error})")
            return None

    def _refuse_doubt(self, intent: Intent, why: str) -> None:
        """Refuse to send what may be paid for already, unless that is wanted."""
        if not self._send_again:
            raise UsageError(
                f"{self._provider.endpoint.name}: a batch of {len(intent.requests)} requests may have been sent, and"
                f" {why}; add --yes to send them again, which may be paid twice"
            )

    def _sent(self, lines: Mapping[str, bytes]) -> Flight:
        intent = self._intents.begin(self._run, list(lines))
        try:
            file = self._provider.upload(lines.values())
        except UsageError:
            self._intents.end(intent)
            raise
        batch = self._created(self._intents.uploaded(intent, file))
        self._tell(f"haerae: sent the batch {batch} of {len(lines)} requests")
        return Flight(intent, batch, frozenset(lines))

    def _created(self, intent: Intent) -> str:
        """Have the batch made, and store its id in the same breath.

        Raises:
            UsageError: It is refused; or it is not known whether it was made, and the intent is kept.
        """
        labels = {
            LABEL: intent.label,
            "requests": str(len(intent.requests)),
            "digest": hashlib.sha256(" ".join(intent.requests).encode()).hexdigest(),
        }
        problem = ""
        for _ in range(_TRIES):
            try:
                return self._provider.patiently(lambda: self._create(intent, labels))
            except UsageError:
                self._intents.end(intent)
                raise
            except Unsettled as error:
                problem = str(error)
            if (found := self._looked_for(intent)) is not None:
                self._intents.sent(intent, found)
                return found
        name = self._provider.endpoint.name
        raise UsageError(f"{name}: {problem}; the same command looks whether the batch was made after all")

    def _create(self, intent: Intent, labels: Mapping[str, str]) -> str:
        assert intent.file is not None  # noqa: S101 - it was uploaded
        with holdable_interrupts() as hold, hold:
            batch = self._provider.endpoint.create(intent.file, labels).id
            self._intents.sent(intent, batch)
        return batch


def _in_batches(
    endpoint: BatchEndpoint, keys: Sequence[str], request_of: Callable[[str], Request]
) -> Iterator[dict[str, bytes]]:
    """Lines by their keys, in groups that a batch takes."""
    lines: dict[str, bytes] = {}
    size = 0
    for key in keys:
        line = endpoint.line(key, request_of(key))
        if lines and (len(lines) >= endpoint.most_requests or size + len(line) > endpoint.most_bytes):
            yield lines
            lines, size = {}, 0
        lines[key] = line
        size += len(line)
    if lines:
        yield lines
