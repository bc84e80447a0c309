from __future__ import annotations

from pytest_haerae.report.names import (
    dataset_names,
    limit_of,
    model_name,
    protocol_of,
    scope_of,
    start_of,
    whole_subset_names,
)
from tests.unit.reports import benchmarks_of, report_of, samples_of


def test_a_model_is_called_by_its_profile_its_name_or_its_backend() -> None:
    info = report_of(samples_of({"a": "c"}))["info"]
    assert model_name(info) == "a-model"
    info["model"] = None
    assert model_name(info) == "random"
    info["model_name"] = "ours"
    assert model_name(info) == "ours"


def test_subsets_have_their_data_sets_names() -> None:
    one = report_of(samples_of({"a": "c", "b": "c"}))["info"]
    assert (dataset_names(one), whole_subset_names(one)) == (
        ["questions.jsonl"],
        {"questions.jsonl/a", "questions.jsonl/b"},
    )
    two = report_of(benchmarks_of({"kmmlu": {"a": "c"}, "kobest": {"a": "c"}}))["info"]
    assert (dataset_names(two), whole_subset_names(two)) == (["kmmlu", "kobest"], {"kmmlu/a", "kobest/a"})


def test_a_protocol_has_a_name() -> None:
    info = report_of(samples_of({"a": "c"}))["info"]
    assert protocol_of(info) == ""
    info["protocol"] = {"name": "p@1", "fingerprint": "f", "deviations": [], "published": []}
    assert protocol_of(info) == "p@1"


def test_a_limit_is_known_where_it_was_set() -> None:
    assert limit_of(report_of(samples_of({"a": "c"}))["info"]) is None
    assert limit_of(report_of(samples_of({"a": "c"}), limit=7)["info"]) == 7
    old = report_of(samples_of({"a": "c"}))["info"]
    del old["selection"]
    assert limit_of(old) is None


def test_a_part_of_the_items_is_told() -> None:
    info = report_of(samples_of({"a": "c"}))["info"]
    assert scope_of(info) == {}
    info["scope"] = {"sample": 3}
    assert scope_of(info) == {"sample": 3}


def test_people_are_told_the_second_that_a_run_began_in() -> None:
    info = report_of(samples_of({"a": "c"}))["info"]
    for told in ("2026-01-01T09:30:05+00:00", "2026-01-01T09:30:05.000123+00:00"):
        info["started"] = told
        assert start_of(info) == "2026-01-01T09:30:05+00:00"
