from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_haerae.config.gate_settings import Minimum, gate_settings
from pytest_haerae.config.run_config import build_config
from pytest_haerae.config.tolerated_drops import ToleratedDrops


def test_gates_are_read_alone_as_in_a_whole_configuration() -> None:
    raw: dict[str, Any] = {
        "min_accuracy": ["0.5", "law=0.25"],
        "min_hangul": ["0.9"],
        "max_drop": "0.01",
        "significance": 0.1,
        "max_error_rate": None,
    }
    settings = gate_settings(raw)
    assert settings.min_accuracy == (Minimum(subset=None, threshold=0.5), Minimum(subset="law", threshold=0.25))
    assert settings.min_hangul == (Minimum(subset=None, threshold=0.9),)
    assert (settings.max_drop, settings.significance, settings.max_error_rate) == (ToleratedDrops(0.01), 0.1, 0.0)
    whole = build_config({"model": "random", **raw}, Path())
    assert {name: getattr(whole, name) for name in type(settings).model_fields} == dict(settings)
