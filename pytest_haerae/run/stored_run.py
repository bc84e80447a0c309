"""A run in a store that is open."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_haerae.run.store import Store


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A run in a store that is open.

    Attributes:
        store: Where its responses are.
        number: Its number there.
        resumed: Whether it was begun earlier.
    """

    store: Store
    number: int
    resumed: bool

    def finish(self) -> None:
        """Mark it as finished: the next run of the same configuration measures anew."""
        self.store.finish(self.number)
