"""The batch endpoint of a server with OpenAI's protocol: files, batches made of them, and the list of all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from pytest_haerae.backends.api.answers import count, field
from pytest_haerae.backends.api.batch_lines import BatchLines, Find
from pytest_haerae.backends.api.concurrency import LoopThread
from pytest_haerae.backends.api.failures import hopeless, is_permanent, may_pass, status_of, unreachable, worded
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.api.retrying import Waits, retrying
from pytest_haerae.backends.batches import Batch, BatchStatus, NoSuchBatch, Passing, Result, Unlisted, Unsettled
from pytest_haerae.errors import UsageError
from pytest_haerae.redact import error_line
from pytest_haerae.types import Request

_ENDED: Mapping[str, BatchStatus] = {
    "completed": "completed",
    "failed": "failed",
    "expired": "expired",
    "cancelled": "cancelled",
}
"""The statuses of batches that have ended; every other word means that it goes on."""
_MOST_BYTES = 190_000_000
"""OpenAI takes 200 MB."""
_LONGEST_WAIT = 60.0
_TRANSFER_SECONDS = 600.0
"""How long a file of this size may take to be sent or fetched, at least."""
_TOO_MANY = 429
_ABSENT = frozenset({404, 410})
_NO_LIST = frozenset({400, 403, 404, 405, 410, 422, 501})
"""Statuses of a server that does not list batches, or not for this key."""
_A_PAGE = 100
_NOBODY_REACHED = ("connection refused", "unknown host", "host unreachable", "certificate")
_SHOWN = 200

Told = TypeVar("Told")


class BatchCalls(Protocol):
    """The calls of one client, each without retries; their answers are objects or JSON in OpenAI's shape."""

    async def upload(self, content: bytes, seconds: float) -> Any:  # noqa: ANN401 - the client's answer
        """Bring a file."""

    async def create(self, file: str, path: str, labels: dict[str, str]) -> Any:  # noqa: ANN401 - as above
        """Make a batch of a file, for an endpoint's path."""

    async def get(self, batch: str) -> Any:  # noqa: ANN401 - as above
        """Look at a batch."""

    async def page(self, after: str | None, limit: int) -> Any:  # noqa: ANN401 - as above
        """A page of the list of all batches.

        Args:
            after: The id of the last batch of the page before; None for the first page.
            limit: How many it has at most.

        Raises:
            Unlisted: There is no such list.
        """

    async def fetch(self, file: str, seconds: float) -> bytes:
        """The content of a file."""
        ...

    async def close(self) -> None:
        """Close the connections that are nobody else's."""


