"""The real vLLM engine on the real 270M checkpoint; in float32, so that its numbers can be held to the references."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.backends.local.encoding import Part
from pytest_haerae.backends.local.trie import build_trie
from pytest_haerae.backends.local.vllm import questions
from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.backends.local.vllm.engine import VllmParameters
from pytest_haerae.backends.local.vllm.questions import by_token_ids, score
from pytest_haerae.backends.registry import validate_parameters
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request
from tests.e2e.conftest import VLLM_SETTINGS
from tests.e2e.constrained import check_letters
from tests.e2e.vllm_ledger import LEDGER, asked
from tests.helpers import ROOT, copy_of_store, reference_items, valid_report

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(find_spec("vllm") is None, reason="vllm is not installed; .ci/run has an environment with it"),
    # The engine's libraries warn of their own deprecations.
    pytest.mark.filterwarnings("default"),
]

LABELS = tuple(f" ({letter})" for letter in "ABCDE")


@pytest.fixture
def backend(vllm_backend: VllmBackend) -> VllmBackend:
    return vllm_backend


def values_of(backend: VllmBackend, requests: list[Request]) -> list[tuple[float, ...]]:
    answers = dict(backend.run(requests))
    assert [answers[index].error for index in range(len(requests))] == [None] * len(requests)
    return [answers[index].loglikelihoods or () for index in range(len(requests))]


def test_the_references_of_lm_evaluation_harness_are_met(backend: VllmBackend) -> None:
    items = reference_items(short=8, medium=3, long=1)
    requests = [Request("loglikelihood", item["query"], LABELS[: len(item["options"])]) for item in items]
    for item, values in zip(items, values_of(backend, requests), strict=True):
        assert values == pytest.approx(item["loglikelihoods"], abs=1e-3)
        assert values.index(max(values)) == item["loglikelihoods"].index(max(item["loglikelihoods"]))
    assert "logprob_token_ids" in (backend.method_detail or "")


def test_both_ways_give_the_same_numbers(backend: VllmBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    requests = [
        Request("loglikelihood", "대한민국의 수도는", (" 서울", " 서울특별시", " 서울", " 부산광역시 해운대구")),
        Request("loglikelihood", "", LABELS),
    ]
    by_trie = values_of(backend, requests)
    monkeypatch.setattr(VllmBackend, "_knows_token_ids", lambda self: False)
    by_prompt = values_of(backend, requests)
    assert "prompt_logprobs" in (backend.method_detail or "")
    for one, other in zip(by_trie, by_prompt, strict=True):
        assert one == pytest.approx(other, abs=1e-3)
    assert by_trie[0][0] == by_trie[0][2]


def asked_by(backend: VllmBackend, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The tokens that each of the engine's next requests may generate."""
    most: list[int] = []
    enqueue = backend._engine.enqueue

    def noted(prompts: list[dict[str, Any]], settings: list[Any], **more: bool) -> Any:  # noqa: ANN401
        most.extend(each.max_tokens for each in settings)
        return enqueue(prompts, settings, **more)

    monkeypatch.setattr(backend._engine, "enqueue", noted)
    return most


