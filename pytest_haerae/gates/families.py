"""Which groups of items the baseline gate tests, at which level and against which tolerated drop."""

from __future__ import annotations

from collections.abc import Collection

from pytest_haerae.config.gate_settings import GateSettings

Place = tuple[str, str]
"""What a group of items is, and its name."""
WHOLE: Place = ("", "all items")


def called(place: Place) -> str:
    """A group in words."""
    return " ".join(filter(None, place))


class Families:
    """The groups, in families that Holm's correction goes over.

    The whole is the first; of several benchmarks each is in it, too. The subsets that `--max-drop` names are the
    second. The others have no gate: what they lost is a warning. A group that is none of these is the whole: the one
    subset or benchmark of a run.

    Args:
        settings: What is tolerated, and the level.
        benchmarks: The benchmarks that were measured, where there are several.
        subsets: The subsets that were measured.
    """

    def __init__(self, settings: GateSettings, benchmarks: Collection[str], subsets: Collection[str]) -> None:
        self._settings = settings
        allowed = settings.max_drop
        held = [name for name in benchmarks if len(benchmarks) > 1 or name in allowed.named]
        gated = [name for name in subsets if allowed.of_subset(name) is not None]
        gated += [name for name in allowed.named if name not in subsets and name not in benchmarks]
        others = [name for name in subsets if name not in gated and len(subsets) > 1]
        first = [WHOLE, *(("benchmark", name) for name in held)]
        self.gated: list[list[Place]] = [first, [("subset", name) for name in gated]]
        self.others: list[Place] = [("subset", name) for name in others]
        every = [*self.gated, self.others]
        self._levels = {place: settings.significance / len(family) for family in every for place in family}

    def level(self, place: Place) -> float:
        """The level that a group's test has at least."""
        return self._levels.get(place, self._levels[WHOLE])

    def margin(self, place: Place) -> float:
        """The drop that is tolerated of a group: that of all items, where it has none of its own."""
        kind, name = place
        allowed = self._settings.max_drop
        if kind == "benchmark":
            return allowed.of_benchmark(name)
        own = allowed.of_subset(name) if kind else None
        return allowed.total if own is None else own
