from __future__ import annotations

import re

from pytest_haerae.catalogue.benchmarks.haerae_bench import BENCHMARK, SUBSETS
from pytest_haerae.catalogue.datasets import open_dataset
from tests.helpers import ROOT


def test_its_revision_is_pinned_to_a_commit() -> None:
    assert re.fullmatch(r"[0-9a-f]{40}", BENCHMARK.revision or "")
    assert open_dataset("haerae_bench").revision == BENCHMARK.revision
    assert open_dataset("haerae_bench", revision="main").revision == "main"


def test_each_of_its_subsets_is_in_the_sample_and_has_a_suite_of_its_own() -> None:
    assert open_dataset("sample").subsets() == SUBSETS
    assert {BENCHMARK.suite_of(subset) for subset in SUBSETS} == {
        f"suites/{path.name}::{path.stem}"
        for path in (ROOT / "suites").glob("test_*.py")
        if path.stem != "test_dataset"
    }
