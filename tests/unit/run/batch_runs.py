"""Runs through a batch endpoint on loopback, by their keys: what the tests of its modules share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pytest_haerae.backends.api.openai import OpenAIBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.run.engine import Engine
from pytest_haerae.run.intents import Intent, Intents
from pytest_haerae.run.loaded import KeptModel
from pytest_haerae.run.provider_batches import ProviderBatches
from pytest_haerae.run.store import Store
from pytest_haerae.types import Request
from tests.batch_server import BatchServer


class Runs:
    """A store, and runs that ask a server for keys through it.

    Args:
        path: The store's file.
        server: The server.

    Attributes:
        told: The lines that were told, and those that were shown.
    """

    def __init__(self, path: Path, server: BatchServer) -> None:
        self.path, self.server = path, server
        self.told: list[str] = []

    def ask(
        self,
        keys: Sequence[str],
        *,
        fingerprint: str = "f",
        patience: float = 5.0,
        yes: bool = False,
        **parameters: object,
    ) -> dict[str, str]:
        """Ask for keys, as the same run each time; the text or the error of each."""
        store = Store(self.path)
        number, _ = store.begin(fingerprint, resume=True, rerun_errors=False)
        values = {"model_name": "m", "api_key": "not-needed", "api_base": self.server.address, "batch_poll": 0.005}
        given = ApiParameters.model_validate({"max_retries": 0, **values, **parameters})
        model = KeptModel(lambda: OpenAIBackend(given), "--model=openai")
        batches = ProviderBatches(
            store, number, tell=self.told.append, show=self.told.append, patience=patience, send_again=yes
        )
        engine = Engine(model, store, number, send=batches.send)
        try:
            answers = engine.ask(keys, [Request("generate", key) for key in keys], lambda done, total: None)
        finally:
            model.close()
            store.close()
        return {key: answer.text if answer.error is None else answer.error or "" for key, answer in answers.items()}  # type: ignore[misc] # it has a text

    def intents(self, keys: Sequence[str]) -> list[Intent]:
        """The open intents about some keys."""
        store = Store(self.path)
        found = Intents(store).about(keys)
        store.close()
        return found

    def stored(self, run: int, keys: Sequence[str]) -> set[str]:
        """The keys that a run has answers to."""
        store = Store(self.path)
        found = {key for key, _ in store.get_many(run, keys)}
        store.close()
        return found
