"""HRM8K: mathematics in Korean, from school to olympiads; the answers are numbers."""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

BENCHMARK = Benchmark(
    name="hrm8k",
    description=__doc__,
    suite="suites/hrm8k/test_hrm8k.py::test_hrm8k",
    repository="HAERAE-HUB/HRM8K",
    configurations={subset: subset for subset in ("GSM8K", "KSM", "MATH", "MMMLU", "OMNI_MATH")},
    prompts={"string_match": "boxed"},
    scorers={"string_match": "math"},
)
