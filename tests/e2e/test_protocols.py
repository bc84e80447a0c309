"""Protocols beside lm-evaluation-harness 0.4.13: what a whole run would send, token by token, with a real tokenizer."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_haerae.backends.local.encoding import RequestEncoder
from pytest_haerae.catalogue.datasets import open_dataset
from pytest_haerae.catalogue.protocol_registry import find_protocol
from pytest_haerae.config.run_config import build_config
from pytest_haerae.run.item_source import ItemSource
from pytest_haerae.run.plan import make_plan
from pytest_haerae.run.questions import Questions
from pytest_haerae.types import DataKey, Item, Selected
from tests.e2e.harness import open_harness
from tests.helpers import shared

pytestmark = [pytest.mark.engine, pytest.mark.server]

COUNT = 6
"""Items a subset."""


class Run:
    """What a run with a protocol would ask of a folder's rows.

    Args:
        protocol: Its name.
        dataset: The folder.
    """

    def __init__(self, protocol: str, dataset: str) -> None:
        config = build_config({"model": "random", "protocol": protocol, "dataset": dataset}, Path())
        self.config, self.data = config, DataKey(dataset)
        self._source = ItemSource(config)
        self._questions = Questions(make_plan(config), self._source)

    def items(self, subset: str, split: str | None = None) -> list[Item]:
        return self._source.loader(self.data, split).items(subset)

    def tokens(self, item: Item, tokenizer: object) -> list[tuple[list[int], list[int]]]:
        """The tokens of the context and of each continuation."""
        request = self._questions.request(Selected(item, item.id, self.data))
        assert request is not None
        encoder = RequestEncoder(tokenizer)
        context, continuations = encoder.cut(*encoder.wholes([request]))
        return [(list(context), list(continuation)) for continuation in continuations]

    def shots(self, item: Item) -> list[Item]:
        """The examples before an item, in their order."""
        return self._questions._shots(Selected(item, item.id, self.data), self.config)


def expected(
    harness: SimpleNamespace,
    task: Any,  # noqa: ANN401 - of lm-evaluation-harness
    document: dict[str, Any],
    shots: list[dict[str, Any]],
    label: str,
) -> list[tuple[list[int], list[int]]]:
    """What lm-evaluation-harness sends with these examples, which it would draw in an order of its own."""
    task.sampler.sample = lambda **_: shots
    context = task.fewshot_context(document, len(shots))
    asked = task.construct_requests(document, context, metadata=(label, 0, 1))
    return [harness.model._encode_pair(*instance.arguments) for instance in asked]


@pytest.mark.parametrize("name", ["haerae/lm-eval-0shot@1", "haerae/lm-eval-5shot@1"])
def test_haerae_sends_the_tokens_of_lm_evaluation_harness(checkpoint: Path, name: str) -> None:
    def rows(subset: str) -> dict[str, list[dict[str, Any]]]:
        return {"test": list(open_dataset("sample").rows(subset))}

    run = Run(name, "sample")
    assert set(run.config.subset) == set(find_protocol(name).subsets)
    with open_harness(checkpoint, "haerae/_default_haerae_yaml", "haerae_", rows, dtype="bfloat16") as harness:
        for subset in run.config.subset:
            task, documents = harness.task(subset), {row["query"]: row for row in rows(subset)["test"]}
            for item in run.items(subset)[:COUNT]:
                shots = run.shots(item) if run.config.num_few_shot else []
                assert len(shots) == run.config.num_few_shot == (5 if "5shot" in name else 0)
                drawn = [documents[shot.query] for shot in shots]
                wanted = expected(harness, task, documents[item.query], drawn, subset)
                assert len(wanted) == len(item.options or ())
                assert run.tokens(item, harness.model.tokenizer) == wanted


@pytest.mark.parametrize("name", ["kmmlu/lm-eval-0shot@1", "kmmlu/lm-eval-5shot@1"])
def test_kmmlu_sends_the_tokens_of_lm_evaluation_harness(checkpoint: Path, name: str) -> None:
    folder = str(shared("data/kmmlu"))

    def rows(subject: str) -> dict[str, list[dict[str, Any]]]:
        found = {split: open_dataset(folder, split).rows(subject) for split in ("test", "dev")}
        return {split: [{**row, "answer": int(row["answer"])} for row in each] for split, each in found.items()}

    run = Run(name, folder)
    with open_harness(checkpoint, "kmmlu/default/_default_kmmlu_yaml", "kmmlu_", rows, dtype="bfloat16") as harness:
        for subject in ("Criminal-Law", "Fashion"):
            task, found = harness.task(subject), rows(subject)
            examples = dict(zip((item.query for item in run.items(subject, "dev")), found["dev"], strict=True))
            for item, document in zip(run.items(subject)[:COUNT], found["test"], strict=False):
                shots = run.shots(item) if run.config.num_few_shot else []
                drawn = [examples[shot.query] for shot in shots]
                assert len(drawn) == (len(found["dev"]) if "5shot" in name else 0)
                wanted = expected(harness, task, document, drawn, subject)
                assert len(wanted) == len(item.options or ())
                assert run.tokens(item, harness.model.tokenizer) == wanted
