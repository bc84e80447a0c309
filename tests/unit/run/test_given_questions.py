from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_haerae.data.rows import lettered_query
from pytest_haerae.errors import UsageError
from pytest_haerae.run.given_questions import GivenQuestion, bare
from pytest_haerae.run.given_responses import GivenItem
from pytest_haerae.types import Response
from tests.unit.fakes import question
from tests.unit.run.test_given_responses import given, samples

OPTIONS = ("가", "나", "다")
ROWS = [question(number) for number in range(3)]
QUERIES = [lettered_query(row["question"], OPTIONS) for row in ROWS]


def asked(number: int, said: GivenQuestion, text: str | None = None, **changes: Any) -> GivenItem:  # noqa: ANN401 - a field's value
    """A record of another program, whose number says nothing, with an answer that tells it from others."""
    response = Response(f"({'ABC'[number % 3]})" if text is None else text)
    return GivenItem(str(90 - number), (response,), f"row {number + 1}", question=said, **changes)


def predictions(
    folder: Path,
    items: Sequence[GivenItem],
    rows: Sequence[dict[str, Any]] = ROWS,
    **options: Any,  # noqa: ANN401 - an option's value
) -> tuple[dict[str, str | None], list[str]]:
    found, told = samples(given(folder, items, rows, **options))
    return {sample.item.id: sample.verdict.prediction for sample in found}, told


@pytest.mark.parametrize(
    "said",
    [
        [GivenQuestion(row=row) for row in ROWS],
        [GivenQuestion(row={**row, "made_there": number}) for number, row in enumerate(ROWS)],
        [GivenQuestion((query,)) for query in QUERIES],
        [GivenQuestion((query.replace("### 정답", "").strip(),), ("(A)", "(B)", "(C)", "(D)")) for query in QUERIES],
        [GivenQuestion((f"예시\n\n{query}",), OPTIONS, ("ABC"[number],)) for number, query in enumerate(QUERIES)],
        [
            GivenQuestion((f"고르시오.\n질문: {row['question']}\nA. 가\nB. 나\nC. 다",), None, (f"({row['answer']})",))
            for row in ROWS
        ],
        [GivenQuestion((query,), None, (str("①②③"[number]), "?")) for number, query in enumerate(QUERIES)],
        [GivenQuestion(("another",), row={"question": "another"}), *(GivenQuestion((query,)) for query in QUERIES)],
    ],
)
def test_a_question_is_told_by_what_it_asks(tmp_path: Path, said: list[GivenQuestion]) -> None:
    items = [asked(number, each) for number, each in enumerate(said[-3:])]
    found, told = predictions(tmp_path, items[::-1])
    assert list(found.values()) == ["A", "B", "C"]
    assert told == []


@pytest.mark.parametrize(
    "said",
    [
        GivenQuestion((QUERIES[1],), None, ("A",)),
        GivenQuestion((QUERIES[1],), ("가", "다", "나"), ("B",)),
        GivenQuestion((QUERIES[1],), None, ("없음",)),
    ],
)
def test_another_reference_or_other_options_are_another_question(tmp_path: Path, said: GivenQuestion) -> None:
    items = [asked(0, GivenQuestion((QUERIES[0],))), asked(1, said), asked(2, GivenQuestion((QUERIES[2],)))]
    found, told = predictions(tmp_path, items)
    assert list(found) == ["questions-0000", "questions-0002"]
    assert "other data there (question, options or reference), so not taken: 1 item (questions-0001)" in told[0]
    assert "answers to 1 other item, which this run is not about" in told[1]


def test_the_end_of_a_text_tells_nothing_without_a_reference(tmp_path: Path) -> None:
    rows = [{"question": "수도는?", "answer": "서울"}, {"question": "언제인가?", "answer": "1443"}]
    items = [
        asked(0, GivenQuestion(("일본에 대한 문제.\n수도는?",), None, ())),
        asked(1, GivenQuestion(("한글 반포\n언제인가?",), None, ("1443",)), "1443"),
    ]
    found, _ = predictions(tmp_path, items, rows)
    assert list(found) == ["questions-0001"]


def test_a_number_in_the_order_of_asking_is_no_name(tmp_path: Path) -> None:
    rows = [{"id": 1, **ROWS[0]}, {"id": 2, **ROWS[1]}]
    shuffled = [
        GivenItem(
            "1", (Response("B"),), "sample 1", question=GivenQuestion((QUERIES[1],), OPTIONS, ("B",), is_named=True)
        ),
        GivenItem(
            "2", (Response("A"),), "sample 2", question=GivenQuestion((QUERIES[0],), OPTIONS, ("A",), is_named=True)
        ),
    ]
    found, _ = predictions(tmp_path, shuffled, rows)
    assert found == {"questions-0000": "A", "questions-0001": "B"}


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (GivenQuestion(("다음에 답하라. 1번 문제는? 하나만.",), OPTIONS, ("B",), is_named=True), True),
        (GivenQuestion((f"{QUERIES[1]} 글자 하나만 쓰라.",), None, ("B",), is_named=True), True),
        (GivenQuestion(("다른 것이다",), None, ("B",), is_named=True), False),
        (GivenQuestion((f"{QUERIES[1]} 글자 하나만 쓰라.",), None, ("C",), is_named=True), False),
        (GivenQuestion((f"{QUERIES[1]} 글자 하나만 쓰라.",), None, (), is_named=True), False),
        (GivenQuestion((f"{QUERIES[1]} 글자 하나만 쓰라.",), None, ("B",)), False),
    ],
)
def test_a_name_counts_where_the_content_supports_it(tmp_path: Path, said: GivenQuestion, taken: bool) -> None:
    items = [asked(0, GivenQuestion((QUERIES[0],))), GivenItem("questions-0001", (Response("B"),), "x", question=said)]
    found, _ = predictions(tmp_path, items)
    assert ("questions-0001" in found) is taken


