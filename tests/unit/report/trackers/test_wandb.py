"""What it is told is held by its own package in `tests/e2e/test_trackers.py`."""

from __future__ import annotations

from pytest_haerae.report.trackers import find_tracker
from pytest_haerae.report.trackers.wandb import TRACKER


def test_it_says_what_it_needs() -> None:
    assert find_tracker("wandb") is TRACKER
    assert "wandb" in TRACKER.packages
    assert "extra: wandb" in TRACKER.help
    assert "WANDB_MODE" in TRACKER.quiet
