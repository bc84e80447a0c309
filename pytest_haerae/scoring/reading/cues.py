"""The words by which a text announces its answer, corrects itself, concludes, or only supposes."""

from __future__ import annotations

import re

from pytest_haerae.types import LETTERS

_BELOW = r"[ \t]{0,9}\n(?=\s*\S)"
_KOREAN_MARKER = rf"""
      (?<![가-힣])(?:최종\s?)?(?:정답|해답|답안|답변|답)(?:\s?및\s?해설|\s?번호|\s?기호)?[\]】>)\"'”’]{{0,3}}\s?
      (?:
          (?:은|는)(?=[\s('\"{LETTERS}\d])  # e.g. '정답은 (B)', '최종 답은 2번', '정답 기호는 B'
        | (?P<subject>이|가)(?=[\s('\"{LETTERS}\d])  # e.g. '정답이 B입니다'
        | 은요|은\?  # e.g. '답은요'
        | [:=→\-–—>]{{1,3}}  # e.g. '정답: B', '[정답] → B', '"정답": "B"'
        | (?=[(\[])  # e.g. '정답 (B)'
        | (?<=\))\s?(?=[{LETTERS}\d])  # e.g. '정답) 3 원두'
        | (?=\s?(?:[{LETTERS}](?![A-Za-z])|\d{{1,2}}\s*(?:번|\n|\Z)))  # e.g. '[정답] B', '정답 2'
      | (?P<object>을|를)\s  # e.g. '정답을 B로 정정합니다'
        | {_BELOW}  # e.g. '정답\n\n원두'
      )
    | (?m:^)\W{{0,4}}(?:최종\s?)?선택\s?[:=→]  # e.g. '선택: B'
"""
_WORD = rf"\s(?![(\[\"'*]?(?-i:[{LETTERS}])[)\]\"'*]?(?:[\s,.:]|\Z))\S{{1,14}}"
_ENGLISH_MARKER = rf"""
      (?<!\beach\s)(?<!\bevery\s)\b(?:final_)?(?:answer|ans|choice|option|solution)\b[\]>)\"']{{0,2}}\s?
      (?:
          (?:{_WORD}){{0,12}}?\s(?:is|are|(?:would|should|must|will)\sbe)\b:?  # e.g. 'The best option would be B'
        | [:=→–—-]{{1,3}}  # e.g. 'Answer: B', '"answer": "B"'
        | \.(?=\s?[(\[]?[{LETTERS}]\b)  # e.g. 'Answer. B'
        | (?<=\))\s?(?=[{LETTERS}\d]\b)  # e.g. 'ans) b'
        | {_BELOW}  # e.g. '### ANSWER\n\nThe code'
      )
    | \banswer\s?(?=\([{LETTERS}]\)|(?-i:[{LETTERS}])\b)  # e.g. 'Answer (B)'
"""
MARKER = re.compile(
    rf"""
      {_KOREAN_MARKER}
    | {_ENGLISH_MARKER}
    | <\s?(?:final_)?(?:answer|정답)\s?>  # e.g. '<answer>B</answer>'
    | \bboxed:  # e.g. 'boxed: B'
    | (?:正确)?答案\s?(?:是|为|:)  # e.g. '正确答案是B'
    | (?:正解|答え)は?:?  # e.g. '正解はB'
    """,
    re.VERBOSE | re.IGNORECASE,
)
MADE_THE_ANSWER = re.compile(
    r"\s?번?(?:으로|로)\s?(?:정정|수정|변경|바꾸|바꿔|바꿉|고치|고쳐|고칩|하겠|정하|결정|선택)"
)
OF_SOMETHING_ELSE = re.compile(r"\b(?:because|since|correct|right|wrong|why|when|than|which|as)\b", re.IGNORECASE)
"""What stands between "option … is" and a letter that it does not announce."""
SUPPOSED = re.compile(
    r"""
      (?:\b(?:might|may|could|many|some|people|others|if(?!\sI\shad\sto))\b|흔히|만약|가령)  # e.g. 'Many say that '
      [^.!?\n]{0,24}\Z
    | \bif\b[^.!?\n]{0,90}?\b(?:had|were)\b(?!\sto\b)[^.!?\n]{0,60}\Z  # e.g. 'If it had asked for a port, '
    """,
    re.VERBOSE | re.IGNORECASE,
)
SUPPOSED_BEFORE = 160
CORRECTION = re.compile(
    r"""
      (?<![가-힣])
      (?:
          아니(?=[,.!…\s]|다[.,!]|야|요[,.!])  # e.g. '아니, B', '아니다. B'
        | 잠깐|다시\s?(?:보니|생각|살펴|확인|읽|검토)  # e.g. '잠깐, B', '다시 보니 B'
        | 정정|수정\s?:|사실은|실제로는  # e.g. '정정: B', '사실은 B'
      )
    | \b(?:wait|actually|correction|on\s(?:second\sthought|reflection)|sorry)\b  # e.g. 'Wait, B', 'On reflection, B'
    | \b(?:scratch\sthat|my\smistake|I\smeant)\b  # e.g. 'No, scratch that. B'
    """,
    re.VERBOSE | re.IGNORECASE,
)
CONCLUSION = re.compile(
    r"""
      따라서|그러므로|그래서  # e.g. '따라서 (B)'
    | 결론적으로|결론은|결론\s?:|결국|고로  # e.g. '결론: (B)', '결국 (B)'
    | 고르자면|고른다면|꼽자면  # e.g. '굳이 고르자면 (B)'
    | \b(?:therefore|thus|hence|so|in\sconclusion|conclusion:)\b  # e.g. 'Therefore B', 'So, B'
    | \bhad\sto\s(?:choose|pick|guess)\b  # e.g. 'If I had to guess, B'
    """,
    re.VERBOSE | re.IGNORECASE,
)
WHAT_WAS_ASKED = re.compile(
    rf"""
    (?:것|설명|선택지|단어|표현|내용|문장|보기|인물|사람|용어)[은는]\s  # e.g. '알맞은 것은 (B)', '옳은 설명은 2번'
    (?=\W{{0,3}}(?:[{LETTERS}](?![A-Za-z])|\d{{1,2}}\s?[번)]))  # not '알맞은 것은 원두'
    | \b(?:incorrect|correct|false|true|right|wrong|odd)\s(?:one|statement|sentence|description|item|term)
      \sis:?\s(?=\W{{0,3}}[{LETTERS}](?![A-Za-z]))  # e.g. 'The incorrect statement is B'
    """,
    re.VERBOSE,
)
