"""Exact log-likelihoods by llama.cpp: this project alone, with items side by side, and the floor.

Each round runs the contenders one after the other, each in a fresh process, so that drifts of the machine's pace hit
all of them. The scores are compared, option by option, with those of the first contender. The floor is each context
once: the same server, asked for one token behind each context with one log-probability, one context at a time; it
computes no log-likelihood, so its differences are not printed. `floor_parallel` asks for them side by side.

usage: python -m benchmarks.llamacpp [MODEL.gguf] [--items 10] [--buckets short medium] [--rounds 3] [--threads 1]
           [--parallel 8] [--contenders haerae haerae_parallel floor floor_parallel]
Needs: pip install 'pytest-haerae[demo]'
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from benchmarks.loglikelihood import Measured, add_items, compared, print_table
from benchmarks.loglikelihood_contenders import load_requests
from benchmarks.measuring import (
    SETTINGS,
    Watch,
    alternate,
    as_json,
    keep,
    machine,
    measured_apart,
    tree_processor_seconds,
)

CONTENDERS = ("haerae", "haerae_parallel", "floor", "floor_parallel")


def measure(contender: str, arguments: argparse.Namespace) -> Measured:
    """Run one contender in a fresh process: seconds of scoring, peak memory in MB, its log-likelihoods."""
    return measured_apart(["-m", "benchmarks.llamacpp"], {**vars(arguments), "contender": contender})


def work(settings: dict[str, Any]) -> None:
    """Load, score two items to warm up, then score all and print the measurement."""
    import resource

    from pytest_haerae.backends.local.llamacpp import LlamaCppBackend, LlamaCppParameters

    parallel = settings["parallel"] if settings["contender"].endswith("_parallel") else 1
    backend = LlamaCppBackend(
        LlamaCppParameters(
            model_name_or_path=settings["model"], threads=settings["threads"], parallel=parallel, context_size=4096
        )
    )
    requests = load_requests(settings)
    scores: dict[str, list[float]] = {}

    def floor(place: int, slot: int) -> None:
        tokens = backend._server.tokenize(requests[place].context)
        backend._server.complete(tokens, slot, cache=False, n_predict=1, n_probs=1)

    def ask(places: range) -> None:
        if settings["contender"].startswith("floor"):
            with ThreadPoolExecutor(parallel) as pool:
                list(pool.map(floor, places, (place % parallel for place in places)))
            return
        chosen = [requests[place] for place in places]
        scores.update((str(index), list(answer.loglikelihoods or ())) for index, answer in backend.run(chosen))

    ask(range(min(2, len(requests))))
    scores.clear()
    started, worked = time.perf_counter(), tree_processor_seconds()
    ask(range(len(requests)))
    seconds, processor = time.perf_counter() - started, tree_processor_seconds() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    measured = {"seconds": seconds, "processor": processor, "peak_mb": peak, "items": len(requests)}
    print(json.dumps({**measured, "loglikelihoods": scores}), flush=True)


def parse_arguments() -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", nargs="?", default="demo", help="a GGUF file (default: the demo's, Q4_K_M)")
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=CONTENDERS)
    add_items(parser, ["short", "medium"])
    parser.add_argument("--parallel", type=int, default=8, help="items side by side, of the contenders named so")
    return parser.parse_args()


def main() -> None:
    """Measure and print a table."""
    arguments = parse_arguments()
    with Watch() as watch:
        runs: dict[str, Callable[[], Measured]] = {
            name: partial(measure, name, arguments) for name in arguments.contenders
        }
        rounds = alternate(runs, arguments.rounds)
    costs, differences = compared(rounds)
    items = next(iter(rounds.values()))[0]["items"]
    print(f"{items} items ({', '.join(arguments.buckets)}), {arguments.threads} threads, {arguments.model}")
    print_table(items, costs, differences)
    figures = {
        "items": items,
        "rounds": arguments.rounds,
        "threads": arguments.threads,
        "machine": machine("xllamacpp"),
        "costs": as_json(costs),
        "differences": differences,
    }
    keep(figures, watch, costs, arguments.threads)


if __name__ == "__main__":
    if SETTINGS in os.environ:
        work(json.loads(os.environ[SETTINGS]))
    else:
        main()
