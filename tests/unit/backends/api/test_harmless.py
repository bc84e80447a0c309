from __future__ import annotations

from pytest_haerae.backends.api.harmless import HARMLESS, harmless
from pytest_haerae.types import Message, Request


def test_the_question_is_replaced_and_nothing_else() -> None:
    plain = Request("loglikelihood", "위험한 질문", (" (A)", " (B)"), stop=("\n",))
    assert harmless(plain) == Request("loglikelihood", HARMLESS, (" (A)", " (B)"), stop=("\n",))
    chat = Request("generate", "", messages=(Message("system", "위험한 말"), Message("user", "위험한 질문")))
    assert harmless(chat) == Request("generate", "", messages=(Message("user", HARMLESS),))
    assert harmless(harmless(chat)) == harmless(chat)
