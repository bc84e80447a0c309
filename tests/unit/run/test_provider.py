from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import pytest

from pytest_haerae.backends.batches import Batch, Passing, Result, Unlisted
from pytest_haerae.errors import UsageError
from pytest_haerae.run import provider as module
from pytest_haerae.run.intents import Intent
from pytest_haerae.run.provider import LABEL, LOOKS, Provider
from pytest_haerae.types import Request, Response

INTENT = Intent("label", 1, ("a",), "file-7")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOKS", (0.0, 0.001, 0.001))


class Endpoint:
    """Lists and answers what it is told, and is out of reach for so many times."""

    name = "--model=it"
    most_requests = 5
    most_bytes = 1000
    waits = (0.001, 0.001)

    def __init__(self, lists: list[list[Batch]], fails: int = 0) -> None:
        self.lists, self.fails = lists, fails
        self.asked = 0

    def _ask(self) -> None:
        self.asked += 1
        if self.asked <= self.fails:
            raise Passing("busy")

    def line(self, key: str, request: Request) -> bytes:
        return key.encode()

    def upload(self, lines: Iterable[bytes]) -> str:
        self._ask()
        return "file"

    def create(self, file: str, labels: Mapping[str, str]) -> Batch:
        return Batch("b", "open")

    def get(self, batch: str) -> Batch:
        self._ask()
        return Batch(batch, "open")

    def every(self) -> Iterator[Batch]:
        self._ask()
        yield from self.lists.pop(0)

    def results(self, batch: Batch, find: Callable[[str], Request | None]) -> Iterator[Result]:
        yield Result("a", Response(text="a"))
        self._ask()
        yield Result("b", Response(text="b"))


def provider(endpoint: Endpoint, patience: float | None = None, told: list[str] | None = None) -> Provider:
    return Provider(endpoint, patience, ([] if told is None else told).append)


@pytest.mark.parametrize(
    ("batch", "found"),
    [
        (Batch("b", "open", labels={LABEL: "label"}), "b"),
        (Batch("b", "open", file="file-7"), "b"),
        (Batch("b", "open", labels={LABEL: "other"}, file="file-8"), None),
        (Batch("b", "open", file="file-8"), None),
    ],
)
def test_a_batch_is_known_by_its_label_or_by_its_file(batch: Batch, found: str | None) -> None:
    other = Batch("o", "open", labels={"pytest": "label"})
    assert provider(Endpoint([[other, batch]] * 3)).find(INTENT) == found


@pytest.mark.parametrize("number", range(4))
def test_one_that_is_not_listed_yet_is_looked_for_again(number: int) -> None:
    endpoint = Endpoint([*([[]] * number), [Batch("b", "open", file="file-7")]])
    assert provider(endpoint).find(INTENT) == ("b" if number < 3 else None)
    assert endpoint.asked == min(number + 1, 3)


def test_a_list_that_does_not_tell_batches_apart_is_none() -> None:
    with pytest.raises(Unlisted, match="does not say what its batches were made of"):
        provider(Endpoint([[Batch("b", "open", labels={"a": "b"}), Batch("c", "open")]])).find(INTENT)


def test_some_time_passes_between_the_looks() -> None:
    assert LOOKS[0] == 0
    assert all(wait >= 5 for wait in LOOKS[1:])
    assert len(LOOKS) == 3


def test_who_is_out_of_reach_is_asked_again_and_told_of_once() -> None:
    told: list[str] = []
    assert provider(Endpoint([], fails=3), told=told).get("b").id == "b"
    assert told == ["haerae: --model=it: busy; asking again"]


def test_patience_ends() -> None:
    with pytest.raises(UsageError, match=r"^--model=it: busy; what was sent goes on"):
        provider(Endpoint([], fails=10**6), patience=0.01).upload([])


def test_results_come_once_each_also_after_a_break() -> None:
    found = provider(Endpoint([], fails=2)).results(Batch("b", "completed"), lambda key: None)
    assert [result.key for result in found] == ["a", "b"]
