"""Many reports of the same items, ranked: what each model has, and which models are told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from pytest_haerae.collector import without_collector
from pytest_haerae.errors import UsageError
from pytest_haerae.gates.protocols import refuse_apart
from pytest_haerae.report.names import model_name
from pytest_haerae.report.read import OutlinedReport, read_outlines
from pytest_haerae.report.schema import Info
from pytest_haerae.statistics.pairing import Outline
from pytest_haerae.statistics.rank_pairs import ALL, Columns, PairedModels, Pairs, Part, pair_all
from pytest_haerae.statistics.ranks import PairTest, adjusted, better_pairs, groups_of, letters_of, rank_intervals
from pytest_haerae.statistics.scores import Score, score_of_outlines

_FEWEST = 2


@dataclass(frozen=True, slots=True)
class RankedModel:
    """One of the models.

    Attributes:
        name: What it is called here: no other one is called so.
        path: The file of its report.
        info: What that says of the run.
        starts: Where each of its samples begins in the file's text; see `read_outlines`.
    """

    name: str
    path: Path
    info: Info
    starts: Sequence[int]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a model stands on some items.

    Attributes:
        score: Its numbers.
        rank: The best and the worst rank that it may have.
        group: The letters of its groups: two models with a letter in common are not told apart.
    """

    score: Score
    rank: tuple[int, int]
    group: str


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two models on the items that both have answered.

    Attributes:
        paired: What was counted, from the first one's side.
        p_value: What its test comes to in its family.
        different: Whether the two are told apart.
    """

    paired: PairedModels
    p_value: float
    different: bool


@dataclass(frozen=True, slots=True)
class RankTable:
    """The models on some items.

    Attributes:
        part: Which items.
        standings: For each model where it stands; None where it has answered none of these items.
        pairs: The pairs by the models' places, the lower one first.
    """

    part: Part
    standings: list[Standing | None]
    pairs: dict[tuple[int, int], ComparedPair]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Many models, the most accurate first.

    Attributes:
        models: The models.
        total: The table of all items: its pairs are one family.
        parts: The tables of each of several benchmarks and each subset: their pairs are one family together.
        significance: The family-wise error of either.
        columns: What every item came to in every report.
        notes: What else is to be known of the reports, one line each.
    """

    models: list[RankedModel]
    total: RankTable
    parts: list[RankTable]
    significance: float
    columns: Columns
    notes: list[str]

    @property
    def is_exact(self) -> bool:
        """Whether the test of all pairs is McNemar's exact one: there is one answer an item."""
        return all(pair.paired.is_binary for pair in self.total.pairs.values())


@without_collector()
def read_ranking(paths: Sequence[Path], significance: float, *, across: bool = False) -> Ranking:
    """Read reports and rank their models.

    Args:
        paths: The files.
        significance: The family-wise error.
        across: Whether reports of different protocols are ranked together.

    Raises:
        UsageError: There are fewer than two, one is named twice or cannot be read, or two of them cannot be compared:
            the message names both and says what differs.
    """
    if len(paths) < _FEWEST:
        raise UsageError(f"{paths[0]}: is one report; name two or more to rank their models")
    resolved: dict[Path, Path] = {}
    for path in paths:
        if other := resolved.get(path.resolve()):
            raise UsageError(f"{path}: is the same file as {other}; name each report once")
        resolved[path.resolve()] = path
    reports = [read_outlines(path, str(path)) for path in paths]
    apart = _check_comparable(paths, reports, across=across)
    # The outcomes decide: what else a file says of its accuracy may have been written by anybody.
    accuracies = [score_of_outlines(report.samples)["accuracy"] or 0.0 for report in reports]
    order = sorted(range(len(paths)), key=lambda place: -accuracies[place])
    paths, reports = [paths[place] for place in order], [reports[place] for place in order]
    several = any(report.info.get("benchmarks") for report in reports)
    samples = [report.samples for report in reports]
    columns = Columns(samples, several=several)
    pairs = pair_all(samples, columns, several=several)
    _check_common(paths, pairs.get(ALL, {}))
    models = [
        RankedModel(name, path, report.info, report.starts)
        for name, path, report in zip(names_of(reports, paths), paths, reports, strict=True)
    ]
    scores = _scores(samples, columns)
    parts = [part for part in dict.fromkeys((*scores, *pairs)) if part != ALL]
    ((total,), others) = (_tables(some, pairs, scores, significance) for some in ([ALL], parts))
    return Ranking(models, total, others, significance, columns, [*_notes(models, total), *apart])


