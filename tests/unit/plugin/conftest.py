"""What several tests of the plugin stand on."""

from __future__ import annotations

import pytest

from pytest_haerae.data.hub import HubDataset
from tests.helpers import HubRows
from tests.unit.catalogue.benchmarks.rows import FOUR


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every benchmark's rows are made up; what was loaded."""
    loaded: list[str] = []

    def load(self: HubDataset, configuration: str | None) -> HubRows:
        loaded.append(self.name)
        return HubRows({"question": f"{number}번?", **FOUR, "answer": 1} for number in range(3))

    monkeypatch.setattr(HubDataset, "_load", load)
    return loaded
