"""The parts of `gpu.py`: what each one does with a model in memory, and the numbers it hands back."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from benchmarks import gpu_models as models
from benchmarks.gpu_profile import measure_waiting

Row = dict[str, Any]
SIZES = {60: (16, 64, 250), 300: (8, 32, 125), 1500: (4, 16, 50)}
"""Batch sizes that full sequences try, by the items' tokens; the trial has as many sequences as the largest."""
LONG_PASS = 15.0
"""Seconds of a pass above which full sequences score a share of the items, and above which two rounds are enough."""
GIB = 1 << 30


@dataclass(slots=True)
class Bench:
    """A model in memory, and what it is measured with.

    Attributes:
        device: Where the model is.
        tokenizer: Its tokenizer.
        model: The model, in bfloat16.
        backend: This project's backend around both.
        requests: The items, by their tokens.
        new_tokens: Tokens that each prompt generates.
        left: The seconds that are left for everything.
    """

    device: torch.device
    tokenizer: Any
    model: Any
    backend: Any
    requests: dict[int, list[Any]]
    new_tokens: int
    left: Callable[[], float]


def empty(device: torch.device) -> None:
    """Give back what nothing holds."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def peak_gib(device: torch.device) -> float:
    """Peak of allocated memory since the last call, weights included."""
    if device.type != "cuda":
        return 0.0
    peak = torch.cuda.max_memory_allocated(device) / GIB
    torch.cuda.reset_peak_memory_stats(device)
    return peak


def best_size(bench: Bench, tokens: int) -> tuple[int, float, dict[int, float | str]]:
    """The fastest batch size of full sequences that fits, its seconds an item, and what each took (or that none did).

    It is tried on the longest items: what fits there fits everywhere.
    """
    tried: dict[int, float | str] = {}
    longest = sorted(bench.requests[tokens], key=lambda request: -len(request.context))
    requests = longest[: SIZES[tokens][-1] // len(models.OPTIONS)]
    models.full_sequences(bench.tokenizer, bench.model, SIZES[tokens][0])(requests[:2])
    for size in SIZES[tokens]:
        try:
            score = models.full_sequences(bench.tokenizer, bench.model, size)
            seconds, _ = models.timed(bench.device, partial(score, requests))
            tried[size] = seconds / len(requests)
        except torch.OutOfMemoryError:
            tried[size] = "out of memory"
        # After the exception is gone: it holds the frames whose tensors are to be freed.
        empty(bench.device)
    fitting = {size: seconds for size, seconds in tried.items() if isinstance(seconds, float)}
    best = min(fitting, key=lambda size: fitting[size])
    return best, fitting[best], tried


def context_rows(seen: Sequence[tuple[int, int]], requests: Sequence[Any], tokenizer: Any) -> list[int] | None:  # noqa: ANN401
    """The rows of the batches that held the contexts; None where they are not all of the items, each once."""
    shortest = min(len(tokenizer.encode(request.context)) for request in requests)
    rows = [count for count, width in seen if width >= shortest]
    return rows if sum(rows) == len(requests) else None


def measure_scoring(bench: Bench, tokens: int) -> Row:
    """The three contenders on the items of one length."""
    requests = bench.requests[tokens]
    ours = models.haerae(bench.backend)
    peak_gib(bench.device)
    with models.batches_seen(bench.model) as seen:
        cold, _ = models.timed(bench.device, partial(ours, requests))
    rows = context_rows(seen, requests, bench.tokenizer)
    size, each, tried = best_size(bench, tokens)
    step = next(step for step in (1, 2, 4, 8, 16) if each * len(requests) / step < LONG_PASS or step == 16)  # noqa: PLR2004
    contenders: dict[str, tuple[models.Score, int]] = {
        "haerae": (ours, 1),
        "full": (models.full_sequences(bench.tokenizer, bench.model, size), step),
        "floor": (models.floor(bench.tokenizer, bench.model, rows or [max(1, SIZES[tokens][-1] // 5)]), 1),
    }
    contenders["floor"][0](requests)
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    processor: dict[str, list[float]] = {name: [] for name in contenders}
    peaks = dict.fromkeys(contenders, 0.0)
    scores: dict[str, models.Scores] = {}
    round_seconds = 0.0
    for number in range(3):
        if number and (bench.left() < 1.2 * round_seconds or (number > 1 and round_seconds > LONG_PASS)):
            break
        started = time.monotonic()
        for name, (score, share) in contenders.items():
            if cold > 1:
                # What another contender keeps of the memory would be cleared in the middle of this one's pass.
                empty(bench.device)
            peak_gib(bench.device)
            worked = time.process_time()
            taken, scores[name] = models.timed(bench.device, partial(score, requests[::share]))
            seconds[name].append(taken * len(requests) / len(requests[::share]))
            processor[name].append((time.process_time() - worked) * len(requests) / len(requests[::share]))
            peaks[name] = max(peaks[name], peak_gib(bench.device))
        round_seconds = time.monotonic() - started
    difference, agreed = models.differences(scores["haerae"][::step], scores["full"])
    return {
        "items": len(requests),
        "seconds": seconds,
        "processor_seconds": processor,
        "median": {name: statistics.median(each) for name, each in seconds.items()},
        "peak_gib": peaks,
        "first_pass_seconds": cold,
        "rows": rows or "not seen; the floor has its own",
        "batches": seen[:40],
        "full_size": size,
        "full_tried_seconds_an_item": tried,
        "full_every": step,
        "not_scored": models.failures(scores["haerae"]),
        "largest_difference": difference,
        "same_argmax": [agreed, len(scores["full"])],
    }


def measure_profile(bench: Bench, tokens: int) -> Row:
    """How long the device waits while this project scores."""
    requests = bench.requests[tokens]
    work = partial(models.haerae(bench.backend), requests)
    work()
    return measure_waiting(bench.device, work, len(requests))


def measure_generation(bench: Bench, prompts: int = 64) -> Row:
    """The backend's answers to prompts of about 60 tokens, and `model.generate` on the same batch."""
    _, request = models.load_package()
    asked = [request("generate", one.context) for one in bench.requests[60][:prompts]]
    rows = [bench.tokenizer.encode(one.context) for one in asked]

    @torch.inference_mode()
    def plain(new_tokens: int) -> list[str]:
        tokens, mask = models.padded_left(rows, bench.device)
        made = bench.model.generate(
            input_ids=tokens, attention_mask=mask, max_new_tokens=new_tokens, do_sample=False, pad_token_id=0
        )
        texts: list[str] = bench.tokenizer.batch_decode(made[:, tokens.shape[1] :], skip_special_tokens=True)
        return texts

    plain(4)
    seconds: dict[str, list[float]] = {"haerae": [], "plain": []}
    for _ in range(2):
        taken, answers = models.timed(bench.device, lambda: dict(bench.backend.run(asked)))
        seconds["haerae"].append(taken)
        taken, texts = models.timed(bench.device, partial(plain, bench.new_tokens))
        seconds["plain"].append(taken)
    made = sum(answer.completion_tokens for answer in answers.values())
    return {
        "prompts": len(asked),
        "tokens": made,
        "seconds": seconds,
        "tokens_per_second": {
            "haerae": made / min(seconds["haerae"]),
            "plain": len(asked) * bench.new_tokens / min(seconds["plain"]),
        },
        "same_texts": sum(answers[place].text == text for place, text in enumerate(texts)),
    }


