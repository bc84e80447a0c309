from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.random import RandomBackend
from pytest_haerae.errors import UsageError
from pytest_haerae.run.provider_batches import ProviderBatches
from pytest_haerae.run.store import Store
from pytest_haerae.types import Request
from tests.batch_server import BatchServer, serve_batches
from tests.unit.run.batch_runs import Runs

KEYS = [f"key{number}" for number in range(10)]


@pytest.fixture
def server() -> Iterator[BatchServer]:
    with serve_batches(BatchServer(lambda key, body: f"{key}: {body['messages'][0]['content']}")) as served:
        yield served


@pytest.fixture
def runs(tmp_path: Path, server: BatchServer, monkeypatch: pytest.MonkeyPatch) -> Runs:
    monkeypatch.setattr("pytest_haerae.run.provider.LOOKS", (0.0, 0.01))
    return Runs(tmp_path / "s.sqlite", server)


def test_each_answer_is_its_own_requests_and_paid_once(runs: Runs, server: BatchServer) -> None:
    assert runs.ask(KEYS, batch_requests=4) == {key: f"{key}: {key}" for key in KEYS}
    assert [len(server.files[batch["input_file_id"]].splitlines()) for batch in server.batches] == [4, 4, 2]
    assert server.paid == dict.fromkeys(KEYS, 1)
    assert runs.intents(KEYS) == []
    assert runs.ask(KEYS) == {key: f"{key}: {key}" for key in KEYS}
    assert len(server.batches) == 3


def test_what_is_waited_for_is_shown(runs: Runs) -> None:
    runs.ask(KEYS)
    assert runs.told[0] == "haerae: sent the batch batch_0 of 10 requests"
    assert runs.told[1] == "haerae: batch batch_0: in_progress, 1/10 answered"


def test_an_item_that_is_refused_is_its_own_error_and_asked_again_by_the_next_run(
    runs: Runs, server: BatchServer
) -> None:
    server.reply = lambda key, body: (400, "not this one") if key == "key3" else "fine"
    assert runs.ask(KEYS)["key3"] == "openai: Error code: 400 - not this one"
    assert runs.intents(KEYS) == []
    server.reply = lambda key, body: "fine"
    assert runs.ask(KEYS) == dict.fromkeys(KEYS, "fine")
    assert server.paid == dict.fromkeys(KEYS, 1)
    assert [len(server.files[batch["input_file_id"]].splitlines()) for batch in server.batches] == [10, 1]


def test_a_batch_of_which_everything_is_refused_ends_the_run_in_the_servers_words(
    runs: Runs, server: BatchServer
) -> None:
    server.reply = lambda key, body: (404, "no model m")
    with pytest.raises(UsageError, match=r"^openai: Error code: 404 - no model m$"):
        runs.ask(KEYS)
    assert runs.intents(KEYS) == []


