"""What a provider's batch endpoint is: a file of requests goes there, and hours later a file of answers comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pytest_haerae.types import Request, Response

BatchStatus = Literal["open", "completed", "failed", "expired", "cancelled"]
"""How far a batch is: it goes on, or it has ended; one that ``failed`` was never begun, and costs nothing."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch, as its provider describes it at some moment.

    Attributes:
        id: What the provider calls it.
        status: How far it is.
        said: The provider's own word for that.
        labels: The metadata that it was created with.
        file: The id of the file with its requests.
        done: How many of its requests have ended, in an answer or an error.
        total: How many requests it has; 0 as long as the provider has not counted them.
        results: The ids of the files with answers and errors.
        problem: Why it failed, in the provider's words.
        is_over_limit: Whether it failed for what else is in flight: later it may not.
    """

    id: str
    status: BatchStatus
    said: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    file: str | None = None
    done: int = 0
    total: int = 0
    results: tuple[str, ...] = ()
    problem: str = ""
    is_over_limit: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one request of a batch.

    Attributes:
        key: The request's key.
        response: The answer, or the error in its place; None where the request was not carried out, and costs nothing.
        is_refusal: Whether the error is the server's refusal of the request itself.
        is_learnt: Whether it was refused for what the next attempt leaves out.
    """

    key: str
    response: Response | None
    is_refusal: bool = False
    is_learnt: bool = False


class Unsettled(Exception):  # noqa: N818 - names a state, not a fault
    """A batch may have been created, and may not: no answer told which."""


class Unlisted(Exception):  # noqa: N818 - as above
    """The provider does not list its batches."""


class NoSuchBatch(Exception):  # noqa: N818 - as above
    """The provider does not know a batch."""


class Passing(Exception):  # noqa: N818 - as above
    """Nothing could be found out just now; later it may."""


class BatchEndpoint(Protocol):
    """The batch endpoint that a loaded model is reached through.

    Attributes:
        name: What messages begin with, such as ``--model=openai``.
        most_requests: How many requests a batch may have.
        most_bytes: How long a batch's file may be.
        waits: Seconds between two looks at a batch: at first, and at most.
    """

    name: str
    most_requests: int
    most_bytes: int
    waits: tuple[float, float]

    def line(self, key: str, request: Request) -> bytes:
        """One request as a line of a batch's file, with its end."""
        ...

    def upload(self, lines: Iterable[bytes]) -> str:
        """Bring the lines of a batch to the provider, which costs nothing; gives the file's id.

        Raises:
            UsageError: They are refused.
            Passing: The provider cannot be reached just now.
        """
        ...

    def create(self, file: str, labels: Mapping[str, str]) -> Batch:
        """Have the requests of a file answered; this is what is paid for, so it is asked once.

        Raises:
            UsageError: It is refused: there is no such batch.
            Passing: It was not made, and may be later.
            Unsettled: No answer came.
        """
        ...

    def get(self, batch: str) -> Batch:
        """Look at a batch.

        Raises:
            NoSuchBatch: The provider does not know it.
            UsageError: The provider refuses to tell.
            Passing: The provider cannot be reached just now.
        """
        ...

    def every(self) -> Iterator[Batch]:
        """All batches of the account.

        Raises:
            Unlisted: The provider does not list them.
            UsageError: The provider refuses to tell.
            Passing: The provider cannot be reached just now.
        """
        ...

    def results(self, batch: Batch, find: Callable[[str], Request | None]) -> Iterator[Result]:
        """What came of the requests of a batch that has ended, the answers before the errors.

        Args:
            batch: The batch.
            find: Finds the request of a key, for those that would be asked again.

        Raises:
            UsageError: The provider refuses to tell.
            Passing: The provider cannot be reached just now.
        """
        ...
