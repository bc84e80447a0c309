"""HAE-RAE Bench 1.0: six subsets of Korean knowledge, vocabulary and reading, 1,538 questions; four or five options.

Configurations and columns (`question`, `a` to `e`, of which `e` is empty where there are four options, `answer`, a
small letter) are those that a public evaluation of it reads (hsr87/evaluate-llm-on-korean-dataset, commit dc312a7).
Five of the subsets have the questions of version 1.1; reading comprehension, 447 questions, is another one there.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

CONFIGURATIONS = {
    name.lower().replace(" ", "_"): name
    for name in (
        "General Knowledge",
        "History",
        "Loan Words",
        "Rare Words",
        "Reading Comprehension",
        "Standard Nomenclature",
    )
}
"""Each subset, by the name that version 1.1 gives it, and what its repository calls it."""

BENCHMARK = Benchmark(
    name="haerae_bench_1_0",
    description="HAE-RAE Bench 1.0: six subsets of Korean knowledge, vocabulary and reading, 1,538 questions.",
    suite="suites/haerae_bench_1_0/test_haerae_bench_1_0.py::test_haerae_bench_1_0",
    repository="HAERAE-HUB/HAE_RAE_BENCH_1.0",
    revision="d5082e9b46bdd7012471d60ee1851e734606af72",
    configurations=CONFIGURATIONS,
    in_all=False,
)
