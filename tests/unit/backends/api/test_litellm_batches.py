from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web

from pytest_haerae.backends.api.litellm import LiteLLMBackend
from pytest_haerae.backends.api.litellm_batches import batch_problem
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.batches import Batch, Unlisted
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Request, Response
from tests.batch_server import BatchServer, serve_batches

KEY = "sk-0123456789abcdefghij"


class Mistral(BatchServer):
    """Mistral's words for the same; the model is the job's."""

    def reset(self) -> None:
        super().reset()
        self.models: list[str] = []

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/v1/batch/jobs"):
            return await super()._answer(request)
        if request.method == "POST":
            body = await request.json()
            self.models.append(body["model"])
            self._create({"completion_window": "24h", "input_file_id": body["input_files"][0], **body})
        name = request.path.removeprefix("/v1/batch/jobs").strip("/") or self.batches[-1]["id"]
        shown = self._get(name)
        assert isinstance(shown, web.Response)
        batch = json.loads(shown.text or "")
        job = {
            "id": batch["id"],
            "input_files": [batch["input_file_id"]],
            "endpoint": batch["endpoint"],
            "status": "SUCCESS" if batch["status"] == "completed" else "RUNNING",
            "created_at": 0,
            "output_file": batch.get("output_file_id"),
            "metadata": batch["metadata"],
        }
        return web.json_response(job)


def through(server: BatchServer, model: str, **more: object) -> tuple[Response | None, Batch, LiteLLMBackend]:
    """Ask one question through a batch; what came, the batch as it was made, and the backend, which is open."""
    values = {"model_name": model, "api_key": KEY, "api_base": server.address, "max_retries": 0, **more}
    backend = LiteLLMBackend(ApiParameters.model_validate(values))
    batches = backend.batch_endpoint()
    made = batches.create(batches.upload([batches.line("k", Request("generate", "질문"))]), {"label": "x"})
    while (found := batches.get(made.id)).status == "open":
        pass
    (result,) = batches.results(found, lambda key: None)
    return result.response, made, backend


@pytest.mark.parametrize(
    ("model", "name", "cost"),
    [
        ("openai/gpt-4o-mini", "gpt-4o-mini", 10 * 0.075e-6 + 2 * 0.3e-6),
        ("openai/nobody-knows-it", "nobody-knows-it", None),
        ("hosted_vllm/m", "m", None),
        ("litellm_proxy/m", "m", None),
    ],
)
def test_openais_protocol(model: str, name: str, cost: float | None) -> None:
    with serve_batches(BatchServer()) as server:
        response, made, backend = through(server, model, seed=4, extra_body={"own": 1}, top_k=3)
        assert [batch.id for batch in backend.batch_endpoint().every()] == [made.id]
        backend.close()
    assert response is not None
    assert (response.text, made.labels) == ("정답: (A)", {"label": "x"})
    assert response.cost_usd == (cost if cost is None else pytest.approx(cost))
    (body,) = server.bodies()
    assert body == {
        "model": name,
        "messages": [{"role": "user", "content": "질문"}],
        "max_tokens": 512,
        "temperature": 0.0,
        "seed": 4,
        "top_k": 3,
        "own": 1,
    }
    assert server.headers == {f"Bearer {KEY}"}


def test_a_parameter_that_litellm_refuses_is_left_out() -> None:
    with serve_batches(BatchServer()) as server:
        response, _, backend = through(server, "openai/o3-mini")
        backend.close()
    assert response is not None
    (body,) = server.bodies()
    assert "temperature" not in body
    assert body["max_completion_tokens"] == 512
    assert "temperature was left out" in str(backend.method_detail)


def test_a_completion_is_sent_as_it_is() -> None:
    with serve_batches(BatchServer()) as server:
        through(server, "openai/m", endpoint="completions")[2].close()
    (body,) = server.bodies()
    assert body == {"model": "m", "prompt": "질문", "max_tokens": 512, "temperature": 0.0}


@pytest.mark.filterwarnings("ignore:.*ReadOnly:UserWarning")
def test_mistrals_are_asked_through_litellm_which_has_no_list_of_them() -> None:
    mistral = Mistral()
    with serve_batches(mistral) as server:
        response, made, backend = through(server, "mistral/mistral-small-latest")
        assert response is not None
        assert (response.text, made.labels) == ("정답: (A)", {"label": "x"})
        with pytest.raises(Unlisted, match="litellm has no list of mistral's"):
            list(backend.batch_endpoint().every())
        backend.close()
        assert mistral.models == ["mistral-small-latest"]


class Azure(BatchServer):
    """Azure's addresses."""

    def application(self) -> web.Application:
        application = super().application()
        application.router.add_route("*", "/openai/{path:.*}", self.handle)
        return application


def test_azures_are_asked_through_litellm_which_has_the_first_page_of_its_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_API_VERSION", "2024-10-21")
    azure = Azure()
    with serve_batches(azure) as server:
        response, made, backend = through(server, "azure/mine", api_base=server.address.removesuffix("/v1"))
        assert response is not None
        assert (response.text, made.labels) == ("정답: (A)", {"label": "x"})
        batches = backend.batch_endpoint()
        assert [batch.id for batch in batches.every()] == ["batch_0"]
        server.batches += [{**server.batches[0], "id": f"newer{number}"} for number in range(3)]
        with pytest.raises(Unlisted, match="cannot be read to its end"):
            list(batches.every())
        backend.close()
    line: dict[str, Any] = json.loads(server.files["file-0"])
    assert (line["url"], line["body"]["model"]) == ("/chat/completions", "mine")


def test_a_key_and_an_address_are_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "HOSTED_VLLM_API_BASE"):
        monkeypatch.delenv(name, raising=False)
    for model, words in (("openai/m", "no API key for openai"), ("hosted_vllm/m", "no api_base for hosted_vllm")):
        backend = LiteLLMBackend(ApiParameters(model_name=model))
        with pytest.raises(UsageError, match=words):
            backend.batch_endpoint()
        backend.close()


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ("openai/m", False),
        ("azure/m", False),
        ("mistral/m", False),
        ("anthropic/claude-3-opus-20240229", True),
        ("vertex_ai/gemini-pro", True),
        ("no-provider-at-all", True),
    ],
)
def test_who_has_no_batches_is_named_with_those_who_have(model: str, problem: bool) -> None:
    import litellm

    said = batch_problem(litellm, ApiParameters(model_name=model))
    assert (said is not None) == problem
    assert said is None or said.endswith("there are those of azure, hosted_vllm, litellm_proxy, mistral, openai")