def names_of(reports: Sequence[OutlinedReport], paths: Sequence[Path]) -> list[str]:
    """What each model is called; those with one name are told apart by their files' names, or else by their paths."""
    own = [model_name(report.info) for report in reports]
    ways = [[name, f"{name} ({path.name})", f"{name} ({path})"] for name, path in zip(own, paths, strict=True)]
    names = list(own)
    for way in (1, 2):
        counts = Counter(names)
        names = [each[way] if counts[name] > 1 else name for each, name in zip(ways, names, strict=True)]
    # A model may be called like another one's file.
    counts = Counter(names)
    return [f"{name} #{place + 1}" if counts[name] > 1 else name for place, name in enumerate(names)]


def _check_comparable(paths: Sequence[Path], reports: Sequence[OutlinedReport], *, across: bool) -> list[str]:
    """Refuse reports that were measured otherwise; a note where different protocols are ranked all the same."""
    measured = [report.measured() for report in reports]
    for (path, one), (other_path, other) in combinations(zip(paths, measured, strict=True), 2):
        if refuse_apart(path, other_path, one, other, across=across):
            continue
        for name, (value, other_value) in one.differences_to(other).items():
            raise UsageError(
                f"{path} and {other_path} cannot be ranked together: their {name} differs:"
                f" {value!r} in the first, {other_value!r} in the second"
            )
    protocols = dict.fromkeys(each.protocol or "none" for each in measured)
    return [f"of different protocols: {', '.join(protocols)}"] if len(protocols) > 1 else []


def _check_common(paths: Sequence[Path], pairs: Pairs) -> None:
    for one, other in combinations(range(len(paths)), 2):
        if (one, other) not in pairs:
            raise UsageError(f"{paths[one]} and {paths[other]} have no answered item in common")


def _scores(reports: Sequence[Sequence[Outline]], columns: Columns) -> dict[Part, list[Score]]:
    """For each part of which anything was answered the score of every model."""
    scores = {
        part: [
            score_of_outlines([samples[places[number]] for number in numbers if places[number] >= 0])
            for samples, places in zip(reports, columns.places, strict=True)
        ]
        for part, numbers in columns.parts().items()
    }
    return {part: each for part, each in scores.items() if any(score["n"] for score in each)}


def _tables(
    parts: Sequence[Part], pairs: Mapping[Part, Pairs], scores: Mapping[Part, Sequence[Score]], significance: float
) -> list[RankTable]:
    """The tables of some parts, whose tests are one family."""
    # A part that nobody answered, or that only some reports call so.
    nothing = [score_of_outlines([])] * max(map(len, scores.values()), default=0)
    tests = [
        [PairTest(*key, paired.difference, paired.p_value) for key, paired in pairs.get(part, {}).items()]
        for part in parts
    ]
    return [
        _table(part, pairs.get(part, {}), scores.get(part, nothing), significance, of_part, p_values)
        for part, of_part, p_values in zip(parts, tests, adjusted(tests), strict=True)
    ]


def _table(  # noqa: PLR0917 - what a table is made of
    part: Part,
    pairs: Pairs,
    scores: Sequence[Score],
    significance: float,
    tests: Sequence[PairTest],
    p_values: Sequence[float],
) -> RankTable:
    better = better_pairs(tests, p_values, significance)
    # Whoever has answered none of these items has no rank among those that have.
    measured = [model for model, score in enumerate(scores) if score["n"]]
    measured.sort(key=lambda model: -(scores[model]["accuracy"] or 0.0))
    places = {model: place for place, model in enumerate(measured)}
    among = {(places[winner], places[loser]) for winner, loser in better if winner in places and loser in places}
    ranks = rank_intervals(len(measured), among)
    letters = letters_of(len(measured), groups_of(len(measured), among))
    standings = [
        Standing(score, ranks[places[model]], letters[places[model]]) if model in places else None
        for model, score in enumerate(scores)
    ]
    compared = {
        key: ComparedPair(paired, p_value, key in better or key[::-1] in better)
        for (key, paired), p_value in zip(pairs.items(), p_values, strict=True)
    }
    return RankTable(part, standings, compared)


def _notes(models: Sequence[RankedModel], total: RankTable) -> Iterator[str]:
    most = max(standing.score["n"] for standing in total.standings if standing)
    least = min(pair.paired.n for pair in total.pairs.values())
    if least < most:
        yield (
            "not all models have answered the same items: an accuracy is of a model's own, a pair is tested on what"
            f" both have ({least:,} items or more, of {most:,})"
        )
    yield from (f"{model.name}: its run is not complete" for model in models if not model.info["complete"])
