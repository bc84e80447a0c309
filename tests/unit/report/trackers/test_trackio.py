"""What it is told is held by its own package in `tests/e2e/test_trackers.py`."""

from __future__ import annotations

from pytest_haerae.report.trackers import find_tracker
from pytest_haerae.report.trackers.trackio import TRACKER


def test_it_says_what_it_needs() -> None:
    assert find_tracker("trackio") is TRACKER
    assert "trackio" in TRACKER.packages
    assert "extra: trackio" in TRACKER.help
