"""KorNLI: inference between sentences of XNLI, translated by people.

The configurations, the splits (`xnli` has `validation` and `test`, 5,010 pairs; the translated MultiNLI and SNLI have
`train` alone), the columns (`premise`, `hypothesis`, `label`) and the classes by number (entailment, neutral,
contradiction) are on the data card of `kakaobrain/kor_nli`; the commit is the one that turned it into Parquet. Its
sister KorSTS has similarities from 0 to 5 and no classes, and is not here.
"""

from __future__ import annotations

from pytest_haerae.catalogue.benchmark import Benchmark
from pytest_haerae.catalogue.benchmarks.klue import read_inference
from pytest_haerae.scoring.metrics import MACRO_F1

BENCHMARK = Benchmark(
    name="kornli",
    description="KorNLI: inference between sentences: what the first says of the second.",
    suite="suites/kornli/test_kornli.py::test_kornli",
    repository="kakaobrain/kor_nli",
    configurations={"xnli": "xnli"},
    revision="3e0e4626f66911b344c490c26e3cc07e6c3bb0f9",
    layouts=((frozenset({"premise", "hypothesis", "label"}), read_inference),),
    shares_layouts=False,
    further_metrics=(MACRO_F1,),
)
