"""`--reasoning` as a server on loopback is sent it by the real clients, and as real engines heed it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Evaluator
from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters
from pytest_haerae.backends.local.llamacpp import LlamaCppBackend, LlamaCppParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import ApiServer, serve
from pytest_haerae.types import Request, Response
from tests.e2e.conftest import CHAT, NO_SECOND, TEMPLATE
from tests.e2e.test_api import BACKENDS, command, evaluate, questions, reply
from tests.e2e.tiny_gguf import write_tiny
from tests.helpers import valid_report, write_questions


@pytest.mark.server
@BACKENDS
@pytest.mark.parametrize(
    ("level", "sent"),
    [
        ("off", {"chat_template_kwargs": {"enable_thinking": False, "thinking": False}}),
        (
            "low",
            {
                "reasoning_effort": "low",
                "chat_template_kwargs": {"enable_thinking": True, "thinking": True, "reasoning_effort": "low"},
            },
        ),
        (
            "64",
            {
                "thinking_token_budget": 64,
                "chat_template_kwargs": {"enable_thinking": True, "thinking": True, "thinking_budget": 64},
            },
        ),
    ],
)
def test_a_server_of_ones_own_is_sent_it(tmp_path: Path, backend: str, level: str, sent: dict[str, object]) -> None:
    write_questions(tmp_path, questions(3))
    with serve(ApiServer(reply)) as server:
        result = evaluate(tmp_path, command(backend, server, f"--reasoning={level}"))
    assert result.returncode == 0, result.stdout + result.stderr
    assert len(server.bodies) == 3
    for body in server.bodies:
        assert {name: body.get(name) for name in sent} == sent
    assert str(valid_report(tmp_path / ".haerae/report.json")["info"]["reasoning"]) == level


def answer(folder: Path, **more: object) -> Response:
    own = {"dtype": "float32", "device": "cpu", "max_tokens": 24, "logit_bias": NO_SECOND}
    values = {"model_name_or_path": str(folder), **own, **more}
    backend = HuggingFaceBackend(HuggingFaceParameters.model_validate(values))
    ((_, response),) = backend.run([CHAT])
    backend.close()
    assert response.text is not None
    return response


@pytest.mark.engine
def test_a_real_models_thought_is_closed_at_its_budget_and_the_answer_follows(thinking_checkpoint: Path) -> None:
    free, closed = answer(thinking_checkpoint, reasoning="high"), answer(thinking_checkpoint, reasoning=6)
    assert (free.text or "").startswith("<think>")
    thought, mark, said = (closed.text or "").partition("</think>")
    assert mark
    assert said.strip()
    assert (free.text or "").startswith(thought)
    # The budget is of tokens, and of nothing else.
    assert closed.reasoning_tokens == 6
    assert free.reasoning_tokens == free.completion_tokens
    off = answer(thinking_checkpoint, reasoning="off")
    assert not (off.text or "").startswith("<think>")
    assert off.reasoning_tokens is None


@pytest.mark.engine
def test_llamacpp_refuses_what_its_models_template_does_not_have() -> None:
    with pytest.raises(UsageError, match="--reasoning=off: the model"):
        LlamaCppBackend(LlamaCppParameters(reasoning="off"))


@pytest.fixture(scope="module")
def thinking_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model of bytes with the same template."""
    return write_tiny(tmp_path_factory.mktemp("gguf") / "thinking.gguf", TEMPLATE)


ASCII = {str(byte + 3): -100 for byte in (*range(32), ord("<"), *range(127, 256))} | {"0": -100, "1": -100, "2": -100}
"""No end, no mark and no half character comes by chance."""


def llamacpp_answer(weights: Path, request: Request = CHAT, **more: object) -> Response:
    own = {"context_size": 512, "threads": 1, "max_tokens": 40, "logit_bias": ASCII}
    backend = LlamaCppBackend(LlamaCppParameters.model_validate({"model_name_or_path": str(weights), **own, **more}))
    ((_, response),) = backend.run([request])
    backend.close()
    assert response.error is None
    return response


@pytest.mark.engine
@pytest.mark.parametrize("drawn", [{}, {"temperature": 1.3, "seed": 7}], ids=str)
def test_llamacpp_closes_a_thought_at_its_budget_and_the_answer_follows(
    thinking_gguf: Path, drawn: dict[str, Any]
) -> None:
    free = llamacpp_answer(thinking_gguf, reasoning="high", **drawn)
    closed = llamacpp_answer(thinking_gguf, reasoning=12, **drawn)
    assert free.text is not None
    assert free.text.startswith("<think>")
    assert "</think>" not in free.text
    thought, mark, said = (closed.text or "").partition("</think>")
    assert (thought, mark) == (free.text[: len("<think>") + 12], "</think>")
    assert len(said) == 40 - 12 - len("</think>")
    assert (closed.completion_tokens, closed.finish_reason) == (40, "length")
    assert (closed.reasoning_tokens, free.reasoning_tokens) == (12, 40)
    # What follows is what the model says behind these tokens, wherever they come from.
    if not drawn:
        whole = Request("generate", f"대한민국의 수도는?\n{thought}{mark}")
        assert llamacpp_answer(thinking_gguf, whole, max_tokens=len(said)).text == said
    off = llamacpp_answer(thinking_gguf, reasoning="off")
    assert not (off.text or "").startswith("<think>")
    assert off.reasoning_tokens is None


@pytest.mark.engine
def test_llamacpps_model_that_does_not_think_says_what_it_says_without_a_budget(thinking_gguf: Path) -> None:
    unopened = "{{ messages[0].content }}{% if enable_thinking %}{% endif %}{# </think> #}"
    weights = write_tiny(thinking_gguf.with_name("unopened.gguf"), unopened)
    whole, parts = (llamacpp_answer(weights, reasoning=reasoning) for reasoning in ("high", 7))
    assert (parts.text, parts.completion_tokens) == (whole.text, 40)


@pytest.mark.engine
def test_the_report_tells_the_tokens_of_a_local_models_thoughts(thinking_gguf: Path, tmp_path: Path) -> None:
    own = {"context_size": 1024, "threads": 1, "max_tokens": 40, "logit_bias": ASCII}
    result = Evaluator(progress=False).run(
        "llamacpp",
        model_params={"model_name_or_path": str(thinking_gguf), **own},
        dataset="sample",
        subset=["csat_geo"],
        limit=2,
        reasoning=12,
        apply_chat_template=True,
        store=str(tmp_path / "store.sqlite"),
        output_file=str(tmp_path / "report.json"),
    )
    assert [sample["tokens"]["reasoning"] for sample in result.samples] == [12, 12]
    assert [sample["tokens"]["completion"] for sample in result.samples] == [40, 40]
    assert valid_report(tmp_path / "report.json")["info"]["tokens"]["reasoning"] == 24
    assert all(len(sample["reasoning"] or "") <= 12 for sample in result.samples)