def test_what_the_server_refuses_of_all_is_left_out_of_the_next_batch(runs: Runs, server: BatchServer) -> None:
    def reply(key: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - as `Reply`
        if "max_tokens" in body:
            return 400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return "fine" if "temperature" not in body else (400, "Unsupported value: 'temperature' does not support 0.0")

    server.reply = reply
    assert runs.ask(KEYS) == dict.fromkeys(KEYS, "fine")
    assert server.paid == dict.fromkeys(KEYS, 1)
    assert len(server.batches) == 3


def test_of_an_expired_batch_the_answers_are_taken_and_the_rest_is_sent_again(runs: Runs, server: BatchServer) -> None:
    server.ending = lambda number: "completed" if number else "expired"
    server.reply = lambda key, body: None if not len(server.batches) > 1 and key > "key6" else "fine"
    assert runs.ask(KEYS) == dict.fromkeys(KEYS, "fine")
    assert server.paid == dict.fromkeys(KEYS, 1)


@pytest.mark.parametrize("status", ["expired", "cancelled", "completed"])
def test_a_batch_without_an_answer_is_not_sent_for_ever(runs: Runs, server: BatchServer, status: str) -> None:
    server.ending = lambda number: status
    server.reply = lambda key, body: None
    answers = runs.ask(KEYS)
    assert set(answers.values()) == {f"--model=openai: the batch batch_0 has no answer to this request ({status})"}
    assert len(server.batches) == 1
    assert runs.intents(KEYS) == []


def test_a_batch_that_fails_costs_nothing_and_says_why(runs: Runs, server: BatchServer) -> None:
    server.ending = lambda number: "failed: invalid_json line 3 is none"
    with pytest.raises(UsageError, match=r"^--model=openai: the provider refused the batch batch_0: line 3 is none$"):
        runs.ask(KEYS)
    assert (runs.intents(KEYS), server.paid) == ([], {})


def test_what_a_failed_batch_answered_is_taken(runs: Runs, server: BatchServer) -> None:
    server.ending = lambda number: "failed"
    server.reply = lambda key, body: None if key == "key3" else "fine"
    answers = runs.ask(KEYS)
    assert answers.pop("key3") == "--model=openai: the batch batch_0 has no answer to this request (failed)"
    assert set(answers.values()) == {"fine"}


def test_batches_that_are_too_much_together_are_sent_one_after_the_other(runs: Runs, server: BatchServer) -> None:
    server.ending = lambda number: "failed: token_limit_exceeded too many enqueued" if number in (1, 2) else "completed"
    assert set(runs.ask(KEYS, batch_requests=4)) == {*KEYS}
    assert server.paid == dict.fromkeys(KEYS, 1)
    assert len(server.batches) > 3


def test_a_provider_out_of_reach_is_asked_again(runs: Runs, server: BatchServer) -> None:
    server.fault = lambda method, path, before: "503: busy" if before < 2 and method == "GET" else None
    assert set(runs.ask(KEYS)) == {*KEYS}
    assert server.paid == dict.fromkeys(KEYS, 1)
    assert len([line for line in runs.told if line.endswith("asking again")]) == 2


def test_a_provider_out_of_reach_for_too_long_ends_the_run_which_goes_on(runs: Runs, server: BatchServer) -> None:
    server.fault = lambda method, path, before: "503: busy" if method == "GET" else None
    with pytest.raises(UsageError, match=r"busy.*; what was sent goes on at the provider, and the same command att"):
        runs.ask(KEYS, patience=0.02)
    server.fault = lambda method, path, before: None
    assert set(runs.ask(KEYS)) == {*KEYS}
    assert server.paid == dict.fromkeys(KEYS, 1)


def test_other_keys_of_an_open_batch_are_stored_for_the_run_that_paid(runs: Runs, server: BatchServer) -> None:
    server.fault = lambda method, path, before: "401: no" if method == "GET" else None
    with pytest.raises(UsageError):
        runs.ask(KEYS[:6])
    server.fault = lambda method, path, before: None
    assert set(runs.ask(KEYS[4:], fingerprint="g")) == {*KEYS[4:]}
    assert server.paid == dict.fromkeys(KEYS, 1)
    assert runs.stored(1, KEYS) == {*KEYS[:6]}
    assert runs.stored(2, KEYS) == {*KEYS[4:]}
    assert runs.intents(KEYS) == []


def test_two_runs_at_once_share_what_both_ask(tmp_path: Path, runs: Runs, server: BatchServer) -> None:
    server.looks = 10
    asked = [KEYS[:7], KEYS[3:]]
    threads = [
        threading.Thread(target=runs.ask, args=[keys], kwargs={"fingerprint": keys[0]}, daemon=True) for keys in asked
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert server.paid == dict.fromkeys(KEYS, 1)
    assert sorted(len(runs.stored(run, KEYS)) for run in (1, 2)) == [7, 7]


def test_a_model_without_batches_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    batches = ProviderBatches(store, 1, tell=print, show=print)
    backend = RandomBackend(RandomBackend.parameters())
    with pytest.raises(UsageError, match=r"^--batch-api: the model has no batch endpoint$"):
        list(batches.send(backend, ["k"], [Request("generate", "x")]))
    store.close()
