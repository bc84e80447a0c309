from __future__ import annotations

import pytest

from pytest_haerae.redact import redact, redact_text, secrets_in


def test_secrets_are_masked_at_any_depth_and_the_rest_is_kept() -> None:
    params = {"api_key": "abcdef123456", "max_tokens": 5, "extra": {"Authorization": "x" * 9, "list": ["a"]}}
    assert redact(params) == {"api_key": "***", "max_tokens": 5, "extra": {"Authorization": "***", "list": ["a"]}}


@pytest.mark.parametrize(
    "text",
    [
        "https://user:s3cretvalue@host/v1",
        "https://host/v1?api_key=s3cretvalue&x=1",
        "Authorization: Bearer s3cretvalue",
        "the key s3cretvalue was refused",
    ],
)
def test_secrets_in_texts_are_masked(text: str) -> None:
    assert "s3cretvalue" not in redact_text(text, ["s3cretvalue"])


def test_secrets_are_found_by_name() -> None:
    assert "abcdef123456" in secrets_in({"headers": [{"x-api-key": "abcdef123456"}]})
