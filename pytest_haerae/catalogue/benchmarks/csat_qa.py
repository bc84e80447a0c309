"""CSAT-QA: Korean of the college entrance examination, a passage and five numbered options each."""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import numbered_layout

BENCHMARK = Benchmark(
    name="csat_qa",
    description=__doc__,
    suite="suites/csat_qa/test_csat_qa.py::test_csat_qa",
    repository="HAERAE-HUB/csatqa",
    configurations={subset: subset for subset in ("GR", "LI", "RCH", "RCS", "RCSS", "WR")},
    layouts=(numbered_layout([f"option#{number}" for number in range(1, 6)], "gold"),),
    prompts={"log_likelihood": "csat_qa"},
)
