"""A ranking as lines of a terminal: all items, then each benchmark and subset beside each other."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from pytest_haerae.errors import UsageError
from pytest_haerae.escaping import line
from pytest_haerae.report.item_tokens import tokens_an_item
from pytest_haerae.report.outputs import shown
from pytest_haerae.report.ranking import RankedModel, Ranking, RankTable, Standing, read_ranking
from pytest_haerae.report.show.layout import display_width, pad, wrap

_HEADING = ("rank", "accuracy", "95% interval", "group", "n", "cut", "tokens", "cost")
_NAME, _CELL = 8, 9
"""The fewest columns of a name, and of a model's accuracy and group on a subset."""


def rank_lines(ranking: Ranking, width: int) -> list[str]:
    """The table of all items, that of the parts where there are several, and what the figures mean.

    Args:
        ranking: The ranking.
        width: Columns of the terminal.
    """
    found = [*_whole(ranking, width)]
    if len(ranking.parts) > 1:
        found += ["", *_parts(ranking, width)]
    return [*found, "", *(part for note in notes_of(ranking) for part in wrap(note, width))]


def ranked_lines(paths: Sequence[Path], significance: float, width: int) -> list[str]:
    """The models of a session, ranked by their reports; where they cannot be compared, why.

    Args:
        paths: The reports, as they were written.
        significance: The chance that any two equal models are told apart.
        width: Columns of the terminal.
    """
    try:
        ranking = read_ranking(paths, significance)
    except UsageError as error:
        return [line(f"not ranked: {error}")]
    command = shlex.join(["pytest-haerae", "rank", *(str(shown(path)) for path in paths), "--html", "ranks.html"])
    return [*rank_lines(ranking, width), line(f"as a page: {command}")]


def rank_words(rank: tuple[int, int]) -> str:
    """``2 to 5``, or ``1`` where the rank is certain."""
    low, high = rank
    return str(low) if low == high else f"{low} to {high}"


def cut_share(standing: Standing) -> float:
    """Which share of the answers was cut before it said anything."""
    return standing.score["cut"] / standing.score["n"]


def name_of_test(ranking: Ranking) -> str:
    """The test of a pair, in words."""
    return "exact McNemar test" if ranking.is_exact else "score test of the shares of right answers"


def notes_of(ranking: Ranking) -> list[str]:
    """What the figures mean, and what else is to be known."""
    total, parts = len(ranking.total.pairs), sum(len(table.pairs) for table in ranking.parts)
    families = f"Holm over {_counted(total, 'pair')}"
    if len(ranking.parts) > 1:
        families += f", and over the {parts:,} pairs of all subsets"
    return [
        "rank: from the best to the worst that the tests leave; group: two models with a letter in common are not told"
        " apart, and two without one are",
        f"tests: {name_of_test(ranking)} of each pair, two-sided, {families}: in a table some two equal models are told"
        f" apart with a chance of at most {ranking.significance:g}",
        *ranking.notes,
    ]


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count > 1 else ''}"


def _whole(ranking: Ranking, width: int) -> Iterator[str]:
    rows = [
        (model.name, _cells(model, standing))
        for model, standing in zip(ranking.models, ranking.total.standings, strict=True)
        if standing
    ]
    # What no report knows takes no column.
    shown = [place for place in range(len(_HEADING)) if any(cells[place] for _, cells in rows)]
    widths = {place: max(len(text[place]) for text in (_HEADING, *(cells for _, cells in rows))) for place in shown}
    taken = sum(widths.values()) + 2 * len(shown) + len(str(len(rows))) + 1
    name_width = max(_NAME, min(max(display_width(line(name)) for name, _ in rows), width - taken))
    numbers = len(str(len(rows)))

    def told(number: str, name: str, cells: Sequence[str]) -> str:
        return f"{number:>{numbers}} {pad(name, name_width)}" + "".join(f"  {cells[n]:>{widths[n]}}" for n in shown)

    yield told("", "model", _HEADING)
    for number, (name, cells) in enumerate(rows, 1):
        yield told(str(number), name, cells)


def _cells(model: RankedModel, standing: Standing) -> tuple[str, ...]:
    score, tokens, cost = standing.score, tokens_an_item(model.info, standing.score["n"]), model.info["cost_usd"]
    low, high = score["ci95"] or (0.0, 1.0)
    return (
        rank_words(standing.rank),
        f"{score['accuracy']:.4f}",
        f"{low:.3f} to {high:.3f}",
        standing.group,
        str(score["n"]),
        f"{cut_share(standing):.1%}" if score["cut"] else "",
        "" if tokens is None else f"{tokens:,.0f}",
        "" if cost is None else f"${cost:,.4f}",
    )


def _parts(ranking: Ranking, width: int) -> Iterator[str]:
    """The models' columns, by their numbers, in as many blocks as the width needs."""
    names = [table.part.name for table in ranking.parts]
    name_width = max(_NAME, min(max(display_width(line(name)) for name in names), width // 3))
    cell_width = max(
        _CELL, *(len(_cell(table, model)) for table in ranking.parts for model in range(len(ranking.models)))
    )
    columns = max(1, (width - name_width) // (cell_width + 1))
    for start in range(0, len(ranking.models), columns):
        models = range(start, min(len(ranking.models), start + columns))
        if start:
            yield ""
        heading = "".join(f" {f'model {model + 1}':>{cell_width}}" for model in models)
        yield f"{pad('subset', name_width)}{heading}"
        for table in ranking.parts:
            cells = "".join(f" {_cell(table, model):>{cell_width}}" for model in models)
            yield f"{pad(table.part.name, name_width)}{cells}"


def _cell(table: RankTable, model: int) -> str:
    standing = table.standings[model]
    if standing is None or standing.score["accuracy"] is None:
        return "–"
    return f"{standing.score['accuracy']:.3f} {standing.group}"
