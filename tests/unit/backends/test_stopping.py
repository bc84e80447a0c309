from pytest_haerae.backends.stopping import stop_texts
from pytest_haerae.types import Request


def test_the_parameters_come_first_and_each_text_once() -> None:
    assert stop_texts(("a", "b"), Request("generate", "", stop=("b", "c", "c"))) == ["a", "b", "c"]
    assert stop_texts((), Request("generate", "")) == []


def test_what_is_kept_to_choices_ends_by_itself() -> None:
    assert stop_texts(("A",), Request("generate", "", stop=("\n",), choices=("A", "B"))) == []
