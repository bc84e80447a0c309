"""What the backends that hold a model and batch by kind share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from pytest_haerae.types import Request, Response


class BatchingBackend(ABC):
    """Scores and generates in batches of different making; all requests of a run are of one kind."""

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer requests, batch by batch."""
        if requests and requests[0].kind == "loglikelihood":
            yield from self._loglikelihoods(requests)
        else:
            yield from self._generations(requests)

    @abstractmethod
    def _loglikelihoods(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Score the continuations of all requests."""

    @abstractmethod
    def _generations(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Generate after all prompts."""
