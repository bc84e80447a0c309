from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.plugin.durations import write_slowest
from pytest_haerae.types import DataKey, Response, Sample, Selected, Verdict
from tests.unit.fakes import item
from tests.unit.plugin.sessions import config

SECONDS = (0.5, 12.0, None, 0.004, 3.25, 0.5)


def answered(number: int, seconds: float | None, nodeid: str = "test_a.py::test_a[{}]") -> Sample:
    response = Response(text="A", latency_seconds=seconds)
    return Sample(Selected(item(number), nodeid.format(number), DataKey("d")), response, Verdict("correct"))


ANSWERS = [answered(number, seconds) for number, seconds in enumerate(SECONDS)]


class Reporter:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def write_line(self, line: str) -> None:
        self.lines.append(line)

    def write_sep(self, sign: str, title: str) -> None:
        self.lines.append(f"{sign} {title}")


def written(folder: Path, samples: list[Sample], verbose: int = 0, **options: object) -> list[str]:
    given, reporter = config(folder), Reporter()
    vars(given.option).update(options, verbose=verbose)
    write_slowest(samples, given, reporter)  # type: ignore[arg-type]
    return reporter.lines


@pytest.mark.parametrize(
    ("options", "heading", "shown"),
    [
        ({"durations": 2}, "slowest 2 answers", [1, 4]),
        ({"durations": 0}, "slowest answers", [1, 4, 0, 5]),
        ({"durations": 0, "verbose": 2}, "slowest answers", [1, 4, 0, 5, 3]),
        ({"durations": 0, "durations_min": 1.0}, "slowest answers", [1, 4]),
        ({"durations": 9, "durations_min": 0.0}, "slowest 9 answers", [1, 4, 0, 5, 3]),
    ],
)
def test_the_slowest_answers_come_first_and_equal_ones_in_their_order(
    tmp_path: Path,
    options: dict[str, Any],
    heading: str,
    shown: list[int],
) -> None:
    title, *lines = written(tmp_path, ANSWERS, **options)
    assert title == f"= {heading}"
    assert lines == [f"{SECONDS[number]:.2f}s answer   test_a.py::test_a[{number}]" for number in shown]


@pytest.mark.parametrize("options", [{}, {"durations": None}, {"durations": 3, "durations_min": 60.0}])
def test_nothing_is_said_where_nobody_asks_or_nothing_is_slow(tmp_path: Path, options: dict[str, Any]) -> None:
    assert written(tmp_path, ANSWERS, **options) == []


def test_nothing_is_said_where_the_backend_says_nothing(tmp_path: Path) -> None:
    not_asked = Sample(ANSWERS[0].selected, None, Verdict("skipped"))
    assert written(tmp_path, [answered(0, None), not_asked], durations=0) == []


def test_no_node_id_is_obeyed(tmp_path: Path) -> None:
    _, line = written(tmp_path, [answered(0, 1.0, "\x1b[2J\n::error::")], durations=0)
    assert line.isprintable()
