from __future__ import annotations

from typing import Any

import pytest
import torch

from pytest_haerae.backends.local.node_reader import NodeReader
from tests.unit.backends.local.scored import VOCABULARY, some_requests


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_nodes_are_read_in_one_transfer_and_each_once(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr("pytest_haerae.backends.local.node_reader._ROWS_AT_ONCE", at_once)
    requests = some_requests(0)[:3]
    logits = torch.randn((3, 4, VOCABULARY)).to(torch.bfloat16)
    reader, places = NodeReader(requests), []
    for place, request in enumerate(requests):
        for node in range(len(request.trie.followers)):
            places += [(place, node, place, node % 4), (place, node, 2 - place, 3)]
    reader.read(logits, places[:5])
    reader.read(logits, places)
    transfers: list[int] = []
    monkeypatch.setattr(torch.Tensor, "tolist", counted(torch.Tensor.tolist, transfers))
    tables = reader.tables()
    assert len(transfers) == 1
    exact = logits.float().log_softmax(dim=-1)
    for place, request in enumerate(requests):
        assert len(tables[place]) == len(request.trie.followers)
        for node, followers in enumerate(request.trie.followers):
            wanted = {token: float(exact[place, node % 4, token]) for token in followers}
            assert tables[place][node] == pytest.approx(wanted, abs=1e-6)


def counted(method: Any, calls: list[int]) -> Any:  # noqa: ANN401 - a method of torch's
    def count(*arguments: Any) -> Any:  # noqa: ANN401
        calls.append(1)
        return method(*arguments)

    return count
