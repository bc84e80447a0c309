from __future__ import annotations

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
