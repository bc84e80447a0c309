"""What the benchmarks share: costs of processes, alternation, the machine's load, and figures kept for the table.

A figure says how long the processor worked, beside how long everything took: where others use the machine, only the
first says something about the contender. `Watch` states the load, and names what makes a figure worthless.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Result = TypeVar("Result")

ROOT = Path(__file__).resolve().parent.parent
MEGABYTE = 1024**2
FIGURES = "HAERAE_FIGURES"
"""The variable of the environment that names the file in which `keep` leaves a benchmark's figures."""
SETTINGS = "HAERAE_BENCHMARK"
"""The variable of the environment in which a contender's process finds its settings as JSON."""
WORKED = 0.8
"""The share of its time that a contender which waits for nothing works; below it, it waited for a processor."""
SPARE = 0.25
"""Cores that others may take of those that the contenders need before wall time is worthless."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Cost:
    """What one run took.

    Attributes:
        seconds: Of wall time.
        processor: Seconds of processor time, of all its processes.
        memory: Bytes at the peak; of its largest process.
    """

    seconds: float
    processor: float
    memory: float = 0.0


def median_cost(costs: Sequence[Cost]) -> Cost:
    """The median times of several runs, and the largest memory."""
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.processor for cost in costs),
        max(cost.memory for cost in costs),
    )


def cost_of(
    command: Sequence[str | Path],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    codes: Collection[int] = (0,),
) -> Cost:
    """Run a command to its end, without its output.

    Args:
        command: The program and its arguments.
        folder: Where it runs; None for here.
        environment: Its whole environment; None for this process's.
        codes: The exit codes of a run that counts.

    Raises:
        SystemExit: It ended otherwise; what it wrote to stderr was shown.
    """
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603 - a contender
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise SystemExit(f"exit code {process.returncode}: {' '.join(map(str, command))}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def alternate(contenders: Mapping[str, Callable[[], Result]], rounds: int) -> dict[str, list[Result]]:
    """Each contender's results; in each round one after the other, so that the machine's pace is the same for all."""
    results: dict[str, list[Result]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, measure in contenders.items():
            results[name].append(measure())
            print(f"round {number + 1} of {rounds}: {name}", file=sys.stderr, flush=True)
    return results


def measured_apart(
    command: Sequence[str], settings: Mapping[str, Any], variables: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Run a contender in a fresh process of this interpreter.

    Args:
        command: What this interpreter runs: it prints its measurement as a line of JSON.
        settings: What it finds under `SETTINGS`.
        variables: Further variables of its environment.

    Returns:
        What it printed. An engine's processes may write before and after.
    """
    environ = {**environment(), **(variables or {}), SETTINGS: json.dumps(settings)}
    result = subprocess.run(  # noqa: S603 - this interpreter
        [sys.executable, *command], env=environ, stdout=subprocess.PIPE, text=True, check=True
    )
    *_, line = (line for line in result.stdout.splitlines() if line.startswith("{"))
    measured: dict[str, Any] = json.loads(line)
    return measured


def threads_of(count: int) -> dict[str, str]:
    """The variables of the environment that say how many threads matrices are multiplied with."""
    return dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS"), str(count))


def as_if_first(folder: Path, *others: str) -> None:
    """Take away what an earlier run of pytest left in a folder, and further folders of these names."""
    for left in (".haerae", ".pytest_cache", "__pycache__", *others):
        shutil.rmtree(folder / left, ignore_errors=True)


def tree_processor_seconds() -> float:
    """Processor time of this process, of those below it, and of those that they waited for: an engine has its own.

    Those that still run are known to a hundredth of a second, and only where there is `/proc`.
    """
    parents: dict[int, int] = {}
    ticks: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(path.parent.name)] = int(fields[1])
        ticks[int(path.parent.name)] = sum(map(int, fields[11:15]))
    mine = {os.getpid()}
    while below := {process for process, parent in parents.items() if parent in mine} - mine:
        mine |= below
    return _own_seconds() + sum(ticks[process] for process in mine - {os.getpid()}) / _TICKS


