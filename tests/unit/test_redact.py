from __future__ import annotations

import pytest

from pytest_haerae.redact import error_line, is_secret_name, redact, redact_text, secrets_in


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


@pytest.mark.parametrize(
    ("value", "repeated"),
    [
        ({"api_base": "http://user:p%40sswort@host/v1"}, "p@sswort"),
        ({"api_base": "http://user:p%40sswort@host/v1"}, "p%40sswort"),
        ({"api_base": "http://user:p%40sswort@host/v1"}, "dXNlcjpwQHNzd29ydA=="),
        ({"extra_headers": {"Authorization": "Bearer abcdef123456"}}, "abcdef123456"),
        ({"extra_headers": {"Authorization": "Bearer abcdef123456"}}, "Bearer abcdef123456"),
    ],
)
def test_what_a_server_may_repeat_is_masked(value: object, repeated: str) -> None:
    assert redact_text(f"you sent {repeated}", secrets_in(value)) == "you sent ***"


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "HF_TOKEN", "WATSONX_APIKEY", "AZURE_OPENAI_KEY", "DB_PASSWORD"])
def test_keys_of_the_environment_are_masked(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "plain-looking-1")
    assert error_line(ValueError("you sent\nplain-looking-1"), secrets_in({})) == "ValueError: you sent ***"


def test_an_error_is_cut_after_it_is_masked() -> None:
    line = error_line("x" * 495 + "abcdef123456", ["abcdef123456"])
    assert line == "x" * 495 + "***"


@pytest.mark.parametrize(
    "name",
    ["api_key", "apiKey", "API-KEY", "hf_token", "accessToken", "x-auth", "password", "db.password", "Cookie", "key"],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["max_tokens", "tokenizer", "keyboard", "monkey", "author", "model", "stop_token_ids"])
def test_names_that_only_look_like_it(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("prefix", ["sk-", "hf_", "ghp_", "gsk_", "xai-"])
def test_keys_of_a_well_known_shape_are_masked_without_being_known(prefix: str) -> None:
    assert redact_text(f"({prefix}{'a1' * 10})") == "(***)"
    assert redact_text(f"{prefix}short") == f"{prefix}short"


def test_a_secret_that_is_a_part_of_another_leaves_no_rest() -> None:
    assert redact_text("abcdef-ghijkl abcdef", ["abcdef", "abcdef-ghijkl"]) == "*** ***"


def test_what_is_empty_or_too_short_to_be_a_secret_is_left_as_it_is() -> None:
    assert redact({"api_key": "", "token": None, "a": [1, True, "b"]}) == {
        "api_key": "",
        "token": None,
        "a": [1, True, "b"],
    }
    assert redact_text("a cat", ["a", ""]) == "a cat"
    assert "cat" not in secrets_in({"key": "cat"})
