"""How far the accuracy may fall against the baseline, as ``--max-drop`` says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_haerae.config.parsing import parse_thresholds

EACH_SUBSET = "each"
"""What stands for all subsets where one may be named."""


@dataclass(frozen=True, slots=True)
class ToleratedDrops:
    """How far the accuracy may fall: of all items, and of what else is gated.

    Attributes:
        total: Of all items, and of each of several benchmarks that is not named.
        each: Of each subset that is not named; None where those have no gate.
        named: Of subsets and benchmarks, by their names.
    """

    total: float = 0.0
    each: float | None = None
    named: Mapping[str, float] = field(default_factory=dict)

    def of_subset(self, name: str) -> float | None:
        """What is tolerated of a subset; None where it has no gate."""
        return self.named.get(name, self.each)

    def of_benchmark(self, name: str) -> float:
        """What is tolerated of one of several benchmarks."""
        return self.named.get(name, self.total)


def parse_tolerated_drops(option: str, values: Any) -> ToleratedDrops:  # noqa: ANN401 - text, number or list of them
    """Read ``0.01`` for all items, ``SUBSET=0.05``, ``each=0.05``; what is given last of a name counts.

    Raises:
        UsageError: One is no share, or names no subset before its equals sign.
    """
    drops = dict(parse_thresholds(option, values))
    total, each = drops.pop(None, 0.0), drops.pop(EACH_SUBSET, None)
    return ToleratedDrops(total, each, {name: drop for name, drop in drops.items() if name is not None})
