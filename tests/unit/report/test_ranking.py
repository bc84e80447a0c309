from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.doors.command_line.main import main
from pytest_haerae.errors import UsageError
from pytest_haerae.report.ranking import Ranking, read_ranking
from pytest_haerae.statistics.tests import holm
from tests.unit.rankings import models, written
from tests.unit.reports import benchmarks_of, report_of, samples_of, write


def drawn(seed: int, accuracies: Sequence[float], subsets: Mapping[str, int]) -> list[dict[str, str]]:
    """Outcomes of models, some of them errors and outputs that were cut."""
    draw = random.Random(seed)  # noqa: S311 - outcomes, no secrets
    return [
        {
            name: "".join("c" if draw.random() < accuracy else draw.choice("wwwwwwte") for _ in range(n))
            for name, n in subsets.items()
        }
        for accuracy in accuracies
    ]


def standings(ranking: Ranking) -> list[tuple[str, tuple[int, int], str]]:
    return [
        (model.name, standing.rank, standing.group)
        for model, standing in zip(ranking.models, ranking.total.standings, strict=True)
        if standing
    ]


def test_every_pair_is_the_one_that_compare_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All pairs through `compare`, corrected by Holm by hand: of all items, and of the subsets of all pairs."""
    paths = models(tmp_path, *drawn(1, (0.9, 0.75, 0.7, 0.4), {"a": 60, "b": 45, "c": 20}))
    ranking = read_ranking(paths, 0.05)
    assert [model.path for model in ranking.models] == paths
    compared: dict[tuple[int, int], dict[str, Any]] = {}
    for one, other in combinations(range(4), 2):
        assert main(["compare", str(paths[other]), str(paths[one]), "--json"]) == 0
        compared[one, other] = json.loads(capsys.readouterr().out)
    expected = {("", pair): result["total"] for pair, result in compared.items()}
    family = {(name, pair): entry for pair, result in compared.items() for name, entry in result["subsets"].items()}
    for entries in (expected, family):
        adjusted = holm([entry["p_value"] for entry in entries.values()])
        for entry, p_value in zip(entries.values(), adjusted, strict=True):
            entry["p_value_holm"] = p_value
    expected |= family
    tables = {table.part.name: table for table in (ranking.total, *ranking.parts)}
    assert {(name, pair) for name, table in tables.items() for pair in table.pairs} == expected.keys()
    for (name, pair), entry in expected.items():
        ours = tables[name].pairs[pair]
        assert ours.paired.n == entry["n"]
        assert ours.paired.difference == pytest.approx(entry["difference"])
        assert list(ours.paired.interval) == pytest.approx(entry["ci95"])
        assert ours.paired.p_value == pytest.approx(entry["p_value"])
        assert ours.p_value == pytest.approx(entry["p_value_holm"])
        assert ours.different == (entry["p_value_holm"] <= 0.05)
        assert (ours.paired.first_only, ours.paired.second_only) == (len(entry["gained"]), len(entry["lost"]))
    for name, table in tables.items():
        for place, standing in enumerate(table.standings):
            beaten = [pair for pair in table.pairs if table.pairs[pair].different]
            better = [pair for pair in beaten if (pair[0] == place) == (expected[name, pair]["difference"] > 0)]
            above = sum(pair not in better for pair in beaten if place in pair)
            below = sum(pair in better for pair in beaten if place in pair)
            assert standing is not None
            assert standing.rank == (1 + above, 4 - below)


def test_models_come_in_the_order_of_their_accuracy(tmp_path: Path) -> None:
    paths = models(tmp_path, {"a": "c" * 10 + "w" * 90}, {"a": "c" * 90 + "w" * 10}, {"a": "c" * 88 + "w" * 12})
    ranking = read_ranking(paths, 0.05)
    assert standings(ranking) == [("model B", (1, 2), "a"), ("model C", (1, 2), "a"), ("model A", (3, 3), "b")]
    assert [standing.score["n"] for standing in ranking.total.standings if standing] == [100] * 3


def test_a_smaller_significance_tells_fewer_apart(tmp_path: Path) -> None:
    paths = models(tmp_path, {"a": "c" * 90 + "w" * 10}, {"a": "c" * 80 + "w" * 20})
    assert [group for *_, group in standings(read_ranking(paths, 0.05))] == ["a", "b"]
    assert [group for *_, group in standings(read_ranking(paths, 0.001))] == ["a", "a"]


def test_several_answers_are_tested_by_the_shares_that_are_right(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = models(tmp_path, {"a": "c" * 60}, {"a": "c" * 45 + "w" * 15})
    report = json.loads(paths[1].read_text(encoding="utf-8"))
    for number, row in enumerate(report["samples"]):
        keys = ("prediction", "raw_output", "reasoning", "finish_reason", "tokens", "why", "error")
        answer = {name: row[name] for name in keys}
        outcomes = (row["outcome"], "correct" if number % 3 else "wrong")
        row["answers"] = [{**answer, "outcome": outcome} for outcome in outcomes]
    paths[1].write_text(json.dumps(report), encoding="utf-8")
    ranking = read_ranking(paths, 0.05)
    assert not ranking.is_exact
    assert main(["compare", str(paths[1]), str(paths[0]), "--json"]) == 0
    total = json.loads(capsys.readouterr().out)["total"]
    pair = ranking.total.pairs[0, 1]
    assert pair.paired.p_value == pytest.approx(total["p_value"])
    assert pair.paired.difference == pytest.approx(total["difference"])
    second = ranking.total.standings[1]
    assert second is not None
    assert second.score["accuracy"] == pytest.approx(total["accuracy_before"])


def test_equal_names_are_told_apart_by_their_files(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
    reports = [report_of(samples_of({"a": "cw"})) for _ in range(5)]
    reports[4]["info"]["model"] = "another"
    reports[3]["info"]["model_name"] = "small"
    places = ("x/a", "y/a", "x/b", "y/c", "y/d")
    paths = [write(tmp_path / f"{place}.json", report) for place, report in zip(places, reports, strict=True)]
    assert [model.name for model in read_ranking(paths, 0.05).models] == [
        f"a-model ({tmp_path}/x/a.json)",
        f"a-model ({tmp_path}/y/a.json)",
        "a-model (b.json)",
        "small",
        "another",
    ]


def test_a_model_that_is_called_like_anothers_file_has_a_name_of_its_own(tmp_path: Path) -> None:
    reports = [report_of(samples_of({"a": "cw"})) for _ in range(3)]
    reports[2]["info"]["model"] = "a-model (a.json)"
    names = [model.name for model in read_ranking(written(tmp_path, reports), 0.05).models]
    assert len(set(names)) == 3


def test_one_report_is_not_ranked(tmp_path: Path) -> None:
    (path,) = models(tmp_path, {"a": "cw"})
    with pytest.raises(UsageError, match=r"a\.json: is one report; name two or more"):
        read_ranking([path], 0.05)
    with pytest.raises(UsageError, match=r"a\.json: is the same file as .*a\.json; name each report once"):
        read_ranking([path, path], 0.05)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prompt": "letter"}, "their prompt differs: 'answer_letter' in the first, 'letter' in the second"),
        ({"num_few_shot": "5"}, "their num_few_shot differs: 0 in the first, 5 in the second"),
        ({"method": "log_likelihood"}, "their method differs: 'string_match' in the first, 'log_likelihood' in"),
        ({"evaluator_params": "scorer=partial_match"}, "their scorer differs: 'default' in the first, 'partial_match'"),
    ],
)
def test_what_was_measured_otherwise_is_not_ranked(tmp_path: Path, options: dict[str, str], said: str) -> None:
    first = models(tmp_path, {"a": "cw"}, {"a": "cc"})
    (tmp_path / "other").mkdir()
    (other,) = models(tmp_path / "other", {"a": "cw"}, **options)
    with pytest.raises(UsageError) as caught:
        read_ranking([*first, other], 0.05)
    assert f"{first[0]} and {other} cannot be ranked together: {said}" in str(caught.value)


def test_reports_of_other_items_are_not_ranked(tmp_path: Path) -> None:
    paths = models(tmp_path, {"a": "cw"}, {"a": "cc"}, {"b": "cc"})
    with pytest.raises(UsageError) as caught:
        read_ranking(paths, 0.05)
    assert str(caught.value).endswith("have no answered item in common")
    assert str(paths[2]) in str(caught.value)


def test_what_not_all_have_answered_is_noted(tmp_path: Path) -> None:
    paths = models(tmp_path, {"a": "c" * 20, "b": "c" * 5}, {"a": "c" * 10 + "w" * 5 + "e" * 5})
    report = json.loads(paths[1].read_text(encoding="utf-8"))
    report["info"]["complete"] = False
    paths[1].write_text(json.dumps(report), encoding="utf-8")
    ranking = read_ranking(paths, 0.05)
    assert ranking.notes[0].endswith("a pair is tested on what both have (15 items or more, of 25)")
    assert ranking.notes[1] == "model B: its run is not complete"
    assert ranking.total.pairs[0, 1].paired.n == 15


def test_a_subset_that_one_model_alone_has_is_told_and_not_tested(tmp_path: Path) -> None:
    paths = models(tmp_path, {"a": "c" * 20, "b": "c" * 5, "c": "s"}, {"a": "c" * 20})
    ranking = read_ranking(paths, 0.05)
    # A subset of which nobody has answered anything is no row.
    assert [table.part.name for table in ranking.parts] == ["a", "b"]
    alone, none = ranking.parts[1].standings
    assert alone is not None
    assert (alone.rank, alone.group, none) == ((1, 1), "a", None)
    assert ranking.parts[1].pairs == {}


def test_a_model_without_a_subset_has_no_rank_there(tmp_path: Path) -> None:
    both = {"a": "c" * 20, "b": "c" * 20}
    paths = models(tmp_path, both, {**both, "b": "w" * 20}, {"a": "w" * 20})
    ranking = read_ranking(paths, 0.05)
    (table,) = (table for table in ranking.parts if table.part.name == "b")
    assert [standing and standing.rank for standing in table.standings] == [(1, 1), (2, 2), None]


def test_several_benchmarks_have_tables_of_their_own(tmp_path: Path) -> None:
    parts = [
        {"kmmlu": {"a": "c" * 20, "b": "c" * 20}, "kobest": {"a": "c" * 20}},
        {"kmmlu": {"a": "c" * 20, "b": "w" * 20}, "kobest": {"a": "c" * 10 + "w" * 10}},
    ]
    paths = written(tmp_path, [report_of(benchmarks_of(each)) for each in parts])
    ranking = read_ranking(paths, 0.05)
    tables = {(table.part.kind, table.part.name): table.pairs[0, 1] for table in ranking.parts}
    assert {key: pair.paired.n for key, pair in tables.items()} == {
        ("benchmark", "kmmlu"): 40,
        ("subset", "kmmlu/a"): 20,
        ("subset", "kmmlu/b"): 20,
        ("benchmark", "kobest"): 20,
        ("subset", "kobest/a"): 20,
    }
    raw = [pair.paired.p_value for pair in tables.values()]
    assert [pair.p_value for pair in tables.values()] == pytest.approx(holm(raw))
