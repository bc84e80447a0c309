"""AIME 2025: thirty problems of the American Invitational Mathematics Examination; each answer is a number to 999.

The subsets and the columns (`question` and `answer`, a text such as ``70``) are known from the loader of HAE-RAE's
toolkit and from those of other programs that read `opencompass/AIME2025`; the problems are in English.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

BENCHMARK = Benchmark(
    name="aime2025",
    description="AIME 2025: thirty problems of a mathematics examination, in English; the answers are numbers.",
    suite="suites/aime2025/test_aime2025.py::test_aime2025",
    repository="opencompass/AIME2025",
    configurations={subset: subset for subset in ("AIME2025-I", "AIME2025-II")},
    prompts={"string_match": "boxed"},
    scorers={"string_match": "math"},
)
