"""HAE-RAE Bench 1.1: Korean knowledge, language and reading; letters, and free text in the two denoising subsets."""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

SUBSETS = (
    "correct_definition_matching",
    "csat_geo",
    "csat_law",
    "csat_socio",
    "date_understanding",
    "general_knowledge",
    "history",
    "loan_words",
    "lyrics_denoising",
    "proverbs_denoising",
    "rare_words",
    "reading_comprehension",
    "standard_nomenclature",
)

BENCHMARK = Benchmark(
    name="haerae_bench",
    description=__doc__,
    repository="HAERAE-HUB/HAE_RAE_BENCH_1.1",
    configurations={subset: subset for subset in SUBSETS},
    revision="b480e81024913f27783d2b05d2f0b10089db19ad",
    suite="suites/test_{subset}.py::test_{subset}",
)
