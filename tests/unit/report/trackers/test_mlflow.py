"""What it is told is held by its own package in `tests/e2e/test_trackers.py`."""

from __future__ import annotations

from pytest_haerae.report.trackers import find_tracker
from pytest_haerae.report.trackers.mlflow import TRACKER


def test_it_says_what_it_needs() -> None:
    assert find_tracker("mlflow") is TRACKER
    assert "mlflow" in TRACKER.packages
    assert "extra: mlflow" in TRACKER.help
    assert "MLFLOW_DISABLE_TELEMETRY" in TRACKER.quiet