@dataclass
class Watch:
    """The machine while something is measured in a `with` block.

    Attributes:
        before: The load average of the last minute when the block began.
        after: The same at its end; the contenders' own work is in it.
        others: Cores that other processes took meanwhile, and the host took away; None where that is not known.
    """

    before: float = 0.0
    after: float = 0.0
    others: float | None = None
    _busy: float | None = field(default=None, repr=False)
    _own: float = field(default=0.0, repr=False)
    _started: float = field(default=0.0, repr=False)

    def __enter__(self) -> Watch:
        self.before = os.getloadavg()[0]
        self._busy, self._own, self._started = _busy_seconds(), _own_seconds(), time.perf_counter()
        return self

    def __exit__(self, *error: object) -> None:
        self.after = os.getloadavg()[0]
        busy = _busy_seconds()
        if busy is not None and self._busy is not None:
            taken = (busy - self._busy) - (_own_seconds() - self._own)
            self.others = max(0.0, taken / (time.perf_counter() - self._started))

    def facts(self) -> dict[str, Any]:
        """The load as JSON."""
        return {"before": self.before, "after": self.after, "others": self.others, "cores": cores()}

    def line(self) -> str:
        """The load in words."""
        others = "" if self.others is None else f"; others took {self.others:.2f} cores meanwhile"
        return f"load {self.before:.2f} before, {self.after:.2f} after, {cores()} cores{others}"

    def worthless(self, costs: Mapping[str, Cost], threads: int = 1) -> list[str]:
        """Lines that say which wall times say more about the machine than about the contender; most often none.

        Args:
            costs: Each contender's cost; of those that wait for nothing but a processor.
            threads: Cores that a contender needs.
        """
        lines = []
        if self.others is not None and self.others + threads > cores() + SPARE:
            lines.append(f"worthless: wall time, where others took {self.others:.2f} of {cores()} cores")
        for name, cost in costs.items():
            if cost.processor < WORKED * cost.seconds:
                share = 1 - cost.processor / cost.seconds
                lines.append(f"worthless: wall time of {name}, which waited for a processor in {share:.0%} of it")
        return lines

    def report(self, costs: Mapping[str, Cost], threads: int = 1) -> None:
        """Print the load, and what it makes worthless."""
        print("\n".join([self.line(), *self.worthless(costs, threads)]), flush=True)


def keep(figures: Mapping[str, Any], watch: Watch, costs: Mapping[str, Cost], threads: int = 1) -> None:
    """Print the load, and leave a benchmark's figures to whoever makes the table, where it asked for them.

    Args:
        figures: What the table of `docs/speed.md` is made from, as JSON.
        watch: The machine meanwhile.
        costs: As of `Watch.worthless`.
        threads: As of `Watch.worthless`.
    """
    watch.report(costs, threads)
    if path := os.environ.get(FIGURES):
        kept = {"load": watch.facts(), "worthless": watch.worthless(costs, threads), **figures}
        Path(path).write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def as_json(costs: Mapping[str, Cost]) -> dict[str, dict[str, float]]:
    """Costs by contender, for `keep`."""
    return {name: asdict(cost) for name, cost in costs.items()}


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


def machine(*distributions: str) -> dict[str, str]:
    """What figures depend on: the processor's name, and the versions of Python and of what is installed of these."""
    versions = {"Python": platform.python_version()}
    for name in distributions:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return {"processor": _processor(), **versions}


def environment() -> dict[str, str]:
    """This process's environment for contenders, with this working copy first."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _own_seconds() -> float:
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _busy_seconds() -> float | None:
    """Of all cores together since the machine started: what was neither idle nor waiting for a disk."""
    try:
        words = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()
    except OSError:
        return None
    user, nice, system, _, _, irq, softirq, steal = map(int, words[1:9])
    return (user + nice + system + irq + softirq + steal) / _TICKS
