"""Pairs of the embedded sample: does a question's own answer follow it, or its neighbour's? For small base models."""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.data.local import SAMPLE_FOLDER

FOLDER = SAMPLE_FOLDER.with_name("sample_pairs")
"""Its rows, as `tests/make_sample_pairs.py` makes them of the sample's."""

BENCHMARK = Benchmark(
    name="sample_pairs",
    description=__doc__,
    folder=FOLDER,
    prompts={"log_likelihood": "option_text"},
    method="log_likelihood",
    in_all=False,
)
