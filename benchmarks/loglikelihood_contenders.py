"""One contender of `loglikelihood.py` in a process of its own; prints one line of JSON."""

from __future__ import annotations

import importlib.metadata
import itertools
import json
import os
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measuring import SETTINGS, tree_processor_seconds
from pytest_haerae.backends.protocol import Backend
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.types import Request

Scores = list[tuple[float, ...]]
Settings = dict[str, Any]
Contender = Callable[[Settings], Callable[[Sequence[Request]], Callable[[], Scores]]]
"""Loads a model; what it returns prepares requests; what that returns is timed."""

CONTEXT_CHARACTERS = {"short": 0, "medium": 700, "long": 2100}
"""Text before each question of the embedded sample, for buckets of about 50 to 100, 300 and 900 tokens."""


def sample_rows(bucket: str, count: int) -> list[dict[str, Any]]:
    """Items of the embedded sample, with other items' questions before them where the bucket is longer."""
    loader = open_items("sample")
    names = ("csat_geo", "history", "loan_words", "general_knowledge")
    items = list(itertools.chain.from_iterable(zip(*(loader.items(name) for name in names), strict=False)))
    rows = []
    for number, item in enumerate(items[:count]):
        before = "\n\n".join(other.query for other in items[number + 1 :] + items[:number])
        text = before[: CONTEXT_CHARACTERS[bucket]]
        rows.append({"query": f"{text}\n\n{item.query}" if text else item.query, "options": item.options})
    return rows


def read_rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a file of JSON."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def load_requests(settings: Settings) -> list[Request]:
    """The items as requests; few-shot examples are the items that follow, the same for all.

    An option is scored as its letter in brackets, or as its text.
    """
    rows: list[dict[str, Any]] = []
    for bucket in settings["buckets"]:
        if settings["data"]:
            own = [row for row in read_rows(Path(settings["data"])) if row["bucket"] == bucket]
        else:
            own = sample_rows(bucket, settings["items"] + settings["few_shot"])
        chosen = own[: settings["items"]]
        shots = own[settings["items"] : settings["items"] + settings["few_shot"]]
        prefix = "".join(f"{row['query']}{continuations(row, settings)[0]}\n\n" for row in shots)
        rows += [{**row, "query": prefix + row["query"]} for row in chosen]
    return [Request("loglikelihood", row["query"], continuations(row, settings)) for row in rows]


def continuations(row: dict[str, Any], settings: Settings) -> tuple[str, ...]:
    """What is scored of a row's options."""
    if settings["text_options"]:
        return tuple(f" {text}" for text in row["options"])
    return tuple(f" ({label})" for label in "ABCDEFGHIJ"[: len(row["options"])])


def huggingface(settings: Settings) -> Any:  # noqa: ANN401 - either backend
    """This project's backend on transformers."""
    import torch

    from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters

    torch.set_num_threads(settings["threads"])
    values = {"model_name_or_path": settings["model"], "dtype": settings["dtype"], "device": settings["device"]}
    return HuggingFaceBackend(HuggingFaceParameters.model_validate(values))


def bind_engine(settings: Settings) -> None:
    """The engine binds its threads itself: to processors that this benchmark may use. Its cache takes 4 GiB."""
    allowed = sorted(os.sched_getaffinity(0))[: settings["threads"]]
    os.environ["VLLM_CPU_OMP_THREADS_BIND"] = ",".join(map(str, allowed))
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "4")


def vllm(settings: Settings) -> Any:  # noqa: ANN401 - either backend
    """This project's backend on vLLM."""
    from pytest_haerae.backends.local.vllm.backend import VllmBackend
    from pytest_haerae.backends.local.vllm.engine import VllmParameters

    bind_engine(settings)
    values = {"model_name_or_path": settings["model"], "dtype": settings["dtype"], "max_model_len": 4096}
    return VllmBackend(VllmParameters.model_validate(values))


def haerae(settings: Settings) -> Callable[[Sequence[Request]], Callable[[], Scores]]:
    """This project."""
    backend: Backend = {"huggingface": huggingface, "vllm": vllm}[settings["backend"]](settings)

    def prepare(requests: Sequence[Request]) -> Callable[[], Scores]:
        def score() -> Scores:
            answers = dict(backend.run(requests))
            return [answers[index].loglikelihoods or () for index in range(len(requests))]

        return score

    return prepare