_KERNELS = [
    SDPBackend.CUDNN_ATTENTION,
    SDPBackend.FLASH_ATTENTION,
    SDPBackend.EFFICIENT_ATTENTION,
    SDPBackend.MATH,
]
_WIDTHS = (33, 34, 40, 47, 48, 49, 63, 64, 65, 66, 80, 96, 97, 128, 129, 193)


@torch.inference_mode()
def measure_padding(bench: Bench) -> Row:
    """Whether padding on the left changes the last position's log-probabilities, by width and by kind of mask.

    A padded position before the text sees nothing under a causal mask; some attention kernels answer that with numbers
    that are none, which spread. Each width is a batch of four contexts; each is compared with itself, unpadded.
    """
    device, model = bench.device, bench.model
    whole = bench.tokenizer.encode(bench.requests[1500][0].context)

    def last(tokens: torch.Tensor, mask: torch.Tensor | None, positions: torch.Tensor | None) -> torch.Tensor:
        output = model(input_ids=tokens, attention_mask=mask, position_ids=positions, use_cache=False, logits_to_keep=1)
        logprobs: torch.Tensor = output.logits[:, -1].float().log_softmax(dim=-1)
        return logprobs

    def compare(width: int, sees_itself: bool) -> list[float]:
        rows = [whole[:length] for length in (width, width - 1, width - 7, width // 2)]
        tokens, mask = models.padded_left(rows, device)
        positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
        if sees_itself:
            causal = torch.ones(width, width, dtype=torch.bool, device=device).tril()
            own = torch.eye(width, dtype=torch.bool, device=device)
            mask = ((causal & mask.bool()[:, None, :]) | own)[:, None]
        padded = last(tokens, mask, positions)
        alone = torch.cat([last(torch.tensor([row], device=device), None, None) for row in rows])
        return [float(each) for each in (padded - alone).abs().amax(dim=1)]

    row: Row = {}
    for name, cudnn, sees_itself in (
        ("2D mask", True, False),
        ("2D mask, no cuDNN", False, False),
        ("padding sees itself", True, True),
        ("padding sees itself, no cuDNN", False, True),
    ):
        with sdpa_kernel(_KERNELS if cudnn else _KERNELS[1:]):
            found = {width: compare(width, sees_itself) for width in _WIDTHS}
        # NaN compares as nothing: what is not small is wrong.
        wrong = {width: each for width, each in found.items() if not all(one < 0.5 for one in each)}  # noqa: PLR2004
        largest = max((one for each in found.values() for one in each if one == one), default=float("nan"))  # noqa: PLR0124
        row[name] = {"wrong": wrong, "largest": largest}
    return {"padding": row}


def find_attention(model: Any, tokenizer: Any, backend: Any, requests: Sequence[Any]) -> Row:  # noqa: ANN401
    """Leave out the attention kernels with which this project's numbers are none, or far from full sequences.

    Returns:
        The kernels that are left out from now on, and what each try gave.
    """
    reference = models.full_sequences(tokenizer, model, 1)(requests)
    tries: list[str] = []
    left_out: list[str] = []
    torch.backends.cuda.enable_cudnn_sdp(True)
    torch.backends.cuda.enable_mem_efficient_sdp(True)
    for name, disable in (
        ("nothing", lambda: None),
        ("cuDNN", lambda: torch.backends.cuda.enable_cudnn_sdp(False)),
        ("memory-efficient", lambda: torch.backends.cuda.enable_mem_efficient_sdp(False)),
    ):
        disable()
        left_out.append(name)
        scores = models.haerae(backend)(requests)
        difference, _ = models.differences(scores, reference)
        failed = models.failures(scores)
        tries.append(f"without {name}: largest difference {difference:.3f}, {failed} of {len(requests)} not scored")
        if difference < 1 and not failed:
            break
    return {"attention_without": left_out[1:], "attention_tries": tries}


def measure_exactness(bench: Bench) -> Row:
    """Both ways in bfloat16 and with the same weights in float32, on some items; the model stays in float32."""
    requests = bench.requests[60][:10] + bench.requests[300][:10]
    full = models.full_sequences(bench.tokenizer, bench.model, 8)
    half = {"haerae": models.haerae(bench.backend)(requests), "full": full(requests)}
    bench.model.float()
    ours = models.haerae(models.make_backend(bench.tokenizer, bench.model))(requests)
    reference = full(requests)
    difference, agreed = models.differences(ours, reference)
    row: Row = {"items": len(requests), "float32": [difference, agreed]}
    row |= {f"bfloat16_{name}": models.differences(scores, reference) for name, scores in half.items()}
    spreads = [max(one) - sorted(one)[-2] for one in reference]
    return row | {"median_lead_of_the_best_option": statistics.median(spreads)}
