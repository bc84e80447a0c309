"""Copies of one model as Ray actors."""

from pytest_haerae.replicas.cluster import check_replicas, on_other_machines
from pytest_haerae.replicas.driver import Replicas

__all__ = ["Replicas", "check_replicas", "on_other_machines"]
