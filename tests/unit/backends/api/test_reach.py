from __future__ import annotations

import builtins
import socket
from typing import Any

import pytest

from pytest_haerae.backends.api.litellm import LiteLLMBackend
from pytest_haerae.backends.api.openai import OpenAIBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.api.reach import refuse_unreachable
from pytest_haerae.errors import UsageError


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_haerae.backends.api.reach.getproxies", dict)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def without_clients(name: str, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as the built-in function's
    assert name not in ("openai", "litellm")
    return IMPORT(name, *more, **named)


IMPORT = builtins.__import__


@pytest.mark.parametrize("backend", [OpenAIBackend, LiteLLMBackend])
def test_e1_nothing_listens_there(
    backend: type[OpenAIBackend | LiteLLMBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    """E1: 319 items took 98 s to say it; now it is said before the client library is imported."""
    monkeypatch.setattr(builtins, "__import__", without_clients)
    address = f"http://127.0.0.1:{free_port()}/v1"
    parameters = ApiParameters.model_validate({"model_name": "m", "api_base": address, "api_key": "k-of-nobody"})
    with pytest.raises(UsageError, match=rf"--model={backend.name}: connection refused \({address}\)"):
        backend(parameters)


def test_e1_an_unknown_host() -> None:
    with pytest.raises(UsageError, match=r"--model=openai: unknown host \(https://nowhere\.invalid/v1\)"):
        refuse_unreachable("openai", "https://nowhere.invalid/v1")


def test_where_something_listens_nothing_is_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        refuse_unreachable("openai", f"http://127.0.0.1:{server.getsockname()[1]}/v1")
        connection, _ = server.accept()
        with connection:
            assert connection.recv(1) == b""


def test_behind_a_proxy_and_at_a_providers_own_address_the_client_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"http://127.0.0.1:{free_port()}/v1"
    refuse_unreachable("openai", None)
    monkeypatch.setattr("pytest_haerae.backends.api.reach.getproxies", lambda: {"http": "http://proxy:3128"})
    monkeypatch.setattr("pytest_haerae.backends.api.reach.proxy_bypass", lambda host: False)
    refuse_unreachable("openai", address)
    monkeypatch.setattr("pytest_haerae.backends.api.reach.proxy_bypass", lambda host: True)
    with pytest.raises(UsageError, match="connection refused"):
        refuse_unreachable("openai", address)
