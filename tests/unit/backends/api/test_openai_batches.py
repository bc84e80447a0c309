from __future__ import annotations

import pytest

from pytest_haerae.backends.api.openai import OpenAIBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.types import Message, Request
from tests.batch_server import BatchServer, serve_batches

KEY = "sk-0123456789abcdefghij"


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_a_batch_from_its_file_to_its_answers(endpoint: str) -> None:
    with serve_batches(BatchServer(looks=0)) as server:
        parameters = ApiParameters.model_validate(
            {
                "model_name": "m",
                "api_key": KEY,
                "api_base": server.address,
                "endpoint": endpoint,
                "seed": 3,
                "extra_body": {"own": 1},
            }
        )
        backend = OpenAIBackend(parameters)
        batches = backend.batch_endpoint()
        file = batches.upload([batches.line(key, Request("generate", f"질문 {key}")) for key in "ab"])
        made = batches.create(file, {"label": "x"})
        assert (made.status, made.labels, made.file) == ("open", {"label": "x"}, file)
        for _ in range(4):
            batches.create(file, {})
        assert [batch.id for batch in batches.every()] == [f"batch_{number}" for number in reversed(range(5))]
        ended = batches.get(made.id)
        assert ended.status == "completed"
        answers = {result.key: result.response for result in batches.results(ended, lambda key: None)}
        assert {key: answer and answer.text for key, answer in answers.items()} == dict.fromkeys("ab", "정답: (A)")
        backend.close()
    path = "/v1/chat/completions" if endpoint == "chat" else "/v1/completions"
    assert server.batches[0]["endpoint"] == path
    asked = {"messages": [{"role": "user", "content": "질문 a"}]} if endpoint == "chat" else {"prompt": "질문 a"}
    assert server.bodies()[0] == {
        "model": "m",
        **asked,
        "max_tokens": 512,
        "temperature": 0.0,
        "seed": 3,
        "own": 1,
    }
    assert server.headers == {f"Bearer {KEY}"}
    assert backend.method_detail == "through the provider's batch endpoint"


def test_a_chat_cannot_be_a_completion() -> None:
    with serve_batches(BatchServer()) as server:
        parameters = ApiParameters(model_name="m", api_key=KEY, api_base=server.address, endpoint="completions")
        backend = OpenAIBackend(parameters)
        with pytest.raises(UsageError, match="takes a text, not the messages of a chat"):
            backend.batch_endpoint().line("k", Request("generate", "", (), (Message("user", "x"),)))
        backend.close()
