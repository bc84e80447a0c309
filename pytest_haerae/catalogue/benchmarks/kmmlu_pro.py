"""KMMLU-Pro: the examinations of Korean professional licences, four or five options each.

Split (`test`) and columns (`question`, `options`, a list, `solution`, the option's number from 1 as a text,
`license_name`, `subject`, `year`, `round`, `session`, `score`) are those that NVIDIA's NeMo Skills
(`nemo_skills/dataset/kmmlu-pro`, commit 9045b60) and other public programs read. The repository is gated. What it takes
to pass, 40 of 100 in each subject and 60 on average, is what the authors' paper (arXiv:2507.08924) says; `score` is
described nowhere that could be looked up, so that each question counts once.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.benchmarks.kmmlu_redux import LAYOUT
from pytest_haerae.catalogue.examination import Examination

BENCHMARK = Benchmark(
    name="kmmlu_pro",
    description="KMMLU-Pro: 2,822 questions of the examinations of 14 Korean licences, and which of them are passed.",
    suite="suites/kmmlu_pro/test_kmmlu_pro.py::test_kmmlu_pro",
    repository="LGAI-EXAONE/KMMLU-Pro",
    configurations={"kmmlu_pro": None},
    layouts=(LAYOUT,),
    prompts={"log_likelihood": "kmmlu"},
    examination=Examination(group="license_name", subject="subject", least_each=40, least_average=60),
    in_all=False,
)
