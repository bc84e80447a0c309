from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.api.openai_batches import OpenAIBatchCalls
from pytest_haerae.errors import UsageError
from pytest_haerae.run.intents import Intents
from pytest_haerae.run.provider import LABEL
from pytest_haerae.run.store import Store
from pytest_haerae.types import Response
from tests.batch_server import BatchServer, serve_batches
from tests.unit.run.batch_runs import Runs

KEYS = [f"key{number}" for number in range(10)]
ANSWERS = dict.fromkeys(KEYS, "정답: (A)")


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serve_batches(BatchServer()) as served:
        yield served


@pytest.fixture
def runs(tmp_path: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setattr("pytest_haerae.run.provider.LOOKS", (0.0, 0.01))
    return Runs(tmp_path / "s.sqlite", server)


class Killed(BaseException):
    """A process that is killed takes no notice of anything any more."""


@pytest.fixture
def lost_id(runs: Runs, server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Runs of which the first was killed when its batch was made, before its id was known."""
    create = OpenAIBatchCalls.create

    async def killed(*arguments: Any) -> Any:  # noqa: ANN401 - as `create`
        await create(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(OpenAIBatchCalls, "create", killed)
        # As a kill, it is nothing that an engine makes errors of.
        patch.setattr("pytest_haerae.run.engine.is_failure", lambda error: False)
        with pytest.raises(Killed):
            runs.ask(KEYS)
    (intent,) = runs.intents(KEYS)
    assert (intent.requests, intent.batch) == (tuple(KEYS), None)
    assert server.batches[0]["metadata"][LABEL] == intent.label
    return runs


@pytest.mark.parametrize("listing", ["whole", "without metadata"])
def test_a_batch_whose_id_was_lost_is_found_among_all(lost_id: Runs, server: BatchServer, listing: str) -> None:
    server.listing = listing
    for number in range(5):
        server.batches.append({**server.batches[0], "id": f"other{number}", "input_file_id": "x", "metadata": None})
    assert lost_id.ask(KEYS) == ANSWERS
    assert server.paid == dict.fromkeys(KEYS, 1)
    assert "haerae: attached again to the batch batch_0 of 10 requests" in lost_id.told


@pytest.mark.parametrize("status", ["403", "404", "405"])
def test_where_nothing_is_listed_it_is_sent_again_on_demand_alone(
    lost_id: Runs, server: BatchServer, status: str
) -> None:
    server.listing = status
    for _ in range(2):
        with pytest.raises(
            UsageError,
            match=r"^--model=openai: a batch of 10 requests may have been sent, and it cannot be found in the"
            r" provider's list \(.*there is no list.*\); add --yes to send them again, which may be paid twice$",
        ):
            lost_id.ask(KEYS)
    assert server.paid == dict.fromkeys(KEYS, 1)
    assert lost_id.ask(KEYS, yes=True) == ANSWERS
    assert server.paid == dict.fromkeys(KEYS, 2)


def test_of_a_batch_whose_id_was_lost_other_keys_are_sent_beside_it(lost_id: Runs, server: BatchServer) -> None:
    more = [*KEYS[5:], "more0", "more1"]
    assert set(lost_id.ask(more, fingerprint="g")) == {*more}
    assert server.paid == dict.fromkeys([*KEYS, "more0", "more1"], 1)


def test_an_answer_to_the_post_that_is_lost_is_no_second_batch(runs: Runs, server: BatchServer) -> None:
    server.fault = lambda method, path, before: "lost" if method == "POST" and path.endswith("batches") else None
    assert runs.ask(KEYS, batch_requests=4) == ANSWERS
    assert server.paid == dict.fromkeys(KEYS, 1)


def test_a_post_that_made_nothing_is_sent_once_more(runs: Runs, server: BatchServer) -> None:
    posts = ("500: sorry", None)
    server.fault = lambda method, path, before: posts[before] if (method, path) == ("POST", "/v1/batches") else None
    assert runs.ask(KEYS) == ANSWERS
    assert server.paid == dict.fromkeys(KEYS, 1)


def test_a_post_without_an_answer_again_and_again_is_looked_for_by_the_next_run(
    runs: Runs, server: BatchServer
) -> None:
    server.fault = lambda method, path, before: "500: sorry" if (method, path) == ("POST", "/v1/batches") else None
    with pytest.raises(UsageError, match=r"sorry.*; the same command looks whether the batch was made after all$"):
        runs.ask(KEYS)
    assert len(runs.intents(KEYS)) == 1
    server.fault = lambda method, path, before: None
    assert runs.ask(KEYS) == ANSWERS


def test_too_many_requests_are_waited_for(runs: Runs, server: BatchServer) -> None:
    posts = ("429: slowly", "429: slowly", None)
    server.fault = lambda method, path, before: posts[before] if (method, path) == ("POST", "/v1/batches") else None
    assert runs.ask(KEYS) == ANSWERS
    assert server.asked.count("GET /v1/batches") == 0, "a refusal leaves no doubt"


@pytest.mark.parametrize("path", ["/v1/files", "/v1/batches"])
def test_a_refusal_leaves_nothing_behind(runs: Runs, server: BatchServer, path: str) -> None:
    server.fault = lambda method, asked, before: "401: who are you" if asked == path else None
    with pytest.raises(UsageError, match=r"^--model=openai: .*who are you"):
        runs.ask(KEYS)
    assert (runs.intents(KEYS), server.paid) == ([], {})


def test_a_server_without_batches_says_so(runs: Runs, server: BatchServer) -> None:
    server.fault = lambda method, path, before: "404: Not Found"
    with pytest.raises(UsageError, match=r"^--model=openai: .*404 - Not Found"):
        runs.ask(KEYS)
    assert len(server.asked) == 1


def test_a_batch_that_the_provider_does_not_know_is_sent_again_on_demand_alone(
    lost_id: Runs, server: BatchServer
) -> None:
    store = Store(lost_id.path)
    intents = Intents(store)
    intents.sent(intents.about(KEYS)[0], "gone")
    store.close()
    with pytest.raises(UsageError, match=r"the provider does not know the batch gone \(.*\); add --yes"):
        lost_id.ask(KEYS)
    assert lost_id.ask(KEYS, yes=True) == ANSWERS


def test_what_was_not_uploaded_was_not_sent(runs: Runs, server: BatchServer) -> None:
    server.listing = "404"
    store = Store(runs.path)
    Intents(store).begin(1, KEYS[:5])
    store.close()
    assert runs.ask(KEYS) == ANSWERS
    assert runs.intents(KEYS) == []


def test_an_intent_whose_answers_are_stored_is_over(runs: Runs, server: BatchServer) -> None:
    """Killed between the last answer and the intent's end; the run is measured anew, and not with these answers."""
    store = Store(runs.path)
    run, _ = store.begin("f", resume=True, rerun_errors=False)
    intents = Intents(store)
    intents.sent(intents.begin(run, KEYS), "batch_9")
    for key in KEYS:
        store.put(run, key, Response(text="stored"))
    store.finish(run)
    store.close()
    assert runs.ask(KEYS) == ANSWERS
    assert server.asked.count("GET /v1/batches/batch_9") == 0
    assert runs.intents(KEYS) == []


def test_ctrl_c_while_a_batch_is_made_waits_for_its_id(
    runs: Runs, server: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = OpenAIBatchCalls.create

    async def interrupted(*arguments: Any) -> Any:  # noqa: ANN401 - as `create`
        signal.raise_signal(signal.SIGINT)
        return await create(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(OpenAIBatchCalls, "create", interrupted)
        with pytest.raises(KeyboardInterrupt):
            runs.ask(KEYS)
    assert [intent.batch for intent in runs.intents(KEYS)] == ["batch_0"]
    assert runs.told[-1].startswith("haerae: what was sent goes on at the provider")
    server.listing = "404"
    assert runs.ask(KEYS) == ANSWERS
    assert server.paid == dict.fromkeys(KEYS, 1)
