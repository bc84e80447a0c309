"""LogicKor: 42 conversations of two questions each in six fields of Korean reasoning, graded by a judge.

Its columns (`id`, `category`, `questions`, and `references` in the rows that have any) are those of
``questions.jsonl`` in the repository instructkr/LogicKor; the copy on the hub, maywell/LogicKor, states CC BY-SA 4.0
and is read at the revision that could be looked up. A file alone is the split `train` there. No rows come along.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

BENCHMARK = Benchmark(
    name="logickor",
    description=__doc__,
    suite="suites/logickor/test_logickor.py::test_logickor",
    repository="maywell/LogicKor",
    configurations={"logickor": None},
    revision="e31e5f8984d90ec76269ce93173a7d990c621c8a",
    splits={"test": "train"},
    prompts={"string_match": "raw"},
    scorers={"string_match": "judge"},
    scorer_params={"string_match": {"template": "conversation_ko"}},
    in_all=False,
    notice="logickor: published scores are a GPT-4's by the publisher's own judge prompt, which gives 0 to answers that"
    " are not in Korean; those of another judge or template are not comparable with them",
)
