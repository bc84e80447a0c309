"""HRC, HAE-RAE's reasoning challenge: questions with a final answer, which a judge holds against the reference.

Repository, split (`train`) and columns (`question`, `answer`, `source`, `category`) are those that HAE-RAE's evaluation
toolkit (commit cbc399b) reads, which asks for the answer in a box and says that the repository may be private or gated.
What kinds of answers there are is not known from there: hence a judge, not the scorer `math`.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

BENCHMARK = Benchmark(
    name="hrc",
    description=__doc__,
    suite="suites/hrc/test_hrc.py::test_hrc",
    repository="amphora/HRC",
    configurations={"hrc": None},
    splits={"test": "train"},
    prompts={"string_match": "boxed"},
    scorers={"string_match": "judge"},
    scorer_params={"string_match": {"template": "reference_ko"}},
    in_all=False,
)
