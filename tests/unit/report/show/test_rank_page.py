from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.errors import UsageError
from pytest_haerae.report.ranking import read_ranking
from pytest_haerae.report.show import rank_page
from pytest_haerae.report.show.rank_page import SCRIPTS, make_rank_page, rank_labels, write_rank_page
from tests.unit.rankings import hostile_reports, models, written
from tests.unit.report.show.test_html import PAGE, PARSES_MARKUP, REACHES_OUT, Elements
from tests.unit.reports import HOSTILE, benchmarks_of, report_of

OWN = [name for name in SCRIPTS if name.startswith("rank")]


def core_of(page: str) -> dict[str, Any]:
    elements = Elements(page)
    (core,) = (
        text
        for attributes, text in zip(elements.named("script"), elements.texts("script"), strict=True)
        if attributes.get("id") == "core"
    )
    found: dict[str, Any] = json.loads(core)
    return found


def page_of(folder: Path, *subsets: dict[str, str]) -> str:
    return make_rank_page(read_ranking(models(folder, *subsets), 0.05))


def test_the_page_has_the_figures_of_the_ranking(tmp_path: Path) -> None:
    ranking = read_ranking(
        models(tmp_path, {"a": "c" * 40, "b": "c" * 20}, {"a": "w" * 30 + "c" * 10, "b": "c" * 20}), 0.05
    )
    core = core_of(make_rank_page(ranking))
    assert [each["name"] for each in core["models"]] == ["model A", "model B"]
    assert core["parts"] == [["total", ""], ["subset", "a"], ["subset", "b"]]
    assert core["standings"][0][1] == [0.5, 0.37735, 0.62265, 60, 0.0, 2, 2, "b"]
    for table, pairs in zip([ranking.total, *ranking.parts], core["pairs"], strict=True):
        pair = table.pairs[0, 1]
        (shown,) = pairs
        assert shown[:4] == [0, 1, pair.paired.n, round(pair.paired.difference, 5)]
        assert shown[4:6] == pytest.approx(pair.paired.interval, abs=1e-5)
        assert shown[6:8] == pytest.approx([pair.paired.p_value, pair.p_value], rel=1e-3)
        assert shown[8:] == [pair.different, pair.paired.first_only, pair.paired.second_only]


def test_items_have_the_answers_of_all_models(tmp_path: Path) -> None:
    core = core_of(page_of(tmp_path, {"a": "ccw", "b": "c"}, {"a": "cwc"}, {"a": "cww", "b": "e"}))
    # The first is right in all three; that of the second subset is right in one, and no other has answered it.
    assert [(item["id"], item["subset"]) for item in core["items"]] == [("s0-0001", "a"), ("s0-0002", "a")]
    names = [model["name"] for model in core["models"]]
    answers = dict(zip(names, core["items"][0]["answers"], strict=True))
    assert {name: each["right"] for name, each in answers.items()} == {
        "model A": True,
        "model B": False,
        "model C": False,
    }
    assert answers["model A"]["output"] == "B"
    assert core["items"][0]["reference"] == "B"
    assert core["items"][0]["options"] == ["가", "나", "다", "라", "마"]
    assert core["items"][0]["input"].startswith("### 질문")


def test_a_model_that_was_not_asked_has_no_answer(tmp_path: Path) -> None:
    core = core_of(page_of(tmp_path, {"a": "cc"}, {"a": "cw"}, {"a": "c"}))
    (item,) = core["items"]
    assert item["answers"][-1] is None or None in item["answers"]


def test_items_and_texts_are_bounded(tmp_path: Path) -> None:
    paths = models(tmp_path, {"a": "c" * 300}, {"a": "w" * 300})
    for path in paths:
        report = json.loads(path.read_text(encoding="utf-8"))
        for row in report["samples"]:
            row["input"], row["raw_output"] = "예시 " * 3000 + "질문?", "처음" + "생각 " * 5000 + "정답은 (A)"
        path.write_text(json.dumps(report), encoding="utf-8")
    core = core_of(make_rank_page(read_ranking(paths, 0.05)))
    assert 50 <= len(core["items"]) <= rank_page.MOST_ITEMS
    item = core["items"][0]
    assert len(item["input"]) == rank_page.LONGEST_QUESTION + 1
    assert item["input"].endswith("질문?")
    output = item["answers"][0]["output"]
    assert (output[:2], output[-7:]) == ("처음", "정답은 (A)")
    assert len(output) <= rank_page.LONGEST_ANSWER + 3


