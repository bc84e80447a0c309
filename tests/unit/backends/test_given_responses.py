from __future__ import annotations

from pathlib import Path

import pytest

from pytest_haerae.backends.given_responses import GivenBackend, GivenParameters
from pytest_haerae.errors import UsageError


def parameters(path: Path, text: str = "{}", *, chat: bool = False) -> GivenParameters:
    path.write_text(text, encoding="utf-8")
    return GivenParameters(file=path, label="a model", chat=chat)


def test_the_content_of_the_file_is_what_tells_answers_apart(tmp_path: Path) -> None:
    here, there = parameters(tmp_path / "a.json"), parameters(tmp_path / "b.json")
    assert here.identity() == there.identity()
    before = here.identity()
    assert parameters(tmp_path / "a.json", "[]").identity() != before


@pytest.mark.parametrize("chat", [True, False])
def test_questions_are_shown_as_they_were_sent(tmp_path: Path, chat: bool) -> None:
    assert parameters(tmp_path / "a.json", chat=chat).takes_chats("generate") is chat
    assert parameters(tmp_path / "a.json").model_label() == "a model"


def test_it_answers_nothing(tmp_path: Path) -> None:
    given = parameters(tmp_path / "a.json")
    with pytest.raises(
        UsageError, match=r"--responses .*a.json: no model can be asked anything; name one with --model"
    ):
        GivenBackend(given)
    assert GivenBackend.price_problem(given) is None
    assert "nothing is sent" in str(GivenBackend.batch_problem(given))
