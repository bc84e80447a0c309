from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.registry import find_backend
from pytest_haerae.errors import UsageError
from pytest_haerae.replicas.cluster import check_replicas, on_other_machines, share_resources


@pytest.mark.parametrize(
    ("nodes", "count", "gpus", "expected"),
    [
        ([(2, 0)], 2, None, (1, 0)),
        ([(16, 0)], 3, None, (5, 0)),
        ([(16, 0), (4, 0)], 5, None, (4, 0)),
        ([(64, 8)], 8, None, (8, 1)),
        # The head node's processors are of no use to replicas that need a GPU.
        ([(64, 0), (8, 8)], 8, None, (1, 1)),
        ([(8, 1)], 2, 0.5, (4, 0.5)),
        ([(16, 8), (16, 8)], 4, 4.0, (8, 4)),
        ([(16, 8)], 4, 0.0, (4, 0)),
    ],
)
def test_resources_are_shared_alike(
    nodes: list[tuple[int, int]], count: int, gpus: float | None, expected: tuple[int, float]
) -> None:
    assert share_resources([{"CPU": cpus, "GPU": more} for cpus, more in nodes], count, gpus) == expected


@pytest.mark.parametrize(
    ("nodes", "count", "gpus", "words"),
    [
        ([(2, 0)], 3, None, "each takes 1 CPU; 1 node(s) with 2 CPUs and 0 GPUs have room for 2; use --replicas=2"),
        ([(8, 1)], 2, None, "have room for 1; use --replicas=1, share GPUs with a smaller --gpus-per-replica"),
        ([(8, 0)], 1, 1.0, "have room for 0; name another --ray-address"),
        # Four GPUs of two nodes are none of one replica.
        ([(8, 2), (8, 2)], 1, 4.0, "have room for 0"),
    ],
)
def test_too_small_a_cluster_is_refused(
    nodes: list[tuple[int, int]], count: int, gpus: float | None, words: str
) -> None:
    with pytest.raises(UsageError) as caught:
        share_resources([{"CPU": cpus, "GPU": more} for cpus, more in nodes], count, gpus)
    assert words in str(caught.value)


@given(
    sizes=st.lists(st.tuples(st.integers(0, 32), st.integers(0, 8)), min_size=1, max_size=5),
    count=st.integers(1, 12),
    gpus=st.sampled_from([None, 0.0, 0.25, 0.5, 1.0, 2.0]),
)
def test_what_is_shared_fits_and_one_more_processor_each_would_not(
    sizes: list[tuple[int, int]], count: int, gpus: float | None
) -> None:
    nodes = [{"CPU": cpus, "GPU": more} for cpus, more in sizes]

    def fits(cpus: int, each: float) -> bool:
        """Place replicas one by one, as a scheduler does."""
        free = [[float(cpus), float(more)] for cpus, more in sizes]
        for _ in range(count):
            room = next((node for node in free if node[0] >= cpus and node[1] >= each), None)
            if room is None:
                return False
            room[0] -= cpus
            room[1] -= each
        return True

    try:
        cpus, each = share_resources(nodes, count, gpus)
    except UsageError:
        assert not fits(1, (1.0 if any(more for _, more in sizes) else 0.0) if gpus is None else gpus)
    else:
        assert fits(cpus, each)
        assert not fits(cpus + 1, each)


@pytest.mark.parametrize("name", ["openai", "litellm"])
def test_a_server_is_not_replicated(name: str) -> None:
    with pytest.raises(UsageError, match="holds no model to copy; ask more at once with --model-params max_concurr"):
        check_replicas(name, find_backend(name))


def test_a_missing_ray_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_haerae.replicas.cluster.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'pytest-haerae\[ray\]'"):
        check_replicas("random", find_backend("random"))


@pytest.mark.parametrize(
    ("replicas", "address", "environment", "elsewhere"),
    [
        (None, None, None, False),
        (None, None, "10.0.0.1:6379", False),
        (2, None, None, False),
        (2, "10.0.0.1:6379", None, True),
        (2, None, "10.0.0.1:6379", True),
    ],
)
def test_a_cluster_that_is_named_may_have_what_is_missing_here(
    monkeypatch: pytest.MonkeyPatch, replicas: int | None, address: str | None, environment: str | None, elsewhere: bool
) -> None:
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    if environment:
        monkeypatch.setenv("RAY_ADDRESS", environment)
    assert on_other_machines(replicas, address) is elsewhere