def test_of_several_answers_it_is_told_how_many_are_right(tmp_path: Path) -> None:
    paths = models(tmp_path, {"a": "c"}, {"a": "w"})
    report = json.loads(paths[0].read_text(encoding="utf-8"))
    (row,) = report["samples"]
    answer = {n: row[n] for n in ("prediction", "raw_output", "reasoning", "finish_reason", "tokens", "why", "error")}
    row["answers"] = [{**answer, "outcome": outcome} for outcome in ("correct", "wrong", "correct", "wrong")]
    paths[0].write_text(json.dumps(report), encoding="utf-8")
    (item,) = core_of(make_rank_page(read_ranking(paths, 0.05)))["items"]
    assert item["answers"][0]["of"] == "2/4"
    assert "of" not in item["answers"][1]


def test_one_subset_is_not_told_twice(tmp_path: Path) -> None:
    assert core_of(page_of(tmp_path, {"a": "cc"}, {"a": "cw"}))["parts"] == [["total", ""]]


def test_benchmarks_are_parts(tmp_path: Path) -> None:
    reports = [report_of(benchmarks_of({"kmmlu": {"a": each}, "kobest": {"a": "c"}})) for each in ("ccc", "cwc")]
    core = core_of(make_rank_page(read_ranking(written(tmp_path, reports), 0.05)))
    assert [" ".join(part) for part in core["parts"][1:]] == [
        "benchmark kmmlu",
        "subset kmmlu/a",
        "benchmark kobest",
        "subset kobest/a",
    ]
    assert core["items"][0]["subset"] == "kmmlu/a"


def test_a_hostile_report_makes_the_same_elements_as_a_tame_one(tmp_path: Path) -> None:
    page = make_rank_page(read_ranking(hostile_reports(tmp_path), 0.05))
    found, tame = Elements(page), Elements(page_of(tmp_path, {"a": "ccw"}, {"a": "cwc"}))
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in tame.elements]
    assert not {"img", "iframe", "object", "embed", "base"} & {tag for tag, _ in found.elements}
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
    assert not [value for _, attributes in found.elements if (value := attributes.get("style"))]
    core = core_of(page)
    assert core["items"][0]["input"] == HOSTILE
    assert core["models"][0]["name"].endswith(HOSTILE)
    outside = re.sub(r'<script type="application/json".*?</script>', "", page)
    assert "<img" not in outside
    assert "49{% raw %}" not in outside
    page.encode("utf-8")


def test_a_note_of_a_hostile_name_is_text(tmp_path: Path) -> None:
    paths = hostile_reports(tmp_path)
    report = json.loads(paths[0].read_text(encoding="utf-8"))
    report["info"]["complete"] = False
    paths[0].write_text(json.dumps(report), encoding="utf-8")
    page = make_rank_page(read_ranking(paths, 0.05))
    assert "&lt;/script&gt;" in page
    assert Elements(page).named("img") == []


def test_the_page_is_known_as_one_and_says_what_it_is_of(tmp_path: Path) -> None:
    ranking = read_ranking(models(tmp_path, {"a": "cc"}, {"a": "cw"}), 0.05)
    write_rank_page(tmp_path / "page.html", ranking)
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert b'content="pytest-haerae"' in text[:4096].encode()
    assert Elements(text).texts("title") == ["2 models · pytest-haerae"]


def test_a_report_that_is_gone_in_the_meantime_is_named(tmp_path: Path) -> None:
    paths = models(tmp_path, {"a": "cc"}, {"a": "cw"})
    ranking = read_ranking(paths, 0.05)
    paths[1].unlink()
    with pytest.raises(UsageError, match=r"b\.json: cannot be read"):
        make_rank_page(ranking)


@pytest.mark.parametrize("name", OWN)
def test_the_script_never_parses_markup_or_code(name: str) -> None:
    text = (PAGE / name).read_text(encoding="utf-8")
    assert not PARSES_MARKUP.search(text)
    assert "</" not in text
    assert "://" not in text
    assert not REACHES_OUT.search(text)


def test_every_label_is_there_in_both_languages() -> None:
    labels = rank_labels()
    assert labels["en"].keys() == labels["ko"].keys()
    for key, text in labels["en"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", labels["ko"][key])), key
    used = {"test_exact", "test_score", "items_of_pair", "items_here", "pair_different", "pair_alike"}
    for name in (*OWN, "rank.html.j2"):
        text = (PAGE / name).read_text(encoding="utf-8")
        used |= set(re.findall(r'(?:label|say)\(\s*"([^"]*[^"_ ])"\s*[,)]', text))
        used |= set(re.findall(r'data-label(?:-title|-placeholder)?="([^"{]+)"', text))
    outcomes = {"correct", "wrong", "invalid", "cut", "unjudged", "error", "skipped"}
    assert used | outcomes == labels["en"].keys()
