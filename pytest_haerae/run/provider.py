"""The provider of a model's batch endpoint: asked again as long as it is out of reach."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from pytest_haerae.backends.batches import Batch, BatchEndpoint, Passing, Result, Unlisted
from pytest_haerae.errors import UsageError
from pytest_haerae.run.intents import Intent
from pytest_haerae.types import Request

LABEL = "pytest_haerae"
"""The entry of a batch's metadata that its intent is found by."""
GOES_ON = "what was sent goes on at the provider, and the same command attaches to it again"
LOOKS = (0.0, 5.0, 15.0)
"""Seconds to wait before each look for a batch in the list, until it counts as never made: one that was asked for a
moment ago, by a process that was killed then, may be made and listed a moment later."""

Told = TypeVar("Told")


class Provider:
    """What a batch endpoint says, once it can be reached.

    Args:
        endpoint: The endpoint.
        patience: Seconds that it may be out of reach; None for no limit.
        tell: Tells people a line.
    """

    def __init__(self, endpoint: BatchEndpoint, patience: float | None, tell: Callable[[str], None]) -> None:
        self.endpoint = endpoint
        self._patience = patience or float("inf")
        self._tell = tell

    def upload(self, lines: Iterable[bytes]) -> str:
        """As of the endpoint."""
        return self.patiently(lambda: self.endpoint.upload(lines))

    def get(self, batch: str) -> Batch:
        """As of the endpoint."""
        return self.patiently(lambda: self.endpoint.get(batch))

    def find(self, intent: Intent) -> str | None:
        """The id of the batch that an intent became, by the list of all; None where it became none.

        Raises:
            Unlisted: The provider does not list its batches, or not so that one could be found.
        """

        def listed() -> str | None:
            told_apart = True
            for batch in self.endpoint.every():
                if _is_of(batch, intent):
                    return batch.id
                told_apart &= bool(batch.labels or batch.file)
            if not told_apart:
                raise Unlisted("its list does not say what its batches were made of")
            return None

        for wait in LOOKS:
            time.sleep(wait)
            if (found := self.patiently(listed)) is not None:
                return found
        return None

    def results(self, batch: Batch, find: Callable[[str], Request | None]) -> Iterator[Result]:
        """As of the endpoint, each once."""
        seen: set[str] = set()
        results = self.endpoint.results(batch, find)

        def further() -> Result | None:
            nonlocal results
            try:
                return next((each for each in results if each.key not in seen), None)
            except Passing:
                results = self.endpoint.results(batch, find)
                raise

        while (result := self.patiently(further)) is not None:
            seen.add(result.key)
            yield result

    def patiently(self, act: Callable[[], Told]) -> Told:
        """What comes of asking.

        Args:
            act: Asks.

        Raises:
            UsageError: The provider was out of reach for too long.
        """
        ends, told = time.monotonic() + self._patience, False
        while True:
            try:
                return act()
            except Passing as error:
                if time.monotonic() >= ends:
                    raise UsageError(f"{self.endpoint.name}: {error}; {GOES_ON}") from None
                if not told:
                    self._tell(f"haerae: {self.endpoint.name}: {error}; asking again")
                    told = True
            time.sleep(self.endpoint.waits[0])


def _is_of(batch: Batch, intent: Intent) -> bool:
    return batch.labels.get(LABEL) == intent.label or batch.file == intent.file
