"""Generation by `huggingface` where answers differ in length: this project, and batches of `generate` of transformers.

Each prompt is one of the embedded sample's questions, and its answer ends after a number of tokens of its own, from
`--shortest` to `--longest` in equal ratios, in a random order. `generate` is what the backend did before: batches of
16, each as long as its longest answer; its rows are ended by a stopping criterion, so that both write the same tokens.

Each round runs the contenders one after the other, each in a fresh process, so that drifts of the machine's pace hit
both. The texts are compared, token by token.

usage: python -m benchmarks.generation MODEL [--prompts 64] [--shortest 12] [--longest 120] [--rounds 2] [--threads 1]
           [--contenders haerae generate]
Needs: pip install 'pytest-haerae[hf]'
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.loglikelihood_contenders import sample_rows
from benchmarks.measuring import (
    SETTINGS,
    Cost,
    Watch,
    alternate,
    as_json,
    keep,
    machine,
    measured_apart,
    median_cost,
    threads_of,
    tree_processor_seconds,
)

CONTENDERS = ("haerae", "generate")
_ROWS = 16
"""Of a batch of `generate`, as the backend had it on a processor."""
Answers = dict[int, list[int]]


def lengths_of(settings: dict[str, Any]) -> list[int]:
    """How many tokens each prompt's answer has."""
    count, shortest = settings["prompts"], settings["shortest"]
    ratio = settings["longest"] / shortest
    lengths = [round(shortest * ratio ** (place / max(1, count - 1))) for place in range(count)]
    random.Random(0).shuffle(lengths)  # noqa: S311 - no secret
    return lengths


def by_rows(backend: Any, prompts: list[tuple[int, ...]], lengths: list[int]) -> Answers:  # noqa: ANN401 - the backend
    """This project's way."""
    from pytest_haerae.backends.local.row_generation import RowGenerator
    from pytest_haerae.backends.local.token_choice import Row, TokenChoice

    model = backend._model
    choice = TokenChoice({"do_sample": False}, model.config.get_text_config().vocab_size, model.device)
    generator = RowGenerator(
        model,
        backend._budget,
        backend._pad,
        choice=choice,
        ended=lambda row: len(row.tokens) >= lengths[row.number],
        longest=max(lengths),
    )
    rows = sorted((Row(place, prompt, 0) for place, prompt in enumerate(prompts)), key=lambda row: -len(row.prompt))
    return {row.number: list(row.tokens) for row in generator.run(rows)}


def by_generate(backend: Any, prompts: list[tuple[int, ...]], lengths: list[int]) -> Answers:  # noqa: ANN401 - as above
    """Batches of the library's own, each until its last row has ended."""
    import torch

    answers: Answers = {}
    order = sorted(range(len(prompts)), key=lambda place: -len(prompts[place]))
    for start in range(0, len(order), _ROWS):
        batch = order[start : start + _ROWS]
        width = max(len(prompts[place]) for place in batch)
        padding = [width - len(prompts[place]) for place in batch]
        most = torch.tensor([lengths[place] for place in batch])

        def ended(tokens: Any, scores: Any, width: int = width, most: Any = most) -> Any:  # noqa: ANN401 - tensors
            return tokens.shape[1] - width >= most

        with torch.inference_mode():
            output = backend._model.generate(
                input_ids=torch.tensor(
                    [[backend._pad] * more + list(prompts[each]) for more, each in zip(padding, batch, strict=True)]
                ),
                attention_mask=torch.tensor([[0] * more + [1] * (width - more) for more in padding]),
                max_new_tokens=int(most.max()),
                do_sample=False,
                # No text ends before its length.
                eos_token_id=None,
                pad_token_id=backend._pad,
                stopping_criteria=[ended],
            )
        for place, tokens in zip(batch, output[:, width:].tolist(), strict=True):
            answers[place] = tokens[: lengths[place]]
    return answers


def work(settings: dict[str, Any]) -> None:
    """Load, generate a little to warm up, then generate all and print the measurement."""
    import resource

    import torch

    from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters

    torch.set_num_threads(settings["threads"])
    backend = HuggingFaceBackend(
        HuggingFaceParameters(model_name_or_path=settings["model"], dtype=settings["dtype"], device="cpu")
    )
    lengths = lengths_of(settings)
    prompts = backend._encoder.tokenize([row["query"] for row in sample_rows("short", settings["prompts"])])
    write = by_rows if settings["contender"] == "haerae" else by_generate
    write(backend, prompts[:2], [2, 2])
    started, worked = time.perf_counter(), tree_processor_seconds()
    answers = write(backend, prompts, lengths)
    seconds, processor = time.perf_counter() - started, tree_processor_seconds() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    measured = {"seconds": seconds, "processor": processor, "memory": peak}
    print(json.dumps({"cost": measured, "tokens": [answers[place] for place in range(len(prompts))]}), flush=True)


def parse_arguments() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a checkpoint's folder")
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS)
    parser.add_argument("--prompts", type=int, default=64)
    parser.add_argument("--shortest", type=int, default=12, help="tokens of the shortest answer")
    parser.add_argument("--longest", type=int, default=120, help="tokens of the longest answer")
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Measure and print what each took, and the ratio."""
    arguments = parse_arguments()

    def measure(contender: str) -> dict[str, Any]:
        settings = {**vars(arguments), "contender": contender}
        return measured_apart(["-m", "benchmarks.generation"], settings, threads_of(arguments.threads))

    with Watch() as watch:
        runs: dict[str, Callable[[], dict[str, Any]]] = {name: partial(measure, name) for name in arguments.contenders}
        rounds = alternate(runs, arguments.rounds)
    costs = {name: median_cost([Cost(**each["cost"]) for each in found]) for name, found in rounds.items()}
    texts = {name: found[0]["tokens"] for name, found in rounds.items()}
    reference = texts[arguments.contenders[-1]]
    tokens = sum(map(len, reference))
    print(
        f"{len(reference)} prompts, {tokens} tokens, {arguments.threads} threads, {arguments.dtype}, {arguments.model}"
    )
    equal = {name: sum(map(list.__eq__, own, reference)) for name, own in texts.items()}
    for name, cost in costs.items():
        pace = f"{cost.processor:.1f} s of the processor, {tokens / cost.processor:.1f} tokens a second"
        print(f"{name}: {pace}, {cost.seconds:.1f} s, {cost.memory / 1e9:.1f} GB, {equal[name]} equal texts")
    figures: dict[str, Any] = {"prompts": len(reference), "tokens": tokens, "equal": equal, "rounds": arguments.rounds}
    if set(CONTENDERS) <= costs.keys():
        pairs = zip(rounds["generate"], rounds["haerae"], strict=True)
        ratios = [other["cost"]["processor"] / own["cost"]["processor"] for other, own in pairs]
        figures["ratio"] = statistics.median(ratios)
        print(f"throughput of haerae over generate, by round: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")
    versions = machine("torch", "transformers")
    keep({**figures, "threads": arguments.threads, "machine": versions, "costs": as_json(costs)}, watch, costs)


if __name__ == "__main__":
    if SETTINGS in os.environ:
        work(json.loads(os.environ[SETTINGS]))
    else:
        main()
