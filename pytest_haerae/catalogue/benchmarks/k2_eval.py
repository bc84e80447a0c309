"""K2-Eval: 90 instructions that need knowledge of Korea; a judge scores what is written, 1 to 5.

The subset is the configuration `generation` (split `test`), as the data card names it. Its columns (`instruction`,
`subject`, `ability`) are those that HAE-RAE's evaluation toolkit (commit cbc399b) reads. It has no references, and the
criteria of earlier revisions are not among its columns.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

BENCHMARK = Benchmark(
    name="k2_eval",
    description=__doc__,
    suite="suites/k2_eval/test_k2_eval.py::test_k2_eval",
    repository="HAERAE-HUB/K2-Eval",
    configurations={"generation": "generation"},
    columns={"question": "instruction", "answer": "none"},
    prompts={"string_match": "raw"},
    scorers={"string_match": "judge"},
    scorer_params={"string_match": {"template": "score5_ko"}},
    in_all=False,
    notice="k2_eval: published numbers are of another judge in other words; those of this template are not"
    " comparable with them",
)
