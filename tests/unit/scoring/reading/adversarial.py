"""Texts that are meant to make a reader slow: pieces of what the rules look for, repeated without end."""

from __future__ import annotations

PIECES = (
    *(r"\frac{1}{2} ", r"\sqrt{", r"x_{1}^{2} ", r"\frac{\frac{", "^{", "<= ", "→ "),
    *("- [ ] A\n", "- [x] B\n", "| A ", "**2\n", "if it had ", "A = 3\nA\n", "- (A) x: y\n", "선택: ", "정답을 "),
    *(
        "정답은 ",
        "정답: ",
        "정답:\n",
        "정답은 (A)\n",
        "답 ",
        "answer is ",
        "the answer ",
        "option ",
        "\\boxed{",
        "\\boxed",
        "\\",
    ),
    *(
        "(",
        "(A)",
        "(A)\n",
        "A",
        "A ",
        "A, ",
        "A\nC\n",
        "1\n",
        "1번 ",
        "①",
        "(A)와 ",
        "(A)는 ",
        "B가 정답",
        "I choose B ",
    ),
    *("<think>", "</think>", "<think", "<", "[", "<b>", "<b>a", "**", "~~", "~~a", "{", '{"answer":', '{"a":[', "{}"),
    *("질문:\n", "질문:\n(A)\n", "### 질문: ", "다음 질문을 ", "User:\n", "<|im_end|>", "#", ">", "|", "_", "`", "$"),
    *(
        "따라서 A ",
        "아니 ",
        "것은 ",
        "not ",
        "두 번째 ",
        "경국대전",
        "경국대전 ",
        "경국 ",
        "은 ",
        " ",
        "\n",
        "\t",
        ".",
        "…",
    ),
    *("\u1100", "\u0301", "\ufb01", "\ufdfa", "\u3300", "\u0130", "ß", "ㄱ", "㉠", "\u200b", "😊", "\ud800", "\x00"),
)


def repeated(piece: str, length: int) -> str:
    """A text of so many bytes of UTF-8 at most, of a piece alone."""
    return piece * (length // len(piece.encode("utf-8", "surrogatepass")))
