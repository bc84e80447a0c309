"""KSM: 1,428 problems of Korean olympiads, entrance and teachers' examinations; the answers are numbers.

It is the configuration `KSM` of HRM8K's repository, whose data card counts its rows, and under this name reports tell
it apart: who asks `hrm8k` asks it already.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

BENCHMARK = Benchmark(
    name="ksm",
    description="KSM: problems of Korean mathematics competitions and examinations, a part of HRM8K.",
    suite="suites/ksm/test_ksm.py::test_ksm",
    repository="HAERAE-HUB/HRM8K",
    configurations={"KSM": "KSM"},
    prompts={"string_match": "boxed"},
    scorers={"string_match": "math"},
    in_all=False,
    notice="ksm: its questions are those of hrm8k's subset KSM, too; a run of both counts them twice",
)
