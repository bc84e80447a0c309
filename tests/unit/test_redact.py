from __future__ import annotations

import time

import pytest

import pytest_haerae.redact as redact_module
from pytest_haerae.redact import (
    error_line,
    is_secret_name,
    redact,
    redact_answer,
    redact_text,
    remember,
    secrets_in,
)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact_module, "_REMEMBERED", set())


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
    [
        *("api_key", "apiKey", "API-KEY", "hf_token", "accessToken", "x-auth", "password", "db.password", "Cookie"),
        *("api_keys", "access-tokens", "PGPASSWORD", "private_key", "X-Amz-Signature", "client_secret", "GITHUB_PAT"),
        *("Ocp-Apim-Subscription-Key", "aws_secret_access_key", "session_token", "jwt", "authorization", "secrets"),
        *("key", "cookie", "Bearer"),
    ],
)
def test_names_of_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        *("max_tokens", "tokenizer", "keyboard", "monkey", "author", "model", "stop_token_ids", "path", "format"),
        *("tokens", "max_completion_tokens", "keys", "authors", "secretary", "compat", "cookies_per_day"),
    ],
)
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


HEADERS = {"X-Corp": "abcdefgh", "Content-Type": "application/json", "X-Mode": "enabled", "Authorization": "Bearer x1"}


def test_headers_are_masked_unless_they_are_known_to_be_harmless() -> None:
    masked = {"X-Corp": "***", "Content-Type": "application/json", "X-Mode": "enabled", "Authorization": "***"}
    assert redact({"extra_headers": HEADERS}) == {"extra_headers": masked}
    assert redact({"default_headers": [["X-Corp", "abcdefgh"]]}) == {"default_headers": "***"}
    assert "abcdefgh" in secrets_in({"extra_headers": HEADERS})
    assert not {"enabled", "application/json"} & secrets_in({"extra_headers": HEADERS})
    assert redact({"extra_headers": {}, "default_query": {"api-version": "2024-02-01", "code": "abc"}}) == {
        "extra_headers": {},
        "default_query": {"api-version": "2024-02-01", "code": "***"},
    }


def test_what_stands_in_the_query_of_an_address_is_masked_unless_its_name_is_harmless() -> None:
    params = {"api_base": "https://host/v1?tenant=abcdefgh-1&api-version=2024-02-01&sig=xy"}
    shown = {"api_base": "https://host/v1?tenant=***&api-version=2024-02-01&sig=***"}
    assert redact(params, secrets_in(params)) == shown


def test_everything_under_a_secret_name_is_secret() -> None:
    found = secrets_in(
        {"auth": {"user": "somebody", "parts": ["part-one", 12345678]}, "api_keys": ["key-one", "key-two"]}
    )
    assert {"somebody", "part-one", "12345678", "key-one", "key-two"} <= found


def test_what_servers_without_keys_take_is_no_secret() -> None:
    """The command that asks an item again works as it is printed."""
    params = {"api_key": "not-needed", "api_base": "http://localhost:8000/v1"}
    assert redact(params, secrets_in(params)) == params
    assert redact_text('add api_key="not-needed"', secrets_in(params)) == 'add api_key="not-needed"'


@pytest.mark.parametrize(
    "text",
    [
        '{"api_key": "s3cretvalue", "max',
        "api_key=s3cretvalue,seed=1",
        "--model-params={'hf_token': 's3cretvalue'}",
        "x-api-key: s3cretvalue",
        "unrecognized arguments: --api_key=s3cretvalue",
        "a: b: c=api_key=s3cretvalue",
        "PGPASSWORD='s3cretvalue'",
        '{\\"access_token\\": \\"s3cretvalue\\"}',
        "https://host/v1?subscription-key=s3cretvalue#a",
        "https://user:pass@s3cretvalue@host/v1",
        "https://s3cretvalue@host",
        "'api_key': 's3cretvalue",
    ],
)
def test_what_stands_beside_a_secrets_name_is_masked_without_being_known(text: str) -> None:
    assert "s3cretvalue" not in redact_text(text)
    assert "***" in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "--model-params of openai: api_key: Field required",
        "write key=value,key=value, JSON, or @file.json",
        "unknown key: 'foo'. Valid: bar",
        "OPENAI_API_KEY: is not set",
        "api_key=None, max_tokens=64, tokenizer=a/b",
        "https://host/p?email=a@b.c&page=2",
        "model hf-internal-testing/tiny-random-gpt2-12345678",
        "token: 정답, secret: 없음",
    ],
)
def test_words_about_keys_stay(text: str) -> None:
    assert redact_text(text) == text


def test_an_answer_loses_what_is_known_and_nothing_that_looks_like_it() -> None:
    text = "api_key=abc123 https://a:b@c/ sk-aaaaaaaaaaaaaaaaaaaaaaaa abcdefg"
    assert redact_answer(text, ["abcdefg", "not-needed"]) == text, "seven characters may be a word"
    assert redact_answer("key abcdefgh, c%61%62", ["abcdefgh"]) == "key ***, c%61%62"


def test_what_was_once_read_as_a_secret_is_masked_by_whoever_words_an_error() -> None:
    secrets_in({"api_key": "remembered-7f3a"})
    assert redact_text("remembered-7f3a") == "***"
    remember(["remembered-again-1", "short", "not-needed"])
    assert redact_text("remembered-again-1 short not-needed") == "*** short not-needed"


def test_the_current_folder_is_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PWD", "/somewhere/here")
    assert redact_text("/somewhere/here/report.json") == "/somewhere/here/report.json"


def test_an_error_line_has_nothing_that_a_terminal_obeys() -> None:
    assert error_line("a\x1b[2J\n::error::b\u202e\ud83d") == r"a\x1b[2J ::error::b\u202e\ud83d"


@pytest.mark.parametrize(
    "part", ["?a=", "x", "sk-", "eyJ-", "a://", "api_key='", " ", "a: ", "...", "Bearer ", "a-", "a.", "-"]
)
def test_a_long_text_takes_time_in_proportion(part: str) -> None:
    started = time.perf_counter()
    redact_text(part * (60_000 // len(part)))
    assert time.perf_counter() - started < 2
