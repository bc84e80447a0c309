"""Random tables of paired outcomes, which every statistic is tried on."""

from __future__ import annotations

import random
from collections.abc import Iterator

TABLES = 500
EXACT = 1e-9


def random_tables() -> Iterator[tuple[int, int, int, int]]:
    """Counts of pairs: both right, lost, gained, both wrong; from a handful of items to a whole benchmark."""
    generator = random.Random(1538)  # noqa: S311 - no secret
    for _ in range(TABLES):
        n = generator.choice((1, 2, 5, 40, 150, 400, 1538, 4900))
        cuts = sorted(generator.randint(0, n) for _ in range(3))
        yield cuts[0], cuts[1] - cuts[0], cuts[2] - cuts[1], n - cuts[2]
