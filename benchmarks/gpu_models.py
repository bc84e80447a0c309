"""What `gpu.py` measures: random models, a tokenizer and items made on the spot, and the contenders.

Nothing is downloaded. The shapes are those of Llama 3 (8B) and Llama 3.2 (1B); random weights take as long as trained
ones. The tokenizer is a byte-level BPE trained on this project's own Korean and English text, so that tokenizing costs
what it costs with a real one; the items are cut from the same text.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = tuple(f" ({letter})" for letter in "ABCDE")
Scores = list[tuple[float, ...]]
Score = Callable[[Sequence[Any]], Scores]
"""Scores requests; what is timed."""


def load_package() -> tuple[Any, Any]:
    """The two names of this project that are measured: the module of its `huggingface` backend, and `Request`."""
    from pytest_haerae.backends.local import huggingface
    from pytest_haerae.types import Request

    return huggingface, Request


@dataclass(frozen=True, slots=True)
class Shape:
    """A Llama's shape; sizes as in `LlamaConfig`."""

    name: str
    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    tie_word_embeddings: bool


SHAPES = (
    Shape("1B", 128_256, 2048, 8192, 16, 32, 8, True),
    Shape("8B", 128_256, 4096, 14_336, 32, 32, 8, False),
)
TINY = (Shape("tiny", 512, 64, 128, 2, 4, 2, True), Shape("other", 512, 64, 128, 1, 4, 2, False))


def make_model(shape: Shape, device: torch.device, dtype: torch.dtype) -> Any:  # noqa: ANN401 - transformers' model
    """A model with random weights, initialised on the device itself; it knows no end, so that generations are long."""
    from transformers import AutoModelForCausalLM, LlamaConfig

    sizes = {name: getattr(shape, name) for name in Shape.__slots__ if name != "name"}
    config = LlamaConfig(
        **sizes, max_position_embeddings=8192, rope_theta=500_000.0, bos_token_id=None, eos_token_id=None
    )
    torch.manual_seed(0)
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    return model.to(device).eval()


