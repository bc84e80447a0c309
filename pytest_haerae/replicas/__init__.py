"""Copies of one model as Ray actors: `driver.Replicas`, which a run with copies alone imports."""

from pytest_haerae.replicas.cluster import check_replicas, on_other_machines

__all__ = ["check_replicas", "on_other_machines"]
