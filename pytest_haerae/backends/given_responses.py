"""What stands in a model's place where answers were made elsewhere: it says which they are, and answers nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from pytest_haerae.backends.fingerprints import fingerprints
from pytest_haerae.backends.protocol import Backend, BackendParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Capability, Request, Response


class GivenParameters(BackendParameters):
    """The file that has the answers.

    Attributes:
        file: Where it is.
        label: What the model is called that made them.
        chat: Whether it was asked in chats: the report then shows the questions as they were sent.
    """

    file: Path
    label: str
    chat: bool = False

    def takes_chats(self, kind: Capability) -> bool:
        """As it was asked."""
        return self.chat

    def identity(self) -> dict[str, Any]:
        """The file's content, wherever it lies."""
        return {"files": sorted(fingerprints(self.file).values())}

    def model_label(self) -> str:
        """What the model is called that made them."""
        return self.label


class GivenBackend(Backend):
    """No model: whoever asks it something else than the items is told so."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate", "loglikelihood"})
    parameters = GivenParameters
    constrains = takes_images = True
    remote = True

    def __init__(self, parameters: GivenParameters) -> None:
        _refuse(parameters)

    @classmethod
    def price_problem(cls, parameters: GivenParameters) -> str | None:
        """They are paid for: a limit is of what a judge costs."""
        return None

    @classmethod
    def batch_problem(cls, parameters: GivenParameters) -> str | None:
        """Nothing is sent."""
        return "the answers are in a file (--responses), and nothing is sent"

    def run(self, requests: Sequence[Request]) -> Iterator[tuple[int, Response]]:
        """Never called: it cannot be built."""
        raise NotImplementedError


def _refuse(parameters: GivenParameters) -> NoReturn:
    raise UsageError(f"--responses {parameters.file}: no model can be asked anything; name one with --model instead")
