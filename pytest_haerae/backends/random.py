"""The chance level: seeded random answers, and a fast stand-in for plumbing tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import shake_128
from typing import ClassVar

from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.types import LETTERS, Capability, Request, Response

_BYTES = 6
"""Of each number: fewer than a float's 53 bits, so that none is rounded up to 1."""
_LABEL = re.compile(rf"^\(([{LETTERS}])\)", re.MULTILINE)


class RandomParameters(BackendParameters):
    """The seed decides every answer; the request decides which."""

    seed: int = 0

    def model_label(self) -> str:
        """The seed is all that tells two of them apart."""
        return f"random(seed={self.seed})"


class RandomBackend(Backend):
    """Answers each request at random, the same one always the same way."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    log_probabilities: ClassVar[bool] = True
    takes_images: ClassVar[bool] = True
    parameters = RandomParameters

    def __init__(self, parameters: RandomParameters) -> None:
        self._seed = parameters.seed

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer in order: random log-likelihoods, or one of the labels that the prompt shows."""
        for index, request in enumerate(requests):
            text = request.context or "\n".join(message.content for message in request.messages or ())
            if request.kind == "loglikelihood":
                values = tuple(-10 * chance for chance in self._chances(request, text, len(request.continuations)))
                yield index, Response(loglikelihoods=values, prompt_tokens=0, completion_tokens=0)
            else:
                labels = _LABEL.findall(text)
                # More chances begin with the same ones: what is answered does not depend on what else is asked.
                chance, likely = self._chances(request, text, 2)
                answer = f"정답: ({labels[int(chance * len(labels))]})" if labels else "모르겠습니다."
                response = Response(text=answer, prompt_tokens=0, completion_tokens=0, finish_reason="stop")
                if request.log_probability:
                    response = replace(response, log_probability=-10 * likely, log_probability_tokens=1)
                yield index, response

    def _chances(self, request: Request, text: str, count: int) -> list[float]:
        """Numbers from 0 to below 1 that the seed and the request decide, evenly spread."""
        # An extendable hash, not a generator: seeding one for each request would take most of the time.
        seed = f"{self._seed}.{request.repeat}" if request.repeat else self._seed
        digest = shake_128(f"{seed}\x00{request.kind}\x00{text}".encode()).digest(_BYTES * count)
        numbers = (int.from_bytes(digest[at : at + _BYTES]) for at in range(0, len(digest), _BYTES))
        return [number / (1 << 8 * _BYTES) for number in numbers]
