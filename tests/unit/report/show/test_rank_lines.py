from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.report.ranking import read_ranking
from pytest_haerae.report.show.layout import display_width
from pytest_haerae.report.show.rank_lines import rank_lines, rank_words, ranked_lines
from tests.unit.rankings import models, written
from tests.unit.reports import report_of, samples_of

THREE = ({"a": "c" * 50, "나": "c" * 40}, {"a": "c" * 45 + "t" * 5, "나": "c" * 40}, {"a": "w" * 50, "나": "c" * 40})


def test_a_certain_rank_is_one_number() -> None:
    assert (rank_words((1, 1)), rank_words((2, 5))) == ("1", "2 to 5")


def test_the_table_has_ranks_groups_and_what_was_cut(tmp_path: Path) -> None:
    ranking = read_ranking(models(tmp_path, *THREE), 0.05)
    heading, *rows = rank_lines(ranking, 100)
    assert heading.split() == ["model", "rank", "accuracy", "95%", "interval", "group", "n", "cut"]
    assert rows[0].split() == ["1", "model", "A", "1", "to", "2", "1.0000", "0.959", "to", "1.000", "a", "90"]
    assert rows[1].split()[-4:] == ["0.976", "a", "90", "5.6%"]
    assert rows[2].split()[3:5] == ["3", "0.4444"]
    assert rows[4].split() == ["subset", "model", "1", "model", "2", "model", "3"]
    assert rows[5].split() == ["a", "1.000", "a", "0.900", "a", "0.000", "b"]
    assert rows[6].split() == ["나", "1.000", "a", "1.000", "a", "1.000", "a"]
    told = " ".join(" ".join(rows[8:]).split())
    assert "exact McNemar test of each pair, two-sided, Holm over 3 pairs, and over the 6 pairs of all subsets" in told


def test_tokens_and_costs_take_a_column_where_they_are_known(tmp_path: Path) -> None:
    reports = [report_of(samples_of(each)) for each in THREE[:2]]
    for number, report in enumerate(reports, 1):
        report["info"]["tokens"]["completion"] = 9_000 * number
        report["info"]["cost_usd"] = 0.5 * number
    lines = rank_lines(read_ranking(written(tmp_path, reports), 0.05), 100)
    assert lines[0].split()[-2:] == ["tokens", "cost"]
    assert [line.split()[-2:] for line in lines[1:3]] == [["100", "$0.5000"], ["200", "$1.0000"]]


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_line_is_no_wider_than_the_terminal(tmp_path: Path, width: int) -> None:
    reports = [report_of(samples_of(each)) for each in (*THREE, *THREE, *THREE)[:8]]
    for report in reports:
        report["info"]["model"] = "아주 긴 이름의 모델 " * 5
    ranking = read_ranking(written(tmp_path, reports), 0.05)
    lines = rank_lines(ranking, width)
    assert max(map(display_width, lines)) <= width
    # Every model has its column, in as many blocks as it takes.
    assert {f"model {number}" for number in range(1, 9)} <= {
        found for line in lines for found in (f"model {word}" for word in line.split())
    }


def test_one_subset_has_no_table_beside_that_of_all_items(tmp_path: Path) -> None:
    lines = rank_lines(read_ranking(models(tmp_path, {"a": "cc"}, {"a": "cw"}), 0.05), 100)
    assert not [line for line in lines if line.startswith("subset")]
    assert "pairs of all subsets" not in " ".join(lines)


def test_the_reports_of_a_session_are_ranked_or_it_is_said_why_not(tmp_path: Path) -> None:
    paths = models(tmp_path, *THREE)
    lines = ranked_lines(paths, 0.05, 100)
    assert lines[:-1] == rank_lines(read_ranking(paths, 0.05), 100)
    assert lines[-1] == f"as a page: pytest-haerae rank {' '.join(map(str, paths))} --html ranks.html"
    (told,) = ranked_lines(paths[:1], 0.05, 100)
    assert told.startswith(f"not ranked: {paths[0]}: is one report")
