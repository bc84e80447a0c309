from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_haerae import Protocol, UsageError
from pytest_haerae.catalogue.protocol import read_protocol

FIELDS: dict[str, Any] = {
    "name": "mine/letters@2",
    "description": "Letters.",
    "dataset": "kmmlu",
    "method": "log_likelihood",
}
ENTRY: dict[str, Any] = {"model": "a", "accuracy": 0.5, "source": "a table", "read": True}
TEXT = 'name = "mine/letters@2"\ndescription = "Letters."\ndataset = "kmmlu"\nmethod = "log_likelihood"\n'


def made(**more: object) -> Protocol:
    return Protocol.of_fields({**FIELDS, **more}, "here")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"promt": "raw"}, r"^here: unknown key 'promt': did you mean 'prompt'\? Valid: also, apply_chat"),
        ({"published": [{**ENTRY, "sorce": "x"}]}, r"^here: \[published 1\]: unknown key 'sorce': did you mean 'sour"),
        ({"judge": {"nam": "openai"}}, r"^here: (\[judge\]: unknown key 'nam'|has no key 'judge.name')"),
        ({"name": "mine/letters"}, r"^here: name: it has lower-case words between slashes and a version"),
        ({"name": "Mine@1"}, r"^here: name: it has lower-case words"),
        ({"dataset": ""}, r"^here: dataset: "),
        ({"method": "loglikelihood"}, r"^here: method: Input should be 'log_likelihood' or 'string_match'"),
        ({"num_few_shot": "5"}, r"^here: num_few_shot: Input should be a valid integer"),
        ({"repeats": 0}, r"^here: repeats: Input should be greater than or equal to 1"),
        ({"generation": {"api_base": "http://a"}}, r"^here: generation: unknown parameter 'api_base'.* Valid: freq"),
        ({"generation": {"extra_headers": {}}}, r"^here: generation: unknown parameter 'extra_headers'"),
        ({"generation": {"model_name": "m"}}, r"^here: generation: unknown parameter 'model_name'"),
        ({"generation": {"trust_remote_code": True}}, r"^here: generation: unknown parameter 'trust_remote_code'"),
        ({"generation": {"temprature": 0.5}}, r"^here: generation: unknown parameter 'temprature': did you mean 'temp"),
        ({"free": ["top_q"]}, r"^here: free: unknown setting 'top_q': did you mean 'top_"),
        ({"judge": {"name": "a", "params": {"api_base": "x"}}}, r"^here: judge.params: unknown parameter 'api_base'"),
        ({"judge": {"name": "a", "params": {"api_key": "x"}}}, r"^here: judge.params: .*; how a judge is reached, --"),
        ({"judge": {"name": "a", "params": {"extra_headers": {}}}}, r"^here: judge.params: unknown parameter 'extra_h"),
        ({"judge": {"name": "a", "params": {"trust_remote_code": True}}}, r"^here: judge.params: unknown .* 'trust_re"),
        ({"reasoning": True}, r"^here: reasoning: it is a level, such as low, or a number of tokens$"),
        ({"reasoning": 1.0}, r"^here: reasoning: it is a level"),
        ({"published": [{**ENTRY, "accuracy": 76.4}]}, r"^here: published.1.accuracy: Input should be less than or eq"),
        ({"published": [{**ENTRY, "source": ""}]}, r"^here: published.1.source: "),
        ({"published": [{"model": "a", "source": "s", "read": True}]}, r"^here: published.1: it has neither accuracy"),
        ({"published": [{"model": "a", "accuracy": 0.5, "source": "s"}]}, r"^here: has no key 'published.1.read'"),
    ],
)
def test_a_mistake_is_named_with_its_key(more: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        made(**more)


def test_what_a_source_sets_is_taken() -> None:
    generation = {"temperature": 0.5, "stop": ["\n"], "num_beams": 1, "seed": 3, "logit_bias": {"1": -100}}
    judge = {"name": "openai", "params": {"model_name": "m", "temperature": 0.0, "reasoning": "low"}}
    protocol = made(generation=generation, free=["reasoning", "top_k", "system_prompt", "extra_body"], judge=judge)
    assert protocol.generation == generation
    assert (made(reasoning=512).reasoning, made(reasoning="low").reasoning, made().reasoning) == (512, "low", None)


def test_a_key_that_is_missing_is_named() -> None:
    for name in FIELDS:
        with pytest.raises(UsageError, match=f"^here: has no key '{name}'"):
            Protocol.of_fields({other: value for other, value in FIELDS.items() if other != name}, "here")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "--protocol mine.toml: there is no such file"),
        (b"name = ", r"--protocol mine.toml: malformed TOML: Invalid value \(at .*\)"),
        (b"x = " + b"[" * 100_000, "--protocol mine.toml: malformed TOML: it is nested too deeply"),
        (b"\xff", "--protocol mine.toml: byte 0 is not UTF-8"),
        (b'name = "mine"', "--protocol mine.toml: name: it has lower-case"),
    ],
)
def test_a_file_that_is_none_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        Path("mine.toml").write_bytes(content)
    with pytest.raises(UsageError, match=f"^{words}"):
        read_protocol("mine.toml")


def test_the_fingerprint_is_of_what_it_decides(tmp_path: Path) -> None:
    plain = made()
    telling = made(name="other@1", description="Words.", notes=["a note"], published=[ENTRY])
    assert telling.fingerprint == plain.fingerprint
    changed = [made(prompt="raw"), made(num_few_shot=0), made(generation={"temperature": 0.5}), made(free=["top_k"])]
    assert len({each.fingerprint for each in (plain, *changed)}) == 5
    path, prompt = tmp_path / "mine.toml", tmp_path / "ask.txt"
    path.write_text(TEXT + 'prompt = "ask.txt"\n', encoding="utf-8")
    prints = []
    for text in ("{query}", "{query}!"):
        prompt.write_text(text, encoding="utf-8")
        protocol = Protocol.from_file(path)
        assert protocol.prompt == str(prompt)
        prints.append(protocol.fingerprint)
    assert prints[0] != prints[1]


def test_a_file_that_is_called_like_a_prompt_is_none_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = made(prompt="raw").fingerprint
    Path("raw").write_text("{query}!", encoding="utf-8")
    assert made(prompt="raw").fingerprint == before
    Path("mine.toml").write_text(TEXT + 'prompt = "raw"\n', encoding="utf-8")
    assert read_protocol("mine.toml").prompt == "raw"
    fields = Path("ask.txt")
    fields.write_text("{query}", encoding="utf-8")
    assert made(prompt="ask.txt").fingerprint != made(prompt="other.txt").fingerprint != before


def test_what_others_quote_is_not_quotable() -> None:
    protocol = made(published=[ENTRY, {**ENTRY, "model": "b", "read": False}])
    assert [each.model for each in protocol.published] == ["a", "b"]
    assert [each.model for each in protocol.quotable] == ["a"]