def test_options_of_text_are_read_along_their_paths(backend: VllmBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a processor, where the first model runner serves; the numbers are those of full sequences and of nodes."""
    requests = [
        Request("loglikelihood", item["query"], tuple(f" {option}" for option in item["options"]))
        for item in reference_items(short=4, medium=1)
    ]
    by_path = asked_by(backend, monkeypatch)
    values = values_of(backend, requests)
    paths, nodes = len(by_path), sum(by_path)
    assert paths < nodes / 2
    # An engine that generates what it likes is found out, and asked node by node.
    monkeypatch.setattr(questions, "follow", lambda path: {"ignore_eos": True})
    by_node = values_of(backend, requests)
    assert by_path[2 * paths :]
    assert set(by_path[2 * paths :]) == {1}
    monkeypatch.setattr(VllmBackend, "_knows_token_ids", lambda self: False)
    by_prompt = values_of(backend, requests)
    for one, two, three in zip(values, by_node, by_prompt, strict=True):
        assert one == pytest.approx(two, abs=1e-4)
        assert one == pytest.approx(three, abs=1e-4)


def test_a_path_may_lead_through_the_end_of_the_text(backend: VllmBackend) -> None:
    end = backend._engine.get_tokenizer().eos_token_id
    (context,) = backend._encoder.tokenize(["대한민국의 수도는"])
    part = Part(0, (0, 1), context, build_trie([(*context[1:3], end, *context[3:], end), (end, *context[1:])]))
    ((_, _, by_node),) = score(backend._engine, [(None, part)], partial(by_token_ids, longest=1), 8)
    ((_, _, by_path),) = score(backend._engine, [(None, part)], partial(by_token_ids, longest=64), 8)
    assert by_path == pytest.approx(by_node, abs=1e-4)


def test_a_context_too_long_is_cut_from_the_left_and_said_so(
    backend: VllmBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "_window", 48)
    request = Request("loglikelihood", "가나다라마바사 " * 30 + "정답:", LABELS)
    ((_, cut),) = backend.run([request])
    context, continuations = backend._encoder.cut(*backend._encoder.wholes([request]))
    kept = context[-(48 - len(continuations[0])) :]
    assert cut.truncated
    assert (cut.prompt_tokens, {len(each) for each in continuations}) == (len(kept), {3})
    monkeypatch.setattr(VllmBackend, "_knows_token_ids", lambda self: False)
    monkeypatch.setattr(backend, "_window", 2048)
    monkeypatch.setattr(backend._encoder, "cut", lambda wholes: (kept, continuations))
    assert cut.loglikelihoods == pytest.approx(values_of(backend, [request])[0], abs=1e-3)


def test_an_option_that_fits_no_window_is_an_error_of_its_item(
    backend: VllmBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backend, "_window", 8)
    requests = [
        Request("loglikelihood", "정답:", LABELS),
        Request("loglikelihood", "정답:", (" 가", " 나다라 마바 사" * 9)),
    ]
    answers = dict(backend.run(requests))
    assert answers[0].error is None
    assert "does not fit" in (answers[1].error or "")


def test_generation_is_real_and_stops(backend: VllmBackend) -> None:
    requests = [Request("generate", "대한민국의 수도는"), Request("generate", "1, 2, 3, 4,", stop=("7",))]
    answers = dict(backend.run(requests))
    assert answers[0].text
    assert not answers[0].text.startswith("대한민국의")
    assert (answers[0].finish_reason, answers[0].completion_tokens) == ("length", 16)
    assert (answers[1].text, answers[1].finish_reason) == (" 5, 6, ", "stop")


def test_a_run_that_is_left_early_leaves_nothing_in_the_engine(backend: VllmBackend) -> None:
    requests = [Request("generate", f"{number} 다음의 수는") for number in range(6)]
    answers = backend.run(requests)
    _, first = next(answers)
    assert first.text
    answers.close()  # type: ignore[attr-defined]
    assert not backend._engine.llm_engine.has_unfinished_requests()
    assert len(dict(backend.run(requests))) == 6


def test_an_unknown_argument_is_named_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="unknown parameter 'enable_chunked_prefil': did you mean 'enable_chunked_pre"):
        validate_parameters("vllm", VllmBackend, {"enable_chunked_prefil": True})
    with pytest.raises(UsageError, match="unknown parameter 'model'"):
        validate_parameters("vllm", VllmBackend, {"model": "x"})
    validate_parameters("vllm", VllmBackend, {"block_size": 32})


def test_a_truncated_checkpoint_is_refused_before_the_engine_starts(checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes((checkpoint / "config.json").read_bytes())
    with (checkpoint / "model.safetensors").open("rb") as whole:
        (tmp_path / "model.safetensors").write_bytes(whole.read(1_000_000))
    with pytest.raises(UsageError, match=r"vllm cannot load .*model\.safetensors: it is truncated"):
        VllmBackend(VllmParameters(model_name_or_path=str(tmp_path)))


def start_suites(folder: Path, checkpoint: Path, *options: str, **parameters: int) -> subprocess.Popen[str]:
    """`pytest suites/` in a session of its own, so that whatever it leaves behind can be found."""
    values = json.dumps({"model_name_or_path": str(checkpoint), **VLLM_SETTINGS, "max_tokens": 16, **parameters})
    command = [sys.executable, "-m", "pytest", "suites/", "--model=vllm", f"--model-params={values}"]
    paths = [f"--output-file={folder}/report.json", f"--store={folder}/store.sqlite", "-p", "no:cacheprovider"]
    return subprocess.Popen(
        [*command, "--dataset=sample", *paths, *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def left_behind(session: int) -> list[str]:
    """The processes of a session, by what /proc says of them; zombies do not count."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def assert_nothing_left(session: int) -> None:
    deadline = time.monotonic() + 10
    while left_behind(session) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert left_behind(session) == []


@pytest.mark.parametrize("method", ["log_likelihood", "string_match"])
def test_the_suites_run_on_it_and_leave_no_process(checkpoint: Path, tmp_path: Path, method: str) -> None:
    process = start_suites(tmp_path, checkpoint, f"--method={method}", "--limit=1")
    output, _ = process.communicate()
    assert process.returncode == 0, output
    report = valid_report(tmp_path / "report.json")
    assert report["metrics"]["n"] + report["metrics"]["skipped"] == 13
    assert report["metrics"]["errors"] == 0
    assert "vllm" in report["info"]["versions"]["vllm"]
    assert_nothing_left(process.pid)


def test_an_engine_that_can_not_start_is_a_usage_error_and_leaves_no_process(checkpoint: Path, tmp_path: Path) -> None:
    process = start_suites(tmp_path, checkpoint, "--limit=1", tensor_parallel_size=1, max_num_batched_tokens=1)
    output, _ = process.communicate()
    assert process.returncode == pytest.ExitCode.USAGE_ERROR, output
    assert "ERROR: vllm cannot load" in output
    assert_nothing_left(process.pid)


def stored(store: Path) -> int:
    """Answers in a store."""
    with copy_of_store(store, store.parent / "copy") as connection:
        return int(connection.execute("SELECT count(*) FROM responses").fetchone()[0])


def test_a_kill_loses_what_is_in_flight_and_nothing_else(
    checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seats, seed = 4, 20261126
    chance = random.Random(seed)  # noqa: S311 - when, no secret
    ledger = tmp_path / "ledger"
    monkeypatch.setenv(LEDGER, str(ledger))
    options = ("-p", "tests.e2e.vllm_ledger", "--method=string_match", "--limit=3")
    asks, delay = chance.randrange(seats + 1, 15), chance.random()
    process = start_suites(tmp_path, checkpoint, *options, max_num_seqs=seats)
    deadline = time.monotonic() + 240
    while asked(ledger).total() < asks and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(delay)
    assert process.poll() is None, process.communicate()[0]
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    kept = stored(tmp_path / "store.sqlite")
    lost = asked(ledger).total() - kept
    print(f"seed {seed}: killed after {asks} prompts + {delay:.3f} s; {kept} answers stored, {lost} lost")
    assert kept > 0
    assert lost <= seats
    process = start_suites(tmp_path, checkpoint, *options, max_num_seqs=seats)
    output, _ = process.communicate()
    assert process.returncode == 0, output
    responses = valid_report(tmp_path / "report.json")["info"]["responses"]
    assert responses["reused"] == kept
    assert max(asked(ledger).values()) <= 2
    assert asked(ledger).total() - len(asked(ledger)) <= seats
    assert len(asked(ledger)) == responses["computed"] + kept


@pytest.mark.parametrize("seconds", [1, 25], ids=["while it starts", "while it answers"])
def test_an_interrupt_leaves_no_process(checkpoint: Path, tmp_path: Path, seconds: int) -> None:
    process = start_suites(tmp_path, checkpoint, "--method=string_match", max_tokens=512)
    assert process.stdout is not None
    deadline = time.monotonic() + 240
    while not any("orker" in line for line in left_behind(process.pid)) and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(seconds)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    try:
        output, _ = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == pytest.ExitCode.INTERRUPTED, output
    assert_nothing_left(process.pid)


def test_the_letter_that_an_answer_is_kept_to_is_the_likeliest_of_them(backend: VllmBackend) -> None:
    check_letters(backend)
