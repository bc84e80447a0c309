"""What ``--durations`` says of the model: its slowest answers, in lines of their own."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import pytest

from pytest_haerae.escaping import line
from pytest_haerae.types import Sample

_SHORTEST = 0.005
"""Seconds: as pytest, shorter ones are not listed where nobody says how short they may be, nor asks for more words."""
_WHOLE = 2


def write_slowest(samples: Sequence[Sample], config: pytest.Config, reporter: pytest.TerminalReporter) -> None:
    """Write a line an answer, the slowest first; nothing where the backend does not say how long they took.

    A test only looks its answer up: its own duration, which pytest lists, is not the model's.

    Args:
        samples: The judged items.
        config: The session's configuration: how many, and from how many seconds on.
        reporter: Where to write.
    """
    options = vars(config.option)
    number, shortest = options.get("durations"), options.get("durations_min")
    if number is None:
        return
    if shortest is None:
        shortest = _SHORTEST if config.option.verbose < _WHOLE else 0.0
    timed = [
        (seconds, -place)
        for place, sample in enumerate(samples)
        if (seconds := sample.response.latency_seconds if sample.response else None) is not None and seconds >= shortest
    ]
    if not timed:
        return
    reporter.write_sep("=", f"slowest {number} answers" if number else "slowest answers")
    for seconds, place in heapq.nlargest(number or len(timed), timed):
        reporter.write_line(f"{seconds:02.2f}s answer   {line(samples[-place].nodeid)}")
