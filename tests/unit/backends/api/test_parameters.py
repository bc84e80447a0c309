from __future__ import annotations

from typing import Any

import pytest

from pytest_haerae.backends.api.openai import OpenAIBackend
from pytest_haerae.backends.api.parameters import ApiParameters
from pytest_haerae.backends.registry import validate_parameters
from pytest_haerae.errors import UsageError
from pytest_haerae.run.keys import identity_digest


def test_the_key_of_a_response_does_not_know_the_secret_or_the_speed() -> None:
    one = ApiParameters(model_name="m", api_key="sk-one", max_concurrency=1, timeout=1)
    other = ApiParameters(model_name="m", api_key="sk-two", max_concurrency=9, extra_headers={"x-key": "secret"})
    assert identity_digest(one.identity()) == identity_digest(other.identity())
    assert "sk-" not in repr(one)
    for more in ({"api_base": "http://x"}, {"seed": 1}, {"temperature": 0.5}, {"endpoint": "completions"}):
        changed = ApiParameters.model_validate({"model_name": "m", **more})
        assert identity_digest(changed.identity()) != identity_digest(one.identity())


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "OPENAI_API_BASE", "AZURE_API_VERSION", "OLLAMA_API_BASE"])
def test_d3_an_endpoint_that_the_environment_names_is_in_the_key(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """D3: another server stands behind another address, wherever that is written."""
    open_, fixed = (ApiParameters.model_validate({"model_name": "m"} | more) for more in ({}, {"api_base": "http://x"}))
    monkeypatch.delenv(name, raising=False)
    seen = [identity_digest(each.identity()) for each in (open_, fixed)]
    monkeypatch.setenv(name, "http://user:password-1@there")
    again = [identity_digest(each.identity()) for each in (open_, fixed)]
    assert again[0] != seen[0]
    assert again[1] == seen[1]
    assert "password-1" not in str(open_.identity())


SECRET = "sk-planted-0123456789"  # noqa: S105 - none


@pytest.mark.parametrize(
    "given",
    [
        {"api_base": "localhost:8000/v1"},
        {"api_base": "127.0.0.1:8000"},
        {"api_base": "//host/v1"},
        {"api_base": "ftp://host/v1"},
        {"api_base": "file:///etc/passwd"},
        {"api_base": "http:/host/v1"},
        {"api_base": "http://"},
        {"api_base": "http:///v1"},
        {"api_base": "http://host:99999/v1"},
        {"api_base": "http://host:0/v1"},
        {"api_base": "http://host:port/v1"},
        {"api_base": "http://[::1/v1"},
        {"api_base": "http://host/v1\n"},
        {"api_base": f"http://user:{SECRET}@/v1"},
        {"api_base": ""},
        {"api_key": f"{SECRET}\n"},
        {"api_key": f"{SECRET}\r\nX-Evil: 1"},
        {"api_key": f" {SECRET}"},
        {"api_key": f"{SECRET}키"},
        {"api_key": f"{SECRET}\x00"},
        {"extra_headers": {"x-key": f"{SECRET}\n"}},
        {"extra_headers": {"x key": SECRET}},
        {"extra_headers": {"x-key:": SECRET}},
        {"extra_headers": {"": SECRET}},
        {"extra_headers": {"x-key": f"{SECRET}가"}},
        {"model_name": ""},
        {"model_name": "m\n"},
        {"timeout": float("inf")},
        {"timeout": float("nan")},
        {"temperature": float("inf")},
        {"requests_per_minute": float("inf")},
    ],
)
def test_e3_what_cannot_be_sent_is_refused_before_anything_is(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        validate_parameters("openai", OpenAIBackend, {"model_name": "m", **given})
    (name,) = given
    assert str(caught.value).startswith(f"--model-params of openai: {name}: ")
    assert SECRET not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000/v1",
        "https://api.example.com",
        "HTTP://Host/v1",
        "http://[::1]:8000/v1",
        f"http://user:{SECRET}@host/v1",
        "http://호스트.한국/v1",
    ],
)
def test_an_address_is_taken(address: str) -> None:
    assert ApiParameters(model_name="m", api_base=address).api_base == address
