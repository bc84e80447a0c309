from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.backends.random import RandomBackend, RandomParameters
from pytest_haerae.config.run_config import build_config
from pytest_haerae.replicas import driver
from pytest_haerae.run.loading import load_model


class FarAway(RandomBackend):
    """A backend that asks a server."""

    remote = True


def test_one_is_loaded_in_this_process() -> None:
    config = build_config({"model": "random"}, Path("/nowhere"))
    assert isinstance(load_model(config, RandomBackend, RandomParameters()), RandomBackend)


def test_copies_are_made_of_what_is_here_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    def replicas(backend: object, parameters: object, **settings: object) -> str:
        made.append((backend, parameters, settings))
        return "replicas"

    monkeypatch.setattr(driver, "Replicas", replicas)
    config = build_config({"model": "random", "replicas": 2, "gpus_per_replica": "0.5"}, Path("/nowhere"))
    parameters = RandomParameters()
    assert isinstance(load_model(config, FarAway, parameters), FarAway)
    assert made == []
    assert load_model(config, RandomBackend, parameters) == "replicas"  # type: ignore[comparison-overlap] # as replaced
    assert made == [(RandomBackend, parameters, {"count": 2, "address": None, "gpus": 0.5})]
