from __future__ import annotations

from pytest_haerae.catalogue.benchmarks import hrm8k
from pytest_haerae.catalogue.benchmarks.ksm import BENCHMARK
from pytest_haerae.config.run_config import build_config
from tests.helpers import ROOT


def test_it_is_a_part_of_hrm8k_asked_as_it_is_there() -> None:
    config, other = (build_config({"model": "random", "dataset": name}, ROOT) for name in ("ksm", "hrm8k"))
    assert (config.prompt, config.scorer) == (other.prompt, other.scorer) == ("boxed", "math")
    assert BENCHMARK.repository == hrm8k.BENCHMARK.repository
    assert BENCHMARK.configurations.items() <= hrm8k.BENCHMARK.configurations.items()
    assert not BENCHMARK.in_all, "hrm8k asks these items already"
    assert "a run of both counts them twice" in str(BENCHMARK.notice)