def test_equal_questions_go_together_in_their_order(tmp_path: Path) -> None:
    rows = [ROWS[0], ROWS[1], ROWS[0]]
    items = [asked(0, GivenQuestion((QUERIES[0],))), asked(2, GivenQuestion((QUERIES[0],)))]
    found, told = predictions(tmp_path, items, rows)
    assert found == {"questions-0000": "A", "questions-0002": "C"}
    assert "no answer to 1 item (questions-0001)" in told[0]


def test_equal_questions_with_names_go_together_by_these(tmp_path: Path) -> None:
    rows = [ROWS[0], ROWS[0], ROWS[0]]
    said = GivenQuestion((QUERIES[0],), is_named=True)
    items = [
        GivenItem(name, (Response(answer),), name, question=said)
        for name, answer in [("questions-0002", "C"), ("x", "A"), ("questions-0001", "B")]
    ]
    found, _ = predictions(tmp_path, items, rows)
    assert list(found.values()) == ["A", "B", "C"]


def test_a_question_more_often_than_it_is_asked_is_refused(tmp_path: Path) -> None:
    items = [asked(0, GivenQuestion((QUERIES[0],))), asked(1, GivenQuestion((QUERIES[0],)))]
    with pytest.raises(UsageError, match=r"questions: questions-0000 stands there twice: row 1 and row 2; keep one"):
        predictions(tmp_path, items)


def test_a_question_with_several_answers_has_to_say_which(tmp_path: Path) -> None:
    rows = [{"question": "수도는?", "answer": "서울"}, {"question": "수도는?", "answer": "도쿄"}]
    items = [asked(0, GivenQuestion(("수도는?",)), "서울")]
    with pytest.raises(
        UsageError, match=r"is of questions: questions-0000 and of questions: questions-0001; the file does"
    ):
        predictions(tmp_path, items, rows)
    told = [asked(0, GivenQuestion(("수도는?",), None, ("도쿄",)), "도쿄")]
    assert list(predictions(tmp_path, told, rows)[0]) == ["questions-0001"]


def test_a_file_of_other_questions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none of this run's 3 items: row 1 asks '무엇인가\?', they are like '"):
        predictions(tmp_path, [asked(0, GivenQuestion(("무엇인가?",)))])


def test_a_question_of_two_subsets_has_to_be_told_apart(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    from tests.unit.fakes import write_rows

    for name in ("a", "b"):
        write_rows(folder / f"{name}.jsonl", ROWS[:1])
    one = asked(0, GivenQuestion((QUERIES[0],)))
    with pytest.raises(UsageError, match=r"row 1: is of a: a-0000 and of b: b-0000; name one of them by --subset"):
        predictions(tmp_path, [one], dataset=str(folder))
    found, _ = predictions(tmp_path, [asked(0, GivenQuestion((QUERIES[0],)), subset="b")], dataset=str(folder))
    assert found == {"b-0000": "A"}


def test_log_likelihoods_come_into_the_order_of_the_options(tmp_path: Path) -> None:
    response = Response(loglikelihoods=(-3.0, -1.0, -2.0, -0.5))
    question = GivenQuestion(row=ROWS[0])
    continuations = (" (C)", " (A)", " (B)", " (D)")
    items = [GivenItem("0", (response,), "row 1", question=question, continuations=continuations)]
    found, _ = samples(given(tmp_path, items, ROWS[:1], method="log_likelihood"))
    assert found[0].response is not None
    assert found[0].response.loglikelihoods == (-1.0, -2.0, -3.0)
    unlike = [GivenItem("0", (response,), "row 1", question=question, continuations=(" x", " y", " z", " w"))]
    with_other = [
        *unlike,
        *(GivenItem("1", (response,), "row 2", question=GivenQuestion(row=ROWS[1]), continuations=continuations),),
    ]
    _, told = samples(given(tmp_path, with_other, ROWS[:2], method="log_likelihood"))
    assert "other data there" in told[0]


def test_a_question_that_begins_like_another_is_none_of_its_answers(tmp_path: Path) -> None:
    stem = "다음 중 옳은 것은 무엇인지 고르시오."
    rows: list[dict[str, Any]] = [{"query": stem, "options": list(OPTIONS), "answer": "(B)"}]
    others = GivenQuestion((stem, f"{stem}\nA. 라\nB. 마\nC. 바"), ("A", "B", "C"), ("B",))
    own = GivenQuestion((stem, f"{stem}\nA. 가\nB. 나\nC. 다"), ("A", "B", "C"), ("B",))
    (tmp_path / "others").mkdir()
    (tmp_path / "own").mkdir()
    with pytest.raises(UsageError, match="it has none of this run's 1 items"):
        predictions(tmp_path / "others", [asked(1, others)], rows)
    found, _ = predictions(tmp_path / "own", [asked(1, own)], rows)
    assert list(found.values()) == ["B"]


def test_what_programs_put_around_a_question_is_left_out() -> None:
    forms = [
        "### 질문: \n무엇?\n\n### 선택지: \n(A) 가\n(B) 나\n\n### 정답:",
        "질문: 무엇?\nA. 가\nB. 나",
        "무엇?\n① 가\n② 나\n정답:",
    ]
    assert {bare(form) for form in forms} == {"무엇?가나"}
    assert bare("정답:") == ""
