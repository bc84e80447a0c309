"""A protocol of the tests' own, and configurations that follow it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_haerae import Protocol, register_protocol
from pytest_haerae.config.run_config import RunConfig, build_config

FIELDS: dict[str, Any] = {
    "name": "mine/all@1",
    "description": "Letters.",
    "dataset": "kmmlu",
    "method": "string_match",
    "prompt": "letter",
    "num_few_shot": 5,
    "few_shot_split": "dev",
    "evaluator_params": {"scorer": "partial_match", "ignore_case": False},
    "generation": {"temperature": 0.5, "max_tokens": 64},
}


def register(**fields: object) -> Protocol:
    """Make it known, with other fields in the places of its own."""
    return register_protocol(Protocol.of_fields({**FIELDS, **fields}, "here"))


def config(**options: object) -> RunConfig:
    """The configuration of a run that follows it, with further options."""
    return build_config({"model": "random", "protocol": "mine/all@1", **options}, Path())
