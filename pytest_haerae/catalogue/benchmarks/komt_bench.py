"""KoMT-Bench: MT-Bench in Korean, 80 conversations of two questions each, graded by a judge.

Its columns (`question_id`, `category`, `turns`, `reference`), its one split (`train`) and its licence (LGPL-3.0) are
those of the data card of LGAI-EXAONE/KoMT-Bench on the hub, as it stood at the revision that is read. No rows come
along.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

BENCHMARK = Benchmark(
    name="komt_bench",
    description=__doc__,
    suite="suites/komt_bench/test_komt_bench.py::test_komt_bench",
    repository="LGAI-EXAONE/KoMT-Bench",
    configurations={"komt_bench": None},
    revision="5b732b384945c4c4fefaba0ef89c24c2dbb1a6d1",
    splits={"test": "train"},
    prompts={"string_match": "raw"},
    scorers={"string_match": "judge"},
    scorer_params={"string_match": {"template": "conversation_ko"}},
    in_all=False,
    notice="komt_bench: published scores are a GPT-4's by the publisher's own judge prompt, with a penalty for answers"
    " that are not in Korean; those of another judge or template are not comparable with them",
)
