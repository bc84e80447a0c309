"""The chance level: seeded random answers, and a fast stand-in for plumbing tests."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from pytest_haerae.backends import BackendParameters
from pytest_haerae.types import Capability, Request, Response

_LABEL = re.compile(r"^\(([A-J])\)", re.MULTILINE)


class RandomParameters(BackendParameters):
    """The seed decides every answer; the request decides which."""

    seed: int = 0

    def model_label(self) -> str:
        """The seed is all that tells two of them apart."""
        return f"random(seed={self.seed})"


class RandomBackend:
    """Answers each request at random, the same one always the same way."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    parameters = RandomParameters
    libraries: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameters: RandomParameters) -> None:
        self._seed = parameters.seed

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Answer in order: random log-likelihoods, or one of the labels that the prompt shows."""
        for index, request in enumerate(requests):
            text = request.context or "\n".join(message.content for message in request.messages or ())
            digest = hashlib.blake2b(f"{self._seed}\x00{request.kind}\x00{text}".encode(), digest_size=8).digest()
            chance = random.Random(digest)  # noqa: S311 - chance level, no secret
            if request.kind == "loglikelihood":
                values = tuple(-10 * chance.random() for _ in request.continuations)
                yield index, Response(loglikelihoods=values, prompt_tokens=0, completion_tokens=0)
            else:
                labels = _LABEL.findall(text)
                answer = f"정답: ({chance.choice(labels)})" if labels else "모르겠습니다."
                yield index, Response(text=answer, prompt_tokens=0, completion_tokens=0, finish_reason="stop")

    def close(self) -> None:
        """Nothing to release."""
