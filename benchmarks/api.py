"""Requests a second over HTTP: this project's `openai` and `litellm` backends against the bare clients, in one run.

A server on loopback answers each request after a fixed latency. It has one core for itself, the client the other one;
how many requests a second it could answer at most, by its processor time, is printed under the table.
Every contender runs in a process of its own; contenders alternate, rounds are repeated, medians are printed. The ideal
is concurrency / latency. A second pass, without latency, takes the peak memory at two numbers of items: what an item
adds while it is answered, beside the questions that were there before.

  aiohttp_bare         aiohttp alone, the same bodies and texts: what asking over HTTP takes at least
  openai_bare          `openai.AsyncOpenAI` over httpx: a worker for each request that may be in flight, texts in a list
  openai_bare_aiohttp  the same over the client's aiohttp transport
  openai               this project's backend through its engine: retries, limits, every response stored on disk
  openai_pytest        a whole `pytest` run, by the report's items_per_second: the client's import is in it
  litellm_bare, litellm, litellm_pytest: the same through litellm

"of bare" is the share of the faster bare client's rate, "of aiohttp" that of aiohttp alone. "CPU ms" is the client's
processor time a request, and "a core/s" the rate that this allows on a core of its own.

For comparison: the Haerae Evaluation Toolkit was seen to make 12 to 30 requests a second at 50 ms of latency (a quoted
figure, not measured here).

usage: python -m benchmarks.api [--items 2000] [--latency 0.1] [--concurrency 32] [--rounds 3] [--contenders NAME ...]
           [--memory-items 2000 10000]
       python -m benchmarks.api --items 20000 --latency 0.02 --concurrency 256 --memory-items   # a server of one's own
Needs: pip install 'pytest-haerae[openai,litellm]'
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import Watch, keep, machine, measured_apart

CONTENDERS = {
    "aiohttp_bare": ("aiohttp_bare", "openai"),
    "openai_bare": ("openai_bare", "openai"),
    "openai_bare_aiohttp": ("openai_bare_aiohttp", "openai"),
    "openai": ("haerae", "openai"),
    "openai_pytest": ("whole_run", "openai"),
    "litellm_bare": ("litellm_bare", "litellm"),
    "litellm": ("haerae", "litellm"),
    "litellm_pytest": ("whole_run", "litellm"),
}
"""The function of `api_contenders.py`, and the backend."""
QUOTED = "Haerae Evaluation Toolkit: 12 to 30 requests a second at 50 ms of latency (quoted, not measured here)"


@dataclass(frozen=True)
class Server:
    """A server in a process of its own."""

    url: str
    process: int

    def cpu_seconds(self) -> float:
        """Of processor time that it has taken."""
        times = Path(f"/proc/{self.process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def serving(latency: float, core: int) -> Iterator[Server]:
    """A server on one core, until the block ends."""
    command = [sys.executable, str(Path(__file__).with_name("api_server.py")), f"--latency={latency}"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this interpreter
    try:
        os.sched_setaffinity(process.pid, {core})
        assert process.stdout is not None  # noqa: S101 - it was asked for
        yield Server(f"http://127.0.0.1:{int(process.stdout.readline())}/v1", process.pid)
    finally:
        process.terminate()
        process.wait()


def measure(contender: str, items: int, url: str, arguments: argparse.Namespace) -> dict[str, float]:
    """Run one contender in a fresh process: seconds, processor seconds, peak memory in KB."""
    function, library = CONTENDERS[contender]
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "contender": function,
            "library": library,
            "model": "openai/m" if library == "litellm" else "m",
            "url": url,
            "items": items,
            "concurrency": arguments.concurrency,
            "core": arguments.cores[0],
            "folder": folder,
        }
        return measured_apart([str(Path(__file__).with_name("api_contenders.py"))], settings)


def print_speed(arguments: argparse.Namespace) -> dict[str, list[dict[str, float]]]:
    """Measure throughput and print its table."""
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in arguments.contenders}
    # A contender's load on the server is its own: connections that are made anew cost it more than those that are kept.
    served: dict[str, float] = dict.fromkeys(arguments.contenders, 0.0)
    with serving(arguments.latency, arguments.cores[-1]) as server:
        for number in range(arguments.rounds):
            for name in arguments.contenders:
                before = server.cpu_seconds()
                rounds[name].append(measure(name, arguments.items, server.url, arguments))
                served[name] += server.cpu_seconds() - before
                rate = arguments.items / rounds[name][-1]["seconds"]
                print(f"round {number + 1}: {name} {rate:.0f} requests/s", file=sys.stderr)
    ideal = arguments.concurrency / arguments.latency
    rates = {
        name: arguments.items / statistics.median(one["seconds"] for one in measured)
        for name, measured in rounds.items()
    }
    print(
        f"{arguments.items} items, {1000 * arguments.latency:.0f} ms, {arguments.concurrency} in flight,"
        f" ideal {ideal:.0f} requests/s, client and server on {len(set(arguments.cores))} cores"
    )
    titles = f"{'requests/s':>10} {'of ideal':>9} {'of bare':>8} {'of aiohttp':>11}"
    print(f"{'contender':<20} {titles} {'CPU ms':>7} {'a core/s':>9} {'peak MB':>8}")
    for name, measured in rounds.items():
        bare = max((rates[other] for other in rates if other.startswith(f"{CONTENDERS[name][1]}_bare")), default=None)
        shares = [f"{rates[name] / rate:.2f}" if rate else "-" for rate in (bare, rates.get("aiohttp_bare"))]
        processor = 1000 * statistics.median(one["cpu_seconds"] for one in measured) / arguments.items
        peak = max(one["peak_kb"] for one in measured) / 1024
        numbers = f"{rates[name]:>10.1f} {rates[name] / ideal:>9.2f} {shares[0]:>8} {shares[1]:>11}"
        print(f"{name:<20} {numbers} {processor:>7.3f} {1000 / processor:>9.0f} {peak:>8.0f}", flush=True)
    each = max(served.values()) / (arguments.items * arguments.rounds)
    print(f"the server took at most {1000 * each:.3f} ms of its processor a request: {1 / each:.0f} requests/s at most")
    print(QUOTED)
    return rounds


def print_memory(arguments: argparse.Namespace) -> None:
    """Measure memory at two numbers of items, without latency, and print what an item adds."""
    few, many = arguments.memory_items
    print(f"{'contender':<20} {f'MB at {few}':>12} {f'MB at {many}':>12} {'bytes an item':>14} {'its question':>13}")
    with serving(0.0, arguments.cores[-1]) as server:
        for name in arguments.contenders:
            if CONTENDERS[name][0] == "whole_run":  # overhead.py measures what pytest adds
                continue
            less, more = (measure(name, items, server.url, arguments) for items in (few, many))
            questions, both = (1024 * (more[key] - less[key]) / (many - few) for key in ("before_kb", "peak_kb"))
            peaks = f"{less['peak_kb'] / 1024:>12.1f} {more['peak_kb'] / 1024:>12.1f}"
            print(f"{name:<20} {peaks} {both - questions:>14.0f} {questions:>13.0f}", flush=True)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3, help="0: memory only")
    parser.add_argument("--contenders", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--memory-items", type=int, nargs="*", default=[2000, 10000], help="two numbers; none: no pass")
    available: list[Any] = sorted(os.sched_getaffinity(0))
    parser.add_argument("--cores", type=int, nargs=2, default=[available[0], available[-1]], help="client, server")
    arguments = parser.parse_args()
    if arguments.rounds:
        with Watch() as watch:
            found = print_speed(arguments)
        ideal = arguments.concurrency / arguments.latency
        figures = {"items": arguments.items, "rounds": arguments.rounds, "ideal": ideal, "contenders": found}
        # They wait for the server most of the time: what others take of the two cores is what counts.
        keep({**figures, "machine": machine("openai", "litellm", "aiohttp")}, watch, {}, threads=2)
    if arguments.memory_items:
        print_memory(arguments)


if __name__ == "__main__":
    main()
