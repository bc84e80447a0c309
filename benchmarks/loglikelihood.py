"""Log-likelihoods of multiple-choice items: this project, lm-evaluation-harness, and the floor, in one run.

All contenders score the same items with the same model, precision and thread count; each runs in a process of its own,
so that its peak memory is its own, and the model's loading is not in the seconds. Contenders alternate, rounds are
repeated, medians are printed. `floor` is one bare forward over each context with the logits of its last position only:
it computes no log-likelihood, so its differences are not printed.

usage: python benchmarks/loglikelihood.py MODEL [--items 10] [--buckets short medium long] [--rounds 3] [--threads 1]
           [--backend huggingface] [--few-shot 0] [--contenders haerae lm_eval floor]
Needs: pip install 'pytest-haerae[hf]' lm-eval==0.4.13; for --backend vllm an environment with vllm and lm-eval.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

CONTENDERS = {
    "huggingface": ("haerae", "lm_eval", "floor"),
    "vllm": ("haerae", "haerae_prompts", "lm_eval"),
}


def measure(contender: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run one contender in a fresh process: seconds of scoring, peak memory in MB, its log-likelihoods."""
    environment = os.environ | {name: str(arguments.threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS")}
    environment["HAERAE_BENCHMARK"] = json.dumps({"contender": contender, **vars(arguments)})
    worker = Path(__file__).with_name("loglikelihood_contenders.py")
    result = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, str(worker)], env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    # An engine's processes may write after the contender's own line.
    (line,) = (line for line in result.stdout.splitlines() if line.startswith('{"seconds"'))
    measured: dict[str, Any] = json.loads(line)
    return measured


def largest_difference(rows: dict[str, list[float]], others: dict[str, list[float]]) -> float:
    """Over all options that both scored."""
    return max(abs(a - b) for name in rows for a, b in zip(rows[name], others[name], strict=True))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--backend", choices=sorted(CONTENDERS), default="huggingface")
    parser.add_argument("--contenders", nargs="+")
    parser.add_argument("--items", type=int, default=10, help="items of each bucket")
    parser.add_argument("--buckets", nargs="+", default=["short", "medium", "long"])
    parser.add_argument(
        "--data", help="JSON lines with query, options and bucket (default: made from the embedded sample)"
    )
    parser.add_argument("--few-shot", type=int, default=0, help="few-shot examples before each item")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch-size", type=int, default=8, help="of lm-evaluation-harness")
    arguments = parser.parse_args()
    contenders = arguments.contenders or CONTENDERS[arguments.backend]
    rounds: dict[str, list[dict[str, Any]]] = {name: [] for name in contenders}
    for number in range(arguments.rounds):
        for name in contenders:
            rounds[name].append(measure(name, arguments))
            print(f"round {number + 1}: {name} {rounds[name][-1]['seconds']:.1f} s", file=sys.stderr)
    first = contenders[0]
    base = statistics.median(one["seconds"] for one in rounds[first])
    items = rounds[first][0]["items"]
    print(f"{items} items ({', '.join(arguments.buckets)}), {arguments.threads} threads, {arguments.dtype}")
    print(
        f"{'contender':<16} {'seconds':>8} {'items/s':>8} {'x ' + first:>10} {'peak MB':>8} {'largest difference':>19}"
    )
    for name in contenders:
        seconds = statistics.median(one["seconds"] for one in rounds[name])
        memory = max(one["peak_mb"] for one in rounds[name])
        scored = rounds[name][0]["loglikelihoods"]
        difference = f"{largest_difference(rounds[first][0]['loglikelihoods'], scored):.1e}" if scored else "-"
        numbers = f"{seconds:>8.2f} {items / seconds:>8.2f} {seconds / base:>10.2f} {memory:>8.0f}"
        print(f"{name:<16} {numbers} {difference:>19}")


if __name__ == "__main__":
    main()
