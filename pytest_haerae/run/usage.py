"""What a run asked of a model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Usage:
    """What a run asked of its backend; counts of requests.

    Attributes:
        computed: Requests that were sent to the model.
        reused: Requests that the store answered.
        seconds: Wall time of all of them.
        method_detail: How the backend came by its numbers, in its words; None where it does not say.
        said: Lines for people, as the backend said them last: of what happened to it on the way.
        notes: The like, of what happened around it.
        generation: The model's own generation parameters, as its engine applied them; None where nothing was told.
        cut_short: Whether requests were left out for their price.
    """

    computed: int = 0
    reused: int = 0
    seconds: float = field(default=0.0)
    method_detail: str | None = None
    said: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    generation: dict[str, Any] | None = None
    cut_short: bool = False
