from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pytest_haerae.backends.api.adaptation import Adaptations
from pytest_haerae.backends.api.batch_lines import BatchLines
from pytest_haerae.backends.api.batches import ApiBatches
from pytest_haerae.backends.api.concurrency import LoopThread
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.batches import NoSuchBatch, Passing, Unlisted, Unsettled
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Response

BATCH = {"id": "b", "status": "in_progress", "input_file_id": "f", "metadata": {"a": "b"}}


class Status(Exception):  # noqa: N818 - names what came
    def __init__(self, status_code: int, words: str = "no") -> None:
        super().__init__(words)
        self.status_code = status_code


class Calls:
    """Answers what it is told, or raises it."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.asked = 0

    async def _say(self) -> Any:  # noqa: ANN401 - any JSON
        self.asked += 1
        said = self.said.pop(0) if len(self.said) > 1 else self.said[0]
        if isinstance(said, BaseException):
            raise said
        return said

    async def upload(self, content: bytes, seconds: float) -> Any:  # noqa: ANN401 - as above
        return await self._say()

    async def create(self, file: str, path: str, labels: dict[str, str]) -> Any:  # noqa: ANN401 - as above
        return await self._say()

    async def get(self, batch: str) -> Any:  # noqa: ANN401 - as above
        return await self._say()

    async def page(self, after: str | None, limit: int) -> Any:  # noqa: ANN401 - as above
        return await self._say()

    async def fetch(self, file: str, seconds: float) -> bytes:
        found: bytes = await self._say()
        return found

    async def close(self) -> None:
        self.asked = -1


@pytest.fixture
def calls() -> Calls:
    return Calls()


@pytest.fixture
def batches(calls: Calls) -> Iterator[ApiBatches]:
    loop = LoopThread()
    lines = BatchLines(
        "it", "/v1/completions", lambda request: {}, dict, Adaptations(), lambda: None, lambda answer: None, frozenset()
    )
    parameters = ApiParameters(model_name="m", max_retries=1, timeout=5, batch_poll=90, batch_requests=7)
    yield ApiBatches(calls, loop, parameters, lines)
    loop.close()


def test_its_limits_are_the_parameters(batches: ApiBatches) -> None:
    assert (batches.name, batches.most_requests, batches.waits) == ("--model=it", 7, (90, 90))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        *((said, "open") for said in ("validating", "in_progress", "finalizing", "cancelling", "later words")),
        *((said, said) for said in ("completed", "failed", "expired", "cancelled")),
    ],
)
def test_a_status_is_open_until_it_has_ended(batches: ApiBatches, calls: Calls, said: str, status: str) -> None:
    calls.said = [{**BATCH, "status": said}]
    found = batches.get("b")
    assert (found.status, found.said, found.labels, found.file) == (status, said, {"a": "b"}, "f")


def test_what_a_batch_says_of_itself(batches: ApiBatches, calls: Calls) -> None:
    counts = {"total": 9, "completed": 3, "failed": 2}
    problems = [{"code": "token_limit_exceeded", "message": "too much"}, {"message": "too much"}, None]
    more = {"request_counts": counts, "errors": {"data": problems}, "output_file_id": "o", "error_file_id": None}
    calls.said = [{**BATCH, **more}]
    found = batches.get("b")
    assert (found.done, found.total, found.results) == (5, 9, ("o",))
    assert (found.problem, found.is_over_limit) == ("too much", True)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (Status(400), UsageError),
        (Status(401), UsageError),
        (Status(404), UsageError),
        (Status(429), Passing),
        (Status(429, "insufficient_quota"), UsageError),
        (ConnectionRefusedError(111, "x"), Passing),
        (Status(500), Unsettled),
        (Status(409), Unsettled),
        (ConnectionResetError(), Unsettled),
        (TimeoutError(), Unsettled),
        (ValueError("a client that cannot read the answer"), Unsettled),
        ({"object": "batch"}, Unsettled),
        ("<html>", Unsettled),
    ],
)
def test_only_a_refusal_says_that_no_batch_was_made(
    batches: ApiBatches, calls: Calls, said: object, kind: type[Exception]
) -> None:
    calls.said = [said]
    with pytest.raises(kind):
        batches.create("f", {})
    assert calls.asked == 1, "what is paid for is asked for once"


def test_a_batch_is_made_with_its_labels(batches: ApiBatches, calls: Calls) -> None:
    calls.said = [BATCH]
    assert batches.create("f", {"a": "b"}).labels == {"a": "b"}


def test_nothing_else_is_asked_once(batches: ApiBatches, calls: Calls) -> None:
    calls.said = [Status(503), BATCH]
    assert batches.get("b").id == "b"
    calls.said = [Status(503)]
    with pytest.raises(Passing):
        batches.get("b")
    assert calls.asked == 4


@pytest.mark.parametrize("status", [404, 410])
def test_a_batch_that_is_not_there(batches: ApiBatches, calls: Calls, status: int) -> None:
    calls.said = [Status(status)]
    with pytest.raises(NoSuchBatch):
        batches.get("b")


@pytest.mark.parametrize("said", ["<html>", {}, {"id": 5}, {"id": ""}])
def test_an_answer_without_an_id_is_refused(batches: ApiBatches, calls: Calls, said: object) -> None:
    calls.said = [said]
    with pytest.raises(UsageError, match="has no id"):
        batches.upload([b"x"])


def test_a_first_answer_that_says_that_nothing_is_there_is_believed(batches: ApiBatches, calls: Calls) -> None:
    calls.said = [ConnectionRefusedError(111, "x")]
    with pytest.raises(UsageError, match="connection refused"):
        batches.upload([b"x"])
    assert calls.asked == 1
    calls.said = [{"id": "f"}]
    assert batches.upload([b"x"]) == "f"
    calls.said = [ConnectionRefusedError(111, "x")]
    with pytest.raises(Passing):
        batches.upload([b"x"])


def test_all_pages_of_a_list(batches: ApiBatches, calls: Calls) -> None:
    def page(names: str, more: bool | None) -> dict[str, Any]:
        return {"data": [{**BATCH, "id": name} for name in names], "has_more": more}

    for pages in ([page("ab", True), page("c", False)], [page("ab", True), page("c", None)]):
        calls.said = [*pages]
        assert "".join(batch.id for batch in batches.every()) == "abc"
    # A client that gives the first page alone: what is in it is found, and nothing more is known.
    calls.said = [page("ab", True)]
    found = batches.every()
    assert next(found).id == "a"
    with pytest.raises(Unlisted, match="its list cannot be read to its end"):
        list(found)


@pytest.mark.parametrize(
    "said", [Status(404), Status(405), Status(403), {"object": "list"}, "<html>", Unlisted("none")]
)
def test_no_list(batches: ApiBatches, calls: Calls, said: object) -> None:
    calls.said = [said]
    with pytest.raises(Unlisted):
        list(batches.every())


def test_results_are_of_both_files(batches: ApiBatches, calls: Calls) -> None:
    calls.said = [
        {**BATCH, "status": "completed", "output_file_id": "o", "error_file_id": "e"},
        b'{"custom_id": "k", "response": {"status_code": 200, "body": {"choices": [{"text": "t"}]}}}\n',
        b'{"custom_id": "l", "response": {"status_code": 400, "body": {"error": {"message": "no"}}}}\n',
    ]
    found = list(batches.results(batches.get("b"), lambda key: None))
    assert [result.response for result in found] == [Response("t"), Response(error="it: Error code: 400 - no")]
