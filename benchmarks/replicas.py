"""Replicas on Ray: the throughput of N copies of a model against that of one, and of one in this process.

Every copy has one thread. Contenders alternate, each round of each in a process of its own; loading is not in the
seconds. Prints medians, the ratio to one replica, and the largest difference of any log-likelihood.

usage: python -m benchmarks.replicas MODEL [--replicas 2] [--items 96] [--rounds 3] [--data FOLDER]
Needs: pip install 'pytest-haerae[hf,ray]'
"""

from __future__ import annotations

import argparse
import json
import os
import time
from functools import partial
from typing import Any

from benchmarks.measuring import (
    SETTINGS,
    Cost,
    Watch,
    alternate,
    as_json,
    keep,
    measured_apart,
    median_cost,
    threads_of,
    tree_processor_seconds,
)
from pytest_haerae.backends.registry import find_backend, validate_parameters
from pytest_haerae.catalogue.datasets import open_items
from pytest_haerae.prompts.registry import find_prompt
from pytest_haerae.prompts.requests import make_request
from pytest_haerae.types import Request

IN_PROCESS = 0
"""The contender without Ray, in place of a number of replicas."""


def load_requests(data: str, count: int) -> list[Request]:
    """Lettered items of all subsets in turn, so that short and long ones are mixed as in a whole run."""
    loader = open_items(data)
    prompt = find_prompt("raw")
    groups = [loader.items(subset) for subset in loader.dataset.subsets()]
    of_options = [[item for item in group if item.options] for group in groups]
    each = -(-count // sum(map(bool, of_options)))
    items = [item for group in of_options for item in group[:each]][:count]
    return [make_request(item, prompt, "loglikelihood") for item in items]


def measure(settings: dict[str, Any]) -> dict[str, Any]:
    """One contender in this process: seconds of scoring, and the log-likelihoods."""
    requests = load_requests(settings["data"], settings["items"])
    kind: Any = find_backend("huggingface")
    parameters = validate_parameters("huggingface", kind, {"model_name_or_path": settings["model"], "dtype": "float32"})
    if settings["contender"] == IN_PROCESS:
        import torch

        torch.set_num_threads(1)
        backend = kind(parameters)
        list(backend.run(requests[:2]))
    else:
        from pytest_haerae.replicas.driver import Replicas

        backend = Replicas(kind, parameters, count=settings["contender"])
        backend.load()
    started, worked = time.perf_counter(), tree_processor_seconds()
    scores = {index: response.loglikelihoods for index, response in backend.run(requests)}
    seconds, processor = time.perf_counter() - started, tree_processor_seconds() - worked
    backend.close()
    return {"seconds": seconds, "processor": processor, "scores": [scores[index] for index in range(len(requests))]}


def start(settings: dict[str, Any]) -> dict[str, Any]:
    """The same in a fresh process."""
    return measured_apart([__file__], settings, threads_of(1))


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("--replicas", type=int, nargs="+", default=[2])
    parser.add_argument("--items", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", default="sample", help="a data set, as --dataset takes it")
    arguments = parser.parse_args()
    contenders = [1, *arguments.replicas, IN_PROCESS]
    names = {count: "in process" if count == IN_PROCESS else f"{count} replicas" for count in contenders}
    with Watch() as watch:
        rounds = alternate(
            {name: partial(start, {**vars(arguments), "contender": count}) for count, name in names.items()},
            arguments.rounds,
        )
    costs = {name: median_cost([Cost(one["seconds"], one["processor"]) for one in rounds[name]]) for name in rounds}
    base = costs[names[1]].seconds
    expected = rounds[names[1]][0]["scores"]
    print(f"{arguments.items} items of {arguments.data}, one thread a replica, float32")
    print(f"{'contender':<12} {'seconds':>8} {'cpu s':>8} {'items/s':>8} {'x one':>6} {'largest difference':>19}")
    for name, cost in costs.items():
        pairs = zip(expected, rounds[name][0]["scores"], strict=True)
        difference = max(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True))
        rate, ratio = arguments.items / cost.seconds, base / cost.seconds
        print(f"{name:<12} {cost.seconds:>8.2f} {cost.processor:>8.2f} {rate:>8.2f} {ratio:>6.2f} {difference:>19.1e}")
    keep({"rounds": arguments.rounds, "costs": as_json(costs)}, watch, costs, max(arguments.replicas))


if __name__ == "__main__":
    if SETTINGS in os.environ:
        print(json.dumps(measure(json.loads(os.environ[SETTINGS]))))
    else:
        main()
