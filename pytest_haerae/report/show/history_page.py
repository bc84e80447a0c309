"""The page of the history: for each series of runs the accuracy over time, with its intervals, and the runs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_haerae.gates.gate import failing_gates
from pytest_haerae.report.files import write_text
from pytest_haerae.report.history.folder import KeptRun
from pytest_haerae.report.history.series import Series
from pytest_haerae.report.show.history_lines import accuracy_of, commit_of, date_of, interval_of, verdict_of
from pytest_haerae.report.show.self_contained import as_it_is, asset, embed, environment, script_and_style

_SCRIPTS = ("text.js", "choices.js", "history.js")
WIDTH, HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 240, 48, 16, 14, 30
"""Of a picture, in its own units, and what stands around the curve."""
_STEP = 0.05
_DATES = 5
"""The dates below a picture, at most."""
_BETWEEN = "–"
"""What stands between the ends of an interval: the page has two languages."""


@dataclass(frozen=True, slots=True)
class Point:
    """A run in the picture: where it stands, in the picture's units, and what is told of it."""

    x: float
    y: float
    low: float
    high: float
    failed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Row:
    """A run in the table."""

    name: str
    date: str
    commit: str
    accuracy: str
    interval: str
    n: str
    change: str
    verdict: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A series: its picture, with lines at round accuracies and dates, and its runs, the newest first."""

    title: str
    path: str
    points: Sequence[Point]
    lines: Sequence[tuple[float, str]]
    dates: Sequence[tuple[float, str]]
    rows: Sequence[Row]


def write_history_page(path: Path, series: Sequence[Series]) -> None:
    """Make the page and write it; readers see the old file or the whole new one.

    Raises:
        UsageError: It cannot be written.
    """
    write_text(make_history_page(series) + "\n", path)


def make_history_page(series: Sequence[Series]) -> str:
    """Make the page."""
    labels = history_labels()
    return (
        environment(labels)
        .get_template("history.html.j2")
        .render(
            **script_and_style(_SCRIPTS, ("page.css", "history.css")),
            core=as_it_is(embed({"labels": labels})),
            charts=[chart_of(each) for each in series],
            runs=sum(len(each.runs) for each in series),
            width=WIDTH,
            height=HEIGHT,
            left=_LEFT,
            right=WIDTH - _RIGHT,
            foot=HEIGHT - 8,
        )
    )


def history_labels() -> Mapping[str, Mapping[str, str]]:
    """What the page says, by language: its own labels, and those that it shares with the page of a report."""
    own, shared = json.loads(asset("history_labels.json")), json.loads(asset("labels.json"))
    names = ("language", "theme", "accuracy", "interval")
    return {language: {**{key: shared[language][key] for key in names}, **own[language]} for language in own}


def chart_of(series: Series) -> Chart:
    """The picture and the table of a series."""
    runs = [run for run in series.runs if run.metrics["accuracy"] is not None]
    values = [_numbers(run) for run in runs]
    low = math.floor(min((each[1] for each in values), default=0.0) / _STEP) * _STEP
    high = max(math.ceil(max((each[2] for each in values), default=1.0) / _STEP) * _STEP, low + _STEP)

    def x(place: int) -> float:
        inside = WIDTH - _LEFT - _RIGHT
        return round(_LEFT + inside * (place + 0.5) / max(1, len(runs)), 1)

    def y(value: float) -> float:
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (high - value) / (high - low), 1)

    points = [
        Point(x(place), y(value), y(bottom), y(top), bool(failing_gates(run.info)), _words(run))
        for place, (run, (value, bottom, top)) in enumerate(zip(runs, values, strict=True))
    ]
    steps = round((high - low) / _STEP)
    every = math.ceil(steps / 6)
    marks = [low + _STEP * step for step in range(0, steps + 1, every)]
    apart = math.ceil(len(runs) / _DATES) if runs else 1
    return Chart(
        series.title,
        " ".join(f"{'L' if place else 'M'}{point.x} {point.y}" for place, point in enumerate(points)),
        points,
        [(y(mark), f"{mark:.0%}") for mark in marks],
        [(x(place), date_of(runs[place].info)[:10]) for place in range(0, len(runs), apart)],
        _rows(series.runs),
    )


def _numbers(run: KeptRun) -> tuple[float, float, float]:
    """The accuracy, and both ends of its interval."""
    accuracy = run.metrics["accuracy"] or 0.0
    low, high = run.metrics["ci95"] or (accuracy, accuracy)
    return accuracy, low, high


def _words(run: KeptRun) -> str:
    told = (
        date_of(run.info),
        commit_of(run.info),
        accuracy_of(run),
        f"({interval_of(run, _BETWEEN)})",
        f"n {run.metrics['n']}",
    )
    return " ".join(told)


def _rows(runs: Sequence[KeptRun]) -> list[Row]:
    rows, before = [], None
    for run in runs:
        accuracy = run.metrics["accuracy"]
        change = "" if accuracy is None or before is None else f"{100 * (accuracy - before):+.1f}".replace("-", "−")
        before = before if accuracy is None else accuracy
        rows.append(
            Row(
                run.short,
                date_of(run.info),
                commit_of(run.info),
                accuracy_of(run),
                interval_of(run, _BETWEEN),
                f"{run.metrics['n']:,}",
                change,
                verdict_of(run.info),
                bool(failing_gates(run.info)),
            )
        )
    return rows[::-1]
