from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pytest_haerae.evaluation import prepare
from pytest_haerae.run.engine import Progress
from pytest_haerae.run.passes import ask_in_passes
from pytest_haerae.run.questions import Questions
from pytest_haerae.run.wanted import wanted_of
from pytest_haerae.types import Request, Response
from tests.unit.fakes import everything, question, write_rows


def test_what_is_alike_is_asked_together_and_conversations_turn_after_turn(tmp_path: Path) -> None:
    choices = write_rows(tmp_path / "choices.jsonl", [question(0), question(1)])
    talks = write_rows(
        tmp_path / "talks.jsonl",
        [{"turns": ["가?", "나?"], "answers": ["", "ㄴ"]}, {"turns": ["다?"], "answers": ["ㄷ"]}],
    )
    evaluation = prepare({"model": "random", "dataset": f"{choices},{talks}", "apply_chat_template": True}, tmp_path)
    selection, questions = everything(evaluation), Questions(evaluation.plan, evaluation.source)
    passes, told = [], []

    def ask_all(keys: Sequence[str], requests: Sequence[Request], progress: Progress) -> Mapping[str, Response]:
        passes.append([str((request.messages or ())[-1].content)[:5] for request in requests])
        progress(len(keys), len(keys))
        return {key: Response(text=f"답 {key[:3]}") for key in keys}

    wanted = wanted_of(evaluation.plan, questions, selection, None)
    assert wanted.later_turns == 1
    responses, own = ask_in_passes(
        evaluation.plan, questions, selection, wanted, ask_all=ask_all, progress=lambda *counts: told.append(counts)
    )
    assert [len(each) for each in passes] == [4, 1]
    assert passes[1] == ["나?"]
    assert told == [(4, 5), (5, 5)]
    assert (len(responses), len(own)) == (5, 4)
    earlier = [len(response.earlier) for response in own if response is not None]
    assert sorted(earlier) == [0, 0, 0, 1]
