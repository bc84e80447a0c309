from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_haerae.scoring.instructions.sentences import (
    split_sentences,
    without_closers,
    without_code,
    without_quotations,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("…", 0),
        ("비가 왔다.", 1),
        ("비가 왔다. 눈도 왔다.", 2),
        ("비가 왔다.눈도 왔다.", 2),
        ("비가 왔다! 눈도 왔나요? 네.", 3),
        ("정말?! 그래!! 좋아…", 3),
        ("원주율은 3.14. 그리고 끝이다.", 2),
        ("값은 3.5달러다. 세금은 1,000.5원이다.", 2),
        ("2024. 3. 1. 개최했다. 끝났다.", 2),
        ("회의는 2024.3.1.에 열렸다.", 1),
        ("그는 “가자. 어서!”라고 말했다.", 1),
        ('그는 "가자. 어서!"라고 말했다. 갔다.', 2),
        ("그는 ‘가자.’ 하고 말했다.", 1),
        ("“비가 왔다. 눈도 왔다.”", 2),
        ("“왜?”, “그냥.”", 1),
        ("사과(빨간 것. 맛있다.)를 먹었다.", 1),
        ("비가 왔다. (눈도 왔다.) 추웠다.", 3),
        ("Dr. Kim은 U.S.A.에서 왔다.", 1),
        ("A. B. 학회는 크다.", 1),
        ("The answer is no. I am sure.", 2),
        ("No. 1 기업이다.", 1),
        ("정답은 A. 이유는 간단합니다.", 2),
        ("The answer is A. The reason is plain.", 2),
        ("John F. Kennedy는 갔다. J. Kim도 갔다.", 2),
        ("그래서(?) 좋은(!) 날이다.", 1),
        ("https://example.org/?q=1!a 에 있다. https://example.org/a.", 2),
        ("www.example.co.kr에 있다. v1.2.3이다.", 2),
        ("P.S. 곧 만나요.", 1),
        ("1. 하나다.\n2. 둘이다.\n3) 셋이다.", 3),
        ("가. 하나다.\n나. 둘이다.", 2),
        ("나를 따라오지 마. 어서 가. 빨리 와.", 3),
        ("# 제목\n\n본문이다.\n\n## 소제목", 1),
        ("## 1. 서론\n\n좋습니다.", 1),
        ("**1. 서론**\n\n### 1.1. 배경\n좋습니다.", 1),
        ("**1.** 물을 끓인다.\n- 2. 면을 넣는다.\n> 3. 먹는다.", 3),
        ("* 사과\n* 배", 1),
        ("* 사과를 먹는다\n* 배를 먹는다", 2),
        ("안녕하세요,\n저는 김입니다.\n만나서\n반갑습니다.", 2),
        ("비가 왔어요\n\n눈도 왔어요 😊\n\n바람", 2),
        ("감사합니다😊 또 오세요🎉", 2),
        ("반가워요~ 저는 민수예요~ 잘 부탁드려요~", 3),
        ("먹었어요😋 맛있었어요😍 또 가고 싶어요!", 3),
        ("안녕하세요.^^ 반갑습니다.^^", 2),
        ("좋아요^^ 내일 봐요^^", 2),
        ("비가 왔다ㅠㅠ 우산이 없었다ㅋㅋㅋ", 2),
        ("안녕하세요.ㅎㅎ 반갑습니다.ㅎㅎ", 2),
        ("안녕하세요 :) 반갑습니다 :)", 2),
        ("좋습니다.[1] 맛있습니다.[2][3] 끝입니다.", 3),
        ("안녕하세요.\u200b 반갑습니다.", 2),
        ("그는 멋지다~ 하고 말했다.", 1),
        ("서울입니다~부산까지 바다~ 갑니다.", 1),
        ("감사합니다!😊 또 오세요🎉", 2),
        ("**첫째.** 물을 끓인다.", 2),
        ("```python\nprint('a.b')\n```\n끝이다.", 1),
        ("```python\nprint('안녕. 하세요.')\n```\n끝이다.", 1),
        ("```\n비가 왔다. 눈도 왔다.\n```\n끝이다.", 3),
        ("```markdown\n비가 왔다. 눈도 왔다.\n```", 2),
        ("```html\n비가 왔다. 눈도 왔다.\n```", 2),
        ("<글>비가 왔다.</글> <글>눈도 왔다.</글>", 2),
        ("비가 왔다\n***\n눈도 왔다\n---\n끝이다.", 3),
        ("글쎄요… 모르겠다.", 2),
        ("그는… 떠났다...", 1),
        ("비가 왔다。눈도 왔다！", 2),
        ('{"글": "비가 왔다. 눈도 왔다."}', 2),
        ("Hello world. This is it!", 2),
        ("산에는 꽃 피네\n꽃이 피네", 1),
        ("오늘은 비가 왔어요\n우산이 없었어요\n집에 갔어요", 3),
        ("비가 온다\n바람이 분다\n꽃이 진다", 3),
        ("나 보기가 역겨워\n가실 때에는\n말없이 고이 보내 드리우리다", 1),
        ("그는 “비가 온다”\n라고 말했다.", 1),
        ("좋습니다.\n## 프로젝트 개요", 1),
        ("# 오늘은 비가 왔어요\n\n좋습니다.", 1),
        ("좋습니다.\n\n시장 수요\n\n우리 동네", 1),
        ("나라입니다.\n- 캐나다\n- 미국\n- 동해 바다", 1),
        ("집에 가요\n저게 뭔가요", 2),
        ("| 가 | 나 |\n|---|---|\n| 왔다. | 갔다 |", 1),
    ],
)
def test_sentences_are_as_many_as_a_reader_finds(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count, split_sentences(text)


@given(st.integers(1, 30), st.sampled_from([" ", "\n", "\n\n", "\n* ", "\n1. "]), st.sampled_from(".!?。"))
def test_so_many_plain_sentences_are_so_many(count: int, between: str, mark: str) -> None:
    assert len(split_sentences(between.join([f"오늘은 비가 왔다{mark}"] * count))) == count


@given(st.text(alphabet="가다요 .!?…\n\"“”'()*#-1.😊"))
def test_no_word_is_lost_or_made_up(text: str) -> None:
    """Sentences hold letters of the text in its order, and each has one."""
    found = split_sentences(text)
    letters = "".join(character for character in "".join(found) if character in "다요")
    remaining = iter(character for character in text if character in "다요")
    assert all(letter in remaining for letter in letters)
    assert all(any(map(str.isalnum, sentence)) for sentence in found)


def test_a_long_run_of_marks_takes_no_time_that_grows_with_its_square() -> None:
    for run in (
        ".",
        "…",
        "(“",
        "가",
        "😊",
        "1.",
        '"가',
        "다.",
        "요~",
        "요 ",
        ":)",
        "요\n",
        "```a\n",
        "Aa ",
        "https://",
        "필요~ ",
        ". ",
        ".😊 ",
    ):
        split_sentences(f"가{run * 50_000}")


def test_what_stands_behind_and_between_is_taken_away() -> None:
    assert without_closers("감사합니다.” 😊ㅎㅎ") == "감사합니다."
    assert without_closers("되세요 :) ;-)") == "되세요"
    assert without_quotations("그는 “어서 와.”라고 말했다.") == "그는  라고 말했다."


def test_code_is_taken_away_unless_it_is_all_there_is() -> None:
    assert without_code("가\n```python\nprint()\n```\n나\n~~~~c\nx\n~~~\n~~~~\n다") == "가\n나\n다"
    assert without_code("```\n시\n```\n가") == "```\n시\n```\n가"
    assert without_code("```json\n{}\n```") == "```json\n{}\n```"
