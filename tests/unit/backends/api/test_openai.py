from __future__ import annotations

import base64
import sys
from typing import Any, ClassVar

import pytest

from pytest_haerae.backends.api.openai import OpenAIBackend, _apart
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.errors import UsageError
from pytest_haerae.testing import ApiServer, check_backend, serve
from pytest_haerae.types import Capability, Request
from tests.helpers import kept_reply


class Generating(OpenAIBackend):
    """The loopback server scores no options."""

    methods: ClassVar[frozenset[Capability]] = frozenset({"generate"})


def reply(number: int, body: dict[str, Any]) -> str:
    """A letter by the question's number, in the form that the server is told to keep to."""
    return kept_reply(number, body) or f"정답: ({'ABC'[number]})"


@pytest.mark.parametrize("endpoint", ["chat", "completions"])
def test_it_keeps_the_contract_against_a_server(endpoint: str) -> None:
    with serve(ApiServer(reply, log_probability=lambda character: -0.5)) as server:
        check_backend(
            Generating,
            {"model_name": "m", "api_key": "sk-0123456789abcdefghij", "api_base": server.address, "endpoint": endpoint},
        )
    assert server.keys == {"Bearer sk-0123456789abcdefghij"}
    assert all(("messages" in body) == (endpoint == "chat") for body in server.bodies)


def test_a_server_without_log_probabilities_is_refused() -> None:
    with serve(ApiServer(lambda number, body: "x", numbered=False)) as server:
        backend = OpenAIBackend(ApiParameters(model_name="m", api_key="x", api_base=server.address, max_retries=0))
        with pytest.raises(UsageError, match="the server of --model=openai cannot score"):
            list(backend.run([Request("loglikelihood", "정답:", (" (A)", " (B)"))]))
        backend.close()


def test_a_key_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UsageError, match="no API key; set OPENAI_API_KEY or api_key"):
        OpenAIBackend(ApiParameters(model_name="m"))


def test_credentials_in_an_address_become_a_header() -> None:
    address, headers = _apart("http://us%40er:p%3Ass@host:8000/v1")
    assert address == "http://host:8000/v1"
    assert headers == {"Authorization": f"Basic {base64.b64encode(b'us@er:p:ss').decode()}"}
    assert _apart("http://host/v1") == ("http://host/v1", {})
    assert _apart(None) == (None, {})


def test_e6_the_library_and_the_key_are_checked_before_any_data_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    OpenAIBackend.check(ApiParameters(model_name="m", api_key="sk-0123456789abcdefghij"))
    with pytest.raises(UsageError, match="--model=openai: no API key; set OPENAI_API_KEY"):
        OpenAIBackend.check(ApiParameters(model_name="m"))
    monkeypatch.setitem(sys.modules, "openai", None)
    with pytest.raises(UsageError, match=r"--model=openai needs openai: pip install 'pytest-haerae\[openai\]'"):
        OpenAIBackend.check(ApiParameters(model_name="m"))
