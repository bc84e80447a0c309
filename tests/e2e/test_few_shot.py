"""Few-shot prompts beside those of lm-evaluation-harness 0.4.13, token by token, with a real tokenizer."""

from __future__ import annotations

import logging
import os
import random
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from pytest_haerae.backends.encoding import RequestEncoder
from pytest_haerae.data import ItemLoader, open_dataset
from pytest_haerae.prompts import find_prompt, make_request
from pytest_haerae.types import Item

pytestmark = [pytest.mark.engine, pytest.mark.server]

SUBSETS = ("general_knowledge", "history", "loan_words", "rare_words", "standard_nomenclature")
"""Those of lm-evaluation-harness' group `haerae`."""
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}"
    "<start_of_turn>{{ message.role }}\n{{ message.content }}<end_of_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)
"""Like Gemma's; the base model's tokenizer has none."""


@pytest.fixture(scope="module")
def harness(checkpoint: Path) -> Iterator[SimpleNamespace]:
    """lm-evaluation-harness: its model over the checkpoint, and its task over the embedded sample."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of its own imports
        patch.setattr(os, "environ", {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"})
        reason = "lm-evaluation-harness is installed by the extra oracle"
        lm_eval = pytest.importorskip("lm_eval", reason=reason, exc_type=ImportError)
        from importlib.metadata import version

        import datasets
        from lm_eval.api.task import ConfigurableTask
        from lm_eval.models.huggingface import HFLM

        assert version("lm_eval") == "0.4.13"
        settings = Path(lm_eval.__file__).parent / "tasks" / "haerae" / "_default_haerae_yaml"
        config = yaml.safe_load(settings.read_text(encoding="utf-8"))

        # Its own task with its own settings; only the rows are ours, for those of the hub are downloaded.
        class SampleTask(ConfigurableTask):  # type: ignore[misc]
            def download(self, *_: object, **__: object) -> None:
                self.dataset = {"test": datasets.Dataset.from_list(rows(self.config.dataset_name))}

        logging.getLogger("lm_eval").setLevel(logging.ERROR)
        model = HFLM(pretrained=str(checkpoint), device="cpu", dtype="bfloat16")
        model.tokenizer.chat_template = CHAT_TEMPLATE
        yield SimpleNamespace(
            model=model,
            task=lambda subset: SampleTask(config={**config, "task": f"haerae_{subset}", "dataset_name": subset}),
        )


class Recorder:
    """Draws worked examples as lm-evaluation-harness does, and remembers the last ones."""

    def __init__(self, draw: Callable[..., list[dict[str, Any]]]) -> None:
        self._draw = draw
        self.drawn: list[dict[str, Any]] = []

    def __call__(self, **settings: object) -> list[dict[str, Any]]:
        self.drawn = self._draw(**settings)
        return self.drawn


def rows(subset: str) -> list[dict[str, Any]]:
    return list(open_dataset("sample").rows(subset))


def items(subset: str) -> list[Item]:
    return ItemLoader(open_dataset("sample"), {}).items(subset)


@pytest.mark.parametrize("chat", [False, True], ids=["text", "chat"])
@pytest.mark.parametrize("count", [0, 1, 5])
@pytest.mark.parametrize("subset", SUBSETS)
def test_context_and_continuations_are_those_of_lm_evaluation_harness(
    harness: SimpleNamespace, subset: str, count: int, chat: bool
) -> None:
    model, task = harness.model, harness.task(subset)
    by_query = {item.query: item for item in items(subset)}
    task.sampler.set_rnd(1234)
    task.sampler.sample = Recorder(task.sampler.sample)
    documents = list(task.test_docs())
    assert len(documents) == len(by_query)
    for document in random.Random(0).sample(documents, 6):  # noqa: S311 - no secret
        template = {"apply_chat_template": chat, "chat_template": model.apply_chat_template if chat else None}
        context = task.fewshot_context(document, count, fewshot_as_multiturn=chat, **template)
        asked = task.construct_requests(document, context, **template, metadata=(subset, 0, 1))
        shots = [by_query[shot["query"]] for shot in task.sampler.sample.drawn] if count else []
        assert len(shots) == count
        expected = [model._encode_pair(*instance.arguments) for instance in asked]

        request = make_request(by_query[document["query"]], find_prompt("raw"), "loglikelihood", shots, chat=chat)
        tokens, continuations = RequestEncoder(model.tokenizer).pair(request)
        assert [(list(tokens), list(continuation)) for continuation in continuations] == expected
