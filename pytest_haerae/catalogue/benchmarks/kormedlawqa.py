"""KorMedLawQA: choices about Korean medical law, written by a model; a part of the questions is in English.

The columns (`question`, `options`, `answer`, a letter, and `reasoning`) and the one split, `train`, are known from
three public programs that read `snuh/KorMedLawQA`, and its 13,388 questions from HAE-RAE's evaluation scripts. How the
options stand in their cell differs between those programs (a list, or letters with texts): both are read. The hub
shows no preview of it, and no commit hash could be read, so that no revision is pinned.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark

BENCHMARK = Benchmark(
    name="kormedlawqa",
    description="KorMedLawQA: choices about Korean medical law, written by a model.",
    suite="suites/kormedlawqa/test_kormedlawqa.py::test_kormedlawqa",
    repository="snuh/KorMedLawQA",
    configurations={"kormedlawqa": None},
    splits={"test": "train"},
    # Its rows could not be seen: a run of all is not to end where they cannot be had.
    in_all=False,
)
