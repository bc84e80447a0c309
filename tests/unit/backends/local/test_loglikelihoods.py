"""In which order and in which windows requests are scored."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.backends.local import loglikelihoods
from pytest_haerae.backends.local.huggingface import HuggingFaceBackend, HuggingFaceParameters
from pytest_haerae.backends.local.loglikelihoods import make_windows
from pytest_haerae.types import Message, Request
from tests.unit.backends.local.tiny import save_tiny

OPTIONS = (" (A)", " (B)", " 나")


def asked(text: str) -> Request:
    return Request("loglikelihood", text, OPTIONS)


@given(st.lists(st.text("가나다", max_size=12), max_size=40))
def test_each_request_is_in_one_window_and_none_holds_too_much(texts: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loglikelihoods, "_FIRST_WINDOW", 3)
        patch.setattr(loglikelihoods, "_WINDOW", 5)
        patch.setattr(loglikelihoods, "_WINDOW_CHARACTERS", 40)
        windows = make_windows([asked(text) for text in texts])
    assert sorted(index for window in windows for index in window) == list(range(len(texts)))
    assert all(len(window) <= (5 if number else 3) for number, window in enumerate(windows))
    options = sum(map(len, OPTIONS))
    assert all(len(window) == 1 or sum(len(texts[each]) + options for each in window) <= 40 for window in windows)
    in_order = [texts[index] for window in windows for index in window]
    assert in_order == sorted(texts), "those that begin alike stand together"


def test_windows_grow_so_that_the_next_one_is_encoded_while_one_is_scored() -> None:
    sizes = [len(window) for window in make_windows([asked("가")] * 12_000)]
    assert sizes == [256, 512, 1024, 2048, 4096, 4064]


def test_chats_that_begin_alike_stand_together() -> None:
    chats = [Request("loglikelihood", "", OPTIONS, messages=(Message("user", text),)) for text in ("나", "가", "나다")]
    assert make_windows(chats) == [[1, 0, 2]]


def test_windows_change_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"model_name_or_path": str(save_tiny(tmp_path)), "dtype": "float32", "device": "cpu"}
    backend = HuggingFaceBackend(HuggingFaceParameters.model_validate(values))
    chance = random.Random(3)  # noqa: S311 - test data
    requests = [asked("".join(chance.choices("가나다", k=chance.randint(0, 12)))) for _ in range(30)]
    at_once = dict(backend.run(requests))
    monkeypatch.setattr(loglikelihoods, "_FIRST_WINDOW", 2)
    monkeypatch.setattr(loglikelihoods, "_WINDOW", 7)
    found = list(backend.run(requests))
    assert sorted(index for index, _ in found) == list(range(30))
    for index, response in found:
        if requests[index].context:
            assert response.loglikelihoods == pytest.approx(at_once[index].loglikelihoods, abs=1e-4)
        else:
            assert response.error == "huggingface: the context is empty and the tokenizer has neither BOS nor EOS"


def test_the_first_answers_come_before_the_last_contexts_are_encoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At 35,000 items all contexts were encoded for minutes before anything was stored."""
    values = {"model_name_or_path": str(save_tiny(tmp_path)), "dtype": "float32", "device": "cpu"}
    backend = HuggingFaceBackend(HuggingFaceParameters.model_validate(values))
    monkeypatch.setattr(loglikelihoods, "_FIRST_WINDOW", 4)
    monkeypatch.setattr(loglikelihoods, "_WINDOW", 4)
    encoded: list[str] = []
    render = backend._encoder.render

    def count(request: Request) -> str:
        encoded.append(request.context)
        return render(request)

    monkeypatch.setattr(backend._encoder, "render", count)
    answers = backend.run([asked(f"{number:03d}번") for number in range(100)])
    next(answers)
    assert len(encoded) <= 12, "the window that is scored, and the next one"
    answers.close()  # type: ignore[attr-defined]
    assert len(encoded) <= 12
