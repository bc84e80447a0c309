"""Where the time goes on a device: how long it waits, what it runs, and what the processor does meanwhile."""

from __future__ import annotations

import cProfile
import json
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile, record_function

from benchmarks.gpu_models import synchronize, timed

_ON_DEVICE = {"cuda": {"kernel", "gpu_memcpy", "gpu_memset"}, "cpu": {"cpu_op"}}
"""Categories of a trace's events that keep the device busy; without a GPU the operators stand in for kernels."""
_WAITS = {"cudaStreamSynchronize", "cudaDeviceSynchronize", "cudaEventSynchronize", "cudaMemcpy"}
_MARK = "haerae-measured"


def union(intervals: Iterable[tuple[float, float]]) -> float:
    """The length that intervals ``(start, end)`` cover together."""
    covered, reached = 0.0, float("-inf")
    for start, end in sorted(intervals):
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return covered


def trace(device: torch.device, work: Callable[[], Any]) -> list[dict[str, Any]]:
    """The profiler's events of one pass, as in its Chrome trace; times in microseconds."""
    activities = [ProfilerActivity.CPU]
    if device.type == "cuda":
        activities.append(ProfilerActivity.CUDA)
    with profile(activities=activities) as profiler, record_function(_MARK):
        work()
        synchronize(device)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.json"
        profiler.export_chrome_trace(str(path))
        # Names of kernels may hold control characters, unescaped.
        text = path.read_text(encoding="utf-8", errors="replace")
        events: list[dict[str, Any]] = json.loads(text, strict=False)["traceEvents"]
    return [event for event in events if event.get("ph") == "X"]


def host_functions(work: Callable[[], Any], count: int = 10) -> dict[str, list[str]]:
    """What the processor's main thread does in one pass: seconds, calls and name of the functions that take most.

    Returns:
        All functions by their own time, and this project's by the time in them and in what they call.
    """
    profiler = cProfile.Profile()
    profiler.runcall(work)
    entries = profiler.getstats()
    package = [entry for entry in entries if "pytest_haerae" in _place(entry.code)]
    return {
        "own": [
            f"{entry.inlinetime:.3f} s {entry.callcount} {_place(entry.code)}"
            for entry in sorted(entries, key=lambda entry: -entry.inlinetime)[:count]
        ],
        "package": [
            f"{entry.totaltime:.3f} s {entry.callcount} {_place(entry.code)}"
            for entry in sorted(package, key=lambda entry: -entry.totaltime)[:count]
        ],
    }


def _place(code: CodeType | str) -> str:
    """The last parts of a function's file, its line and name; a built-in one's text."""
    if isinstance(code, str):
        return code
    parts = Path(code.co_filename).parts
    return f"{'/'.join(parts[-3:])}:{code.co_firstlineno} {code.co_qualname}"


def measure_waiting(device: torch.device, work: Callable[[], Any], items: int) -> dict[str, Any]:
    """How long the device is busy in one pass, beside the pass' wall time without a profiler.

    The profiler slows the processor, hardly the kernels: so the busy time is its, the wall time is not. The three
    shares of waiting (before the first kernel, between, after the last) are of the profiled pass.

    Args:
        device: The model's.
        work: One pass; warm.
        items: What a pass scores.
    """
    walls = [timed(device, work)[0] for _ in range(3)]
    trace(device, lambda: torch.ones(8, device=device).sum().item())
    events = trace(device, work)
    (mark,) = (event for event in events if event["name"] == _MARK and event.get("cat") == "user_annotation")
    kernels = [event for event in events if event.get("cat") in _ON_DEVICE[device.type]]
    busy = union((event["ts"], event["ts"] + event["dur"]) for event in kernels)
    first = min(event["ts"] for event in kernels) - mark["ts"]
    last = mark["ts"] + mark["dur"] - max(event["ts"] + event["dur"] for event in kernels)
    wall = statistics.median(walls)
    by_kernel: Counter[str] = Counter()
    for event in kernels:
        by_kernel[event["name"]] += event["dur"]
    waits = sum(event["name"] in _WAITS for event in events if event.get("cat") in {"cuda_runtime", "cuda_driver"})
    return {
        "items": items,
        "wall_seconds": walls,
        "busy_seconds": busy / 1e6,
        "waiting_share": max(0.0, 1 - busy / 1e6 / wall),
        "profiled_wall_seconds": mark["dur"] / 1e6,
        "profiled_waiting_seconds": {
            "before": first / 1e6,
            "between": (mark["dur"] - busy - first - last) / 1e6,
            "after": last / 1e6,
        },
        "kernels_per_item": len(kernels) / items,
        "stops_per_item": waits / items,
        "copies_per_item": sum(event.get("cat") == "gpu_memcpy" for event in events) / items,
        "top_kernels_seconds": {name[:100]: spent / 1e6 for name, spent in by_kernel.most_common(8)},
        "host": host_functions(work),
    }
