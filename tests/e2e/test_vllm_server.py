"""The API backends against vLLM's own server, on the real 270M checkpoint in float32."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from pytest_haerae.backends.api.backend import ApiBackend
from pytest_haerae.backends.api.litellm import LiteLLMBackend
from pytest_haerae.backends.api.openai import OpenAIBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.local.vllm.backend import VllmBackend
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Message, Request
from tests.e2e.server_process import serving
from tests.helpers import ROOT, reference_items, valid_report

pytestmark = [
    pytest.mark.vllm,
    pytest.mark.skipif(find_spec("vllm") is None, reason="vllm is not installed; .ci/run has an environment with it"),
    pytest.mark.filterwarnings("default"),
]

TEMPLATE = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)


@pytest.fixture(scope="module")
def address(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = ["--dtype=float32", "--enforce-eager", "--max-model-len=2048", "--max-num-seqs=64"]
    arguments = ["-m", "vllm.entrypoints.openai.api_server", f"--model={checkpoint}", "--served-model-name=gemma"]
    arguments += ["--host=127.0.0.1", "--port=PORT", f"--chat-template={TEMPLATE}", *settings]
    log = tmp_path_factory.mktemp("server") / "log"
    with serving(arguments, log, {"VLLM_CPU_KVCACHE_SPACE": "1"}) as found:
        yield found


def values_of(backend: ApiBackend | VllmBackend, requests: list[Request]) -> list[tuple[float, ...] | None]:
    answers = dict(backend.run(requests))
    return [answers[index].loglikelihoods for index in range(len(requests))]


def over_http(
    kind: type[ApiBackend], name: str, address: str, requests: list[Request]
) -> list[tuple[float, ...] | None]:
    backend = kind(ApiParameters(model_name=name, api_base=address, api_key="not-needed"))
    values = values_of(backend, requests)
    way = {"openai": "logprob_token_ids", "litellm": "echo"}[backend.name]
    assert way in (backend.method_detail or "")
    backend.close()
    return values


def test_http_gives_the_numbers_of_the_engine_both_ways(address: str, vllm_backend: VllmBackend) -> None:
    items = reference_items(short=6, medium=2)
    requests = [
        Request("loglikelihood", item["query"], tuple(f" ({letter})" for letter in "ABCDE"[: len(item["options"])]))
        for item in items
    ]
    requests.append(Request("loglikelihood", "대한민국의 수도는", (" 서울", " 서울특별시", " 부산광역시 해운대구")))
    expected = values_of(vllm_backend, requests)
    by_trie = over_http(OpenAIBackend, "gemma", address, requests)
    by_echo = over_http(LiteLLMBackend, "openai/gemma", address, requests)
    for index, values in enumerate(expected):
        assert by_trie[index] == pytest.approx(values, abs=1e-3)
        assert by_echo[index] == pytest.approx(values, abs=1e-3)


def test_a_chat_is_scored_behind_the_servers_template(
    address: str, vllm_backend: VllmBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = ("(A)", "(B)")
    chat = Request("loglikelihood", "", labels, messages=(Message("system", "짧게"), Message("user", "1+1?")))
    backend = OpenAIBackend(ApiParameters(model_name="gemma", api_base=address, api_key="not-needed"))
    (over_http,) = values_of(backend, [chat])
    rendered = "<system>짧게<user>1+1?<assistant>"
    context, *wholes = (
        tuple(backend._loop.call(backend.ask("tokenize", {"prompt": text, "add_special_tokens": False}))["tokens"])
        for text in (rendered, *(rendered + label for label in labels))
    )
    backend.close()
    monkeypatch.setattr(vllm_backend._encoder, "wholes", lambda requests: iter([[context, *wholes]]))
    assert over_http == pytest.approx(values_of(vllm_backend, [chat])[0], abs=1e-3)


@pytest.mark.parametrize("method", ["log_likelihood", "string_match"])
def test_the_suites_run_on_it(address: str, tmp_path: Path, method: str) -> None:
    values = {"model_name": "gemma", "api_base": address, "api_key": "not-needed", "max_tokens": 16}
    command = [sys.executable, "-m", "pytest", "suites/", "--model=openai", f"--model-params={json.dumps(values)}"]
    paths = [f"--output-file={tmp_path}/report.json", f"--store={tmp_path}/store.sqlite", "-p", "no:cacheprovider"]
    options = ["--dataset=sample", "--limit=1", f"--method={method}", *paths]
    result = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    metrics = valid_report(tmp_path / "report.json")["metrics"]
    assert (metrics["errors"], metrics["n"] + metrics["skipped"]) == (0, 13)


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
@pytest.mark.parametrize("kind", [OpenAIBackend, LiteLLMBackend])
def test_answers_are_kept_to_letters(address: str, kind: type[ApiBackend], endpoint: str) -> None:
    name = "gemma" if kind is OpenAIBackend else "openai/gemma"
    values = {"model_name": name, "api_base": address, "api_key": "not-needed", "endpoint": endpoint}
    backend = kind(ApiParameters.model_validate(values))
    chat = endpoint == "chat"
    requests = [
        Request("generate", "" if chat else text, messages=(Message("user", text),) if chat else None, choices=choices)
        for text in ("대한민국의 수도는?\n(A) 서울\n(B) 부산\n정답:", "1 + 1 =", "정답:")
        for choices in (("A", "B"), ("A", "B", "C", "D", "E"), ("좋음", "나쁨"))
    ]
    for index, response in backend.run(requests):
        assert response.error is None
        assert response.text in requests[index].choices
    backend.close()


def test_a_schema_is_followed_by_the_engine(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by hosted APIs. A weak model may fill its tokens with the spaces that JSON allows, and is told apart then."""
    monkeypatch.setattr(ApiParameters, "is_own", lambda self: False)
    values = {"model_name": "gemma", "api_base": address, "api_key": "not-needed", "max_tokens": 24}
    backend = OpenAIBackend(ApiParameters.model_validate(values))
    chat = Request("generate", "", messages=(Message("user", "1+1?\n(A) 2\n(B) 3"),), choices=("A", "B", "C"))
    try:
        for _, response in backend.run([chat] * 3):
            assert response.text in chat.choices or "finish_reason length" in str(response.error)
    except UsageError as error:
        assert "finish_reason length" in str(error)  # noqa: PT017 - either may happen
    backend.close()