def haerae_unshared(settings: Settings) -> Callable[[Sequence[Request]], Callable[[], Scores]]:
    """This project on transformers, computing shared prefixes anew for every item."""
    from pytest_haerae.backends.local import grouping

    grouping._SHORTEST_PREFIX = 10**9
    return haerae(settings)


def haerae_nodes(settings: Settings) -> Callable[[Sequence[Request]], Callable[[], Scores]]:
    """This project on vLLM, with one request a node of the options' trie."""
    from pytest_haerae.backends.local.vllm import backend

    backend._LONGEST_CHAIN = 1
    return haerae(settings)


def haerae_prompts(settings: Settings) -> Callable[[Sequence[Request]], Callable[[], Scores]]:
    """The `prompt_logprobs` of each option's full sequence, on the same engine settings."""
    from pytest_haerae.backends.local.vllm.backend import VllmBackend

    VllmBackend._knows_token_ids = lambda self: False  # type: ignore[method-assign]
    return haerae(settings)


def lm_eval(settings: Settings) -> Callable[[Sequence[Request]], Callable[[], Scores]]:
    """lm-evaluation-harness' own model class."""
    from lm_eval.api.instance import Instance

    common = {"pretrained": settings["model"], "dtype": settings["dtype"]}
    if settings["backend"] == "huggingface":
        import torch
        from lm_eval.models.huggingface import HFLM

        torch.set_num_threads(settings["threads"])
        model = HFLM(**common, device=settings["device"], batch_size=settings["batch_size"])
    else:
        bind_engine(settings)
        # It asks for the version of the distribution "vllm"; on a processor the distribution is called vllm-cpu, and
        # vLLM knows by this ending that it is on one.
        known = importlib.metadata.version
        importlib.metadata.version = lambda distribution_name: (
            known("vllm-cpu") + "+cpu" if distribution_name == "vllm" else known(distribution_name)
        )
        from lm_eval.models.vllm_causallms import VLLM

        model = VLLM(**common, batch_size="auto", enforce_eager=True, block_size=32, max_model_len=4096)

    def prepare(requests: Sequence[Request]) -> Callable[[], Scores]:
        instances = [
            Instance("loglikelihood", {}, (request.context, continuation), 0)
            for request in requests
            for continuation in request.continuations
        ]

        def score() -> Scores:
            values = iter(model.loglikelihood(instances, disable_tqdm=True))
            return [tuple(next(values)[0] for _ in request.continuations) for request in requests]

        return score

    return prepare


def floor(settings: Settings) -> Callable[[Sequence[Request]], Callable[[], Scores]]:
    """One bare forward over each context, logits of the last position only, in batches as this project sizes them."""
    import torch

    from pytest_haerae.backends.local.batching import Load

    backend = huggingface(settings)
    device = backend._model.device

    @torch.inference_mode()
    def forward(contexts: list[Sequence[int]]) -> Scores:
        while contexts:
            rows = backend._budget.rows(Load(len(contexts[0]), 0))
            batch, contexts = contexts[:rows], contexts[rows:]
            width = len(batch[0])
            tokens = torch.tensor([[backend._pad] * (width - len(one)) + list(one) for one in batch])
            mask = torch.tensor([[0] * (width - len(one)) + [1] * len(one) for one in batch])
            output = backend._model(
                input_ids=tokens.to(device), attention_mask=mask.to(device), use_cache=False, logits_to_keep=1
            )
            output.logits[:, -1].float().log_softmax(dim=-1).cpu()
        return []

    def prepare(requests: Sequence[Request]) -> Callable[[], Scores]:
        contexts = sorted((backend._encoder.prompt(request) for request in requests), key=len, reverse=True)
        return lambda: forward(list(contexts))

    return prepare


def main() -> None:
    """Load, score once to warm up on two items, then score all and print the measurement."""
    settings = json.loads(os.environ[SETTINGS])
    contender: Contender = globals()[settings["contender"]]
    requests = load_requests(settings)
    contender_of = contender(settings)
    contender_of(requests[:2])()
    score = contender_of(requests)
    started, worked = time.perf_counter(), tree_processor_seconds()
    scores = score()
    seconds, processor = time.perf_counter() - started, tree_processor_seconds() - worked
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
    rows = {str(number): list(values) for number, values in enumerate(scores)}
    print()
    measured = {"seconds": seconds, "processor": processor, "peak_mb": peak, "items": len(requests)}
    print(json.dumps({**measured, "loglikelihoods": rows}), flush=True)


if __name__ == "__main__":
    main()
