from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.report.history.folder import KeptRun, kept_runs
from pytest_haerae.report.history.series import series_of
from pytest_haerae.report.show.history_lines import bar_lines, run_lines
from pytest_haerae.report.show.layout import display_width
from tests.unit.kept import keep, run_of
from tests.unit.reports import HOSTILE


def runs_of(folder: Path, *outcomes: str, **info: Any) -> list[KeptRun]:  # noqa: ANN401 - of a report's info
    for day, letters in enumerate(outcomes, 1):
        keep(folder, run_of(day, letters, **info))
    return kept_runs(folder, pytest.fail)


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_no_line_is_wider_than_the_terminal(tmp_path: Path, width: int) -> None:
    runs = runs_of(tmp_path, "ccww", "cccc", model="한국어 모델 이름이 아주 길다 " * 3, git_branch="가지/" * 10)
    lines = [*run_lines(runs, width), *bar_lines(series_of(runs), width)]
    assert max(map(display_width, lines)) <= width
    assert sum("1.0000" in line for line in run_lines(runs, width)) == 1


def test_a_wide_terminal_has_a_table(tmp_path: Path) -> None:
    heading, newest, oldest = run_lines(runs_of(tmp_path, "ccww", "cccc"), 160)
    assert heading.split()[:3] == ["run", "date", "(UTC)"]
    assert newest.index("1.0000") + 6 == oldest.index("0.5000") + 6 == heading.index("accuracy") + 8
    assert oldest[12:28] == "2026-01-01 09:30"
    assert "main 1111111" in oldest


def test_the_worst_verdict_is_told(tmp_path: Path) -> None:
    gates = [
        {"name": name, "verdict": verdict, "value": 0.1, "threshold": 0.0, "p_value": None, "detail": ""}
        for name, verdict in (("baseline", "inconclusive"), ("min-accuracy a", "failed"))
    ]
    assert run_lines(runs_of(tmp_path, "ccww", gates=gates), 160)[1].endswith("failed: min-accuracy a")


def test_bars_rise_with_the_accuracy(tmp_path: Path) -> None:
    lines = bar_lines(series_of(runs_of(tmp_path, "ww" * 50, "cw" * 50, "cc" * 50)), 80)
    assert lines[0] == "a-model · questions.jsonl · string_match · answer_letter"
    assert list(lines[1].strip()) == sorted(lines[1].strip())
    assert len({*lines[1].strip()}) == 3
    assert "0.0000 (2026-01-01 09:30) to 1.0000 (2026-01-03 09:30), 3 runs" in " ".join(lines[2:]).replace("  ", " ")


def test_one_run_without_a_spread_has_a_bar(tmp_path: Path) -> None:
    assert len(bar_lines(series_of(runs_of(tmp_path, "c")), 80)[1].strip()) == 1


def test_nothing_in_a_name_is_obeyed(tmp_path: Path) -> None:
    runs = runs_of(tmp_path, "c", model=HOSTILE, git_branch=HOSTILE)
    for line in [*run_lines(runs, 60), *run_lines(runs, 160), *bar_lines(series_of(runs), 60)]:
        assert "\x1b" not in line
        assert "\u202e" not in line