def project_lines() -> list[str]:
    """Lines of text that this project carries: its sample of questions, and its documentation in two languages."""
    lines: list[str] = []
    for path in sorted([*ROOT.glob("pytest_haerae/**/*.jsonl"), *ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = str(json.loads(line).get("query", "")) if path.suffix == ".jsonl" else line
            lines += [each for each in text.splitlines() if each.strip()]
    return lines


def make_tokenizer(lines: Sequence[str], vocab_size: int) -> Any:  # noqa: ANN401 - transformers' tokenizer
    """A byte-level BPE of at most 8,192 tokens; the options begin with one token of their own, `" ("`."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=min(8192, vocab_size),
        special_tokens=["<pad>", "<eos>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(chain(lines, ["".join(OPTIONS)] * len(lines)), trainer)
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="<eos>")  # noqa: S106 - no secret


def make_requests(tokenizer: Any, lines: Sequence[str], tokens: int, count: int) -> list[Any]:  # noqa: ANN401
    """Questions with five lettered options: contexts of `tokens` tokens, a fifth more or less, that begin differently.

    Args:
        tokenizer: Measures them.
        lines: Text to draw from.
        tokens: The mean length, in tokens.
        count: How many.
    """
    _, request = load_package()
    draw = random.Random(tokens)  # noqa: S311 - the same items every time, no secret
    requests = []
    for number in range(count):
        wanted = draw.randint(tokens * 4 // 5, tokens * 6 // 5)
        text = f"{number}. "
        offsets: list[tuple[int, int]] = []
        while len(offsets) < wanted:
            text += "\n".join(draw.choices(lines, k=8)) + "\n"
            offsets = tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
        context = text[: offsets[wanted - 1][1]].rstrip()
        requests.append(request("loglikelihood", context, OPTIONS))
    return requests


def make_backend(tokenizer: Any, model: Any, max_tokens: int = 128) -> Any:  # noqa: ANN401 - transformers', and ours
    """This project's `huggingface` backend around a model that is in memory already."""
    module, _ = load_package()
    loading = module.load_model
    module.load_model = lambda parameters: (tokenizer, model)
    try:
        return module.HuggingFaceBackend(
            module.HuggingFaceParameters(model_name_or_path="random-weights", max_tokens=max_tokens)
        )
    finally:
        module.load_model = loading


def haerae(backend: Any) -> Score:  # noqa: ANN401 - this project's backend
    """This project, from text to log-likelihoods, in the batches that it chooses; NaN where it answers an error."""

    def score(requests: Sequence[Any]) -> Scores:
        answers = dict(backend.run(requests))
        none = (math.nan,) * len(OPTIONS)
        return [answers[index].loglikelihoods or none for index in range(len(requests))]

    return score


def full_sequences(tokenizer: Any, model: Any, size: int) -> Score:  # noqa: ANN401 - transformers'
    """What `HFLM` of lm-evaluation-harness 0.4.13 does: each option's whole sequence, all its positions' logits.

    Context and whole text are encoded pair by pair; sequences, longest first, are padded on the right; the softmax over
    every position is taken in the model's precision, that version's default; each option's sum and whether it is what
    greedy decoding says are read one by one.
    """

    @torch.no_grad()
    def score(requests: Sequence[Any]) -> Scores:
        pairs: list[tuple[list[int], int]] = []
        for request in requests:
            for option in request.continuations:
                whole = tokenizer.encode(request.context + option)
                pairs.append((whole, len(whole) - len(tokenizer.encode(request.context))))
        order = sorted(range(len(pairs)), key=lambda place: -len(pairs[place][0]))
        sums = [0.0] * len(pairs)
        for start in range(0, len(order), size):
            batch = order[start : start + size]
            width = len(pairs[batch[0]][0]) - 1
            rows = [pairs[place][0][:-1] for place in batch]
            tokens = torch.tensor([row + [0] * (width - len(row)) for row in rows], device=model.device)
            logprobs = torch.log_softmax(model(tokens).logits, dim=-1)
            for row, place in enumerate(batch):
                whole, length = pairs[place]
                steps = logprobs[row, len(whole) - 1 - length : len(whole) - 1]
                wanted = torch.tensor(whole[-length:], device=model.device)
                bool((steps.argmax(dim=-1) == wanted).all())
                sums[place] = float(steps.gather(1, wanted.unsqueeze(1)).sum())
            del logprobs
        values = iter(sums)
        return [tuple(next(values) for _ in request.continuations) for request in requests]

    return score


def floor(tokenizer: Any, model: Any, rows: Sequence[int]) -> Score:  # noqa: ANN401 - transformers'
    """One bare forward over each context, the logits of its last position only, in batches of the given rows.

    The contexts are tokenized beforehand, once; nothing is scored.
    """
    known: dict[str, list[int]] = {}

    @torch.inference_mode()
    def score(requests: Sequence[Any]) -> Scores:
        for request in requests:
            if request.context not in known:
                known[request.context] = tokenizer.encode(request.context)
        contexts = sorted((known[request.context] for request in requests), key=len, reverse=True)
        start = 0
        for size in chain(rows, [rows[-1]] * len(contexts)):
            batch = contexts[start : start + size]
            start += size
            if not batch:
                break
            tokens, mask = padded_left(batch, model.device)
            model(input_ids=tokens, attention_mask=mask, use_cache=False, logits_to_keep=1).logits.sum().item()
        return []

    return score


def padded_left(rows: Sequence[Sequence[int]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and mask of a batch, padded on the left with 0."""
    width = max(map(len, rows))
    tokens = torch.tensor([[0] * (width - len(row)) + list(row) for row in rows], device=device)
    mask = torch.tensor([[0] * (width - len(row)) + [1] * len(row) for row in rows], device=device)
    return tokens, mask


@contextmanager
def batches_seen(model: Any) -> Iterator[list[tuple[int, int]]]:  # noqa: ANN401 - transformers' model
    """The shape ``(rows, width)`` of every batch of tokens that the model embeds until the block ends."""
    seen: list[tuple[int, int]] = []
    hook = model.get_input_embeddings().register_forward_pre_hook(
        lambda module, inputs: seen.append(tuple(inputs[0].shape))
    )
    try:
        yield seen
    finally:
        hook.remove()


def synchronize(device: torch.device) -> None:
    """Wait until the device has done what it was asked."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def timed(device: torch.device, work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of wall time until the device is done, and what the work returned."""
    synchronize(device)
    started = time.perf_counter()
    result = work()
    synchronize(device)
    return time.perf_counter() - started, result


def failures(scores: Scores) -> int:
    """Items without a score."""
    return sum(any(map(math.isnan, one)) for one in scores)


def differences(ours: Scores, others: Scores) -> tuple[float, int]:
    """The largest difference of two log-likelihoods of the same option, and how many items have the same argmax.

    Items without a score are left out.
    """
    both = [pair for pair in zip(ours, others, strict=True) if not failures(list(pair))]
    largest = max((abs(a - b) for pair in both for a, b in zip(*pair, strict=True)), default=math.nan)
    return largest, sum(one.index(max(one)) == other.index(max(other)) for one, other in both)
