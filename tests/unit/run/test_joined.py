from __future__ import annotations

from pytest_haerae.run.joined import Joined


def test_answers_that_are_not_read_are_told_of() -> None:
    assert Joined("--responses a.jsonl", unread=(2, 3)).notes() == [
        "--responses a.jsonl: up to 3 answers to 2 items, of which not all are read; --repeats=3 reads them"
    ]
    assert Joined("--responses a.jsonl").notes() == []
