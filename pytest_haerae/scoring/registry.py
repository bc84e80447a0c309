"""Which scorer judges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULT_SCORER, STRICT_SCORER = "default", "strict"


def scorer_name(evaluator_params: Mapping[str, Any]) -> str:
    """The name of the scorer that a run's parameters choose: `scorer`, or `strict` where that is set."""
    chosen = STRICT_SCORER if evaluator_params.get("strict") else DEFAULT_SCORER
    return str(evaluator_params.get("scorer", chosen))
