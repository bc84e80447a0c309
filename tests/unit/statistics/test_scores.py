from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from pytest_haerae.data.passages import passage_of
from pytest_haerae.report.samples import SampleRows
from pytest_haerae.statistics.estimates import clustered_standard_error, standard_error, wilson_interval
from pytest_haerae.statistics.pairing import outline_of
from pytest_haerae.statistics.scores import counts_of, make_metrics, metrics_of_outlines
from tests.unit.reports import benchmarks_of, samples_of


def test_items_that_share_a_passage_are_clusters() -> None:
    letters = "cccwwwcwcwcwi" * 5
    metrics = make_metrics(samples_of({"a": letters, "b": "cw"}, passages=3))
    assert metrics["subsets"]["a"]["clusters"] == 3
    expected = clustered_standard_error([letter == "c" for letter in letters], [i % 3 for i in range(len(letters))])
    assert metrics["subsets"]["a"]["stderr_clustered"] == pytest.approx(expected)
    assert metrics["subsets"]["a"]["stderr"] == standard_error(letters.count("c"), len(letters))
    assert "clusters" not in metrics["subsets"]["b"]
    assert metrics["clusters"] == 5


def test_how_often_the_order_decides_is_told_of_pairs_alone() -> None:
    """Of several answers to an item the first counts."""
    one, other, third = samples_of({"a": "cww"})
    pairs = [
        replace(one, verdict=replace(one.verdict, order_scores=(1.0, 1.0))),
        replace(other, verdict=replace(other.verdict, order_scores=(1.0, 0.0))),
        replace(third, verdict=replace(third.verdict, order_scores=(0.5, 1.0))),
    ]
    found = make_metrics(pairs)["flips"]
    assert found["n"] == 3
    assert found["rate"] == pytest.approx(2 / 3)
    assert found["first"] == pytest.approx((0.5 + 1 + 0.25) / 3)
    assert "flips" not in make_metrics([one, other])


def test_without_passages_there_are_no_clusters() -> None:
    assert "stderr_clustered" not in make_metrics(samples_of({"a": "ccww"}))


@pytest.mark.parametrize(
    ("query", "passage"),
    [
        ("다음을 읽고 고르시오.\n    \n### 지문: \n하나.\n둘.\n\n### 질문: \n무엇?\n\n### 정답:", "하나.\n둘."),
        ("### 질문: \n무엇?\n\n### 참고: 그림\n\n### 선택지: \n(A) 가\n\n### 정답:", "그림"),
        ("### 질문: \n무엇?\n\n### 정답:", None),
        ("### 지문: \n\n### 질문: \n무엇?", None),
    ],
)
def test_the_passage_of_a_query(query: str, passage: str | None) -> None:
    assert passage_of(query) == passage


def test_every_outcome_has_its_count_by_its_name() -> None:
    counts = counts_of(make_metrics(samples_of({"a": "cccwwitteeeesssssuuu"})))
    assert list(counts.items()) == [
        ("n", 8),
        ("correct", 3),
        ("wrong", 2),
        ("invalid", 1),
        ("cut", 2),
        ("errors", 4),
        ("skipped", 5),
        ("unjudged", 3),
    ]


def test_a_score_has_every_number_of_what_was_answered() -> None:
    metrics = make_metrics(samples_of({"a": "cccwwieeeess", "b": "cw", "c": "se"}))
    interval = wilson_interval(3, 6)
    assert interval is not None
    assert metrics["subsets"]["a"] == {
        "accuracy": 0.5,
        "stderr": standard_error(3, 6),
        "ci95": list(interval),
        "n": 6,
        "correct": 3,
        "wrong": 2,
        "invalid": 1,
        "errors": 4,
        "skipped": 2,
        "cut": 0,
        "accuracy_uncut": 0.5,
        "unjudged": 0,
        "character_f": None,
    }
    nothing = metrics["subsets"]["c"]
    assert (nothing["accuracy"], nothing["stderr"], nothing["ci95"], nothing["n"]) == (None, None, None, 0)
    assert (metrics["accuracy"], metrics["macro_accuracy"], metrics["n"]) == (4 / 8, 0.5, 8)


