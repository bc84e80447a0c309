"""KMMLU-Hard: of KMMLU's 45 subjects the questions that strong models of its time got wrong, four options each.

Repository, configurations and columns (`question`, `A` to `D`, `answer`, a number from 1) are those that
lm-evaluation-harness' tasks `kmmlu_hard` read (commit 4e7e0d4).
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.benchmarks import kmmlu

SUBJECTS = {subject.lower().replace("-", "_"): subject for subject in kmmlu.SUBJECTS}
"""Each subject as this repository spells it, and as KMMLU's does."""


def metadata(subject: str) -> dict[str, str]:
    """Which of KMMLU's four groups a subject is of."""
    return kmmlu.metadata(SUBJECTS[subject])


BENCHMARK = Benchmark(
    name="kmmlu_hard",
    description="KMMLU-Hard: those of KMMLU's questions that strong models got wrong; 45 subjects, four options each.",
    suite="suites/kmmlu_hard/test_kmmlu_hard.py::test_kmmlu_hard",
    repository="HAERAE-HUB/KMMLU-HARD",
    configurations={subject: subject for subject in SUBJECTS},
    layouts=kmmlu.BENCHMARK.layouts,
    prompts={"log_likelihood": "kmmlu"},
    metadata=metadata,
    in_all=False,
)
