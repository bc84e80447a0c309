"""Both ways of scoring batches equal each option's full sequence, on small random models."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.backends.local.causal_scoring import CausalScorer
from pytest_haerae.backends.local.tree_scoring import TreeScorer
from pytest_haerae.backends.local.two_forwards import TwoForwardScorer
from tests.unit.backends.local.scored import NO_TREES, TREES, by_full_sequences, random_model, scored, some_requests

WAYS = [
    *(pytest.param(TreeScorer, config, id=f"one forward, {name}") for name, config in TREES.items()),
    *(
        pytest.param(TwoForwardScorer, config, id=f"two forwards, {name}")
        for name, config in (TREES | NO_TREES).items()
    ),
]


@pytest.mark.parametrize("attention", [None, "eager"])
@pytest.mark.parametrize("shared", [0, 5, 100])
@pytest.mark.parametrize(("way", "config"), WAYS)
def test_batches_equal_full_sequences(
    way: type[CausalScorer],
    config: Any,  # noqa: ANN401 - transformers' configuration
    shared: int,
    attention: str | None,
) -> None:
    model = random_model(config, attention)
    requests = some_requests(shared)
    found = scored(way(model, pad=0), requests)
    assert sorted(found) == list(range(12))
    for request in requests:
        assert found[request.index] == pytest.approx(by_full_sequences(model, request), abs=2e-5)
