"""Four benchmarks in one run on a real model: one load, and the numbers of four runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import EvaluationResult, Evaluator
from pytest_haerae.backends.local.huggingface import HuggingFaceBackend
from pytest_haerae.catalogue.datasets import open_dataset
from pytest_haerae.data.hub import HubDataset
from tests.helpers import HubRows, shared

pytestmark = pytest.mark.engine

SUBSETS = {
    "haerae_bench": ["loan_words", "rare_words"],
    "kmmlu": ["Law", "Fashion"],
    "kobest": ["hellaswag"],
    "click": ["culture_law", "culture_economy"],
}
LIMIT = 3
NAMES = list(SUBSETS)


def rows(repository: str, configuration: str | None, split: str) -> Iterator[dict[str, Any]]:
    """Rows as the hub has them: of the sample, KMMLU and KoBEST; made up in the layout of CLIcK."""
    if repository == "HAERAE-HUB/HAE_RAE_BENCH_1.1":
        yield from open_dataset("sample").rows(str(configuration))
    elif repository == "HAERAE-HUB/KMMLU":
        found = open_dataset(str(shared("data/kmmlu")), split).rows(str(configuration))
        yield from ({**row, "answer": int(row["answer"])} for row in found)
    elif repository == "skt/kobest_v1":
        for row in open_dataset(str(shared("data/kobest/HellaSwag_test.tsv"))).rows("HellaSwag"):
            endings = {f"ending_{number}": row[f"choice{number}"] for number in range(1, 5)}
            yield {"context": row["context"], **endings, "label": int(row["label"])}
    else:
        for number, row in enumerate(open_dataset("sample").rows("csat_law")):
            options = [f"{number}번 {letter}" for letter in "가나다라"]
            kind = "law" if number % 2 else "economy"
            yield {
                "id": f"{kind}_{number}",
                "paragraph": "",
                "question": str(row["query"]).partition("\n")[0] or "무엇인가?",
                "choices": options,
                "answer": options[number % 4],
            }


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[object]:
    """Rows in the place of the hub's, and each model that is loaded."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        HubDataset, "_load", lambda self, configuration: HubRows(rows(self.repository.name, configuration, self.split))
    )
    loaded: list[object] = []
    load = HuggingFaceBackend.__init__

    def counted(self: HuggingFaceBackend, parameters: Any) -> None:  # noqa: ANN401 - as it is
        loaded.append(self)
        load(self, parameters)

    monkeypatch.setattr(HuggingFaceBackend, "__init__", counted)
    return loaded


def run(checkpoint: Path, *names: str, **options: Any) -> EvaluationResult:  # noqa: ANN401 - an option's value
    return Evaluator(progress=False).run(
        "huggingface",
        {"model_name_or_path": str(checkpoint), "dtype": "float32"},
        dataset=list(names),
        subset=[subset for name in names for subset in SUBSETS[name]],
        limit=LIMIT,
        evaluation_method="log_likelihood",
        store=Path("-".join(names) + ".sqlite"),
        **options,
    )


def test_one_run_of_four_benchmarks_is_four_runs(checkpoint: Path, loads: list[object]) -> None:
    together = run(checkpoint, *NAMES, num_few_shot=1)
    assert len(loads) == 1
    assert sorted(together.metrics["benchmarks"]) == sorted(NAMES)
    for name in NAMES:
        alone = run(checkpoint, name, num_few_shot=1)
        assert together.metrics["benchmarks"][name] == alone.metrics
        mine = [sample for sample in together.samples if sample["dataset"] == name]
        assert [sample["input"] for sample in mine] == [sample["input"] for sample in alone.samples]
        for sample, single in zip(mine, alone.samples, strict=True):
            assert sample["loglikelihoods"] == pytest.approx(single["loglikelihoods"], abs=1e-3)
            assert (sample["prediction"], sample["outcome"]) == (single["prediction"], single["outcome"])
    assert len(loads) == 5
    prompts = {name: part["prompt"] for name, part in together.info["benchmarks"].items()}
    assert prompts == {"haerae_bench": "raw", "kmmlu": "kmmlu", "kobest": "kobest", "click": "raw"}
