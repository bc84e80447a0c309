"""The openai backend against llama.cpp's own server with the real 270M model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from pytest_haerae.backends.api.openai import OpenAIBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.local.llamacpp import LlamaCppBackend, LlamaCppParameters
from pytest_haerae.types import Message, Request
from tests.e2e.server_process import LLAMA_CPP, serving
from tests.e2e.test_llamacpp import COMPANY_NOISE
from tests.helpers import ROOT, reference_items, valid_report

pytestmark = [pytest.mark.server, pytest.mark.engine]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("xllamacpp")
    with serving(["-c", LLAMA_CPP, "PORT"], tmp_path_factory.mktemp("server") / "log") as found:
        yield found


def evaluate(folder: Path, address: str, *options: str, **more: str | int) -> subprocess.CompletedProcess[str]:
    values = {"model_name": "gemma", "api_base": address, "api_key": "not-needed", "max_concurrency": 1, **more}
    paths = [f"--output-file={folder}/report.json", f"--store={folder}/store.sqlite", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", "suites/", "--model=openai", f"--model-params={json.dumps(values)}"]
    return subprocess.run(
        [*command, "--dataset=sample", *paths, *options], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_http_gives_the_numbers_of_the_engine(address: str) -> None:
    items = reference_items(short=4, medium=1)
    requests = [
        Request("loglikelihood", item["query"], tuple(f" ({letter})" for letter in "ABCDE"[: len(item["options"])]))
        for item in items
    ]
    requests.append(Request("loglikelihood", "대한민국의 수도는", (" 서울", " 𐍈𐍈")))
    over_http = OpenAIBackend(
        ApiParameters(model_name="gemma", api_base=address, api_key="not-needed", max_concurrency=1)
    )
    answers = dict(over_http.run(requests))
    over_http.close()
    assert "llama.cpp server" in (over_http.method_detail or "")
    engine = LlamaCppBackend(LlamaCppParameters(threads=2))
    expected = dict(engine.run(requests))
    engine.close()
    for index in range(len(requests)):
        assert answers[index].loglikelihoods == pytest.approx(expected[index].loglikelihoods, abs=1e-3)


@pytest.mark.parametrize("method", ["string_match", "log_likelihood"])
def test_the_suites_run_on_it(address: str, tmp_path: Path, method: str) -> None:
    # The others are like these, and their contexts take this model a minute.
    subsets = "csat_geo,date_understanding,history,loan_words,lyrics_denoising"
    result = evaluate(tmp_path, address, "--limit=1", f"--subset={subsets}", f"--method={method}", max_tokens=4)
    assert result.returncode == 0, result.stdout + result.stderr
    metrics = valid_report(tmp_path / "report.json")["metrics"]
    assert (metrics["errors"], metrics["n"] + metrics["skipped"]) == (0, 5)


def test_a_chat_gives_bare_letters_alone_and_says_so(address: str, tmp_path: Path) -> None:
    options = ["--limit=1", "--subset=history", "--method=log_likelihood"]
    refused = evaluate(tmp_path, address, *options, endpoint="chat")
    assert refused.returncode == pytest.ExitCode.USAGE_ERROR, refused.stdout + refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1
    assert "cannot score" in refused.stderr
    assert "--prompt=letter asks for bare letters" in refused.stderr
    served = evaluate(tmp_path, address, *options, "--prompt=letter", "--max-error-rate=1", endpoint="chat")
    assert served.returncode == 0, served.stdout + served.stderr
    report = valid_report(tmp_path / "report.json")
    assert "only labels among the listed (20 at most)" in report["info"]["method_detail"]
    (sample,) = report["samples"]
    assert sample["loglikelihoods"] or "is not among the top" in sample["error"]


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_answers_are_kept_to_letters(address: str, tmp_path: Path, endpoint: str) -> None:
    options = ["--limit=2", "--subset=csat_geo,history,lyrics_denoising", "--evaluator-params=constrain=letters"]
    result = evaluate(tmp_path, address, *options, endpoint=endpoint, max_tokens=24)
    assert result.returncode == 0, result.stdout + result.stderr
    report = valid_report(tmp_path / "report.json")
    kept = [sample for sample in report["samples"] if sample["options"]]
    assert (len(kept), report["metrics"]["errors"], report["metrics"]["n"]) == (4, 0, 6)
    for sample in kept:
        assert sample["raw_output"] == sample["prediction"] in "ABCDE"[: len(sample["options"])]


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_the_log_probability_of_a_text_is_that_of_the_engine(
    address: str, endpoint: Literal["chat", "completions"]
) -> None:
    texts = ("대한민국의 수도는", "1, 2, 3, 4,", "봄 여름 가을")
    chats = [(Message("user", text),) if endpoint == "chat" else None for text in texts]
    contexts = ["" if chat else text for chat, text in zip(chats, texts, strict=True)]
    requests = [
        Request("generate", context, messages=chat, log_probability=True)
        for context, chat in zip(contexts, chats, strict=True)
    ]
    values = {"model_name": "gemma", "api_base": address, "api_key": "not-needed", "max_concurrency": 1}
    over_http = OpenAIBackend(ApiParameters.model_validate({**values, "endpoint": endpoint, "max_tokens": 12}))
    answers = dict(over_http.run(requests))
    over_http.close()
    engine = LlamaCppBackend(LlamaCppParameters(threads=2))
    server = engine._server
    for index, found in answers.items():
        assert (found.error, found.log_probability_tokens) == (None, found.completion_tokens)
        rendered = engine._render(requests[index])
        start, whole = len(server.tokenize(rendered)), server.tokenize(rendered + (found.text or ""))
        assert len(whole) - start == found.log_probability_tokens
        expected = sum(
            server.next_logprobs(whole[:at], whole[at : at + 1], 0, fresh=False)[whole[at]]
            for at in range(start, len(whole))
        )
        # 4-bit weights: what shares a batch, and how a prompt was read, changes sums so far.
        assert found.log_probability == pytest.approx(expected, abs=COMPANY_NOISE)
    engine.close()