def test_a_cut_output_counts_and_the_accuracy_without_them_stands_beside() -> None:
    total = make_metrics(samples_of({"a": "ccwttt"}))
    assert (total["n"], total["cut"], total["accuracy"], total["accuracy_uncut"]) == (6, 3, 2 / 6, 2 / 3)
    assert make_metrics(samples_of({"a": "tt"}))["accuracy_uncut"] is None


def test_the_likeness_of_free_text_is_the_mean_of_what_has_one() -> None:
    likeness = [0.25, None, 0.5, None, 1.0]
    samples = [
        replace(sample, verdict=replace(sample.verdict, character_f=value))
        for sample, value in zip(samples_of({"a": "cwwic"}), likeness, strict=True)
    ]
    metrics = make_metrics(samples)
    assert metrics["character_f"] == metrics["subsets"]["a"]["character_f"] == pytest.approx(1.75 / 3)
    assert make_metrics(samples[1:2])["character_f"] is None


def test_rows_give_the_counts_of_their_samples() -> None:
    samples = samples_of({"a": "cccwwitess", "b": "cw", "c": "e"})
    rows = SampleRows(samples, lambda sample: None, lambda data: data.name, lambda sample: False)
    found, expected = metrics_of_outlines(map(outline_of, rows)), make_metrics(samples)
    assert list(found["subsets"]) == ["a", "b", "c"]
    for name, entry in found["subsets"].items():
        assert {**expected["subsets"][name], **entry} == expected["subsets"][name]
    assert {**expected, **found, "subsets": expected["subsets"]} == expected


def test_of_a_passage_one_text_is_kept_whatever_the_number_of_its_questions() -> None:
    query = f"### 지문: \n{'가' * 50_000}\n\n### 질문: \n무엇인가?\n\n### 정답:"
    samples = [
        replace(each, selected=replace(each.selected, item=replace(each.item, query=query)))
        for each in samples_of({"a": "cw" * 30})
    ]
    tracemalloc.start()
    try:
        assert make_metrics(samples)["clusters"] == 1
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * 2 * 50_000


PARTS = {"kmmlu": {"Law": "ccwi", "Math": "w"}, "kobest": {"boolq": "cce", "copa": "s"}, "empty": {"a": "e"}}


def test_a_benchmark_of_several_has_the_numbers_of_its_own_run() -> None:
    metrics = make_metrics(benchmarks_of(PARTS))
    assert list(metrics["subsets"]) == ["kmmlu/Law", "kmmlu/Math", "kobest/boolq", "kobest/copa", "empty/a"]
    for name, subsets in PARTS.items():
        alone = make_metrics(samples_of(subsets))
        assert metrics["benchmarks"][name] == alone
        assert {subset: metrics["subsets"][f"{name}/{subset}"] for subset in subsets} == alone["subsets"]
        assert "benchmarks" not in alone
        assert "macro_benchmarks" not in alone
    assert (metrics["n"], metrics["correct"]) == (7, 4)
    assert metrics["macro_benchmarks"] == pytest.approx((2 / 5 + 1) / 2), "what was not measured is no part of a mean"
    assert metrics["macro_accuracy"] == pytest.approx((0.5 + 0 + 1) / 3)


def test_passages_of_two_benchmarks_are_no_cluster() -> None:
    parts = {name: {"a": "ccww"} for name in ("one", "other")}
    metrics = make_metrics(benchmarks_of(parts, passages=2))
    assert metrics["clusters"] == 4
    assert metrics["benchmarks"]["one"]["clusters"] == 2


def test_the_outlines_of_several_benchmarks_give_the_same_counts() -> None:
    samples = benchmarks_of(PARTS)
    rows = SampleRows(samples, lambda sample: None, lambda data: data.name, lambda sample: False)
    found, expected = metrics_of_outlines(map(outline_of, rows), several=True), make_metrics(samples)
    assert list(found["subsets"]) == list(expected["subsets"])
    for name, part in found["benchmarks"].items():
        assert counts_of(part) == counts_of(expected["benchmarks"][name])
    assert "benchmarks" not in metrics_of_outlines(map(outline_of, rows))
