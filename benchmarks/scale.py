"""Whether what a run costs grows as its data do: the same work at three sizes, each about twice the one before.

  passages   rows of which fifty share a passage of 2,000 characters
  subsets    subsets of eight questions
  options    2,000 questions whose options are texts: of up to 300 tokens
  contexts   24 questions about passages: of up to a million characters
  outputs    24 generated outputs: of up to a million characters

A contender is a whole process. `log_likelihood` and `string_match` are runs of pytest with a backend that takes no
time, `view` makes the page of the last one's report, and `outside the model` is all that the transformers backend does
but its forwards (with `--model`). What a unit costs is told between the first two sizes and between the last two: where
the second is as much as the first, the cost is linear, where it is quadratic the second is twice the first.

usage: python -m benchmarks.scale [--model MODEL] [--kinds passages …] [--rounds 1] [--tiny]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.measuring import (
    MEGABYTE,
    Cost,
    Watch,
    alternate,
    as_if_first,
    as_json,
    cost_of,
    environment,
    keep,
    machine,
    median_cost,
)
from benchmarks.scale_data import KINDS, Kind

Sizes = Mapping[int, Cost]
TOLD = 1.0
"""Seconds of the processor between two sizes, below which their difference says more about the machine."""


def run(folder: Path, command: Sequence[str]) -> Cost:
    """Run one contender; a run of pytest as if for the first time."""
    if "pytest" in command:
        as_if_first(folder)
    return cost_of([sys.executable, *command], folder=folder, environment=environment())


def measure(kind: Kind, sizes: Sequence[int], rounds: int, model: str | None) -> dict[str, dict[int, Cost]]:
    """Each command's costs by size; those that need a model are left out where there is none."""
    commands = {
        name: [part.format(model=model) if part == "{model}" else part for part in command]
        for name, command in kind.commands.items()
        if model or "{model}" not in command
    }
    with tempfile.TemporaryDirectory() as name:
        for size in sizes:
            kind.prepare(Path(name) / str(size), size)
        contenders = {
            f"{command} {size}": partial(run, Path(name) / str(size), typed)
            for size in sizes
            for command, typed in commands.items()
        }
        found = {each: median_cost(costs) for each, costs in alternate(contenders, rounds).items()}
    return {command: {size: found[f"{command} {size}"] for size in sizes} for command in commands}


def unit_costs(costs: Sizes) -> tuple[float, float]:
    """What a unit takes of the processor, in seconds: between the first two sizes, and between the last two."""
    first, second, third = costs
    early = (costs[second].processor - costs[first].processor) / (second - first)
    late = (costs[third].processor - costs[second].processor) / (third - second)
    return early, late


def growth(costs: Sizes) -> str:
    """How many times what a unit takes at first it takes at last: 1 where that is linear; "-" where none is told."""
    first, second, third = (cost.processor for cost in costs.values())
    early, late = unit_costs(costs)
    return f"{late / early:.2f}" if min(second - first, third - second) > TOLD else "-"


def unit_bytes(costs: Sizes) -> float:
    """What a unit takes of memory at the peak, in bytes, between the first size and the last."""
    first, *_, last = costs
    return (costs[last].memory - costs[first].memory) / (last - first)


def show(kind: str, found: Mapping[str, Sizes]) -> None:
    """A line a command and size."""
    for command, costs in found.items():
        for size, cost in costs.items():
            print(
                f"{kind:<9} {command:<18} {size:>8} {cost.processor:>8.2f} {cost.memory / MEGABYTE:>7.0f}", flush=True
            )
        early, late = unit_costs(costs)
        said = f"us a {KINDS[kind].unit}: {1e6 * early:.3g}, {1e6 * late:.3g}, ratio {growth(costs)}"
        print(f"{'':<28} {said}; {unit_bytes(costs):.3g} bytes", flush=True)


def main() -> None:
    """Measure each kind and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a checkpoint, of which the tokenizer is needed")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--tiny", action="store_true", help="a few rows of each")
    parser.add_argument("--part", type=float, default=1.0, help="of the sizes, to try things out")
    arguments = parser.parse_args()
    model = str(Path(arguments.model).resolve()) if arguments.model else None
    found: dict[str, dict[str, dict[int, Cost]]] = {}
    print(f"{'data':<9} {'contender':<18} {'size':>8} {'cpu s':>8} {'MB':>7}")
    with Watch() as watch:
        for name in arguments.kinds:
            kind = KINDS[name]
            sizes = kind.tiny if arguments.tiny else [int(size * arguments.part) for size in kind.sizes]
            found[name] = measure(kind, sizes, arguments.rounds, model)
            show(name, found[name])
    figures: dict[str, Any] = {
        "rounds": arguments.rounds,
        "machine": machine("pytest", "tokenizers"),
        "kinds": {
            name: {
                command: as_json({str(size): cost for size, cost in costs.items()}) for command, costs in each.items()
            }
            for name, each in found.items()
        },
    }
    every = {
        f"{name}, {command} {size}": cost
        for name, each in found.items()
        for command, costs in each.items()
        for size, cost in costs.items()
    }
    keep(figures, watch, every)


if __name__ == "__main__":
    main()
