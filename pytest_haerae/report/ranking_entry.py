"""A ranking as JSON: what `pytest-haerae rank --json` writes."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from pytest_haerae.report.ranking import Ranking, RankTable


class ModelEntry(TypedDict):
    """A model on some items, in JSON; what its run took is told of all items alone."""

    name: str
    accuracy: float | None
    ci95: list[float] | None
    rank: list[int]
    group: str
    n: int
    cut: int
    report: NotRequired[str]
    backend: NotRequired[str]
    model: NotRequired[str | None]
    tokens: NotRequired[dict[str, int | None]]
    cost_usd: NotRequired[float | None]


class PairEntry(TypedDict):
    """A pair on the items that both have answered, in JSON."""

    first: str
    second: str
    n: int
    difference: float
    """The accuracy of the first minus that of the second."""
    ci95: list[float]
    p_value: float
    p_value_holm: float
    different: bool
    first_only: int
    second_only: int


class TableEntry(TypedDict):
    """A table in JSON."""

    models: list[ModelEntry]
    pairs: list[PairEntry]


class RankingEntry(TableEntry):
    """A ranking in JSON."""

    significance: float
    benchmarks: NotRequired[dict[str, TableEntry]]
    subsets: dict[str, TableEntry]
    notes: list[str]


def ranking_entry(ranking: Ranking) -> RankingEntry:
    """What ``--json`` writes."""
    total = _entry(ranking, ranking.total)
    for entry, model in zip(total["models"], ranking.models, strict=True):
        tokens = model.info["tokens"]
        entry["report"] = str(model.path)
        entry["backend"], entry["model"] = model.info["backend"], model.info["model"]
        entry["tokens"] = {"prompt": tokens["prompt"], "completion": tokens["completion"]}
        entry["cost_usd"] = model.info["cost_usd"]
    subsets, benchmarks = (
        {table.part.name: _entry(ranking, table) for table in ranking.parts if table.part.kind == kind}
        for kind in ("subset", "benchmark")
    )
    found: RankingEntry = {
        "models": total["models"],
        "pairs": total["pairs"],
        "significance": ranking.significance,
        "subsets": subsets,
        "notes": ranking.notes,
    }
    if benchmarks:
        found["benchmarks"] = benchmarks
    return found


def _entry(ranking: Ranking, table: RankTable) -> TableEntry:
    models: list[ModelEntry] = [
        {
            "name": model.name,
            "accuracy": standing.score["accuracy"],
            "ci95": standing.score["ci95"],
            "rank": list(standing.rank),
            "group": standing.group,
            "n": standing.score["n"],
            "cut": standing.score["cut"],
        }
        for model, standing in zip(ranking.models, table.standings, strict=True)
        if standing
    ]
    pairs: list[PairEntry] = [
        {
            "first": ranking.models[one].name,
            "second": ranking.models[other].name,
            "n": pair.paired.n,
            "difference": pair.paired.difference,
            "ci95": list(pair.paired.interval),
            "p_value": pair.paired.p_value,
            "p_value_holm": pair.p_value,
            "different": pair.different,
            "first_only": pair.paired.first_only,
            "second_only": pair.paired.second_only,
        }
        for (one, other), pair in table.pairs.items()
    ]
    return {"models": models, "pairs": pairs}