class ApiBatches:
    """A `BatchEndpoint`, by the calls of a client.

    Args:
        calls: The client's calls.
        loop: Where they run.
        parameters: The backend's parameters.
        lines: Writes and reads the files.
    """

    def __init__(self, calls: BatchCalls, loop: LoopThread, parameters: ApiParameters, lines: BatchLines) -> None:
        self.name = f"--model={lines.name}"
        self.most_requests = parameters.batch_requests
        self.most_bytes = _MOST_BYTES
        self.waits = parameters.batch_poll, max(parameters.batch_poll, _LONGEST_WAIT)
        self._calls, self._loop, self._lines = calls, loop, lines
        self._retries, self._seconds = parameters.max_retries, parameters.timeout
        self._transfer = max(parameters.timeout, _TRANSFER_SECONDS)
        self._reached = False

    async def close(self) -> None:
        """Close the client's connections."""
        await self._calls.close()

    def line(self, key: str, request: Request) -> bytes:
        """One request as a line of a batch's file, with its end."""
        return self._lines.line(key, request)

    def upload(self, lines: Iterable[bytes]) -> str:
        """Bring the lines of a batch to the provider."""
        content = b"".join(lines)
        return self._id_of(self._answered(lambda: self._calls.upload(content, self._transfer), self._transfer))

    def create(self, file: str, labels: Mapping[str, str]) -> Batch:
        """Have the requests of a file answered; without retries."""

        async def making() -> Any:  # noqa: ANN401 - the client's answer
            async with asyncio.timeout(self._seconds):
                return await self._calls.create(file, self._lines.path, dict(labels))

        try:
            answer = self._loop.call(making())
        except Exception as error:
            words = self._words(error)
            nobody = (unreachable(error) or "").startswith(_NOBODY_REACHED)
            if may_pass(error) and (nobody or status_of(error) == _TOO_MANY):
                raise Passing(words) from None
            # All else may have come after it was made.
            raise (UsageError(f"{self.name}: {words}") if is_permanent(error) else Unsettled(words)) from None
        if not isinstance(field(answer, "id"), str):
            raise Unsettled(f"the server's answer to a new batch has no id: {str(answer)[:_SHOWN]}")
        return _batch_of(answer)

    def get(self, batch: str) -> Batch:
        """Look at a batch."""
        try:
            answer = self._answered(lambda: self._calls.get(batch), absent=_ABSENT)
        except _Absent as error:
            raise NoSuchBatch(str(error)) from None
        self._id_of(answer)
        return _batch_of(answer)

    def every(self) -> Iterator[Batch]:
        """All batches of the account."""
        try:
            listed, is_whole = self._answered(self._listed, self._transfer, absent=_NO_LIST)
        except _Absent as error:
            raise Unlisted(str(error)) from None
        yield from map(_batch_of, listed)
        if not is_whole:
            raise Unlisted("its list cannot be read to its end")

    def results(self, batch: Batch, find: Find) -> Iterator[Result]:
        """What came of the requests of a batch that has ended, the answers before the errors."""
        for file in batch.results:
            yield from self._lines.results(self._fetched(file), find)

    def _fetched(self, file: str) -> bytes:
        return self._answered(lambda: self._calls.fetch(file, self._transfer), self._transfer)

    async def _listed(self) -> tuple[list[Any], bool]:
        """What all pages have, and whether these are all: some clients give the first page alone."""
        found: list[Any] = []
        seen: set[object] = set()
        after: str | None = None
        while after not in seen:
            seen.add(after)
            page = await self._calls.page(after, _A_PAGE)
            listed, more = field(page, "data"), field(page, "has_more")
            if not isinstance(listed, list):
                raise Unlisted(f"its list is none: {str(page)[:_SHOWN]}")
            found += listed
            after = field(listed, len(listed) - 1, "id") if listed else None
            if after is None or not (more or (more is None and len(listed) >= _A_PAGE)):
                return found, True
        return found, False

    def _answered(
        self, ask: Callable[[], Awaitable[Told]], seconds: float | None = None, *, absent: Collection[int] = ()
    ) -> Told:
        """What the client says, after retries.

        Args:
            ask: Asks it.
            seconds: How long one attempt may take; None for the time of any request.
            absent: Statuses that say that there is no such thing.

        Raises:
            _Absent: There is no such thing.
            UsageError: The server refuses, or there is none.
            Passing: It may be had later.
        """

        async def attempt() -> Told:
            async with asyncio.timeout(seconds or self._seconds):
                return await ask()

        def worth_it(error: BaseException, number: int) -> bool:
            return status_of(error) not in absent and not self._is_hopeless(error)

        async def again() -> Told:
            return await retrying(self._retries, Waits(), worth_it)(attempt)

        try:
            answer = self._loop.call(again())
        except Exception as error:
            words = self._words(error)
            if status_of(error) in absent or isinstance(error, Unlisted):
                raise _Absent(words) from None
            passes = may_pass(error) and not self._is_hopeless(error)
            raise (Passing(words) if passes else UsageError(f"{self.name}: {words}")) from None
        self._reached = True
        return answer

    def _is_hopeless(self, error: BaseException) -> bool:
        """Whether it says, of a server that has not answered yet, that there is none."""
        return not self._reached and hopeless(error, proven=False)

    def _id_of(self, answer: Any) -> str:  # noqa: ANN401 - the client's answer
        found = field(answer, "id")
        if not isinstance(found, str) or not found:
            raise UsageError(f"{self.name}: the server's answer has no id: {str(answer)[:_SHOWN]}")
        return found

    def _words(self, error: BaseException) -> str:
        return error_line(str(error) if isinstance(error, Unlisted) else worded(error), self._lines.secrets)


class _Absent(Exception):  # noqa: N818 - names what came
    """There is nothing of this id, or at this address."""


def _batch_of(answer: Any) -> Batch:  # noqa: ANN401 - the client's answer
    said, counts, labels = str(field(answer, "status")), field(answer, "request_counts"), field(answer, "metadata")
    problems = [each for each in field(answer, "errors", "data") or () if each]
    files = [field(answer, name) for name in ("output_file_id", "error_file_id")]
    return Batch(
        id=str(field(answer, "id")),
        status=_ENDED.get(said, "open"),
        said=said,
        labels={str(name): str(value) for name, value in labels.items()} if isinstance(labels, Mapping) else {},
        file=field(answer, "input_file_id"),
        done=(count(field(counts, "completed")) or 0) + (count(field(counts, "failed")) or 0),
        total=count(field(counts, "total")) or 0,
        results=tuple(file for file in files if isinstance(file, str) and file),
        problem="; ".join(dict.fromkeys(str(field(each, "message") or each) for each in problems[:3])),
        is_over_limit=any("limit_exceeded" in str(field(each, "code")) for each in problems),
    )
