"""Requests through the batch endpoint of a model's provider: sent, waited for, and their answers taken."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress

from pytest_haerae.backends.batches import Batch, NoSuchBatch, Result
from pytest_haerae.backends.protocol import Backend, Model
from pytest_haerae.errors import UsageError
from pytest_haerae.run.batch_sending import Flight, Sender
from pytest_haerae.run.provider import GOES_ON, Provider
from pytest_haerae.run.store import Store
from pytest_haerae.run.validation import Malformed, masked, validated_answer
from pytest_haerae.types import Request, Response

_GROWTH = 1.5
"""By how much the wait between two looks grows."""

Answers = Iterator[tuple[int, Response]]


class ProviderBatches:
    """Answers requests in batches, as an engine has them sent.

    Args:
        store: Where intents and answers are kept.
        run: The run's number there.
        tell: Tells people a line.
        show: Shows in a line how far the batches are, over and over.
        patience: Seconds that the provider may be out of reach; None for no limit.
        send_again: Send what may have been sent already, where nobody can tell whether it was.
        secrets: Texts that are not stored with an answer.
    """

    def __init__(
        self,
        store: Store,
        run: int,
        *,
        tell: Callable[[str], None],
        show: Callable[[str], None],
        patience: float | None = None,
        send_again: bool = False,
        secrets: Sequence[str] = (),
    ) -> None:
        self._store, self._run = store, run
        self._tell, self._show = tell, show
        self._patience, self._send_again = patience, send_again
        self._secrets = secrets

    def send(self, model: Model, keys: Sequence[str], requests: Sequence[Request]) -> Answers:
        """Answer requests: those in open batches are waited for, the others are sent.

        Args:
            model: The model.
            keys: The requests' keys, each once.
            requests: The requests.

        Raises:
            UsageError: The provider refuses, or whether something was sent cannot be found out.
        """
        endpoint = model.batch_endpoint() if isinstance(model, Backend) else None
        if endpoint is None:
            raise UsageError("--batch-api: the model has no batch endpoint")
        provider = Provider(endpoint, self._patience, self._tell)
        sender = Sender(self._store, self._run, provider, self._tell, send_again=self._send_again)
        asked = _Asked(keys, requests, proven=isinstance(model, Backend) and model.proven)
        try:
            flights = sender.send(keys, asked.request)
            again, made_room = list[str](), False
            while flights:
                flight, batch = self._await_one(provider, flights)
                flights.remove(flight)
                if batch.is_over_limit and (flights or made_room):
                    # All at once they are too much: this one is sent again when another one has ended.
                    again += flight.owed
                    sender.end(flight)
                else:
                    again += yield from self._taken(provider, sender, flight, batch, asked)
                    sender.end(flight)
                    made_room = True
                if again and made_room:
                    flights += sender.send(again, asked.request)
                    again, made_room = [], False
        except KeyboardInterrupt:
            self._tell(f"haerae: {GOES_ON}")
            raise

    def _await_one(self, provider: Provider, flights: Sequence[Flight]) -> tuple[Flight, Batch]:
        """The first of the batches that has ended."""
        wait, longest = provider.endpoint.waits
        while True:
            seen = []
            for flight in flights:
                try:
                    batch = provider.get(flight.batch)
                except NoSuchBatch as error:
                    words = f"the provider does not know the batch {flight.batch} any more ({error})"
                    raise UsageError(f"{provider.endpoint.name}: {words}; add --yes to send it again") from None
                if batch.status != "open":
                    return flight, batch
                seen.append(batch)
            self._show(_in_words(seen))
            time.sleep(wait)
            wait = min(longest, wait * _GROWTH)

    def _taken(
        self, provider: Provider, sender: Sender, flight: Flight, batch: Batch, asked: _Asked
    ) -> Generator[tuple[int, Response], None, list[str]]:
        """The answers of a batch that has ended; returns the keys that are worth sending again."""
        name = provider.endpoint.name
        if batch.status == "failed" and not batch.results:
            sender.end(flight)
            way_out = " (batch_requests in --model-params makes batches smaller)" if batch.is_over_limit else ""
            words = batch.problem or batch.said
            raise UsageError(f"{name}: the provider refused the batch {batch.id}: {words}{way_out}")
        waiting, learnt, refused = dict.fromkeys(flight.owed), list[str](), list[Result]()
        answered = False
        for result in provider.results(batch, asked.find):
            if result.key not in waiting:
                self._keep_for_others(flight, result)
            elif result.is_learnt:
                learnt.append(result.key)
            elif result.response is not None and result.is_refusal and not asked.proven:
                refused.append(result)
            elif result.response is not None:
                del waiting[result.key]
                answered = answered or result.response.error is None
                asked.proven = asked.proven or answered
                yield asked.places[result.key], result.response
                self._keep_for_others(flight, result)
        if refused and len(refused) == len(waiting) and not asked.proven:
            # As of a first request that is refused: no other would fare better.
            sender.end(flight)
            raise UsageError(_error_of(refused[0]))
        for result in refused:
            del waiting[result.key]
            yield asked.places[result.key], Response(error=_error_of(result))
        again = dict.fromkeys(waiting if batch.status == "expired" and answered else learnt)
        error = f"{name}: the batch {batch.id} has no answer to this request ({batch.said})"
        for key in waiting:
            if key not in again:
                yield asked.places[key], Response(error=error)
        return list(again)

    def _keep_for_others(self, flight: Flight, result: Result) -> None:
        """Store what this run did not ask for, for the run that its batch was sent for: it is paid for."""
        intent, response = flight.intent, result.response
        theirs = result.key in intent.requests and (intent.run != self._run or result.key not in flight.owed)
        if theirs and response is not None and response.error is None:
            with suppress(Malformed):
                answer = validated_answer(Request("generate", ""), response)
                self._store.put(intent.run, result.key, masked(answer, self._secrets))


class _Asked:
    """What a run asks for, by key; whether the model has answered any of it."""

    def __init__(self, keys: Sequence[str], requests: Sequence[Request], *, proven: bool) -> None:
        self.places = {key: place for place, key in enumerate(keys)}
        self.proven = proven
        self._requests = requests

    def request(self, key: str) -> Request:
        return self._requests[self.places[key]]

    def find(self, key: str) -> Request | None:
        return self.request(key) if key in self.places else None


def _error_of(result: Result) -> str:
    return (result.response and result.response.error) or "it was refused"


def _in_words(batches: Sequence[Batch]) -> str:
    done, total = sum(batch.done for batch in batches), sum(batch.total for batch in batches)
    name = f"batch {batches[0].id}" if len(batches) == 1 else f"{len(batches)} batches"
    return f"haerae: {name}: {', '.join(dict.fromkeys(batch.said for batch in batches))}, {done}/{total} answered"
