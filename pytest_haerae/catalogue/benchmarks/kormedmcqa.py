"""KorMedMCQA: Korean licensing examinations of doctors, nurses, pharmacists and dentists, five options each."""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.rows import numbered_layout

BENCHMARK = Benchmark(
    name="kormedmcqa",
    description=__doc__,
    suite="suites/kormedmcqa/test_kormedmcqa.py::test_kormedmcqa",
    repository="sean0042/KorMedMCQA",
    configurations={subset: subset for subset in ("dentist", "doctor", "nurse", "pharm")},
    layouts=(numbered_layout("ABCDE"),),
    prompts={"log_likelihood": "kmmlu"},
)
