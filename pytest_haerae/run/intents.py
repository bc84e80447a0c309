"""What a provider's batches were meant to ask, in the store before they are sent: how a killed run finds them again."""

from __future__ import annotations

import uuid
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace

from pytest_haerae.run.store import Store
from pytest_haerae.run.store_format import intent_digest


@dataclass(frozen=True, slots=True)
class Intent:
    """One batch that is to be sent, may have been sent, or was sent.

    Attributes:
        label: What it is found by among a provider's batches.
        run: The number of the run that it is sent for.
        requests: The keys of its requests.
        file: The provider's id of the file with its requests; None where none was uploaded, so that nothing was sent.
        batch: The provider's id of the batch; None as long as it is not known.
    """

    label: str
    run: int
    requests: tuple[str, ...]
    file: str | None = None
    batch: str | None = None


class Intents:
    """The open ones of a store, each until the answers are stored. Every change is on the disk when it returns.

    Args:
        store: The store.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def begin(self, run: int, requests: Sequence[str]) -> Intent:
        """Store that requests are about to be sent.

        Args:
            run: The run's number.
            requests: Their keys.
        """
        return self._kept(Intent(uuid.uuid4().hex, run, tuple(requests)))

    def uploaded(self, intent: Intent, file: str) -> Intent:
        """Store that its requests lie at the provider, who is asked to answer them next."""
        return self._kept(replace(intent, file=file))

    def sent(self, intent: Intent, batch: str) -> Intent:
        """Store what the provider calls the batch."""
        return self._kept(replace(intent, batch=batch))

    def end(self, intent: Intent) -> None:
        """Forget it: its answers are stored, or nothing was sent."""
        with self._store.access("written") as connection:
            connection.execute("DELETE FROM batches WHERE intent = ?", (intent.label,))

    def about(self, keys: Container[str]) -> list[Intent]:
        """Those that are about some of these requests, in the order of their labels; damaged rows are passed over."""
        with self._store.access("read") as connection:
            rows = connection.execute(
                "SELECT intent, run, requests, file, batch, digest FROM batches ORDER BY intent"
            ).fetchall()
        found = (
            Intent(label, run, tuple(requests.split()), file, batch)
            for label, run, requests, file, batch, digest in rows
            if digest == intent_digest(run, label, requests, file, batch)
        )
        return [intent for intent in found if any(key in keys for key in intent.requests)]

    def _kept(self, intent: Intent) -> Intent:
        requests = " ".join(intent.requests)
        row = (intent.label, intent.run, requests, intent.file, intent.batch)
        digest = intent_digest(intent.run, intent.label, *row[2:])
        with self._store.access("written") as connection:
            # Answers may be lost with the machine's power, for they can be asked again; this may not.
            connection.execute("PRAGMA synchronous=FULL")
            try:
                connection.execute("INSERT OR REPLACE INTO batches VALUES (?, ?, ?, ?, ?, ?)", (*row, digest))
            finally:
                connection.execute("PRAGMA synchronous=NORMAL")
        return intent
