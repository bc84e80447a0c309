from __future__ import annotations

import pytest

from pytest_haerae.backends.api.parameters import ApiParameters
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
