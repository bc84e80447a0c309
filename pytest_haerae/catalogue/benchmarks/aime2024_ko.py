"""AIME 2024 in Korean: the thirty problems in Allganize's translation; each answer is a number to 999.

The configuration `lighteval`, its one split, `train`, and its columns (`problem`, in Korean, `answer`, `problem_en`,
`solution`, `url`, `year`) are on the data card of `allganize/AIME2024-ko`; the publisher's own task for lighteval asks
`problem` and compares with `answer`. No whole commit hash of it could be read, so no revision is pinned.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.benchmarks.aime2024 import LAYOUT

BENCHMARK = Benchmark(
    name="aime2024_ko",
    description="AIME 2024 in Korean: thirty problems of a mathematics examination; the answers are numbers.",
    suite="suites/aime2024_ko/test_aime2024_ko.py::test_aime2024_ko",
    repository="allganize/AIME2024-ko",
    configurations={"aime2024_ko": "lighteval"},
    splits={"test": "train"},
    layouts=(LAYOUT,),
    prompts={"string_match": "boxed"},
    scorers={"string_match": "math"},
)
