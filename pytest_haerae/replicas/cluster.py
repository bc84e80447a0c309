"""The Ray cluster that replicas run on: reached or started, and shared among them."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pytest_haerae.backends.protocol import Backend
from pytest_haerae.backends.registry import is_installed
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line

_PROBE_SECONDS = 5.0


def check_replicas(name: str, backend: type[Backend]) -> None:
    """Refuse replicas where there is no model to copy, or no Ray.

    Raises:
        UsageError: With the way out.
    """
    if backend.remote:
        raise UsageError(
            f"--replicas: backend '{name}' holds no model to copy; ask more at once with"
            " --model-params max_concurrency=…"
        )
    if find_spec("ray") is None:
        raise UsageError("--replicas needs Ray, which is not installed: pip install 'pytest-haerae[ray]'")


def on_other_machines(replicas: int | None, address: str | None) -> bool:
    """Whether the model may be loaded elsewhere: there may stand what is missing here.

    Args:
        replicas: How many are asked for; None for a model in this process.
        address: The cluster that is named; None for that of ``RAY_ADDRESS``, or one of this run alone.
    """
    return replicas is not None and bool(address or os.environ.get("RAY_ADDRESS"))


def share_resources(nodes: Iterable[Mapping[str, float]], count: int, gpus: float | None) -> tuple[int, float]:
    """Choose what each replica gets.

    Args:
        nodes: The resources of each node, in Ray's names (``CPU``, ``GPU``).
        count: How many replicas there are to be.
        gpus: GPUs of each; None for one each where there are any.

    Returns:
        CPUs and GPUs of each replica: as many CPUs as all of them can have alike.

    Raises:
        UsageError: The nodes do not hold so many.
    """
    sizes = [(int(node.get("CPU", 0)), float(node.get("GPU", 0))) for node in nodes]
    total_gpus = sum(size for _, size in sizes)
    each = (1.0 if total_gpus else 0.0) if gpus is None else gpus

    def places(cpus: int) -> int:
        return sum(min(size // cpus, int(more / each) if each else count) for size, more in sizes)

    for cpus in range(max((size for size, _ in sizes), default=0), 0, -1):
        if places(cpus) >= count:
            return cpus, each
    room, wanted = places(1), f"{each:g} GPU and 1 CPU" if each else "1 CPU"
    way_out = f"use --replicas={room}" if room else "name another --ray-address"
    if each:
        way_out += ", share GPUs with a smaller --gpus-per-replica, or use 0 for CPUs alone"
    raise UsageError(
        f"--replicas={count}: each takes {wanted}; {len(sizes)} node(s) with {sum(size for size, _ in sizes)} CPUs and"
        f" {total_gpus:g} GPUs have room for {room}; {way_out}"
    )


def import_ray() -> Any:  # noqa: ANN401 - the module
    """Import Ray; it sends no usage statistics unless the environment says otherwise."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray

    return ray


def connect(ray: Any, address: str | None) -> None:  # noqa: ANN401 - the module
    """Join a cluster, or start one on this machine.

    Args:
        ray: The module.
        address: ``HOST:PORT``, ``auto``, or None for ``RAY_ADDRESS`` and else a cluster of this run alone.

    Raises:
        UsageError: The cluster cannot be reached.
    """
    quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "error"}
    known = address or os.environ.get("RAY_ADDRESS")
    try:
        if known:
            _probe(_current_cluster() or known if known == "auto" else known)
            ray.init(address=known, **quiet)
        else:
            # A cluster of this run alone listens on loopback only.
            ray.init(address="local", _node_ip_address="127.0.0.1", **quiet)
    except Exception as error:
        hint = "; a cluster that asks for a token wants RAY_AUTH_MODE=token" if known else ""
        raise UsageError(f"--ray-address {known or 'local'}: {error_line(error)}{hint}") from None


def _current_cluster() -> str | None:
    """The cluster of this machine that Ray takes for ``auto``, which may be one that is no more."""
    folder = Path(os.environ.get("RAY_TMPDIR") or tempfile.gettempdir()) / "ray"
    try:
        return (folder / "ray_current_cluster").read_text(encoding="utf-8").strip()
    except OSError:
        return None


def _probe(address: str) -> None:
    """Find out within seconds that nobody is there: Ray tries for many minutes.

    Raises:
        OSError: Nobody listens at a ``HOST:PORT``.
        ValueError: It is the address of a Ray Client server, through which answers cannot be streamed.
    """
    if "://" in address:
        raise ValueError("Ray Client cannot stream answers; run on a node of the cluster, with HOST:PORT or auto")
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit():
        socket.create_connection((host, int(port)), _PROBE_SECONDS).close()


@contextlib.contextmanager
def portable(ray: Any, backend: type[Backend]) -> Iterator[None]:  # noqa: ANN401 - the module
    """Send a class that no installed package has, such as one of a conftest.py, as a whole instead of by its name."""
    module = sys.modules.get(backend.__module__)
    if module is None or module.__name__ == "__main__" or is_installed(backend):
        yield
        return
    ray.cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        ray.cloudpickle.unregister_pickle_by_value(module)
